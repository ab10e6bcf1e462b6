/* session/totals.c - how many binds have failed since a watch began, and how, for a metrics engine */
#include "session/totals.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "engine/phrase.h"

#define UNKNOWN	     "unknown"
#define OTHER	     "other"
#define FIRST_FREE   1024 /* ports below are system ports (RFC 6335) */
#define LABEL_BYTES  32

/* ---- counting ---- */

static const char *error_of(const struct iu_failure *failure, const struct iu_verdict *verdict)
{
	static const char *const names[] = {"EADDRINUSE", "EACCES", "EADDRNOTAVAIL", "EINVAL", "EPERM", "EAFNOSUPPORT"};
	const char *error = verdict && verdict->error ? verdict->error
			    : failure->error	      ? iu_phrase_errno(failure->error)
						      : NULL;

	for (size_t i = 0; error && i < IU_COUNT(names); i++)
		if (!strcmp(error, names[i]))
			return names[i];
	return error || failure->error ? OTHER : UNKNOWN;
}

static const char *class_of(const struct iu_totals *totals, const struct iu_question *q)
{
	uint16_t port = q->target.port;

	if (q->target.protocol == IU_PROTOCOL_UNIX)
		return "none";
	if (!port)
		return "any";
	if (port < FIRST_FREE)
		return "system";
	return totals->port_first > 0 && port >= totals->port_first && port <= totals->port_last ? "ephemeral" : "user";
}

static struct iu_total labels_of(
	const struct iu_totals *totals, const struct iu_failure *failure, const struct iu_verdict *verdict)
{
	const struct iu_question *q = &failure->question;
	const char *cause = verdict ? iu_cause_name(verdict->cause) : NULL;

	return (struct iu_total){.labels = {error_of(failure, verdict), cause ? cause : UNKNOWN,
		failure->listen ? "listen" : "bind",
		q->target.other ? OTHER : iu_protocol_name(q->target.protocol),
		iu_family_name(q->target.family), class_of(totals, q)}};
}

static bool is_alike(const struct iu_total *a, const struct iu_total *b)
{
	for (size_t i = 0; i < IU_METRIC_LABELS; i++)
		if (strcmp(a->labels[i], b->labels[i]) != 0)
			return false;
	return true;
}

static struct iu_total *row_for(struct iu_totals *totals, const struct iu_total *labels)
{
	static const struct iu_total others = {.labels = {OTHER, OTHER, OTHER, OTHER, OTHER, OTHER}};

	for (size_t i = 0; i < totals->n; i++)
		if (is_alike(&totals->v[i], labels))
			return &totals->v[i];
	if (totals->n < IU_TOTALS_MAX) {
		totals->v[totals->n] = *labels;
		return &totals->v[totals->n++];
	}
	if (!totals->v[IU_TOTALS_MAX].count)
		totals->v[IU_TOTALS_MAX] = others;
	totals->n = IU_TOTALS_MAX + 1;
	return &totals->v[IU_TOTALS_MAX];
}

static uint64_t mix(uint64_t key, const void *bytes, size_t len) /* FNV-1a */
{
	for (size_t i = 0; i < len; i++)
		key = (key ^ ((const uint8_t *)bytes)[i]) * 0x100000001b3;
	return key;
}

/* What the kernel counts together, as far as an entry that only counts tells it. */
static uint64_t key_of(const struct iu_failure *failure)
{
	const struct iu_question *q = &failure->question;
	const char *name = failure->process.name ? failure->process.name : "";
	const uint64_t numbers[] = {q->target.protocol, q->target.family, q->target.port, failure->listen,
		(uint64_t)failure->error, failure->netns};

	return mix(mix(0xcbf29ce484222325, name, strlen(name)), numbers, sizeof(numbers)) | 1;
}

void iu_totals_add(struct iu_totals *totals, const struct iu_failure *failure, const struct iu_answer *answer)
{
	const struct iu_verdict *verdict = answer ? &answer->verdict : NULL;
	uint64_t key = key_of(failure), more = failure->repeats;
	size_t slot = key / 2 % IU_TOTALS_KEYS;
	bool known = totals->remembered[slot].key == key;
	struct iu_total *row, labels;

	if (answer && failure->here && answer->snapshot->sysctls.port_first > 0) {
		totals->port_first = answer->snapshot->sysctls.port_first;
		totals->port_last = answer->snapshot->sysctls.port_last;
	}
	labels = known && !answer ? *totals->remembered[slot].labels : labels_of(totals, failure, verdict);
	row = row_for(totals, &labels);
	if (known && answer) { /* these came before it */
		labels = *totals->remembered[slot].labels;
		row_for(totals, &labels)->count += more;
		more = 0;
	}
	row->count += more + (failure->only_count ? 0 : 1);
	if (!answer)
		return;
	totals->remembered[slot].key = key;
	totals->remembered[slot].labels = row;
}

/* ---- for who asks ---- */

void iu_totals_put(const struct iu_totals *totals, struct iu_text *out)
{
	json_t *rows = json_array(), *line;
	char *text;

	for (size_t i = 0; i < totals->n; i++) {
		const struct iu_total *t = &totals->v[i];
		json_t *row = json_array();

		for (size_t k = 0; k < IU_METRIC_LABELS; k++)
			json_array_append_new(row, json_string(t->labels[k]));
		json_array_append_new(row, json_integer((json_int_t)t->count));
		json_array_append_new(rows, row);
	}
	line = json_pack("{so sI sI ss}", "totals", rows, "started", (json_int_t)totals->started, "lost",
		(json_int_t)totals->lost, "hook", totals->hook ? totals->hook : UNKNOWN);
	text = line ? json_dumps(line, JSON_COMPACT) : NULL;
	iu_text_addn(out, text ? text : "", text ? strlen(text) : 0);
	iu_text_add(out, "\n");
	free(text);
	json_decref(line);
}

/* ---- reading ---- */

static void read_row(const json_t *row, struct iu_arena *arena, struct iu_metrics *metrics)
{
	const json_t *count = json_array_get(row, IU_METRIC_LABELS);
	struct iu_sample sample = {.metric = IU_METRIC_FAILED, .value = (double)json_integer_value(count)};

	for (size_t i = 0; i < IU_METRIC_LABELS; i++) {
		sample.labels[i] = json_string_value(json_array_get(row, i));
		if (!sample.labels[i] || strlen(sample.labels[i]) > LABEL_BYTES)
			return;
	}
	if (json_is_integer(count) && sample.value >= 0)
		iu_metrics_add_sample(arena, metrics, &sample);
}

static void read_line(const json_t *line, struct iu_arena *arena, struct iu_metrics *metrics)
{
	const json_t *rows = json_object_get(line, "totals"), *hook = json_object_get(line, "hook");
	json_int_t lost = json_integer_value(json_object_get(line, "lost"));

	if (!json_is_array(rows) || !json_is_string(hook) || json_string_length(hook) > LABEL_BYTES || lost < 0)
		return;
	for (size_t i = 0; i < json_array_size(rows) && i <= IU_TOTALS_MAX; i++)
		read_row(json_array_get(rows, i), arena, metrics);
	iu_metrics_add(arena, metrics, IU_METRIC_WATCH_START,
		(double)json_integer_value(json_object_get(line, "started")), NULL, NULL, NULL);
	iu_metrics_add(arena, metrics, IU_METRIC_WATCH_LOST, (double)lost, NULL, NULL, NULL);
	iu_metrics_add(arena, metrics, IU_METRIC_WATCH_HOOK, 1, json_string_value(hook), NULL, NULL);
}

void iu_totals_read(const char *bytes, size_t len, struct iu_arena *arena, struct iu_metrics *metrics)
{
	bool found = false;

	while (len && !found) {
		const char *end = memchr(bytes, '\n', len);
		size_t n = end ? (size_t)(end - bytes) : len;
		json_t *line = json_loadb(bytes, n, JSON_REJECT_DUPLICATES, NULL);

		found = json_object_get(line, "totals") != NULL;
		if (found)
			read_line(line, arena, metrics);
		json_decref(line);
		n += end ? 1 : 0;
		bytes += n;
		len -= n;
	}
}
