/* os/linux/bpf/evidence.c - loads the iterators of evidence.bpf.c and reads what they write */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/bpf/libbpf.h"
#include "os/linux/bpf/evidence.skel.h" /* after it: what it calls is looked up there */
#include "os/linux/lock.h"

#define BTF_FILE     "/sys/kernel/btf/vmlinux"
#define SPARE_INODES 4096  /* that the walks themselves find wanted: queues of UNIX sockets */
#define PORTION      65536
/* After a million objects without a row a read says EAGAIN: this often it is asked again. */
#define AGAIN_MAX    1024

struct iu_bpf {
	struct evidence *object;
	unsigned int walks;
};

struct program {
	enum iu_bpf_walk walk;
	struct bpf_program *program;
};

#define PROGRAMS 6

static void list_programs(struct evidence *object, struct program list[PROGRAMS])
{
	const struct program all[PROGRAMS] = {
		{IU_BPF_TCP, object->progs.tcp_sockets},
		{IU_BPF_UDP, object->progs.udp_sockets},
		{IU_BPF_FILES, object->progs.descriptors},
		{IU_BPF_UNIX, object->progs.unix_queues},
		{IU_BPF_RINGS, object->progs.task_rings},
		{IU_BPF_MAPPINGS, object->progs.mappings},
	};

	memcpy(list, all, sizeof(all));
}

/* Asked before the 10 ms that libbpf takes to read the BTF of the kernel. */
static int check(const char **ret_why)
{
	int fd;

	*ret_why = IU_BPF_RIGHTS;
	if (!iu_bpf_allowed())
		return IU_E_ACCESS;
	*ret_why = "libbpf is not installed";
	if (!iu_libbpf())
		return IU_E_NOTSUP;
	*ret_why = IU_BPF_RIGHTS;
	/* capabilities of a user namespace of our own count for nothing here */
	fd = bpf_map_create(BPF_MAP_TYPE_HASH, NULL, sizeof(uint64_t), 1, 1, NULL);
	if (fd < 0)
		return errno == EPERM ? IU_E_ACCESS : IU_E_NOTSUP;
	close(fd);
	*ret_why = "this kernel does not describe its structures (" BTF_FILE ")";
	return access(BTF_FILE, R_OK) < 0 ? IU_E_NOTSUP : 0;
}

static int error_of(int error, const char **ret_why)
{
	switch (error) {
	case EPERM:
	case EACCES:
		*ret_why = "the kernel refuses BPF programs";
		return IU_E_ACCESS;
	case ENOMEM:
		*ret_why = "out of memory";
		return IU_E_NOMEM;
	}
	*ret_why = "the BPF programs do not fit this kernel";
	return IU_E_NOTSUP;
}

/* libbpf writes to stderr unless it is told not to; a library of ours never prints. */
static int quiet(enum libbpf_print_level level, const char *format, va_list list)
{
	(void)level;
	(void)format;
	(void)list;
	return 0;
}

static int prepare(struct evidence *object, const struct iu_bpf_ask *ask)
{
	struct program list[PROGRAMS];
	size_t i;
	int result = 0;

	list_programs(object, list);
	for (i = 0; i < PROGRAMS && result == 0; i++)
		result = bpf_program__set_autoload(list[i].program, ask->walks & list[i].walk);
	if (result == 0)
		result = bpf_map__set_max_entries(
			object->maps.inodes, (uint32_t)ask->n + SPARE_INODES);
	object->bss->reader_pid = ask->reader;
	memcpy(object->bss->ports, ask->ports, sizeof(object->bss->ports));
	return result;
}

int iu_bpf_open(const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf, const char **ret_why)
{
	libbpf_print_fn_t before;
	struct iu_bpf *bpf;
	size_t i;
	int result = check(ret_why);

	if (result < 0)
		return result;
	*ret_why = "out of memory";
	bpf = calloc(1, sizeof(*bpf));
	if (!bpf)
		return IU_E_NOMEM;
	iu_lock_print();
	before = libbpf_set_print(quiet);
	bpf->walks = ask->walks;
	bpf->object = evidence__open();
	result = bpf->object ? prepare(bpf->object, ask) : -errno;
	if (result == 0)
		result = evidence__load(bpf->object);
	libbpf_set_print(before);
	iu_lock_print_end();
	if (result < 0)
		result = error_of(-result, ret_why);
	for (i = 0; i < ask->n && result == 0; i++)
		result = iu_bpf_want(bpf, ask->inodes[i]);
	if (result < 0) {
		iu_bpf_close(bpf);
		return result;
	}
	*ret_bpf = bpf;
	return 0;
}

int iu_bpf_want(struct iu_bpf *bpf, uint64_t inode)
{
	const uint8_t yes = 1;

	if (bpf_map__update_elem(bpf->object->maps.inodes, &inode, sizeof(inode), &yes, sizeof(yes),
		    BPF_ANY) < 0)
		return IU_E_LIMIT;
	return 0;
}

static int read_rows(int fd, iu_bpf_sink *sink, void *context)
{
	size_t len = 0, used;
	int result = 0, again = 0;
	char *bytes = malloc(PORTION);

	if (!bytes)
		return IU_E_NOMEM;
	while (result == 0) {
		ssize_t got = read(fd, bytes + len, PORTION - len);

		if (got < 0 && (errno == EAGAIN || errno == EINTR) && again++ < AGAIN_MAX)
			continue;
		if (got <= 0) {
			result = got < 0 ? IU_E_SYSTEM : len > 0 ? IU_E_PROTO : 0;
			break;
		}
		len += (size_t)got;
		result = iu_rows_parse(bytes, len, sink, context, &used);
		if (result < 0)
			break;
		len -= used;
		memmove(bytes, bytes + used, len);
	}
	free(bytes);
	return result;
}

int iu_bpf_run(struct iu_bpf *bpf, enum iu_bpf_walk walk, iu_bpf_sink *sink, void *context)
{
	struct program list[PROGRAMS];
	struct bpf_link *link;
	libbpf_print_fn_t before;
	uint64_t cut = bpf->object->bss->cut_short;
	size_t i;
	int fd, result;

	list_programs(bpf->object, list);
	for (i = 0; i < PROGRAMS && list[i].walk != walk; i++)
		;
	if (i == PROGRAMS || !(bpf->walks & walk))
		return IU_E_NOENT;
	iu_lock_print();
	before = libbpf_set_print(quiet);
	link = bpf_program__attach_iter(list[i].program, NULL);
	libbpf_set_print(before);
	iu_lock_print_end();
	if (!link)
		return errno == EPERM ? IU_E_ACCESS : IU_E_SYSTEM;
	fd = bpf_iter_create(bpf_link__fd(link));
	result = fd < 0 ? IU_E_SYSTEM : read_rows(fd, sink, context);
	if (fd >= 0)
		close(fd);
	bpf_link__destroy(link);
	if (result == 0 && bpf->object->bss->cut_short != cut)
		result = IU_E_LIMIT;
	return result;
}

void iu_bpf_close(struct iu_bpf *bpf)
{
	if (!bpf)
		return;
	evidence__destroy(bpf->object);
	free(bpf);
}
