/* engine/evaluation.c - a question as the binds it stands for, and the sockets that matter to it */
#include "engine/evaluation.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "engine/linux/infer.h"
#include "engine/windows/state.h"

#define LOOPBACK_NET  0x7f000000u
#define LOOPBACK_MASK 0xff000000u
#define BROADCAST_ALL 0xffffffffu

struct iu_port_range iu_evaluation_port_range(uint16_t port)
{
	uint32_t last = (uint32_t)port + IU_NEIGHBOURS;

	if (last > 65535)
		return (struct iu_port_range){(uint16_t)(65535 - IU_NEIGHBOURS), 65535};
	return (struct iu_port_range){port, (uint16_t)last};
}

enum iu_tri iu_in_range(const struct iu_sysctls *sysctls, uint16_t port)
{
	size_t i;

	if (sysctls->port_first < 0 || sysctls->port_last < 0)
		return IU_UNKNOWN;
	if (port < sysctls->port_first || port > sysctls->port_last)
		return IU_NO;
	for (i = 0; i < sysctls->reserved.n; i++)
		if (port >= sysctls->reserved.v[i].first && port <= sysctls->reserved.v[i].last)
			return IU_NO;
	return IU_YES;
}

bool iu_evaluation_foreign_user(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	return question->options.uid_given && question->options.uid != snapshot->host.uid;
}

/* Whether bind() takes the IPv4 address: inet_addr_valid_or_nonlocal(). */
static enum iu_tri is_local_v4(const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	uint32_t v4 = iu_address_v4(address);
	struct iu_address plain = iu_address_ipv4(v4);
	bool any_v4 = false, any_loopback = false;
	size_t i;

	if (!v4 || v4 == BROADCAST_ALL || iu_address_is_multicast(&plain))
		return IU_YES;
	if (snapshot->sysctls.nonlocal_bind4 == 1)
		return IU_YES;
	for (i = 0; i < snapshot->locals.n; i++) {
		const struct iu_local *local = &snapshot->locals.v[i];

		if (local->address.family != IU_FAMILY_IPV4)
			continue;
		any_v4 = true;
		any_loopback |= iu_address_is_loopback(&local->address);
		if (iu_address_in_prefix(&plain, &local->address,
			    local->kind == IU_LOCAL_ROUTE ? local->bits : 32))
			return IU_YES;
	}
	/* the loopback interface brings the route of its whole network */
	if (any_loopback && (v4 & LOOPBACK_MASK) == LOOPBACK_NET)
		return IU_YES;
	if (!(snapshot->seen & IU_FACT_ADDRESSES))
		return IU_UNKNOWN;
	/* a network namespace without any IPv4 route takes every address (inet_addr_type()) */
	return iu_tri(!any_v4);
}

/* A device that is not there any more; where interfaces were not looked at, it is believed. */
static bool has_device(const struct iu_snapshot *snapshot, uint32_t ifindex)
{
	size_t i;

	if (!ifindex || !snapshot->interfaces.n || !(snapshot->seen & IU_FACT_ADDRESSES))
		return true;
	for (i = 0; i < snapshot->interfaces.n; i++)
		if (snapshot->interfaces.v[i].ifindex == ifindex)
			return true;
	return false;
}

/* Whether bind() takes the native IPv6 address: ipv6_chk_addr(), which looks at no route. */
static struct iu_local_check check_v6(const struct iu_snapshot *snapshot,
	const struct iu_request *request)
{
	const struct iu_address *address = &request->address;
	bool link_local = iu_address_is_link_local(address), scoped = iu_needs_device(address);
	uint32_t device = scoped && address->scope ? address->scope : request->ifindex;
	bool tentative = false;
	size_t i;

	if (scoped && !device)
		return (struct iu_local_check){IU_NO, EINVAL, IU_CAUSE_NONE, IU_RULE_NONE};
	if (!has_device(snapshot, device))
		return (struct iu_local_check){IU_NO, ENODEV, IU_CAUSE_NONE, IU_RULE_NONE};
	if (iu_address_is_multicast(address) || snapshot->sysctls.nonlocal_bind6 == 1)
		return (struct iu_local_check){.ok = IU_YES};
	for (i = 0; i < snapshot->locals.n; i++) {
		const struct iu_local *local = &snapshot->locals.v[i];

		if (local->kind != IU_LOCAL_ADDRESS || local->address.family != IU_FAMILY_IPV6 ||
			memcmp(local->address.bytes, address->bytes, sizeof(address->bytes)))
			continue;
		/* with a device only ::1 and link-local addresses must be on that device */
		if (device && local->ifindex && local->ifindex != device &&
			(link_local || iu_address_is_loopback(address)))
			continue;
		if (!local->tentative && !local->dad_failed)
			return (struct iu_local_check){.ok = IU_YES};
		tentative = true;
	}
	if (tentative)
		return (struct iu_local_check){IU_NO, EADDRNOTAVAIL, IU_CAUSE_ADDRESS_TENTATIVE,
			IU_RULE_ADDRESS_TENTATIVE};
	if (!(snapshot->seen & IU_FACT_ADDRESSES))
		return (struct iu_local_check){.ok = IU_UNKNOWN};
	return (struct iu_local_check){IU_NO, EADDRNOTAVAIL, IU_CAUSE_ADDRESS_NOT_LOCAL,
		IU_RULE_ADDRESS_UNKNOWN};
}

static struct iu_local_check check_address(const struct iu_snapshot *snapshot,
	const struct iu_request *request)
{
	enum iu_tri ok;

	switch (iu_address_space(&request->address)) {
	case IU_SPACE_ANY6: return (struct iu_local_check){.ok = IU_YES};
	case IU_SPACE_V6: return check_v6(snapshot, request);
	case IU_SPACE_MAPPED:
		if (request->v6only)
			return (struct iu_local_check){IU_NO, EINVAL, IU_CAUSE_NONE, IU_RULE_NONE};
		break;
	case IU_SPACE_V4: break;
	}
	ok = is_local_v4(snapshot, &request->address);
	if (ok == IU_NO)
		return (struct iu_local_check){IU_NO, EADDRNOTAVAIL, IU_CAUSE_ADDRESS_NOT_LOCAL,
			IU_RULE_ADDRESS_UNKNOWN};
	return (struct iu_local_check){.ok = ok};
}

static struct iu_local_check check_port(const struct iu_question *question,
	const struct iu_snapshot *snapshot, uint16_t port)
{
	struct iu_local_check denied = {IU_NO, EACCES, IU_CAUSE_PRIVILEGED_PORT,
		IU_RULE_PORT_PRIVILEGED};
	enum iu_tri may = snapshot->host.cap_net_bind;

	if (!port || (int32_t)port >= snapshot->sysctls.unprivileged_port_start) {
		if (port && snapshot->sysctls.unprivileged_port_start < 0 && port < 1024)
			return (struct iu_local_check){.ok = may == IU_YES ? IU_YES : IU_UNKNOWN};
		return (struct iu_local_check){.ok = IU_YES};
	}
	/* somebody else's capabilities cannot be seen; only root has this one by default */
	if (iu_evaluation_foreign_user(question, snapshot))
		may = iu_tri(question->options.uid == 0);
	if (may == IU_NO)
		return denied;
	return (struct iu_local_check){.ok = may};
}

/* IPv4 says EADDRNOTAVAIL before EACCES, IPv6 the reverse (__inet_bind, __inet6_bind). */
static struct iu_local_check check_linux(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	struct iu_local_check address = check_address(snapshot, request);
	struct iu_local_check port = check_port(question, snapshot, request->port);
	bool v6 = request->address.family == IU_FAMILY_IPV6;
	struct iu_local_check first = v6 ? port : address, second = v6 ? address : port;

	if (v6 && snapshot->host.ipv6 == IU_NO)
		return (struct iu_local_check){IU_NO, EAFNOSUPPORT, IU_CAUSE_NONE, IU_RULE_NONE};
	if (v6 && request->protocol == IU_PROTOCOL_TCP &&
		iu_address_space(&request->address) == IU_SPACE_V6 &&
		iu_address_is_multicast(&request->address))
		return (struct iu_local_check){IU_NO, EINVAL, IU_CAUSE_NONE, IU_RULE_NONE};
	if (first.ok == IU_NO)
		return first;
	if (second.ok == IU_NO)
		/* which of the two it is depends on the first one, but it fails for certain */
		return second;
	return first.ok == IU_UNKNOWN ? first : second;
}

struct iu_local_check iu_local_check(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	if (iu_is_windows(snapshot))
		return iu_windows_local_check(snapshot, request);
	return check_linux(question, snapshot, request);
}

const struct iu_probe *iu_evaluation_probe(
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	size_t i;

	for (i = 0; i < snapshot->probes.n; i++) {
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
		.protocol = question->protocol,
		.address = address,
		.port = question->port,
		.reuseaddr = question->options.reuseaddr,
		.reuseport = question->options.reuseport && !evaluation->kernel.windows,
		.exclusive = question->options.exclusive && evaluation->kernel.windows,
		.user = question->options.uid_given ? NULL : snapshot->host.user,
		.v6only = address.family == IU_FAMILY_IPV6 && v6only == IU_YES,
		.ifindex = question->options.ifindex,
		.uid = question->options.uid_given ? question->options.uid : snapshot->host.uid,
	};
	attempt->check = iu_local_check(question, snapshot, &attempt->request);
}

static void make_asks(struct iu_evaluation *evaluation)
{
	const struct iu_question *question = evaluation->question;

	if (question->family != IU_FAMILY_ANY) {
		struct iu_address address = question->address;

		if (address.family == IU_FAMILY_ANY)
			address = iu_address_wildcard(question->family);
		add_ask(evaluation, address);
		return;
	}
	add_ask(evaluation, iu_address_wildcard(IU_FAMILY_IPV4));
	if (evaluation->snapshot->host.ipv6 != IU_NO)
		add_ask(evaluation, iu_address_wildcard(IU_FAMILY_IPV6));
}

static int copy_sockets(struct iu_arena *arena, struct iu_evaluation *evaluation)
{
	const struct iu_sockets *all = &evaluation->snapshot->sockets;
	const struct iu_question *question = evaluation->question;
	size_t i;

	for (i = 0; i < all->n; i++) {
		const struct iu_socket *s = &all->v[i];
		struct iu_socket *copy;

		if (s->protocol != question->protocol ||
			(question->port && s->port != question->port) ||
			(question->asking_inode && s->inode == question->asking_inode))
			continue;
		copy = iu_list_add(arena, &evaluation->sockets);
		if (!copy)
			return IU_E_NOMEM;
		*copy = *s;
	}
	/* with every port of the machine pairs are too many, and options hardly matter */
	if (question->port && evaluation->kernel.windows)
		iu_windows_prepare(evaluation);
	else if (question->port)
		iu_infer(&evaluation->sockets, &evaluation->kernel);
	return 0;
}

static void work_out(struct iu_evaluation *evaluation)
{
	const struct iu_question *question = evaluation->question;
	size_t i;

	for (i = 0; i < evaluation->attempt_count; i++) {
		struct iu_attempt *attempt = &evaluation->attempts[i];

		attempt->probe = iu_evaluation_probe(evaluation->snapshot, &attempt->request);
		if (question->port) {
			attempt->outcome =
				iu_outcome(&attempt->request, &evaluation->sockets, SIZE_MAX, &evaluation->kernel);
		} else if (evaluation->kernel.windows) {
			attempt->outcome = iu_windows_any_port(evaluation, &attempt->request);
			evaluation->range_known = attempt->outcome.fails != IU_UNKNOWN;
		} else {
			int port = iu_free_port(&attempt->request, &evaluation->sockets,
				&evaluation->limits, &evaluation->kernel);

			evaluation->range_known = port >= 0;
			attempt->outcome.blocker = SIZE_MAX;
			attempt->outcome.fails = iu_range_full(&attempt->request, &evaluation->sockets,
				&evaluation->limits, &evaluation->kernel);
		}
	}
}

int iu_evaluation_make(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_evaluation *ret_view)
{
	struct iu_evaluation evaluation = {
		.question = question,
		.snapshot = snapshot,
		.kernel = {snapshot->host.kernel, snapshot->sysctls.autobind_reuse == 1},
		.limits = snapshot->sysctls,
	};
	uint32_t facts = question->protocol == IU_PROTOCOL_TCP ? IU_FACT_TCP | IU_FACT_BOUND
							       : IU_FACT_UDP;
	size_t i;
	int err;

	if (iu_is_windows(snapshot)) {
		facts = iu_windows_wanted(question, snapshot);
		err = iu_windows_limits(arena, question, snapshot, &evaluation);
		if (err < 0)
			return err;
	}
	evaluation.complete = (snapshot->seen & facts) == facts;
	if (question->protocol == IU_PROTOCOL_UNIX) {
		*ret_view = evaluation;
		return 0;
	}
	for (i = 0; i < snapshot->caches.n; i++)
		if (snapshot->caches.v[i].protocol == question->protocol &&
			snapshot->caches.v[i].port == question->port)
			evaluation.kernel.cache = &snapshot->caches.v[i];
	err = copy_sockets(arena, &evaluation);
	if (err < 0)
		return err;
	make_asks(&evaluation);
	if (evaluation.kernel.windows)
		iu_windows_assume(&evaluation);
	work_out(&evaluation);
	*ret_view = evaluation;
	return 0;
}

bool iu_evaluation_port_held(const struct iu_evaluation *evaluation, uint16_t port)
{
	const struct iu_sockets *all = &evaluation->snapshot->sockets;
	size_t i;

	for (i = 0; i < all->n; i++)
		if (all->v[i].protocol == evaluation->question->protocol && all->v[i].port == port &&
			all->v[i].state != IU_STATE_FILE)
			return true;
	return false;
}

static bool port_allowed(const struct iu_evaluation *evaluation, uint16_t port)
{
	size_t i;

	for (i = 0; i < evaluation->attempt_count; i++) {
		struct iu_request r = evaluation->attempts[i].request;

		r.port = port;
		if (iu_local_check(evaluation->question, evaluation->snapshot, &r).ok == IU_NO)
			return false;
		if (evaluation->kernel.windows && iu_windows_reason(evaluation, &r).cause)
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
		if (port == evaluation->question->port || !port_allowed(evaluation, (uint16_t)port) ||
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
	uint16_t port = evaluation->question->port, found;

	/* on Windows only the rows matter here: the exclusions that are known are left out */
	if (!port || !(evaluation->complete || iu_windows_rows_seen(evaluation)))
		return 0;
	found = free_in(evaluation, iu_evaluation_port_range(port));
	if (!found && port < 1024)
		found = free_in(evaluation, iu_evaluation_port_range((uint16_t)(port + IU_STAND_IN)));
	/* a capture has the rows of every port */
	if (!found && evaluation->kernel.windows && evaluation->snapshot->host.pid <= 0)
		found = free_in(evaluation, iu_evaluation_port_range(iu_windows_beyond(evaluation)));
	return found;
}

bool iu_is_closing(const struct iu_socket *s)
{
	switch (s->state) {
	case IU_STATE_TIME_WAIT: return true;
	case IU_STATE_FIN_WAIT1:
	case IU_STATE_FIN_WAIT2:
	case IU_STATE_CLOSING:
	case IU_STATE_LAST_ACK: return s->mini || s->inode == 0;
	case IU_STATE_UNKNOWN:
	case IU_STATE_LISTEN:
	case IU_STATE_BOUND:
	case IU_STATE_ESTABLISHED:
	case IU_STATE_SYN_SENT:
	case IU_STATE_SYN_RECV:
	case IU_STATE_CLOSE_WAIT:
	case IU_STATE_FILE: break;
	}
	return false;
}

bool iu_evaluation_only_closing(const struct iu_evaluation *evaluation)
{
	size_t i;

	for (i = 0; i < evaluation->sockets.n; i++)
		if (!iu_is_closing(&evaluation->sockets.v[i]))
			return false;
	return evaluation->sockets.n > 0;
}

/* An address that others can reach where that was asked for, else one of the loopback. */
struct iu_address iu_evaluation_address(const struct iu_evaluation *evaluation)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	struct iu_address best = {.family = IU_FAMILY_ANY};
	size_t i, k;

	if (!evaluation->attempt_count || !evaluation->question->port)
		return best;
	for (k = 0; k < evaluation->attempt_count; k++) {
		for (i = 0; i < snapshot->locals.n; i++) {
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
			if (iu_local_check(evaluation->question, snapshot, &r).ok != IU_YES ||
				iu_outcome(&r, &evaluation->sockets, SIZE_MAX, &evaluation->kernel).fails !=
					IU_NO)
				continue;
			if (!iu_address_is_loopback(&local->address))
				return local->address;
			if (best.family == IU_FAMILY_ANY)
				best = local->address;
		}
	}
	return best;
}
