/* engine/describe.c - the verdict in words, ready for any renderer for people */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "engine/connect.h"
#include "engine/elsewhere.h"
#include "engine/engine.h"
#include "engine/headline.h"
#include "engine/other-system.h"
#include "engine/phrase.h"
#include "engine/rules.h"
#include "knowledge/causes.h"

/* One screen: so many blockers, holders and sentences are told, the rest is counted. */
#define BLOCKERS_TOLD 4
#define HOLDERS_TOLD  3
#define EVIDENCE_TOLD 4
#define GAPS_TOLD     3
#define STEPS_TOLD    5
#define PARENTS_TOLD  3

struct telling {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_rules *rules;
	const struct iu_verdict *verdict;
	struct iu_explanation *explanation;
};

static void add_line(struct telling *t, const char *label, const char *text)
{
	struct iu_explanation_part *part = NULL;

	if (t->explanation->parts.n)
		part = &t->explanation->parts.v[t->explanation->parts.n - 1];
	if (!part || strcmp(part->label, label) != 0) {
		part = iu_list_add(t->arena, &t->explanation->parts);
		part->label = label;
	}
	iu_strings_add(t->arena, &part->lines, text);
}

static const char *moment(struct telling *t, int64_t when)
{
	int64_t now = t->snapshot->host.now;

	if (now < when)
		return iu_phrase_time(t->arena, when);
	return iu_phrase(t->arena, "%s, %s ago", iu_phrase_time(t->arena, when),
		iu_phrase_span(t->arena, now - when));
}

static const char *since(struct telling *t, const struct iu_process *p)
{
	return p->started < 0 ? "" : iu_phrase(t->arena, ", since %s", moment(t, p->started));
}

static const char *state_note(const struct iu_process *p)
{
	switch (p->state) {
	case IU_PROCESS_STOPPED: return ", stopped";
	case IU_PROCESS_TRACED: return ", stopped by a debugger";
	case IU_PROCESS_FROZEN: return ", frozen";
	case IU_PROCESS_ZOMBIE: return ", ended, but threads of it live on";
	case IU_PROCESS_UNKNOWN:
	case IU_PROCESS_RUNNING: break;
	}
	return "";
}

static const char *started_by(struct telling *t, const struct iu_process *p)
{
	const char *chain = "";
	size_t i;

	for (i = 0; i < p->parents.n && i < PARENTS_TOLD; i++)
		chain = iu_phrase(t->arena, "%s%s%s (%d)", chain, i ? " < " : "",
			iu_safe(t->arena, p->parents.v[i].name, 20), (int)p->parents.v[i].pid);
	return chain;
}

/* Where it runs: directory, parents, unit, container; "" when none of it is known. */
static const char *place(struct telling *t, const struct iu_process *p)
{
	const char *text = "";
	const char *parents = started_by(t, p);

	if (p->cwd)
		text = iu_phrase(t->arena, "in %s", iu_safe(t->arena, p->cwd, 80));
	if (*parents)
		text = iu_phrase(t->arena, "%s%sstarted by %s", text, *text ? ", " : "", parents);
	if (p->unit)
		text = iu_phrase(t->arena, "%s%sunit %s", text, *text ? "; " : "",
			iu_safe(t->arena, p->unit, 80));
	if (p->container)
		text = iu_phrase(t->arena, "%s%scontainer %s", text, *text ? "; " : "",
			iu_phrase_container(t->arena, p->container, p->container_name));
	if (p->exe_deleted)
		text = iu_phrase(t->arena, "%s%sits program file was replaced or removed since",
			text, *text ? "; " : "");
	return text;
}

static void tell_process(struct telling *t, const struct iu_process *p, int32_t tid)
{
	const char *where = place(t, p);

	add_line(t, "who",
		iu_phrase(t->arena, "%s%s%s", t->rules->describe_process(t->arena, p, tid), since(t, p), state_note(p)));
	if (*where)
		add_line(t, "who", where);
}

/* Whether the process was told of already, with this or an earlier blocker. */
static bool is_repeated(const struct telling *t, size_t blocker, size_t hold)
{
	const struct iu_holds *holds = &t->snapshot->holds;
	int32_t pid = holds->v[t->verdict->blockers.v[blocker].holds.v[hold]].pid;
	size_t i, k;

	for (i = 0; i <= blocker; i++) {
		size_t end = i == blocker ? hold : t->verdict->blockers.v[i].holds.n;

		for (k = 0; k < end; k++)
			if (holds->v[t->verdict->blockers.v[i].holds.v[k]].pid == pid)
				return true;
	}
	return false;
}

/* Where the system tells it of the socket itself: a program may run for long before it binds. */
static void tell_since(struct telling *t)
{
	size_t i;

	for (i = 0; i < t->verdict->blockers.n && i < BLOCKERS_TOLD; i++) {
		const struct iu_socket *s = &t->verdict->blockers.v[i].socket;

		if (s->since > 0)
			add_line(t, "who",
				iu_phrase(t->arena, "%s is taken since %s",
					iu_phrase_endpoint(t->arena, s), moment(t, s->since)));
	}
}

static void tell_who(struct telling *t)
{
	size_t i, k, told = 0, rest = 0;

	for (i = 0; i < t->verdict->blockers.n && i < BLOCKERS_TOLD * 4; i++) {
		const struct iu_blocker *b = &t->verdict->blockers.v[i];

		for (k = 0; k < b->holds.n && k < 256; k++) {
			const struct iu_hold *hold = &t->snapshot->holds.v[b->holds.v[k]];
			const struct iu_process *p = iu_snapshot_process(t->snapshot, hold->pid);

			if (is_repeated(t, i, k))
				continue;
			if (told == HOLDERS_TOLD) {
				rest++;
				continue;
			}
			told++;
			if (p)
				tell_process(t, p, hold->tid);
			else
				add_line(t, "who", iu_phrase(t->arena, "pid %d", (int)hold->pid));
		}
	}
	if (rest)
		add_line(t, "who", iu_phrase(t->arena, "and %zu more", rest));
	tell_since(t);
}

static const char *ask_address(struct telling *t, const struct iu_blocker *b)
{
	const struct iu_question *q = t->question;
	struct iu_address address = q->target.address;
	char text[IU_ADDRESS_TEXT];

	if (q->target.protocol == IU_PROTOCOL_UNIX)
		return iu_subject(t->arena, q);
	if (q->target.family == IU_FAMILY_ANY || address.family == IU_FAMILY_ANY)
		address = iu_address_wildcard(q->target.family == IU_FAMILY_ANY
				? (b->rule == IU_RULE_IPV4_UNDER_DUAL_STACK ? IU_FAMILY_IPV6
									    : b->socket.family)
				: q->target.family);
	return iu_phrase(t->arena, "%s", iu_endpoint_format(&address, q->target.port, text));
}

/* The verdict's error; where it has none, what this socket would lead to. */
static int error_of(const struct telling *t, const struct iu_blocker *b)
{
	if (t->verdict->error_number)
		return t->verdict->error_number;
	return b->error ? b->error : EADDRINUSE;
}

static void tell_why(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	const char *last = "";
	size_t i, told = 0;

	for (i = 0; i < v->blockers.n; i++) {
		const struct iu_blocker *b = &v->blockers.v[i];
		int error = error_of(t, b);
		const char *line = iu_phrase(t->arena, "%s %s %s with %s (%d): %s%s",
			v->operation == IU_OPERATION_LISTEN ? "listen() on" : "bind() to",
			ask_address(t, b), b->certain == IU_YES ? "fails" : "may fail",
			iu_phrase_errno(error) ? iu_phrase_errno(error) : "an error", error,
			iu_rule_sentence(b->rule),
			t->rules->describe_sharing(t->question, v, b));

		if (!strcmp(line, last))
			continue;
		last = line;
		if (told++ == 2)
			break;
		add_line(t, "why", line);
	}
	if (!v->blockers.n && v->status != IU_STATUS_FREE && v->error)
		add_line(t, "why",
			iu_phrase(t->arena, "%s() fails with %s (%d)",
				iu_operation_name(v->operation) ? iu_operation_name(v->operation)
								: "bind",
				v->error, v->error_number));
	if (v->probe && v->blockers.n)
		add_line(t, "why",
			iu_phrase(t->arena, "%s said %s",
				t->question->symptom.from_call && v->error_number
					? "the kernel, asked by the program itself,"
					: t->rules->asked,
				v->probe));
}

static void tell_cause(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	size_t i, k, told = 0;

	if (!v->cause)
		return;
	add_line(t, "cause",
		iu_phrase(t->arena, "%s (%s): %s", iu_cause_name(v->cause),
			iu_confidence_name(v->confidence), iu_cause_row(v->cause)->sentence));
	for (i = 0; i < v->evidence.n; i++)
		add_line(t, "cause", v->evidence.v[i]);
	for (i = 0; i < v->blockers.n && i < BLOCKERS_TOLD; i++) {
		const struct iu_blocker *b = &v->blockers.v[i];

		if (b->cause != v->cause && b->certain == IU_YES && i) {
			add_line(t, "cause",
				iu_phrase(t->arena, "also in the way: %s on %s (%s)",
					iu_state_name(b->socket.state),
					iu_phrase_endpoint(t->arena, &b->socket),
					iu_cause_name(b->cause) ? iu_cause_name(b->cause) : "?"));
			continue;
		}
		for (k = 0; k < b->evidence.n && told < EVIDENCE_TOLD; k++) {
			if (v->headline && strstr(v->headline, b->evidence.v[k]))
				continue; /* said already */
			told++;
			add_line(t, "cause", b->evidence.v[k]);
		}
	}
	if (v->blockers.n > BLOCKERS_TOLD)
		add_line(t, "cause",
			iu_phrase(t->arena, "and %zu more in the way", v->blockers.n - BLOCKERS_TOLD));
}

static void tell_unseen(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	size_t i;

	for (i = 0; i < v->gaps.n && i < GAPS_TOLD; i++) {
		const struct iu_gap *gap = &v->gaps.v[i];

		add_line(t, "unseen",
			iu_phrase(t->arena, "%s%s%s%s%s", iu_safe(t->arena, gap->what, 120),
				gap->why ? ": " : "",
				gap->why ? iu_safe(t->arena, gap->why, 120) : "",
				gap->fix ? "; to see it: " : "",
				gap->fix ? iu_safe(t->arena, gap->fix, 120) : ""));
	}
	if (v->gaps.n > GAPS_TOLD)
		add_line(t, "unseen",
			iu_phrase(t->arena, "and %zu more of the kind", v->gaps.n - GAPS_TOLD));
}

static void tell_strings(struct telling *t, const char *label, const struct iu_strings *strings)
{
	size_t i;

	for (i = 0; i < strings->n && i < 4; i++)
		add_line(t, label, strings->v[i]);
}

static void tell_steps(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	size_t i;

	for (i = 0; i < v->remedies.n && i < STEPS_TOLD; i++) {
		const struct iu_remedy *remedy = &v->remedies.v[i];
		struct iu_explanation_step *step = iu_list_add(t->arena, &t->explanation->steps);

		step->text = remedy->needs_root
			? iu_phrase(t->arena, "%s (%s)", remedy->summary,
				  t->rules->needs_root)
			: remedy->summary;
		if (remedy->command.n)
			step->command = t->rules->quote(
				t->arena, remedy->command.v, remedy->command.n);
	}
}

int iu_describe(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	struct iu_explanation *ret_story)
{
	struct iu_explanation explanation = {.status = verdict->status, .headline = verdict->headline};
	struct telling t = {
		arena, question, snapshot, iu_rules_of(snapshot), verdict, &explanation};
	bool bind = !iu_connect_is(question) && !iu_elsewhere_is(question);

	if (!iu_elsewhere_is(question) && iu_other_system_is(question, snapshot))
		return iu_other_system_describe(arena, question, snapshot, verdict, ret_story);
	if (question->symptom.from_message.given)
		add_line(&t, "message", iu_other_system_describe_message(arena, question));
	tell_who(&t);
	if (bind)
		tell_why(&t);
	tell_cause(&t);
	if (bind && verdict->status == IU_STATUS_FREE)
		add_line(&t, "note", t.rules->describe_free(question, verdict));
	tell_strings(&t, "note", &verdict->warnings);
	tell_strings(&t, "doubt", &verdict->caveats);
	tell_unseen(&t);
	tell_steps(&t);
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_story = explanation;
	return 0;
}
