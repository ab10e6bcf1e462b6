/* os/linux/process/program.c - whether the program of a process can make a server's socket at all */
#include "os/linux/process/program.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/text.h"
#include "model/needs.h"
#include "os/linux/file.h"
#include "os/linux/process/elf.h"

#define NAMES_MAX     (32 << 20) /* of one file: Node and Java come with 2 MB */
#define WINDOW	      65536
#define MAPS_MAX      (4 << 20)
#define LIBRARIES_MAX 128
#define PATH_TEXT     4096

/* "\0bind\0" as the table of names has it: whoever wants the function names it so. */
static const char function[] = "\0bind";

static bool is_named(int fd, uint64_t offset, uint64_t len, enum iu_tri *ret_named)
{
	char *window = malloc(WINDOW);
	size_t kept = 0;
	bool found = false;

	while (window && len && !found) {
		size_t room = WINDOW - kept;
		ssize_t n = pread(fd, window + kept, room < len ? room : len, (off_t)offset);

		if (n <= 0)
			break;
		offset += (uint64_t)n;
		len -= (uint64_t)n;
		kept += (size_t)n;
		found = memmem(window, kept, function, sizeof(function)) != NULL;
		if (!found && kept >= sizeof(function)) {
			memmove(window, window + kept - sizeof(function), sizeof(function));
			kept = sizeof(function);
		}
	}
	free(window);
	*ret_named = iu_tri(found);
	return found || len == 0;
}

/* IU_UNKNOWN: it is no dynamic program of this machine, or could not be read. */
static enum iu_tri names_bind(int fd)
{
	char bytes[IU_ELF_DYNAMIC];
	enum iu_tri named = IU_UNKNOWN;
	uint64_t offset, len;
	struct iu_elf elf;
	ssize_t n = pread(fd, bytes, IU_ELF_HEAD, 0);

	if (n <= 0 || !iu_elf_head(bytes, (size_t)n, &elf) || !elf.dynamic_len)
		return IU_UNKNOWN;
	n = pread(fd, bytes,
		elf.dynamic_len < sizeof(bytes) ? (size_t)elf.dynamic_len : sizeof(bytes),
		(off_t)elf.dynamic);
	if (n <= 0 || !iu_elf_names(&elf, bytes, (size_t)n, &offset, &len) || len > NAMES_MAX ||
		!is_named(fd, offset, len, &named))
		return IU_UNKNOWN;
	return named;
}

/* What a look goes on with: files of other machines, or of a program that answers for them, may hang. */
struct look {
	struct iu_scan *scan;
	int32_t pid;
	struct iu_text mounts; /* mountinfo as the process has it */
	bool mounts_read;
	int root;
	size_t libraries;
	enum iu_tri named;
};

struct mount_reader {
	char device[32];
	bool local;
};

/* "36 35 0:31 / /mnt rw shared:1 - overlay overlay rw,…" */
static int on_mount(void *context, const char *line, size_t len)
{
	static const char *const types[] = {
		"overlay ", "btrfs ", "tmpfs ", "ramfs ", "rootfs ", "zfs ", "bcachefs "};
	struct mount_reader *reader = context;
	const char *type = memmem(line, len, " - ", 3);

	if (!type || !memmem(line, (size_t)(type - line), reader->device, strlen(reader->device)))
		return 0;
	len -= (size_t)(type + 3 - line);
	for (size_t i = 0; i < IU_COUNT(types); i++)
		reader->local |= len >= strlen(types[i]) &&
				 !memcmp(type + 3, types[i], strlen(types[i]));
	return 1;
}

static bool is_local(struct look *look, int fd)
{
	struct mount_reader reader = {.local = false};
	struct statx status;
	char path[64];

	if (iu_file_status(fd, "", AT_EMPTY_PATH | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
		    STATX_TYPE | STATX_INO, &status) < 0 ||
		!S_ISREG(status.stx_mode))
		return false;
	if (status.stx_dev_major) /* of a disk */
		return true;
	if (!look->mounts_read) {
		look->mounts_read = true;
		snprintf(path, sizeof(path), "%d/mountinfo", (int)look->pid);
		iu_file_load(look->scan->proc, path, MAPS_MAX, &look->mounts);
	}
	snprintf(reader.device, sizeof(reader.device), " 0:%u ", status.stx_dev_minor);
	if (look->mounts.data)
		iu_file_lines(look->mounts.data, look->mounts.len, on_mount, &reader);
	return reader.local;
}

static enum iu_tri look_at(struct look *look, int fd)
{
	enum iu_tri named = IU_UNKNOWN;
	char path[64];
	int copy;

	if (is_local(look, fd)) {
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		copy = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
		if (copy >= 0) {
			named = names_bind(copy);
			close(copy);
		}
	}
	return named;
}

/* The C library names all of its own functions, and lookups of names bind sockets of their own. */
static bool is_system_library(const char *path, size_t len)
{
	static const char *const names[] = {
		"libc.so", "libc-", "ld-", "libpthread", "libresolv", "libnss_", "libnsl"};
	const char *slash = memrchr(path, '/', len);

	for (size_t i = 0; slash && i < IU_COUNT(names); i++) {
		size_t n = strlen(names[i]);

		if (len - (size_t)(slash + 1 - path) >= n && !memcmp(slash + 1, names[i], n))
			return true;
	}
	return false;
}

/* A path that is mapped is known to the kernel: it is opened only where no file server is asked. */
static int open_mapped(struct look *look, const char *path, size_t len)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_CACHED};
	char text[PATH_TEXT], root[64];

	if (look->root == -2) {
		snprintf(root, sizeof(root), "%d/root", (int)look->pid);
		look->root = openat(look->scan->proc, root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	if (look->root < 0 || len >= sizeof(text))
		return -1;
	memcpy(text, path, len);
	text[len] = '\0';
	return (int)syscall(SYS_openat2, look->root, text, &how, sizeof(how));
}

/* "7f12… r-xp 00001000 fd:01 1234    /usr/lib/libuv.so.1" */
static int on_mapping(void *context, const char *line, size_t len)
{
	struct look *look = context;
	const char *path = memchr(line, '/', len);
	const char *rights = memchr(line, ' ', len);
	enum iu_tri named;
	int fd;

	if (!path || !rights || rights + 4 >= line + len || rights[3] != 'x')
		return 0;
	len -= (size_t)(path - line);
	if (is_system_library(path, len))
		return 0;
	fd = look->libraries++ < LIBRARIES_MAX ? open_mapped(look, path, len) : -1;
	named = fd < 0 ? IU_UNKNOWN : look_at(look, fd);
	if (fd >= 0)
		close(fd);
	if (named != IU_NO)
		look->named = named;
	return named != IU_NO;
}

enum iu_tri iu_program_binds(struct iu_scan *scan, int32_t pid)
{
	struct look look = {.scan = scan, .pid = pid, .root = -2, .named = IU_UNKNOWN};
	struct iu_text maps = {0};
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%d/exe", (int)pid);
	fd = openat(scan->proc, path, O_PATH | O_CLOEXEC);
	if (fd >= 0) {
		look.named = look_at(&look, fd);
		close(fd);
	}
	snprintf(path, sizeof(path), "%d/maps", (int)pid);
	if (look.named == IU_NO) {
		if (iu_file_load(scan->proc, path, MAPS_MAX, &maps) < 0 || !maps.len)
			look.named = IU_UNKNOWN;
		else
			iu_file_lines(maps.data, maps.len, on_mapping, &look);
	}
	iu_text_free(&maps);
	iu_text_free(&look.mounts);
	if (look.root >= 0)
		close(look.root);
	return look.named;
}

/* What exec() sets anew: both are the same in a child that never called it. */
static enum iu_tri is_copy(struct iu_scan *scan, const struct iu_process *process)
{
	char path[64], own[PATH_TEXT], other[PATH_TEXT];
	ssize_t len, n;

	if (process->ppid <= 1 || process->ppid == scan->self)
		return IU_NO;
	snprintf(path, sizeof(path), "%d/exe", (int)process->ppid);
	n = iu_file_link(scan->proc, path, other, sizeof(other));
	if (n <= 0 || !process->exe)
		return IU_UNKNOWN;
	if (strcmp(other, process->exe) != 0)
		return IU_NO;
	snprintf(path, sizeof(path), "%d/cmdline", (int)process->pid);
	len = iu_file_read(scan->proc, path, own, sizeof(own));
	snprintf(path, sizeof(path), "%d/cmdline", (int)process->ppid);
	n = iu_file_read(scan->proc, path, other, sizeof(other));
	return len <= 0 || n <= 0 ? IU_UNKNOWN : iu_tri(len == n && !memcmp(own, other, (size_t)n));
}

static struct iu_process *process_of(struct iu_snapshot *snapshot, int32_t pid)
{
	for (size_t i = 0; i < snapshot->processes.n; i++)
		if (snapshot->processes.v[i].pid == pid)
			return &snapshot->processes.v[i];
	return NULL;
}

/*
 * Of those alone that may have inherited it: a descriptor that exec() closes was opened after it, or
 * came with a fork().
 */
int iu_collect_programs(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;

	/* openat2() is none of the calls of a plain look */
	for (size_t i = 0; i < snapshot->holds.n && !scan->plain && !scan->needs->brief; i++) {
		const struct iu_hold *hold = &snapshot->holds.v[i];
		struct iu_process *process;

		if (hold->via != IU_VIA_DESCRIPTOR || hold->pid == scan->self ||
			!iu_needs_inode(scan->needs, hold->inode))
			continue;
		process = process_of(snapshot, hold->pid);
		if (!process || !process->exe)
			continue;
		if (process->binds == IU_UNKNOWN && hold->cloexec != IU_YES)
			process->binds = iu_program_binds(scan, process->pid);
		if (process->forked == IU_UNKNOWN)
			process->forked = is_copy(scan, process);
	}
	return 0;
}
