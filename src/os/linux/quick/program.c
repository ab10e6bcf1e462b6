/* os/linux/quick/program.c - loads BPF programs with bpf(2) alone and runs them */
#include "os/linux/quick/program.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"

#define AGAIN_MAX 1024 /* a walk over a million tasks says EAGAIN in between */

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

int iu_program_error(int error)
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
int iu_program_types(void)
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

int iu_program_map(size_t size, void **ret_memory)
{
	union bpf_attr attr;
	void *memory;
	int map, error;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = (uint32_t)size;
	attr.max_entries = 1;
	attr.map_flags = BPF_F_MMAPABLE;
	map = (int)bpf(BPF_MAP_CREATE, &attr);
	if (map < 0)
		return iu_program_error(errno);
	memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
	if (memory == MAP_FAILED) {
		error = errno;
		close(map);
		return iu_program_error(error);
	}
	*ret_memory = memory;
	return map;
}

int iu_program_load(const struct iu_program *program, int map, int types)
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
		((struct bpf_insn *)code)[program->places[i]].imm = map;
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
	return fd < 0 ? iu_program_error(error) : fd;
}

int iu_program_run(int program)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)program;
	return bpf(BPF_PROG_TEST_RUN, &attr) < 0 ? iu_program_error(errno) : 0;
}

int iu_program_iterate(int program)
{
	union bpf_attr attr;
	int link, iterator;

	memset(&attr, 0, sizeof(attr));
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.attach_type = BPF_TRACE_ITER;
	link = (int)bpf(BPF_LINK_CREATE, &attr);
	if (link < 0)
		return iu_program_error(errno);
	memset(&attr, 0, sizeof(attr));
	attr.iter_create.link_fd = (uint32_t)link;
	iterator = (int)bpf(BPF_ITER_CREATE, &attr);
	if (iterator < 0)
		iterator = iu_program_error(errno);
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
