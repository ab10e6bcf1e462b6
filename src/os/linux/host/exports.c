/* os/linux/host/exports.c - folders of this machine that others have through a server */
#include "os/linux/host/exports.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/compat.h"
#include "knowledge/file-servers.h"
#include "os/linux/file.h"
#include "os/linux/host/mounts.h"

#define TABLE_MAX     (1u << 20)
#define ARGUMENTS_MAX (128u << 10)
#define FOLDER_TEXT   4096

static bool is_below(const char *folder, size_t len, const char *file)
{
	char text[FOLDER_TEXT];

	if (!len || folder[0] != '/' || len >= sizeof(text))
		return false;
	memcpy(text, folder, len);
	text[len] = '\0';
	return iu_mounts_below(file, text) != NULL;
}

bool iu_exports_line(const char *line, size_t len, const char *file)
{
	struct iu_arena arena = {0};
	size_t n = 0;
	const char *folder;
	bool below;

	while (n < len && line[n] != ' ' && line[n] != '\t')
		n++;
	folder = iu_mounts_unescape(&arena, line, n);
	below = folder && is_below(folder, strlen(folder), file);
	iu_arena_free(&arena);
	return below;
}

/* As values are written in arguments: after '=', between ',' and ':'. */
bool iu_exports_argument(const char *argument, const char *file)
{
	for (size_t n; *argument; argument += n + (argument[n] != '\0')) {
		n = strcspn(argument, "=,:");
		if (is_below(argument, n, file))
			return true;
	}
	return false;
}

static int on_line(void *context, const char *line, size_t len)
{
	return iu_exports_line(line, len, context);
}

/* What exportfs has told the kernel, and what the kernel has of it by now. */
static bool nfsd_has(const char *file)
{
	static const char *const tables[] = {"/var/lib/nfs/etab", "/proc/fs/nfsd/exports"};
	bool found = false;

	for (size_t i = 0; i < IU_COUNT(tables) && !found; i++) {
		struct iu_text text = {0};

		found = iu_file_load(AT_FDCWD, tables[i], TABLE_MAX, &text) == 0 && text.data &&
			iu_file_lines(text.data, text.len, on_line, (void *)file) > 0;
		iu_text_free(&text);
	}
	return found;
}

static const char *program_has(int proc, const char *pid, const char *file)
{
	struct iu_text text = {0};
	char path[300], comm[32];
	const char *type;
	ssize_t len;
	bool found = false;

	snprintf(path, sizeof(path), "%s/comm", pid);
	len = iu_file_read(proc, path, comm, sizeof(comm));
	if (len <= 1)
		return NULL;
	comm[len - 1] = '\0'; /* a newline */
	type = iu_file_server(comm);
	if (!type)
		return NULL;
	snprintf(path, sizeof(path), "%s/cmdline", pid);
	if (iu_file_load(proc, path, ARGUMENTS_MAX, &text) == 0 && !text.failed && text.data)
		for (size_t at = 0; at < text.len && !found; at += strlen(text.data + at) + 1)
			found = iu_exports_argument(text.data + at, file);
	iu_text_free(&text);
	return found ? type : NULL;
}

const char *iu_exports_find(struct iu_scan *scan, const char *file)
{
	struct iu_entries *entries;
	const char *pid, *type = NULL;
	int error;

	if (nfsd_has(file))
		return "nfs";
	entries = scan->proc < 0 ? NULL : calloc(1, sizeof(*entries));
	if (!entries)
		return NULL;
	entries->fd = openat(scan->proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	while (entries->fd >= 0 && !type && (pid = iu_entries_next(entries, &error)))
		if (pid[0] >= '0' && pid[0] <= '9')
			type = program_has(scan->proc, pid, file);
	if (entries->fd >= 0)
		close(entries->fd);
	free(entries);
	return type;
}
