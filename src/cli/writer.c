/* cli/writer.c - results to standard output, every write checked */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/system.h"

static bool failed(void)
{
	/* Whoever closed the pipe (head, less) has read enough: nothing to say. */
	if (errno != EPIPE)
		iu_complain("cannot write the answer: ", NULL, strerror(errno));
	return false;
}

bool iu_write(const struct iu_text *text)
{
	if (text->failed) {
		iu_complain("out of memory", NULL, "");
		return false;
	}
	if (text->len && !iu_system_write(IU_STREAM_RESULTS, text->data, text->len))
		return failed();
	return true;
}

static int write_piece(const char *bytes, size_t size, void *context)
{
	(void)context;
	return !size || iu_system_write(IU_STREAM_RESULTS, bytes, size) ? 0 : -1;
}

bool iu_write_json_part(json_t *json)
{
	/* A terminal must not see the control characters beyond ASCII that JSON leaves alone. */
	size_t flags = JSON_COMPACT | JSON_ENCODE_ANY |
		       (iu_system_is_terminal() ? JSON_ENSURE_ASCII : 0);
	bool good;

	if (!json) {
		iu_complain("out of memory", NULL, "");
		return false;
	}
	errno = 0;
	good = json_dump_callback(json, write_piece, NULL, flags) == 0;
	json_decref(json);
	if (good)
		return true;
	if (!errno)
		errno = ENOMEM;
	return failed();
}

bool iu_write_json(json_t *json)
{
	if (!iu_write_json_part(json))
		return false;
	errno = 0;
	return iu_system_write(IU_STREAM_RESULTS, "\n", 1) || failed();
}

bool iu_write_end(void)
{
	if (fflush(stdout) == EOF)
		return failed();
	return true;
}
