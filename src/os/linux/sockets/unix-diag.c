/* os/linux/sockets/unix-diag.c - UNIX sockets through NETLINK_SOCK_DIAG */
#include "os/linux/sockets/unix-diag.h"

#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>

#include "base/err.h"
#include "base/table.h"
#include "knowledge/unix-types.h"
#include "os/linux/scan.h"
#include "os/linux/sockets/netlink.h"
#include "os/linux/sockets/proc-net.h"
#include "os/linux/sockets/tcp-states.h"
#include "os/linux/stream.h"

#define ONE_MESSAGE 16   /* sockets that fit into one message, of which the first has only 3 KiB */
#define AGAIN_MOST  4096 /* half of what a stream takes at a time */

uint64_t iu_kernel_dev(uint32_t dev)
{
	return makedev(dev >> 20, dev & 0xfffff);
}

static enum iu_state state_of(unsigned int state, enum iu_unix_type type)
{
	if (state == IU_TCP_LISTEN)
		return IU_STATE_LISTEN;
	/* A datagram socket that has a peer goes on receiving on its name. */
	return state == IU_TCP_ESTABLISHED && type != IU_UNIX_DGRAM ? IU_STATE_ESTABLISHED
								    : IU_STATE_BOUND;
}

/* Abstract names begin with a NUL and have no end mark; paths come with theirs. */
static void read_name(const char *value, size_t len, struct iu_socket *sock)
{
	if (len == 0)
		return;
	if (value[0] == '\0') {
		sock->abstract = true;
		sock->path = value + 1;
		sock->path_len = len - 1;
		return;
	}
	sock->path = value;
	sock->path_len = strnlen(value, len);
}

static void read_attribute(uint16_t type, struct iu_netlink_bytes value, struct iu_socket *sock)
{
	struct unix_diag_vfs file;
	struct unix_diag_rqlen queue;

	switch (type) {
	case UNIX_DIAG_NAME: read_name(value.at, value.len, sock); break;
	case UNIX_DIAG_VFS:
		if (!iu_netlink_copy(value, &file, sizeof(file)))
			break;
		sock->file_ino = file.udiag_vfs_ino; /* 32 bits; paths.c completes it */
		sock->file_dev = iu_kernel_dev(file.udiag_vfs_dev);
		break;
	case UNIX_DIAG_RQLEN:
		if (sock->state != IU_STATE_LISTEN || !iu_netlink_copy(value, &queue, sizeof(queue)))
			break;
		sock->queue = queue.udiag_rqueue;
		sock->backlog = queue.udiag_wqueue;
		break;
	case UNIX_DIAG_UID:
		if (iu_netlink_copy(value, &sock->uid, sizeof(sock->uid)))
			sock->uid_known = true;
		break;
	}
}

int iu_unix_diag_parse(const void *payload, size_t len, struct iu_socket *ret_socket)
{
	struct unix_diag_msg m;
	struct iu_socket sock = {
		.protocol = IU_PROTOCOL_UNIX, .family = IU_FAMILY_UNIX, .timer_ms = -1};
	struct iu_netlink_bytes rest = {payload, len}, value;
	uint16_t type;

	if (!iu_netlink_head(rest, &m, sizeof(m), &rest))
		return IU_E_PROTO;
	sock.unix_type = iu_unix_type_numbered(m.udiag_type);
	sock.state = state_of(m.udiag_state, sock.unix_type);
	sock.inode = m.udiag_ino;
	sock.cookie = (uint64_t)m.udiag_cookie[1] << 32 | m.udiag_cookie[0];
	while (iu_netlink_next(&rest, &type, &value))
		read_attribute(type, value, &sock);
	if (!sock.path)
		return 0;
	*ret_socket = sock;
	return 1;
}

struct dump {
	struct iu_scan *scan;
	size_t start;
	uint32_t order;
	bool passed; /* a part of it has gone to a stream: it cannot be forgotten any more */
	bool lost;   /* … and the dump started anew */
	size_t told; /* sockets, those without a name too */
	uint64_t *known; /* inodes that the dump before this one has told, in order; NULL: the first */
	size_t n_known;
};

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int on_socket(void *context, const struct nlmsghdr *message)
{
	struct dump *dump = context;
	struct iu_snapshot *snapshot = dump->scan->snapshot;
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct iu_socket sock;
	int ret;

	if (dump->lost)
		return IU_E_AGAIN;
	if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	ret = iu_unix_diag_parse(payload.at, payload.len, &sock);
	dump->told++;
	if (ret <= 0 || (dump->known && bsearch(&sock.inode, dump->known, dump->n_known,
						   sizeof(*dump->known), by_number)))
		return ret < 0 ? ret : 0;
	sock.order = dump->order++;
	sock.path = iu_arena_strndup(&snapshot->arena, sock.path, sock.path_len);
	*iu_list_add(&snapshot->arena, &snapshot->sockets) = sock;
	if (snapshot->arena.failed)
		return IU_E_NOMEM;
	ret = iu_stream_room(dump->scan);
	if (ret > 0) {
		dump->start = 0;
		dump->passed = true;
	}
	return ret < 0 ? ret : 0;
}

static void restart(void *context)
{
	struct dump *dump = context;

	dump->lost = dump->passed;
	dump->scan->snapshot->sockets.n = dump->start;
	dump->order = 0;
	dump->told = 0;
}

/*
 * Between two messages of a dump the kernel remembers how far it came in a list, as a number: when
 * somebody before that place goes away, the next one is passed over. A second dump has it.
 */
static int dump_again(struct dump *dump, struct iu_netlink *netlink,
	struct iu_netlink_request *request, const struct iu_netlink_sink *sink)
{
	const struct iu_sockets *sockets = &dump->scan->snapshot->sockets;
	size_t first = dump->start, n = sockets->n - first;
	int ret;

	dump->known = malloc((n + 1) * sizeof(*dump->known));
	if (!dump->known)
		return IU_E_NOMEM;
	for (size_t i = 0; i < n; i++)
		dump->known[i] = sockets->v[first + i].inode;
	dump->n_known = n;
	qsort(dump->known, n, sizeof(*dump->known), by_number);
	dump->start = sockets->n;
	ret = iu_netlink_dump(netlink, request, sink, NULL);
	if (ret < 0 && ret != IU_E_NOMEM) {
		restart(dump); /* the first one was good */
		ret = 0;
	}
	dump->start = dump->passed ? 0 : first;
	free(dump->known);
	dump->known = NULL;
	return ret;
}

struct name_row {
	const struct iu_socket *sock;
	UT_hash_handle hh;
};

static bool same_kind(const struct iu_socket *a, const struct iu_socket *b)
{
	return a->abstract == b->abstract && a->unix_type == b->unix_type;
}

/*
 * An accepted connection reports the name of its listener, and blocks nobody. One whose name no
 * listener has may be a client that bound it, or outlive its listener: it stays.
 */
static int drop_accepted(struct iu_snapshot *snapshot, size_t start)
{
	struct name_row *rows, *names = NULL, *row;
	struct iu_socket *v = snapshot->sockets.v;
	size_t kept = start, n = snapshot->sockets.n;
	bool failed = false;

	rows = calloc(n - start + 1, sizeof(*rows));
	if (!rows)
		return IU_E_NOMEM;
	for (size_t i = start; i < n && !failed; i++) {
		if (v[i].state != IU_STATE_LISTEN)
			continue;
		row = &rows[i - start];
		row->sock = iu_arena_copy(&snapshot->arena, &v[i], sizeof(v[i]));
		if (row->sock)
			HASH_ADD_KEYPTR(hh, names, v[i].path, v[i].path_len, row);
		failed = !row->sock || !iu_added(row);
	}
	for (size_t i = start; i < n && !failed; i++) {
		row = NULL;
		if (v[i].state == IU_STATE_ESTABLISHED)
			HASH_FIND(hh, names, v[i].path, v[i].path_len, row);
		if (!row || !same_kind(row->sock, &v[i]))
			v[kept++] = v[i];
	}
	if (!failed)
		snapshot->sockets.n = kept;
	HASH_CLEAR(hh, names);
	free(rows);
	return failed ? IU_E_NOMEM : 0;
}

/* Everything UNIX of an earlier look is asked for anew. */
static void drop_earlier(struct iu_sockets *sockets)
{
	size_t kept = 0;

	for (size_t i = 0; i < sockets->n; i++)
		if (sockets->v[i].protocol != IU_PROTOCOL_UNIX)
			sockets->v[kept++] = sockets->v[i];
	sockets->n = kept;
}

int iu_collect_unix(struct iu_scan *scan)
{
	struct iu_netlink_request request;
	struct unix_diag_req *body;
	struct iu_netlink netlink = {0};
	struct dump dump = {.scan = scan};
	const struct iu_netlink_sink sink = {on_socket, restart, &dump};
	int ret = iu_netlink_open(NETLINK_SOCK_DIAG, &netlink);

	drop_earlier(&scan->snapshot->sockets);
	dump.start = scan->snapshot->sockets.n;
	if (ret == 0) {
		body = iu_netlink_begin(&request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, sizeof(*body));
		body->sdiag_family = AF_UNIX;
		body->udiag_states = UINT32_MAX;
		body->udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS | UDIAG_SHOW_PEER |
				   UDIAG_SHOW_ICONS | UDIAG_SHOW_RQLEN | UDIAG_SHOW_UID;
		ret = iu_netlink_dump(&netlink, &request, &sink, NULL);
		if (ret == 0 && dump.told > ONE_MESSAGE &&
			scan->snapshot->sockets.n < AGAIN_MOST && !iu_stream_begun(scan->stream))
			ret = dump_again(&dump, &netlink, &request, &sink);
		iu_netlink_close(&netlink);
	}
	if (ret < 0 && ret != IU_E_NOMEM && dump.passed)
		ret = IU_E_AGAIN; /* not once more from the start */
	iu_scan_seen(scan, IU_FACT_UNIX, ret == 0);
	if (ret == 0 && !scan->needs->connections)
		return drop_accepted(scan->snapshot, dump.start);
	if (ret == 0 || ret == IU_E_NOMEM)
		return ret;
	if (ret == IU_E_AGAIN) {
		iu_snapshot_gap(scan->snapshot, IU_FACT_UNIX, 0, "UNIX sockets",
			"the list changed faster than it could be read", "ask again");
		return 0;
	}
	restart(&dump);
	return iu_proc_net_unix(scan, ret);
}
