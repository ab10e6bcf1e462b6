/* base/unicode.h - code points as UTF-8, and halves of them as UTF-16 has them */
#ifndef IU_BASE_UNICODE_H
#define IU_BASE_UNICODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** iu_unicode_put() - writes a code point as UTF-8. Returns: how many bytes, 1 to 4. */
size_t iu_unicode_put(uint32_t point, char *ret);

/** iu_unicode_is_half() - one of the two units that stand for a code point beyond U+FFFF. */
bool iu_unicode_is_half(uint32_t unit);

/** iu_unicode_pair() - the code point of two units; 0: they are no pair. */
uint32_t iu_unicode_pair(uint32_t high, uint32_t low);

#endif
