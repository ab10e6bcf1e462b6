/* os/linux/quick/quick.c - who owns a port and which descriptors lead there, asked of the kernel */
#include "os/linux/quick/quick.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/quick/code.h" /* made from quick.bpf.c */
#include "os/linux/quick/offsets.h"
#include "os/linux/quick/program.h"

struct iu_quick_look {
	struct iu_quick_kernel kernel;
	struct iu_quick *memory; /* the one variable of the programs */
	int map, btf, owners, descriptors; /* descriptors, -1: not there yet */
};

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
	look->map = iu_program_map(sizeof(*look->memory), &memory);
	if (look->map >= 0) {
		look->memory = memory;
		look->btf = iu_program_types();
	}
	result = look->map < 0 ? look->map
		 : look->btf < 0 ? look->btf
				 : iu_quick_kernel(&look->kernel);
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
	const struct iu_program program = {
		IU_PROGRAM(owners),
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
	};
	int result;

	if (look->owners < 0)
		look->owners = iu_program_load(&program, look->map, look->btf);
	if (look->owners < 0)
		return look->owners;
	look->memory->port = port;
	look->memory->rows = look->memory->buckets = 0;
	memset(look->memory->rest, 0, sizeof(look->memory->rest));
	result = iu_program_run(look->owners);
	if (result < 0)
		return result;
	if (look->memory->steps >= IU_QUICK_STEPS)
		return IU_E_LIMIT;
	*ret_found = look->memory;
	return 0;
}

/* One that says nothing. */
static int run_iterator(const struct iu_quick_look *look)
{
	int iterator = iu_program_iterate(look->descriptors);
	ssize_t got;
	char byte;

	if (iterator < 0)
		return iterator;
	got = iu_program_read(iterator, &byte, 1);
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
	const struct iu_program program = {
		IU_PROGRAM(descriptors),
		.type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_ITER,
		.attach_id = look->kernel.iter_task,
	};
	struct iu_quick *memory = look->memory;
	size_t i;
	int result;

	if (look->descriptors < 0)
		look->descriptors = iu_program_load(&program, look->map, look->btf);
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
	const struct iu_program program = {
		IU_PROGRAM(sockets),
		.type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_ITER,
		.attach_id = look->kernel.iter_task_file,
	};
	struct iu_quick_descriptor found[1024];
	int32_t self = (int32_t)getpid();
	bool seen = false;
	ssize_t got = 1;
	int fd = iu_program_load(&program, look->map, look->btf), iterator, result;

	if (fd < 0)
		return fd;
	iterator = iu_program_iterate(fd);
	close(fd);
	result = iterator < 0 ? iterator : 0;
	while (result == 0 && (got = iu_program_read(iterator, found, sizeof(found))) > 0) {
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
