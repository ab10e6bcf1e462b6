/* os/linux/quick/quick.c - who owns a port and which descriptors lead there, asked of the kernel */
#include "os/linux/quick/quick.h"

#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/quick/quick-code.h" /* made from quick.bpf.c */
#include "os/linux/quick/program.h"

#define SLOT_ATTEMPTS  1000
#define THREADS_COMING 64 /* so many may begin while the walk is on */

enum { OWNERS, DESCRIPTORS, SOCKETS };

struct iu_quick_look {
	struct iu_kit kit;
	struct iu_quick *memory; /* of the kit */
};

static int fill_memory(void *memory, const struct iu_quick_kernel *kernel)
{
	struct iu_quick *quick = memory;

	if (kernel->at.tb_bhash2 == IU_QUICK_NONE && kernel->at.tb_owners == IU_QUICK_NONE)
		return IU_E_NOTSUP;
	quick->at = kernel->at;
	quick->iter_task_file = kernel->iter_task_file;
	iu_quick_references(&kernel->at, &quick->references_at, &quick->references_less);
	return 0;
}

int iu_quick_open(struct iu_quick_look **ret_look)
{
	static const struct iu_kit_kind kind = {"port", OWNERS_STAMP, sizeof(struct iu_quick),
		sizeof(struct iu_quick), fill_memory};
	struct iu_quick_look *scan = calloc(1, sizeof(*scan));
	int result = scan ? iu_kit_open(&scan->kit, &kind) : IU_E_NOMEM;

	if (result < 0) {
		free(scan);
		return result;
	}
	scan->memory = scan->kit.memory;
	*ret_look = scan;
	return 0;
}

int iu_quick_owners(struct iu_quick_look *scan, uint16_t port, const struct iu_quick **ret_found)
{
	/* a raw tracepoint may be run by hand, under the lock that keeps the lists readable (RCU) */
	const struct iu_program program = {
		IU_PROGRAM(owners),
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
	};
	int result;

	scan->memory->port = port;
	scan->memory->rows = scan->memory->buckets = scan->memory->steps = 0;
	memset(scan->memory->rest, 0, sizeof(scan->memory->rest));
	result = iu_kit_run(&scan->kit, OWNERS, &program);
	if (result < 0)
		return result;
	if (!scan->memory->steps)
		return IU_E_PROTO;
	if (scan->memory->steps >= IU_QUICK_STEPS)
		return IU_E_LIMIT;
	*ret_found = scan->memory;
	return 0;
}

/* ---- descriptors ---- */

/* Gives each file a slot of its own, by trying multipliers. */
static int fill_wanted(struct iu_quick *memory, const struct iu_quick_file *files, size_t n)
{
	uint32_t bits = n <= 16 ? 9 : 13, attempt;
	uint64_t multiply = 0x9e3779b97f4a7c15;
	size_t slots = (size_t)1 << bits, i;

	_Static_assert(IU_QUICK_SLOTS == 1 << 13, "as many slots as bits give");
	for (attempt = 0; attempt < SLOT_ATTEMPTS; attempt++) {
		for (i = 0; i < slots; i++)
			memory->wanted[i] = IU_QUICK_EMPTY;
		for (i = 0; i < n; i++) {
			__u64 *slot = &memory->wanted[IU_QUICK_SLOT(
				files[i].file, multiply, 64 - bits)];

			if (*slot != IU_QUICK_EMPTY && *slot != files[i].file)
				break;
			*slot = files[i].file;
		}
		if (i == n) {
			memory->multiply = multiply;
			memory->shift = 64 - bits;
			return 0;
		}
		multiply = multiply * 6364136223846793005 + 1442695040888963406;
	}
	return IU_E_LIMIT;
}

/*
 * A file counts its references: once as many descriptors are found, no other holder is left, not even
 * one that no table shows; who waits in poll() or select() has one more. Most programs have the credentials still that they opened it with.
 */
static void fill_expected(struct iu_quick *memory, const struct iu_quick_file *files, size_t n)
{
	size_t i, k;

	memory->expected = 0;
	memory->cred = files[0].cred;
	for (i = 0; i < n; i++) {
		for (k = 0; k < i && files[k].file != files[i].file; k++)
			;
		if (k < i)
			continue; /* seen twice in the lists */
		if (files[i].references <= files[i].pollers ||
			files[i].references - files[i].pollers > IU_QUICK_HITS) {
			memory->expected = 0;
			break;
		}
		memory->expected += files[i].references - files[i].pollers;
		if (files[i].cred != memory->cred)
			memory->cred = 0;
	}
	if (!memory->expected)
		memory->cred = 0;
}

/* Whether a walk that went all the way round has read what is there, and passed everybody. */
static bool saw_all(const struct iu_quick *found)
{
	struct sysinfo info;
	struct stat status;

	return found->whole && !found->faults && fstat((int)found->canary, &status) == 0 &&
	       found->canary_inode == status.st_ino && sysinfo(&info) == 0 &&
	       found->threads + THREADS_COMING + info.procs / 8 >= info.procs;
}

int iu_quick_descriptors(struct iu_quick_look *scan, const struct iu_quick_file *files, size_t n,
	int canary, const struct iu_quick **ret_found)
{
	const struct iu_program program = {
		IU_PROGRAM(descriptors),
		.type = BPF_PROG_TYPE_RAW_TRACEPOINT,
	};
	struct iu_quick *memory = scan->memory;
	int result = fill_wanted(memory, files, n);

	if (result < 0)
		return result;
	fill_expected(memory, files, n);
	memory->canary = (uint32_t)canary;
	memory->hits = memory->threads = memory->faults = memory->whole = 0;
	memory->seen = 0;
	result = iu_kit_run(&scan->kit, DESCRIPTORS, &program);
	if (result < 0)
		return result;
	if (memory->hits > IU_QUICK_HITS)
		return IU_E_LIMIT;
	if (memory->whole ? !saw_all(memory) : memory->seen != memory->expected)
		return IU_E_PROTO;
	*ret_found = memory;
	return 0;
}

int iu_quick_sockets(struct iu_quick_look *scan, int canary,
	int (*row)(void *context, const struct iu_quick_descriptor *found), void *context)
{
	const struct iu_program program = {
		IU_PROGRAM(sockets),
		.type = BPF_PROG_TYPE_TRACING, .attach = BPF_TRACE_ITER,
		.attach_id = scan->memory->iter_task_file,
	};
	struct iu_quick_descriptor found[1024];
	int32_t self = (int32_t)getpid();
	bool seen = false;
	ssize_t got = 1;
	int result = iu_kit_load(&scan->kit, SOCKETS, &program), iterator;

	if (result < 0)
		return result;
	iterator = iu_program_iterate(scan->kit.program[SOCKETS]);
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

void iu_quick_close(struct iu_quick_look *scan)
{
	if (!scan)
		return;
	iu_kit_close(&scan->kit);
	free(scan);
}
