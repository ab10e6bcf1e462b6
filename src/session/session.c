/* session/session.c - collect in rounds, probe where allowed, decide, tell */
#include "session/session.h"

#include "base/err.h"
#include "engine/engine.h"
#include "os/os.h"

/* Sockets; holders of those in the way; whether anybody waits on what may have been inherited. */
#define ROUNDS 3

/* Sockets of a listing that are in memory at a time: with their holders some 10 MiB. */
#define PORTION 8192

/* @seen: decides what is needed; @known: is not looked at */
static int collect_round(struct iu_session *session, const struct iu_questions *questions,
	const struct iu_snapshot *seen, uint32_t known)
{
	struct iu_arena arena = {0};
	struct iu_needs needs = {0};
	int ret;

	ret = iu_needs_next(&arena, questions, seen, &needs);
	needs.facts &= ~known;
	if (ret >= 0)
		ret = needs.facts ? iu_os_collect(&needs, &session->snapshot) : 0;
	if (ret >= 0)
		ret = needs.facts != 0;
	iu_arena_free(&arena);
	return ret;
}

void iu_session_begin(struct iu_budget *budget)
{
	if (!budget)
		return;
	budget->cut = NULL;
	budget->deadline_ms = budget->most_ms ? iu_os_now_ms() + budget->most_ms : INT64_MAX;
}

int iu_session_look(struct iu_session *session, const struct iu_questions *questions)
{
	int round, ret = 1;

	iu_session_begin(questions->n ? questions->v[0].how.budget : NULL);
	iu_snapshot_init(&session->snapshot);
	for (round = 0; round < ROUNDS && ret > 0; round++)
		ret = collect_round(session, questions, &session->snapshot, 0);
	return ret < 0 ? ret : 0;
}

static bool is_same(const struct iu_socket *a, const struct iu_socket *b)
{
	if (a->protocol != b->protocol || a->port != b->port)
		return false;
	if (a->mini && b->mini) /* the kernel numbers them when they are first asked about */
		return a->peer_port == b->peer_port && iu_address_equal(&a->local, &b->local) &&
		       iu_address_equal(&a->peer, &b->peer);
	return (a->cookie && a->cookie == b->cookie) || (a->inode && a->inode == b->inode);
}

/* The one of now says more (a timer, a queue), unless it has become another one since. */
static struct iu_socket then_or_now(const struct iu_snapshot *snapshot, const struct iu_socket *then, bool looked)
{
	struct iu_socket s = *then;

	for (size_t i = 0; i < snapshot->sockets.n; i++)
		if (is_same(&snapshot->sockets.v[i], then))
			return snapshot->sockets.v[i].state == then->state ? snapshot->sockets.v[i] : s;
	s.gone = looked;
	return s;
}

/* Of the port that is asked about that moment counts; other ports are those of now. */
static void put_back(struct iu_snapshot *snapshot, const struct iu_question *question,
	const struct iu_sockets *then)
{
	const bool udp = question->target.protocol == IU_PROTOCOL_UDP;
	bool looked = snapshot->seen & (udp ? IU_FACT_UDP : IU_FACT_TCP);
	struct iu_sockets now = {0};

	for (size_t i = 0; i < then->n; i++)
		*iu_list_add(&snapshot->arena, &now) = then_or_now(snapshot, &then->v[i], looked);
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol != question->target.protocol || s->port != question->target.port)
			*iu_list_add(&snapshot->arena, &now) = *s;
	}
	snapshot->sockets = now;
}

int iu_session_complete(struct iu_session *session, const struct iu_questions *questions,
	const struct iu_then *then)
{
	struct iu_snapshot nothing;
	int round, ret;

	iu_session_begin(questions->n ? questions->v[0].how.budget : NULL);
	iu_snapshot_init(&nothing);
	ret = collect_round(session, questions, &nothing, then->closed);
	iu_snapshot_free(&nothing);
	if (ret >= 0 && then->sockets)
		put_back(&session->snapshot, &questions->v[0], then->sockets);
	for (round = 1; round < ROUNDS && ret > 0; round++)
		ret = collect_round(session, questions, &session->snapshot, then->closed);
	return ret < 0 ? ret : session->snapshot.arena.failed ? IU_E_NOMEM : 0;
}

/* What was recorded of a bind() that would be tried now. */
static void recall(const struct iu_probes *then, struct iu_probe *probe)
{
	for (size_t i = 0; i < then->n && !probe->done; i++) {
		const struct iu_probe *p = &then->v[i];

		if (!p->done || p->protocol != probe->protocol || p->port != probe->port ||
			p->exclusive != probe->exclusive || p->reuseaddr != probe->reuseaddr || p->reuseport != probe->reuseport ||
			p->ifindex != probe->ifindex || p->v6only != probe->v6only ||
			p->address.family != probe->address.family ||
			!iu_address_equal(&p->address, &probe->address))
			continue;
		probe->done = true;
		probe->result = p->result;
		probe->moved_address = p->moved_address;
		probe->moved_port = p->moved_port;
	}
}

/* Probes belong to one question: those of the question before are forgotten. */
static int probe(struct iu_session *session, const struct iu_question *question,
	struct iu_arena *arena)
{
	int ret;

	session->snapshot.probes = (struct iu_probes){0};
	ret = iu_probes_wanted(arena, question, &session->snapshot, &session->snapshot.probes);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < session->snapshot.probes.n; i++) {
		if (session->snapshot.probes.v[i].done)
			continue; /* the one who asks has the answer already */
		if (session->recorded)
			recall(&session->then, &session->snapshot.probes.v[i]);
		else
			iu_os_probe(&session->snapshot.probes.v[i]);
	}
	return 0;
}

int iu_session_answer(struct iu_session *session, const struct iu_question *question,
	struct iu_arena *arena, struct iu_answer *ret_answer)
{
	struct iu_answer answer = {.question = question, .snapshot = &session->snapshot};
	int ret;

	ret = probe(session, question, arena);
	if (ret >= 0)
		ret = iu_decide(arena, question, &session->snapshot, &answer.verdict);
	if (ret >= 0)
		ret = iu_describe(arena, question, &session->snapshot, &answer.verdict, &answer.explanation);
	/* The probes lie in the arena of the answer, which dies before the snapshot. */
	session->snapshot.probes = (struct iu_probes){0};
	if (ret < 0)
		return ret;
	*ret_answer = answer;
	return 0;
}

uint32_t iu_session_kinds(const struct iu_filter *filter)
{
	bool paths = filter && filter->unix_sockets && !filter->tcp && !filter->udp;

	return IU_FACT_UNIX | (paths ? 0 : IU_FACT_TCP | IU_FACT_UDP);
}

static struct iu_needs everything(const struct iu_filter *filter)
{
	uint32_t kinds = iu_session_kinds(filter);

	return (struct iu_needs){
		.facts = IU_FACT_HOST | kinds | (kinds & IU_FACT_TCP ? IU_FACT_BOUND : 0) | IU_FACT_HOLDERS,
		.all_ports = true,
		.connections = filter && filter->all,
		.all_inodes = true,
		.plain = filter && filter->plain,
		.leaves_nothing = filter && filter->leaves_nothing,
		.budget = filter ? filter->budget : NULL,
	};
}

int iu_session_list(struct iu_session *session, const struct iu_filter *filter)
{
	struct iu_needs needs = everything(filter);

	iu_session_begin(needs.budget);
	iu_snapshot_init(&session->snapshot);
	return iu_os_collect(&needs, &session->snapshot);
}

int iu_session_stream(struct iu_session *session, const struct iu_filter *filter, bool brief,
	int (*take)(void *context, const struct iu_snapshot *snapshot, bool last),
	void *context)
{
	const struct iu_portions portions = {take, context, filter->all ? PORTION : SIZE_MAX};
	struct iu_needs needs = everything(filter);

	needs.brief = brief;
	iu_snapshot_init(&session->snapshot);
	return iu_os_stream(&needs, &session->snapshot, &portions);
}

void iu_session_replay(struct iu_session *session, const struct iu_snapshot *snapshot)
{
	session->snapshot = *snapshot;
	session->recorded = true;
	session->snapshot.host.recorded = true;
	session->then = snapshot->probes;
	session->snapshot.probes = (struct iu_probes){0};
}

void iu_session_free(struct iu_session *session)
{
	if (session)
		iu_snapshot_free(&session->snapshot);
}

int iu_session_filter(struct iu_arena *arena, const struct iu_filter *filter,
	struct iu_session *session, struct iu_listing *ret_listing)
{
	const uint32_t kinds = iu_session_kinds(filter);
	struct iu_listing listing = {0};
	int ret = session->recorded ? 0 : iu_session_list(session, filter);
	bool cut;

	if (ret >= 0)
		ret = iu_listing_make(arena, &session->snapshot, filter, &listing);
	if (ret < 0)
		return ret;
	*ret_listing = listing;
	cut = filter && filter->budget && filter->budget->cut;
	return session->snapshot.seen & kinds || listing.rows.n || cut ? 0 : IU_E_SYSTEM;
}
