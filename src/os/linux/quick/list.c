/* os/linux/quick/list.c - for lists: which sockets are bound only, and who holds any, asked of the kernel */
#include "os/linux/quick/list.h"

#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/quick/list-code.h" /* made from list.bpf.c */
#include "os/linux/quick/program.h"

enum { SOCKETS, HOLDERS };

struct iu_quick_list_look {
	struct iu_kit kit;
	struct iu_quick_list *memory; /* of the kit */
};

/* Structures are read as far as the walk needs them: what it looks at has to lie there. */
static bool fits(const struct iu_quick_offsets *at)
{
	const uint32_t read[] = {at->tb_net, at->tb_node + 64, at->tb_fastreuse, at->tb_fastreuseport};
	size_t i;

	if (at->tb_bhash2 == IU_QUICK_NONE || at->net_udp == IU_QUICK_NONE) /* before 6.8 */
		return false;
	for (i = 0; i < IU_COUNT(read); i++)
		if (read[i] / 64 >= IU_LIST_COMMON)
			return false;
	return at->tb_node % 64 == 0 && at->sk_node % 64 == 0 &&
	       at->sk_node / 64 == at->sk_state / 64 + 1;
}

static int fill_memory(void *memory, const struct iu_quick_kernel *kernel)
{
	struct iu_quick_list *list = memory;

	if (!fits(&kernel->at))
		return IU_E_NOTSUP;
	list->at = kernel->at;
	return 0;
}

bool iu_quick_list_kept(void)
{
	return iu_kit_keeps();
}

int iu_quick_list_open(struct iu_quick_list_look **ret_look)
{
	static const struct iu_kit_kind kind = {"list", LIST_SOCKETS_STAMP,
		sizeof(struct iu_quick_list), offsetof(struct iu_quick_list, bound), fill_memory};
	struct iu_quick_list_look *scan = calloc(1, sizeof(*scan));
	int result = scan ? iu_kit_open(&scan->kit, &kind) : IU_E_NOMEM;

	if (result < 0) {
		free(scan);
		return result;
	}
	scan->memory = scan->kit.memory;
	*ret_look = scan;
	return 0;
}

/* Both are raw tracepoints, which may be run by hand and hold the lock under which lists may be read. */
static int run(struct iu_quick_list_look *scan, size_t number, const struct iu_program *program)
{
	int result;

	scan->memory->ended = 0;
	result = iu_kit_run(&scan->kit, number, program);
	if (result < 0)
		return result;
	return scan->memory->ended ? 0 : IU_E_LIMIT;
}

static int map_all(struct iu_quick_list_look *scan)
{
	int result = iu_kit_map(&scan->kit);

	scan->memory = scan->kit.memory;
	return result;
}

int iu_quick_list_sockets(struct iu_quick_list_look *scan, const uint16_t *ports, size_t n,
	const struct iu_quick_list **ret_found)
{
	const struct iu_program program = {
		IU_PROGRAM(list_sockets), .type = BPF_PROG_TYPE_RAW_TRACEPOINT};
	struct iu_quick_list *memory = scan->memory;
	int result;

	memset(memory->filter, 0, sizeof(memory->filter));
	memset(&memory->sockets, 0, sizeof(memory->sockets));
	memory->bounds = memory->strays = 0;
	memory->udp_ports = n < IU_LIST_PORTS ? (uint32_t)n : IU_LIST_PORTS;
	if (n > 0 && n < IU_LIST_PORTS)
		memcpy(memory->udp_port, ports, n * sizeof(*ports));
	result = run(scan, SOCKETS, &program);
	if (memory->strays > IU_LIST_STRAYS)
		return IU_E_AGAIN;
	if (result == 0 && memory->bounds > IU_LIST_BOUND)
		result = IU_E_LIMIT;
	if (result == 0 && memory->bounds > IU_LIST_NEAR_BOUND)
		result = map_all(scan);
	if (result == 0)
		*ret_found = scan->memory;
	return result;
}

const struct iu_quick_row *iu_quick_list_bound(const struct iu_quick_list *found, uint32_t i)
{
	return i < IU_LIST_NEAR_BOUND ? &found->near_bound[i] : &found->bound[i];
}

const struct iu_quick_held *iu_quick_list_hit(const struct iu_quick_list *found, uint32_t i)
{
	return i < IU_LIST_NEAR ? &found->near_hit[i] : &found->hit[i];
}

const struct iu_quick_process *iu_quick_list_process(
	const struct iu_quick_list *found, const struct iu_quick_held *hit)
{
	uint32_t i = hit->process;

	return i < IU_LIST_NEAR ? &found->near_process[i]
				: &found->process[i & (IU_LIST_PROCESSES - 1)];
}

static bool saw_canary(const struct iu_quick_list *found, int canary)
{
	struct stat status;
	uint32_t i;

	if (fstat(canary, &status) < 0)
		return false;
	for (i = 0; i < found->hits; i++) {
		const struct iu_quick_held *hit = iu_quick_list_hit(found, i);

		if (hit->inode == status.st_ino && hit->fd == (uint32_t)canary &&
			hit->pid == (int32_t)getpid())
			return true;
	}
	return false;
}

int iu_quick_list_holders(
	struct iu_quick_list_look *scan, int canary, const struct iu_quick_list **ret_found)
{
	const struct iu_program program = {
		IU_PROGRAM(list_holders), .type = BPF_PROG_TYPE_RAW_TRACEPOINT};
	struct iu_quick_list *memory = scan->memory;
	int result;

	memset(&memory->tables, 0, sizeof(memory->tables));
	memory->processes = memory->hits = memory->faults = 0;
	memory->canary = (uint32_t)canary;
	result = run(scan, HOLDERS, &program);
	if (result < 0)
		return result;
	if (memory->hits > IU_LIST_HITS || memory->processes > IU_LIST_PROCESSES)
		return IU_E_LIMIT;
	if (memory->hits > IU_LIST_NEAR || memory->processes > IU_LIST_NEAR)
		result = map_all(scan);
	if (result < 0)
		return result;
	if (scan->memory->faults || !saw_canary(scan->memory, canary))
		return IU_E_PROTO;
	*ret_found = scan->memory;
	return 0;
}

void iu_quick_list_close(struct iu_quick_list_look *scan)
{
	if (!scan)
		return;
	iu_kit_close(&scan->kit);
	free(scan);
}
