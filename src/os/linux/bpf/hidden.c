/* os/linux/bpf/hidden.c - what neither /proc nor netlink show, asked of the kernel */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/bpf/object.h"
#include "os/linux/bpf/hidden.lskel.h" /* made from hidden.bpf.c */
#include "os/linux/scan.h"

#define PORTION 65536

enum part { /* the first ones as enum iu_bpf_walk has them */
	TCP = IU_BPF_TCP, UDP = IU_BPF_UDP, FILES = IU_BPF_FILES, UNIX = IU_BPF_UNIX,
	RINGS = IU_BPF_RINGS, MAPPINGS = IU_BPF_MAPPINGS, MEMORY, INODES
};

static int load(int ret_fds[])
{
	struct hidden *skeleton = hidden__open();
	int ret = skeleton ? hidden__load(skeleton) : -ENOMEM;

	if (ret == 0) {
		int *const fds[] = {
			[TCP] = &skeleton->progs.inuse_tcp.prog_fd,
			[UDP] = &skeleton->progs.inuse_udp.prog_fd,
			[FILES] = &skeleton->progs.inuse_files.prog_fd,
			[UNIX] = &skeleton->progs.inuse_queues.prog_fd,
			[RINGS] = &skeleton->progs.inuse_rings.prog_fd,
			[MAPPINGS] = &skeleton->progs.inuse_mappings.prog_fd,
			[MEMORY] = &skeleton->maps.bss.map_fd,
			[INODES] = &skeleton->maps.inodes.map_fd,
		};

		iu_bpf_take(fds, IU_COUNT(fds), ret_fds);
	}
	hidden__destroy(skeleton);
	return ret;
}

static const struct iu_bpf_type type = {"hidden",
	{[TCP] = "tcp", [UDP] = "udp", [FILES] = "files", [UNIX] = "unix", [RINGS] = "rings",
		[MAPPINGS] = "mappings", [MEMORY] = "memory", [INODES] = "inodes"},
	8, load};

static const char *why(int error)
{
	switch (error) {
	case IU_E_ACCESS: return iu_bpf_allowed() ? "the kernel refuses BPF programs" : IU_BPF_RIGHTS;
	case IU_E_NOMEM: return "out of memory";
	case IU_E_LIMIT: return IU_SCAN_TOO_MANY;
	}
	return access("/sys/kernel/btf/vmlinux", R_OK) < 0
		? "this kernel does not describe its structures (/sys/kernel/btf/vmlinux)"
		: "the BPF programs do not fit this kernel";
}

static int ask_for(struct iu_bpf *bpf, const struct iu_bpf_ask *ask)
{
	struct iu_bpf_hidden_memory *memory = iu_bpf_map(bpf, MEMORY, sizeof(*memory));
	struct iu_bpf_inodes *inodes = iu_bpf_map(bpf, INODES, sizeof(*inodes));

	if (!memory || !inodes)
		return IU_E_SYSTEM;
	memset(memory, 0, sizeof(*memory));
	memset(inodes, ask->inodes ? 0 : 0xff, sizeof(*inodes));
	memory->reader = ask->reader;
	memory->sockets = !ask->brief;
	if (ask->ports)
		memcpy(memory->ports, ask->ports, sizeof(memory->ports));
	for (size_t i = 0; i < ask->n; i++)
		iu_bpf_hidden_want(bpf, ask->inodes[i]);
	return 0;
}

int iu_bpf_hidden_open(enum iu_bpf_mode mode, const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf,
	const char **ret_why)
{
	struct iu_bpf *bpf;
	int ret = iu_bpf_open(&type, mode, &bpf);

	if (ret == 0) {
		ret = ask_for(bpf, ask);
		if (ret < 0)
			iu_bpf_close(bpf);
	}
	if (ret < 0)
		*ret_why = mode == IU_BPF_AVOID ? IU_BPF_AVOIDED : why(ret);
	else
		*ret_bpf = bpf;
	return ret;
}

void iu_bpf_hidden_want(struct iu_bpf *bpf, uint64_t inode)
{
	struct iu_bpf_inodes *inodes = bpf->memory[INODES];
	uint64_t bit = IU_BPF_INODE_BIT(inode, sizeof(inodes->bits));

	inodes->bits[bit / 8] |= (uint8_t)(1u << bit % 8);
}

static int read_rows(int fd, iu_bpf_sink *sink, void *context)
{
	size_t len = 0, used;
	char *bytes = malloc(PORTION);
	ssize_t got = 1;
	int ret = bytes ? 0 : IU_E_NOMEM;

	while (ret == 0 && (got = iu_bpf_read(fd, bytes + len, PORTION - len)) > 0) {
		len += (size_t)got;
		ret = iu_rows_parse(bytes, len, sink, context, &used);
		if (ret < 0)
			break;
		len -= used;
		memmove(bytes, bytes + used, len);
	}
	free(bytes);
	if (ret < 0 || got < 0)
		return ret < 0 ? ret : (int)got;
	return len > 0 ? IU_E_PROTO : 0;
}

int iu_bpf_hidden_run(
	struct iu_bpf *bpf, enum iu_bpf_walk walk, iu_bpf_sink *sink, void *context)
{
	const struct iu_bpf_hidden_memory *memory = bpf->memory[MEMORY];
	uint64_t cut = memory->cut_short;
	int fd = iu_bpf_iterate(bpf, (size_t)walk), result = fd;

	if (fd < 0)
		return result;
	result = read_rows(fd, sink, context);
	close(fd);
	return result == 0 && memory->cut_short != cut ? IU_E_LIMIT : result;
}
