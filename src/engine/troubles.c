/* engine/troubles.c - looks a whole machine through for what is in somebody's way, or will be */
#include "engine/troubles.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "engine/engine.h"
#include "engine/evaluation.h"
#include "engine/phrase.h"
#include "engine/range-use.h"
#include "engine/rules.h"
#include "knowledge/ports.h"

#define ASKED_MAX  300               /* questions for a page; then it says that there is more */
#define COPIED_MAX UINT64_C(20000000) /* sockets copied to ask what a restart would meet */
#define OWNERS_MAX 4                 /* programs of one port that are looked at */

struct search {
	struct iu_arena *arena;
	const struct iu_snapshot *snapshot;
	const struct iu_listing *listing;
	struct iu_sysctls limits;
	const struct iu_rules *rules;
	struct iu_troubles *out;
	size_t asked;
	uint64_t copied;
};

/* The rows of one port: [from, to) of the listing. */
struct port {
	size_t from, to, live, closing;
};

static const struct iu_socket *socket_of(const struct search *s, size_t row)
{
	return &s->snapshot->sockets.v[s->listing->rows.v[row].socket];
}

/* The first holder; 0: none was seen. */
static int32_t pid_of(const struct search *s, size_t row)
{
	const struct iu_row *r = &s->listing->rows.v[row];

	return r->holds.n ? s->snapshot->holds.v[r->holds.v[0]].pid : 0;
}

static const struct iu_process *process_of(const struct search *s, size_t row)
{
	int32_t pid = pid_of(s, row);

	return pid ? iu_snapshot_process(s->snapshot, pid) : NULL;
}

/* It takes the name away from others, and no connection does. */
static bool is_live(const struct iu_socket *s)
{
	return s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND;
}

/* ---- a question, and whether its answer is trouble ---- */

/* "8080/tcp" for every address of the machine, else "127.0.0.1:8080/tcp". */
static struct iu_question question_of(struct search *s, const struct iu_socket *socket)
{
	struct iu_question q = {.how.probe = IU_PROBE_NEVER, .asker.low_ports = IU_YES};
	bool wildcard = iu_address_is_wildcard(&socket->local);
	char text[IU_ADDRESS_TEXT];

	q.target.protocol = socket->protocol;
	q.target.port = socket->port;
	q.target.family = wildcard ? IU_FAMILY_ANY : socket->local.family;
	q.target.address = wildcard ? (struct iu_address){0} : socket->local;
	q.target.text = wildcard
		? iu_phrase(s->arena, "%u/%s", (unsigned int)socket->port, iu_protocol_name(socket->protocol))
		: iu_phrase(s->arena, "%s/%s", iu_endpoint_format(&socket->local, socket->port, text),
			  iu_protocol_name(socket->protocol));
	return q;
}

/* Somebody asked for it, and has the answer. */
static bool was_asked(const struct search *s, const struct iu_question *question)
{
	for (size_t i = 0; i < s->out->list.n; i++)
		if (s->out->list.v[i].kind == IU_TROUBLE_ASKED &&
			!strcmp(s->out->list.v[i].question.target.text, question->target.text))
			return true;
	return false;
}

static bool may_ask(struct search *s)
{
	if (s->asked < ASKED_MAX)
		s->asked++;
	else
		s->out->cut = true;
	return !s->out->cut;
}

static void add(struct search *s, const struct iu_trouble *trouble, const struct iu_question *question)
{
	struct iu_trouble *slot = iu_list_add(s->arena, &s->out->list);

	*slot = *trouble;
	slot->question = *question;
	if (!slot->headline)
		slot->headline = trouble->explanation.headline;
}

/* What a cause means for who looks at the machine as a whole; most are how it should be. */
static enum iu_trouble_kind kind_of(const struct iu_verdict *verdict)
{
	static const struct {
		enum iu_cause cause;
		enum iu_trouble_kind kind;
	} rows[] = {
		{IU_CAUSE_SUSPENDED_PROCESS, IU_TROUBLE_UNSERVED},
		{IU_CAUSE_INHERITED_DESCRIPTOR, IU_TROUBLE_UNSERVED},
		{IU_CAUSE_BOUND_NOT_LISTENING, IU_TROUBLE_UNSERVED},
		{IU_CAUSE_DESCRIPTOR_IN_FLIGHT, IU_TROUBLE_UNSERVED},
		{IU_CAUSE_ORPHANED_HANDLE, IU_TROUBLE_UNSERVED},
		{IU_CAUSE_STALE_SOCKET_FILE, IU_TROUBLE_UNSERVED},
		{IU_CAUSE_LOCK_FILE, IU_TROUBLE_UNSERVED},
		{IU_CAUSE_OPEN_CONNECTION, IU_TROUBLE_LEFT},
		{IU_CAUSE_CLOSING_CONNECTION, IU_TROUBLE_LEFT},
		{IU_CAUSE_TIME_WAIT, IU_TROUBLE_LEFT},
	};

	for (size_t i = 0; verdict->status != IU_STATUS_FREE && i < IU_COUNT(rows); i++)
		if (rows[i].cause == verdict->cause)
			return rows[i].kind;
	return IU_TROUBLES;
}

/* Asks, and keeps the answer where its cause is trouble, or where the path has lost its file. */
static int ask(struct search *s, const struct iu_question *question)
{
	struct iu_trouble trouble = {0};
	struct iu_verdict verdict;
	int ret = !was_asked(s, question) && may_ask(s) ? iu_decide(s->arena, question, s->snapshot, &verdict) : 1;

	if (ret)
		return ret < 0 ? ret : 0;
	trouble.kind = kind_of(&verdict);
	if (question->target.path && verdict.status == IU_STATUS_FREE && verdict.warnings.n) {
		trouble.kind = IU_TROUBLE_SHADOWED;
		trouble.headline = iu_phrase(s->arena, "No client finds %s any more: its file is gone.",
			question->target.text);
	}
	if (trouble.kind == IU_TROUBLES)
		return 0;
	ret = iu_describe(s->arena, question, s->snapshot, &verdict, &trouble.explanation);
	if (ret == 0)
		add(s, &trouble, question);
	return ret;
}

/* ---- sockets that nobody serves ---- */

static bool is_elsewhere(const struct iu_snapshot *snapshot, uint64_t inode)
{
	for (size_t i = 0; inode && i < snapshot->in_flight.n; i++)
		if (snapshot->in_flight.v[i].inode == inode)
			return true;
	return false;
}

/* Odd enough to be asked about; only the verdict tells. */
static bool looks_unserved(const struct search *s, size_t row)
{
	const struct iu_socket *socket = socket_of(s, row);
	const struct iu_process *p = process_of(s, row);

	if (!is_live(socket))
		return false;
	if (socket->protocol == IU_PROTOCOL_TCP && socket->state == IU_STATE_BOUND)
		return true;
	if (p && (p->state == IU_PROCESS_STOPPED || p->state == IU_PROCESS_FROZEN || p->state == IU_PROCESS_ZOMBIE))
		return true;
	return socket->waited_on == IU_NO || is_elsewhere(s->snapshot, socket->inode) ||
	       (!p && s->listing->rows.v[row].holds.n && s->snapshot->processes.n);
}

static int find_unserved(struct search *s, const struct port *port)
{
	int ret = 0;

	for (size_t i = port->from; i < port->to && ret == 0; i++) {
		struct iu_question question;

		if (!looks_unserved(s, i))
			continue;
		/* the same socket twice, for IPv4 and IPv6, is one trouble */
		if (i > port->from && looks_unserved(s, i - 1) && process_of(s, i) &&
			process_of(s, i) == process_of(s, i - 1))
			continue;
		question = question_of(s, socket_of(s, i));
		ret = ask(s, &question);
	}
	return ret;
}

/* Connections on a port that the system does not give out: their server is gone. */
static int find_left(struct search *s, const struct port *port)
{
	const struct iu_socket *first = socket_of(s, port->from);
	struct iu_socket any = {.protocol = first->protocol, .port = first->port};
	struct iu_question question;

	if (port->live || first->protocol != IU_PROTOCOL_TCP || iu_in_range(&s->limits, first->port) != IU_NO)
		return 0;
	any.local = iu_address_wildcard(IU_FAMILY_IPV4);
	question = question_of(s, &any);
	return ask(s, &question);
}

/* ---- what the next start would meet ---- */

static bool same_text(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

/* Sockets of one server: workers, or one for each family, may be several processes. */
static bool same_owner(const struct search *s, size_t a, size_t b)
{
	const struct iu_process *p = process_of(s, a), *q = process_of(s, b);
	const struct iu_socket *x = socket_of(s, a), *y = socket_of(s, b);
	int32_t pid = pid_of(s, a);

	if (pid && pid == pid_of(s, b))
		return true;
	if (p && q)
		return same_text(p->name, q->name) || same_text(p->unit, q->unit);
	if (same_text(x->unit, y->unit) || same_text(x->container, y->container))
		return true;
	return !pid && !pid_of(s, b) && x->uid_known == y->uid_known && x->uid == y->uid;
}

/* Not taken yet by accept(): it ends with its listener. */
static bool is_waiting(const struct iu_socket *s)
{
	return !s->inode && !s->mini && (s->state == IU_STATE_ESTABLISHED || s->state == IU_STATE_SYN_RECV);
}

/*
 * The machine as it were if the program of that row had ended. What besides sockets may refuse a bind() (BPF
 * programs, excluded ranges) is left out: it let this one pass, and a program may have excluded a port for itself.
 */
static void without(struct search *s, const struct port *port, size_t row, struct iu_arena *scratch,
	struct iu_snapshot *ret)
{
	const struct iu_sockets *all = &s->snapshot->sockets;
	bool *gone = iu_arena_alloc(scratch, all->n);

	*ret = *s->snapshot;
	ret->seen = UINT32_MAX; /* which of those that are known meet, is the question */
	ret->bind_programs.n = 0;
	ret->windows.exclusions.n = 0;
	ret->sockets = (struct iu_sockets){iu_arena_alloc(scratch, all->n * sizeof(*all->v)), 0, all->n};
	s->copied += all->n;
	if (scratch->failed)
		return;
	for (size_t i = port->from; i < port->to; i++)
		gone[s->listing->rows.v[i].socket] =
			is_waiting(socket_of(s, i)) || (socket_of(s, i)->inode && same_owner(s, row, i));
	for (size_t i = 0; i < all->n; i++)
		if (!gone[i])
			ret->sockets.v[ret->sockets.n++] = all->v[i];
}

/* As the program asked when it was started; what is not known of it speaks for it. */
static struct iu_question again(struct search *s, const struct iu_socket *socket)
{
	struct iu_question q = question_of(s, socket);

	q.target.family = socket->family;
	q.target.address = socket->local;
	q.options = (struct iu_options){
		.reuseaddr = socket->reuseaddr == IU_YES ||
			(socket->reuseaddr == IU_UNKNOWN && s->rules->reuseaddr_passes_closing),
		.reuseport = socket->reuseport == IU_YES,
		.exclusive = socket->exclusive == IU_YES,
		.nonlocal = true,
		.v6only = socket->v6only,
		.device = socket->device,
		.ifindex = socket->ifindex,
		.uid_given = socket->uid_known,
		.uid = socket->uid,
	};
	return q;
}

static const char *owner_words(struct search *s, size_t row)
{
	const struct iu_process *p = process_of(s, row);

	if (p)
		return iu_phrase_process(s->arena, p);
	return pid_of(s, row) ? iu_phrase(s->arena, "pid %d", (int)pid_of(s, row)) : "the program";
}

/* Tells apart what is in the way of a start from who else answers. Returns: 1: trouble. */
static int judge_restart(struct search *s, size_t row, size_t other, const struct iu_verdict *verdict,
	struct iu_trouble *trouble)
{
	const struct iu_socket *socket = socket_of(s, row);
	bool both;

	if (verdict->status == IU_STATUS_IN_USE && verdict->blockers.n &&
		verdict->blockers.v[0].certain == IU_YES) {
		trouble->kind = IU_TROUBLE_RESTART;
		trouble->headline = iu_phrase(s->arena, "A restart of %s would fail now.", owner_words(s, row));
		trouble->lead = verdict->headline;
		return 1;
	}
	/* "unknown": options decide that nobody could see, and both are there */
	both = verdict->status == IU_STATUS_UNKNOWN && verdict->blockers.n && is_live(&verdict->blockers.v[0].socket);
	if (row == other || (!both && (verdict->status != IU_STATUS_FREE || !verdict->warnings.n)))
		return 0;
	trouble->kind = IU_TROUBLE_SHADOWED;
	trouble->beside = socket_of(s, other)->local;
	trouble->headline = iu_phrase(s->arena, "Two programs answer on port %u/%s: %s on %s, %s on %s.",
		(unsigned int)socket->port, iu_protocol_name(socket->protocol), owner_words(s, row),
		iu_phrase_endpoint(s->arena, socket), owner_words(s, other),
		iu_phrase_endpoint(s->arena, socket_of(s, other)));
	return 1;
}

/* What was left out was not compared: only who else answers is the point. */
static void drop_checked(struct iu_explanation *story)
{
	size_t n = 0;

	for (size_t i = 0; i < story->parts.n; i++)
		if (strcmp(story->parts.v[i].label, "checked") != 0)
			story->parts.v[n++] = story->parts.v[i];
	story->parts.n = n;
}

/* @other: a row of another program there, if there is one. Returns: 1: found, 0: it would start, < 0: no memory. */
static int try_restart(struct search *s, const struct port *port, size_t row, size_t other)
{
	struct iu_question question = again(s, socket_of(s, row));
	struct iu_arena scratch = {0};
	struct iu_trouble trouble = {0};
	struct iu_snapshot rest;
	struct iu_verdict verdict;
	int ret;

	if (s->copied > COPIED_MAX)
		s->out->cut = true;
	if (!may_ask(s))
		return 0;
	without(s, port, row, &scratch, &rest);
	ret = scratch.failed ? IU_E_NOMEM : iu_decide(s->arena, &question, &rest, &verdict);
	if (ret == 0)
		ret = judge_restart(s, row, other, &verdict, &trouble);
	if (ret == 1 && iu_describe(s->arena, &question, &rest, &verdict, &trouble.explanation) < 0)
		ret = IU_E_NOMEM;
	if (ret == 1 && trouble.kind == IU_TROUBLE_SHADOWED)
		drop_checked(&trouble.explanation);
	if (ret == 1)
		add(s, &trouble, &question);
	iu_arena_free(&scratch);
	return ret;
}

/* Sharing is what these protocols are made for. */
static bool is_shared_by_custom(const struct search *s, const struct port *port)
{
	bool shared = iu_port_is_fixed(socket_of(s, port->from)->port, IU_PROTOCOL_UDP) &&
		      socket_of(s, port->from)->protocol == IU_PROTOCOL_UDP;

	for (size_t i = port->from; i < port->to && shared; i++)
		shared = socket_of(s, i)->reuseaddr != IU_NO || socket_of(s, i)->reuseport != IU_NO ||
			 iu_address_is_multicast(&socket_of(s, i)->local);
	return shared;
}

/* One row for each program that lives on the port. */
static size_t owners_of(const struct search *s, const struct port *port, size_t owners[OWNERS_MAX])
{
	size_t n = 0, k;

	for (size_t i = port->from; i < port->to && n < OWNERS_MAX; i++) {
		if (!is_live(socket_of(s, i)))
			continue;
		for (k = 0; k < n && !same_owner(s, owners[k], i); k++)
			;
		if (k == n)
			owners[n++] = i;
	}
	return n;
}

static int find_restart(struct search *s, const struct port *port)
{
	size_t owners[OWNERS_MAX], n = owners_of(s, port, owners);
	int ret = 0;

	for (size_t i = 0; i < n && ret == 0; i++) {
		bool alone = n < 2 || is_shared_by_custom(s, port);
		bool met = port->closing && socket_of(s, owners[i])->reuseaddr == IU_NO;

		if (!alone || met)
			ret = try_restart(s, port, owners[i], owners[i || n < 2 ? 0 : 1]);
	}
	return ret < 0 ? ret : 0; /* one of a port is enough: the other one is told in it */
}

/* ---- all ports, all paths, the range ---- */

static int find_on_ports(struct search *s)
{
	const size_t n = s->listing->rows.n;
	int ret = 0;

	for (struct port port = {0}; port.from < n && ret == 0; port.from = port.to) {
		const struct iu_socket *first = socket_of(s, port.from);

		if (first->protocol == IU_PROTOCOL_UNIX)
			return 0; /* they come last */
		port.live = port.closing = 0;
		for (port.to = port.from; port.to < n; port.to++) {
			const struct iu_socket *socket = socket_of(s, port.to);

			if (socket->protocol != first->protocol || socket->port != first->port)
				break;
			port.live += is_live(socket);
			port.closing += iu_is_closing(socket);
		}
		ret = find_unserved(s, &port);
		if (ret == 0)
			ret = find_left(s, &port);
		if (ret == 0)
			ret = find_restart(s, &port);
	}
	return ret;
}

static int find_on_paths(struct search *s)
{
	int ret = 0;

	for (size_t i = 0; i < s->snapshot->paths.n && ret == 0; i++) {
		const struct iu_path *path = &s->snapshot->paths.v[i];
		struct iu_question question = {.how.probe = IU_PROBE_NEVER};
		bool dead = path->kind == IU_FILE_SOCKET && path->alive == IU_NO;

		if (path->root_pid || path->unanswered || (!dead && path->lstat_errno != ENOENT))
			continue;
		question.target.protocol = IU_PROTOCOL_UNIX;
		question.target.family = IU_FAMILY_UNIX;
		question.target.path = path->path;
		question.target.path_len = path->path_len;
		question.target.text = iu_phrase_safe(s->arena,
			iu_arena_strndup(s->arena, path->path, path->path_len), 0);
		ret = ask(s, &question);
	}
	return ret;
}

static int find_on_range(struct search *s, enum iu_protocol protocol, struct iu_range_use *use)
{
	struct iu_trouble trouble = {.kind = IU_TROUBLE_RANGE};
	struct iu_question question = {
		.target = {.text = protocol == IU_PROTOCOL_TCP ? "0/tcp" : "0/udp", .protocol = protocol},
		.how.probe = IU_PROBE_NEVER,
	};
	int ret;

	*use = iu_range_use_count(s->arena, s->snapshot, protocol);
	ret = iu_range_use_explain(s->arena, &question, s->snapshot, use, &trouble.explanation);
	if (ret == 1)
		add(s, &trouble, &question);
	return ret < 0 ? ret : 0;
}

static int by_kind(const void *left, const void *right)
{
	const struct iu_trouble *a = left, *b = right;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->question.target.protocol != b->question.target.protocol)
		return a->question.target.protocol < b->question.target.protocol ? -1 : 1;
	if (a->question.target.port != b->question.target.port)
		return a->question.target.port < b->question.target.port ? -1 : 1;
	return strcmp(a->question.target.text, b->question.target.text);
}

int iu_troubles_find(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_listing *listing, struct iu_troubles *troubles)
{
	struct search s = {.arena = arena, .snapshot = snapshot, .listing = listing, .out = troubles,
		.rules = iu_rules_of(snapshot)};
	size_t before = troubles->list.n;
	int ret;

	s.limits = iu_range_use_limits(arena, snapshot, IU_PROTOCOL_TCP);
	ret = find_on_range(&s, IU_PROTOCOL_TCP, &troubles->tcp);
	if (ret == 0)
		ret = find_on_range(&s, IU_PROTOCOL_UDP, &troubles->udp);
	if (ret == 0)
		ret = find_on_ports(&s);
	if (ret == 0)
		ret = find_on_paths(&s);
	if (ret == 0 && troubles->list.n > before)
		qsort(troubles->list.v + before, troubles->list.n - before, sizeof(*troubles->list.v), by_kind);
	return ret < 0 ? ret : arena->failed ? IU_E_NOMEM : 0;
}
