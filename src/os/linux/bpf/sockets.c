/* os/linux/bpf/sockets.c - the sockets that own a port, or are bound, asked of the kernel */
#include <errno.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/bpf/object.h"
#include "os/linux/bpf/bucket.lskel.h" /* made from bucket.bpf.c */
#include "os/linux/bpf/elsewhere.lskel.h" /* made from elsewhere.bpf.c */
#include "os/linux/bpf/tables.lskel.h" /* made from tables.bpf.c */

#define ROWS_NEAR 64 /* that are always mapped */

enum part { PROGRAM, MEMORY, ROWS, FILTER };

static int load_bucket(int ret_fds[])
{
	struct bucket *skeleton = bucket__open();
	int ret = skeleton ? bucket__load(skeleton) : -ENOMEM;

	if (ret == 0) {
		int *const fds[] = {
			[PROGRAM] = &skeleton->progs.inuse_bucket.prog_fd,
			[MEMORY] = &skeleton->maps.bss.map_fd,
			[ROWS] = &skeleton->maps.rows.map_fd,
		};

		iu_bpf_take(fds, IU_COUNT(fds), ret_fds);
	}
	bucket__destroy(skeleton);
	return ret;
}

static int load_elsewhere(int ret_fds[])
{
	struct elsewhere *skeleton = elsewhere__open();
	int ret = skeleton ? elsewhere__load(skeleton) : -ENOMEM;

	if (ret == 0) {
		int *const fds[] = {
			[PROGRAM] = &skeleton->progs.inuse_elsewhere.prog_fd,
			[MEMORY] = &skeleton->maps.bss.map_fd,
		};

		iu_bpf_take(fds, IU_COUNT(fds), ret_fds);
	}
	elsewhere__destroy(skeleton);
	return ret;
}

static int load_tables(int ret_fds[])
{
	struct tables *skeleton = tables__open();
	int ret = skeleton ? tables__load(skeleton) : -ENOMEM;

	if (ret == 0) {
		int *const fds[] = {
			[PROGRAM] = &skeleton->progs.inuse_tables.prog_fd,
			[MEMORY] = &skeleton->maps.bss.map_fd,
			[ROWS] = &skeleton->maps.rows.map_fd,
			[FILTER] = &skeleton->maps.filter.map_fd,
		};

		iu_bpf_take(fds, IU_COUNT(fds), ret_fds);
	}
	tables__destroy(skeleton);
	return ret;
}

static const struct iu_bpf_type bucket_type = {
	"bucket", {[PROGRAM] = "program", [MEMORY] = "memory", [ROWS] = "rows"}, 3, load_bucket};

static const struct iu_bpf_type elsewhere_type = {
	"elsewhere", {[PROGRAM] = "program", [MEMORY] = "memory"}, 2, load_elsewhere};

static const struct iu_bpf_type tables_type = {"tables",
	{[PROGRAM] = "program", [MEMORY] = "memory", [ROWS] = "rows", [FILTER] = "filter"}, 4,
	load_tables};

int iu_bpf_bucket_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	return iu_bpf_open_quick(&bucket_type, mode, ret_bpf);
}

int iu_bpf_tables_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	return iu_bpf_open_quick(&tables_type, mode, ret_bpf);
}

/* Everything of the last question is gone. NULL: it cannot be mapped. */
static void *begin(struct iu_bpf *bpf, size_t size)
{
	void *memory = iu_bpf_map(bpf, MEMORY, size);

	if (memory)
		memset(memory, 0, size);
	return memory;
}

/* @n: that were written; all of @most are mapped where the first ones are not enough */
static int find_rows(struct iu_bpf *bpf, size_t n, size_t most, struct iu_bpf_found *ret_found)
{
	size_t mapped = n > ROWS_NEAR ? most : ROWS_NEAR;

	ret_found->rows = iu_bpf_map(bpf, ROWS, mapped * sizeof(struct iu_bpf_socket));
	ret_found->n = n;
	return ret_found->rows ? 0 : IU_E_SYSTEM;
}

int iu_bpf_bucket(struct iu_bpf *bpf, uint16_t first, uint16_t last, struct iu_bpf_found *ret_found)
{
	struct iu_bpf_bucket_memory *memory = begin(bpf, sizeof(*memory));
	int ret;

	if (!memory)
		return IU_E_SYSTEM;
	memory->port = first;
	memory->last = last;
	ret = iu_bpf_run(bpf, PROGRAM);
	if (ret < 0)
		return ret;
	if (memory->unknown)
		return IU_E_NOTSUP;
	if (!memory->ended || memory->rows > IU_BPF_OWNERS)
		return IU_E_LIMIT;
	*ret_found = (struct iu_bpf_found){
		.port = (uint16_t)memory->port, .cache = &memory->cache, .rest = memory->rest};
	return find_rows(bpf, memory->rows, IU_BPF_OWNERS, ret_found);
}

int iu_bpf_elsewhere(enum iu_bpf_mode mode, bool udp, uint16_t port)
{
	struct iu_bpf_elsewhere_memory *memory;
	struct iu_bpf *bpf;
	int ret = iu_bpf_keeps(mode) ? iu_bpf_open_quick(&elsewhere_type, mode, &bpf) : IU_E_NOTSUP;

	if (ret < 0)
		return ret;
	memory = begin(bpf, sizeof(*memory));
	if (memory) {
		memory->port = port;
		memory->udp = udp;
		ret = iu_bpf_run(bpf, PROGRAM);
	} else {
		ret = IU_E_SYSTEM;
	}
	if (ret == 0)
		ret = memory->unknown		? IU_E_NOTSUP
		      : memory->found		? 1
		      : memory->ended		? 0
						: IU_E_LIMIT;
	iu_bpf_close(bpf);
	return ret;
}

static int walk_tables(struct iu_bpf *bpf, const struct iu_bpf_tables_memory *memory,
	struct iu_bpf_found *ret_found)
{
	int ret = iu_bpf_run(bpf, PROGRAM);

	if (ret < 0)
		return ret;
	if (memory->unknown)
		return IU_E_NOTSUP;
	if (memory->strays > IU_BPF_STRAYS)
		return IU_E_AGAIN;
	if (!memory->ended || memory->rows > IU_BPF_SOCKETS)
		return IU_E_LIMIT;
	*ret_found = (struct iu_bpf_found){0};
	return find_rows(bpf, memory->rows, IU_BPF_SOCKETS, ret_found);
}

int iu_bpf_bound(struct iu_bpf *bpf, const uint16_t *ports, size_t n, struct iu_bpf_found *ret_found,
	struct iu_bpf_file_set *ret_files)
{
	struct iu_bpf_filter *filter = iu_bpf_map(bpf, FILTER, ret_files->size);
	struct iu_bpf_tables_memory *memory = begin(bpf, sizeof(*memory));
	int ret;

	if (!memory || !filter)
		return IU_E_SYSTEM;
	memset(filter, 0, ret_files->size);
	memory->mask = (uint32_t)ret_files->size - 1;
	memory->tables = (1u << IU_BPF_TABLES) - 1;
	memory->udp_ports = n < IU_BPF_PORTS ? (uint32_t)n : IU_BPF_PORTS;
	if (n > 0 && n < IU_BPF_PORTS)
		memcpy(memory->udp_port, ports, n * sizeof(*ports));
	ret = walk_tables(bpf, memory, ret_found);
	if (ret == 0)
		memcpy(&ret_files->filter, filter, ret_files->size);
	return ret;
}

static const struct iu_bpf_socket *find(const struct iu_bpf_found *found, uint64_t inode)
{
	for (size_t i = 0; i < found->n; i++)
		if (found->rows[i].inode == inode)
			return &found->rows[i];
	return NULL;
}

int iu_bpf_files(
	struct iu_bpf *bpf, const struct iu_bpf_wanted *wanted, struct iu_bpf_file *ret_files)
{
	struct iu_bpf_tables_memory *memory = begin(bpf, sizeof(*memory));
	const struct iu_bpf_socket *row;
	struct iu_bpf_found found;
	int ret;

	_Static_assert(IU_COUNT(wanted->ports) < IU_BPF_PORTS, "there is room for them");
	if (!memory)
		return IU_E_SYSTEM;
	memory->tables = 1u << IU_BPF_UDP_TABLE | (wanted->paths ? 1u << IU_BPF_UNIX_TABLE : 0);
	memory->by_inode = 1;
	memory->udp_ports = (uint32_t)wanted->n_ports;
	memcpy(memory->udp_port, wanted->ports, wanted->n_ports * sizeof(*wanted->ports));
	for (size_t i = 0; i < wanted->n; i++) {
		uint64_t bit = wanted->inodes[i] & (IU_BPF_INODES - 1);

		memory->inode[bit / 8] |= (uint8_t)(1u << bit % 8);
	}
	memory->walk.table = IU_BPF_UDP_TABLE;
	ret = walk_tables(bpf, memory, &found);
	for (size_t i = 0; i < wanted->n && ret == 0; i++) {
		row = find(&found, wanted->inodes[i]);
		if (row && row->file)
			ret_files[i] = (struct iu_bpf_file){row->file, row->cred, row->references, 0};
		else
			ret = IU_E_GONE;
	}
	return ret;
}
