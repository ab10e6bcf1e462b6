/* os/linux/host/units.c - what the files of a socket unit say that systemd listens on */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "base/span.h"
#include "os/linux/file.h"
#include "os/os.h"

#define FILE_BYTES  65536
#define LISTENS_MAX 64
#define TARGET_TEXT 300
#define DROPINS_MAX 64

/* In the order in which systemd looks: the first file of the name counts, and every drop-in. */
static const char *const folders[] = {"/etc/systemd/system", "/run/systemd/system",
	"/usr/local/lib/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system",
	"/etc/systemd/user", "/run/systemd/user", "/usr/lib/systemd/user"};

struct listens {
	char instance[256]; /* of a template: what %i stands for */
	char v[LISTENS_MAX][TARGET_TEXT];
	size_t n;
	bool in_socket;
};

/* %i, %I and %t are what sockets are named by; a line with another specifier is left out. */
static bool expand(const struct listens *listens, struct iu_span value, char *text, size_t size)
{
	size_t to = 0;

	for (size_t at = 0; at < value.len; at++) {
		const char *with = NULL;

		if (value.text[at] != '%') {
			if (to + 1 >= size)
				return false;
			text[to++] = value.text[at];
			continue;
		}
		if (++at == value.len)
			return false;
		if (value.text[at] == 'i' || value.text[at] == 'I')
			with = listens->instance;
		else if (value.text[at] == 't')
			with = "/run";
		else if (value.text[at] == '%')
			with = "%";
		if (!with || to + strlen(with) >= size)
			return false;
		strcpy(text + to, with);
		to += strlen(with);
	}
	text[to] = '\0';
	return to > 0;
}

static void add(struct listens *listens, struct iu_span value, bool datagram)
{
	char text[TARGET_TEXT - 16], *slot;
	bool path, number;

	if (!value.len) {
		listens->n = 0; /* "ListenStream=" forgets what was said before */
		return;
	}
	if (listens->n == LISTENS_MAX || !expand(listens, value, text, sizeof(text)))
		return;
	slot = listens->v[listens->n++];
	path = text[0] == '/' || text[0] == '@';
	number = strspn(text, "0123456789") == strlen(text);
	snprintf(slot, TARGET_TEXT, "%s%s%s", path ? "unix:" : number ? ":" : "", text,
		datagram && !path ? "/udp" : "");
}

static int on_line(void *context, const char *bytes, size_t len)
{
	static const struct {
		const char *key;
		bool datagram;
	} keys[] = {{"ListenStream", false}, {"ListenDatagram", true}, {"ListenSequentialPacket", false}};
	struct iu_span line = iu_span_trim((struct iu_span){bytes, len});
	struct listens *listens = context;
	const char *equals;

	if (line.len && line.text[0] == '[')
		listens->in_socket = iu_span_is(line, "[Socket]");
	equals = iu_span_find_char(line, '=');
	if (!listens->in_socket || !equals || strchr("#;", line.text[0]))
		return 0;
	for (size_t i = 0; i < IU_COUNT(keys); i++)
		if (iu_span_is(iu_span_trim(iu_span_upto(line, (size_t)(equals - line.text))), keys[i].key))
			add(listens, iu_span_trim(iu_span_from(line, (size_t)(equals - line.text) + 1)),
				keys[i].datagram);
	return 0;
}

static bool read_file(struct listens *listens, const char *path)
{
	struct iu_text text = {0};
	bool there = iu_file_load(AT_FDCWD, path, FILE_BYTES, &text) == 0;

	listens->in_socket = false;
	if (there && text.len)
		iu_file_lines(text.data, text.len, on_line, listens);
	iu_text_free(&text);
	return there;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(strrchr(*(char *const *)a, '/'), strrchr(*(char *const *)b, '/'));
}

/* Drop-ins of all folders together, by their names. */
static void read_dropins(struct listens *listens, const char *file, size_t first, size_t last)
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
static bool read_unit(struct listens *listens, const char *file, size_t first, size_t last)
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
	struct listens *listens = calloc(1, sizeof(*listens));
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
	if (!read_unit(listens, file, 0, 5) && !read_unit(listens, file, 5, IU_COUNT(folders)))
		ret = IU_E_NOENT;
	for (size_t i = 0; i < listens->n && ret >= 0; i++)
		ret = visit(context, listens->v[i]);
	free(listens);
	return ret < 0 ? ret : 0;
}
