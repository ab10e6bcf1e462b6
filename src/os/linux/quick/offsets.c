/* os/linux/quick/offsets.c - where members of the kernel's structures lie, kept in a file */
#include "os/linux/quick/offsets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/quick/btf.h"

#define BTF_FILE  "/sys/kernel/btf/vmlinux"
#define FOLDER    "/run/inuse"
#define FILE_NAME FOLDER "/kernel"

#define MAGIC "inuse-quick"

const struct iu_quick_member iu_quick_members[IU_QUICK_MEMBERS] = {
#define X(name, structure, path) {structure, path, offsetof(struct iu_quick_offsets, name)},
	IU_QUICK_OFFSETS(X)
#undef X
};

struct saved {
	char magic[16];
	char release[65], version[65]; /* as uname() has them: the build of the kernel */
	char spare[2];
	uint64_t list; /* which offsets are kept here: another version of inuse may want others */
	uint64_t btf_size;
	struct iu_quick_kernel kernel;
};

/* FNV-1a of all that is looked for. */
static uint64_t hash_list(void)
{
	uint64_t hash = 0xcbf29ce484222325;
	const char *at;
	size_t i;

	for (i = 0; i < IU_QUICK_MEMBERS; i++) {
		for (at = iu_quick_members[i].structure; *at; at++)
			hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
		for (at = iu_quick_members[i].path; *at; at++)
			hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
	}
	return hash;
}

static int describe(struct saved *saved)
{
	struct utsname name;
	struct stat status;

	if (uname(&name) < 0 || stat(BTF_FILE, &status) < 0)
		return IU_E_NOTSUP;
	memset(saved, 0, sizeof(*saved));
	snprintf(saved->magic, sizeof(saved->magic), "%s", MAGIC);
	snprintf(saved->release, sizeof(saved->release), "%s", name.release);
	snprintf(saved->version, sizeof(saved->version), "%s", name.version);
	saved->list = hash_list();
	saved->btf_size = (uint64_t)status.st_size;
	return 0;
}

/* Wrong offsets would be asked of the kernel: only what root alone can write is believed. */
static bool trusted(int fd, mode_t kind)
{
	struct stat status;

	return fstat(fd, &status) == 0 && (status.st_mode & S_IFMT) == kind &&
	       status.st_uid == 0 && !(status.st_mode & (S_IWGRP | S_IWOTH));
}

static bool load(const struct saved *wanted, struct iu_quick_kernel *ret_kernel)
{
	int folder = open(FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), fd = -1;
	struct saved saved;
	bool good = false;

	if (folder >= 0 && trusted(folder, S_IFDIR))
		fd = openat(folder, "kernel", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && trusted(fd, S_IFREG))
		good = read(fd, &saved, sizeof(saved)) == (ssize_t)sizeof(saved) &&
		       !memcmp(&saved, wanted, offsetof(struct saved, kernel));
	if (good)
		*ret_kernel = saved.kernel;
	if (fd >= 0)
		close(fd);
	if (folder >= 0)
		close(folder);
	return good;
}

/* Without it the next look takes 20 ms longer, so nothing is said when it does not work. */
static void save(const struct saved *saved)
{
	char name[64];
	bool written;
	int fd;

	if (geteuid() != 0 || (mkdir(FOLDER, 0755) < 0 && errno != EEXIST))
		return;
	snprintf(name, sizeof(name), FILE_NAME ".%ld", (long)getpid());
	fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0)
		return;
	written = write(fd, saved, sizeof(*saved)) == (ssize_t)sizeof(*saved);
	close(fd);
	if (!written || rename(name, FILE_NAME) < 0)
		unlink(name);
}

static size_t read_file(void *context, void *bytes, size_t size, uint64_t at)
{
	const int *fd = context;
	size_t len = 0;

	while (len < size) {
		ssize_t got = pread(*fd, (char *)bytes + len, size - len, (off_t)(at + len));

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		len += (size_t)got;
	}
	return len;
}

static int read_btf(struct iu_quick_kernel *ret_kernel)
{
	int fd = open(BTF_FILE, O_RDONLY | O_CLOEXEC);
	const struct iu_btf_source source = {read_file, &fd};
	int result = fd < 0 ? IU_E_NOTSUP : iu_btf_find(&source, ret_kernel);

	if (fd >= 0)
		close(fd);
	return result == IU_E_PROTO ? IU_E_NOTSUP : result;
}

int iu_quick_kernel(struct iu_quick_kernel *ret_kernel)
{
	struct iu_quick_kernel kernel;
	struct saved saved;
	int result = describe(&saved);

	if (result < 0)
		return result;
	if (load(&saved, ret_kernel))
		return 0;
	memset(&kernel, 0, sizeof(kernel));
	result = read_btf(&kernel);
	if (result < 0)
		return result;
	saved.kernel = kernel;
	save(&saved);
	*ret_kernel = kernel;
	return 0;
}
