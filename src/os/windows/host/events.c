/* os/windows/host/events.c - what the event log says of ports */
#include "os/windows/host/events.h"

#include <stdlib.h>

#include "base/err.h"
#include "captures/formats-text.h"
#include "os/windows/scan.h"

#define ROWS_MAX   64 /* the newest */
#define XML_BYTES  65536
#define WAIT_MS	   2000
/* A day: what failed before has been tried again since. */
#define QUERY                                                                                      \
	L"*[System[(EventID=115 or EventID=15005 or EventID=1004 or EventID=1007 or EventID=4227"  \
	L" or EventID=4231 or EventID=4266) and TimeCreated[timediff(@SystemTime) <= 86400000]]]"

static bool open_log(struct iu_event_log *log)
{
	iu_api_into(L"wevtapi.dll", log->query, "EvtQuery");
	iu_api_into(L"wevtapi.dll", log->next, "EvtNext");
	iu_api_into(L"wevtapi.dll", log->render, "EvtRender");
	iu_api_into(L"wevtapi.dll", log->close, "EvtClose");
	return log->query && log->next && log->render && log->close;
}

/* One entry as XML, in the form that wevtutil and the Event Viewer write, too. */
static void add_xml(const struct iu_event_log *log, EVT_HANDLE entry, struct iu_text *text)
{
	wchar_t *xml = calloc(1, XML_BYTES);
	struct iu_arena arena = {0};
	DWORD used = 0, count = 0;

	if (xml && log->render(NULL, entry, EvtRenderEventXml, XML_BYTES - sizeof(*xml), xml, &used,
			   &count)) {
		iu_text_add(text, iu_utf8(&arena, xml));
		iu_text_add(text, "\n");
	}
	iu_arena_free(&arena);
	free(xml);
}

/* Wine answers with no handle and no error. */
bool iu_event_log_read(const struct iu_event_log *log, struct iu_text *text)
{
	EVT_HANDLE rows = log->query(
		NULL, L"System", QUERY, EvtQueryChannelPath | EvtQueryReverseDirection);
	EVT_HANDLE entry = NULL;
	bool all;
	DWORD n = 0;
	int i = 0;

	if (!rows)
		return false;
	for (; i < ROWS_MAX && log->next(rows, 1, &entry, WAIT_MS, 0, &n) && n == 1; i++) {
		add_xml(log, entry, text);
		log->close(entry);
	}
	/* the log has no index: a large one without a match is read longer than we wait */
	all = i == ROWS_MAX || GetLastError() == ERROR_NO_MORE_ITEMS;
	log->close(rows);
	return all;
}

int iu_collect_events(struct iu_scan *scan)
{
	struct iu_capture_out out = {0};
	struct iu_text text = {0};
	struct iu_event_log log;
	int ret = 0;

	if (scan->snapshot->seen & IU_FACT_EVENTS)
		return 0;
	if (!open_log(&log) || !iu_event_log_read(&log, &text)) {
		iu_snapshot_gap(scan->snapshot, IU_FACT_EVENTS, 0, "the event log",
			"this system gives no access to one, or not in time", NULL);
		return 0;
	}
	if (text.len) {
		iu_capture_begin(&out, scan->snapshot);
		ret = iu_capture_text(text.data, text.len, &out, NULL);
		iu_capture_drop(&out);
	}
	iu_scan_seen(scan, IU_FACT_EVENTS, ret == 0 && !text.failed);
	iu_text_free(&text);
	return ret;
}
