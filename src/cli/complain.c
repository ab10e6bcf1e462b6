/* cli/complain.c - one line on standard error */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define COMPLAINT_COLUMNS 60

void iu_complain_text(const struct iu_text *line)
{
	fputs("inuse: ", stderr);
	fputs(line->failed || !line->data ? "out of memory" : line->data, stderr);
	fputs("\n", stderr);
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
