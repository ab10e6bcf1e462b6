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
#include "os/linux/bpf/bpf.h"
#include "os/linux/holders/fd-candidates.h"
#include "os/linux/lock.h"
#include "os/linux/sockets/tcp-states.h"

#define PORTS_MAX          64 /* past that one walk over all sockets is no slower */
#define FILES_MAX          1024
#define KERNEL_CLOSE       7
#define KERNEL_LISTEN      10

bool iu_bind_bucket_is_empty(uint16_t port)
{
	struct sockaddr_in6 any = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	struct sockaddr_in any4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	bool none = false;
	int fd, no = 0;

	iu_lock_fds(); /* a fork() meanwhile would keep the port */
	fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0) {
		none = setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)) == 0 &&
		       bind(fd, (struct sockaddr *)&any, sizeof(any)) == 0;
	} else if (errno == EAFNOSUPPORT) { /* then IPv4 has all the sockets there are */
		fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		none = fd >= 0 && bind(fd, (struct sockaddr *)&any4, sizeof(any4)) == 0;
	}
	if (fd >= 0)
		close(fd);
	iu_lock_fds_end();
	return none;
}

/* ---- out of the kernel's structures ---- */

struct iu_address iu_bind_bucket_address(
	unsigned int family, const uint8_t bytes[16], uint32_t ifindex)
{
	struct iu_address address = {
		.family = family == AF_INET ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6};

	memcpy(address.bytes, bytes, family == AF_INET ? 4 : 16);
	if (iu_address_is_link_local(&address))
		address.scope = ifindex;
	return address;
}

bool iu_bind_bucket_decode(const struct iu_bpf_socket *row, uint16_t port, struct iu_socket *ret_socket)
{
	struct iu_socket s = {.protocol = IU_PROTOCOL_TCP, .timer_ms = -1,
		.options_source = IU_SOURCE_BPF};

	if ((row->family != AF_INET && row->family != AF_INET6) || row->port != port)
		return false;
	s.family = row->family == AF_INET ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6;
	s.mini = row->mini;
	s.state = iu_tcp_state(row->state, IU_PROTOCOL_TCP);
	s.port = port;
	s.peer_port = row->peer_port;
	s.ifindex = row->ifindex;
	s.cookie = row->cookie;
	s.reuseaddr = iu_tri(row->reuse);
	s.reuseport = iu_tri(row->reuseport);
	if (s.family == IU_FAMILY_IPV6)
		s.v6only = iu_tri(row->v6only);
	s.local = iu_bind_bucket_address(row->family, row->local, s.ifindex);
	if (s.peer_port)
		s.peer = iu_bind_bucket_address(row->family, row->peer, s.ifindex);
	if (!s.mini) {
		s.inode = row->inode;
		s.cgroup_id = row->cgroup;
		s.uid = row->uid;
		s.uid_known = true;
		s.explicit_port = iu_tri(row->explicit_port);
	}
	*ret_socket = s;
	return true;
}

struct iu_reuse_cache iu_bind_bucket_cache(const struct iu_bpf_cache *cache, uint16_t port)
{
	struct iu_reuse_cache known = {
		.protocol = IU_PROTOCOL_TCP,
		.port = port,
		.fastreuse = cache->fastreuse > 0,
		.fastreuseport = cache->fastreuseport > 0 ? (uint8_t)cache->fastreuseport : 0,
	};

	if (known.fastreuseport) {
		known.uid = cache->uid;
		known.v6only = cache->v6only;
		known.address = iu_bind_bucket_address(cache->family, cache->address, 0);
	}
	return known;
}

static void add_cache(struct iu_snapshot *snapshot, const struct iu_bpf_found *found)
{
	struct iu_reuse_cache *slot = iu_list_add(&snapshot->arena, &snapshot->caches);

	*slot = iu_bind_bucket_cache(found->cache, found->port);
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
	for (size_t i = first; i < snapshot->sockets.n; i++) {
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

static void add(struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	struct iu_socket *slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	char name[IF_NAMESIZE];

	*slot = *s;
	if (s->ifindex && if_indextoname(s->ifindex, name))
		slot->device = iu_arena_strdup(&snapshot->arena, name);
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
	int ret = 0;

	if (s->state != IU_STATE_BOUND && s->state != IU_STATE_LISTEN) {
		make_lookup(&request, s);
		ret = iu_netlink_dump(netlink, &request, sink, NULL);
		if (ret == IU_E_NOMEM)
			return ret;
	}
	known = find(scan->snapshot, first, s);
	if (known)
		complete(known, s);
	else if (s->state == IU_STATE_BOUND || s->state == IU_STATE_LISTEN)
		add(scan->snapshot, s);
	return 0;
}

/* ---- one look ---- */

struct owners {
	struct iu_scan *scan;
	struct iu_netlink *netlink;
	struct iu_bpf *bpf;
	struct iu_netlink_sink sink;
	size_t n_files;
	struct iu_bpf_file files[FILES_MAX]; /* addresses; they stay in here */
	uint64_t inodes[FILES_MAX];
};

static int note_file(struct owners *owners, const struct iu_bpf_socket *row)
{
	if (!row->file || !row->inode)
		return 0;
	if (owners->n_files == FILES_MAX)
		return IU_E_LIMIT;
	owners->inodes[owners->n_files] = row->inode;
	owners->files[owners->n_files++] = (struct iu_bpf_file){
		row->file, row->cred, row->references, row->pollers};
	return 0;
}

/* Those without a row of their own: counted with the first socket of the same state. */
static int count_rest(const struct iu_needs *needs, struct iu_snapshot *snapshot, size_t first,
	const struct iu_bpf_found *found)
{
	uint32_t number;
	size_t i;

	for (number = 0; number < IU_BPF_STATES; number++) {
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

static int collect_port(struct owners *owners, const struct iu_bpf_found *found)
{
	struct iu_netlink_request request;
	struct iu_snapshot *snapshot = owners->scan->snapshot;
	size_t first = snapshot->sockets.n;
	struct iu_socket s;
	int ret;

	add_cache(snapshot, found);
	make_dump_of_listeners(&request, found->port);
	ret = iu_netlink_dump(owners->netlink, &request, &owners->sink, NULL);
	for (size_t i = 0; i < found->n && ret == 0; i++) {
		if (!iu_bind_bucket_decode(&found->rows[i], found->port, &s))
			continue;
		ret = confirm(owners->scan, owners->netlink, first, &s, &owners->sink);
		if (ret == 0)
			ret = note_file(owners, &found->rows[i]);
	}
	return ret == 0 ? count_rest(owners->scan->needs, snapshot, first, found) : ret;
}

static int collect_range(struct owners *owners, struct iu_port_range range)
{
	struct iu_bpf_found found = {.n = 1};
	uint32_t port = range.first;
	int ret = 0;

	while (ret == 0 && found.n > 0 && port <= range.last) {
		ret = iu_bpf_bucket(owners->bpf, (uint16_t)port, range.last, &found);
		if (ret == 0 && found.n > 0)
			ret = collect_port(owners, &found);
		port = found.port + 1u;
	}
	return ret;
}

static bool few_ports(const struct iu_needs *needs)
{
	size_t n = 0;

	for (size_t i = 0; i < needs->ports.n; i++)
		n += (size_t)needs->ports.v[i].last - needs->ports.v[i].first + 1;
	return !needs->all_ports && n > 0 && n <= PORTS_MAX;
}

static int collect_ports(struct owners *owners)
{
	const struct iu_needs *needs = owners->scan->needs;
	int ret = 0;

	for (size_t i = 0; i < needs->ports.n && ret == 0; i++)
		ret = collect_range(owners, needs->ports.v[i]);
	iu_bpf_close(owners->bpf); /* one object at a time has the lock */
	owners->bpf = NULL;
	/* who has them, while their addresses are at hand */
	return ret < 0 ? ret
			  : iu_fd_candidates_note(owners->scan, owners->files, owners->inodes,
				    owners->n_files, owners->netlink->fd);
}

int iu_bind_bucket_collect(struct iu_scan *scan, struct iu_netlink *netlink, iu_bind_bucket_sink *sink,
	void *context)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	size_t sockets = snapshot->sockets.n, caches = snapshot->caches.n;
	struct owners *owners;
	int ret;

	if (!few_ports(scan->needs))
		return 0;
	owners = malloc(sizeof(*owners)); /* of the files only what is used is ever touched */
	if (!owners)
		return IU_E_NOMEM;
	owners->scan = scan;
	owners->netlink = netlink;
	owners->bpf = NULL;
	owners->n_files = 0;
	owners->sink = (struct iu_netlink_sink){sink, NULL, context};
	ret = iu_bpf_bucket_open(iu_scan_bpf(scan), &owners->bpf);
	if (ret == 0)
		ret = collect_ports(owners);
	iu_bpf_close(owners->bpf);
	free(owners);
	if (ret == 0)
		return 1;
	snapshot->sockets.n = sockets;
	snapshot->caches.n = caches;
	snapshot->fd_candidates = (struct iu_fd_candidates){0};
	return ret == IU_E_NOMEM ? ret : 0;
}
