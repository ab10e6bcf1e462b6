/* cli/input.c - standard input as a message, in bounded memory */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "input/error-text.h"
#include "input/message.h"
#include "input/message-clean.h"

#define LINE_BYTES 65536		/* a longer line is read in pieces */
#define KEEP_BYTES (IU_MESSAGE_MAX / 4) /* of each kind of line; the first ones count */
#define LOOK_BYTES (8 * 1024 * 1024)	/* a log without errors is not about a failed bind */
#define UNITS_BYTES 4096 /* of UTF-16, at a time */
#define RING_BYTES 1024			/* of a line that is remembered for what may follow */

struct input {
	char line[LINE_BYTES];
	size_t n;
	struct iu_text *suspects, *others;
	/* The last lines: the error that comes may be about the endpoint that one of them names. */
	char ring[IU_MESSAGE_NEAR][RING_BYTES];
	size_t ring_len[IU_MESSAGE_NEAR], ring_next;
	size_t looked;
	size_t after; /* so many lines are near the last error still */
	bool failed;
};

static int ignore(void *context, const char *target)
{
	return 0;
}

static int keep(struct iu_text *text, size_t most, const char *line, size_t n)
{
	if (!n || text->len + n + 1 > most)
		return 0;
	iu_text_addn(text, line, n);
	iu_text_add(text, "\n");
	return text->failed ? IU_E_NOMEM : 0;
}

static void remember(struct input *input)
{
	size_t n = input->n < RING_BYTES ? input->n : RING_BYTES;

	memcpy(input->ring[input->ring_next], input->line, n);
	input->ring_len[input->ring_next] = n;
	input->ring_next = (input->ring_next + 1) % IU_MESSAGE_NEAR;
}

/* An error, with the lines before it for as long as there is room for more errors, too. */
static int keep_suspect(struct input *input)
{
	int ret = 0;

	input->failed = true;
	input->after = IU_MESSAGE_NEAR;
	for (size_t i = 0; i < IU_MESSAGE_NEAR && ret == 0; i++) {
		size_t at = (input->ring_next + i) % IU_MESSAGE_NEAR;

		ret = keep(input->suspects, KEEP_BYTES / 2, input->ring[at], input->ring_len[at]);
		input->ring_len[at] = 0;
	}
	return ret < 0 ? ret : keep(input->suspects, KEEP_BYTES, input->line, input->n);
}

/* Whether a line names an endpoint, or an error that is not one of a bind(). */
static int says_something(const char *line, size_t n)
{
	struct iu_error_readings readings;
	int found = iu_message_targets(line, n, ignore, NULL);

	if (found)
		return found;
	iu_error_read_message(line, n, &readings);
	return readings.n != 0;
}

/* Until an error comes every line that says something may be all there is. */
static int keep_other(struct input *input)
{
	int found = 0;

	if (input->after) {
		input->after--;
		return keep(input->suspects, KEEP_BYTES / 2, input->line, input->n);
	}
	remember(input);
	input->looked += input->n;
	if (!input->failed && input->looked < LOOK_BYTES &&
		input->others->len + input->n + 1 <= KEEP_BYTES)
		found = says_something(input->line, input->n);
	return found > 0 ? keep(input->others, KEEP_BYTES, input->line, input->n) : found;
}

static int end_line(struct input *input)
{
	int ret = 0;

	if (input->n)
		ret = iu_message_suspect(input->line, input->n) ? keep_suspect(input)
								: keep_other(input);
	input->n = 0;
	return ret;
}

static int take_byte(struct input *input, int c)
{
	int ret = 0;

	if (c == '\n' || c == '\r' || input->n == LINE_BYTES)
		ret = end_line(input);
	if (c && c != '\n' && c != '\r')
		input->line[input->n++] = (char)c;
	return ret;
}

/* PowerShell redirects as UTF-16, with a mark in front: its units, until there is another one. */
static int read_units(struct input *input, bool big)
{
	char units[UNITS_BYTES], text[IU_MESSAGE_CLEAN_GROWS * UNITS_BYTES + 1];
	int ret = 0, c;
	size_t n;

	do {
		memcpy(units, big ? "\xfe\xff" : "\xff\xfe", 2);
		for (n = 2; n < sizeof(units) && (c = getc(stdin)) != EOF; n++)
			units[n] = (char)c;
		n = iu_message_clean((struct iu_span){units, n & ~(size_t)1}, text);
		for (size_t i = 0; i < n && ret == 0; i++)
			ret = take_byte(input, (unsigned char)text[i]);
	} while (ret == 0 && !feof(stdin) && !ferror(stdin));
	return ret;
}

int iu_input_read(struct iu_text *suspects, struct iu_text *others)
{
	struct input input = {.suspects = suspects, .others = others};
	int first = getc(stdin), second = first == 0xff || first == 0xfe ? getc(stdin) : EOF;
	int ret = 0, c;

	if ((first == 0xff && second == 0xfe) || (first == 0xfe && second == 0xff)) {
		ret = read_units(&input, first == 0xfe);
	} else {
		if (first != EOF)
			ret = take_byte(&input, first);
		if (ret == 0 && second != EOF)
			ret = take_byte(&input, second);
		while (ret == 0 && (c = getc(stdin)) != EOF)
			ret = take_byte(&input, c); /* no NUL: UTF-16 without a mark reads as ASCII */
	}
	if (ret == 0)
		ret = end_line(&input);
	if (ret == 0 && ferror(stdin))
		ret = IU_E_IO;
	if (input.failed)
		others->len = 0;
	return ret;
}
