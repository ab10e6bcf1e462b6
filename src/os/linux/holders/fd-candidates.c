/* os/linux/holders/fd-candidates.c - which places of descriptor tables lead to sockets, as the kernel says */
#include "os/linux/holders/fd-candidates.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/linux/holders/find.h"
#include "os/linux/quick/named.h"

#define FILES_AT_ONCE 256 /* with more too many others would be taken for one */
#define FILES_FEW     300 /* fewer open files than that are read faster in /proc */

static int note(struct iu_snapshot *snapshot, const struct iu_quick *found)
{
	struct iu_fd_candidate *slot;
	uint32_t i;

	for (i = 0; i < found->hits; i++) {
		slot = iu_list_add(&snapshot->arena, &snapshot->fd_candidates);
		if (!slot)
			return IU_E_NOMEM;
		*slot = (struct iu_fd_candidate){found->hit[i].pid, found->hit[i].tid,
			found->hit[i].first, found->hit[i].mask};
	}
	snapshot->fd_candidates.expected += found->whole ? 0 : found->expected;
	return 0;
}

int iu_fd_candidates_note(struct iu_scan *scan, struct iu_quick_look *quick,
	const struct iu_quick_file *files, const uint64_t *inodes, size_t n, int canary)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	const struct iu_quick *found;
	uint64_t *inode;
	size_t at, i, part;

	if (!n || !iu_scan_initial_pids(scan))
		return 0;
	for (at = 0; at < n; at += part) {
		part = n - at > FILES_AT_ONCE ? FILES_AT_ONCE : n - at;
		if (iu_quick_descriptors(quick, files + at, part, canary, &found) < 0)
			return 0;
		if (note(snapshot, found) < 0)
			return IU_E_NOMEM;
	}
	for (i = 0; i < n; i++) {
		inode = iu_list_add(&snapshot->arena, &snapshot->fd_candidates.inodes);
		if (!inode)
			return IU_E_NOMEM;
		*inode = inodes[i];
	}
	snapshot->fd_candidates.known = true;
	return 0;
}

static bool knows_port(const struct iu_named_ask *ask, uint16_t port)
{
	size_t i;

	for (i = 0; i < ask->n_ports; i++)
		if (ask->ports[i] == port)
			return true;
	return false;
}

/* Returns: whether all that is wanted can be found in the tables of UDP and UNIX. */
static bool make_ask(const struct iu_scan *scan, struct iu_named_ask *ask)
{
	const struct iu_sockets *sockets = &scan->snapshot->sockets;
	const struct iu_needs *needs = scan->needs;
	size_t i, n = 0;

	*ask = (struct iu_named_ask){.inodes = needs->inodes.v, .n = needs->inodes.n};
	if (needs->all_inodes || !ask->n || ask->n > FILES_AT_ONCE)
		return false;
	for (i = 0; i < sockets->n; i++) {
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

int iu_fd_candidates_named(struct iu_scan *scan)
{
	struct iu_quick_file files[FILES_AT_ONCE];
	struct iu_quick_look *quick = NULL;
	struct iu_named_ask ask;
	int canary, result;

	if (scan->snapshot->fd_candidates.known || !make_ask(scan, &ask) || !iu_scan_initial_pids(scan) ||
		!worth_while(scan))
		return 0;
	result = iu_quick_named(&ask, files);
	if (result < 0)
		return 0;
	canary = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (canary >= 0 && iu_quick_open(&quick) == 0)
		result = iu_fd_candidates_note(scan, quick, files, ask.inodes, ask.n, canary);
	iu_quick_close(quick);
	if (canary >= 0)
		close(canary);
	return result;
}
