/* os/linux/holders/listed.c - what a list shows of sockets and holders, asked of the kernel where it answers */
#include "os/linux/holders/listed.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "base/sort.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/file.h"
#include "os/linux/holders/find.h"
#include "os/linux/sockets/bind-bucket.h"

/* To load the programs takes as long as to look at so many files in other ways. */
#define FILES_FEW 4000

struct iu_listed {
	struct iu_bpf *bpf; /* for the walk over sockets; NULL: it is over */
	struct iu_bpf_filter filter; /* their files */
};

static bool worth_while(const struct iu_scan *scan)
{
	const char *wanted = secure_getenv("INUSE_QUICK");

	return (wanted && !strcmp(wanted, "on")) || iu_bpf_keeps() ||
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
	result = iu_bpf_tables_open(&listed->bpf);
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
	iu_bpf_close(scan->listed->bpf);
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
static int add_bound(struct iu_scan *scan, const struct iu_bpf_socket *row)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_socket s, *slot;
	char name[IF_NAMESIZE];

	if (!row->port || !iu_bind_bucket_decode(row, row->port, &s))
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
static size_t udp_ports(const struct iu_snapshot *snapshot, uint16_t ports[IU_BPF_PORTS])
{
	size_t n = 0, i;

	for (i = 0; i < snapshot->sockets.n && n < IU_BPF_PORTS; i++)
		if (snapshot->sockets.v[i].protocol == IU_PROTOCOL_UDP)
			ports[n++] = snapshot->sockets.v[i].port;
	return n;
}

int iu_collect_listed(struct iu_scan *scan)
{
	struct iu_listed *listed = scan->listed;
	uint16_t ports[IU_BPF_PORTS];
	struct iu_bpf_found found;
	size_t i, n;
	int result;

	if (!listed)
		return 0;
	n = udp_ports(scan->snapshot, ports);
	result = iu_bpf_bound(listed->bpf, ports, n, &found, &listed->filter);
	if (result < 0) { /* as if it had never been possible */
		iu_listed_close(scan);
		scan->listed_failed = true;
		return iu_collect_inet(scan);
	}
	for (i = 0; i < found.n && result == 0; i++)
		result = add_bound(scan, &found.rows[i]);
	iu_bpf_close(listed->bpf); /* one object at a time has the lock */
	listed->bpf = NULL;
	iu_scan_seen(scan, IU_FACT_BOUND, scan->snapshot->seen & IU_FACT_TCP);
	return result;
}

/* ---- holders ---- */

static int compare(const void *left, const void *right)
{
	const struct iu_bpf_descriptor *a = left, *b = right;

	if (a->pid != b->pid)
		return a->pid < b->pid ? -1 : 1;
	if (a->tid != b->tid) /* the process before its threads */
		return a->tid == a->pid || (b->tid != b->pid && a->tid < b->tid) ? -1 : 1;
	return (a->fd > b->fd) - (a->fd < b->fd);
}

/* Hands the rows on in their order, which are not the caller's to keep. */
static int tell(const struct iu_bpf_holders *found, iu_listed_sink *sink, void *context)
{
	struct iu_bpf_descriptor *rows = malloc((found->n + 1) * sizeof(*rows));
	int result = rows ? 0 : IU_E_NOMEM;

	if (rows && found->n) {
		memcpy(rows, found->rows, found->n * sizeof(*rows));
		iu_sort(rows, found->n, sizeof(*rows), compare);
	}
	for (size_t i = 0; i < found->n && result == 0; i++) {
		const struct iu_hold hold = {.inode = rows[i].inode,
			.pid = rows[i].pid,
			.tid = rows[i].tid == rows[i].pid ? 0 : rows[i].tid,
			.fd = (int32_t)rows[i].fd};

		result = sink(context, &hold, &found->processes[rows[i].process]);
	}
	free(rows);
	return result == 0 ? 1 : result;
}

int iu_listed_holders(struct iu_scan *scan, iu_listed_sink *sink, void *context)
{
	struct iu_bpf_holders found;
	struct iu_bpf *bpf = NULL;
	int canary, result;

	if (!scan->listed || iu_bpf_holders_open(&bpf) < 0)
		return 0;
	canary = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	result = canary < 0 ? IU_E_SYSTEM
			    : iu_bpf_holders_in(bpf, &scan->listed->filter, canary, &found);
	result = result < 0 ? 0 : tell(&found, sink, context);
	if (canary >= 0)
		close(canary);
	iu_bpf_close(bpf);
	return result;
}
