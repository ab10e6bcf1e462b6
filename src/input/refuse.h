/* input/refuse.h - a complaint about a piece of foreign text */
#ifndef IU_INPUT_REFUSE_H
#define IU_INPUT_REFUSE_H

#include "base/span.h"
#include "base/text.h"

/**
 * iu_refuse_piece() - our words, the piece of foreign text between quotes, our words
 * @complaint: NULL: nobody wants to know
 * Returns: IU_E_INPUT.
 */
int iu_refuse_piece(struct iu_text *complaint, const char *before, struct iu_span piece,
	const char *after);

#endif
