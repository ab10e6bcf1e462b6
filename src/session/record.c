/* session/record.c - the failed binds of the last while, which `watch` writes down and others tell */
#include "session/record.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "os/record.h"

#define NAME_COLUMNS 40
#define OLD_MS	     (IU_RECORD_OLD * 1000) /* lines are in the order of their times, but for some seconds */

/* ---- writing ---- */

static json_t *clean(struct iu_arena *arena, const char *bytes, size_t len)
{
	char *text = bytes ? iu_utf8_clean(arena, bytes, len, 0) : NULL;

	return text ? json_string(text) : json_null();
}

void iu_record_add(struct iu_os_record *record, const struct iu_failure *failure)
{
	const struct iu_question *q = &failure->question;
	const char *name = failure->process.name;
	struct iu_arena arena = {0};
	/* of a failure that is told with its repeats, these came before it */
	uint64_t n = failure->repeats + (failure->only_count ? 0 : 1);
	json_t *line = json_pack("{sI sI ss sI so so sI sI}", "ms", (json_int_t)failure->time_ms, "n",
		(json_int_t)n, "protocol", iu_protocol_name(q->target.protocol), "port",
		(json_int_t)q->target.port, "path", clean(&arena, q->target.path, q->target.path_len), "name",
		clean(&arena, name, name ? strlen(name) : 0), "pid", (json_int_t)failure->process.pid,
		"netns", (json_int_t)failure->netns);
	char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;

	if (text)
		iu_os_record_add(record, text, strlen(text));
	free(text);
	json_decref(line);
	iu_arena_free(&arena);
}

void iu_record_add_lost(struct iu_os_record *record, uint64_t lost, int64_t now_ms)
{
	struct iu_text line = {0};

	iu_text_printf(&line, "{\"ms\":%lld,\"lost\":%llu}", (long long)now_ms, (unsigned long long)lost);
	if (!line.failed)
		iu_os_record_add(record, line.data, line.len);
	iu_text_free(&line);
}

/* ---- reading ---- */

static int64_t number(const json_t *line, const char *key)
{
	return json_integer_value(json_object_get(line, key));
}

static const char *text_of(const json_t *line, const char *key)
{
	const char *text = json_string_value(json_object_get(line, key));

	return text ? text : "";
}

static bool is_about(const json_t *line, const struct iu_question *q, uint64_t netns)
{
	if (!q)
		return !number(line, "port") || !netns || (uint64_t)number(line, "netns") == netns;
	if (strcmp(text_of(line, "protocol"), iu_protocol_name(q->target.protocol)) != 0)
		return false;
	if (q->target.protocol == IU_PROTOCOL_UNIX)
		return q->target.path && q->target.path_len == strlen(text_of(line, "path")) &&
		       !memcmp(q->target.path, text_of(line, "path"), q->target.path_len);
	return q->target.port && number(line, "port") == q->target.port &&
	       (!netns || (uint64_t)number(line, "netns") == netns);
}

/* The newest comes first. */
static void count(const json_t *line, struct iu_record_tally *tally)
{
	const char *name = text_of(line, "name");
	int64_t pid = number(line, "pid"), n = number(line, "n"), port = number(line, "port");

	if (tally->last_ms && strncmp(tally->name, name, sizeof(tally->name) - 1) != 0)
		tally->others = true;
	if (!tally->pid && pid > 0 && pid < INT32_MAX) /* a line that only counts has none */
		tally->pid = (int32_t)pid;
	tally->count += n > 0 ? (uint64_t)n : 0;
	if (tally->last_ms)
		return;
	tally->last_ms = number(line, "ms");
	tally->port = port > 0 && port <= UINT16_MAX ? (uint16_t)port : 0;
	strncpy(tally->name, name, sizeof(tally->name) - 1);
	strncpy(tally->protocol, text_of(line, "protocol"), sizeof(tally->protocol) - 1);
}

void iu_record_count(const char *bytes, size_t len, const struct iu_question *question,
	uint64_t netns, int64_t now_ms, struct iu_record_tally *ret_tally)
{
	struct iu_record_tally tally = {0};
	bool old = false;

	/* from its end, which is all that matters of a long one */
	while (len && !old) {
		size_t begin = len;
		json_t *line;
		int64_t ms;

		while (begin && bytes[begin - 1] != '\n')
			begin--;
		line = json_loadb(bytes + begin, len - begin, JSON_REJECT_DUPLICATES, NULL);
		ms = number(line, "ms");
		old = ms > 0 && now_ms - ms > OLD_MS;
		if (ms <= 0 || ms > now_ms || now_ms - ms > IU_RECORD_SECONDS * 1000)
			;
		else if (number(line, "lost") > 0)
			tally.lost += (uint64_t)number(line, "lost");
		else if (is_about(line, question, netns))
			count(line, &tally);
		json_decref(line);
		len = begin ? begin - 1 : 0;
	}
	*ret_tally = tally;
}

bool iu_record_recall(const struct iu_question *question, const struct iu_snapshot *snapshot,
	struct iu_record_tally *ret_tally)
{
	struct iu_text text = {0};

	*ret_tally = (struct iu_record_tally){0};
	if (!snapshot->host.recorded && iu_os_record_read(&text) == 0 && text.data)
		iu_record_count(text.data, text.len, question, snapshot->host.netns,
			snapshot->host.now * 1000 + 999, ret_tally);
	iu_text_free(&text);
	return ret_tally->count > 0 || ret_tally->lost > 0;
}

bool iu_record_lately(uint64_t netns, int64_t now_ms, struct iu_record_tally *ret_tally)
{
	struct iu_text text = {0};

	*ret_tally = (struct iu_record_tally){0};
	if (iu_os_record_read(&text) == 0 && text.data)
		iu_record_count(text.data, text.len, NULL, netns, now_ms, ret_tally);
	iu_text_free(&text);
	return iu_os_record_is_kept();
}

static void tell_count(const struct iu_record_tally *tally, struct iu_text *text)
{
	iu_text_foreign(text, tally->name, strlen(tally->name), NAME_COLUMNS);
	if (tally->pid && !tally->others)
		iu_text_printf(text, " (pid %d)", (int)tally->pid);
	iu_text_add(text, tally->others ? " and others were refused" : " was refused");
	if (tally->count == 1)
		iu_text_add(text, " once");
	else
		iu_text_printf(text, " %llu times", (unsigned long long)tally->count);
	iu_text_add(text, " in the last minute");
}

int iu_record_tell(struct iu_arena *arena, const struct iu_record_tally *tally,
	struct iu_explanation *explanation)
{
	struct iu_explanation_part part = {.label = "lately"};
	struct iu_text text = {0};
	const char *line;

	if (!tally->count && !tally->lost)
		return 0;
	if (tally->count)
		tell_count(tally, &text);
	if (tally->lost)
		iu_text_printf(&text, "%s %llu calls that failed in the last minute, too many at the same time",
			tally->count ? "; the watch has lost" : "the watch does not know the ports of",
			(unsigned long long)tally->lost);
	line = text.failed ? NULL : iu_arena_strdup(arena, text.data);
	iu_text_free(&text);
	*iu_list_add(arena, &part.lines) = line;
	*iu_list_add(arena, &explanation->parts) = part;
	return !line || arena->failed ? IU_E_NOMEM : 0;
}
