/* os/linux/sockets/inet-diag.c - TCP and UDP sockets through NETLINK_SOCK_DIAG */
#include "os/linux/sockets/inet-diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "base/table.h"
#include "model/needs.h"
#include "os/linux/error.h"
#include "os/linux/host/host.h"
#include "os/linux/scan.h"
#include "os/linux/sockets/aggregate.h"
#include "os/linux/sockets/bind-bucket.h"
#include "os/linux/sockets/bound.h"
#include "os/linux/sockets/netlink.h"
#include "os/linux/sockets/proc-net.h"
#include "os/linux/sockets/tcp-states.h"
#include "os/linux/stream.h"
#include "os/os.h"

#define KERNEL_LISTS_BOUND 0x060800u /* Linux 6.8 */
#define STATES_ALL   ((1u << 13) - 1)
/* Told of few only: it makes each message half as long again. */
#define WHAT_WAS_DROPPED (1u << (INET_DIAG_SKMEMINFO - 1))
#define STATES_BOUND (1u << IU_TCP_BOUND_INACTIVE)

#define TIMER_TIME_WAIT 3  /* inet_diag: the timer of a mini socket */
#define HEARD_A_LOOK    1024 /* messages between two looks at the clock */
#define ASKED_MAX       64 /* ports that are looked at one by one */
#define RANGES_MAX	64 /* past that a filter costs the kernel more than it saves */
#define ORPHAN_UID_REAL ((6u << 16) | (17u << 8)) /* 6.17: orphans keep their uid */

struct cookie_row {
	uint64_t cookie;
	size_t index; /* into snapshot->sockets */
	UT_hash_handle hh;
};

/* One dump: one protocol, one family. */
struct dump {
	struct iu_scan *scan;
	enum iu_protocol protocol;
	size_t start; /* sockets before it */
	uint32_t order;
	size_t full; /* sockets with an owner, whose port may be chosen or named */
	struct cookie_row *cookies;
	struct iu_aggregate *aggregates;
	bool each; /* every one is listed, however many there are */
	uint64_t own_inode; /* of our feature test: found, never shown */
	bool own_seen;
	bool any_bound;
	bool listeners_only; /* the first of them was enough */
	bool passed; /* a part of it has gone to a stream: it cannot be forgotten any more */
	bool lost;   /* … and the dump started anew */
	unsigned int heard; /* messages */
};

static void address_of(
	unsigned int family, const void *bytes, uint32_t ifindex, struct iu_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->family = family == AF_INET ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6;
	memcpy(ret->bytes, bytes, family == AF_INET ? 4 : 16);
	if (iu_address_is_link_local(ret))
		ret->scope = ifindex;
}

static void read_attributes(
	struct iu_netlink_bytes attributes, unsigned int number, struct iu_socket *sock)
{
	uint32_t memory[SK_MEMINFO_DROPS + 1];
	struct iu_netlink_bytes value;
	uint16_t type;
	uint8_t byte;

	while (iu_netlink_next(&attributes, &type, &value)) {
		switch (type) {
		case INET_DIAG_SKV6ONLY:
			/* Other states report the flag of nobody (inet_diag_msg_attrs_fill). */
			if (sock->family == IU_FAMILY_IPV6 &&
				(number == IU_TCP_LISTEN || number == IU_TCP_CLOSE) &&
				iu_netlink_copy(value, &byte, sizeof(byte)))
				sock->v6only = iu_tri(byte != 0);
			break;
		case INET_DIAG_SKMEMINFO:
			if (iu_netlink_copy(value, memory, sizeof(memory)))
				sock->drops = memory[SK_MEMINFO_DROPS];
			break;
		case INET_DIAG_CGROUP_ID:
			iu_netlink_copy(value, &sock->cgroup_id, sizeof(sock->cgroup_id));
			break;
		}
	}
}

int iu_inet_diag_parse(
	const void *payload, size_t len, enum iu_protocol protocol, struct iu_socket *ret_socket)
{
	struct iu_netlink_bytes rest = {payload, len};
	struct inet_diag_msg m;
	struct iu_socket sock = {.protocol = protocol, .timer_ms = -1};

	if (!iu_netlink_head(rest, &m, sizeof(m), &rest))
		return IU_E_PROTO;
	if ((m.idiag_family != AF_INET && m.idiag_family != AF_INET6) || m.id.idiag_sport == 0)
		return 0;
	sock.family = m.idiag_family == AF_INET ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6;
	sock.state = iu_tcp_state(m.idiag_state, protocol);
	sock.port = ntohs(m.id.idiag_sport);
	sock.ifindex = m.id.idiag_if;
	address_of(m.idiag_family, m.id.idiag_src, sock.ifindex, &sock.local);
	if (m.id.idiag_dport != 0) {
		sock.peer_port = ntohs(m.id.idiag_dport);
		address_of(m.idiag_family, m.id.idiag_dst, sock.ifindex, &sock.peer);
	}
	sock.inode = m.idiag_inode;
	sock.cookie = (uint64_t)m.id.idiag_cookie[1] << 32 | m.id.idiag_cookie[0];
	if (sock.cookie == UINT64_MAX) /* INET_DIAG_NOCOOKIE */
		sock.cookie = 0;
	sock.mini = sock.state == IU_STATE_TIME_WAIT ||
		    (sock.state == IU_STATE_FIN_WAIT2 && m.idiag_timer == TIMER_TIME_WAIT);
	if (m.idiag_timer != 0)
		sock.timer_ms = m.idiag_expires;
	sock.uid = m.idiag_uid;
	sock.uid_known = !sock.mini && sock.state != IU_STATE_SYN_RECV;
	if (sock.state == IU_STATE_LISTEN) {
		sock.queue = m.idiag_rqueue;
		sock.backlog = m.idiag_wqueue;
	}
	read_attributes(rest, m.idiag_state, &sock);
	*ret_socket = sock;
	return 1;
}

static size_t put(char *code, size_t at, uint8_t op, uint8_t yes, size_t no)
{
	struct inet_diag_bc_op row = {.code = op, .yes = yes, .no = (uint16_t)no};

	memcpy(code + at, &row, sizeof(row));
	return at + sizeof(row);
}

/* first <= port <= last: two tests, each followed by its port. */
static size_t put_range(char *code, size_t at, const struct iu_port_range *range, size_t reject)
{
	at = put(code, at, INET_DIAG_BC_S_GE, 8, reject);
	at = put(code, at, 0, 0, range->first);
	at = put(code, at, INET_DIAG_BC_S_LE, 8, reject - 8);
	return put(code, at, 0, 0, range->last);
}

size_t iu_inet_diag_filter(
	const struct iu_needs *needs, uint16_t extra, bool automatic, void *code, size_t size)
{
	const size_t op = sizeof(struct inet_diag_bc_op), range_size = 4 * op;
	size_t n = needs->ports.n + (extra != 0), at = 0, i, total;
	struct iu_port_range last = {extra, extra};

	if (needs->all_ports || n == 0 || n > RANGES_MAX)
		n = 0;
	total = (automatic ? op : 0) + n * range_size + (n ? (n - 1) * op : 0);
	if (total == 0 || total > size)
		return 0;
	/* A jump to 4 bytes behind the end rejects, one to the end accepts. */
	if (automatic)
		at = put(code, at, INET_DIAG_BC_AUTO, 4, total + 4);
	for (i = 0; i < n; i++) {
		const struct iu_port_range *range = i < needs->ports.n ? &needs->ports.v[i] : &last;

		if (i + 1 == n) {
			at = put_range(code, at, range, range_size + 4);
			break;
		}
		/* Alternatives: a miss goes on behind the jump that ends a hit. */
		at = put_range(code, at, range, range_size + op);
		at = put(code, at, INET_DIAG_BC_JMP, 4, total - at);
	}
	return total;
}

static void forget(void *context)
{
	struct dump *dump = context;
	struct cookie_row *row, *next;

	HASH_ITER(hh, dump->cookies, row, next)
	{
		if (row->index < dump->start)
			continue; /* of an earlier look */
		HASH_DEL(dump->cookies, row);
		free(row);
	}
	iu_aggregates_free(&dump->aggregates);
	dump->lost = dump->passed;
	dump->scan->snapshot->sockets.n = dump->start;
	dump->order = 0;
	dump->full = 0;
}

static struct cookie_row *find_cookie(struct dump *dump, uint64_t cookie)
{
	struct cookie_row *row;

	HASH_FIND(hh, dump->cookies, &cookie, sizeof(cookie), row);
	return row;
}

static int remember(struct dump *dump, uint64_t cookie, size_t index)
{
	struct cookie_row *row = calloc(1, sizeof(*row));

	if (!row)
		return IU_E_NOMEM;
	row->cookie = cookie;
	row->index = index;
	HASH_ADD(hh, dump->cookies, cookie, sizeof(row->cookie), row);
	if (iu_added(row))
		return 0;
	free(row);
	return IU_E_NOMEM;
}

/* What other collectors found out about a socket that is seen again. */
static void carry_over(const struct iu_socket *old, struct iu_socket *sock)
{
	sock->order = old->order;
	sock->explicit_port = old->explicit_port;
	sock->reuseaddr = old->reuseaddr;
	sock->reuseport = old->reuseport;
	sock->options_source = old->options_source;
	sock->waited_on = old->waited_on;
	sock->user = old->user;
	sock->cgroup = old->cgroup;
	sock->unit = old->unit;
	sock->container = old->container;
	if (sock->v6only == IU_UNKNOWN)
		sock->v6only = old->v6only;
	if (!sock->device)
		sock->device = old->device;
}

static void free_cookies(struct dump *dump)
{
	struct cookie_row *row, *next;

	HASH_ITER(hh, dump->cookies, row, next)
	{
		HASH_DEL(dump->cookies, row);
		free(row);
	}
}

/* What a stream has taken is not known any more. */
static int pass_on(struct dump *dump)
{
	int ret = iu_stream_room(dump->scan);

	if (ret <= 0)
		return ret;
	free_cookies(dump);
	dump->start = 0;
	dump->passed = true;
	return 0;
}

/* The one that was there is only counted now. */
static int replace(struct dump *dump, size_t index, struct iu_socket *sock)
{
	struct iu_socket *old = &dump->scan->snapshot->sockets.v[index];
	struct cookie_row *row = old->cookie ? find_cookie(dump, old->cookie) : NULL;

	if (row) {
		HASH_DEL(dump->cookies, row);
		free(row);
	}
	sock->more_like_it = old->more_like_it;
	*old = *sock;
	return sock->cookie ? remember(dump, sock->cookie, index) : 0;
}

/*
 * One walk passes the listeners, the bound ones and the connections one after the other: a socket
 * that changes meanwhile comes twice, and the later answer is the newer one.
 */
static int add_socket(struct dump *dump, struct iu_socket *sock)
{
	struct iu_snapshot *snapshot = dump->scan->snapshot;
	struct cookie_row *row = sock->cookie ? find_cookie(dump, sock->cookie) : NULL;
	struct iu_aggregate *aggregate = NULL;
	struct iu_socket *slot;
	size_t place;

	if (row) {
		slot = &snapshot->sockets.v[row->index];
		/* with those that are counted with it, it stays what it was; an earlier look counted anew */
		if (row->index >= dump->start && slot->more_like_it)
			return 0;
		carry_over(slot, sock);
		*slot = *sock;
		return 0;
	}
	sock->order = dump->order++;
	if (!dump->each)
		aggregate = iu_aggregate_of(&dump->aggregates, sock);
	if (aggregate && iu_aggregate_counts(aggregate, snapshot, sock, &place))
		return place == SIZE_MAX ? 0 : replace(dump, place, sock);
	slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	if (snapshot->arena.failed) /* it has no place then */
		return IU_E_NOMEM;
	*slot = *sock;
	if (aggregate)
		iu_aggregate_listed(aggregate, snapshot, snapshot->sockets.n - 1);
	if (sock->cookie && remember(dump, sock->cookie, snapshot->sockets.n - 1) < 0)
		return IU_E_NOMEM;
	return pass_on(dump);
}

static bool describes_socket(const struct nlmsghdr *message)
{
	return message->nlmsg_type == SOCK_DIAG_BY_FAMILY ||
	       message->nlmsg_type == TCPDIAG_GETSOCK;
}

static int on_socket(void *context, const struct nlmsghdr *message)
{
	struct dump *dump = context;
	struct iu_netlink_bytes payload;
	struct iu_socket sock;
	char name[IF_NAMESIZE];
	int ret;

	if (dump->lost || (++dump->heard % HEARD_A_LOOK == 0 && iu_scan_over(dump->scan)))
		return IU_E_AGAIN;
	if (!describes_socket(message))
		return 0;
	payload = iu_netlink_payload(message);
	ret = iu_inet_diag_parse(payload.at, payload.len, dump->protocol, &sock);
	if (ret <= 0)
		return ret;
	if (dump->protocol == IU_PROTOCOL_TCP && sock.state == IU_STATE_BOUND)
		dump->any_bound = true;
	if (dump->own_inode != 0 && sock.inode == dump->own_inode) {
		dump->own_seen = true;
		return 0;
	}
	if (!iu_needs_port(dump->scan->needs, sock.port))
		return 0;
	/* Before 6.17 an orphan's uid was that of an inode it no longer has: 0. */
	if (sock.inode == 0 && sock.uid == 0 && iu_kernel_version() < ORPHAN_UID_REAL)
		sock.uid_known = false;
	if (sock.ifindex != 0 && if_indextoname(sock.ifindex, name))
		sock.device = iu_arena_strdup(&dump->scan->snapshot->arena, name);
	if (!sock.mini && sock.state != IU_STATE_SYN_RECV)
		dump->full++;
	return add_socket(dump, &sock);
}

static int on_automatic(void *context, const struct nlmsghdr *message)
{
	struct dump *dump = context;
	struct iu_netlink_bytes payload;
	struct iu_socket sock, *mine;
	struct cookie_row *row;
	int ret;

	if (!describes_socket(message))
		return 0;
	payload = iu_netlink_payload(message);
	ret = iu_inet_diag_parse(payload.at, payload.len, dump->protocol, &sock);
	/* The filter lets every mini socket and request pass: they have no such flag at all. */
	if (ret <= 0 || sock.mini || sock.state == IU_STATE_SYN_RECV || sock.cookie == 0)
		return ret < 0 ? ret : 0;
	row = find_cookie(dump, sock.cookie);
	if (row) {
		mine = &dump->scan->snapshot->sockets.v[row->index];
		mine->explicit_port = IU_NO;
	}
	return 0;
}

/* The old type of request: its dump shows both families in one walk over the same tables. */
static struct inet_diag_req *begin_both(struct iu_netlink_request *request, uint32_t states)
{
	struct inet_diag_req *body =
		iu_netlink_begin(request, TCPDIAG_GETSOCK, NLM_F_DUMP, sizeof(*body));

	body->idiag_family = AF_INET;
	body->idiag_states = states;
	body->idiag_ext = states == STATES_ALL ? 0 : WHAT_WAS_DROPPED;
	return body;
}

static struct inet_diag_req_v2 *begin_one(
	struct iu_netlink_request *request, int family, int protocol, uint32_t states)
{
	struct inet_diag_req_v2 *body =
		iu_netlink_begin(request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(*body));

	body->sdiag_family = (uint8_t)family;
	body->sdiag_protocol = (uint8_t)protocol;
	body->idiag_states = states;
	body->idiag_ext = states == STATES_ALL ? 0 : WHAT_WAS_DROPPED;
	return body;
}

/* @code: a filter of @code_len bytes, 0: none */
static void make_request(struct iu_netlink_request *request, int family, int protocol,
	uint32_t states, const void *code, size_t code_len)
{
	if (family == AF_UNSPEC)
		begin_both(request, states);
	else
		begin_one(request, family, protocol, states);
	if (code_len > 0)
		iu_netlink_put(request, INET_DIAG_REQ_BYTECODE, code, code_len);
}

static uint32_t states_wanted(const struct iu_scan *scan, enum iu_protocol protocol)
{
	bool few = scan->needs->all_ports && !scan->needs->connections;

	if (protocol == IU_PROTOCOL_UDP)
		return few ? 1u << IU_TCP_CLOSE : STATES_ALL;
	if (scan->bound)
		return 1u << IU_TCP_LISTEN;
	return STATES_BOUND | (few ? 1u << IU_TCP_LISTEN | 1u << IU_TCP_CLOSE : STATES_ALL);
}

/* Second pass: which of the ports did the system choose (INET_DIAG_BC_AUTO). */
static int ask_automatic(struct dump *dump, struct iu_netlink *netlink, int family, int protocol)
{
	struct iu_netlink_request request;
	char code[2048];
	const struct iu_netlink_sink sink = {.message = on_automatic, .context = dump};
	struct iu_sockets *sockets = &dump->scan->snapshot->sockets;
	const struct iu_needs *needs = dump->scan->needs;
	size_t len = iu_inet_diag_filter(needs, 0, true, code, sizeof(code)), i;
	int ret;

	make_request(&request, family, protocol, states_wanted(dump->scan, dump->protocol), code,
		len);
	ret = iu_netlink_dump(netlink, &request, &sink, NULL);
	for (i = dump->start; i < sockets->n; i++) {
		struct iu_socket *sock = &sockets->v[i];

		if (sock->mini || sock->state == IU_STATE_SYN_RECV || sock->cookie == 0)
			continue;
		if (ret < 0)
			sock->explicit_port = IU_UNKNOWN;
		else if (sock->explicit_port == IU_UNKNOWN)
			sock->explicit_port = IU_YES;
	}
	return ret == IU_E_NOMEM ? ret : 0;
}

/* Sockets of an earlier look are known already; they are replaced, not repeated. */
static int know_earlier(struct dump *dump)
{
	const struct iu_sockets *sockets = &dump->scan->snapshot->sockets;
	int ret = 0;

	for (size_t i = 0; i < sockets->n && ret == 0; i++)
		if (sockets->v[i].cookie != 0 && sockets->v[i].protocol == dump->protocol &&
			!find_cookie(dump, sockets->v[i].cookie))
			ret = remember(dump, sockets->v[i].cookie, i);
	return ret;
}

/* The socket of our feature test: bound, neither listening nor connected. */
struct own {
	int fd;
	uint64_t inode;
	uint16_t port;
};

static bool bind_own(int fd, uint16_t port)
{
	struct sockaddr_in loopback = {
		.sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	return bind(fd, (struct sockaddr *)&loopback, sizeof(loopback)) == 0;
}

/*
 * Kernels before 6.8 ignore bit 13 without a word, and distributions have it backported: only
 * looking for a socket that is surely there tells (design: feature-detect). When the range of
 * automatic ports is used up, a few fixed ones are tried.
 */
static void open_own(struct own *own)
{
	static const uint16_t fixed[] = {65533, 65131, 64231, 63331, 1031, 1033, 1039, 1049};
	struct sockaddr_in name;
	socklen_t len = sizeof(name);
	struct stat status;
	bool bound;

	own->inode = 0;
	own->port = 0;
	own->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (own->fd < 0)
		return;
	bound = bind_own(own->fd, 0);
	for (size_t i = 0; !bound && errno == EADDRINUSE && i < IU_COUNT(fixed); i++)
		bound = bind_own(own->fd, fixed[i]);
	if (!bound || fstat(own->fd, &status) < 0 ||
		getsockname(own->fd, (struct sockaddr *)&name, &len) < 0)
		return;
	own->inode = status.st_ino;
	own->port = ntohs(name.sin_port);
}

static void close_own(struct own *own)
{
	if (own->fd >= 0)
		close(own->fd);
}

static const struct table {
	enum iu_fact fact;
	enum iu_protocol protocol;
	int family, number;
	const char *name;
} tables[] = {
	{IU_FACT_TCP, IU_PROTOCOL_TCP, AF_UNSPEC, IPPROTO_TCP, "TCP sockets"},
	{IU_FACT_UDP, IU_PROTOCOL_UDP, AF_INET, IPPROTO_UDP, "UDP sockets over IPv4"},
	{IU_FACT_UDP, IU_PROTOCOL_UDP, AF_INET6, IPPROTO_UDP, "UDP sockets over IPv6"},
};

/* What the dumps of one look together say. */
struct outcome {
	uint32_t incomplete; /* facts */
	bool bound_seen;
};

static int dump_one(struct iu_scan *scan, struct iu_netlink *netlink, const struct table *table,
	const struct own *own, struct outcome *outcome)
{
	struct iu_netlink_request request;
	char code[2048];
	struct dump dump = {
		.scan = scan,
		.protocol = table->protocol,
		.start = scan->snapshot->sockets.n,
		.own_inode = table->protocol == IU_PROTOCOL_TCP ? own->inode : 0,
		.each = scan->needs->all_ports || scan->needs->every,
	};
	const struct iu_netlink_sink sink = {on_socket, forget, &dump};
	size_t len = iu_inet_diag_filter(
		scan->needs, dump.own_inode ? own->port : 0, false, code, sizeof(code));
	int ret = know_earlier(&dump);

	make_request(&request, table->family, table->number, states_wanted(scan, table->protocol),
		code, len);
	if (ret == 0)
		ret = iu_netlink_dump(netlink, &request, &sink, NULL);
	if (ret == 0 && (!scan->needs->all_ports || scan->needs->automatic) && dump.full > 0)
		ret = ask_automatic(&dump, netlink, table->family, table->number);
	if (dump.own_seen || dump.any_bound)
		outcome->bound_seen = true;
	if (ret < 0 && ret != IU_E_NOMEM && dump.passed)
		ret = IU_E_AGAIN; /* not once more from the start */
	if (ret < 0 && ret != IU_E_AGAIN)
		forget(&dump);
	free_cookies(&dump);
	iu_aggregates_free(&dump.aggregates);
	return ret;
}

/* What is done when a dump did not work: the text files of /proc, or at least a gap. */
static int take_refusal(
	struct iu_scan *scan, const struct table *table, int error, struct outcome *outcome)
{
	bool ipv6 = table->family == AF_INET6;
	int refused = error;

	outcome->incomplete |= table->fact;
	if (error == IU_E_NOMEM)
		return error;
	if (error == IU_E_AGAIN) {
		iu_snapshot_gap(scan->snapshot, table->fact, 0, table->name,
			"the list changed faster than it could be read", "ask again");
		return 0;
	}
	if (ipv6 && !iu_ipv6_possible()) {
		outcome->incomplete &= ~(uint32_t)table->fact;
		return 0;
	}
	if (table->family != AF_UNSPEC)
		return iu_proc_net_inet(scan, table->protocol, ipv6, error);
	error = iu_proc_net_inet(scan, table->protocol, false, error);
	return error == 0 && iu_ipv6_possible()
		? iu_proc_net_inet(scan, table->protocol, true, refused)
		: error;
}

static int settle_bound(
	struct iu_scan *scan, const struct outcome *outcome, bool asked, bool tested)
{
	/* where a policy refuses our own socket, the version has to be believed */
	bool listed = outcome->bound_seen ||
		      (!tested && scan->snapshot->host.kernel >= KERNEL_LISTS_BOUND);
	bool complete = asked && listed && !(outcome->incomplete & IU_FACT_TCP);

	iu_scan_seen(scan, IU_FACT_BOUND, complete);
	if (complete || !asked)
		return 0;
	iu_snapshot_gap(scan->snapshot, IU_FACT_BOUND, 0,
		"TCP sockets that are bound, but neither listen nor are connected",
		tested ? "this kernel does not list them (Linux 6.8 and later do)"
		       : "whether this kernel lists them could not be tested",
		tested ? "Linux 6.8 or later" : NULL);
	return 0;
}

/* A listener on each port that is asked for is enough. Returns: 1: there is, 0, IU_E_NOMEM. */
static int collect_listeners(struct dump *dump, struct iu_netlink *netlink)
{
	struct iu_netlink_request request;
	const struct iu_netlink_sink sink = {on_socket, forget, dump};
	const struct iu_needs *needs = dump->scan->needs;
	struct iu_sockets *sockets = &dump->scan->snapshot->sockets;
	size_t before;
	int ret = 0;

	for (size_t i = 0; i < needs->asked.n && ret == 0; i++) {
		before = sockets->n;
		begin_both(&request, 1u << IU_TCP_LISTEN)->id.idiag_sport =
			htons(needs->asked.v[i]);
		ret = iu_netlink_dump(netlink, &request, &sink, NULL);
		if (ret == IU_E_NOMEM)
			return ret;
		if (ret == 0 && sockets->n == before)
			ret = IU_E_NOENT;
	}
	if (ret < 0) {
		forget(dump);
		return 0;
	}
	dump->listeners_only = true;
	return 1;
}

static bool few_asked(const struct iu_needs *needs)
{
	return !needs->all_ports && needs->asked.n > 0 && needs->asked.n <= ASKED_MAX;
}

/* Whether one bind() for each port has told that nobody has it. */
static bool nobody_there(const struct iu_needs *needs)
{
	size_t i = 0;

	if (!needs->may_bind || !few_asked(needs))
		return false;
	while (i < needs->asked.n && iu_bind_bucket_is_empty(needs->asked.v[i]))
		i++;
	return i == needs->asked.n;
}

/* What spares the walk over every socket of the machine. Returns: 1: all is known, 0, IU_E_NOMEM. */
static int collect_few(struct iu_scan *scan, struct iu_netlink *netlink, bool *ret_listeners_only)
{
	const struct iu_needs *needs = scan->needs;
	struct dump dump = {.scan = scan, .protocol = IU_PROTOCOL_TCP,
		.start = scan->snapshot->sockets.n, .each = true};
	int ret;

	if (!few_asked(needs))
		return 0;
	ret = iu_bind_bucket_collect(scan, netlink, on_socket, &dump);
	if (ret == 0 && needs->first)
		ret = collect_listeners(&dump, netlink);
	*ret_listeners_only = dump.listeners_only;
	free_cookies(&dump);
	return ret;
}

/* A list that asks the kernel itself needs no test of what sock_diag knows. */
static int bound_or_own(struct iu_scan *scan, struct own *own)
{
	int ret = iu_bound_open(scan);

	if (ret == 0)
		open_own(own);
	return ret < 0 ? ret : 0;
}

struct servers {
	enum iu_protocol protocol;
	void (*take)(void *context, const struct iu_socket *sock);
	void *context;
};

static int on_server(void *context, const struct nlmsghdr *message)
{
	const struct servers *servers = context;
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct iu_socket sock;
	int ret = 0;

	if (describes_socket(message))
		ret = iu_inet_diag_parse(payload.at, payload.len, servers->protocol, &sock);
	if (ret > 0)
		servers->take(servers->context, &sock);
	return ret < 0 ? ret : 0;
}

int iu_inet_diag_servers(struct iu_netlink *netlink, enum iu_protocol protocol, uint16_t port,
	void (*take)(void *context, const struct iu_socket *sock), void *context)
{
	static const int families[] = {AF_INET, AF_INET6};
	struct servers servers = {.protocol = protocol, .take = take, .context = context};
	const struct iu_netlink_sink sink = {.message = on_server, .context = &servers};
	struct iu_netlink_request request;
	int ret = 0;

	if (protocol == IU_PROTOCOL_TCP) {
		begin_both(&request, 1u << IU_TCP_LISTEN)->id.idiag_sport = htons(port);
		return iu_netlink_dump(netlink, &request, &sink, NULL);
	}
	for (size_t i = 0; i < IU_COUNT(families) && ret == 0; i++) {
		begin_one(&request, families[i], IPPROTO_UDP, 1u << IU_TCP_CLOSE)->id.idiag_sport = htons(port);
		ret = iu_netlink_dump(netlink, &request, &sink, NULL);
	}
	return ret;
}

int iu_collect_inet(struct iu_scan *scan)
{
	uint32_t facts = scan->needs->facts;
	bool tcp = facts & (IU_FACT_TCP | IU_FACT_BOUND), udp = facts & IU_FACT_UDP;
	bool none, ask, listeners_only = false;
	struct iu_netlink netlink = {0};
	struct outcome outcome = {0};
	struct own own = {.fd = -1};
	int opened, few, ret = 0;

	if (!tcp && !udp)
		return 0;
	none = !scan->needs->all_ports && scan->needs->ports.n == 0;
	few = tcp && nobody_there(scan->needs);
	ask = !none && (udp || !few);
	opened = ask ? iu_netlink_open(NETLINK_SOCK_DIAG, &netlink) : 0;
	if (tcp && opened == 0 && ask && few == 0) {
		few = collect_few(scan, &netlink, &listeners_only);
		ret = few < 0 ? few : 0;
	}
	if (tcp && opened == 0 && ask && few == 0 && ret == 0)
		ret = bound_or_own(scan, &own);
	for (size_t i = 0; i < IU_COUNT(tables) && ret == 0 && ask; i++) {
		if (tables[i].fact == IU_FACT_TCP ? !tcp || few > 0 : !udp)
			continue;
		ret = opened < 0 ? opened : dump_one(scan, &netlink, &tables[i], &own, &outcome);
		if (ret < 0)
			ret = take_refusal(scan, &tables[i], ret, &outcome);
	}
	close_own(&own);
	if (opened == 0 && ask)
		iu_netlink_close(&netlink);
	if (listeners_only) {
		iu_snapshot_gap(scan->snapshot, IU_FACT_TCP, 0,
			"connections, TIME-WAIT and sockets that are bound only on this port",
			"--first: a listener was enough", "ask without --first");
		return 0;
	}
	if (tcp)
		iu_scan_seen(scan, IU_FACT_TCP, ret == 0 && !(outcome.incomplete & IU_FACT_TCP));
	if (udp)
		iu_scan_seen(scan, IU_FACT_UDP, ret == 0 && !(outcome.incomplete & IU_FACT_UDP));
	if (ret == 0 && tcp && (none || few > 0))
		iu_scan_seen(scan, IU_FACT_BOUND, true);
	else if (ret == 0 && !scan->bound)
		ret = settle_bound(scan, &outcome, tcp, own.inode != 0);
	return ret;
}

int iu_collect_inet_anew(struct iu_scan *scan)
{
	return scan->bound_failed ? iu_collect_inet(scan) : 0;
}
