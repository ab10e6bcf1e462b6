/* engine/linux/local.c - address and port before any other socket matters (inet_bind order) */
#include "engine/linux/local.h"

#include <errno.h>
#include <string.h>

#include "engine/evaluation.h"
#include "engine/linux/conflict.h"
#include "knowledge/errors.h"

#define LOOPBACK_NET  0x7f000000u
#define LOOPBACK_MASK 0xff000000u
#define BROADCAST_ALL 0xffffffffu

/* Whether bind() takes the IPv4 address: inet_addr_valid_or_nonlocal(). */
static enum iu_tri is_local_v4(const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	uint32_t v4 = iu_address_v4(address);
	struct iu_address plain = iu_address_ipv4(v4);
	bool any_v4 = false, any_loopback = false;

	if (!v4 || v4 == BROADCAST_ALL || iu_address_is_multicast(&plain))
		return IU_YES;
	if (snapshot->sysctls.nonlocal_bind4 == 1)
		return IU_YES;
	for (size_t i = 0; i < snapshot->locals.n; i++) {
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
	if (!ifindex || !snapshot->interfaces.n || !(snapshot->seen & IU_FACT_ADDRESSES))
		return true;
	for (size_t i = 0; i < snapshot->interfaces.n; i++)
		if (snapshot->interfaces.v[i].ifindex == ifindex)
			return true;
	return false;
}

/* Whether bind() takes the native IPv6 address: ipv6_chk_addr(), which looks at no route. */
static struct iu_local_check check_v6(const struct iu_snapshot *snapshot,
	const struct iu_request *request)
{
	const struct iu_address *address = &request->address;
	bool link_local = iu_address_is_link_local(address), scoped = iu_linux_needs_device(address);
	uint32_t device = scoped && address->scope ? address->scope : request->ifindex;
	bool tentative = false;

	if (scoped && !device)
		return (struct iu_local_check){IU_NO, EINVAL, IU_CAUSE_NONE, IU_RULE_NONE};
	if (!has_device(snapshot, device))
		return (struct iu_local_check){IU_NO, ENODEV, IU_CAUSE_NONE, IU_RULE_NONE};
	if (iu_address_is_multicast(address) || snapshot->sysctls.nonlocal_bind6 == 1)
		return (struct iu_local_check){.ok = IU_YES};
	for (size_t i = 0; i < snapshot->locals.n; i++) {
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

/* Another socket has just this address and port. */
static bool is_taken(const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	for (size_t i = 0; request->port && i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == request->protocol && s->port == request->port &&
			s->family == request->address.family &&
			iu_address_equal(&s->local, &request->address))
			return true;
	}
	return false;
}

/*
 * IP_FREEBIND and IP_TRANSPARENT skip the look at addresses. A message of EADDRINUSE proves that its
 * program passed it; that the address is taken without being there says how.
 */
static bool need_not_be_local(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_request *request)
{
	return question->options.nonlocal ||
	       (question->symptom.from_message.given &&
		       question->symptom.from_message.error == IU_ERROR_ADDRINUSE &&
		       is_taken(snapshot, request));
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
	/* that another one may is no news to the program that was told so */
	struct iu_local_check refused = {IU_NO, question->symptom.from_capture, IU_CAUSE_POLICY_DENIED,
		IU_RULE_NONE};
	enum iu_tri may = snapshot->host.cap_net_bind;

	if (!port || (int32_t)port >= snapshot->sysctls.unprivileged_port_start) {
		if (iu_evaluation_told_refused(question))
			return refused;
		if (port && snapshot->sysctls.unprivileged_port_start < 0 && port < 1024)
			return (struct iu_local_check){.ok = may == IU_YES ? IU_YES : IU_UNKNOWN};
		return (struct iu_local_check){.ok = IU_YES};
	}
	/* somebody else's capabilities cannot be seen; only root has this one by default */
	if (iu_evaluation_foreign_user(question, snapshot))
		may = iu_tri(question->options.uid == 0);
	if (question->asker.low_ports != IU_UNKNOWN)
		may = question->asker.low_ports;
	if (may == IU_NO)
		return denied;
	return (struct iu_local_check){.ok = may};
}

/* IPv4 says EADDRNOTAVAIL before EACCES, IPv6 the reverse (__inet_bind, __inet6_bind). */
struct iu_local_check iu_linux_local_check(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_request *request)
{
	struct iu_local_check address = check_address(snapshot, request);
	struct iu_local_check port = check_port(question, snapshot, request->port);
	bool v6 = request->address.family == IU_FAMILY_IPV6;
	struct iu_local_check first = v6 ? port : address, second = v6 ? address : port;

	if (address.ok != IU_YES && (!address.error || address.error == EADDRNOTAVAIL) &&
		need_not_be_local(question, snapshot, request)) {
		address = (struct iu_local_check){.ok = IU_YES, .excepted = true};
		*(v6 ? &second : &first) = address;
	}
	/* a program that was told so has no IPv6, whatever others have */
	if (v6 && (snapshot->host.ipv6 == IU_NO || question->symptom.from_capture == EAFNOSUPPORT))
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
	if (address.excepted)
		port.excepted = true;
	return first.ok == IU_UNKNOWN ? first : address.excepted ? port : second;
}
