/* os/linux/quick/offsets.c - where members of the kernel's structures lie: BTF, and a file of it */
#include "os/linux/quick/offsets.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/libbpf.h"

#define BTF_FILE  "/sys/kernel/btf/vmlinux"
#define FOLDER    "/run/inuse"
#define FILE_NAME FOLDER "/kernel"

#define MAGIC "inuse-quick"

struct saved {
	char magic[16];
	char release[65], version[65]; /* as uname() has them: the build of the kernel */
	char spare[2];
	uint64_t list; /* which offsets are kept here: another version of inuse may want others */
	uint64_t btf_size;
	struct iu_quick_kernel kernel;
};

static const struct {
	const char *structure, *path;
	size_t offset;
} members[] = {
#define X(name, structure, path) {structure, path, offsetof(struct iu_quick_offsets, name)},
	IU_QUICK_OFFSETS(X)
#undef X
};

/* ---- the kernel's own description ---- */

static const struct btf_type *plain_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* A member by name, also inside of members that have none. Returns: its type, NULL: not there. */
static const struct btf_type *find_member(const struct btf *btf, const struct btf_type *type,
	const char *name, size_t len, __u32 *bits)
{
	const struct btf_member *member = btf_members(type);
	__u32 i, inner;

	for (i = 0; i < btf_vlen(type); i++, member++) {
		const char *its = btf__name_by_offset(btf, member->name_off);
		const struct btf_type *found, *of = plain_type(btf, member->type);

		if (its && strlen(its) == len && !memcmp(its, name, len)) {
			*bits += btf_member_bit_offset(type, i);
			return of;
		}
		if ((its && *its) || !of || !btf_is_composite(of))
			continue;
		inner = *bits + btf_member_bit_offset(type, i);
		found = find_member(btf, of, name, len, &inner);
		if (found) {
			*bits = inner;
			return found;
		}
	}
	return NULL;
}

static int find_path(
	const struct btf *btf, const struct btf_type *type, const char *path, __u32 *ret_bits)
{
	__u32 bits = 0;

	while (type && *path) {
		size_t len = strcspn(path, ".");

		if (!btf_is_composite(type))
			return IU_E_NOTSUP;
		type = find_member(btf, type, path, len, &bits);
		path += len + (path[len] == '.');
	}
	if (!type)
		return IU_E_NOTSUP;
	*ret_bits = bits;
	return 0;
}

static int find_function(const struct btf *btf, const char *name, uint32_t *ret_id)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	if (id <= 0)
		return IU_E_NOTSUP;
	*ret_id = (uint32_t)id;
	return 0;
}

/* Each look by name passes over all types of the kernel, so rows of one structure share it. */
static int read_btf(struct iu_quick_kernel *ret_kernel)
{
	struct btf *btf = iu_libbpf() ? btf__load_vmlinux_btf() : NULL;
	const struct btf_type *type = NULL;
	const char *path;
	size_t i;
	int id, result = btf ? 0 : IU_E_NOTSUP;

	for (i = 0; i < IU_COUNT(members) && result == 0; i++) {
		__u32 bits = 0;

		if (i == 0 || strcmp(members[i].structure, members[i - 1].structure) != 0) {
			id = btf__find_by_name_kind(
				btf, members[i].structure, BTF_KIND_STRUCT);
			type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;
		}
		path = members[i].path;
		result = find_path(btf, type, path + (*path == '?'), &bits);
		if (result == IU_E_NOTSUP && type && *path == '?') {
			bits = IU_QUICK_NONE;
			result = 0;
		}
		memcpy((char *)&ret_kernel->at + members[i].offset, &bits, sizeof(bits));
	}
	if (result == 0)
		result = find_function(btf, "bpf_iter_task_file", &ret_kernel->iter_task_file);
	if (btf)
		btf__free(btf);
	return result;
}

/* ---- what was found before ---- */

/* FNV-1a of all that is looked for. */
static uint64_t hash_list(void)
{
	uint64_t hash = 0xcbf29ce484222325;
	const char *at;
	size_t i;

	for (i = 0; i < IU_COUNT(members); i++) {
		for (at = members[i].structure; *at; at++)
			hash = (hash ^ (unsigned char)*at) * 0x100000001b3;
		for (at = members[i].path; *at; at++)
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
