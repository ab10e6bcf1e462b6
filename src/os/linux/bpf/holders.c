/* os/linux/bpf/holders.c - which descriptors of which processes lead to files, asked of the kernel */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/bpf/object.h"
#include "os/linux/bpf/descriptors.lskel.h" /* made from descriptors.bpf.c */

#define ROWS_NEAR      256  /* that are always mapped */
#define EXPECTED_MAX   1024
#define THREADS_COMING 64 /* so many may begin while the walk is on */

enum part { PROGRAM, MEMORY, ROWS, PROCESSES, FILTER };

static int load(int ret_fds[])
{
	struct descriptors *skeleton = descriptors__open();
	int ret = skeleton ? descriptors__load(skeleton) : -ENOMEM;

	if (ret == 0) {
		int *const fds[] = {
			[PROGRAM] = &skeleton->progs.inuse_holders.prog_fd,
			[MEMORY] = &skeleton->maps.bss.map_fd,
			[ROWS] = &skeleton->maps.rows.map_fd,
			[PROCESSES] = &skeleton->maps.processes.map_fd,
			[FILTER] = &skeleton->maps.filter.map_fd,
		};

		iu_bpf_take(fds, IU_COUNT(fds), ret_fds);
	}
	descriptors__destroy(skeleton);
	return ret;
}

static const struct iu_bpf_type type = {"descriptors",
	{[PROGRAM] = "program", [MEMORY] = "memory", [ROWS] = "rows", [PROCESSES] = "processes",
		[FILTER] = "filter"},
	5, load};

int iu_bpf_holders_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	return iu_bpf_open_quick(&type, mode, ret_bpf);
}

/* ---- what is asked ---- */

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Sorted, so that one that is there twice has one address only. */
static int fill_files(
	struct iu_bpf_descriptors_memory *memory, const struct iu_bpf_file *files, size_t n)
{
	uint64_t sorted[IU_BPF_FILES_MAX];

	if (n > IU_BPF_FILES_MAX)
		return IU_E_LIMIT;
	for (size_t i = 0; i < n; i++)
		sorted[i] = files[i].file;
	qsort(sorted, n, sizeof(*sorted), compare);
	for (size_t i = 0; i < IU_BPF_FILES_MAX; i++)
		memory->file[i] = i < n ? sorted[i] : UINT64_MAX;
	memory->files = (uint32_t)n;
	return 0;
}

/*
 * A file counts its references: once as many descriptors are found, no other holder is left, not even
 * one that no table shows; who waits in poll() or select() has one more. Most programs have the
 * credentials still that they opened it with.
 */
static void fill_expected(
	struct iu_bpf_descriptors_memory *memory, const struct iu_bpf_file *files, size_t n)
{
	size_t k;

	memory->cred = files[0].cred;
	for (size_t i = 0; i < n; i++) {
		for (k = 0; k < i && files[k].file != files[i].file; k++)
			;
		if (k < i)
			continue; /* seen twice in the lists */
		if (files[i].references <= files[i].pollers ||
			files[i].references - files[i].pollers > EXPECTED_MAX) {
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

/* ---- what is told ---- */

static bool saw_canary(const struct iu_bpf_holders *found, int canary)
{
	struct stat status;

	if (fstat(canary, &status) < 0)
		return false;
	for (size_t i = found->n; i-- > 0;)
		if (found->rows[i].inode == status.st_ino && found->rows[i].fd == (uint32_t)canary &&
			found->rows[i].pid == (int32_t)getpid())
			return true;
	return false;
}

/* Whether a walk that went all the way round passed everybody. */
static bool saw_all(const struct iu_bpf_descriptors_memory *memory)
{
	struct sysinfo info;

	return sysinfo(&info) == 0 &&
	       memory->threads + THREADS_COMING + info.procs / 8 >= info.procs;
}

static int run(struct iu_bpf *bpf, struct iu_bpf_descriptors_memory *memory, struct iu_bpf_holders *ret_found)
{
	size_t rows, processes;
	int ret = iu_bpf_run(bpf, PROGRAM);

	if (ret < 0)
		return ret;
	if (memory->descriptors > IU_BPF_DESCRIPTORS || memory->processes > IU_BPF_PROCESSES)
		return IU_E_LIMIT;
	rows = memory->descriptors > ROWS_NEAR ? IU_BPF_DESCRIPTORS : ROWS_NEAR;
	processes = memory->processes > ROWS_NEAR ? IU_BPF_PROCESSES : ROWS_NEAR;
	*ret_found = (struct iu_bpf_holders){
		.rows = iu_bpf_map(bpf, ROWS, rows * sizeof(struct iu_bpf_descriptor)),
		.n = memory->descriptors,
		.processes = iu_bpf_map(bpf, PROCESSES, processes * sizeof(struct iu_bpf_process)),
		.expected = memory->ended ? 0 : memory->expected,
	};
	if (!ret_found->rows || !ret_found->processes)
		return IU_E_SYSTEM;
	if (!memory->ended)
		return memory->expected && memory->seen == memory->expected ? 0 : IU_E_LIMIT;
	return !memory->faults && saw_all(memory) && saw_canary(ret_found, (int)memory->canary)
		? 0 : IU_E_PROTO;
}

/* @filter_size: of the filter. Everything of the last question is gone. NULL: it cannot be mapped. */
static struct iu_bpf_descriptors_memory *begin(
	struct iu_bpf *bpf, int canary, size_t filter_size, struct iu_bpf_filter **ret_filter)
{
	struct iu_bpf_descriptors_memory *memory = iu_bpf_map(bpf, MEMORY, sizeof(*memory));

	*ret_filter = iu_bpf_map(bpf, FILTER, filter_size);
	if (!memory || !*ret_filter)
		return NULL;
	memset(memory, 0, sizeof(*memory));
	memory->canary = (uint32_t)canary;
	memory->mask = (uint32_t)filter_size - 1;
	return memory;
}

int iu_bpf_holders_of(struct iu_bpf *bpf, const struct iu_bpf_file *files, size_t n, int canary,
	struct iu_bpf_holders *ret_found)
{
	struct iu_bpf_descriptors_memory *memory;
	struct iu_bpf_filter *filter;
	int ret;

	memory = begin(bpf, canary, IU_BPF_FILTER_NEAR, &filter);
	if (!memory)
		return IU_E_SYSTEM;
	ret = fill_files(memory, files, n);
	if (ret < 0)
		return ret;
	fill_expected(memory, files, n);
	memset(filter, 0, IU_BPF_FILTER_NEAR);
	for (size_t i = 0; i < n; i++)
		filter->bits[IU_BPF_FILTER_BYTE(files[i].file, IU_BPF_FILTER_NEAR - 1)] |=
			(uint8_t)(1u << IU_BPF_FILTER_BIT(files[i].file));
	return run(bpf, memory, ret_found);
}

int iu_bpf_holders_in(struct iu_bpf *bpf, const struct iu_bpf_file_set *set, int canary,
	struct iu_bpf_holders *ret_found)
{
	struct iu_bpf_descriptors_memory *memory;
	struct iu_bpf_filter *wanted;

	memory = begin(bpf, canary, set->size, &wanted);
	if (!memory)
		return IU_E_SYSTEM;
	memcpy(wanted, &set->filter, set->size);
	return run(bpf, memory, ret_found);
}
