/* base/front-copy.c - memcpy() and memmove() of the static program */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * musl's memcpy() is one string instruction, which takes some 20 ns to get going, and most of what is
 * copied here is shorter than 16 bytes. Reads everything before it writes, as far as it goes without a
 * loop: that is good for memmove(), too.
 */
struct words {
	uint64_t low, high;
};

static struct words words_at(const char *at)
{
	struct words words;

	__builtin_memcpy(&words, at, sizeof(words));
	return words;
}

static void put_words(char *at, struct words words)
{
	__builtin_memcpy(at, &words, sizeof(words));
}

/* At most 32 bytes: the first and the last of them, which may overlap. */
static void copy_short(char *to, const char *from, size_t n)
{
	if (n >= 16) {
		struct words first = words_at(from), last = words_at(from + n - 16);

		put_words(to, first);
		put_words(to + n - 16, last);
	} else if (n >= 8) {
		uint64_t first, last;

		__builtin_memcpy(&first, from, 8);
		__builtin_memcpy(&last, from + n - 8, 8);
		__builtin_memcpy(to, &first, 8);
		__builtin_memcpy(to + n - 8, &last, 8);
	} else if (n >= 4) {
		uint32_t first, last;

		__builtin_memcpy(&first, from, 4);
		__builtin_memcpy(&last, from + n - 4, 4);
		__builtin_memcpy(to, &first, 4);
		__builtin_memcpy(to + n - 4, &last, 4);
	} else if (n) {
		char first = from[0], middle = from[n / 2], last = from[n - 1];

		to[0] = first;
		to[n / 2] = middle;
		to[n - 1] = last;
	}
}

static void copy_up(char *to, const char *from, size_t n)
{
	struct words last = words_at(from + n - 16);
	size_t at;

	for (at = 0; at + 16 < n; at += 16)
		put_words(to + at, words_at(from + at));
	put_words(to + n - 16, last);
}

static void copy_down(char *to, const char *from, size_t n)
{
	struct words first = words_at(from);
	size_t at;

	for (at = n; at > 16; at -= 16)
		put_words(to + at - 16, words_at(from + at - 16));
	put_words(to, first);
}

void *memmove(void *to, const void *from, size_t n)
{
	if (n <= 32)
		copy_short(to, from, n);
	else if ((uintptr_t)to - (uintptr_t)from >= n)
		copy_up(to, from, n);
	else
		copy_down(to, from, n);
	return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	if (n <= 32)
		copy_short(to, from, n);
	else
		copy_up(to, from, n);
	return to;
}
