/* engine/probes.c - which binds are worth asking of the kernel, and may be */
#include <errno.h>

#include "base/err.h"
#include "engine/connect.h"
#include "engine/elsewhere.h"
#include "engine/engine.h"
#include "engine/other-system.h"
#include "engine/evaluation.h"
#include "engine/rules.h"

static void add_probe(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_request *request, struct iu_probes *probes)
{
	struct iu_probe *probe;

	for (size_t i = 0; i < probes->n; i++) {
		const struct iu_probe *p = &probes->v[i];

		if (p->protocol == request->protocol && p->port == request->port &&
			p->reuseaddr == request->reuseaddr && p->reuseport == request->reuseport &&
			p->ifindex == request->ifindex && p->exclusive == request->exclusive &&
			p->address.family == request->address.family &&
			iu_address_equal(&p->address, &request->address) &&
			(p->v6only == IU_YES) == request->v6only)
			return;
	}
	probe = iu_list_add(arena, probes);
	*probe = (struct iu_probe){
		.protocol = request->protocol,
		.address = request->address,
		.port = request->port,
		.reuseaddr = request->reuseaddr,
		.reuseport = request->reuseport,
		.exclusive = request->exclusive,
		.v6only = request->address.family == IU_FAMILY_IPV6 ? iu_tri(request->v6only)
								    : IU_UNKNOWN,
		.device = evaluation->question->options.device,
		.ifindex = request->ifindex,
		.nonlocal = evaluation->question->options.nonlocal,
	};
}

/* Rights and SO_REUSEPORT depend on who binds; we can only bind as ourselves. */
static bool asker_matters(const struct iu_evaluation *evaluation)
{
	const struct iu_question *q = evaluation->question;
	int32_t start = evaluation->snapshot->sysctls.unprivileged_port_start;

	bool low = q->target.port && (int32_t)q->target.port < (start < 0 ? 1024 : start);

	if (low && q->asker.low_ports != IU_UNKNOWN)
		return true;
	if (q->symptom.from_capture == EAFNOSUPPORT || iu_evaluation_told_refused(q))
		return true;
	return iu_evaluation_foreign_user(q, evaluation->snapshot) && (q->options.reuseport || low);
}

/*
 * Where asking can change nothing. A bind that succeeds clears the kernel's SO_REUSEPORT cache of
 * the port and may meet a real bind at that moment, so nobody alive may be there.
 */
static bool may_ask(const struct iu_evaluation *evaluation, const struct iu_attempt *attempt)
{
	if (evaluation->question->how.probe == IU_PROBE_ALWAYS)
		return true;
	if (!evaluation->rules->sockets_seen(evaluation) || attempt->check.excepted)
		return false;
	if (attempt->check.ok == IU_NO)
		return true;
	if (!evaluation->question->target.port)
		return attempt->outcome.fails == IU_YES;
	if (!evaluation->sockets.n)
		return true;
	if (attempt->outcome.fails == IU_YES)
		return !attempt->outcome.cache_dependent && !attempt->outcome.order_dependent;
	return attempt->outcome.fails == IU_UNKNOWN && iu_evaluation_only_closing(evaluation);
}

/* SO_REUSEADDR, where only what the kernel itself cleans up is left. */
static void ask_reuseaddr(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_probes *probes)
{
	if (!iu_evaluation_only_closing(evaluation) || !evaluation->rules->reuseaddr_passes_closing ||
		(!evaluation->complete && evaluation->question->how.probe != IU_PROBE_ALWAYS))
		return;
	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		struct iu_request r = evaluation->attempts[i].request;

		if (r.reuseaddr || evaluation->attempts[i].outcome.fails == IU_NO ||
			evaluation->attempts[i].check.ok == IU_NO)
			continue;
		r.reuseaddr = true;
		add_probe(arena, evaluation, &r, probes);
	}
}

static bool any_fails(const struct iu_evaluation *evaluation)
{
	for (size_t i = 0; i < evaluation->attempt_count; i++)
		if (evaluation->attempts[i].outcome.fails == IU_YES || evaluation->attempts[i].check.ok == IU_NO)
			return true;
	return false;
}

static void ask_neighbour(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_probes *probes)
{
	uint16_t port = iu_evaluation_neighbour(evaluation);

	if (!port || !any_fails(evaluation))
		return;
	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		struct iu_request r = evaluation->attempts[i].request;

		r.port = port;
		add_probe(arena, evaluation, &r, probes);
	}
}

/* Live sockets are on the port then, so only whoever insists gets this one asked. */
static void ask_address(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_probes *probes)
{
	struct iu_address address;
	struct iu_request r;

	if (evaluation->question->how.probe != IU_PROBE_ALWAYS || !any_fails(evaluation) ||
		!evaluation->attempt_count)
		return;
	address = iu_evaluation_address(evaluation);
	if (address.family == IU_FAMILY_ANY)
		return;
	r = evaluation->attempts[0].request;
	r.address = address;
	r.v6only = false;
	add_probe(arena, evaluation, &r, probes);
}

/* What this system refuses by itself shows at the neighbours of the port. */
static void ask_block(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_probes *probes)
{
	struct iu_request requests[IU_BLOCK_REQUESTS];
	size_t n = evaluation->question->how.probe == IU_PROBE_ALWAYS
		? evaluation->rules->block(evaluation, requests) : 0;

	for (size_t i = 0; i < n; i++)
		add_probe(arena, evaluation, &requests[i], probes);
}

/*
 * What the kernel has said to the socket that asks. Where nothing stands there any more the moment
 * is over: only a new bind() could tell, and that is no answer for a socket that is bound already.
 */
static void take_seen(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_probes *probes)
{
	const struct iu_question *q = evaluation->question;
	const struct iu_attempt *attempt = &evaluation->attempts[0];

	if (q->symptom.from_call == EADDRINUSE && attempt->outcome.fails == IU_NO &&
		evaluation->complete)
		return;
	add_probe(arena, evaluation, &attempt->request, probes);
	if (probes->n) {
		probes->v[0].done = true;
		probes->v[0].result = q->symptom.from_call;
	}
}

int iu_probes_wanted(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_probes *probes)
{
	struct iu_evaluation evaluation;

	if (question->target.protocol == IU_PROTOCOL_UNIX ||
		iu_other_system_is(question, snapshot) || iu_connect_is(question) ||
		iu_elsewhere_is(question) ||
		(question->how.probe == IU_PROBE_NEVER && !question->symptom.from_call))
		return 0;
	iu_evaluation_make(arena, question, snapshot, &evaluation);
	if (question->symptom.from_call)
		take_seen(arena, &evaluation, probes);
	if (question->how.probe == IU_PROBE_NEVER ||
		(asker_matters(&evaluation) && question->how.probe != IU_PROBE_ALWAYS))
		return arena->failed ? IU_E_NOMEM : 0;
	for (size_t i = 0; i < evaluation.attempt_count && !question->asker.bound; i++)
		if (may_ask(&evaluation, &evaluation.attempts[i]))
			add_probe(arena, &evaluation, &evaluation.attempts[i].request, probes);
	ask_reuseaddr(arena, &evaluation, probes);
	ask_neighbour(arena, &evaluation, probes);
	ask_address(arena, &evaluation, probes);
	ask_block(arena, &evaluation, probes);
	return arena->failed ? IU_E_NOMEM : 0;
}
