/* os/linux/holders/guesses.c - what is told of processes that may have a socket whose holder is hidden */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "knowledge/ports.h"
#include "model/needs.h"
#include "os/linux/file.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/process.h"

#define COMMAND_BYTES 4096
#define LOOKED_AT     1024 /* processes whose command lines are read … */
#define TOLD	      8	   /* … and of which the rest is, too */
#define FOLDER_BYTES  4096
#define LINE_MAX      64   /* our ancestors: so many are known again */

struct folders {
	char asker[FOLDER_BYTES];  /* that is asked from … */
	char socket[FOLDER_BYTES]; /* … and of the socket's path; "": says nothing */
};

/* Everybody's arguments name those. */
static void forget_common(char *folder)
{
	static const char *const common[] = {"/var/run", "/var/tmp", "/dev/shm", "/var/lib", "/usr/bin"};

	if (folder[0] != '/' || !strchr(folder + 1, '/'))
		folder[0] = '\0';
	for (size_t i = 0; i < IU_COUNT(common); i++)
		if (!strcmp(folder, common[i]))
			folder[0] = '\0';
}

static void find_folders(struct iu_scan *scan, const struct iu_socket *s, struct folders *ret_folders)
{
	struct folders *f = ret_folders;
	ssize_t len = iu_file_link(scan->proc, "self/cwd", f->asker, sizeof(f->asker));

	f->asker[len > 0 && (size_t)len < sizeof(f->asker) ? len : 0] = '\0';
	f->socket[0] = '\0';
	if (s->path_len && s->path_len < sizeof(f->socket) && s->path[0] == '/') {
		memcpy(f->socket, s->path, s->path_len);
		f->socket[s->path_len] = '\0';
		*strrchr(f->socket, '/') = '\0';
	}
	forget_common(f->asker);
	forget_common(f->socket);
}

/* "/srv/app", "--root=/srv/app", "/srv/app/main.js", not "/srv/apples"; NUL, which strchr() finds, ends words. */
static bool names_folder(const char *command, size_t len, const char *folder)
{
	size_t n = strlen(folder);

	for (size_t at = 0; n && at + n <= len; at++)
		if (!memcmp(command + at, folder, n) && (!at || strchr("=: ", command[at - 1])) &&
			(at + n == len || strchr("/: ", command[at + n])))
			return true;
	return false;
}

/* Command lines may be read by everybody, other than descriptors. */
static bool names_it(struct iu_scan *scan, const struct folders *folders, uint16_t port, struct iu_unreadable *u)
{
	char path[64], command[COMMAND_BYTES];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/cmdline", (int)u->pid);
	len = iu_file_read(scan->proc, path, command, sizeof(command));
	if (len <= 0)
		return false;
	u->nearby = names_folder(command, (size_t)len, folders->socket) ||
		    names_folder(command, (size_t)len, folders->asker);
	return u->nearby || (port && iu_port_is_word(command, (size_t)len, port));
}

/* Who carries us has the port among its arguments because it is asked for. */
static bool carries_us(const struct iu_scan *scan, int32_t pid)
{
	struct iu_proc_stat stat = {.ppid = (int32_t)getpid()};

	for (size_t i = 0; i < LINE_MAX && stat.ppid > 0; i++) {
		if (stat.ppid == pid)
			return true;
		if (iu_proc_stat_read(scan->proc, stat.ppid, &stat) < 0)
			break;
	}
	return false;
}

static int guess(struct iu_scan *scan, const struct iu_socket *s, size_t *looked, size_t *told)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct folders folders;
	int ret = 0;

	find_folders(scan, s, &folders);
	for (size_t i = 0; i < snapshot->unreadable.n && ret != IU_E_NOMEM; i++) {
		struct iu_unreadable *u = &snapshot->unreadable.v[i];
		bool fits = (s->uid_known && u->uid_known && s->uid == u->uid) ||
			    (s->cgroup && u->cgroup && !strcmp(s->cgroup, u->cgroup));

		if (!fits || ++*looked > LOOKED_AT || *told >= TOLD)
			continue;
		if (!names_it(scan, &folders, s->port, u) &&
			(!s->port || !iu_port_is_customary(u->name, s->port)))
			continue;
		if (carries_us(scan, u->pid)) {
			u->nearby = false;
			continue;
		}
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

		if ((s->port || s->path_len) && s->inode && !scan->needs->all_inodes &&
			iu_needs_inode(scan->needs, s->inode) && !iu_snapshot_is_held(snapshot, s->inode))
			ret = guess(scan, s, &looked, &told);
	}
	return ret;
}
