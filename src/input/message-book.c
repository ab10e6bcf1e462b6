/* input/message-book.c - whose list of ports or addresses a message speaks of */
#include "input/message-book.h"

#include <stdlib.h>

#include "input/message-clean.h"
#include "input/message-lines.h"
#include "input/message-patterns.h"

static bool has(struct iu_span text, const char *word)
{
	return iu_span_find(text, word) < text.len;
}

/* A line that has a row's first words, in a text that has all of them. */
static bool fits(const struct iu_book_row *row, struct iu_span text, struct iu_span line)
{
	if (!has(line, row->words[0]))
		return false;
	for (size_t i = 1; i < IU_BOOK_WORDS && row->words[i]; i++)
		if (!has(text, row->words[i]))
			return false;
	for (size_t i = 0; i < IU_BOOK_WORDS && row->but[i]; i++)
		if (has(line, row->but[i]))
			return false;
	return true;
}

static const struct iu_book_row *find(struct iu_span text)
{
	size_t count;
	const struct iu_book_row *rows = iu_books(&count);

	for (struct iu_span line = iu_message_lines_from(text, 0); line.len;
		line = iu_message_lines_next(text, line))
		for (size_t i = 0; i < count; i++)
			if (fits(&rows[i], text, line))
				return &rows[i];
	return NULL;
}

const struct iu_book_row *iu_message_book_read(const char *text, size_t len)
{
	struct iu_span raw = {text, len < IU_MESSAGE_MAX ? len : IU_MESSAGE_MAX};
	char *copy = malloc(raw.len * IU_MESSAGE_CLEAN_GROWS + 1);
	const struct iu_book_row *row;

	/* Without the memory for it the text is read as it stands. */
	if (copy)
		raw = (struct iu_span){copy, iu_message_clean(raw, copy)};
	row = find(raw);
	free(copy);
	return row;
}
