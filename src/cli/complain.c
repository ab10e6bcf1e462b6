/* cli/complain.c - one line on standard error */
#include <string.h>

#include "cli/cli.h"
#include "cli/system.h"

#define COMPLAINT_COLUMNS 60

void iu_complain_text(const struct iu_text *line)
{
	const char *text = line->failed || !line->data ? "out of memory" : line->data;

	iu_system_write(IU_STREAM_MESSAGES, "inuse: ", 7);
	iu_system_write(IU_STREAM_MESSAGES, text, strlen(text));
	iu_system_write(IU_STREAM_MESSAGES, "\n", 1);
}

void iu_complain(const char *before, const char *foreign, const char *after)
{
	struct iu_text line = {0};

	iu_text_add(&line, before);
	if (foreign) {
		iu_text_add(&line, "\"");
		iu_text_foreign(&line, foreign, strlen(foreign), COMPLAINT_COLUMNS);
		iu_text_add(&line, "\"");
	}
	iu_text_add(&line, after);
	iu_complain_text(&line);
	iu_text_free(&line);
}
