/* engine/remedies.c - what helps, in steps that can be done now */
#include "engine/remedies.h"

#include <errno.h>
#include <string.h>

#include "engine/causes/cause.h"
#include "engine/levers.h"
#include "engine/phrase.h"
#include "engine/remedy.h"
#include "engine/rules.h"
#include "knowledge/causes.h"
#include "knowledge/ports.h"
#include "knowledge/services.h"

#define FIRST_HANDED 3 /* SD_LISTEN_FDS_START */

bool iu_remedy_word(struct iu_remedy_context *m, const char *word)
{
	iu_strings_add(m->arena, &m->remedy->command, word);
	return true;
}

bool iu_remedy_target(struct iu_remedy_context *m)
{
	struct iu_strings words = {0};

	iu_phrase_asked(m->arena, m->question, &words);
	for (size_t i = 0; i < words.n; i++)
		iu_remedy_word(m, words.v[i]);
	return true;
}

enum iu_tri iu_remedy_tried(const struct iu_remedy_context *m, uint16_t port, bool reuseaddr)
{
	enum iu_tri all = IU_YES;

	for (size_t i = 0; i < m->evaluation->attempt_count; i++) {
		struct iu_request r = m->evaluation->attempts[i].request;
		const struct iu_probe *p;

		r.port = port;
		r.reuseaddr |= reuseaddr;
		p = iu_evaluation_probe(m->snapshot, &r);
		if (p && p->result)
			return IU_NO;
		/* an ask that works without the remedy needs no try of its own */
		if (!p && !(reuseaddr && m->evaluation->attempts[i].outcome.fails == IU_NO))
			all = IU_UNKNOWN;
	}
	return m->evaluation->attempt_count ? all : IU_UNKNOWN;
}

/* Where no bind() was tried, the rules have been asked: what they know for certain is tried, too. */
static void count_rules(struct iu_remedy_context *m)
{
	if (m->remedy->tried == IU_UNKNOWN && m->evaluation->rules->sockets_seen(m->evaluation) &&
		!m->snapshot->bind_programs.n)
		m->remedy->tried = IU_YES;
}

bool iu_remedy_use_port(struct iu_remedy_context *m)
{
	uint16_t port = m->evaluation ? iu_evaluation_neighbour(m->evaluation) : 0;

	if (m->verdict->cause != IU_CAUSE_PRIVILEGED_PORT &&
		iu_port_is_fixed(m->question->target.port, m->question->target.protocol))
		return false;
	if (!port) {
		if (m->verdict->cause != IU_CAUSE_PRIVILEGED_PORT)
			return false;
		m->remedy->summary = iu_phrase(m->arena, "use a port from %d up",
			m->snapshot->sysctls.unprivileged_port_start < 0
				? 1024 : (int)m->snapshot->sysctls.unprivileged_port_start);
		return true;
	}
	m->remedy->tried = iu_remedy_tried(m, port, false);
	if (m->remedy->tried == IU_NO)
		return false;
	m->remedy->summary = iu_phrase(m->arena,
		m->remedy->tried == IU_YES ? "use port %u (free now)" : "use port %u (nobody has it)",
		(unsigned int)port);
	m->remedy->title = "use a free port";
	m->remedy->value = iu_phrase(m->arena, "%u", (unsigned int)port);
	count_rules(m);
	return true;
}

bool iu_remedy_bind_address(struct iu_remedy_context *m)
{
	struct iu_address address;
	char text[IU_ADDRESS_TEXT];
	struct iu_request r;
	const struct iu_probe *p;

	if (!m->evaluation || !m->evaluation->attempt_count)
		return false;
	/* a wildcard holder leaves nothing of its family, and the other one is no substitute */
	if (m->blocker && iu_address_is_wildcard(&m->blocker->socket.local))
		return false;
	address = iu_evaluation_address(m->evaluation);
	if (address.family == IU_FAMILY_ANY)
		return false;
	r = m->evaluation->attempts[0].request;
	r.address = address;
	r.v6only = false;
	p = iu_evaluation_probe(m->snapshot, &r);
	if (p) {
		m->remedy->tried = iu_tri(p->result == 0);
		if (p->result)
			return false;
	}
	count_rules(m);
	m->remedy->title = "use a free address";
	m->remedy->value = iu_phrase(m->arena, "%s",
		iu_endpoint_format(&address, m->question->target.port, text));
	m->remedy->summary = iu_phrase(m->arena, "bind %s instead, where the port is free", m->remedy->value);
	return true;
}

bool iu_remedy_reuse_instance(struct iu_remedy_context *m)
{
	if (!m->blocker || (m->holder && iu_cause_left_worker(m->holder)))
		return false; /* what is left of a server without its main process is not to be relied on */
	m->remedy->summary = iu_phrase(m->arena, "it runs already: use it at %s",
		iu_phrase_endpoint(m->arena, &m->blocker->socket));
	return true;
}

/* Options that a program hands down to those it starts, with the port that they open. */
static const char *handed_down(const struct iu_process *holder)
{
	static const struct {
		const char *program, *how;
	} rows[] = {
		{"node", "NODE_OPTIONS=--inspect is handed down to every Node it starts: give --inspect to one of them, or --inspect=0"},
		{"java", "JAVA_TOOL_OPTIONS=-agentlib:jdwp is handed down to every Java it starts: give the agent to one of them, or address=0"},
		{"python", "a debugger's or profiler's port in the environment is handed down: give it to one of them, or port 0"},
		{NULL, "one command, two processes that want the same port: give the option or variable that names it to one of them, or port 0"},
	};
	const char *slash = holder && holder->exe ? strrchr(holder->exe, '/') : NULL;
	size_t i = 0;

	while (rows[i].program && (!slash || strncmp(slash + 1, rows[i].program, strlen(rows[i].program))))
		i++;
	return rows[i].how;
}

/* Another process of the asker's command has it: nobody bound anything twice. */
static bool is_of_same_command(const struct iu_remedy_context *m)
{
	const struct iu_question *q = m->question;
	bool own = false;

	for (size_t i = 0; m->blocker && q->asker.count && i < m->blocker->holds.n; i++)
		own |= m->snapshot->holds.v[m->blocker->holds.v[i]].pid == q->asker.line[0];
	return m->blocker && q->asker.count && m->blocker->holds.n && !own;
}

/* The asker has it by a descriptor that was there when it started. 0: it has not. */
static int handed_over(const struct iu_remedy_context *m)
{
	const struct iu_question *q = m->question;

	for (size_t i = 0; m->blocker && q->asker.count && i < m->blocker->holds.n; i++) {
		const struct iu_hold *hold = &m->snapshot->holds.v[m->blocker->holds.v[i]];

		if (hold->pid == q->asker.line[0] && hold->fd >= FIRST_HANDED &&
			(uint32_t)(hold->fd - FIRST_HANDED) < q->asker.handed)
			return hold->fd;
	}
	return 0;
}

/* The asker has it by a descriptor that those above it have as well: it came from there. 0: it has not. */
static int inherited_from(const struct iu_remedy_context *m, int32_t *ret_pid)
{
	const struct iu_question *q = m->question;
	int fd = 0;

	*ret_pid = 0;
	for (size_t i = 0; m->blocker && q->asker.count && i < m->blocker->holds.n; i++) {
		const struct iu_hold *hold = &m->snapshot->holds.v[m->blocker->holds.v[i]];

		if (hold->pid == q->asker.line[0] && hold->fd >= 0)
			fd = hold->fd;
		for (size_t k = 1; k < q->asker.count; k++)
			if (hold->pid == q->asker.line[k])
				*ret_pid = hold->pid;
	}
	return *ret_pid ? fd : 0;
}

/* It opens another address of the port that it has: mostly with a reload. */
static const char *overlaps_itself(const struct iu_remedy_context *m)
{
	const struct iu_question *q = m->question;
	char text[IU_ADDRESS_TEXT];

	if (!m->blocker || q->target.protocol == IU_PROTOCOL_UNIX || q->target.family == IU_FAMILY_ANY ||
		m->blocker->socket.family != q->target.family ||
		iu_address_equal(&m->blocker->socket.local, &q->target.address))
		return NULL;
	return iu_phrase(m->arena,
		"its own socket on %s overlaps with that address: bind one of the two only. A server that reloads opens the new address before it closes the old one: restart it instead, or keep the old line",
		iu_endpoint_format(&m->blocker->socket.local, m->blocker->socket.port, text));
}

static const char *divide_ports(const struct iu_remedy_context *m)
{
	return m->question->asker.count && iu_own_socket_sister(m->question, m->holder)
		? "both are workers of one command: give each a port of its own, 0 or one counted from its number (JEST_WORKER_ID, PYTEST_XDIST_WORKER, LOCAL_RANK)"
		: NULL;
}

/* A variable that was meant for one program. */
static const char *give_to_one(const struct iu_remedy_context *m)
{
	return m->question->asker.variable
		? iu_phrase(m->arena,
			  "%s gives port %u to every program that is started with it, a stop or status command too: set it for the server alone",
			  iu_phrase_safe(m->arena, m->question->asker.variable, IU_NAME_COLUMNS),
			  (unsigned int)m->question->target.port)
		: NULL;
}

bool iu_remedy_fix_program(struct iu_remedy_context *m)
{
	int handed = handed_over(m), fd;
	const char *text = give_to_one(m);
	int32_t from;

	if (!text)
		text = divide_ports(m);
	if (text) {
		m->remedy->summary = text;
		return true;
	}
	if (handed) {
		m->remedy->summary = iu_phrase(m->arena,
			"it was handed over to the program as descriptor %d (LISTEN_FDS): take that one, or start it without its socket unit",
			handed);
		return true;
	}
	fd = inherited_from(m, &from);
	if (fd) {
		m->remedy->summary = iu_phrase(m->arena,
			"the program was started with it, as descriptor %d from %s: take that one instead of binding it again",
			fd, iu_phrase_pid(m->arena, m->snapshot, from));
		return true;
	}
	/* a worker that still has the old address, too: what is handed down is the same address again */
	m->remedy->summary = overlaps_itself(m);
	if (m->remedy->summary)
		return true;
	if (is_of_same_command(m)) {
		m->remedy->summary = handed_down(m->holder);
		return true;
	}
	m->remedy->summary =
		m->blocker && m->blocker->socket.family != m->question->target.family &&
				m->question->target.family != IU_FAMILY_ANY
			? "bind one of the two only: [::] with IPV6_V6ONLY off has IPv4 as well"
			: "bind the address once, or close the first socket before the second bind()";
	return true;
}

bool iu_remedy_retry(struct iu_remedy_context *m)
{
	m->remedy->summary = m->blocker && m->blocker->socket.gone
		? "try again: what was in the way is gone"
		: "try again: the connection is short-lived, and the next one gets another port";
	return true;
}

const struct iu_strings *iu_remedy_raw(const struct iu_remedy *remedy)
{
	return remedy->raw.n ? &remedy->raw : &remedy->command;
}

/* What helps against an error that has no cause but itself. */
static const enum iu_remedy_id *without_cause(const struct iu_verdict *verdict)
{
	static const struct {
		int error;
		enum iu_remedy_id ids[IU_CAUSE_REMEDIES_MAX];
	} rows[] = {
		{EROFS, {IU_REMEDY_USE_PATH}},
		{EPERM, {IU_REMEDY_USE_PATH}},
		{ENOENT, {IU_REMEDY_USE_PATH}},
		{EAFNOSUPPORT, {IU_REMEDY_BIND_ADDRESS, IU_REMEDY_ENABLE_IPV6}},
		{ENOSPC, {IU_REMEDY_FREE_SPACE, IU_REMEDY_USE_PATH}},
	};

	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].error == verdict->error_number)
			return rows[i].ids;
	return NULL;
}

/* Whether it changes nothing for the one who has the port. */
static bool is_harmless(enum iu_remedy_id id)
{
	static const enum iu_remedy_id ids[] = {IU_REMEDY_BIND_ADDRESS, IU_REMEDY_SET_V6ONLY,
		IU_REMEDY_BIND_DEVICE, IU_REMEDY_SET_REUSEPORT, IU_REMEDY_USE_PORT,
		IU_REMEDY_REUSE_INSTANCE};

	for (size_t i = 0; i < IU_COUNT(ids); i++)
		if (ids[i] == id)
			return true;
	return false;
}

/* A daemon of the system, another user's program, a container: others miss it when it ends. */
static bool serves_others(const struct iu_snapshot *snapshot, const struct iu_process *holder)
{
	size_t len = holder && holder->unit ? strlen(holder->unit) : 0;

	if (!holder)
		return false;
	/* of root's programs those are the system's that run as units */
	return holder->container ||
	       (!snapshot->host.uid && len > 8 && !strcmp(holder->unit + len - 8, ".service")) ||
	       (holder->uid_known && holder->uid != snapshot->host.uid) || iu_service_of(holder);
}

/* What it serves is there again a moment later. */
static bool is_gentle(enum iu_remedy_id id)
{
	return id == IU_REMEDY_RESTART_SERVICE;
}

static void move_up(struct iu_verdict *verdict, bool (*fits)(enum iu_remedy_id id), size_t *from)
{
	size_t to = *from;

	for (size_t i = to; i < verdict->remedies.n; i++) {
		struct iu_remedy remedy = verdict->remedies.v[i];

		if (!fits(remedy.id))
			continue;
		for (size_t k = i; k > to; k--)
			verdict->remedies.v[k] = verdict->remedies.v[k - 1];
		verdict->remedies.v[to++] = remedy;
	}
	*from = to;
}

/* What harms nobody comes before what ends somebody who serves others; else the order stays. */
static void order(const struct iu_snapshot *snapshot, const struct iu_process *holder,
	struct iu_verdict *verdict)
{
	size_t to = 0;

	if (!serves_others(snapshot, holder))
		return;
	move_up(verdict, is_harmless, &to);
	move_up(verdict, is_gentle, &to);
}

/* The asker's own program is stopped rather than let go on. */
static void stop_first(const struct iu_snapshot *snapshot, const struct iu_process *holder,
	struct iu_verdict *verdict)
{
	if (verdict->cause != IU_CAUSE_SUSPENDED_PROCESS || !holder || serves_others(snapshot, holder))
		return;
	for (size_t i = 1; i < verdict->remedies.n; i++) {
		struct iu_remedy remedy = verdict->remedies.v[i];

		if (remedy.id != IU_REMEDY_STOP_PROCESS)
			continue;
		for (size_t k = i; k > 0; k--)
			verdict->remedies.v[k] = verdict->remedies.v[k - 1];
		verdict->remedies.v[0] = remedy;
	}
}

/* Where time or the asker itself clears the way, no other way is looked for. */
static bool looks_further(const struct iu_snapshot *snapshot, const struct iu_verdict *verdict)
{
	enum iu_way way = iu_cause_rule(snapshot, verdict->cause)->lever;

	return verdict->status == IU_STATUS_IN_USE && verdict->blockers.n && way != IU_WAY_TIME &&
	       verdict->cause != IU_CAUSE_OWN_SOCKET && verdict->cause != IU_CAUSE_ALREADY_RUNNING &&
	       verdict->cause != IU_CAUSE_EPHEMERAL_EXHAUSTED;
}

static bool are_gone(const struct iu_verdict *verdict)
{
	size_t n = 0;

	while (n < verdict->blockers.n && verdict->blockers.v[n].socket.gone)
		n++;
	return n && n == verdict->blockers.n;
}

static void add(struct iu_arena *arena, const struct iu_remedy_context *all, enum iu_remedy_id id,
	bool *freeing)
{
	const struct iu_remedy_row *help = iu_remedy_row(id);
	struct iu_remedy remedy = {.id = help->id, .summary = help->sentence, .risk = help->risk};
	struct iu_remedy_context m = *all;
	struct iu_remedy *slot;

	for (size_t i = 0; i < m.verdict->remedies.n; i++)
		if (m.verdict->remedies.v[i].id == id)
			return;
	m.remedy = &remedy;
	if (!iu_rules_of(m.snapshot)->remedy(&m, freeing))
		return;
	slot = iu_list_add(arena, &m.verdict->remedies);
	*slot = remedy;
}

void iu_remedies(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict)
{
	const struct iu_cause_row *row = iu_cause_row(verdict->cause);
	const enum iu_remedy_id *again = iu_rules_of(snapshot)->again;
	const struct iu_blocker *blocker = verdict->blockers.n ? &verdict->blockers.v[0] : NULL;
	struct iu_remedy_context m = {
		.arena = arena,
		.question = question,
		.snapshot = snapshot,
		.evaluation = evaluation,
		.verdict = verdict,
		.blocker = blocker,
		.holder = iu_lever_holder(snapshot, blocker),
	};
	static const enum iu_remedy_id once_more[IU_CAUSE_REMEDIES_MAX] = {IU_REMEDY_RETRY};
	const enum iu_remedy_id *ids = row ? row->remedies : without_cause(verdict);
	bool freeing = false;

	if (question->asker.variable && blocker)
		add(arena, &m, IU_REMEDY_FIX_PROGRAM, &freeing);
	if (are_gone(verdict)) {
		ids = once_more;
		again = NULL;
	}

	for (size_t i = 0; ids && i < IU_CAUSE_REMEDIES_MAX && ids[i]; i++)
		add(arena, &m, ids[i], &freeing);
	if (!evaluation || !again || !looks_further(snapshot, verdict))
		again = NULL;
	for (; again && *again; again++)
		add(arena, &m, *again, &freeing);
	if (again)
		order(snapshot, m.holder, verdict);
	stop_first(snapshot, m.holder, verdict);
}
