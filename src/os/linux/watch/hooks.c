/* os/linux/watch/hooks.c - the sets of hooks there are, loaded and attached */
#include "os/linux/watch/hooks.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/watch/attempts.lskel.h"    /* made from attempts.bpf.c */
#include "os/linux/watch/returns.lskel.h"     /* made from returns.bpf.c */
#include "os/linux/watch/returns-old.lskel.h" /* made from returns-old.bpf.c */
#include "os/os.h"

/* Parts of an object: what all of them have, then the programs that are attached. */
enum part { SWEEP, RING, MEMORY, PROGRAMS };

/* ---- what bpftool made of the three files ---- */

/* Members have the same names, but each skeleton is a type of its own. */
#define LOADER(skeleton, ...)                                                                      \
	static int load_##skeleton(int ret_fds[])                                                  \
	{                                                                                          \
		struct skeleton *all = skeleton##__open();                                         \
		int ret = all ? skeleton##__load(all) : -ENOMEM;                                   \
                                                                                                   \
		if (ret == 0) {                                                                    \
			int *const fds[] = {&all->progs.inuse_sweep.prog_fd, &all->maps.ring.map_fd, \
				&all->maps.bss.map_fd, __VA_ARGS__};                               \
                                                                                                   \
			iu_bpf_take(fds, IU_COUNT(fds), ret_fds);                                  \
		}                                                                                  \
		skeleton##__destroy(all);                                                          \
		return ret;                                                                        \
	}

#define PROGRAM(name) &all->progs.inuse_##name.prog_fd

LOADER(returns, PROGRAM(bind4), PROGRAM(bind6), PROGRAM(listen), PROGRAM(unix), PROGRAM(unix_listen))
LOADER(returns_old, PROGRAM(bind4), PROGRAM(bind6), PROGRAM(listen), PROGRAM(unix), PROGRAM(unix_listen))
LOADER(attempts, PROGRAM(bind4), PROGRAM(bind6), PROGRAM(bound4), PROGRAM(bound6), PROGRAM(state))

#define PARTS {[SWEEP] = "sweep", [RING] = "ring", [MEMORY] = "memory", [PROGRAMS] = "programs"}

static const struct iu_bpf_type types[] = {
	{"returns", PARTS, PROGRAMS + 5, load_returns},
	{"returns-old", PARTS, PROGRAMS + 5, load_returns_old},
	{"attempts", PARTS, PROGRAMS + 5, load_attempts},
};

/* ---- what each sees ---- */

static const struct iu_failure_source fexit = {
	.name = "fexit",
	.where = "where inet_bind_sk(), inet6_bind_sk(), inet_csk_listen_start(), unix_bind() and unix_listen() return",
	.blind = {"calls with a descriptor that is no socket, and what a security module or seccomp refuses",
		"listen() on datagram sockets, and on connected ones that are no UNIX sockets",
		"netlink, packet, vsock and other families"}};

static const struct iu_failure_source fexit_old = {
	.name = "fexit",
	.where = "where inet_bind(), inet6_bind(), inet_csk_listen_start(), unix_bind() and unix_listen() return",
	.blind = {"calls with a descriptor that is no socket, and what a security module or seccomp refuses",
		"listen() on datagram sockets, and on connected ones that are no UNIX sockets",
		"netlink, packet, vsock and other families"}};

static const struct iu_failure_source cgroup = {
	.name = "cgroup",
	.where = "where bind() begins and succeeds (bind4, bind6, post_bind4, post_bind6 of the root cgroup) and sockets change their state",
	.blind = {"UNIX, raw, SCTP and netlink sockets", "wrong descriptors and lengths of addresses",
		"the error itself: it follows from the rules"}};

static const struct {
	const struct iu_bpf_type *type;
	const struct iu_failure_source *source;
	bool by_attempts;
	uint32_t attach[IU_HOOKS_MAX]; /* of programs of a cgroup; 0: it says itself where it belongs */
} sets[] = {
	{&types[0], &fexit, false, {0}},
	{&types[1], &fexit_old, false, {0}},
	{&types[2], &cgroup, true,
		{BPF_CGROUP_INET4_BIND, BPF_CGROUP_INET6_BIND, BPF_CGROUP_INET4_POST_BIND,
			BPF_CGROUP_INET6_POST_BIND, 0}},
};

/* ---- attaching ---- */

static int attach(int program, uint32_t type, int root)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	if (!type) {
		attr.raw_tracepoint.prog_fd = (uint32_t)program;
		return (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));
	}
	attr.link_create.prog_fd = (uint32_t)program;
	attr.link_create.target_fd = (uint32_t)root;
	attr.link_create.attach_type = type;
	return (int)syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr));
}

static int attach_all(struct iu_hooks *hooks, size_t set, int root)
{
	for (size_t i = 0; i + PROGRAMS < sets[set].type->n; i++) {
		hooks->links[i] = attach(hooks->bpf->fd[PROGRAMS + i], sets[set].attach[i], root);
		if (hooks->links[i] < 0)
			return IU_E_SYSTEM;
	}
	return 0;
}

void iu_hooks_sweep(struct iu_hooks *hooks)
{
	(void)iu_bpf_run(hooks->bpf, SWEEP);
}

static int open_set(size_t set, int root, int32_t reader, struct iu_hooks *hooks)
{
	int ret;

	*hooks = (struct iu_hooks){.source = sets[set].source,
		.by_attempts = sets[set].by_attempts,
		.links = {-1, -1, -1, -1, -1}};
	if (hooks->by_attempts && root < 0) {
		errno = ENODEV;
		return IU_E_NOTSUP;
	}
	ret = iu_bpf_load(sets[set].type, &hooks->bpf);
	if (ret < 0)
		return ret;
	hooks->memory = iu_bpf_map(hooks->bpf, MEMORY, sizeof(*hooks->memory));
	if (!hooks->memory)
		return IU_E_SYSTEM;
	hooks->memory->reader = reader;
	iu_hooks_sweep(hooks); /* finds out which PID namespace the reader counts in */
	return attach_all(hooks, set, root);
}

int iu_hooks_open(int root, int32_t reader, struct iu_hooks *ret_hooks, struct iu_text *why)
{
	int ret = IU_E_NOTSUP, error;

	for (size_t i = 0; i < IU_COUNT(sets); i++) {
		struct iu_hooks hooks;

		errno = 0;
		ret = open_set(i, root, reader, &hooks);
		error = errno;
		if (ret == 0) {
			*ret_hooks = hooks;
			return 0;
		}
		iu_hooks_close(&hooks);
		if (ret == IU_E_NOMEM)
			return ret;
		iu_text_printf(why, "%s%s: %s", why->len ? ", " : "", sets[i].type->name,
			error ? iu_os_error_name(error) : iu_error_text(ret));
	}
	return IU_E_NOTSUP;
}

int iu_hooks_ring(const struct iu_hooks *hooks)
{
	return hooks->bpf->fd[RING];
}

void iu_hooks_close(struct iu_hooks *hooks)
{
	for (size_t i = 0; i < IU_HOOKS_MAX && hooks->bpf; i++)
		if (hooks->links[i] >= 0)
			close(hooks->links[i]);
	iu_bpf_close(hooks->bpf);
	hooks->bpf = NULL;
}
