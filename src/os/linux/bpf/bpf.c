/* os/linux/bpf/bpf.c - a BPF object in the kernel: loaded, or taken from bpffs, where it is kept */
#include "os/linux/bpf/object.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/bpf/spares.h"
#include "os/linux/bpf/build-id.h" /* made from the skeletons */

#define BPFFS	  "/sys/fs/bpf"
#define FOLDER	  BPFFS "/inuse"
#define PIN_MAX	  96
#define LOADS_MAX 5
#define AGAIN_MAX 1024 /* a walk over a million tasks says EAGAIN in between */

static long bpf_call(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int error_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES: return IU_E_ACCESS;
	case ENOMEM: return IU_E_NOMEM;
	case EMFILE:
	case ENFILE: return IU_E_LIMIT;
	}
	return IU_E_SYSTEM;
}

/* ---- what is kept ---- */

static void name_of(const struct iu_bpf *bpf, size_t part, char name[PIN_MAX])
{
	snprintf(name, PIN_MAX, IU_BPF_BUILD_ID "-%s-%s", bpf->type->name, bpf->type->parts[part]);
}

/* Returns: a descriptor, -1. */
static int pin_call(const struct iu_bpf *bpf, size_t part, int command, int fd)
{
	char name[PIN_MAX], path[sizeof(FOLDER) + PIN_MAX];
	union bpf_attr attr;

	name_of(bpf, part, name);
	snprintf(path, sizeof(path), FOLDER "/%s", name);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	attr.bpf_fd = (uint32_t)fd;
	return (int)bpf_call(command, &attr);
}

static void close_parts(struct iu_bpf *bpf)
{
	for (size_t i = 0; i < bpf->type->n; i++) {
		if (bpf->fd[i] >= 0)
			close(bpf->fd[i]);
		bpf->fd[i] = -1;
	}
}

/* All of it, or nothing: programs know only the maps that they were loaded with. */
static bool take_kept(struct iu_bpf *bpf)
{
	for (size_t i = 0; i < bpf->type->n; i++) {
		bpf->fd[i] = pin_call(bpf, i, BPF_OBJ_GET, 0);
		if (bpf->fd[i] < 0) {
			close_parts(bpf);
			return false;
		}
	}
	return true;
}

/* What other versions of inuse have kept, and what is left of this object. */
static bool remove_others(const struct iu_bpf *bpf)
{
	int fd = openat(bpf->folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	char name[PIN_MAX];
	bool good = true;

	if (!folder) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while ((entry = readdir(folder)))
		if (entry->d_name[0] != '.' &&
			strncmp(entry->d_name, IU_BPF_BUILD_ID "-", sizeof(IU_BPF_BUILD_ID)) != 0)
			unlinkat(bpf->folder, entry->d_name, 0);
	closedir(folder);
	for (size_t i = 0; i < bpf->type->n; i++) {
		name_of(bpf, i, name);
		good = good && (unlinkat(bpf->folder, name, 0) == 0 || errno == ENOENT);
	}
	return good;
}

/* Without it the next run takes longer, so nothing is said when it does not work. */
static void keep(const struct iu_bpf *bpf)
{
	if (!remove_others(bpf))
		return;
	for (size_t i = 0; i < bpf->type->n; i++)
		if (pin_call(bpf, i, BPF_OBJ_PIN, bpf->fd[i]) < 0)
			return; /* one that is not whole is not taken */
}

/*
 * What lies there would be run in the kernel: only a folder that root alone can write to is believed,
 * of a bpffs that somebody has mounted, as systemd does. Locked, for its memory has one user at a time.
 */
static int open_folder(enum iu_bpf_mode mode)
{
	int folder = open(FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs system;
	struct stat status;

	if (folder < 0 && errno == ENOENT && mode == IU_BPF_KEEP && mkdir(FOLDER, 0700) == 0)
		folder = open(FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -1;
	if (fstatfs(folder, &system) == 0 && system.f_type == BPF_FS_MAGIC &&
		fstat(folder, &status) == 0 && status.st_uid == 0 &&
		!(status.st_mode & (S_IWGRP | S_IWOTH)) && flock(folder, LOCK_EX | LOCK_NB) == 0)
		return folder;
	close(folder);
	return -1;
}

bool iu_bpf_keeps(enum iu_bpf_mode mode)
{
	const char *wanted = secure_getenv("INUSE_QUICK");
	struct statfs system;

	return mode != IU_BPF_AVOID && geteuid() == 0 && !(wanted && !strcmp(wanted, "once")) &&
	       statfs(mode == IU_BPF_KEEP ? BPFFS : FOLDER, &system) == 0 &&
	       system.f_type == BPF_FS_MAGIC;
}

/* ---- objects ---- */

/* Skeletons take descriptor 0 for none: it is kept from them, where standard input is closed. */
static int load(struct iu_bpf *bpf)
{
	int zero = fcntl(STDIN_FILENO, F_GETFD) < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : -1;
	int ret, attempt = 0;

	do /* the verifier ends when a signal is pending, or work of io_uring for this thread */
		ret = bpf->type->load(bpf->fd);
	while ((ret == -EAGAIN || ret == -EINTR) && ++attempt < LOADS_MAX);
	if (zero >= 0)
		close(zero);
	if (ret >= 0)
		return 0;
	ret = error_of(-ret);
	return ret == IU_E_SYSTEM ? IU_E_NOTSUP : ret; /* too old, or of another make */
}

static int open_parts(struct iu_bpf *bpf, enum iu_bpf_mode mode)
{
	int ret;

	bpf->folder = iu_bpf_keeps(mode) ? open_folder(mode) : -1;
	if (bpf->folder >= 0 && take_kept(bpf))
		return 0;
	ret = load(bpf);
	if (ret == 0 && bpf->folder >= 0 && mode == IU_BPF_KEEP)
		keep(bpf);
	return ret;
}

int iu_bpf_open_quick(
	const struct iu_bpf_type *type, enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	const char *wanted = secure_getenv("INUSE_QUICK");

	if (wanted && (!strcmp(wanted, "off") || !strcmp(wanted, "exhaustive")))
		return IU_E_NOTSUP;
	return iu_bpf_open(type, mode, ret_bpf);
}

static struct iu_bpf *new(const struct iu_bpf_type *type)
{
	struct iu_bpf *bpf = calloc(1, sizeof(*bpf));

	if (!bpf)
		return NULL;
	bpf->type = type;
	bpf->folder = -1;
	for (size_t i = 0; i < IU_BPF_PARTS; i++)
		bpf->fd[i] = -1;
	return bpf;
}

int iu_bpf_load(const struct iu_bpf_type *type, struct iu_bpf **ret_bpf)
{
	struct iu_bpf *bpf = iu_bpf_allowed() ? new(type) : NULL;
	int ret;

	if (!bpf)
		return iu_bpf_allowed() ? IU_E_NOMEM : IU_E_ACCESS;
	ret = load(bpf);
	if (ret < 0) {
		iu_bpf_close(bpf);
		return ret;
	}
	*ret_bpf = bpf;
	return 0;
}

int iu_bpf_open(const struct iu_bpf_type *type, enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	struct iu_bpf *bpf;
	int ret;

	if (mode == IU_BPF_AVOID || !iu_bpf_allowed())
		return IU_E_ACCESS;
	*ret_bpf = iu_bpf_spare_take ? iu_bpf_spare_take(type) : NULL;
	if (*ret_bpf)
		return 0;
	bpf = new(type);
	if (!bpf)
		return IU_E_NOMEM;
	ret = open_parts(bpf, mode);
	if (ret < 0) {
		iu_bpf_close(bpf);
		return ret;
	}
	bpf->loaded = true;
	*ret_bpf = bpf;
	return 0;
}

void iu_bpf_close(struct iu_bpf *bpf)
{
	if (!bpf || (bpf->loaded && bpf->folder < 0 && iu_bpf_spare_put && iu_bpf_spare_put(bpf)))
		return;
	for (size_t i = 0; i < bpf->type->n; i++)
		if (bpf->memory[i])
			munmap(bpf->memory[i], bpf->mapped[i]);
	close_parts(bpf);
	if (bpf->folder >= 0)
		close(bpf->folder);
	free(bpf);
}

void iu_bpf_take(int *const fds[], size_t n, int ret_fds[])
{
	for (size_t i = 0; i < n; i++) {
		ret_fds[i] = *fds[i];
		*fds[i] = 0; /* as a skeleton says that there is none */
	}
}

void *iu_bpf_map(struct iu_bpf *bpf, size_t part, size_t size)
{
	void *memory;

	if (bpf->mapped[part] >= size)
		return bpf->memory[part];
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, bpf->fd[part], 0);
	if (memory == MAP_FAILED)
		return NULL;
	if (bpf->memory[part])
		munmap(bpf->memory[part], bpf->mapped[part]);
	bpf->memory[part] = memory;
	bpf->mapped[part] = size;
	return memory;
}

int iu_bpf_run(struct iu_bpf *bpf, size_t part)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)bpf->fd[part];
	return bpf_call(BPF_PROG_TEST_RUN, &attr) < 0 ? error_of(errno) : 0;
}

/* ---- iterators ---- */

int iu_bpf_iterate(struct iu_bpf *bpf, size_t part)
{
	union bpf_attr attr;
	int link, iterator;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)bpf->fd[part];
	attr.link_create.attach_type = BPF_TRACE_ITER;
	link = (int)bpf_call(BPF_LINK_CREATE, &attr);
	if (link < 0)
		return error_of(errno);
	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = (uint32_t)link;
	iterator = (int)bpf_call(BPF_ITER_CREATE, &attr);
	if (iterator < 0)
		iterator = error_of(errno);
	close(link);
	return iterator;
}

ssize_t iu_bpf_read(int iterator, void *bytes, size_t size)
{
	ssize_t got;
	int again = 0;

	do
		got = read(iterator, bytes, size);
	while (got < 0 && (errno == EAGAIN || errno == EINTR) && again++ < AGAIN_MAX);
	return got < 0 ? IU_E_SYSTEM : got;
}
