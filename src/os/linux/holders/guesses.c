/* os/linux/holders/guesses.c - what is told of processes that may have a socket whose holder is hidden */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "knowledge/ports.h"
#include "model/needs.h"
#include "os/linux/file.h"
#include "os/linux/process/process.h"

#define COMMAND_BYTES 4096
#define LOOKED_AT     1024 /* processes whose command lines are read … */
#define TOLD	      8	   /* … and of which the rest is, too */

static bool is_held(const struct iu_snapshot *snapshot, uint64_t inode)
{
	for (size_t i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == inode)
			return true;
	return false;
}

/* Command lines may be read by everybody, other than descriptors. */
static bool names_port(struct iu_scan *scan, const struct iu_unreadable *process, uint16_t port)
{
	char path[64], command[COMMAND_BYTES];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/cmdline", (int)process->pid);
	len = iu_file_read(scan->proc, path, command, sizeof(command));
	return len > 0 && iu_port_is_word(command, (size_t)len, port);
}

static int guess(struct iu_scan *scan, const struct iu_socket *s, size_t *looked, size_t *told)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	int ret = 0;

	for (size_t i = 0; i < snapshot->unreadable.n && ret != IU_E_NOMEM; i++) {
		const struct iu_unreadable *u = &snapshot->unreadable.v[i];
		bool fits = (s->uid_known && u->uid_known && s->uid == u->uid) ||
			    (s->cgroup && u->cgroup && !strcmp(s->cgroup, u->cgroup));

		if (!fits || ++*looked > LOOKED_AT || *told >= TOLD)
			continue;
		if (!iu_port_is_customary(u->name, s->port) && !names_port(scan, u, s->port))
			continue;
		++*told;
		ret = iu_process_read(scan, u->pid);
	}
	return ret == IU_E_NOMEM ? ret : 0;
}

int iu_collect_guesses(struct iu_scan *scan)
{
	const struct iu_snapshot *snapshot = scan->snapshot;
	size_t looked = 0, told = 0;
	int ret = 0;

	for (size_t i = 0; i < snapshot->sockets.n && ret == 0 && !scan->needs->brief; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->port && s->inode && !scan->needs->all_inodes &&
			iu_needs_inode(scan->needs, s->inode) && !is_held(snapshot, s->inode))
			ret = guess(scan, s, &looked, &told);
	}
	return ret;
}
