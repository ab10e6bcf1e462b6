/* engine/evaluation.c - a question as the binds it stands for, and the sockets that matter to it */
#include "engine/evaluation.h"

#include <errno.h>

#include "engine/rules.h"

struct iu_port_range iu_evaluation_port_range(uint16_t port)
{
	uint32_t last = (uint32_t)port + IU_NEIGHBOURS;

	if (last > 65535)
		return (struct iu_port_range){(uint16_t)(65535 - IU_NEIGHBOURS), 65535};
	return (struct iu_port_range){port, (uint16_t)last};
}

enum iu_tri iu_in_range(const struct iu_sysctls *sysctls, uint16_t port)
{
	if (sysctls->port_first < 0 || sysctls->port_last < 0)
		return IU_UNKNOWN;
	if (port < sysctls->port_first || port > sysctls->port_last)
		return IU_NO;
	for (size_t i = 0; i < sysctls->reserved.n; i++)
		if (port >= sysctls->reserved.v[i].first && port <= sysctls->reserved.v[i].last)
			return IU_NO;
	return IU_YES;
}

bool iu_evaluation_foreign_user(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	return question->options.uid_given && question->options.uid != snapshot->host.uid;
}

bool iu_evaluation_told_refused(const struct iu_question *question)
{
	const struct iu_symptom *symptom = &question->symptom;

	return symptom->from_message.given && symptom->from_message.call <= IU_CALL_BIND &&
	       (symptom->from_capture == EACCES || symptom->from_capture == EPERM);
}

const struct iu_probe *iu_evaluation_probe(
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	for (size_t i = 0; i < snapshot->probes.n; i++) {
		const struct iu_probe *p = &snapshot->probes.v[i];

		if (!p->done || p->protocol != request->protocol || p->port != request->port ||
			p->address.family != request->address.family ||
			!iu_address_equal(&p->address, &request->address))
			continue;
		if (p->reuseaddr != request->reuseaddr || p->reuseport != request->reuseport ||
			p->ifindex != request->ifindex || p->exclusive != request->exclusive)
			continue;
		if (p->address.family == IU_FAMILY_IPV6 && p->v6only != IU_UNKNOWN &&
			(p->v6only == IU_YES) != request->v6only)
			continue;
		return p;
	}
	return NULL;
}

static void add_ask(struct iu_evaluation *evaluation, struct iu_address address)
{
	const struct iu_question *question = evaluation->question;
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	enum iu_tri v6only = question->options.v6only;
	struct iu_attempt *attempt = &evaluation->attempts[evaluation->attempt_count++];

	if (v6only == IU_UNKNOWN)
		v6only = iu_tri(evaluation->limits.bindv6only == 1);
	/* bind() to a native address sets it, whatever was asked for */
	attempt->request = (struct iu_request){
		.protocol = question->target.protocol,
		.address = address,
		.port = question->target.port,
		.reuseaddr = question->options.reuseaddr,
		.reuseport = question->options.reuseport && evaluation->rules->has_reuseport,
		.exclusive = question->options.exclusive && evaluation->rules->has_exclusive,
		.user = question->options.uid_given ? NULL : snapshot->host.user,
		.v6only = address.family == IU_FAMILY_IPV6 && v6only == IU_YES,
		.ifindex = question->options.ifindex,
		.uid = question->options.uid_given ? question->options.uid : snapshot->host.uid,
	};
	attempt->check = evaluation->rules->local_check(question, snapshot, &attempt->request);
}

static void make_asks(struct iu_evaluation *evaluation)
{
	const struct iu_question *question = evaluation->question;

	if (question->target.family != IU_FAMILY_ANY) {
		struct iu_address address = question->target.address;

		if (address.family == IU_FAMILY_ANY)
			address = iu_address_wildcard(question->target.family);
		add_ask(evaluation, address);
		return;
	}
	add_ask(evaluation, iu_address_wildcard(IU_FAMILY_IPV4));
	if (evaluation->snapshot->host.ipv6 != IU_NO)
		add_ask(evaluation, iu_address_wildcard(IU_FAMILY_IPV6));
}

static void copy_sockets(struct iu_arena *arena, struct iu_evaluation *evaluation)
{
	const struct iu_sockets *all = &evaluation->snapshot->sockets;
	const struct iu_question *question = evaluation->question;

	for (size_t i = 0; i < all->n; i++) {
		const struct iu_socket *s = &all->v[i];
		struct iu_socket *copy;

		if (s->protocol != question->target.protocol ||
			(question->target.port && s->port != question->target.port) ||
			(question->asker.inode && s->inode == question->asker.inode))
			continue;
		copy = iu_list_add(arena, &evaluation->sockets);
		*copy = *s;
	}
}

static void work_out(struct iu_evaluation *evaluation)
{
	const struct iu_rules *rules = evaluation->rules;

	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		struct iu_attempt *attempt = &evaluation->attempts[i];

		attempt->probe = iu_evaluation_probe(evaluation->snapshot, &attempt->request);
		attempt->outcome = evaluation->question->target.port
			? rules->outcome(&attempt->request, &evaluation->sockets, SIZE_MAX,
				  &evaluation->kernel)
			: rules->any_port(evaluation, &attempt->request);
	}
}

void iu_evaluation_make(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_evaluation *ret_evaluation)
{
	const struct iu_rules *rules = iu_rules_of(snapshot);
	struct iu_evaluation evaluation = {
		.question = question,
		.snapshot = snapshot,
		.rules = rules,
	};
	uint32_t facts = rules->facts(question, snapshot);

	rules->limits(arena, &evaluation);
	evaluation.complete = (snapshot->seen & facts) == facts;
	if (question->target.protocol == IU_PROTOCOL_UNIX) {
		*ret_evaluation = evaluation;
		return;
	}
	copy_sockets(arena, &evaluation);
	make_asks(&evaluation);
	/* with every port of the machine pairs are too many, and options hardly matter */
	if (question->target.port)
		rules->infer(&evaluation);
	work_out(&evaluation);
	*ret_evaluation = evaluation;
}

bool iu_evaluation_port_held(const struct iu_evaluation *evaluation, uint16_t port)
{
	const struct iu_sockets *all = &evaluation->snapshot->sockets;

	for (size_t i = 0; i < all->n; i++)
		if (all->v[i].protocol == evaluation->question->target.protocol &&
			all->v[i].port == port && all->v[i].state != IU_STATE_FILE)
			return true;
	return false;
}

static bool port_allowed(const struct iu_evaluation *evaluation, uint16_t port)
{
	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		struct iu_request r = evaluation->attempts[i].request;

		r.port = port;
		if (evaluation->rules->local_check(evaluation->question, evaluation->snapshot, &r)
				.ok == IU_NO)
			return false;
		if (evaluation->rules->refuses(evaluation, &r))
			return false;
	}
	return true;
}

/* Best is a port that the system never hands out: another would be taken again one day. */
static uint16_t free_in(const struct iu_evaluation *evaluation, struct iu_port_range range)
{
	uint16_t fallback = 0;
	uint32_t port;

	for (port = range.first; port <= range.last; port++) {
		if (port == evaluation->question->target.port ||
			!port_allowed(evaluation, (uint16_t)port) ||
			iu_evaluation_port_held(evaluation, (uint16_t)port))
			continue;
		if (iu_in_range(&evaluation->limits, (uint16_t)port) != IU_YES)
			return (uint16_t)port;
		if (!fallback)
			fallback = (uint16_t)port;
	}
	return fallback;
}

uint16_t iu_evaluation_neighbour(const struct iu_evaluation *evaluation)
{
	uint16_t port = evaluation->question->target.port, found, beyond;

	/* only the sockets matter here: other obstacles that are known are left out */
	if (!port || !evaluation->rules->sockets_seen(evaluation))
		return 0;
	found = free_in(evaluation, iu_evaluation_port_range(port));
	if (!found && port < 1024)
		found = free_in(evaluation, iu_evaluation_port_range((uint16_t)(port + IU_STAND_IN)));
	beyond = found ? 0 : evaluation->rules->beyond(evaluation);
	return beyond ? free_in(evaluation, iu_evaluation_port_range(beyond)) : found;
}

bool iu_evaluation_only_closing(const struct iu_evaluation *evaluation)
{
	for (size_t i = 0; i < evaluation->sockets.n; i++)
		if (!iu_is_closing(&evaluation->sockets.v[i]))
			return false;
	return evaluation->sockets.n > 0;
}

/* An address that others can reach where that was asked for, else one of the loopback. */
struct iu_address iu_evaluation_address(const struct iu_evaluation *evaluation)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	const struct iu_rules *rules = evaluation->rules;
	struct iu_address best = {.family = IU_FAMILY_ANY};

	/* a group has no stand-in */
	if (!evaluation->attempt_count || !evaluation->question->target.port ||
		iu_address_is_multicast(&evaluation->attempts[0].request.address))
		return best;
	for (size_t k = 0; k < evaluation->attempt_count; k++) {
		for (size_t i = 0; i < snapshot->locals.n; i++) {
			const struct iu_local *local = &snapshot->locals.v[i];
			struct iu_request r = evaluation->attempts[k].request;

			/* what was meant to stay on this machine must not get out of it */
			if (iu_address_is_loopback(&r.address) &&
				!iu_address_is_loopback(&local->address))
				continue;
			if (local->kind != IU_LOCAL_ADDRESS || local->tentative ||
				local->dad_failed || iu_address_is_link_local(&local->address) ||
				local->address.family != r.address.family)
				continue;
			r.address = local->address;
			if (rules->local_check(evaluation->question, snapshot, &r).ok != IU_YES ||
				rules->outcome(&r, &evaluation->sockets, SIZE_MAX, &evaluation->kernel)
						.fails != IU_NO)
				continue;
			if (!iu_address_is_loopback(&local->address))
				return local->address;
			if (best.family == IU_FAMILY_ANY)
				best = local->address;
		}
	}
	return best;
}
