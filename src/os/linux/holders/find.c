/* os/linux/holders/find.c - which way the holders of sockets are found */

#include "base/err.h"
#include "model/needs.h"
#include "os/linux/holders/fd-candidates.h"
#include "os/linux/holders/fd-index.h"
#include "os/linux/holders/kcmp.h"
#include "os/linux/holders/likely.h"
#include "os/linux/holders/list-walk.h"
#include "os/linux/holders/proc-walk.h"

#define WANTED_MAX 1024 /* with more sockets anybody may have one */

static bool is_list(const struct iu_proc_walk *walk)
{
	return iu_needs_is_listing(walk->scan->needs);
}

static bool are_few(const struct iu_proc_walk *walk)
{
	return !is_list(walk) && HASH_COUNT(walk->inodes) <= WANTED_MAX;
}

static bool always(const struct iu_proc_walk *walk)
{
	(void)walk;
	return true;
}

static int walk_all(struct iu_proc_walk *walk)
{
	int ret = iu_proc_walk_all(walk);

	return ret < 0 ? ret : 1;
}

/*
 * In the order of their costs, until one has found all there is to find. Those that BPF tells need its
 * rights and the initial PID namespace; what it tells is confirmed by /proc, or was true at one moment.
 */
static const struct {
	bool (*fits)(const struct iu_proc_walk *walk);
	int (*walk)(struct iu_proc_walk *walk); /* Returns: 1: that is all, 0: the next one is tried, IU_E_* */
} ways[] = {
	{always, iu_fd_candidates_walk}, /* BPF, with the owners of the port: 40 ns a process */
	{is_list, iu_list_walk},	 /* BPF, with the bound sockets: 0.5 us a process, 4 ns a place */
	{is_list, iu_fd_index_walk},	 /* BPF, an iterator: 0.25 us a descriptor */
	{are_few, iu_likely_walk},	 /* /proc, by cgroup and user: 3.4 us a descriptor until one is found */
	{are_few, iu_kcmp_walk},	 /* then kcmp() with that one: 0.6 us a descriptor */
	{always, walk_all},		 /* /proc: 3.4 us a descriptor */
};

/* @ret_few: whether holders may be missing, since --first is content with one of each socket */
static int find(struct iu_proc_walk *walk, bool *ret_few)
{
	int ret = 0;
	size_t i;

	for (i = 0; i < IU_COUNT(ways) && ret == 0; i++)
		if (ways[i].fits(walk))
			ret = ways[i].walk(walk);
	*ret_few = walk->scan->needs->first && ways[i - 1].walk != iu_fd_candidates_walk &&
		   iu_proc_walk_all_held(walk);
	return ret < 0 ? ret : 0;
}

/* What an earlier scan found of the same sockets is looked up anew. */
static void drop_earlier(struct iu_proc_walk *walk)
{
	struct iu_holds *holds = &walk->scan->snapshot->holds;
	size_t kept = 0;

	for (size_t i = 0; i < holds->n; i++)
		if (!iu_proc_walk_find(walk, holds->v[i].inode))
			holds->v[kept++] = holds->v[i];
	holds->n = kept;
}

/* --first: what was left out. */
static int tell_first(struct iu_proc_walk *walk, bool hopeless)
{
	iu_scan_seen(walk->scan, IU_FACT_HOLDERS, false);
	iu_snapshot_gap(walk->scan->snapshot, IU_FACT_HOLDERS, 0,
		hopeless ? "the processes that hold the socket" : "further holders of the socket",
		hopeless ? "they are another user's, and --first was given"
			 : "--first: one was enough",
		hopeless ? "run as root" : "ask without --first");
	return 0;
}

static int find_and_tell(struct iu_proc_walk *walk)
{
	bool hopeless, few = false;
	int ret = iu_fd_candidates_named(walk->scan);

	if (ret < 0)
		return ret;
	hopeless = !walk->scan->snapshot->fd_candidates.known && iu_likely_hopeless(walk);
	ret = iu_proc_walk_tell(walk, hopeless ? 0 : find(walk, &few));
	if (ret == 0 && (hopeless || few))
		ret = tell_first(walk, hopeless);
	return ret;
}

int iu_collect_holders(struct iu_scan *scan)
{
	struct iu_proc_walk *walk = iu_proc_walk_new(scan);
	int ret;

	if (!walk)
		return IU_E_NOMEM;
	ret = iu_proc_walk_begin(walk);
	if (ret == 0)
		drop_earlier(walk);
	if (ret == 0 && walk->inodes)
		ret = find_and_tell(walk);
	else if (ret == 0)
		iu_scan_seen(scan, IU_FACT_HOLDERS, true);
	iu_proc_walk_end(walk);
	return ret;
}
