/* os/linux/holders/listed.c - what a list shows of sockets and holders, asked of the kernel where it answers */
#include "os/linux/holders/listed.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/sort.h"
#include "os/linux/file.h"
#include "os/linux/holders/find.h"
#include "os/linux/quick/list.h"
#include "os/linux/sockets/bind-bucket.h"

/* To load the programs takes as long as to look at so many files in other ways. */
#define FILES_FEW 4000

struct iu_listed {
	struct iu_quick_list_look *quick;
};

static bool worth_while(const struct iu_scan *scan)
{
	const char *wanted = secure_getenv("INUSE_QUICK");

	return (wanted && !strcmp(wanted, "on")) || iu_quick_list_kept() ||
	       iu_scan_open_files(scan, FILES_FEW);
}

int iu_listed_open(struct iu_scan *scan)
{
	const struct iu_needs *needs = scan->needs;
	struct iu_listed *listed;
	int result;

	if (scan->listed_failed || !iu_needs_is_listing(needs) || needs->connections || scan->proc < 0 ||
		!(needs->facts & IU_FACT_HOLDERS) || !worth_while(scan) || !iu_scan_initial_pids(scan))
		return 0;
	listed = calloc(1, sizeof(*listed));
	if (!listed)
		return IU_E_NOMEM;
	result = iu_quick_list_open(&listed->quick);
	if (result < 0) {
		free(listed);
		return 0;
	}
	scan->listed = listed;
	iu_scan_on_close(scan, iu_listed_close);
	return 1;
}

void iu_listed_close(struct iu_scan *scan)
{
	if (!scan->listed)
		return;
	iu_quick_list_close(scan->listed->quick);
	free(scan->listed);
	scan->listed = NULL;
}

/* ---- sockets ---- */

/* The same row seen twice, or a listener that was closed since the dump. */
static struct iu_socket *find(struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	size_t i;

	for (i = 0; i < snapshot->sockets.n && s->inode; i++)
		if (snapshot->sockets.v[i].inode == s->inode)
			return &snapshot->sockets.v[i];
	return NULL;
}

/* As sock_diag would have said it: of those that are bound only it knows no options. */
static int add_bound(
	struct iu_scan *scan, const struct iu_quick_offsets *at, const struct iu_quick_row *row)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_socket s, *slot;
	char name[IF_NAMESIZE];
	uint16_t port;

	memcpy(&port, row->common + (at->sk_num >> 3), sizeof(port));
	if (!port || !iu_bind_bucket_decode(at, row, port, &s))
		return 0;
	s.reuseaddr = s.reuseport = s.explicit_port = IU_UNKNOWN;
	s.options_source = IU_SOURCE_NONE;
	slot = find(snapshot, &s);
	if (!slot)
		slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
	if (!slot)
		return IU_E_NOMEM;
	*slot = s;
	if (s.ifindex && if_indextoname(s.ifindex, name))
		slot->device = iu_arena_strdup(&snapshot->arena, name);
	return 0;
}

/* The local ports of UDP; more than there is room for: all of them. */
static size_t udp_ports(const struct iu_snapshot *snapshot, uint16_t ports[IU_LIST_PORTS])
{
	size_t n = 0, i;

	for (i = 0; i < snapshot->sockets.n && n < IU_LIST_PORTS; i++)
		if (snapshot->sockets.v[i].protocol == IU_PROTOCOL_UDP)
			ports[n++] = snapshot->sockets.v[i].port;
	return n;
}

int iu_collect_listed(struct iu_scan *scan)
{
	const struct iu_quick_list *found;
	uint16_t ports[IU_LIST_PORTS];
	uint32_t i;
	int result;

	if (!scan->listed)
		return 0;
	result = iu_quick_list_sockets(
		scan->listed->quick, ports, udp_ports(scan->snapshot, ports), &found);
	if (result < 0) { /* as if it had never been possible */
		iu_listed_close(scan);
		scan->listed_failed = true;
		return iu_collect_inet(scan);
	}
	for (i = 0; i < found->bounds && result == 0; i++)
		result = add_bound(scan, &found->at, iu_quick_list_bound(found, i));
	iu_scan_seen(scan, IU_FACT_BOUND, scan->snapshot->seen & IU_FACT_TCP);
	return result;
}

/* ---- holders ---- */

static int compare(const void *left, const void *right)
{
	const struct iu_quick_held *a = left, *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->tid != b->tid) /* the process before its threads */
		return a->tid == a->pid || (b->tid != b->pid && a->tid < b->tid) ? -1 : 1;
	return (a->fd > b->fd) - (a->fd < b->fd);
}

int iu_listed_holders(struct iu_scan *scan, iu_listed_sink *sink, void *context)
{
	const struct iu_quick_list *found;
	struct iu_quick_held *held;
	int canary, result = IU_E_SYSTEM;
	uint32_t i;

	if (!scan->listed)
		return 0;
	canary = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (canary >= 0) {
		result = iu_quick_list_holders(scan->listed->quick, canary, &found);
		close(canary);
	}
	if (result < 0)
		return 0;
	held = malloc((found->hits + 1) * sizeof(*held));
	if (!held)
		return IU_E_NOMEM;
	for (i = 0; i < found->hits; i++)
		held[i] = *iu_quick_list_hit(found, i);
	iu_sort(held, found->hits, sizeof(*held), compare);
	for (i = 0; i < found->hits && result == 0; i++) {
		const struct iu_hold hold = {.inode = held[i].inode,
			.pid = held[i].pid,
			.tid = held[i].tid == held[i].pid ? 0 : held[i].tid,
			.fd = (int32_t)held[i].fd};

		result = sink(context, &hold, iu_quick_list_process(found, &held[i]));
	}
	free(held);
	return result == 0 ? 1 : result;
}
