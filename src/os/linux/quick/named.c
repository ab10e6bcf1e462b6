/* os/linux/quick/named.c - the files of UDP and UNIX sockets, asked of the kernel */
#include "os/linux/quick/named.h"

#include <linux/bpf.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/quick/named-code.h" /* made from named.bpf.c */
#include "os/linux/quick/named-shared.h"
#include "os/linux/quick/program.h"

static int fill_memory(void *memory, const struct iu_quick_kernel *kernel)
{
	struct iu_named *named = memory;

	if (kernel->at.net_udp == IU_QUICK_NONE) /* before 6.2 */
		return IU_E_NOTSUP;
	named->at = kernel->at;
	iu_quick_references(&kernel->at, &named->references_at, &named->references_less);
	return 0;
}

static int run(struct iu_kit *kit, const struct iu_named_ask *ask)
{
	const struct iu_program program = {
		IU_PROGRAM(named_files), .type = BPF_PROG_TYPE_RAW_TRACEPOINT};
	struct iu_named *memory = kit->memory;
	size_t i;
	int result;

	memset(memory->filter, 0, sizeof(memory->filter));
	for (i = 0; i < ask->n; i++) {
		uint64_t bit = ask->inodes[i] & (IU_NAMED_FILTER - 1);

		memory->filter[bit / 8] |= (uint8_t)(1u << bit % 8);
	}
	memcpy(memory->port, ask->ports, ask->n_ports * sizeof(*ask->ports));
	memory->ports = (uint32_t)ask->n_ports;
	memory->paths = ask->paths;
	memory->rows = memory->strays = memory->ended = 0;
	result = iu_kit_run(kit, 0, &program);
	if (result < 0)
		return result;
	if (memory->strays > IU_NAMED_STRAYS)
		return IU_E_AGAIN;
	return !memory->ended || memory->rows > IU_NAMED_ROWS ? IU_E_LIMIT : 0;
}

static const struct iu_named_row *find(const struct iu_named *memory, uint64_t inode)
{
	uint32_t i;

	for (i = 0; i < memory->rows; i++)
		if (memory->row[i].inode == inode)
			return &memory->row[i];
	return NULL;
}

int iu_quick_named(const struct iu_named_ask *ask, struct iu_quick_file *ret_files)
{
	static const struct iu_kit_kind kind = {"named", NAMED_FILES_STAMP,
		sizeof(struct iu_named), sizeof(struct iu_named), fill_memory};
	const struct iu_named_row *row;
	struct iu_kit kit;
	size_t i;
	int result;

	_Static_assert(IU_COUNT(ask->ports) == IU_NAMED_PORTS, "one table of ports");
	if (ask->n_ports > IU_NAMED_PORTS || ask->n > IU_NAMED_ROWS)
		return IU_E_LIMIT;
	result = iu_kit_open(&kit, &kind);
	if (result < 0)
		return result;
	result = run(&kit, ask);
	for (i = 0; i < ask->n && result == 0; i++) {
		row = find(kit.memory, ask->inodes[i]);
		if (row && row->file)
			ret_files[i] = (struct iu_quick_file){row->file, row->cred, row->references, 0};
		else
			result = IU_E_GONE;
	}
	iu_kit_close(&kit);
	return result;
}
