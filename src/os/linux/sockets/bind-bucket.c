/* os/linux/sockets/bind-bucket.c - the TCP sockets of a few ports, without a walk over all of the machine */
#include "os/linux/sockets/bind-bucket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/holders/fd-candidates.h"
#include "os/linux/holders/find.h"
#include "os/linux/quick/quick.h"
#include "os/linux/sockets/inet-diag.h"
#include "os/linux/sockets/tcp-states.h"

#define PORTS_MAX          64 /* past that one walk over all sockets is no slower */
#define FILES_MAX          1024
#define KERNEL_TIME_WAIT   6
#define SOCK_BINDPORT_LOCK 8

bool iu_bind_bucket_is_empty(uint16_t port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0), no = 0;
	bool none = false;

	if (fd >= 0) {
		none = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) == 0 &&
		       bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0;
	} else if (errno == EAFNOSUPPORT) { /* then IPv4 has all the sockets there are */
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		none = fd >= 0 && bind(fd, (struct sockaddr *)&any4, sizeof(any4)) == 0;
	}
	if (fd >= 0)
		close(fd);
	return none;
}

/* ---- out of the kernel's structures ---- */

/* @size bytes at a bit offset; what lies outside reads as zeroes. */
static uint64_t number_at(const uint8_t *bytes, size_t len, uint32_t bits, size_t size)
{
	uint8_t u8 = 0;
	uint16_t u16 = 0;
	uint32_t u32 = 0;
	uint64_t u64 = 0;
	size_t at = bits >> 3;

	if (at + size > len)
		return 0;
	switch (size) {
	case sizeof(u8): memcpy(&u8, bytes + at, size); return u8 >> (bits & 7);
	case sizeof(u16): memcpy(&u16, bytes + at, size); return u16;
	case sizeof(u32): memcpy(&u32, bytes + at, size); return u32;
	}
	memcpy(&u64, bytes + at, sizeof(u64));
	return u64;
}

static struct iu_address address_at(const uint8_t *bytes, size_t len, uint32_t bits,
	enum iu_family family, uint32_t ifindex)
{
	struct iu_address address = {.family = family};
	size_t size = family == IU_FAMILY_IPV4 ? 4 : 16;

	if ((bits >> 3) + size <= len)
		memcpy(address.bytes, bytes + (bits >> 3), size);
	if (iu_address_is_link_local(&address))
		address.scope = ifindex;
	return address;
}

bool iu_bind_bucket_decode(const struct iu_quick_offsets *at, const struct iu_quick_row *row,
	uint16_t port, struct iu_socket *ret_socket)
{
	const uint8_t *sk = row->common;
	const size_t len = sizeof(row->common);
	uint64_t family = number_at(sk, len, at->sk_family, 2);
	uint64_t number = number_at(sk, len, at->sk_state, 1);
	struct iu_socket s = {.protocol = IU_PROTOCOL_TCP, .timer_ms = -1,
		.options_source = IU_SOURCE_BPF};

	if ((family != AF_INET && family != AF_INET6) ||
		number_at(sk, len, at->sk_num, 2) != port)
		return false;
	s.family = family == AF_INET ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6;
	s.mini = number == KERNEL_TIME_WAIT;
	if (s.mini)
		number = number_at(sk, len, at->tw_substate, 1);
	s.state = iu_tcp_state(number, IU_PROTOCOL_TCP);
	s.port = port;
	s.peer_port = ntohs((uint16_t)number_at(sk, len, at->sk_dport, 2));
	s.ifindex = (uint32_t)number_at(sk, len, at->sk_ifindex, 4);
	s.cookie = number_at(sk, len, at->sk_cookie, 8);
	s.reuseaddr = iu_tri(number_at(sk, len, at->sk_reuse, 1) & 15);
	s.reuseport = iu_tri(number_at(sk, len, at->sk_reuseport, 1) & 1);
	if (s.family == IU_FAMILY_IPV6)
		s.v6only = iu_tri(number_at(sk, len, at->sk_v6only, 1) & 1);
	s.local = address_at(sk, len, family == AF_INET ? at->sk_saddr : at->sk_v6_saddr, s.family,
		s.ifindex);
	if (s.peer_port)
		s.peer = address_at(sk, len, family == AF_INET ? at->sk_daddr : at->sk_v6_daddr,
			s.family, s.ifindex);
	if (!s.mini) {
		s.inode = row->inode;
		s.cgroup_id = row->cgroup;
		s.uid = row->uid;
		s.uid_known = true;
		s.explicit_port = iu_tri(row->userlocks & SOCK_BINDPORT_LOCK);
	}
	*ret_socket = s;
	return true;
}

/* The kernel's shortcut past the look at all owners; see struct iu_reuse_cache. */
static int add_cache(
	struct iu_snapshot *snapshot, const struct iu_quick *found, uint16_t port)
{
	const struct iu_quick_offsets *at = &found->at;
	const uint8_t *tb = found->bucket;
	const size_t len = sizeof(found->bucket);
	struct iu_reuse_cache *slot, cache = {.protocol = IU_PROTOCOL_TCP, .port = port};
	uint64_t family = number_at(tb, len, at->tb_fast_family, 2);
	int8_t reuse = (int8_t)number_at(tb, len, at->tb_fastreuse, 1);
	int8_t reuseport = (int8_t)number_at(tb, len, at->tb_fastreuseport, 1);

	cache.fastreuse = reuse > 0;
	cache.fastreuseport = reuseport > 0 ? (uint8_t)reuseport : 0;
	if (cache.fastreuseport) {
		cache.uid = (uint32_t)number_at(tb, len, at->tb_fastuid, 4);
		cache.v6only = number_at(tb, len, at->tb_fast_v6only, 1) & 1;
		cache.address = family == AF_INET6
			? address_at(tb, len, at->tb_fast_v6, IU_FAMILY_IPV6, 0)
			: address_at(tb, len, at->tb_fast_v4, IU_FAMILY_IPV4, 0);
	}
	slot = iu_list_add(&snapshot->arena, &snapshot->caches);
	if (!slot)
		return IU_E_NOMEM;
	*slot = cache;
	return 0;
}

/* ---- what sock_diag says of them ---- */

static void make_lookup(struct iu_netlink_request *request, const struct iu_socket *s)
{
	struct inet_diag_req_v2 *body =
		iu_netlink_begin(request, SOCK_DIAG_BY_FAMILY, NLM_F_ACK, sizeof(*body));
	size_t size = s->family == IU_FAMILY_IPV4 ? 4 : 16;

	body->sdiag_family = s->family == IU_FAMILY_IPV4 ? AF_INET : AF_INET6;
	body->sdiag_protocol = IPPROTO_TCP;
	body->idiag_states = UINT32_MAX;
	body->id.idiag_sport = htons(s->port);
	body->id.idiag_dport = htons(s->peer_port);
	body->id.idiag_if = s->ifindex;
	memcpy(body->id.idiag_src, s->local.bytes, size);
	memcpy(body->id.idiag_dst, s->peer.bytes, size);
	body->id.idiag_cookie[0] = body->id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
}

static void make_dump_of_listeners(struct iu_netlink_request *request, uint16_t port)
{
	struct inet_diag_req *body =
		iu_netlink_begin(request, TCPDIAG_GETSOCK, NLM_F_DUMP, sizeof(*body));

	body->idiag_family = AF_INET;
	body->idiag_states = 1u << IU_TCP_LISTEN;
	body->id.idiag_sport = htons(port);
}

static struct iu_socket *find(
	struct iu_snapshot *snapshot, size_t first, const struct iu_socket *s)
{
	size_t i;

	for (i = first; i < snapshot->sockets.n; i++) {
		struct iu_socket *known = &snapshot->sockets.v[i];

		if (known->port != s->port || known->inode != s->inode)
			continue;
		if (s->inode || (known->peer_port == s->peer_port &&
					iu_address_equal(&known->local, &s->local) &&
					iu_address_equal(&known->peer, &s->peer)))
			return known;
	}
	return NULL;
}

static void complete(struct iu_socket *known, const struct iu_socket *s)
{
	known->reuseaddr = s->reuseaddr;
	known->reuseport = s->reuseport;
	known->v6only = s->v6only;
	known->options_source = s->options_source;
	known->explicit_port = s->explicit_port;
}

static int add(struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	struct iu_socket *slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	char name[IF_NAMESIZE];

	if (!slot)
		return IU_E_NOMEM;
	*slot = *s;
	if (s->ifindex && if_indextoname(s->ifindex, name))
		slot->device = iu_arena_strdup(&snapshot->arena, name);
	return 0;
}

/*
 * A connection is looked up by its two ends. Whoever is not there any more has gone meanwhile, but
 * what is bound only cannot be looked up at all, and a listener that is new is taken as it is.
 */
static int confirm(struct iu_scan *scan, struct iu_netlink *netlink, size_t first,
	const struct iu_socket *s, const struct iu_netlink_sink *sink)
{
	struct iu_netlink_request request;
	struct iu_socket *known = NULL;
	int result = 0;

	if (s->state != IU_STATE_BOUND && s->state != IU_STATE_LISTEN) {
		make_lookup(&request, s);
		result = iu_netlink_dump(netlink, &request, sink, NULL);
		if (result == IU_E_NOMEM)
			return result;
	}
	known = find(scan->snapshot, first, s);
	if (known)
		complete(known, s);
	else if (s->state == IU_STATE_BOUND || s->state == IU_STATE_LISTEN)
		return add(scan->snapshot, s);
	return 0;
}

/* ---- one look ---- */

struct owners {
	struct iu_scan *scan;
	struct iu_netlink *netlink;
	struct iu_quick_look *quick;
	struct iu_netlink_sink sink;
	struct iu_quick_file files[FILES_MAX]; /* addresses; they stay in here */
	uint64_t inodes[FILES_MAX];
	size_t n_files;
};

static int note_file(struct owners *owners, const struct iu_quick_row *row)
{
	if (!row->file || !row->inode)
		return 0;
	if (owners->n_files == FILES_MAX)
		return IU_E_LIMIT;
	owners->inodes[owners->n_files] = row->inode;
	owners->files[owners->n_files++] = (struct iu_quick_file){
		row->file, row->cred, row->references, row->pollers};
	return 0;
}

/* Those without a row of their own: counted with the first socket of the same state. */
static int count_rest(const struct iu_needs *needs, struct iu_snapshot *snapshot, size_t first,
	const struct iu_quick *found)
{
	uint32_t number;
	size_t i;

	for (number = 0; number < IU_QUICK_STATES; number++) {
		/* what is looked at first must not be missing */
		if (found->rest[number] &&
			(needs->every || number == IU_TCP_LISTEN || number == IU_TCP_CLOSE))
			return IU_E_LIMIT;
		for (i = first; i < snapshot->sockets.n && found->rest[number]; i++)
			if (snapshot->sockets.v[i].state ==
				iu_tcp_state(number, IU_PROTOCOL_TCP))
				break;
		if (found->rest[number] && i == snapshot->sockets.n)
			return IU_E_LIMIT;
		if (found->rest[number])
			snapshot->sockets.v[i].more_like_it += found->rest[number];
	}
	return 0;
}

static int collect_port(struct owners *owners, uint16_t port)
{
	struct iu_netlink_request request;
	struct iu_snapshot *snapshot = owners->scan->snapshot;
	size_t first = snapshot->sockets.n;
	const struct iu_quick *found;
	struct iu_socket s;
	uint32_t i;
	int result = iu_quick_owners(owners->quick, port, &found);

	if (result < 0 || found->rows == 0)
		return result;
	result = add_cache(snapshot, found, port);
	make_dump_of_listeners(&request, port);
	if (result == 0)
		result = iu_netlink_dump(owners->netlink, &request, &owners->sink, NULL);
	for (i = 0; i < found->rows && result == 0; i++) {
		if (!iu_bind_bucket_decode(&found->at, &found->row[i], port, &s))
			continue;
		result = confirm(owners->scan, owners->netlink, first, &s, &owners->sink);
		if (result == 0)
			result = note_file(owners, &found->row[i]);
	}
	return result == 0 ? count_rest(owners->scan->needs, snapshot, first, found) : result;
}

static bool few_ports(const struct iu_needs *needs)
{
	size_t i, n = 0;

	for (i = 0; i < needs->ports.n; i++)
		n += (size_t)needs->ports.v[i].last - needs->ports.v[i].first + 1;
	return !needs->all_ports && n > 0 && n <= PORTS_MAX;
}

static int collect_ports(struct owners *owners)
{
	const struct iu_needs *needs = owners->scan->needs;
	uint32_t port;
	size_t i;
	int result = 0;

	for (i = 0; i < needs->ports.n && result == 0; i++)
		for (port = needs->ports.v[i].first;
			port <= needs->ports.v[i].last && result == 0; port++)
			result = collect_port(owners, (uint16_t)port);
	/* who has them, while their addresses are at hand */
	return result < 0 ? result
			  : iu_fd_candidates_note(owners->scan, owners->quick, owners->files, owners->inodes,
				    owners->n_files, owners->netlink->fd);
}

int iu_bind_bucket_collect(struct iu_scan *scan, struct iu_netlink *netlink, iu_bind_bucket_sink *sink,
	void *context)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	size_t sockets = snapshot->sockets.n, caches = snapshot->caches.n;
	struct owners *owners;
	int result;

	if (!few_ports(scan->needs))
		return 0;
	owners = calloc(1, sizeof(*owners));
	if (!owners)
		return IU_E_NOMEM;
	owners->scan = scan;
	owners->netlink = netlink;
	owners->sink = (struct iu_netlink_sink){sink, NULL, context};
	result = iu_quick_open(&owners->quick);
	if (result == 0)
		result = collect_ports(owners);
	iu_quick_close(owners->quick);
	free(owners);
	if (result == 0)
		return 1;
	snapshot->sockets.n = sockets;
	snapshot->caches.n = caches;
	snapshot->fd_candidates = (struct iu_fd_candidates){0};
	return result == IU_E_NOMEM ? result : 0;
}
