/* fuzz-text.c - any bytes through escaping, cleaning, cutting and wrapping */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

/* The first byte chooses the width, the rest is the text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;
	struct iu_text shown = {0}, again = {0}, word = {0};
	struct iu_arena arena = {0};
	size_t columns, len, i;
	char *clean, *copy;

	if (!size)
		return 0;
	columns = data[0] % 100;
	len = size - 1;
	iu_text_foreign(&shown, bytes, len, columns);
	check(!shown.failed && strlen(shown.data) == shown.len);
	check(iu_utf8_valid(shown.data, shown.len));
	check(!columns || iu_text_columns(shown.data, shown.len) <= columns);
	for (i = 0; i < shown.len; i++)
		check((unsigned char)shown.data[i] >= ' ' && shown.data[i] != 0x7f);
	iu_text_foreign(&again, shown.data, shown.len, 0);
	check(again.len == shown.len && !memcmp(again.data, shown.data, again.len));
	clean = iu_utf8_clean(&arena, bytes, len, columns);
	check(clean && iu_utf8_valid(clean, strlen(clean)));
	check(!columns || strlen(clean) <= columns);
	copy = iu_arena_strndup(&arena, bytes, len);
	iu_text_shell_word(&word, copy);
	check(!word.failed && word.len && !memchr(word.data, '\x1b', word.len));
	iu_text_free(&shown);
	iu_text_free(&again);
	iu_text_free(&word);
	iu_arena_free(&arena);
	return 0;
}
