/* os/linux/quick/program.c - loads BPF programs with bpf(2) alone and runs them */
#include "os/linux/quick/program.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"

#define AGAIN_MAX 1024 /* a walk over a million tasks says EAGAIN in between */

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int error_of(int error)
{
	switch (error) {
	case EPERM:
	case EACCES: return IU_E_ACCESS;
	case ENOMEM: return IU_E_NOMEM;
	case EINVAL:
	case ENOSYS: return IU_E_NOTSUP;
	}
	return IU_E_SYSTEM;
}

/*
 * The verifier wants to know of each function that a loop calls that it is a static one: three types
 * say so, "int", "int ()" and "f" (check_ld_imm() in kernel/bpf/verifier.c).
 */
static int load_types(void)
{
	static const struct {
		struct btf_header head;
		struct btf_type number;
		uint32_t signed_32_bits;
		struct btf_type call, function;
		char strings[8];
	} types = {
		.head = {.magic = BTF_MAGIC, .version = BTF_VERSION, .hdr_len = sizeof(types.head),
			.type_len = 3 * sizeof(struct btf_type) + sizeof(uint32_t),
			.str_off = 3 * sizeof(struct btf_type) + sizeof(uint32_t), .str_len = 8},
		.number = {.name_off = 1, .info = BTF_KIND_INT << 24, .size = 4},
		.signed_32_bits = BTF_INT_SIGNED << 24 | 32,
		.call = {.info = BTF_KIND_FUNC_PROTO << 24, .type = 1},
		.function = {.name_off = 5, .info = BTF_KIND_FUNC << 24, .type = 2},
		.strings = "\0int\0f\0",
	};
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.btf = (uintptr_t)&types;
	attr.btf_size = sizeof(types);
	return (int)bpf(BPF_BTF_LOAD, &attr);
}

static int make_map(size_t size)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = (uint32_t)size;
	attr.max_entries = 1;
	attr.map_flags = BPF_F_MMAPABLE;
	return (int)bpf(BPF_MAP_CREATE, &attr);
}

static int load(const struct iu_program *program, int map, int types)
{
	struct bpf_func_info functions[4];
	union bpf_attr attr;
	uint64_t *code = malloc(program->length * sizeof(*code));
	size_t i;
	int fd, error;

	if (!code)
		return IU_E_NOMEM;
	memcpy(code, program->code, program->length * sizeof(*code));
	for (i = 0; i < program->n_places; i++)
		((struct bpf_insn *)code)[program->fd_candidates[i]].imm = map;
	for (i = 0; i < program->n_functions && i < IU_COUNT(functions); i++)
		functions[i] = (struct bpf_func_info){program->functions[i], 3};
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = program->type;
	attr.expected_attach_type = program->attach;
	attr.attach_btf_id = program->attach_id;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = (uint32_t)program->length;
	attr.license = (uintptr_t) "Dual MIT/GPL";
	attr.prog_btf_fd = (uint32_t)types;
	attr.func_info_rec_size = sizeof(functions[0]);
	attr.func_info = (uintptr_t)functions;
	attr.func_info_cnt = (uint32_t)i;
	fd = (int)bpf(BPF_PROG_LOAD, &attr);
	error = errno;
	free(code);
	return fd < 0 ? error_of(error) : fd;
}

/* ---- what is kept ---- */

#define FOLDER	 "/sys/fs/bpf/inuse"
#define PIN_MAX 96

static void path_of(const struct iu_kit *kit, const char *part, char path[PIN_MAX])
{
	snprintf(path, PIN_MAX, FOLDER "/%s-%016llx-%s", kit->kind->name, (unsigned long long)kit->stamp,
		part);
}

static int get(const struct iu_kit *kit, const char *part)
{
	char path[PIN_MAX];
	union bpf_attr attr;

	if (kit->folder < 0)
		return -1;
	path_of(kit, part, path);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	return (int)bpf(BPF_OBJ_GET, &attr);
}

/* Without it the next run takes longer, so nothing is said when it does not work. */
static void keep(const struct iu_kit *kit, const char *part, int fd)
{
	char path[PIN_MAX];
	union bpf_attr attr;

	if (kit->folder < 0)
		return;
	path_of(kit, part, path);
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	attr.bpf_fd = (uint32_t)fd;
	bpf(BPF_OBJ_PIN, &attr);
}

/*
 * What lies there would be run in the kernel: only a folder that root alone can write to is believed,
 * of a bpffs that somebody has mounted, as systemd does. Locked, for its memory has one user at a time.
 */
static int open_folder(void)
{
	int folder = open(FOLDER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct statfs system;
	struct stat status;

	if (folder < 0 && errno == ENOENT && mkdir(FOLDER, 0700) == 0)
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

bool iu_kit_keeps(void)
{
	const char *wanted = secure_getenv("INUSE_QUICK");
	struct statfs system;

	return geteuid() == 0 && !(wanted && !strcmp(wanted, "once")) &&
	       statfs("/sys/fs/bpf", &system) == 0 && system.f_type == BPF_FS_MAGIC;
}

/* ---- kits ---- */

/* A memory that nobody has filled in yet. */
static int fill(struct iu_kit *kit)
{
	struct iu_quick_kernel kernel;
	int result = iu_quick_kernel(&kernel);

	if (result == 0)
		result = kit->kind->fill(kit->memory, &kernel);
	if (result == 0)
		*(uint64_t *)kit->memory = kit->stamp; /* from now on it may be kept */
	return result;
}

static int open_memory(struct iu_kit *kit)
{
	bool old;

	kit->map = get(kit, "memory");
	old = kit->map >= 0;
	if (!old)
		kit->map = make_map(kit->kind->size);
	kit->memory = kit->map < 0
		? MAP_FAILED
		: mmap(NULL, kit->mapped, PROT_READ | PROT_WRITE, MAP_SHARED, kit->map, 0);
	if (kit->memory == MAP_FAILED) {
		kit->memory = NULL;
		return error_of(errno);
	}
	if (!old)
		keep(kit, "memory", kit->map);
	return *(const uint64_t *)kit->memory == kit->stamp ? 0 : fill(kit);
}

int iu_kit_open(struct iu_kit *kit, const struct iu_kit_kind *kind)
{
	const char *wanted = secure_getenv("INUSE_QUICK");
	int result;
	size_t i;

	if (wanted && (!strcmp(wanted, "off") || !strcmp(wanted, "exhaustive")))
		return IU_E_NOTSUP;
	*kit = (struct iu_kit){.kind = kind, .mapped = kind->mapped, .types = -1};
	kit->stamp = kind->stamp + kind->size; /* with a memory of another size they are others, too */
	for (i = 0; i < IU_KIT_PROGRAMS; i++)
		kit->program[i] = -1;
	kit->folder = iu_kit_keeps() ? open_folder() : -1;
	result = open_memory(kit);
	if (result < 0)
		iu_kit_close(kit);
	return result;
}

int iu_kit_map(struct iu_kit *kit)
{
	void *memory;

	if (kit->mapped == kit->kind->size)
		return 0;
	memory = mmap(NULL, kit->kind->size, PROT_READ | PROT_WRITE, MAP_SHARED, kit->map, 0);
	if (memory == MAP_FAILED)
		return error_of(errno);
	munmap(kit->memory, kit->mapped);
	kit->memory = memory;
	kit->mapped = kit->kind->size;
	return 0;
}

int iu_kit_load(struct iu_kit *kit, size_t number, const struct iu_program *program)
{
	const char part[] = {(char)('0' + number), '\0'};

	if (kit->program[number] < 0)
		kit->program[number] = get(kit, part);
	if (kit->program[number] >= 0)
		return 0;
	if (kit->types < 0)
		kit->types = load_types();
	if (kit->types < 0)
		return error_of(errno);
	kit->program[number] = load(program, kit->map, kit->types);
	if (kit->program[number] < 0)
		return kit->program[number];
	keep(kit, part, kit->program[number]);
	return 0;
}

int iu_kit_run(struct iu_kit *kit, size_t number, const struct iu_program *program)
{
	int result = iu_kit_load(kit, number, program);
	union bpf_attr attr;

	if (result < 0)
		return result;
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)kit->program[number];
	return bpf(BPF_PROG_TEST_RUN, &attr) < 0 ? error_of(errno) : 0;
}

void iu_kit_close(struct iu_kit *kit)
{
	size_t i;

	if (kit->memory)
		munmap(kit->memory, kit->mapped);
	for (i = 0; i < IU_KIT_PROGRAMS; i++)
		if (kit->program[i] >= 0)
			close(kit->program[i]);
	if (kit->types >= 0)
		close(kit->types);
	if (kit->map >= 0)
		close(kit->map);
	if (kit->folder >= 0)
		close(kit->folder);
}

/* ---- iterators ---- */

int iu_program_iterate(int program)
{
	union bpf_attr attr;
	int link, iterator;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	link = (int)bpf(BPF_LINK_CREATE, &attr);
	if (link < 0)
		return error_of(errno);
	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = (uint32_t)link;
	iterator = (int)bpf(BPF_ITER_CREATE, &attr);
	if (iterator < 0)
		iterator = error_of(errno);
	close(link);
	return iterator;
}

ssize_t iu_program_read(int iterator, void *bytes, size_t size)
{
	ssize_t got;
	int again = 0;

	do
		got = read(iterator, bytes, size);
	while (got < 0 && (errno == EAGAIN || errno == EINTR) && again++ < AGAIN_MAX);
	return got < 0 ? IU_E_SYSTEM : got;
}
