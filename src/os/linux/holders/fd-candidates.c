/* os/linux/holders/fd-candidates.c - which places of descriptor tables lead to sockets, as the kernel says */
#include "os/linux/holders/fd-candidates.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "model/needs.h"

#define FILES_FEW     300 /* fewer open files than that are read faster in /proc */

static void note(struct iu_snapshot *snapshot, const struct iu_bpf_holders *found)
{
	struct iu_fd_candidate *slot;

	for (size_t i = 0; i < found->n; i++) {
		slot = iu_list_add(&snapshot->arena, &snapshot->fd_candidates);
		*slot = (struct iu_fd_candidate){
			found->rows[i].pid, found->rows[i].tid, (int32_t)found->rows[i].fd};
	}
	snapshot->fd_candidates.expected += found->expected;
}

/* Returns: 1: they are noted, 0: the kernel did not say, IU_E_NOMEM. */
static int note_all(struct iu_scan *scan, struct iu_bpf *bpf, const struct iu_bpf_file *files,
	size_t n, int canary)
{
	struct iu_bpf_holders found;
	size_t at, part;

	for (at = 0; at < n; at += part) {
		part = n - at > IU_BPF_FILES_MAX ? IU_BPF_FILES_MAX : n - at;
		if (iu_bpf_holders_of(bpf, files + at, part, canary, &found) < 0)
			return 0;
		note(scan->snapshot, &found);
	}
	return 1;
}

int iu_fd_candidates_note(struct iu_scan *scan, const struct iu_bpf_file *files, const uint64_t *inodes,
	size_t n, int canary)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_bpf *bpf = NULL;
	uint64_t *inode;
	int ret;

	if (!n || !iu_scan_initial_pids(scan) || iu_bpf_holders_open(iu_scan_bpf(scan), &bpf) < 0)
		return 0;
	ret = note_all(scan, bpf, files, n, canary);
	iu_bpf_close(bpf);
	if (ret <= 0)
		return ret;
	for (size_t i = 0; i < n; i++) {
		inode = iu_list_add(&snapshot->arena, &snapshot->fd_candidates.inodes);
		*inode = inodes[i];
	}
	snapshot->fd_candidates.known = true;
	return 0;
}

static bool knows_port(const struct iu_bpf_wanted *ask, uint16_t port)
{
	for (size_t i = 0; i < ask->n_ports; i++)
		if (ask->ports[i] == port)
			return true;
	return false;
}

/* Returns: whether all that is wanted can be found in the tables of UDP and UNIX. */
static bool make_ask(const struct iu_scan *scan, struct iu_bpf_wanted *ask)
{
	const struct iu_sockets *sockets = &scan->snapshot->sockets;
	const struct iu_needs *needs = scan->needs;
	size_t n = 0;

	*ask = (struct iu_bpf_wanted){.inodes = needs->inodes.v, .n = needs->inodes.n};
	if (needs->all_inodes || !ask->n || ask->n > IU_BPF_FILES_MAX)
		return false;
	for (size_t i = 0; i < sockets->n; i++) {
		const struct iu_socket *s = &sockets->v[i];

		if (!iu_needs_inode(needs, s->inode))
			continue;
		n++;
		ask->paths = ask->paths || s->protocol == IU_PROTOCOL_UNIX;
		if (s->protocol == IU_PROTOCOL_TCP)
			return false;
		if (s->protocol != IU_PROTOCOL_UDP || knows_port(ask, s->port))
			continue;
		if (ask->n_ports == IU_COUNT(ask->ports))
			return false;
		ask->ports[ask->n_ports++] = s->port;
	}
	return n == ask->n;
}

static bool worth_while(const struct iu_scan *scan)
{
	const char *wanted = secure_getenv("INUSE_QUICK");

	return iu_scan_open_files(scan, wanted && !strcmp(wanted, "on") ? 0 : FILES_FEW);
}

static int find_files(
	struct iu_scan *scan, const struct iu_bpf_wanted *ask, struct iu_bpf_file *ret_files)
{
	struct iu_bpf *bpf = NULL;
	int ret = iu_bpf_tables_open(iu_scan_bpf(scan), &bpf);

	if (ret == 0)
		ret = iu_bpf_files(bpf, ask, ret_files);
	iu_bpf_close(bpf);
	return ret;
}

int iu_fd_candidates_named(struct iu_scan *scan)
{
	struct iu_bpf_file files[IU_BPF_FILES_MAX];
	struct iu_bpf_wanted ask;
	int canary, ret = 0;

	if (scan->snapshot->fd_candidates.known || !make_ask(scan, &ask) || !iu_scan_initial_pids(scan) ||
		!worth_while(scan) || find_files(scan, &ask, files) < 0)
		return 0;
	canary = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (canary >= 0) {
		ret = iu_fd_candidates_note(scan, files, ask.inodes, ask.n, canary);
		close(canary);
	}
	return ret;
}

/* Whether the first round looked for every one of the wanted sockets. */
static bool are_known(const struct iu_proc_walk *walk)
{
	const struct iu_fd_candidates *candidates = &walk->scan->snapshot->fd_candidates;
	size_t n = 0;

	for (size_t i = 0; i < candidates->inodes.n && candidates->known; i++) {
		struct iu_proc_walk_inode *row = iu_proc_walk_find(walk, candidates->inodes.v[i]);

		n += row && !row->counted;
		if (row)
			row->counted = true;
	}
	return n > 0 && n == HASH_COUNT(walk->inodes);
}

static bool is_one_of(const struct iu_fd_candidates *candidates, uint64_t inode)
{
	for (size_t i = 0; i < candidates->inodes.n && inode; i++)
		if (candidates->inodes.v[i] == inode)
			return true;
	return false;
}

int iu_fd_candidates_walk(struct iu_proc_walk *walk)
{
	struct iu_snapshot *snapshot = walk->scan->snapshot;
	const struct iu_fd_candidates *candidates = &snapshot->fd_candidates;
	size_t before = snapshot->holds.n;
	uint64_t there = 0, inode;

	if (!are_known(walk))
		return 0;
	for (size_t i = 0; i < candidates->n; i++) {
		const struct iu_fd_candidate *candidate = &candidates->v[i];

		if (candidate->pid == walk->scan->self && !walk->scan->needs->own_process)
			continue;
		if (iu_proc_walk_place(walk, candidate->pid, candidate->tid, candidate->fd, &inode) < 0)
			return IU_E_NOMEM;
		there += is_one_of(candidates, inode);
	}
	if (there >= candidates->expected)
		return 1;
	iu_proc_walk_forget(walk, before);
	return 0;
}
