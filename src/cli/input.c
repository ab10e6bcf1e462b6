/* cli/input.c - standard input as a message, in bounded memory */
#include <stdio.h>

#include "base/err.h"
#include "cli/cli.h"
#include "model/target.h"

#define LINE_BYTES 65536		/* a longer line is read in pieces */
#define KEEP_BYTES (IU_MESSAGE_MAX / 4) /* of each kind of line; the first ones count */

struct input {
	char line[LINE_BYTES];
	size_t n;
	struct iu_text *suspects, *others;
};

static int ignore(void *context, const char *target)
{
	return 0;
}

static int end_line(struct input *input)
{
	bool suspect = iu_message_suspect(input->line, input->n);
	struct iu_text *keep = suspect ? input->suspects : input->others;
	int found = 1;

	if (keep->len + input->n + 1 > KEEP_BYTES)
		input->n = 0;
	if (input->n && !suspect)
		found = iu_message_targets(input->line, input->n, ignore, NULL);
	if (found < 0)
		return found;
	if (input->n && found) {
		iu_text_addn(keep, input->line, input->n);
		iu_text_add(keep, "\n");
	}
	input->n = 0;
	return keep->failed ? IU_E_NOMEM : 0;
}

int iu_input_read(struct iu_text *suspects, struct iu_text *others)
{
	struct input input = {.n = 0, .suspects = suspects, .others = others};
	int ret = 0, c;

	while (ret == 0 && (c = getc(stdin)) != EOF) {
		if (c == '\n' || c == '\r' || input.n == LINE_BYTES)
			ret = end_line(&input);
		if (c && c != '\n' && c != '\r') /* no NUL: UTF-16 then reads as ASCII */
			input.line[input.n++] = (char)c;
	}
	if (ret == 0)
		ret = end_line(&input);
	if (ret == 0 && ferror(stdin))
		ret = IU_E_IO;
	return ret;
}
