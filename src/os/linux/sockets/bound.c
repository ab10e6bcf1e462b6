/* os/linux/sockets/bound.c - for lists: which sockets are bound only, asked of the kernel where it answers */
#include "os/linux/sockets/bound.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/sockets/bind-bucket.h"

/* To load the programs takes as long as to look at so many files in other ways. */
#define FILES_FEW 4000
#define SOCKETS_FEW 300 /* a hundredth of the bits of a small filter */

struct iu_bound {
	struct iu_bpf *bpf; /* for the walk over sockets; NULL: it is over */
	struct iu_bpf_file_set files; /* theirs */
};

static bool worth_while(const struct iu_scan *scan)
{
	const char *wanted = secure_getenv("INUSE_QUICK");

	return (wanted && !strcmp(wanted, "on")) || iu_bpf_keeps(iu_scan_bpf(scan)) ||
	       iu_scan_open_files(scan, FILES_FEW);
}

static void close_bound(struct iu_scan *scan)
{
	if (!scan->bound)
		return;
	iu_bpf_close(scan->bound->bpf);
	free(scan->bound);
	scan->bound = NULL;
}

int iu_bound_open(struct iu_scan *scan)
{
	const struct iu_needs *needs = scan->needs;
	struct iu_bound *bound;
	int ret;

	if (scan->bound_failed || !iu_needs_is_listing(needs) || needs->connections || scan->proc < 0 ||
		!(needs->facts & IU_FACT_HOLDERS) || !worth_while(scan) || !iu_scan_initial_pids(scan))
		return 0;
	bound = malloc(sizeof(*bound)); /* what is not used of it is never touched */
	if (!bound)
		return IU_E_NOMEM;
	bound->bpf = NULL;
	ret = iu_bpf_tables_open(iu_scan_bpf(scan), &bound->bpf);
	if (ret < 0) {
		free(bound);
		return 0;
	}
	scan->bound = bound;
	iu_scan_on_close(scan, close_bound);
	return 1;
}

/* The same row seen twice, or a listener that was closed since the dump. */
static struct iu_socket *find(struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	for (size_t i = 0; i < snapshot->sockets.n && s->inode; i++)
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
	*slot = s;
	if (s.ifindex && if_indextoname(s.ifindex, name))
		slot->device = iu_arena_strdup(&snapshot->arena, name);
	return 0;
}

/* The local ports of UDP; more than there is room for: all of them. */
static size_t udp_ports(const struct iu_snapshot *snapshot, uint16_t ports[IU_BPF_PORTS])
{
	size_t n = 0;

	for (size_t i = 0; i < snapshot->sockets.n && n < IU_BPF_PORTS; i++)
		if (snapshot->sockets.v[i].protocol == IU_PROTOCOL_UDP)
			ports[n++] = snapshot->sockets.v[i].port;
	return n;
}

int iu_collect_bound(struct iu_scan *scan)
{
	struct iu_bound *bound = scan->bound;
	uint16_t ports[IU_BPF_PORTS];
	struct iu_bpf_found found;
	size_t n;
	int ret;

	if (!bound)
		return 0;
	n = udp_ports(scan->snapshot, ports);
	bound->files.size = scan->snapshot->sockets.n < SOCKETS_FEW ? IU_BPF_FILTER_NEAR : IU_BPF_FILTER;
	ret = iu_bpf_bound(bound->bpf, ports, n, &found, &bound->files);
	if (ret < 0) { /* iu_collect_inet_anew() goes on as if it had never been possible */
		close_bound(scan);
		scan->bound_failed = true;
		return 0;
	}
	for (size_t i = 0; i < found.n && ret == 0; i++)
		ret = add_bound(scan, &found.rows[i]);
	iu_bpf_close(bound->bpf); /* one object at a time has the lock */
	bound->bpf = NULL;
	iu_scan_seen(scan, IU_FACT_BOUND, scan->snapshot->seen & IU_FACT_TCP);
	return ret;
}

const struct iu_bpf_file_set *iu_bound_files(const struct iu_scan *scan)
{
	return scan->bound ? &scan->bound->files : NULL;
}
