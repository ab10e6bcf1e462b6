/* os/linux/host/mounts.c - /proc/PID/mountinfo: which file systems lie where */
#include "os/linux/host/mounts.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/compat.h"
#include "base/err.h"
#include "knowledge/filesystems.h"
#include "os/linux/file.h"

#define TABLE_MAX (16u << 20)

/* One field, up to a blank; *@at is moved behind it. */
static size_t field(const char **at, const char *end)
{
	const char *start = *at;
	const char *blank = memchr(start, ' ', (size_t)(end - start));
	size_t len = (size_t)((blank ? blank : end) - start);

	*at = blank ? blank + 1 : end;
	return len;
}

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

const char *iu_mounts_unescape(struct iu_arena *arena, const char *text, size_t len)
{
	char *copy = iu_arena_strndup(arena, text, len), *to = copy;

	for (size_t i = 0; copy && i < len; i++) {
		if (text[i] == '\\' && len - i > 3 && is_octal(text[i + 1]) &&
			is_octal(text[i + 2]) && is_octal(text[i + 3])) {
			*to++ = (char)((text[i + 1] - '0') << 6 | (text[i + 2] - '0') << 3 |
				       (text[i + 3] - '0'));
			i += 3;
		} else {
			*to++ = text[i];
		}
	}
	if (to)
		*to = '\0';
	return copy;
}

static bool read_device(const char *text, size_t len, uint64_t *ret_dev)
{
	uint64_t major = 0, minor = 0;
	size_t n = iu_number(text, len, 10, &major);

	if (n == 0 || n >= len || text[n] != ':' ||
		iu_number(text + n + 1, len - n - 1, 10, &minor) == 0)
		return false;
	*ret_dev = makedev(major, minor);
	return true;
}

/* "36 35 98:0 /root /point rw,noatime master:1 - ext4 /dev/sda1 rw,errors=continue" */
int iu_mount_line(struct iu_arena *arena, const char *line, size_t len, struct iu_mount *ret_mount)
{
	const char *end = line + len, *at = line, *texts[6];
	struct iu_mount mount = {0};
	size_t lens[6];

	for (size_t i = 0; i < 6; i++) {
		texts[i] = at;
		lens[i] = field(&at, end);
		if (lens[i] == 0)
			return 0;
	}
	if (iu_number(texts[0], lens[0], 10, &mount.id) == 0 ||
		!read_device(texts[2], lens[2], &mount.dev))
		return 0;
	mount.root = iu_mounts_unescape(arena, texts[3], lens[3]);
	mount.point = iu_mounts_unescape(arena, texts[4], lens[4]);
	mount.readonly = lens[5] >= 2 && !memcmp(texts[5], "ro", 2) &&
			 (lens[5] == 2 || texts[5][2] == ',');
	for (;;) { /* any number of fields, up to a dash */
		const char *optional = at;
		size_t n = field(&at, end);

		if (n == 0)
			return 0;
		if (n == 1 && *optional == '-')
			break;
	}
	for (size_t i = 0; i < 3; i++) {
		texts[i] = at;
		lens[i] = field(&at, end);
	}
	mount.type = iu_mounts_unescape(arena, texts[0], lens[0]);
	mount.source = iu_mounts_unescape(arena, texts[1], lens[1]);
	mount.options = iu_mounts_unescape(arena, texts[2], lens[2]);
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_mount = mount;
	return 1;
}

static int on_line(void *context, const char *line, size_t len)
{
	struct iu_mounts *mounts = context;
	struct iu_mount mount, *slot;
	int ret = iu_mount_line(&mounts->arena, line, len, &mount);

	if (ret <= 0)
		return ret;
	slot = iu_list_add(&mounts->arena, &mounts->rows);
	*slot = mount;
	return 0;
}

int iu_mounts_load(int proc, const char *who, struct iu_mounts *ret_mounts)
{
	struct iu_text text = {0};
	char path[64];
	int ret;

	*ret_mounts = (struct iu_mounts){0};
	snprintf(path, sizeof(path), "%s/mountinfo", who);
	ret = iu_file_load(proc, path, TABLE_MAX, &text);
	if (ret == 0 && text.data)
		ret = iu_file_lines(text.data, text.len, on_line, ret_mounts);
	else if (ret < 0 && !text.failed)
		ret = IU_E_NOENT;
	if (text.failed)
		ret = IU_E_NOMEM;
	iu_text_free(&text);
	return ret;
}

void iu_mounts_free(struct iu_mounts *mounts)
{
	iu_arena_free(&mounts->arena);
	*mounts = (struct iu_mounts){0};
}

const char *iu_mounts_below(const char *path, const char *folder)
{
	size_t len = strlen(folder);

	while (len && folder[len - 1] == '/')
		len--;
	if (strncmp(path, folder, len) != 0 || (path[len] && path[len] != '/'))
		return NULL;
	path += len;
	return path + strspn(path, "/");
}

/* What was mounted last at a place covers what was there. */
const struct iu_mount *iu_mounts_at(const struct iu_mounts *mounts, const char *path)
{
	const struct iu_mount *best = NULL;

	for (size_t i = 0; i < mounts->rows.n; i++) {
		const struct iu_mount *mount = &mounts->rows.v[i];

		if (iu_mounts_below(path, mount->point) &&
			(!best || strlen(mount->point) >= strlen(best->point)))
			best = mount;
	}
	return best;
}

const struct iu_mount *iu_mounts_by_id(const struct iu_mounts *mounts, uint64_t id)
{
	for (size_t i = 0; i < mounts->rows.n; i++)
		if (mounts->rows.v[i].id == id)
			return &mounts->rows.v[i];
	return NULL;
}

bool iu_mounts_wait(const struct iu_mounts *mounts)
{
	for (size_t i = 0; i < mounts->rows.n; i++)
		if (iu_filesystem(mounts->rows.v[i].type)->waits &&
			!iu_mounts_below(mounts->rows.v[i].point, "/proc"))
			return true;
	return false;
}

/* The value of an option of an overlay: directories with colons between them. */
static int visit_option(const char *options, const char *name,
	int (*visit)(void *context, const char *layer, size_t len), void *context)
{
	const char *at = options;
	size_t key = strlen(name);
	int ret = 0;

	for (; *at; at += strcspn(at, ","), at += *at == ',') {
		size_t len = strcspn(at, ",");

		if (len <= key || strncmp(at, name, key) != 0)
			continue;
		for (size_t i = key; i < len && ret == 0; i++) {
			size_t n = strcspn(at + i, ":,");

			if (n && at[i] == '/')
				ret = visit(context, at + i, n);
			i += n;
		}
		if (ret)
			return ret;
	}
	return 0;
}

int iu_mount_layers(const struct iu_mount *mount,
	int (*visit)(void *context, const char *layer, size_t len), void *context)
{
	/* "lowerdir+=" one by one since Linux 6.7 */
	static const char *const names[] = {"upperdir=", "lowerdir=", "lowerdir+=", "datadir+="};
	int ret = 0;

	if (!iu_filesystem(mount->type)->shared)
		return 0;
	if (strcmp(mount->type, "overlay") != 0)
		return mount->source[0] == '/' && strncmp(mount->source, "/dev/", 5) != 0
			? visit(context, mount->source, strlen(mount->source))
			: 0;
	for (size_t i = 0; i < IU_COUNT(names) && ret == 0; i++)
		ret = visit_option(mount->options, names[i], visit, context);
	return ret;
}
