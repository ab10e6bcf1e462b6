/* captures/inside.c - rows of a list that stand in a sentence */
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"

/* Of a row in a sentence: what follows is the sentence again. */
#define ROW_BYTES 512
#define ROW_WORDS 12
/* So many rows one sentence has. */
#define ROWS_MAX 16

/* Rows that say by themselves what they are. */
static iu_capture_reader *const readers[] = {
	iu_capture_netstat_windows,
	iu_capture_netstat_bsd,
	iu_capture_netstat_linux,
	iu_capture_ss,
	iu_capture_lsof,
	iu_capture_tasklist_rows,
	iu_capture_currports,
	iu_capture_exclusion_rows,
};

static int read_row(struct iu_span row, struct iu_capture_out *out)
{
	struct iu_lines lines = {.v = &row, .n = 1, .end = row.text + row.len};
	int ret = 0;

	out->inside = true;
	for (size_t i = 0; i < IU_COUNT(readers) && ret == 0; i++)
		ret = readers[i](&lines, 0, out);
	out->inside = false;
	return ret;
}

/* The words of a row without the signs of the sentence around them: "12010." */
static int read_words(struct iu_span text, struct iu_capture_out *out)
{
	struct iu_phrase words;
	char copy[ROW_BYTES];
	size_t n = 0;

	iu_words_split(text, &words);
	for (size_t i = 0; i < words.n && i < ROW_WORDS; i++) {
		struct iu_span word = iu_span_strip(words.v[i], "`\"'(),;!?|");

		if (word.len > 1 && strchr(".:", word.text[word.len - 1]))
			word.len--;
		if (n + word.len + 1 > sizeof(copy))
			break;
		memcpy(copy + n, word.text, word.len);
		n += word.len;
		copy[n++] = ' ';
	}
	return read_row(iu_span_trim((struct iu_span){copy, n}), out);
}

/* "TCP ", "tcp46 ": found without marks of code, too. */
static bool begins_row(struct iu_span line, size_t at)
{
	size_t end = at + 3;

	if (!iu_span_at(line, at, "tcp") && !iu_span_at(line, at, "udp"))
		return false;
	if (at && (iu_char_is_word(line.text[at - 1]) || strchr("/-.:", line.text[at - 1])))
		return false;
	while (end < line.len && strchr("46", line.text[end]))
		end++;
	return end + 1 < line.len && line.text[end] == ' ';
}

/* Where the mark of code at @at closes; the length: it does not. */
static size_t code_end(struct iu_span line, size_t at)
{
	const char *close = iu_span_find_char(iu_span_from(line, at), '`');

	return close ? (size_t)(close - line.text) : line.len;
}

int iu_capture_inside(struct iu_span line, struct iu_capture_out *out)
{
	size_t rows = 0, end = 0;
	int ret = 0;

	for (size_t i = 0; i < line.len && ret >= 0 && rows < ROWS_MAX; i++) {
		if (line.text[i] == '`') {
			end = code_end(line, i + 1);
			ret = end < line.len && end > i + 1
				      ? read_row(iu_span_trim(iu_span_upto(
							 iu_span_from(line, i + 1), end - i - 1)),
						out)
				      : 0;
			if (ret > 0)
				i = end;
			rows += ret > 0;
		} else if (begins_row(line, i)) {
			ret = read_words(iu_span_from(line, i), out);
			rows += ret > 0;
		}
	}
	return ret < 0 ? ret : rows > 0;
}
