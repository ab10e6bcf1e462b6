/* cli/writer.c - results to standard output, every write checked */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/system.h"

#define STOPS " (Ctrl-C stops)"

static bool failed(void)
{
	/* Whoever closed the pipe (head, less) has read enough: nothing to say. */
	if (errno != EPIPE)
		iu_complain("cannot write the answer: ", NULL, strerror(errno));
	return false;
}

/* Our own letters beyond ASCII where the reader has none of them. */
static bool write_text(enum iu_stream stream, const struct iu_text *text)
{
	struct iu_text plain = {0};
	bool good;

	if (iu_system_has_utf8())
		return iu_system_write(stream, text->data, text->len);
	iu_text_plain(&plain, text->data, text->len);
	good = !plain.failed && iu_system_write(stream, plain.data, plain.len);
	iu_text_free(&plain);
	return good;
}

bool iu_write(const struct iu_text *text)
{
	if (text->failed) {
		iu_complain("out of memory", NULL, "");
		return false;
	}
	if (text->len && !write_text(IU_STREAM_RESULTS, text))
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

bool iu_writer_flush(void)
{
	return fflush(stdout) != EOF || failed();
}

bool iu_write_end(void)
{
	if (fflush(stdout) == EOF)
		return failed();
	return true;
}

/* One column is left: in the last one some terminals begin a new line. What all know goes first. */
void iu_put_progress(const char *what, int64_t left_ms)
{
	unsigned int columns = iu_system_columns(IU_STREAM_MESSAGES);
	struct iu_text tail = {0}, line = {0};
	size_t room = columns ? columns - 1 : 79, wide = iu_text_columns(what, strlen(what)), used;

	if (left_ms >= 0)
		iu_text_printf(&tail, " · %lld s left", (long long)((left_ms + 999) / 1000));
	used = tail.failed || !tail.data ? 0 : iu_text_columns(tail.data, tail.len);
	if (wide + used + strlen(STOPS) <= room) {
		iu_text_add(&tail, STOPS);
		used += strlen(STOPS);
	}
	iu_text_add(&line, "\r");
	iu_text_foreign(&line, what, strlen(what), room > used ? room - used : room);
	if (room > used && !tail.failed && tail.data)
		iu_text_addn(&line, tail.data, tail.len);
	iu_text_add(&line, "\x1b[K");
	if (!line.failed)
		(void)write_text(IU_STREAM_MESSAGES, &line);
	iu_text_free(&tail);
	iu_text_free(&line);
}
