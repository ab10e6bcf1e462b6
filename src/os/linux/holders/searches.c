/* os/linux/holders/searches.c - one more walk over /proc for sockets that no descriptor table shows */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/linux/each-process.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/scan.h"

static int look_behind(struct iu_hidden *hidden, int dir, int32_t pid, const char *fd, bool *ring)
{
	char link[64], path[64], text[2048];
	uint64_t inode = 0, count = 0, number = 0;
	ssize_t len = iu_file_link(dir, fd, link, sizeof(link));

	if (len > 0 && strcmp(link, "anon_inode:[io_uring]") == 0) {
		*ring = true;
		return iu_ring_search(hidden, pid, fd);
	}
	if (len <= 0 || !iu_proc_fd_socket(link, (size_t)len, &inode) ||
		iu_number(fd, strlen(fd), 10, &number) == 0 || number > INT32_MAX)
		return 0;
	snprintf(path, sizeof(path), "%d/fdinfo/%s", (int)pid, fd);
	len = iu_file_read(hidden->scan->proc, path, text, sizeof(text));
	if (len <= 0 || !iu_fdinfo_queue(text, (size_t)len, &count))
		return 0;
	return iu_in_flight_search(hidden, pid, (int32_t)number, inode);
}

static int search_process(struct iu_hidden *hidden, int32_t pid, struct iu_entries *entries)
{
	char path[64];
	const char *name;
	bool ring = false;
	int ret = 0, error = 0;

	snprintf(path, sizeof(path), "%d/fd", (int)pid);
	entries->fd = openat(hidden->scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (entries->fd < 0)
		return 0; /* ended, or unreadable: the holders' gap says so */
	entries->at = entries->len = 0;
	while (ret == 0 && (name = iu_entries_next(entries, &error)))
		ret = look_behind(hidden, entries->fd, pid, name, &ring);
	close(entries->fd);
	return ret == 0 ? iu_maps_search(hidden, pid, ring) : ret;
}

struct search {
	struct iu_hidden *hidden;
	struct iu_entries descriptors;
};

static int visit(void *context, int32_t pid, const char *name)
{
	struct search *search = context;

	(void)name;
	return pid == search->hidden->scan->self ? 0 : search_process(search->hidden, pid, &search->descriptors);
}

static int search_all(struct iu_hidden *hidden)
{
	struct search *search = malloc(sizeof(*search));
	int ret;

	if (!search)
		return IU_E_NOMEM;
	search->hidden = hidden;
	ret = iu_each_process(hidden->scan->proc, visit, search);
	free(search);
	return ret == IU_E_NOMEM ? ret : 0;
}

static bool all_found(const struct iu_hidden *hidden)
{
	for (size_t i = 0; i < hidden->n; i++)
		if (!hidden->v[i].found)
			return false;
	return true;
}

int iu_collect_hidden(struct iu_scan *scan)
{
	struct iu_hidden hidden = {.scan = scan};
	int ret;

	if (scan->needs->all_inodes)
		return 0; /* a list of everything: too much work for a side question */
	ret = iu_hidden_begin(&hidden);
	if (ret == 0 && hidden.n)
		ret = iu_kernel_search(&hidden);
	if (ret == 0 && !all_found(&hidden))
		ret = search_all(&hidden);
	if (ret == 0 && !all_found(&hidden))
		ret = iu_calls_search(&hidden);
	free(hidden.v);
	return ret;
}

/* What other searches found without a descriptor, told as holders where a process is known. */
int iu_collect_found_by_bpf(struct iu_scan *scan)
{
	struct iu_hidden hidden = {.scan = scan};
	struct iu_snapshot *snapshot = scan->snapshot;
	int ret = 0;

	for (size_t i = 0; i < snapshot->in_flight.n && ret == 0; i++) {
		const struct iu_in_flight *row = &snapshot->in_flight.v[i];
		struct iu_hold hold = {
			.inode = row->inode, .pid = row->pid, .fd = -1, .via = IU_VIA_MESSAGE};

		if (row->pid > 0 && !row->cycle && iu_needs_inode(scan->needs, row->inode) &&
			!iu_snapshot_is_held(snapshot, row->inode))
			ret = iu_hidden_hold(&hidden, &hold);
	}
	for (size_t i = 0; i < snapshot->registered.n && ret == 0; i++) {
		const struct iu_registered *row = &snapshot->registered.v[i];
		struct iu_hold hold = {
			.inode = row->inode, .pid = row->pid, .fd = -1, .via = IU_VIA_RING};

		if (row->pid > 0 && iu_needs_inode(scan->needs, row->inode) &&
			!iu_snapshot_is_held(snapshot, row->inode))
			ret = iu_hidden_hold(&hidden, &hold);
	}
	return ret;
}
