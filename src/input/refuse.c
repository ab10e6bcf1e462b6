/* input/refuse.c - a complaint about a piece of foreign text */
#include "input/refuse.h"

#include "base/err.h"

#define COMPLAINT_COLUMNS 60

int iu_refuse_piece(struct iu_text *complaint, const char *before, struct iu_span piece,
	const char *after)
{
	if (complaint) {
		iu_text_add(complaint, before);
		iu_text_add(complaint, "\"");
		iu_text_foreign(complaint, piece.text, piece.len, COMPLAINT_COLUMNS);
		iu_text_add(complaint, "\"");
		iu_text_add(complaint, after);
	}
	return IU_E_INPUT;
}
