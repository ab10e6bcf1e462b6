/* session/error-meaning.h - what an error number, a name or a message means on each system */
#ifndef IU_SESSION_ERROR_MEANING_H
#define IU_SESSION_ERROR_MEANING_H

#include <jansson.h>

#include "input/error-text.h"
#include "output/output.h"

/* One error that was asked for. */
struct iu_error_answer {
	struct iu_arena arena;
	const char *asked; /* @len bytes as they were given, borrowed */
	size_t len;
	struct iu_error_readings readings;
	IU_LIST(const char *) endpoints; /* that a message names */
	const char *event; /* what an entry of Windows' event log means; NULL: it is none */
	const char *system_text; /* of the number on this machine, escaped; NULL: none */
};

/**
 * iu_error_meaning_read() - reads a number, a name or a message
 * @asked: @len bytes of any content; must live as long as *ret_meaning
 * Returns: 0, IU_E_NOENT: no error that is known here (what was read is written all the same),
 * IU_E_NOMEM. End it with iu_error_meaning_end() in any case.
 */
int iu_error_meaning_read(const char *asked, size_t len, struct iu_error_answer *ret_meaning);

/** iu_error_meaning_text() - each of its errors as text for people. Returns: 0, IU_E_NOMEM. */
int iu_error_meaning_text(
	struct iu_error_answer *meaning, const struct iu_style *style, struct iu_text *out);

/** iu_error_meaning_json() - one inuse.error/1 document; NULL when out of memory. */
json_t *iu_error_meaning_json(struct iu_error_answer *meaning);

/** iu_error_meaning_end() - frees the memory. */
void iu_error_meaning_end(struct iu_error_answer *meaning);

#endif
