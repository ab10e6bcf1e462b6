/* os/linux/scan.c - one scan of this machine: opened, closed, and what all collectors ask it */
#include "os/linux/scan.h"

#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#include "base/table.h"
#include "os/linux/file.h"

#define INITIAL_PID_NS 0xEFFFFFFCu /* PROC_PID_INIT_INO: the same on every kernel */
#define OVERFLOW_UID 65534
#define PASSWD_MAX (4u << 20)

struct iu_user_row {
	uint32_t uid;
	const char *name;
	UT_hash_handle hh;
};

struct user_reader {
	uint32_t uid;
	const char *name; /* NULL: not found */
	size_t len;
};

/* "name:password:uid:…" */
static int user_line(void *context, const char *line, size_t len)
{
	struct user_reader *reader = context;
	const char *end = line + len, *password = memchr(line, ':', len), *number;
	uint64_t uid = 0;

	number = password ? memchr(password + 1, ':', (size_t)(end - password - 1)) : NULL;
	if (!number || password == line || *line == '#' || *line == '+' || *line == '-' ||
		iu_number(number + 1, (size_t)(end - number - 1), 10, &uid) == 0 ||
		uid != reader->uid)
		return 0;
	reader->name = line;
	reader->len = (size_t)(password - line);
	return 1;
}

/*
 * The file first: the C library asks a name service through a UNIX socket, and closing one makes
 * the kernel collect messages that nobody can reach. To look must not change what is there.
 */
static const char *user_in_file(struct iu_scan *scan, uint32_t uid)
{
	struct user_reader reader = {.uid = uid};
	struct iu_scan_cache *cache = scan->cache;
	struct iu_text text = {0};

	if (!cache->passwd_read) {
		iu_file_load(AT_FDCWD, "/etc/passwd", PASSWD_MAX, &text);
		cache->passwd = text.data && !text.failed
			? iu_arena_strndup(&scan->snapshot->arena, text.data, text.len) : NULL;
		cache->passwd_len = text.len;
		cache->passwd_read = true;
		iu_text_free(&text);
	}
	if (cache->passwd)
		iu_file_lines(cache->passwd, cache->passwd_len, user_line, &reader);
	return reader.name ? iu_arena_strndup(&scan->snapshot->arena, reader.name, reader.len)
			   : NULL;
}

/* There was no memory or no descriptor to read a file. */
static bool is_short(int error)
{
	return error == -ENOMEM || error == -EMFILE || error == -ENFILE;
}

struct services {
	bool systemd, other;
};

static int service_line(void *context, const char *line, size_t len)
{
	static const char head[] = "passwd:", blank[] = " \t";
	struct services *services = context;
	const char *at = line + sizeof(head) - 1, *end = line + len;

	if (len < sizeof(head) || memcmp(line, head, sizeof(head) - 1) != 0)
		return 0;
	*services = (struct services){false, false};
	while (at < end && *at != '#') {
		size_t n = 0;

		while (at + n < end && !memchr(blank, at[n], 2))
			n++;
		if (n == 7 && !memcmp(at, "systemd", n))
			services->systemd = true;
		else if (n && !(n == 5 && !memcmp(at, "files", n)))
			services->other = true;
		at += n + 1;
	}
	return 1;
}

/* Whether anything lies in a folder, or may: where it cannot be read. */
static bool has_entries(const char *folder)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	bool any = false;

	if (!directory)
		return errno != ENOENT;
	while (!any && (entry = readdir(directory)))
		any = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	closedir(directory);
	return any;
}

/*
 * Whether somebody else than the file may know names. To ask for a uid that nobody knows takes a
 * hundred system calls, and a list has many: nss-systemd is not asked where it has nothing to look into.
 */
static bool has_services(struct iu_scan *scan)
{
	static const char *const folders[] = {"/run/systemd/userdb", "/etc/userdb", "/run/userdb",
		"/run/host/userdb", "/usr/local/lib/userdb", "/usr/lib/userdb", "/lib/userdb"};
	struct services services = {.other = true};
	struct iu_text text = {0};
	bool other;
	int ret;

	if (scan->cache->services != IU_UNKNOWN)
		return scan->cache->services == IU_YES;
	ret = iu_file_load(AT_FDCWD, "/etc/nsswitch.conf", 1 << 16, &text);
	if (ret == 0 && text.data)
		iu_file_lines(text.data, text.len, service_line, &services);
	iu_text_free(&text);
	if (is_short(ret)) /* name services need what there is none of, and do not all live without it */
		return false;
	other = services.other;
	for (size_t i = 0; i < IU_COUNT(folders) && services.systemd && !other; i++)
		other = has_entries(folders[i]);
	scan->cache->services = iu_tri(other);
	return other;
}

/*
 * In a user namespace all that it does not map shows as one number, that of nobody: then it is nobody's
 * name, and no user's process. Where everything is mapped, the number is what it says.
 */
bool iu_scan_is_unmapped(struct iu_scan *scan, uint32_t uid)
{
	uint64_t overflow = OVERFLOW_UID, inside = 1, outside = 1, count = 0;
	unsigned long long numbers[3];
	char text[256];
	ssize_t len;

	if (scan->uid_map == IU_UNKNOWN) {
		scan->uid_map = IU_YES;
		len = scan->proc < 0 ? -1 : iu_file_read(scan->proc, "self/uid_map", text, sizeof(text));
		if (len == 0) { /* nobody has a number yet, and we are no exception */
			scan->uid_map = IU_NO;
			scan->no_uids = true;
		}
		if (len > 0 && sscanf(text, "%llu %llu %llu", &numbers[0], &numbers[1], &numbers[2]) == 3) {
			inside = numbers[0];
			outside = numbers[1];
			count = numbers[2];
			scan->uid_map = iu_tri(!inside && !outside && count >= UINT32_MAX);
		}
	}
	if (scan->uid_map == IU_YES)
		return false;
	len = iu_file_read(scan->proc, "sys/kernel/overflowuid", text, sizeof(text));
	if (len > 0)
		iu_number(text, (size_t)len, 10, &overflow);
	return uid == overflow && (scan->no_uids || uid != geteuid());
}

/* Nobody can say how long a name service takes (LDAP), or end its look. */
static bool is_timed(const struct iu_scan *scan)
{
	return scan->needs && scan->needs->budget && scan->needs->budget->most_ms;
}

const char *iu_scan_user(struct iu_scan *scan, uint32_t uid)
{
	struct iu_user_row *row;
	struct passwd entry, *found = NULL;
	const char *name;
	char text[4096];

	HASH_FIND(hh, scan->users, &uid, sizeof(uid), row);
	if (row)
		return row->name;
	row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->uid = uid;
	row->name = iu_scan_is_unmapped(scan, uid) ? NULL : user_in_file(scan, uid);
	if (!row->name && !iu_scan_is_unmapped(scan, uid) && !scan->plain && !is_timed(scan) &&
		has_services(scan) &&
		getpwuid_r(uid, &entry, text, sizeof(text), &found) == 0 && found)
		row->name = iu_arena_strdup(&scan->snapshot->arena, found->pw_name);
	name = row->name;
	HASH_ADD(hh, scan->users, uid, sizeof(row->uid), row);
	if (!iu_added(row))
		free(row);
	return name;
}

static int open_proc(int *ret_error)
{
	struct statfs status;
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*ret_error = fd < 0 ? errno : 0;
	if (fd >= 0 && (fstatfs(fd, &status) < 0 || status.f_type != PROC_SUPER_MAGIC)) {
		close(fd);
		return -1;
	}
	return fd;
}

const char *iu_scan_no_proc(const struct iu_scan *scan, const char **ret_fix)
{
	*ret_fix = NULL;
	switch (scan->proc_error) {
	case EMFILE:
	case ENFILE:
		*ret_fix = IU_SCAN_TOO_MANY_FIX;
		return IU_SCAN_TOO_MANY;
	case ENOMEM: return "out of memory";
	case EACCES:
	case EPERM: return "this process may not enter /proc";
	}
	*ret_fix = "mount /proc";
	return "/proc is not mounted";
}

/* /proc may count the processes of another PID namespace than our own: ask it, not getpid(). */
static int32_t own_pid(int proc)
{
	char text[32];
	uint64_t pid = 0;
	ssize_t len = proc < 0 ? -1 : iu_file_link(proc, "self", text, sizeof(text));

	if (len <= 0 || iu_number(text, (size_t)len, 10, &pid) == 0)
		return (int32_t)getpid();
	return (int32_t)pid;
}

void iu_scan_open(
	struct iu_scan *scan, const struct iu_needs *needs, struct iu_snapshot *snapshot)
{
	int error;

	*scan = (struct iu_scan){
		.needs = needs,
		.snapshot = snapshot,
		.proc = open_proc(&error),
		.cgroup_root = -2,
		.plain = !needs || needs->plain}; /* NULL: about our own process */
	scan->proc_error = error;
	scan->self = own_pid(scan->proc);
	if (!snapshot->scan_cache)
		snapshot->scan_cache = iu_arena_alloc(&snapshot->arena, sizeof(*scan->cache));
	scan->cache = snapshot->scan_cache ? snapshot->scan_cache : &scan->own;
}

void iu_scan_close(struct iu_scan *scan)
{
	struct iu_user_row *row, *next;

	HASH_ITER(hh, scan->users, row, next)
	{
		HASH_DEL(scan->users, row);
		free(row);
	}
	while (scan->closers)
		scan->close[--scan->closers](scan);
	if (scan->proc >= 0)
		close(scan->proc);
}

void iu_scan_on_close(struct iu_scan *scan, iu_scan_closer *close)
{
	for (size_t i = 0; i < scan->closers; i++)
		if (scan->close[i] == close)
			return;
	assert(scan->closers < IU_COUNT(scan->close));
	scan->close[scan->closers++] = close;
}

bool iu_scan_initial_pids(const struct iu_scan *scan)
{
	struct stat status;

	return scan->self == (int32_t)getpid() &&
	       fstatat(scan->proc, "self/ns/pid", &status, 0) == 0 &&
	       status.st_ino == INITIAL_PID_NS;
}

bool iu_scan_open_files(const struct iu_scan *scan, uint64_t least)
{
	char text[64];
	uint64_t files = 0;
	ssize_t len = iu_file_read(scan->proc, "sys/fs/file-nr", text, sizeof(text));

	return len > 0 && iu_number(text, (size_t)len, 10, &files) > 0 && files >= least;
}

/* That of iu_os_now_ms(), which lies in a room above. */
static int64_t now_ms(void)
{
	struct timespec now = {0};

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

bool iu_scan_over(const struct iu_scan *scan)
{
	struct iu_budget *budget = scan->needs ? scan->needs->budget : NULL;

	if (!budget)
		return false;
	if (!budget->cut && budget->stopped && budget->stopped(budget->context))
		budget->cut = "whoever asked has ended the look";
	if (!budget->cut && now_ms() >= budget->deadline_ms)
		budget->cut = "the time for the look was up (timeout_ms)";
	return budget->cut != NULL;
}

void iu_scan_cut(struct iu_scan *scan, uint32_t fact, const char *what)
{
	iu_scan_seen(scan, fact, false);
	iu_snapshot_gap(scan->snapshot, (enum iu_fact)fact, 0, what, scan->needs->budget->cut,
		"give it more time");
}
