/* input/message-pid.c - which process wrote a line of a log */
#include "input/message-pid.h"

#include "base/char.h"

/* So far into a line the head of a log may reach. */
#define HEAD 120

static bool follows(struct iu_span line, size_t at, const char *text)
{
	return iu_span_at(line, at, text);
}

/* "34#34: ": process and thread. */
static bool is_nginx(struct iu_span line, size_t at, size_t end)
{
	size_t more;

	if ((at && line.text[at - 1] != ' ') || end >= line.len || line.text[end] != '#')
		return false;
	more = iu_span_digits(line, end + 1);
	return more && follows(line, end + 1 + more, ": ");
}

/* "named[812]: ", "] [812] [ERROR]" */
static bool is_in_brackets(struct iu_span line, size_t at, size_t end)
{
	if (!at || line.text[at - 1] != '[')
		return false;
	if (follows(line, end, "]: "))
		return at > 1 && iu_char_is_word(line.text[at - 2]);
	return follows(line, end, "] [") && iu_span_before(line, at, "] [");
}

int32_t iu_message_pid(struct iu_span line)
{
	size_t n;

	for (size_t at = 0; at < line.len && at < HEAD; at += n ? n : 1) {
		int64_t pid = 0;

		n = iu_span_digits(line, at);
		if (!n || n > 9 || (at && iu_char_is_word(line.text[at - 1])))
			continue;
		if (!is_nginx(line, at, at + n) && !is_in_brackets(line, at, at + n) &&
			!(iu_span_before(line, at, "[pid ") && (follows(line, at + n, ":tid") || follows(line, at + n, "]"))))
			continue;
		for (size_t i = at; i < at + n; i++)
			pid = pid * 10 + (line.text[i] - '0');
		return (int32_t)pid;
	}
	return 0;
}
