/* os/windows/holders/owners.c - who has the wanted sockets: the tables say one owner each */
#include "base/err.h"
#include "model/needs.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"

static int add_owner(struct iu_scan *scan, const struct iu_socket *socket)
{
	struct iu_hold *hold = iu_list_add(&scan->snapshot->arena, &scan->snapshot->holds);

	*hold = (struct iu_hold){
		.inode = socket->inode, .pid = iu_owner_of(socket->inode), .fd = -1};
	return iu_process_add(scan, hold->pid);
}

int iu_collect_holders(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	bool all = true;
	int ret = 0;

	for (size_t i = 0; i < snapshot->sockets.n && ret == 0; i++) {
		const struct iu_socket *socket = &snapshot->sockets.v[i];

		if (socket->inode && iu_needs_inode(scan->needs, socket->inode) &&
			iu_owner_of(socket->inode) && !iu_is_successor(scan, socket))
			ret = add_owner(scan, socket);
	}
	if (ret == 0)
		ret = iu_trace_holders(scan);
	for (size_t i = 0; i < snapshot->sockets.n && ret == 0; i++) {
		const struct iu_socket *socket = &snapshot->sockets.v[i];

		if (!socket->inode || !iu_needs_inode(scan->needs, socket->inode) ||
			iu_snapshot_is_held(snapshot, socket->inode))
			continue;
		all = false;
		iu_snapshot_gap(snapshot, IU_FACT_HOLDERS, 0, "the owner of a socket",
			iu_owner_of(socket->inode)
				? "it is gone, and another process has its number"
				: "the system's table names none",
			NULL);
	}
	iu_scan_seen(scan, IU_FACT_HOLDERS, all && ret == 0);
	return ret;
}
