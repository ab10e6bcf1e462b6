/* watch/journal.c - a failed bind as an entry of the journal, also of the unit that was refused */
#include "watch/journal.h"

#include <string.h>

#include "base/err.h"
#include "knowledge/cgroups.h"
#include "os/journal.h"
#include "output/event.h"

#define FIELDS_MAX 32
#define WARNING	   "4" /* LOG_WARNING */

struct fields {
	struct iu_text v[FIELDS_MAX];
	size_t n;
};

/* A new field; its value follows. Beyond the last one everything goes into that, and is not sent. */
static struct iu_text *add(struct fields *fields, const char *name)
{
	struct iu_text *field = &fields->v[fields->n < FIELDS_MAX ? fields->n++ : FIELDS_MAX - 1];

	iu_text_add(field, name);
	iu_text_add(field, "=");
	return field;
}

/* What is not known is no field at all. */
static void put(struct fields *fields, const char *name, const char *value)
{
	if (value)
		iu_text_addn(add(fields, name), value, strlen(value));
}

static void put_number(struct fields *fields, const char *name, uint64_t value)
{
	if (value)
		iu_text_printf(add(fields, name), "%llu", (unsigned long long)value);
}

/* ---- the sentence ---- */

static void put_message(struct fields *fields, const struct iu_watch_entry *entry)
{
	const struct iu_style style = {.quiet = true};
	const struct iu_output_event event = {.failure = entry->failure,
		.verdict = entry->answer ? &entry->answer->verdict : NULL,
		.without_time = true};
	struct iu_text *message = add(fields, "MESSAGE");

	iu_event_put(&event, &style, message);
	if (message->failed)
		return;
	message->len--; /* the newline */
	if (entry->answer && entry->answer->verdict.headline) {
		iu_text_add(message, ": ");
		iu_text_add(message, entry->answer->verdict.headline);
	}
}

/* ---- whose entry it is ---- */

/*
 * journald shows an entry of root's with such a field in `journalctl -u` and `systemctl status` of that
 * unit, among what the unit itself has said.
 */
static void put_unit(struct fields *fields, const struct iu_failure *failure)
{
	struct iu_cgroup_names names = {0};
	struct iu_arena arena = {0};

	if (failure->process.cgroup && iu_cgroup_names(&arena, failure->process.cgroup, &names) == 0 && names.unit) {
		put(fields, names.user_unit ? "OBJECT_SYSTEMD_USER_UNIT" : "OBJECT_SYSTEMD_UNIT", names.unit);
		if (names.user_unit && names.user_known)
			put_number(fields, "OBJECT_UID", names.user);
	}
	iu_arena_free(&arena);
}

/* ---- fields ---- */

static void put_call(struct fields *fields, const struct iu_failure *failure)
{
	const struct iu_question *q = &failure->question;
	char text[IU_ADDRESS_TEXT];

	put(fields, "INUSE_CALL", failure->listen ? "listen" : "bind");
	put(fields, "INUSE_ACTION", failure->listen ? "listen on" : "bind"); /* as the catalogue's sentence has it */
	put(fields, "INUSE_TARGET", q->target.text);
	put(fields, "INUSE_PROTOCOL",
		q->target.other ? q->target.other : iu_protocol_name(q->target.protocol));
	if (q->target.protocol == IU_PROTOCOL_UNIX) {
		put(fields, "INUSE_PATH", q->target.path);
	} else {
		put(fields, "INUSE_ADDRESS", iu_address_format(&q->target.address, text));
		put_number(fields, "INUSE_PORT", q->target.port);
	}
	put(fields, "INUSE_PROGRAM", failure->process.name);
	put_number(fields, "INUSE_PID", failure->process.pid > 0 ? (uint64_t)failure->process.pid : 0);
	put(fields, "INUSE_USER", failure->process.user);
	put(fields, "INUSE_UNIT", failure->process.unit);
	put(fields, "INUSE_CONTAINER", failure->process.container);
	put_number(fields, "INUSE_NETNS", failure->netns);
	put_number(fields, "INUSE_REPEATS", failure->repeats);
}

static void put_holder(struct fields *fields, const struct iu_answer *answer)
{
	const struct iu_blocker *b = answer->verdict.blockers.n ? &answer->verdict.blockers.v[0] : NULL;
	const struct iu_hold *hold =
		b && b->holds.n ? &answer->snapshot->holds.v[b->holds.v[0]] : NULL;
	const struct iu_process *p = hold ? iu_snapshot_process(answer->snapshot, hold->pid) : NULL;

	if (hold)
		put_number(fields, "INUSE_HOLDER_PID", (uint64_t)hold->pid);
	put(fields, "INUSE_HOLDER", p ? p->name : NULL);
	put(fields, "INUSE_HOLDER_UNIT", b ? (p && p->unit ? p->unit : b->socket.unit) : NULL);
}

static void put_answer(struct fields *fields, const struct iu_answer *answer)
{
	const struct iu_verdict *verdict = &answer->verdict;
	const struct iu_explanation *e = &answer->explanation;

	put(fields, "INUSE_ERROR", verdict->error);
	put_number(fields, "INUSE_ERRNO", (uint64_t)(verdict->error_number > 0 ? verdict->error_number : 0));
	put(fields, "INUSE_CAUSE", iu_cause_name(verdict->cause));
	put(fields, "INUSE_CONFIDENCE", iu_confidence_name(verdict->confidence));
	put(fields, "INUSE_HEADLINE", verdict->headline);
	put_holder(fields, answer);
	put(fields, "INUSE_REMEDY", e->steps.n ? e->steps.v[0].text : "none is known");
	put(fields, "INUSE_REMEDY_COMMAND", e->steps.n ? e->steps.v[0].command : NULL);
}

int iu_journal_send(const struct iu_watch_entry *entry)
{
	struct fields fields = {.n = 0};
	int ret = 0;

	put_message(&fields, entry);
	put(&fields, "MESSAGE_ID", entry->answer ? IU_JOURNAL_REFUSED : IU_JOURNAL_REPEATED);
	put(&fields, "PRIORITY", WARNING);
	put(&fields, "SYSLOG_IDENTIFIER", "inuse");
	put_unit(&fields, entry->failure);
	put_call(&fields, entry->failure);
	if (entry->answer)
		put_answer(&fields, entry->answer);
	for (size_t i = 0; i < fields.n; i++)
		ret = fields.v[i].failed ? IU_E_NOMEM : ret;
	if (ret == 0)
		ret = iu_os_journal_send(fields.v, fields.n);
	for (size_t i = 0; i < fields.n; i++)
		iu_text_free(&fields.v[i]);
	return ret;
}
