/* captures/captures.c - which parser reads which capture */
#include "captures/captures.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "captures/formats.h"
#include "captures/gaps.h"

#define NAME_COLUMNS 60

/* The first row that knows a file by its shape reads it; what none knows is pasted text. */
static const struct iu_capture_format *const formats[] = {
	&iu_capture_report,
};

static const struct iu_capture_format *format_of(const struct iu_capture *capture)
{
	for (size_t i = 0; i < IU_COUNT(formats); i++)
		if (formats[i]->looks_like(capture->text, capture->len))
			return formats[i];
	return NULL;
}

static void add_name(struct iu_text *complaint, const struct iu_capture *capture)
{
	if (!strcmp(capture->name, "-")) {
		iu_text_add(complaint, "standard input");
		return;
	}
	iu_text_add(complaint, "\"");
	iu_text_foreign(complaint, capture->name, strlen(capture->name), NAME_COLUMNS);
	iu_text_add(complaint, "\"");
}

static int refuse(const struct iu_capture *capture, const char *why, struct iu_text *complaint)
{
	add_name(complaint, capture);
	iu_text_add(complaint, why);
	return IU_E_INPUT;
}

static int read_whole(const struct iu_capture *capture, const struct iu_capture_format *format,
	struct iu_snapshot *snapshot, struct iu_text *complaint)
{
	struct iu_text why = {0};
	int ret = format->read(capture->text, capture->len, snapshot, &why);

	if (ret == IU_E_INPUT) {
		add_name(complaint, capture);
		iu_text_printf(complaint, " begins like %s, but cannot be read: ", format->name);
		iu_text_add(complaint, why.data ? why.data : "");
	}
	iu_text_free(&why);
	return ret;
}

/* A whole machine in one file, or pieces of one in many. */
struct reading {
	struct iu_snapshot *snapshot;
	struct iu_capture_out out;
	bool whole, pieces;
};

static int read_one(struct reading *reading, const struct iu_capture *capture,
	struct iu_text *complaint)
{
	const struct iu_capture_format *format = format_of(capture);
	size_t lines = 0;
	int ret;

	if (!capture->len)
		return refuse(capture, " is empty: it captured nothing", complaint);
	if (format ? reading->pieces : reading->whole)
		return refuse(capture,
			": a report of inuse tells all of one machine; give it alone", complaint);
	if (format) {
		reading->whole = true;
		return read_whole(capture, format, reading->snapshot, complaint);
	}
	reading->pieces = true;
	iu_capture_forget(&reading->out);
	ret = iu_capture_text(capture->text, capture->len, &reading->out, &lines);
	if (ret == IU_E_LIMIT)
		return refuse(capture, " has more lines than a capture of one machine", complaint);
	if (ret < 0)
		return ret;
	if (!lines && reading->out.asked && !iu_capture_is_refused(capture->text, capture->len)) {
		iu_capture_is(&reading->out, reading->out.asked);
		lines = 1;
	}
	if (!lines)
		return refuse(capture, iu_capture_refusal(capture->text, capture->len), complaint);
	if (reading->out.mixed)
		return refuse(capture,
			" comes from another system than those before it: give those of one machine",
			complaint);
	return 0;
}

int iu_captures_read(const struct iu_capture *captures, size_t count,
	struct iu_snapshot *ret_snapshot, struct iu_text *complaint)
{
	struct iu_snapshot snapshot;
	struct reading reading = {.snapshot = &snapshot};
	int ret = 0;

	iu_snapshot_init(&snapshot);
	iu_capture_begin(&reading.out, &snapshot);
	for (size_t i = 0; i < count && ret == 0; i++)
		ret = read_one(&reading, &captures[i], complaint);
	if (ret == 0 && reading.pieces)
		ret = iu_capture_complete(&reading.out);
	if (ret == 0 && reading.pieces)
		iu_capture_gaps(&reading.out);
	/* first of all: what was read without memory may look as if it were no capture */
	if (reading.out.arena.failed || snapshot.arena.failed)
		ret = IU_E_NOMEM;
	iu_capture_drop(&reading.out);
	if (ret < 0)
		iu_snapshot_free(&snapshot);
	else
		*ret_snapshot = snapshot;
	return ret;
}
