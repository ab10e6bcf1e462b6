/* base/char.h - ASCII characters, whatever the locale */
#ifndef IU_BASE_CHAR_H
#define IU_BASE_CHAR_H

#include <stdbool.h>

static inline char iu_char_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static inline bool iu_char_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool iu_char_is_letter(char c)
{
	return iu_char_lower(c) >= 'a' && iu_char_lower(c) <= 'z';
}

/** iu_char_is_word() - a letter, a digit or an underscore. */
static inline bool iu_char_is_word(char c)
{
	return iu_char_is_digit(c) || iu_char_is_letter(c) || c == '_';
}

static inline bool iu_char_is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/** iu_char_hex() - the value of a hexadecimal digit; -1: it is none. */
static inline int iu_char_hex(char c)
{
	if (iu_char_is_digit(c))
		return c - '0';
	c = iu_char_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

#endif
