/* captures/linux-row.c - what the listings of ss, netstat and lsof have in common */
#include "captures/linux-row.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "knowledge/iana.h"

static const struct {
	const char *word;
	enum iu_state state;
} states[] = {
	{"LISTEN", IU_STATE_LISTEN},         {"ESTAB", IU_STATE_ESTABLISHED},
	{"ESTABLISHED", IU_STATE_ESTABLISHED}, {"UNCONN", IU_STATE_BOUND},
	{"TIME-WAIT", IU_STATE_TIME_WAIT},   {"TIME_WAIT", IU_STATE_TIME_WAIT},
	{"FIN-WAIT-1", IU_STATE_FIN_WAIT1},  {"FIN_WAIT1", IU_STATE_FIN_WAIT1},
	{"FIN-WAIT-2", IU_STATE_FIN_WAIT2},  {"FIN_WAIT2", IU_STATE_FIN_WAIT2},
	{"CLOSE-WAIT", IU_STATE_CLOSE_WAIT}, {"CLOSE_WAIT", IU_STATE_CLOSE_WAIT},
	{"LAST-ACK", IU_STATE_LAST_ACK},     {"LAST_ACK", IU_STATE_LAST_ACK},
	{"SYN-SENT", IU_STATE_SYN_SENT},     {"SYN_SENT", IU_STATE_SYN_SENT},
	{"SYN-RECV", IU_STATE_SYN_RECV},     {"SYN_RECV", IU_STATE_SYN_RECV},
	{"CLOSING", IU_STATE_CLOSING},       {"CLOSED", IU_STATE_BOUND},
	/* netstat of macOS and BSD */
	{"FIN_WAIT_1", IU_STATE_FIN_WAIT1},  {"FIN_WAIT_2", IU_STATE_FIN_WAIT2},
	{"SYN_RCVD", IU_STATE_SYN_RECV},     {"SYN_RECEIVED", IU_STATE_SYN_RECV},
	{"CLOSE", IU_STATE_BOUND},
};

bool iu_linux_state(struct iu_span word, enum iu_state *ret)
{
	for (size_t i = 0; i < IU_COUNT(states); i++)
		if (iu_span_is(word, states[i].word)) {
			*ret = states[i].state;
			return true;
		}
	return false;
}

/* A service's name in place of a number is one of IANA's. */
static bool take_port(
	const struct iu_capture_endpoint *end, enum iu_protocol protocol, uint16_t *ret)
{
	*ret = end->port_name.len ? iu_iana_port(end->port_name, protocol) : end->port;
	return !end->port_name.len || *ret;
}

/* "*" as the tool means it, and the one name that means the same on every machine. */
static bool take_address(const struct iu_capture_endpoint *end, enum iu_family family,
	enum iu_family star, struct iu_address *ret)
{
	static const struct iu_address loopback6 = {
		.family = IU_FAMILY_IPV6, .bytes = {[15] = 1}};

	*ret = end->address;
	if (end->star)
		*ret = iu_address_wildcard(family == IU_FAMILY_ANY ? star : family);
	else if (end->local_host && family != IU_FAMILY_ANY)
		*ret = family == IU_FAMILY_IPV6 ? loopback6 : iu_address_ipv4(0x7f000001);
	return ret->family != IU_FAMILY_ANY;
}

/* "127.0.0.1" in a row of tcp6 is ::ffff:127.0.0.1: such a socket has it. */
static void map(struct iu_address *address)
{
	struct iu_address mapped = {.family = IU_FAMILY_IPV6};

	if (address->family != IU_FAMILY_IPV4)
		return;
	memset(mapped.bytes + 10, 0xff, 2);
	memcpy(mapped.bytes + 12, address->bytes, 4);
	*address = mapped;
}

int iu_linux_socket(struct iu_capture_out *out, const struct iu_capture_endpoint *local,
	const struct iu_capture_endpoint *peer, enum iu_family family, enum iu_family star,
	struct iu_socket *ret)
{
	if (!take_address(local, family, star, &ret->local) ||
		!take_port(local, ret->protocol, &ret->port)) {
		out->named++;
		return 0;
	}
	if (family == IU_FAMILY_IPV6)
		map(&ret->local);
	ret->family = ret->local.family;
	if (!ret->port)
		return 0;
	if (local->device.len) {
		uint32_t ifindex = iu_capture_ifindex(out, local->device);

		if (iu_address_is_link_local(&ret->local))
			ret->local.scope = ifindex;
		else
			ret->ifindex = ifindex;
		ret->device = iu_arena_strndup(
			&out->snapshot->arena, local->device.text, local->device.len);
	}
	/* a foreign name or port says no more than that there is a peer */
	if (peer && !peer->port_star) {
		if (!take_port(peer, ret->protocol, &ret->peer_port))
			ret->peer_port = 0;
		if (ret->peer_port)
			take_address(peer, family, star, &ret->peer);
		if (family == IU_FAMILY_IPV6)
			map(&ret->peer);
	}
	return 1;
}

int iu_linux_user(struct iu_capture_out *out, struct iu_span word, struct iu_socket *s)
{
	uint64_t uid;

	if (iu_span_number(word, UINT32_MAX, &uid)) {
		s->uid_known = true;
		s->uid = (uint32_t)uid;
		return 0;
	}
	s->user = iu_arena_strndup(&out->snapshot->arena, word.text, word.len);
	return 0;
}
