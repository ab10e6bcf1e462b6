/* os/linux/host/units.c - what the files of a socket unit say that systemd listens on */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/host/unit-file.h"
#include "os/os.h"

#define FILE_BYTES  65536
#define DROPINS_MAX 64

/* In the order in which systemd looks: the first file of the name counts, and every drop-in. */
static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
	"/etc/systemd/user", "/run/systemd/user", "/usr/lib/systemd/user"};

#define SYSTEM_FOLDERS 5 /* the first of them are those of the system's manager */

static bool read_file(struct iu_unit_file *listens, const char *path)
{
	struct iu_text text = {0};
	bool there = iu_file_load(AT_FDCWD, path, FILE_BYTES, &text) == 0;

	if (there && text.len)
		iu_unit_file_read(listens, text.data, text.len);
	iu_text_free(&text);
	return there;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(strrchr(*(char *const *)a, '/'), strrchr(*(char *const *)b, '/'));
}

/* Drop-ins of all folders together, by their names. */
static void read_dropins(struct iu_unit_file *listens, const char *file, size_t first, size_t last)
{
	char *paths[DROPINS_MAX], path[600];
	size_t n = 0;

	for (size_t i = first; i < last; i++) {
		struct dirent *entry;
		DIR *folder;

		snprintf(path, sizeof(path), "%s/%s.d", folders[i], file);
		folder = opendir(path);
		while (folder && n < DROPINS_MAX && (entry = readdir(folder))) {
			char whole[900];
			size_t len = strlen(entry->d_name);

			if (len < 6 || strcmp(entry->d_name + len - 5, ".conf") != 0)
				continue;
			snprintf(whole, sizeof(whole), "%s/%s", path, entry->d_name);
			paths[n] = strdup(whole);
			n += paths[n] != NULL;
		}
		if (folder)
			closedir(folder);
	}
	if (n)
		qsort(paths, n, sizeof(*paths), by_name);
	for (size_t i = 0; i < n; i++) {
		read_file(listens, paths[i]);
		free(paths[i]);
	}
}

/* The folders from @first to @last are of one manager, that of the system or of users. */
static bool read_unit(struct iu_unit_file *listens, const char *file, size_t first, size_t last)
{
	char path[600];
	bool found = false;

	for (size_t i = first; i < last && !found; i++) {
		snprintf(path, sizeof(path), "%s/%s", folders[i], file);
		found = read_file(listens, path);
	}
	if (found)
		read_dropins(listens, file, first, last);
	return found;
}

int iu_os_unit_listens(
	const char *unit, int (*visit)(void *context, const char *target), void *context)
{
	struct iu_unit_file *listens = calloc(1, sizeof(*listens));
	const char *at = strchr(unit, '@'), *dot = strrchr(unit, '.');
	char file[256];
	int ret = 0;

	if (!listens)
		return IU_E_NOMEM;
	if (!dot || strlen(unit) >= sizeof(file) || strchr(unit, '/') || unit[0] == '.') {
		free(listens);
		return IU_E_INPUT;
	}
	strcpy(file, unit);
	if (at && at < dot) {
		snprintf(file, sizeof(file), "%.*s%s", (int)(at + 1 - unit), unit, dot);
		snprintf(listens->instance, sizeof(listens->instance), "%.*s", (int)(dot - at - 1), at + 1);
	}
	if (!read_unit(listens, file, 0, SYSTEM_FOLDERS) && !read_unit(listens, file, SYSTEM_FOLDERS, IU_COUNT(folders)))
		ret = IU_E_NOENT;
	for (size_t i = 0; i < listens->n && ret >= 0; i++)
		ret = visit(context, listens->v[i]);
	free(listens);
	return ret < 0 ? ret : 0;
}

static int visit_links(const char *path, int (*visit)(void *context, const char *unit), void *context)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	int ret = 0;

	while (folder && ret >= 0 && (entry = readdir(folder)))
		if (entry->d_name[0] != '.')
			ret = visit(context, entry->d_name);
	if (folder)
		closedir(folder);
	return ret;
}

/* Whoever enables a unit makes a link to it in "multi-user.target.wants". */
int iu_os_enabled_units(int (*visit)(void *context, const char *unit), void *context)
{
	char path[600];
	int ret = 0;

	for (size_t i = 0; i < SYSTEM_FOLDERS && ret >= 0; i++) {
		DIR *folder = opendir(folders[i]);
		struct dirent *entry;

		while (folder && ret >= 0 && (entry = readdir(folder))) {
			if (!iu_text_has_end(entry->d_name, ".target.wants") &&
				!iu_text_has_end(entry->d_name, ".target.requires"))
				continue;
			snprintf(path, sizeof(path), "%s/%s", folders[i], entry->d_name);
			ret = visit_links(path, visit, context);
		}
		if (folder)
			closedir(folder);
	}
	return ret < 0 ? ret : 0;
}
