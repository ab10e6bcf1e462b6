/* os/linux/sockets/options.c - socket options, read from a duplicate of a holder's descriptor */
#include "os/linux/sockets/options.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/table.h"
#include "model/needs.h"
#include "os/linux/host/host.h"
#include "os/linux/lock.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/scan.h"
#include "os/os.h"

static bool read_flag(int fd, int level, int option, enum iu_tri *ret)
{
	int value = 0;
	socklen_t len = sizeof(value);

	if (getsockopt(fd, level, option, &value, &len) < 0)
		return false;
	*ret = iu_tri(value != 0);
	return true;
}

/* Descriptors change hands: the duplicate must be the very socket that was listed. */
static bool is_same(int fd, const struct iu_socket *sock)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	struct stat status;

	if (sock->cookie != 0 && getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &len) == 0)
		return cookie == sock->cookie;
	return fstat(fd, &status) == 0 && status.st_ino == sock->inode;
}

int iu_options_take(int fd, struct iu_arena *arena, struct iu_socket *sock)
{
	char device[IFNAMSIZ + 1] = "";
	socklen_t len = IFNAMSIZ;
	struct iu_socket found = *sock;

	if (!read_flag(fd, SOL_SOCKET, SO_REUSEADDR, &found.reuseaddr) ||
		!read_flag(fd, SOL_SOCKET, SO_REUSEPORT, &found.reuseport))
		return IU_E_SYSTEM;
	if (sock->family == IU_FAMILY_IPV6)
		read_flag(fd, IPPROTO_IPV6, IPV6_V6ONLY, &found.v6only);
	if (getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &len) == 0 && device[0] != '\0') {
		found.device = iu_arena_strdup(arena, device);
		if (found.ifindex == 0)
			found.ifindex = if_nametoindex(device);
		if (!found.device)
			return IU_E_NOMEM;
	}
	found.options_source = IU_SOURCE_READ;
	*sock = found;
	return 0;
}

int iu_options_read(int fd, struct iu_arena *arena, struct iu_socket *sock)
{
	return is_same(fd, sock) ? iu_options_take(fd, arena, sock) : IU_E_GONE;
}

struct hold_row {
	uint64_t inode;
	size_t first; /* into snapshot->holds; the others of the socket lie anywhere */
	UT_hash_handle hh;
};

/* The errno of the best refusal stays in *ret_errno: EPERM says more than ESRCH. */
static int read_socket(struct iu_scan *scan, size_t first, struct iu_socket *sock, int *ret_errno)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	int fd, ret;

	for (size_t i = first; i < snapshot->holds.n; i++) {
		const struct iu_hold *hold = &snapshot->holds.v[i];

		if (hold->inode != sock->inode || hold->via != IU_VIA_DESCRIPTOR)
			continue;
		iu_lock_fds();
		fd = iu_proc_fd_duplicate(scan, hold->pid, hold->tid, hold->fd);
		if (fd < 0) {
			iu_lock_fds_end();
			if (*ret_errno == 0 || (fd != -ESRCH && fd != -EBADF))
				*ret_errno = -fd;
			continue;
		}
		/* Closed at once: a duplicate keeps the socket alive. */
		ret = iu_options_read(fd, &snapshot->arena, sock);
		close(fd);
		iu_lock_fds_end();
		if (ret == 0 || ret == IU_E_NOMEM)
			return ret;
	}
	return IU_E_NOENT;
}

static int add_gap(struct iu_scan *scan, const struct iu_socket *sock, size_t first, int error)
{
	const struct iu_hold *hold = &scan->snapshot->holds.v[first];
	char what[96];

	snprintf(what, sizeof(what), "options of the socket on port %u, held by pid %d",
		(unsigned int)sock->port, (int)hold->pid);
	iu_snapshot_gap(scan->snapshot, IU_FACT_OPTIONS, hold->pid, what,
		scan->plain ? IU_SCAN_PLAIN_WHY
		: error		   ? iu_os_error_name(error)
				   : "the descriptor changed meanwhile",
		scan->plain		     ? IU_SCAN_PLAIN_FIX
		: error == EPERM && !iu_privileged() ? "run as root"
						     : NULL);
	return 0;
}

static struct hold_row *index_holds(const struct iu_holds *holds, bool *ret_failed)
{
	struct hold_row *rows = NULL, *row;

	*ret_failed = false;
	for (size_t i = 0; i < holds->n; i++) {
		uint64_t inode = holds->v[i].inode;

		HASH_FIND(hh, rows, &inode, sizeof(inode), row);
		if (row)
			continue;
		row = calloc(1, sizeof(*row));
		if (row) {
			row->inode = inode;
			row->first = i;
			HASH_ADD(hh, rows, inode, sizeof(row->inode), row);
		}
		if (!row || !iu_added(row)) {
			free(row);
			*ret_failed = true;
			break;
		}
	}
	return rows;
}

int iu_collect_options(struct iu_scan *scan)
{
	struct iu_sockets *sockets = &scan->snapshot->sockets;
	struct hold_row *rows, *row, *next;
	bool failed, all = true;
	int ret = 0;

	rows = index_holds(&scan->snapshot->holds, &failed);
	if (failed)
		ret = IU_E_NOMEM;
	for (size_t i = 0; i < sockets->n && ret == 0; i++) {
		struct iu_socket *sock = &sockets->v[i];
		int error = 0;

		if (sock->protocol == IU_PROTOCOL_UNIX || !iu_needs_inode(scan->needs, sock->inode))
			continue;
		HASH_FIND(hh, rows, &sock->inode, sizeof(sock->inode), row);
		ret = row ? read_socket(scan, row->first, sock, &error) : IU_E_NOENT;
		/* a duplicate out of a message was read when it was found */
		if (ret == IU_E_NOENT && (sock->options_source == IU_SOURCE_READ ||
						    sock->options_source == IU_SOURCE_BPF))
			ret = 0;
		if (ret != IU_E_NOENT)
			continue;
		all = false; /* nobody is known to hold it: that gap is the holders' */
		ret = row ? add_gap(scan, sock, row->first, error) : 0;
	}
	HASH_ITER(hh, rows, row, next)
	{
		HASH_DEL(rows, row);
		free(row);
	}
	iu_scan_seen(scan, IU_FACT_OPTIONS, ret == 0 && all);
	return ret;
}
