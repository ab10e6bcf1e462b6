/* os/linux/holders/evidence.c - what /proc and netlink leave open, answered by the kernel's memory */
#include "os/linux/holders/evidence.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/table.h"
#include "os/linux/process/process.h"
#include "os/linux/sockets/bind-bucket.h"
#include "os/os.h"

#define WALK(number)  (1u << (number)) /* of enum iu_bpf_walk */
#define WALKS_QUEUES  (WALK(IU_BPF_UNIX) | WALK(IU_BPF_FILES))
#define WALKS_DEEP    (WALK(IU_BPF_RINGS) | WALK(IU_BPF_MAPPINGS))
#define FLIGHTS_MAX   65536
#define CHAIN_MAX     64 /* sockets in flight inside of each other */

struct node {
	uint64_t inode;
	bool wanted; /* else the queue that a wanted one may lie in */
	bool held;
	size_t first; /* held: no hold before this one is of this socket */
	int32_t pid; /* a holder */
	UT_hash_handle hh;
};

struct cookie_row {
	uint64_t cookie;
	size_t index; /* into snapshot->sockets */
	UT_hash_handle hh;
};

struct evidence {
	struct iu_scan *scan;
	struct node *nodes;
	struct cookie_row *cookies;
	bool cookieless; /* some sockets have none: listed from /proc/net */
	struct iu_row_flight *flights;
	size_t n_flights, cap_flights;
	uint8_t ports[8192];
	uint32_t *caches; /* by port: place in snapshot->caches, counted from 1 */
	unsigned int walks; /* that would tell what is open */
	unsigned int done;
	bool incomplete;
	const char *why; /* it could not be asked */
	int error;
};

/* ---- what is open ---- */

static bool knows_options(const struct iu_socket *s)
{
	return s->reuseaddr != IU_UNKNOWN && s->reuseport != IU_UNKNOWN &&
	       (s->family != IU_FAMILY_IPV6 || s->v6only != IU_UNKNOWN);
}

static struct node *add_node(struct evidence *evidence, uint64_t inode, bool wanted)
{
	struct node *node;

	HASH_FIND(hh, evidence->nodes, &inode, sizeof(inode), node);
	if (!node && inode != 0) {
		node = calloc(1, sizeof(*node));
		if (!node)
			return NULL;
		node->inode = inode;
		HASH_ADD(hh, evidence->nodes, inode, sizeof(node->inode), node);
		if (!iu_added(node)) {
			free(node);
			return NULL;
		}
	}
	if (node)
		node->wanted = node->wanted || wanted;
	return node;
}

static void mark_found(struct evidence *evidence, uint64_t inode, size_t first)
{
	struct node *node;

	HASH_FIND(hh, evidence->nodes, &inode, sizeof(inode), node);
	if (!node || node->held)
		return;
	node->held = true;
	node->first = first;
}

static bool is_kernels(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	for (size_t i = 0; i < snapshot->kernel_uses.n; i++)
		if (snapshot->kernel_uses.v[i].protocol == s->protocol &&
			snapshot->kernel_uses.v[i].port == s->port)
			return true;
	return false;
}

/* A message or a registration says who has it as well as a descriptor does. */
static void mark_all_found(struct evidence *evidence)
{
	const struct iu_snapshot *snapshot = evidence->scan->snapshot;

	for (size_t i = 0; i < snapshot->holds.n; i++)
		mark_found(evidence, snapshot->holds.v[i].inode, i);
	for (size_t i = 0; i < snapshot->in_flight.n; i++)
		mark_found(evidence, snapshot->in_flight.v[i].inode, 0);
	for (size_t i = 0; i < snapshot->registered.n; i++)
		mark_found(evidence, snapshot->registered.v[i].inode, 0);
	for (size_t i = 0; i < snapshot->sockets.n; i++)
		if (is_kernels(snapshot, &snapshot->sockets.v[i]))
			mark_found(evidence, snapshot->sockets.v[i].inode, 0);
}

static bool any_open(const struct evidence *evidence)
{
	const struct node *node;

	for (node = evidence->nodes; node; node = node->hh.next)
		if (node->wanted && !node->held)
			return true;
	return false;
}

static int want_holders(struct evidence *evidence)
{
	const struct iu_needs *needs = evidence->scan->needs;
	const struct iu_snapshot *snapshot = evidence->scan->snapshot;

	for (size_t i = 0; i < needs->inodes.n; i++)
		if (needs->inodes.v[i] && !add_node(evidence, needs->inodes.v[i], true))
			return IU_E_NOMEM;
	for (size_t i = 0; i < snapshot->sockets.n && needs->all_inodes; i++)
		if (snapshot->sockets.v[i].inode &&
			!add_node(evidence, snapshot->sockets.v[i].inode, true))
			return IU_E_NOMEM;
	mark_all_found(evidence);
	if (evidence->nodes && (any_open(evidence) || snapshot->unreadable.n))
		evidence->walks |= WALKS_QUEUES | WALKS_DEEP;
	return 0;
}

static bool wants_port(const struct iu_needs *needs, uint16_t port)
{
	for (size_t i = 0; i < needs->ports.n; i++)
		if (port >= needs->ports.v[i].first && port <= needs->ports.v[i].last)
			return true;
	return needs->ports.n == 0;
}

/* The ports of sockets whose options nobody told; of the wanted ones also their cache. */
static void want_options(struct evidence *evidence)
{
	const struct iu_needs *needs = evidence->scan->needs;
	const struct iu_snapshot *snapshot = evidence->scan->snapshot;
	bool cache = needs->facts & IU_FACT_EVIDENCE;

	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == IU_PROTOCOL_UNIX || s->port == 0 || !wants_port(needs, s->port))
			continue;
		if (knows_options(s) && !(cache && s->protocol == IU_PROTOCOL_TCP))
			continue;
		evidence->ports[s->port >> 3] |= (uint8_t)(1u << (s->port & 7));
		evidence->walks |= WALK(s->protocol == IU_PROTOCOL_TCP ? IU_BPF_TCP : IU_BPF_UDP);
	}
}

/*
 * The options of sockets without an owner are of interest to a question that asks for evidence;
 * where the programs are loaded anyway the walk over the sockets costs little more.
 */
static int find_open(struct evidence *evidence)
{
	const struct iu_needs *needs = evidence->scan->needs;
	bool asked = needs->facts & IU_FACT_EVIDENCE;
	int ret = 0;

	if (asked || (needs->facts & IU_FACT_HOLDERS && !needs->all_inodes))
		ret = want_holders(evidence);
	if (ret == 0 && (asked || evidence->walks))
		want_options(evidence);
	return ret;
}

/* ---- rows ---- */

static bool has_hold(const struct iu_holds *holds, size_t first, const struct iu_hold *hold)
{
	for (size_t i = first; i < holds->n; i++)
		if (holds->v[i].inode == hold->inode && holds->v[i].pid == hold->pid &&
			holds->v[i].fd == hold->fd && holds->v[i].via == hold->via)
			return true;
	return false;
}

/* @row is of a wanted socket, or of the queue that one lies in. */
static int on_hold(struct evidence *evidence, const struct iu_row_hold *row)
{
	struct iu_snapshot *snapshot = evidence->scan->snapshot;
	struct iu_hold hold = {.inode = row->inode, .pid = row->pid, .fd = row->fd}, *slot;
	struct node *node;
	int ret;

	HASH_FIND(hh, evidence->nodes, &hold.inode, sizeof(hold.inode), node);
	if (!node || row->pid <= 0 || row->pid == evidence->scan->self)
		return 0;
	node->held = true;
	node->pid = row->pid;
	if (row->head.kind == IU_ROW_MAPPED)
		hold.via = IU_VIA_MAPPING;
	if (row->tid != row->pid)
		hold.tid = row->tid;
	if (row->cloexec < 2)
		hold.cloexec = iu_tri(row->cloexec);
	if (!node->wanted || has_hold(&snapshot->holds, node->first, &hold))
		return 0;
	ret = iu_process_read(evidence->scan, row->pid);
	if (ret < 0 && ret != IU_E_LIMIT) /* it ended while we looked: it holds nothing any more */
		return ret == IU_E_NOMEM ? ret : 0;
	slot = iu_list_add(&snapshot->arena, &snapshot->holds);
	*slot = hold;
	return 0;
}

static int on_registered(struct evidence *evidence, const struct iu_row_hold *row)
{
	struct iu_snapshot *snapshot = evidence->scan->snapshot;
	struct iu_registered *slot;
	struct node *node;

	HASH_FIND(hh, evidence->nodes, &row->inode, sizeof(row->inode), node);
	if (!node)
		return 0;
	if (row->pid > 0) {
		node->held = true;
		node->pid = row->pid;
	}
	for (size_t i = 0; i < snapshot->registered.n; i++)
		if (snapshot->registered.v[i].inode == row->inode &&
			snapshot->registered.v[i].pid == row->pid)
			return 0;
	if (!node->wanted)
		return 0;
	slot = iu_list_add(&snapshot->arena, &snapshot->registered);
	*slot = (struct iu_registered){row->inode, row->pid, IU_SOURCE_BPF};
	if (row->pid > 0 && iu_process_read(evidence->scan, row->pid) == IU_E_NOMEM)
		return IU_E_NOMEM;
	return 0;
}

/* A cookie is given when a socket is first dumped; without one the addresses have to do. */
static bool is_same(const struct iu_socket *s, const struct iu_bpf_socket *row)
{
	struct iu_address local = iu_bind_bucket_address(row->family, row->local, row->ifindex);
	struct iu_address peer = iu_bind_bucket_address(row->family, row->peer, row->ifindex);
	bool tcp = row->protocol == IPPROTO_TCP;

	if (s->protocol != (tcp ? IU_PROTOCOL_TCP : IU_PROTOCOL_UDP) || s->port != row->port)
		return false;
	if (s->cookie && row->cookie)
		return s->cookie == row->cookie;
	if (s->inode || row->inode)
		return s->inode == row->inode;
	return s->peer_port == row->peer_port && iu_address_equal(&s->local, &local) &&
	       iu_address_equal(&s->peer, &peer);
}

/* Every socket of a port leads to the same one. */
static int add_cache(
	struct evidence *evidence, const struct iu_bpf_cache *cache, uint16_t port)
{
	struct iu_snapshot *snapshot = evidence->scan->snapshot;
	struct iu_reuse_cache *slot;

	if (!evidence->caches)
		evidence->caches = calloc(UINT16_MAX + 1, sizeof(*evidence->caches));
	if (!evidence->caches)
		return IU_E_NOMEM;
	slot = evidence->caches[port] ? &snapshot->caches.v[evidence->caches[port] - 1]
				      : iu_list_add(&snapshot->arena, &snapshot->caches);
	if (snapshot->arena.failed) /* it has no place then */
		return IU_E_NOMEM;
	*slot = iu_bind_bucket_cache(cache, port);
	evidence->caches[port] = (uint32_t)(slot - snapshot->caches.v) + 1;
	return 0;
}

static int index_cookies(struct evidence *evidence)
{
	const struct iu_sockets *sockets = &evidence->scan->snapshot->sockets;
	struct cookie_row *row;

	for (size_t i = 0; i < sockets->n && evidence->walks; i++) {
		if (sockets->v[i].protocol == IU_PROTOCOL_UNIX)
			continue;
		if (sockets->v[i].cookie == 0) {
			evidence->cookieless = true;
			continue;
		}
		row = calloc(1, sizeof(*row));
		if (!row)
			return IU_E_NOMEM;
		row->cookie = sockets->v[i].cookie;
		row->index = i;
		HASH_ADD(hh, evidence->cookies, cookie, sizeof(row->cookie), row);
		if (!iu_added(row)) {
			free(row);
			return IU_E_NOMEM;
		}
	}
	return 0;
}

/* NULL: younger than the list of sockets, or of another network namespace. */
static struct iu_socket *find_socket(struct evidence *evidence, const struct iu_bpf_socket *row)
{
	struct iu_sockets *sockets = &evidence->scan->snapshot->sockets;
	struct cookie_row *found = NULL;

	if (row->cookie)
		HASH_FIND(hh, evidence->cookies, &row->cookie, sizeof(row->cookie), found);
	if (found)
		return &sockets->v[found->index];
	for (size_t i = 0; i < sockets->n && (evidence->cookieless || !row->cookie); i++)
		if (is_same(&sockets->v[i], row))
			return &sockets->v[i];
	return NULL;
}

static int on_socket(struct evidence *evidence, const struct iu_row_socket *told)
{
	const struct iu_bpf_socket *row = &told->socket;
	struct iu_socket *s;

	if (row->family != AF_INET && row->family != AF_INET6)
		return 0;
	s = find_socket(evidence, row);
	if (!s)
		return 0;
	if (!knows_options(s) || s->options_source == IU_SOURCE_INFERRED) {
		s->reuseaddr = iu_tri(row->reuse);
		s->reuseport = iu_tri(row->reuseport);
		if (s->family == IU_FAMILY_IPV6)
			s->v6only = iu_tri(row->v6only);
		s->options_source = IU_SOURCE_BPF;
	}
	if (!row->mini && s->explicit_port == IU_UNKNOWN)
		s->explicit_port = iu_tri(row->explicit_port);
	if (!row->mini && !s->uid_known && row->inode) {
		s->uid = row->uid;
		s->uid_known = true;
	}
	return told->cache.known ? add_cache(evidence, &told->cache, row->port) : 0;
}

static int on_flight(struct evidence *evidence, const struct iu_row_flight *row)
{
	struct iu_row_flight *grown;
	size_t cap = evidence->cap_flights ? 2 * evidence->cap_flights : 16;

	if (evidence->n_flights >= FLIGHTS_MAX)
		return IU_E_LIMIT;
	if (evidence->n_flights == evidence->cap_flights) {
		grown = realloc(evidence->flights, cap * sizeof(*grown));
		if (!grown)
			return IU_E_NOMEM;
		evidence->flights = grown;
		evidence->cap_flights = cap;
	}
	evidence->flights[evidence->n_flights++] = *row;
	return 0;
}

static int on_row(void *context, const struct iu_row_head *row)
{
	switch ((enum iu_row_kind)row->kind) {
	case IU_ROW_HOLD:
	case IU_ROW_MAPPED: return on_hold(context, (const struct iu_row_hold *)row);
	case IU_ROW_REGISTERED: return on_registered(context, (const struct iu_row_hold *)row);
	case IU_ROW_SOCKET: return on_socket(context, (const struct iu_row_socket *)row);
	case IU_ROW_IN_FLIGHT: return on_flight(context, (const struct iu_row_flight *)row);
	}
	return 0;
}

/* ---- in flight ---- */

static const struct iu_row_flight *find_flight(const struct evidence *evidence, uint64_t inode)
{
	for (size_t i = 0; i < evidence->n_flights; i++)
		if (evidence->flights[i].inode == inode)
			return &evidence->flights[i];
	return NULL;
}

static struct node *find_node(const struct evidence *evidence, uint64_t inode)
{
	struct node *node;

	HASH_FIND(hh, evidence->nodes, &inode, sizeof(inode), node);
	return node;
}

/* Out of queues that are in flight themselves, to the one that a process has. */
static struct iu_in_flight follow(const struct evidence *evidence, const struct iu_row_flight *row)
{
	struct iu_in_flight found = {
		.inode = row->inode, .queue_inode = row->queue_inode, .source = IU_SOURCE_BPF};
	int32_t creator = row->peer_pid;
	const struct node *node;
	int depth;

	for (depth = 0; row && depth < CHAIN_MAX; depth++) {
		found.queue_inode = row->queue_inode;
		node = find_node(evidence, row->queue_inode);
		if (node && node->pid) {
			found.pid = node->pid;
			return found;
		}
		if (creator == 0)
			creator = row->peer_pid;
		row = find_flight(evidence, row->queue_inode);
	}
	/* the walk went round without coming to a process; only where all of them were asked */
	found.cycle = row && evidence->done & WALK(IU_BPF_FILES);
	found.pid = found.cycle ? creator : 0;
	return found;
}

static int tell_flights(struct evidence *evidence)
{
	struct iu_snapshot *snapshot = evidence->scan->snapshot;

	for (size_t i = 0; i < evidence->n_flights; i++) {
		struct node *node = find_node(evidence, evidence->flights[i].inode);
		struct iu_in_flight found, *slot;

		if (!node || !node->wanted || node->held)
			continue; /* not wanted, or more than a message keeps it */
		found = follow(evidence, &evidence->flights[i]);
		node->held = true;
		slot = iu_list_add(&snapshot->arena, &snapshot->in_flight);
		*slot = found;
		if (found.pid > 0 && !found.cycle &&
			iu_process_read(evidence->scan, found.pid) == IU_E_NOMEM)
			return IU_E_NOMEM;
	}
	return 0;
}

/* The holders of a queue are as good as holders of what lies in it. */
static int want_queues(struct evidence *evidence, struct iu_bpf *bpf)
{
	for (size_t i = 0; i < evidence->n_flights; i++) {
		uint64_t inode = evidence->flights[i].queue_inode;

		if (!add_node(evidence, inode, false))
			return IU_E_NOMEM;
		iu_bpf_hidden_want(bpf, inode);
	}
	return 0;
}

/* ---- walks ---- */

static int walk(struct evidence *evidence, struct iu_bpf *bpf, enum iu_bpf_walk which)
{
	int ret;

	if (!(evidence->walks & WALK(which)))
		return 0;
	ret = iu_bpf_hidden_run(bpf, which, on_row, evidence);
	if (ret == IU_E_NOMEM)
		return ret;
	if (ret < 0) {
		evidence->incomplete = true;
		evidence->error = ret;
	} else {
		evidence->done |= WALK(which);
	}
	return 0;
}

/* Cheap walks first; those over every task and mapping only while somebody is looked for. */
static int walk_all(struct evidence *evidence, struct iu_bpf *bpf)
{
	int ret = walk(evidence, bpf, IU_BPF_TCP);

	if (ret == 0)
		ret = walk(evidence, bpf, IU_BPF_UDP);
	if (ret == 0)
		ret = walk(evidence, bpf, IU_BPF_UNIX);
	if (ret == 0)
		ret = want_queues(evidence, bpf);
	if (ret == 0)
		ret = walk(evidence, bpf, IU_BPF_FILES);
	if (ret == 0)
		ret = tell_flights(evidence);
	if (ret == 0 && any_open(evidence))
		ret = walk(evidence, bpf, IU_BPF_RINGS);
	if (ret == 0 && any_open(evidence))
		ret = walk(evidence, bpf, IU_BPF_MAPPINGS);
	return ret;
}

static int ask_kernel(struct evidence *evidence)
{
	struct iu_bpf_ask ask = {.ports = evidence->ports, .reader = evidence->scan->self};
	struct iu_bpf *bpf = NULL;
	struct node *node;
	uint64_t *inodes;
	int ret;

	inodes = calloc(HASH_COUNT(evidence->nodes) + 1, sizeof(*inodes));
	if (!inodes)
		return IU_E_NOMEM;
	for (node = evidence->nodes; node; node = node->hh.next)
		inodes[ask.n++] = node->inode;
	ask.inodes = inodes;
	ret = iu_bpf_hidden_open(iu_scan_bpf(evidence->scan), &ask, &bpf, &evidence->why);
	free(inodes);
	if (ret < 0) {
		evidence->error = ret;
		return ret == IU_E_NOMEM ? ret : 0;
	}
	ret = walk_all(evidence, bpf);
	iu_bpf_close(bpf);
	return ret;
}

/* ---- what it means for the gaps ---- */

static bool has_gap(const struct iu_snapshot *snapshot, enum iu_fact fact)
{
	for (size_t i = 0; i < snapshot->gaps.n; i++)
		if (snapshot->gaps.v[i].fact == fact)
			return true;
	return false;
}

/* The options of every wanted socket without an owner are known. */
static bool knows_orphans(const struct evidence *evidence)
{
	const struct iu_scan *scan = evidence->scan;

	for (size_t i = 0; i < scan->snapshot->sockets.n; i++) {
		const struct iu_socket *s = &scan->snapshot->sockets.v[i];

		/* SYN-RECV without an inode is a request: it holds no port */
		if (s->protocol != IU_PROTOCOL_UNIX && s->inode == 0 && !knows_options(s) &&
			s->state != IU_STATE_SYN_RECV && wants_port(scan->needs, s->port))
			return false;
	}
	return true;
}

/* Every descriptor was looked at after all: what /proc refused is not missing any more. */
static void close_gaps(struct evidence *evidence)
{
	struct iu_snapshot *snapshot = evidence->scan->snapshot;

	if (evidence->scan->needs->facts & IU_FACT_HOLDERS && evidence->done & WALK(IU_BPF_FILES) &&
		!evidence->incomplete) {
		iu_snapshot_drop_gaps(snapshot, IU_GAP_DESCRIPTORS);
		iu_snapshot_drop_gaps(snapshot, IU_GAP_PROCESSES);
		snapshot->unreadable.n = 0;
		if (!has_gap(snapshot, IU_FACT_HOLDERS))
			iu_scan_seen(evidence->scan, IU_FACT_HOLDERS, true);
	}
}

static void tell_gaps(struct evidence *evidence)
{
	struct iu_snapshot *snapshot = evidence->scan->snapshot;
	bool asked = evidence->scan->needs->facts & IU_FACT_EVIDENCE;
	const char *why = evidence->why ? evidence->why : iu_error_text(evidence->error);
	const char *fix =
		evidence->scan->plain				   ? IU_SCAN_PLAIN_FIX
		: evidence->error == IU_E_ACCESS && geteuid() != 0 ? "run as root"
								   : NULL;

	if (evidence->error == 0)
		return;
	/* where descriptors could not be read that gap is told already, and says more */
	if (any_open(evidence) && snapshot->unreadable.n == 0)
		iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0,
			"sockets in messages and in registered files", why, fix);
	if (asked && !knows_orphans(evidence))
		iu_snapshot_gap(snapshot, IU_FACT_OPTIONS, 0,
			"options of connections that no process has any more", why, fix);
}

static int finish(struct evidence *evidence)
{
	unsigned int missing = evidence->walks & ~evidence->done;

	close_gaps(evidence);
	if (!any_open(evidence)) /* the deep walks were not needed */
		missing &= ~(unsigned int)WALKS_DEEP;
	if (evidence->scan->needs->facts & IU_FACT_EVIDENCE)
		iu_scan_seen(evidence->scan, IU_FACT_EVIDENCE, missing == 0 && !evidence->incomplete);
	tell_gaps(evidence);
	return 0;
}

int iu_collect_evidence(struct iu_scan *scan)
{
	struct evidence *evidence = calloc(1, sizeof(*evidence)); /* a bit for every port */
	struct node *node, *next;
	struct cookie_row *row, *next_row;
	int ret;

	if (!evidence)
		return IU_E_NOMEM;
	evidence->scan = scan;
	ret = find_open(evidence);
	if (ret == 0)
		ret = index_cookies(evidence);
	if (ret == 0 && evidence->walks)
		ret = ask_kernel(evidence);
	if (ret == 0)
		ret = finish(evidence);
	HASH_ITER(hh, evidence->nodes, node, next)
	{
		HASH_DEL(evidence->nodes, node);
		free(node);
	}
	HASH_ITER(hh, evidence->cookies, row, next_row)
	{
		HASH_DEL(evidence->cookies, row);
		free(row);
	}
	free(evidence->flights);
	free(evidence->caches);
	free(evidence);
	return ret;
}
