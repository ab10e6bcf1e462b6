/* input/error-text.h - the errors that a number, a name or a message means */
#ifndef IU_INPUT_ERROR_TEXT_H
#define IU_INPUT_ERROR_TEXT_H

#include "knowledge/errors.h"

#define IU_ERROR_READINGS_MAX 8

/* One thing that a text can mean. */
struct iu_error_reading {
	enum iu_error_id id;
	enum iu_error_system system;	      /* IU_ERROR_ANY: the text does not tell */
	const struct iu_error_number *number; /* the number that was read; NULL: a name or words */
	const struct iu_error_phrase *phrase; /* the system's text that was read, or NULL */
};

struct iu_error_readings {
	struct iu_error_reading v[IU_ERROR_READINGS_MAX];
	size_t n;
	bool is_number; /* the text as a whole is a number … */
	int64_t value;	/* … this one, as written */
	bool is_message; /* neither a number nor a name */
};

/**
 * iu_error_read() - the errors that a number, a name or a message means
 * @text: @len bytes of foreign text
 *
 * Decimal, 0x…, negative and HRESULT written as signed decimal; names in any case; messages in the
 * languages of iu_error_phrases(). In a message a number that stands where errors stand wins over
 * words. Every number gives all its readings, those of bind()'s errors first.
 */
void iu_error_read(const char *text, size_t len, struct iu_error_readings *ret_readings);

/**
 * iu_error_read_message() - the same for a text that is a message in any case
 * A bare number in it is no error.
 */
void iu_error_read_message(
	const char *text, size_t len, struct iu_error_readings *ret_readings);

#endif
