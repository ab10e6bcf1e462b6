/* os/linux/process/ssh-control.c - the socket by which other sessions share a connection of ssh */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/compat.h"
#include "model/needs.h"
#include "os/linux/file.h"
#include "os/linux/process/proc-fd.h"
#include "os/linux/scan.h"

#define INODES_MAX 256
#define TABLE_MAX  (16 << 20)
#define RANDOM_LEN 16 /* ssh binds PATH.RANDOM and renames it: mux.c, muxserver_listen() */

struct table {
	uint64_t inodes[INODES_MAX];
	size_t n;
	char path[256]; /* of the one that listens */
	uint32_t connected;
};

static bool has_inode(const struct table *table, uint64_t inode)
{
	for (size_t i = 0; i < table->n; i++)
		if (table->inodes[i] == inode)
			return true;
	return false;
}

/* "0000…: 00000002 00000000 00010000 0001 01 12345 /tmp/path": flags, type, state, inode */
static int on_row(void *context, const char *line, size_t len)
{
	struct table *table = context;
	char text[512], path[256] = "";
	unsigned int flags, state;
	unsigned long long inode;

	if (len >= sizeof(text))
		return 0;
	memcpy(text, line, len);
	text[len] = '\0';
	if (sscanf(text, "%*s %*x %*x %x %*x %x %llu %255[^\n]", &flags, &state, &inode, path) < 4 ||
		path[0] != '/' || !has_inode(table, inode))
		return 0;
	if (flags & 0x10000) /* __SO_ACCEPTCON */
		memcpy(table->path, path, sizeof(path));
	else
		table->connected += state == 3; /* SS_CONNECTED: an accepted one has the same path */
	return 0;
}

static void read_inodes(struct iu_scan *scan, int32_t pid, struct table *table)
{
	struct iu_entries entries = {.fd = -1};
	const char *name;
	char path[64], link[64];
	int error = 0;

	snprintf(path, sizeof(path), "%d/fd", (int)pid);
	entries.fd = openat(scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (entries.fd >= 0 && table->n < INODES_MAX &&
		(name = iu_entries_next(&entries, &error)) != NULL) {
		ssize_t len = iu_file_link(entries.fd, name, link, sizeof(link));

		if (len > 0)
			table->n += (size_t)iu_proc_fd_socket(link, (size_t)len, &table->inodes[table->n]);
	}
	if (entries.fd >= 0)
		close(entries.fd);
}

static void look_at(struct iu_scan *scan, struct iu_process *process)
{
	struct table table = {.n = 0};
	struct iu_text text = {0};
	char path[64];
	size_t len;

	read_inodes(scan, process->pid, &table);
	snprintf(path, sizeof(path), "%d/net/unix", (int)process->pid);
	if (table.n && iu_file_load(scan->proc, path, TABLE_MAX, &text) == 0 && text.data)
		iu_file_lines(text.data, text.len, on_row, &table);
	iu_text_free(&text);
	len = strlen(table.path);
	if (!len)
		return;
	if (len > RANDOM_LEN + 1 && table.path[len - RANDOM_LEN - 1] == '.' &&
		strspn(table.path + len - RANDOM_LEN,
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789") == RANDOM_LEN)
		len -= RANDOM_LEN + 1;
	process->control = iu_arena_strndup(&scan->snapshot->arena, table.path, len);
	process->sessions = table.connected;
}

int iu_collect_ssh_control(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;

	for (size_t i = 0; !scan->plain && !scan->needs->brief && i < snapshot->processes.n; i++)
		if (snapshot->processes.v[i].name && !strcmp(snapshot->processes.v[i].name, "ssh"))
			look_at(scan, &snapshot->processes.v[i]);
	return 0;
}
