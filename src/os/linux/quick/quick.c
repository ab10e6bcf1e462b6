/* os/linux/quick/quick.c - loads the quick BPF programs with bpf(2) and runs them */
#include "os/linux/quick/quick.h"

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
#include "os/linux/quick/code.h" /* made from quick.bpf.c */
#include "os/linux/quick/offsets.h"

#define AGAIN_MAX 1024 /* a walk over a million tasks says EAGAIN in between */

struct iu_quick_look {
	struct iu_quick_kernel kernel;
	struct iu_quick *memory; /* the one variable of the programs */
	int map, btf, owners, descriptors; /* descriptors, -1: not there yet */
};

struct program {
	const uint64_t *code;
	size_t length;
	const uint16_t *places, *functions; /* the variable's address; where functions begin */
	size_t n_places, n_functions;
	uint32_t type, attach, attach_id;
};

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
static int load_btf(void)
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

static int make_map(void)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = sizeof(uint32_t);
	attr.value_size = sizeof(struct iu_quick);
	attr.max_entries = 1;
	attr.map_flags = BPF_F_MMAPABLE;
	return (int)bpf(BPF_MAP_CREATE, &attr);
}

static int load(const struct iu_quick_look *look, const struct program *program)
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
		((struct bpf_insn *)code)[program->places[i]].imm = look->map;
	for (i = 0; i < program->n_functions && i < IU_COUNT(functions); i++)
		functions[i] = (struct bpf_func_info){program->functions[i], 3};
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = program->type;
	attr.expected_attach_type = program->attach;
	attr.attach_btf_id = program->attach_id;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = (uint32_t)program->length;
	attr.license = (uintptr_t) "Dual MIT/GPL";
	attr.prog_btf_fd = (uint32_t)look->btf;
	attr.func_info_rec_size = sizeof(functions[0]);
	attr.func_info = (uintptr_t)functions;
	attr.func_info_cnt = (uint32_t)i;
	fd = (int)bpf(BPF_PROG_LOAD, &attr);
	error = errno;
	free(code);
	return fd < 0 ? error_of(error) : fd;
}

int iu_quick_open(struct iu_quick_look **ret_look)
{
	const char *wanted = secure_getenv("INUSE_QUICK");
	struct iu_quick_look *look;
	void *memory;
	int result;

	if (wanted && !strcmp(wanted, "off"))
		return IU_E_NOTSUP;
	look = calloc(1, sizeof(*look));
	if (!look)
		return IU_E_NOMEM;
	look->btf = look->owners = look->descriptors = -1;
	look->map = make_map();
	result = look->map < 0 ? error_of(errno) : iu_quick_kernel(&look->kernel);
	if (result == 0) {
		look->btf = load_btf();
		result = look->btf < 0 ? error_of(errno) : 0;
	}
	if (result == 0) {
		memory = mmap(NULL, sizeof(*look->memory), PROT_READ | PROT_WRITE, MAP_SHARED,
			look->map, 0);
		if (memory == MAP_FAILED)
			result = error_of(errno);
		else
			look->memory = memory;
	}
	if (result < 0) {
		iu_quick_close(look);
		return result;
	}
	look->memory->at = look->kernel.at;
	*ret_look = look;
	return 0;
}

int iu_quick_owners(struct iu_quick_look *look, uint16_t port, const struct iu_quick **ret_found)
{
	/* a raw tracepoint may be run by hand, under the lock that keeps the lists readable (RCU) */
	const struct program program = {
		.code = owners_code, .length = IU_COUNT(owners_code),
		.places = owners_places, .n_places = IU_COUNT(owners_places),
		.functions = owners_functions, .n_functions = IU_COUNT(owners_functions),
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
	};
	union bpf_attr attr;

	if (look->owners < 0)
		look->owners = load(look, &program);
	if (look->owners < 0)
		return look->owners;
	look->memory->port = port;
	look->memory->rows = look->memory->buckets = 0;
	memset(look->memory->rest, 0, sizeof(look->memory->rest));
	memset(&attr, 0, sizeof(attr));
	attr.test.prog_fd = (uint32_t)look->owners;
	if (bpf(BPF_PROG_TEST_RUN, &attr) < 0)
		return error_of(errno);
	if (look->memory->steps >= IU_QUICK_STEPS)
		return IU_E_LIMIT;
	*ret_found = look->memory;
	return 0;
}

static int make_iterator(int program)
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

/* The walk is done while somebody reads what it says. Returns: bytes, 0: the end, IU_E_SYSTEM. */
static ssize_t read_iterator(int iterator, void *bytes, size_t size)
{
	ssize_t got;
	int again = 0;

	do
		got = read(iterator, bytes, size);
	while (got < 0 && (errno == EAGAIN || errno == EINTR) && again++ < AGAIN_MAX);
	return got < 0 ? IU_E_SYSTEM : got;
}

/* One that says nothing. */
static int run_iterator(const struct iu_quick_look *look)
{
	int iterator = make_iterator(look->descriptors);
	ssize_t got;
	char byte;

	if (iterator < 0)
		return iterator;
	got = read_iterator(iterator, &byte, 1);
	close(iterator);
	return got == 0 ? 0 : IU_E_SYSTEM;
}

/* A descriptor of ours, found by the walk as any other would be. */
static bool saw_canary(const struct iu_quick *found, int32_t self, int canary)
{
	uint32_t i;

	for (i = 0; i < found->hits; i++)
		if (found->hit[i].pid == self &&
			found->hit[i].first == (uint32_t)canary / IU_QUICK_CHUNK * IU_QUICK_CHUNK &&
			found->hit[i].mask >> (canary % IU_QUICK_CHUNK) & 1)
			return true;
	return false;
}

int iu_quick_descriptors(struct iu_quick_look *look, const uint64_t *files, size_t n, int canary,
	const struct iu_quick **ret_found)
{
	const struct program program = {
		.code = descriptors_code, .length = IU_COUNT(descriptors_code),
		.places = descriptors_places, .n_places = IU_COUNT(descriptors_places),
		.functions = descriptors_functions,
		.n_functions = IU_COUNT(descriptors_functions),
		.type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_ITER,
		.attach_id = look->kernel.iter_task,
	};
	struct iu_quick *memory = look->memory;
	size_t i;
	int result;

	if (look->descriptors < 0)
		look->descriptors = load(look, &program);
	if (look->descriptors < 0)
		return look->descriptors;
	memset(memory->filter, 0, sizeof(memory->filter));
	for (i = 0; i < n; i++)
		memory->filter[IU_QUICK_BYTE(files[i])] |= (uint8_t)(1u << IU_QUICK_BIT(files[i]));
	memory->canary = (uint32_t)canary;
	memory->hits = memory->tasks = memory->faults = 0;
	result = run_iterator(look);
	if (result < 0)
		return result;
	if (memory->hits > IU_QUICK_HITS)
		return IU_E_LIMIT;
	if (memory->faults || !saw_canary(memory, (int32_t)getpid(), canary))
		return IU_E_PROTO;
	*ret_found = memory;
	return 0;
}

int iu_quick_sockets(struct iu_quick_look *look, int canary,
	int (*row)(void *context, const struct iu_quick_descriptor *found), void *context)
{
	const struct program program = {
		.code = sockets_code, .length = IU_COUNT(sockets_code),
		.places = sockets_places, .n_places = IU_COUNT(sockets_places),
		.functions = sockets_functions, .n_functions = IU_COUNT(sockets_functions),
		.type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_ITER,
		.attach_id = look->kernel.iter_task_file,
	};
	struct iu_quick_descriptor found[1024];
	int32_t self = (int32_t)getpid();
	bool seen = false;
	ssize_t got = 1;
	int fd = load(look, &program), iterator, result;

	if (fd < 0)
		return fd;
	iterator = make_iterator(fd);
	close(fd);
	result = iterator < 0 ? iterator : 0;
	while (result == 0 && (got = read_iterator(iterator, found, sizeof(found))) > 0) {
		for (size_t i = 0; i < (size_t)got / sizeof(*found) && result == 0; i++) {
			seen = seen || (found[i].pid == self && found[i].fd == (uint32_t)canary);
			result = row(context, &found[i]);
		}
		if ((size_t)got % sizeof(*found))
			result = IU_E_PROTO; /* rows come whole */
	}
	if (iterator >= 0)
		close(iterator);
	if (result < 0 || got < 0)
		return result < 0 ? result : (int)got;
	return seen ? 0 : IU_E_PROTO;
}

void iu_quick_close(struct iu_quick_look *look)
{
	if (!look)
		return;
	if (look->memory)
		munmap(look->memory, sizeof(*look->memory));
	if (look->owners >= 0)
		close(look->owners);
	if (look->descriptors >= 0)
		close(look->descriptors);
	if (look->btf >= 0)
		close(look->btf);
	if (look->map >= 0)
		close(look->map);
	free(look);
}
