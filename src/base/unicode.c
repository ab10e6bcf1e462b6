/* base/unicode.c - code points as UTF-8, and halves of them as UTF-16 has them */
#include "base/unicode.h"

#define HIGH 0xd800u
#define LOW  0xdc00u
#define END  0xe000u

size_t iu_unicode_put(uint32_t point, char *ret)
{
	char *to = ret;

	if (point >= 0x10000) {
		*to++ = (char)(0xf0 | point >> 18);
		*to++ = (char)(0x80 | (point >> 12 & 0x3f));
	} else if (point >= 0x800) {
		*to++ = (char)(0xe0 | point >> 12);
	}
	if (point >= 0x800)
		*to++ = (char)(0x80 | (point >> 6 & 0x3f));
	else if (point >= 0x80)
		*to++ = (char)(0xc0 | point >> 6);
	*to++ = (char)(point < 0x80 ? point : 0x80 | (point & 0x3f));
	return (size_t)(to - ret);
}

bool iu_unicode_is_half(uint32_t unit)
{
	return unit >= HIGH && unit < END;
}

uint32_t iu_unicode_pair(uint32_t high, uint32_t low)
{
	if (high < HIGH || high >= LOW || low < LOW || low >= END)
		return 0;
	return 0x10000 + ((high - HIGH) << 10) + (low - LOW);
}
