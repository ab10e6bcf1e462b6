/* os/linux/act/hold-check.c - looks once more whether a process has a socket without a descriptor of it */
#include <stdlib.h>

#include "base/err.h"
#include "os/linux/holders/hidden.h"
#include "os/os.h"

static bool is_found(const struct iu_snapshot *snapshot, const struct iu_step_process *target)
{
	for (size_t i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == target->inode &&
			snapshot->holds.v[i].pid == target->pid)
			return true;
	return false;
}

int iu_hold_check(const struct iu_step_process *target)
{
	struct iu_needs needs = {.facts = IU_FACT_HOST | IU_FACT_HOLDERS};
	struct iu_snapshot snapshot;
	const struct iu_socket sock = {.state = target->state,
		.inode = target->inode,
		.cookie = target->cookie,
		.timer_ms = -1};
	int ret;

	iu_snapshot_init(&snapshot);
	*iu_list_add(&snapshot.arena, &needs.inodes) = target->inode;
	*iu_list_add(&snapshot.arena, &snapshot.sockets) = sock;
	ret = iu_os_collect(&needs, &snapshot);
	if (ret == 0)
		ret = is_found(&snapshot, target);
	iu_snapshot_free(&snapshot);
	return ret;
}
