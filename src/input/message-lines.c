/* input/message-lines.c - the lines of a message */
#include "input/message-lines.h"

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

struct iu_span iu_message_lines_from(struct iu_span text, size_t at)
{
	struct iu_span line;

	while (at < text.len && is_end(text.text[at]))
		at++;
	line = (struct iu_span){text.text + at, 0};
	while (at + line.len < text.len && !is_end(line.text[line.len]))
		line.len++;
	return line;
}

struct iu_span iu_message_lines_next(struct iu_span text, struct iu_span line)
{
	return iu_message_lines_from(text, (size_t)(line.text - text.text) + line.len);
}

struct iu_span iu_message_lines_previous(struct iu_span text, struct iu_span line)
{
	size_t end = (size_t)(line.text - text.text), start;

	while (end > 0 && is_end(text.text[end - 1]))
		end--;
	for (start = end; start > 0 && !is_end(text.text[start - 1]); start--)
		;
	return (struct iu_span){text.text + start, end - start};
}
