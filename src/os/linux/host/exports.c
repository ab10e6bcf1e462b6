/* os/linux/host/exports.c - folders of this machine that others have through a server */
#include "os/linux/host/exports.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/span.h"
#include "knowledge/file-servers.h"
#include "os/linux/each-process.h"
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

/* "path = /srv/%U" is a folder of each user in /srv; smb.conf takes "directory" as well. */
static bool setting_has(struct iu_span setting, const char *file)
{
	size_t equals = iu_span_find_exact(setting, "=");
	struct iu_span key = iu_span_strip(iu_span_upto(setting, equals), " \t"), value;
	size_t percent;

	if (equals == setting.len || !(iu_span_is_any_case(key, "path") || iu_span_is_any_case(key, "directory")))
		return false;
	value = iu_span_strip(iu_span_from(setting, equals + 1), " \t\r\"");
	percent = iu_span_find_exact(value, "%");
	while (percent < value.len && percent && value.text[percent - 1] != '/')
		percent--;
	return is_below(value.text, percent, file);
}

bool iu_exports_setting(const char *line, size_t len, const char *file)
{
	struct iu_span rest = iu_span_strip((struct iu_span){line, len}, " \t\r");
	size_t n;

	if (!rest.len || rest.text[0] == '#' || rest.text[0] == ';')
		return false;
	for (; rest.len; rest = iu_span_from(rest, n + (n < rest.len))) {
		for (n = 0; n < rest.len && !strchr("{};", rest.text[n]); n++)
			;
		if (setting_has(iu_span_upto(rest, n), file))
			return true;
	}
	return false;
}

static int on_setting(void *context, const char *line, size_t len)
{
	return iu_exports_setting(line, len, context);
}

/* A program of another user may name a file that nobody should read, or whose server never answers. */
static bool config_has(int proc, const char *pid, const char *config, const char *file)
{
	struct iu_text text = {0};
	struct stat status;
	char path[300];
	int root, fd;
	bool found = false;

	if (fstatat(proc, pid, &status, 0) < 0 || status.st_uid != 0)
		return false;
	snprintf(path, sizeof(path), "%s/root", pid);
	root = openat(proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return false;
	fd = iu_file_in_root(root, config, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	close(root);
	if (fd < 0)
		return false;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
		iu_file_load(AT_FDCWD, path, TABLE_MAX, &text) == 0 && text.data)
		found = iu_file_lines(text.data, text.len, on_setting, (void *)file) > 0;
	iu_text_free(&text);
	close(fd);
	return found;
}

/* "-s FILE", "-sFILE", "--configfile FILE", "--configfile=FILE"; NULL: it is another word. */
static const char *config_option(const struct iu_file_server *server, const char *word, const char *next)
{
	const char *options[] = {server->option, server->long_option};

	for (size_t i = 0; i < IU_COUNT(options); i++) {
		size_t n = options[i] ? strlen(options[i]) : 0;

		if (!n || strncmp(word, options[i], n) != 0)
			continue;
		if (!word[n])
			return next;
		if (i == 0 || word[n] == '=')
			return word + n + (i == 1);
	}
	return NULL;
}

/* A configuration of its own, or one that is named, has what the arguments do not say. */
static bool server_has(int proc, const char *pid, const struct iu_file_server *server,
	const struct iu_text *arguments, const char *file)
{
	const char *config = NULL;
	size_t len;
	bool found = false;

	for (size_t at = 0; at < arguments->len && !found; at += len + 1) {
		const char *word = arguments->data + at;

		len = strlen(word);
		found = iu_exports_argument(word, file);
		if (!config)
			config = config_option(server, word,
				at + len + 1 < arguments->len ? word + len + 1 : NULL);
	}
	if (config)
		return found || config_has(proc, pid, config, file);
	for (size_t i = 0; i < IU_FILE_SERVER_CONFIGS && server->configs[i] && !found; i++)
		found = config_has(proc, pid, server->configs[i], file);
	return found;
}

static const char *program_has(int proc, const char *pid, const char *file)
{
	const struct iu_file_server *server;
	struct iu_text text = {0};
	char path[300], comm[32];
	ssize_t len;
	bool found = false;

	snprintf(path, sizeof(path), "%s/comm", pid);
	len = iu_file_read(proc, path, comm, sizeof(comm));
	if (len <= 1)
		return NULL;
	comm[len - 1] = '\0'; /* a newline */
	server = iu_file_server(comm);
	if (!server)
		return NULL;
	snprintf(path, sizeof(path), "%s/cmdline", pid);
	if (iu_file_load(proc, path, ARGUMENTS_MAX, &text) == 0 && !text.failed && text.data)
		found = server_has(proc, pid, server, &text, file);
	iu_text_free(&text);
	return found ? server->type : NULL;
}

struct search {
	int proc;
	const char *file, *type;
};

static int visit(void *context, int32_t pid, const char *name)
{
	struct search *search = context;

	(void)pid;
	search->type = program_has(search->proc, name, search->file);
	return search->type != NULL;
}

const char *iu_exports_find(struct iu_scan *scan, const char *file)
{
	struct search search = {scan->proc, file, NULL};

	if (nfsd_has(file))
		return "nfs";
	if (scan->proc >= 0)
		(void)iu_each_process(scan->proc, visit, &search);
	return search.type;
}
