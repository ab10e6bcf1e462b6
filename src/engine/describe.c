/* engine/describe.c - the verdict in words, ready for any renderer for people */
#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/connect.h"
#include "engine/elsewhere.h"
#include "engine/engine.h"
#include "engine/headline.h"
#include "engine/other-system.h"
#include "engine/phrase.h"
#include "engine/rules.h"
#include "knowledge/causes.h"
#include "knowledge/workers.h"

/* One screen: so many blockers, holders and sentences are told, the rest is counted. */
#define BLOCKERS_TOLD 4
#define HOLDERS_TOLD  3
#define EVIDENCE_TOLD 4
#define GAPS_TOLD     3
#define STEPS_SHORT   4
#define STEPS_TOLD    12
#define PARENTS_TOLD  8

struct telling {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_rules *rules;
	const struct iu_verdict *verdict;
	struct iu_explanation *explanation;
};

static void add(struct telling *t, const char *label, bool detail, const char *text)
{
	struct iu_explanation_part *part = NULL;

	if (t->explanation->parts.n)
		part = &t->explanation->parts.v[t->explanation->parts.n - 1];
	if (!part || part->detail != detail || strcmp(part->label, label) != 0) {
		part = iu_list_add(t->arena, &t->explanation->parts);
		part->label = label;
		part->detail = detail;
	}
	iu_strings_add(t->arena, &part->lines, text);
}

static void add_line(struct telling *t, const char *label, const char *text)
{
	add(t, label, false, text);
}

static void add_detail(struct telling *t, const char *label, const char *text)
{
	add(t, label, true, text);
}

static const char *moment(struct telling *t, int64_t when)
{
	int64_t now = t->snapshot->host.now;

	if (now < when)
		return iu_phrase_time(t->arena, when, t->question->asker.clock);
	return iu_phrase(t->arena, "%s, %s ago", iu_phrase_time(t->arena, when, t->question->asker.clock),
		iu_phrase_span(t->arena, now - when));
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

/* ", running for 2 h, on pts/2"; of one that does not run ", stopped, started 2 h ago". */
static const char *age(struct telling *t, const struct iu_process *p)
{
	const char *state = state_note(p);
	int64_t now = t->snapshot->host.now;
	const char *where = "";
	char tty[24];

	if (iu_process_tty(p->tty, tty))
		where = iu_phrase(t->arena, ", on %s", tty);
	if (p->started < 0 || now < p->started)
		return iu_phrase(t->arena, "%s%s", state, where);
	return iu_phrase(t->arena, *state ? "%s, started %s ago%s" : "%s, running for %s%s", state,
		iu_phrase_span(t->arena, now - p->started), where);
}

static const char *parents_of(struct telling *t, const struct iu_process *p)
{
	const char *chain = "";
	size_t i;

	for (i = 0; i < p->parents.n && i < PARENTS_TOLD; i++)
		chain = iu_phrase(t->arena, "%s%s%s (%d)", chain, i ? ", by " : "",
			iu_safe(t->arena, p->parents.v[i].name, 20), (int)p->parents.v[i].pid);
	return chain;
}

static const char *join(struct telling *t, const char *text, const char *more)
{
	return iu_phrase(t->arena, "%s%s%s", text, *text ? ", " : "", more);
}

/* "this directory", "~/shop", "/srv/shop": as the reader would write it. */
static const char *directory(struct telling *t, const char *cwd)
{
	const char *here = t->question->asker.here, *home = t->question->asker.home;
	size_t len = home ? strlen(home) : 0;

	if (here && !strcmp(here, cwd))
		return "this directory";
	if (len > 1 && !strncmp(cwd, home, len) && (!cwd[len] || cwd[len] == '/'))
		return iu_phrase(t->arena, "~%s", iu_safe(t->arena, cwd + len, 80));
	return iu_safe(t->arena, cwd, 80);
}

/* A shell that was told one command is nobody: who called it is. */
static const struct iu_parent *starter(const struct iu_process *p)
{
	for (size_t i = 0; i < p->parents.n; i++)
		if (p->parents.v[i].name && strcmp(p->parents.v[i].name, "sh") != 0)
			return &p->parents.v[i];
	return NULL;
}

/* "over ssh from 192.0.2.7", "in tmux", "by cron": how the origin goes on behind who started it. */
static const char *from_origin(struct telling *t, const struct iu_process *p, bool direct)
{
	const char *kind = p->origin.kind, *name = iu_safe(t->arena, p->origin.name, 40);
	const char *from = p->origin.from ? iu_safe(t->arena, p->origin.from, 64) : NULL;

	if (!strcmp(kind, "ssh"))
		return iu_phrase(t->arena, "over %s%s%s", name, from ? " from " : "", from ? from : "");
	if (from)
		return iu_phrase(t->arena, "in %s %s", name, from);
	return iu_phrase(t->arena, "%s %s", direct || !strcmp(kind, "cron") || !strcmp(kind, "manager") ? "by" : "in",
		name);
}

/* "started by npm in tmux": who did, and the first before it that has a name. */
static const char *started(struct telling *t, const struct iu_process *p)
{
	const struct iu_parent *parent = starter(p);
	bool direct = parent && p->origin.kind && parent->pid == p->origin.pid;
	const char *who = parent && !direct
		? iu_phrase(t->arena, " by %s",
			  iu_safe(t->arena, parent->script ? parent->script : parent->name, 20)) : "";

	if (!*who && !p->origin.kind)
		return "";
	return iu_phrase(t->arena, "started%s%s%s", who, p->origin.kind ? " " : "",
		p->origin.kind ? from_origin(t, p, direct) : "");
}

/* "container shop-db-1 (0123456789ab), image postgres:16, service db of shop" */
static const char *container(struct telling *t, const struct iu_process *p)
{
	const char *text = iu_phrase(t->arena, "container %s",
		p->container ? iu_phrase_container(t->arena, p->container, p->container_name)
			     : iu_safe(t->arena, p->container_name, 64));

	if (p->image)
		text = iu_phrase(t->arena, "%s, image %s", text, iu_safe(t->arena, p->image, 60));
	if (p->service)
		text = iu_phrase(t->arena, "%s, service %s of %s", text, iu_safe(t->arena, p->service, 40),
			iu_safe(t->arena, p->project ? p->project : "its project", 40));
	return text;
}

/* Where it runs: directory, who started it, unit, container; "" when none of it is known. */
static const char *place(struct telling *t, const struct iu_process *p)
{
	const char *text = "", *by = started(t, p);

	if (p->cwd)
		text = iu_phrase(t->arena, "in %s%s%s%s", directory(t, p->cwd),
			p->branch ? " (branch " : "", p->branch ? iu_safe(t->arena, p->branch, 40) : "",
			p->branch ? ")" : "");
	/* a scope is around whatever somebody started */
	if (p->unit && (!*by || !strstr(p->unit, ".scope")))
		text = join(t, text, iu_phrase(t->arena, "unit %s", iu_safe(t->arena, p->unit, 80)));
	else if (*by && !p->container && !p->container_name)
		text = join(t, text, by);
	if (p->container || p->container_name)
		text = join(t, text, container(t, p));
	if (p->exe_deleted)
		text = join(t, text, "its program file was replaced or removed since");
	return text;
}

static void tell_process(struct telling *t, const struct iu_process *p, int32_t tid)
{
	const char *where = place(t, p);

	add_line(t, "who", t->rules->describe_process(t->arena, p, tid, age(t, p)));
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
			add_detail(t, "since",
				iu_phrase(t->arena, "%s: %s", iu_phrase_endpoint(t->arena, s),
					moment(t, s->since)));
	}
}

/* What the card says in short of each holder. */
static void tell_more_of(struct telling *t, const struct iu_process *p)
{
	const char *chain = parents_of(t, p);

	if (p->command.n && p->command.v[0] && *p->command.v[0] == '/')
		add_detail(t, "command", iu_phrase_command(t->arena, p));
	if (p->started >= 0)
		add_detail(t, "since", iu_phrase(t->arena, "%s: %s", iu_phrase_process(t->arena, p),
			moment(t, p->started)));
	if (*chain)
		add_detail(t, "started", iu_phrase(t->arena, "by %s", chain));
}

typedef void teller(struct telling *t, const struct iu_process *p, int32_t pid, int32_t tid);

static void tell_holder(struct telling *t, const struct iu_process *p, int32_t pid, int32_t tid)
{
	if (p)
		tell_process(t, p, tid);
	else
		add_line(t, "who", iu_phrase(t->arena, "pid %d", (int)pid));
}

static void tell_holder_more(struct telling *t, const struct iu_process *p, int32_t pid, int32_t tid)
{
	(void)pid;
	(void)tid;
	if (p)
		tell_more_of(t, p);
}

/* Each holder once; returns how many were left out. */
static size_t each_holder(struct telling *t, teller *tell)
{
	size_t i, k, told = 0, rest = 0;

	for (i = 0; i < t->verdict->blockers.n && i < BLOCKERS_TOLD * 4; i++) {
		const struct iu_blocker *b = &t->verdict->blockers.v[i];

		for (k = 0; k < b->holds.n && k < 256; k++) {
			const struct iu_hold *hold = &t->snapshot->holds.v[b->holds.v[k]];

			if (is_repeated(t, i, k))
				continue;
			if (told == HOLDERS_TOLD) {
				rest++;
				continue;
			}
			told++;
			tell(t, iu_snapshot_process(t->snapshot, hold->pid), hold->pid, hold->tid);
		}
	}
	return rest;
}

/* "perhaps node server.js  (pid 4767): it has the port among its arguments" */
static void tell_likely(struct telling *t, const struct iu_blocker *b)
{
	for (size_t i = 0; i < b->likely; i++) {
		const struct iu_unreadable *u = &t->snapshot->unreadable.v[b->candidates.v[i]];
		const struct iu_process *p = iu_snapshot_process(t->snapshot, u->pid);

		add_line(t, "who", iu_phrase(t->arena, "perhaps %s\t(pid %d): it %s",
			p && p->command.n ? iu_phrase_short_command(t->arena, p) : iu_safe(t->arena, u->name, 40),
			(int)u->pid, b->likely_why));
	}
}

static void tell_who(struct telling *t)
{
	size_t rest = each_holder(t, tell_holder);

	for (size_t i = 0; i < t->verdict->blockers.n && i < BLOCKERS_TOLD; i++)
		tell_likely(t, &t->verdict->blockers.v[i]);
	if (rest)
		add_line(t, "who", iu_phrase(t->arena, "and %zu more", rest));
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

/* Why it is taken, where the cause says more than the addresses that meet. */
static const char *const whys[IU_CAUSE_COUNT] = {
	[IU_CAUSE_SUSPENDED_PROCESS] = "a stopped program keeps its port, and answers nobody",
	[IU_CAUSE_INHERITED_DESCRIPTOR] =
		"the server is gone; a program that it started still has its socket open",
	[IU_CAUSE_BOUND_NOT_LISTENING] =
		"a bound port is taken, even when nobody listens (most tools show nothing)",
	[IU_CAUSE_OPEN_CONNECTION] = "nobody listens, but connections on this port are still open",
	[IU_CAUSE_CLOSING_CONNECTION] =
		"the kernel still closes a connection, and keeps its port until then",
	[IU_CAUSE_TIME_WAIT] =
		"the kernel keeps the port of a closed connection for up to 60 s, for late packets",
	[IU_CAUSE_OUTBOUND_CONNECTION] =
		"the system gave this port to a client connection that asked for any",
	[IU_CAUSE_DESCRIPTOR_IN_FLIGHT] = "the socket lies in a message that nobody has read",
	[IU_CAUSE_REGISTERED_FILE] = "io_uring holds it, with no open file that tools would show",
	[IU_CAUSE_STALE_SOCKET_FILE] =
		"the program that made it is gone, and bind() never replaces a file",
	[IU_CAUSE_PATH_EXISTS] = "bind() makes a new file, and never replaces one",
};

/* "listen() on 0.0.0.0:80 fails with EADDRINUSE (98)" */
static const char *call_line(struct telling *t, const struct iu_blocker *b)
{
	int error = error_of(t, b);

	return iu_phrase(t->arena, "%s %s %s with %s (%d)",
		t->verdict->operation == IU_OPERATION_LISTEN ? "listen() on" : "bind() to",
		ask_address(t, b), b->certain == IU_YES ? "fails" : "may fail",
		iu_phrase_errno(error) ? iu_phrase_errno(error) : "an error", error);
}

/* A publisher of something that is gone serves nobody: that is why its port is taken. */
static bool is_left_over(const struct telling *t, const struct iu_blocker *b)
{
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_process *process =
			iu_snapshot_process(t->snapshot, t->snapshot->holds.v[b->holds.v[i]].pid);

		if (process && process->left_over == IU_YES)
			return true;
	}
	return false;
}

/* What is left of a server: its main process would have ended it. NULL: nothing is. */
static const char *left_worker(const struct telling *t, const struct iu_blocker *b)
{
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_process *p = iu_snapshot_process(
			t->snapshot, t->snapshot->holds.v[b->holds.v[i]].pid);
		const char *what = p ? iu_cause_left_worker(p) : NULL;

		if (!what)
			return NULL; /* the main process, or another program */
		if (i + 1 == b->holds.n)
			return iu_phrase(t->arena, "it is %s, left over: its main process is gone", what);
	}
	return NULL;
}

/* One sentence: which addresses meet, where that is not plain, and why they do not share. */
static void tell_why(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	const struct iu_blocker *b = v->blockers.n ? &v->blockers.v[0] : NULL;
	const char *sharing, *line = whys[v->cause];

	if (!b)
		return;
	sharing = t->rules->describe_sharing(t->question, v, b);
	if (!line && is_left_over(t, b))
		line = "it is left over: the container or machine that it forwards to is gone";
	if (!line)
		line = left_worker(t, b);
	if (!line && *sharing && (b->rule == IU_RULE_SAME_ADDRESS || b->rule == IU_RULE_BOTH_WILDCARD))
		line = sharing;
	if (!line)
		line = iu_phrase(t->arena, "%s%s%s", iu_rule_sentence(b->rule),
			*sharing && *iu_rule_sentence(b->rule) ? "; " : "", sharing);
	if (*line)
		add_line(t, "why", line);
}

/* The calls, rules and answers of the kernel behind that sentence. */
static void tell_rules(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	const char *last = "";
	size_t i, told = 0;

	for (i = 0; i < v->blockers.n; i++) {
		const struct iu_blocker *b = &v->blockers.v[i];
		const char *sharing = t->rules->describe_sharing(t->question, v, b);
		const char *line = iu_phrase(t->arena, "%s: %s%s%s", call_line(t, b),
			iu_rule_sentence(b->rule), *sharing ? "; " : "", sharing);

		if (!strcmp(line, last))
			continue;
		last = line;
		if (told++ == 2)
			break;
		add_detail(t, "rule", line);
	}
	if (!v->blockers.n && v->status != IU_STATUS_FREE && v->error)
		add_detail(t, "rule",
			iu_phrase(t->arena, "%s() fails with %s (%d)",
				iu_operation_name(v->operation) ? iu_operation_name(v->operation)
								: "bind",
				v->error, v->error_number));
	if (v->probe && v->blockers.n)
		add_detail(t, "rule",
			iu_phrase(t->arena, "%s said %s",
				t->question->symptom.from_call && v->error_number
					? "the kernel, asked by the program itself,"
					: t->rules->asked,
				v->probe));
}

/* What led to the cause is a detail, unless it is not proven. */
static void tell_cause(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	bool detail = v->confidence == IU_CONFIDENCE_PROVEN;
	size_t i, k, told = 0;

	if (!v->cause)
		return;
	if (!detail && v->cause != IU_CAUSE_HIDDEN_HOLDER) /* the headline says that */
		add_line(t, "but", iu_phrase(t->arena, "this is %s, not proven", iu_confidence_name(v->confidence)));
	add_detail(t, "cause",
		iu_phrase(t->arena, "%s (%s): %s", iu_cause_name(v->cause),
			iu_confidence_name(v->confidence), iu_cause_row(v->cause)->sentence));
	for (i = 0; i < v->evidence.n; i++)
		add_detail(t, "cause", v->evidence.v[i]);
	for (i = 0; i < v->blockers.n && i < BLOCKERS_TOLD; i++) {
		const struct iu_blocker *b = &v->blockers.v[i];

		if (b->cause != v->cause && b->certain == IU_YES && i) {
			add_detail(t, "cause",
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
			add_detail(t, "cause", b->evidence.v[k]);
		}
	}
	if (v->blockers.n > BLOCKERS_TOLD)
		add_detail(t, "cause",
			iu_phrase(t->arena, "and %zu more in the way", v->blockers.n - BLOCKERS_TOLD));
}

/* "not visible without root: the open files of 53 processes" */
static const char *gap_line(struct telling *t, const struct iu_gap *gap)
{
	const char *what = iu_safe(t->arena, gap->what, 120);
	const char *why = gap->why ? iu_safe(t->arena, gap->why, 120) : NULL;
	const char *fix = gap->fix ? iu_safe(t->arena, gap->fix, 120) : NULL;

	if (fix && !strcmp(fix, "run as root"))
		return iu_phrase(t->arena, "not visible without root: %s", what);
	return iu_phrase(t->arena, "not seen: %s%s%s%s%s%s", what, why ? " (" : "", why ? why : "",
		why ? ")" : "", fix ? "; " : "", fix ? fix : "");
}

static void tell_unseen(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	size_t i;

	for (i = 0; i < v->gaps.n && i < GAPS_TOLD; i++)
		add_line(t, "but", gap_line(t, &v->gaps.v[i]));
	if (v->gaps.n > GAPS_TOLD)
		add_line(t, "but",
			iu_phrase(t->arena, "and %zu more like that", v->gaps.n - GAPS_TOLD));
}

static void tell_strings(struct telling *t, const char *label, const struct iu_strings *strings)
{
	size_t i;

	for (i = 0; i < strings->n && i < 4; i++)
		add_line(t, label, strings->v[i]);
}

/* A command as it is typed: the shortest target that means the same, sudo where it is needed. */
static const char *typed(struct telling *t, const struct iu_remedy *remedy)
{
	const char *target = t->question->target.text;
	struct iu_strings words = {0};

	if (remedy->needs_root && t->rules->elevate && strcmp(remedy->command.v[0], t->rules->elevate) != 0)
		iu_strings_add(t->arena, &words, t->rules->elevate);
	for (size_t i = 0; i < remedy->command.n; i++) {
		const char *word = remedy->command.v[i];

		iu_strings_add(t->arena, &words,
			target && !strcmp(word, target) ? iu_phrase_target(t->arena, t->question) : word);
	}
	return t->rules->quote(t->arena, words.v, words.n);
}

static void tell_steps(struct telling *t)
{
	const struct iu_verdict *v = t->verdict;
	size_t i;

	t->explanation->steps_short = STEPS_SHORT;
	for (i = 0; i < v->remedies.n && i < STEPS_TOLD; i++) {
		const struct iu_remedy *remedy = &v->remedies.v[i];
		struct iu_explanation_step *step = iu_list_add(t->arena, &t->explanation->steps);

		step->text = remedy->title ? remedy->title : remedy->summary;
		step->command = remedy->value;
		if (remedy->command.n)
			step->command = typed(t, remedy);
		if (remedy->needs_root && !remedy->value && !(remedy->command.n && t->rules->elevate))
			step->text = iu_phrase(t->arena, "%s (%s)", step->text, t->rules->needs_root);
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
	tell_strings(&t, "warning", &verdict->warnings);
	tell_strings(&t, "but", &verdict->caveats);
	tell_unseen(&t);
	tell_cause(&t);
	if (bind)
		tell_rules(&t);
	if (bind && verdict->status == IU_STATUS_FREE)
		add_detail(&t, "checked", t.rules->describe_free(question, verdict));
	tell_since(&t);
	each_holder(&t, tell_holder_more);
	tell_steps(&t);
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_story = explanation;
	return 0;
}
