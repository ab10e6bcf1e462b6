/* os/linux/process/process.c - what /proc says about one process */
#include "os/linux/process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/err.h"
#include "knowledge/filesystems.h"
#include "knowledge/interpreters.h"
#include "knowledge/supervisors.h"
#include "os/linux/bpf/rows.h"
#include "os/linux/file.h"
#include "os/linux/host/mounts.h"
#include "os/linux/patient.h"
#include "os/linux/process/cgroup.h"
#include "os/linux/process/branch.h"
#include "os/linux/process/cmdline.h"
#include "os/linux/process/container.h"
#include "os/linux/process/origin.h"
#include "os/linux/process/proc-stat.h"

#define CMDLINE_MAX    (IU_CMDLINE_ARGUMENTS * IU_CMDLINE_ARGUMENT)
#define PARENTS_MAX    32
#define FILE_ARGUMENTS 8 /* a script is among the first: `node --flag server.js` */
#define FILES_MS       300 /* servers that answer at all are faster; a whole look takes no second */
#define PATH_TEXT      4096
#define DELETED	       " (deleted)"
#define ROWS_MANY      1000 /* of more processes no row shows the command line: 20 us each */

static bool is_brief(const struct iu_scan *scan)
{
	return scan->needs && scan->needs->brief;
}

static void read_uid(struct iu_scan *scan, struct iu_process *process)
{
	struct stat status;
	char path[64], text[4096];
	ssize_t len;

	/* the directory belongs to the effective user, always (task_dump_owner()): 1 us, not 10 */
	snprintf(path, sizeof(path), "%d", (int)process->pid);
	if (is_brief(scan) && fstatat(scan->proc, path, &status, 0) == 0) {
		process->uid = status.st_uid;
	} else {
		snprintf(path, sizeof(path), "%d/status", (int)process->pid);
		len = iu_file_read(scan->proc, path, text, sizeof(text));
		if (len <= 0 || iu_proc_status_uid(text, (size_t)len, &process->uid) < 0)
			return;
	}
	process->uid_known = !iu_scan_is_unmapped(scan, process->uid);
	process->user = iu_scan_user(scan, process->uid);
}

int iu_process_command(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_text text = {0};
	char path[64];
	int ret;

	snprintf(path, sizeof(path), "%d/cmdline", (int)process->pid);
	ret = iu_file_load(scan->proc, path, CMDLINE_MAX, &text);
	/* Who writes a title over its arguments (sshd, postgres) leaves NULs behind it. */
	while (text.len > 1 && !text.data[text.len - 1] && !text.data[text.len - 2])
		text.len--;
	if (ret == 0 && text.data)
		ret = iu_cmdline_parse(&scan->snapshot->arena, text.data, text.len, process);
	iu_text_free(&text);
	return ret == IU_E_NOMEM || ret == -ENOMEM ? IU_E_NOMEM : 0;
}

static const char *read_link(struct iu_scan *scan, int32_t pid, const char *what)
{
	char path[64], text[PATH_TEXT];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/%s", (int)pid, what);
	len = iu_file_link(scan->proc, path, text, sizeof(text));
	return len <= 0 ? NULL : iu_arena_strndup(&scan->snapshot->arena, text, (size_t)len);
}

static void read_exe(struct iu_scan *scan, struct iu_process *process)
{
	char *exe = (char *)read_link(scan, process->pid, "exe");
	size_t len = exe ? strlen(exe) : 0, tail = sizeof(DELETED) - 1;

	process->exe = exe;
	if (len > tail && strcmp(exe + len - tail, DELETED) == 0) {
		process->exe_deleted = true;
		exe[len - tail] = '\0';
	}
}

static int64_t nanoseconds(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * When the system started; a process counts its clock ticks from there. /proc/stat has the same, after
 * lines for all processors. Two clocks are never read at once: the try with the least between them counts.
 */
static uint64_t boot_time(struct iu_scan *scan)
{
	int64_t before, real, after, least = INT64_MAX, boot = 0;

	for (int i = 0; i < 3 && scan->boot == 0; i++) {
		before = nanoseconds(CLOCK_BOOTTIME);
		real = nanoseconds(CLOCK_REALTIME);
		after = nanoseconds(CLOCK_BOOTTIME);
		if (after - before < least) {
			least = after - before;
			boot = real - before;
		}
	}
	if (boot > 0)
		scan->boot = (uint64_t)boot / 1000000000;
	return scan->boot;
}

static int64_t start_time(struct iu_scan *scan, uint64_t ticks)
{
	long per_second = sysconf(_SC_CLK_TCK);
	uint64_t boot = boot_time(scan);

	return boot == 0 || per_second <= 0 ? -1 : (int64_t)(boot + ticks / (uint64_t)per_second);
}

/* What a parent runs, where its name does not say it. */
static void read_script(struct iu_scan *scan, struct iu_parent *parent, const char *name)
{
	bool is_shell = iu_interpreter_is_shell(name);
	char path[64], text[IU_CMDLINE_ARGUMENT];
	const char *script;
	size_t n = 0;
	ssize_t len;

	if (!is_shell && !iu_interpreter(name) && !iu_supervisor_has_mode(name))
		return;
	snprintf(path, sizeof(path), "%d/cmdline", (int)parent->pid);
	len = iu_file_read(scan->proc, path, text, sizeof(text));
	if (len <= 0)
		return;
	if (is_shell) {
		parent->loops = iu_cmdline_loops(text, (size_t)len);
		return;
	}
	script = iu_interpreter(name) ? iu_cmdline_script(text, (size_t)len, &n) : NULL;
	if (script)
		parent->script = iu_arena_strndup(&scan->snapshot->arena, script, n);
	parent->mode = iu_cmdline_mode(text, (size_t)len, parent);
}

/*
 * Up to and including the session leader: the terminal's shell, the service's main process. Of one
 * that leads its session only who started it: some supervisors give each program a session. All of
 * them where it matters who would start it again.
 */
static int read_parents(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	int32_t pid = process->ppid;
	bool leads = process->sid == process->pid, reached = false;
	/* without a terminal nobody types anywhere above: a supervisor may be further up */
	bool all = scan->needs && scan->needs->starters && !process->tty;
	struct iu_proc_stat stat;

	while (!reached && pid > 1 && process->parents.n < PARENTS_MAX) {
		struct iu_parent *parent;

		if (iu_proc_stat_read(scan->proc, pid, &stat) < 0)
			return 0;
		parent = iu_list_add(arena, &process->parents);
		parent->pid = pid;
		parent->name = iu_arena_strdup(arena, stat.name);
		read_script(scan, parent, stat.name);
		reached = !all && (leads || pid == process->sid);
		pid = stat.ppid;
	}
	return arena->failed ? IU_E_NOMEM : 0;
}

/* How the files of a process may be looked at without waiting for a server that is gone. */
struct look_up {
	const struct iu_process *process;
	int proc;
	bool plain;    /* see scan->plain */
	bool careful;  /* it sees a file system that somebody else answers for */
	bool root_near, cwd_near; /* its root or directory is on none of these */
};

/* Plain data, for it may come from another process. */
struct looked_up {
	struct iu_file_id files[FILE_ARGUMENTS + 1];
	size_t n;
	char branch[IU_BRANCH_BYTES];
	bool missed; /* something was left out rather than waited for */
};

/* Where arguments are looked up. Descriptors, -1: not there, -2: not opened yet. */
struct bases {
	int root, cwd;
};

static int open_base(const struct look_up *l, const char *name, int *base)
{
	char path[64];

	if (*base == -2) {
		snprintf(path, sizeof(path), "%d/%s", (int)l->process->pid, name);
		*base = openat(l->proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (*base < 0)
			*base = -1;
	}
	return *base;
}

/*
 * What the kernel has in its cache costs no question (since 5.12). Else only what lies on the very file
 * system of @base, where that one is near.
 */
static int open_careful(int base, const char *argument, uint64_t resolve, bool near,
	bool *ret_missed)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = resolve | RESOLVE_CACHED};
	int fd = (int)syscall(SYS_openat2, base, argument, &how, sizeof(how));

	if (fd >= 0 || (errno != EAGAIN && errno != EINVAL && errno != ENOSYS))
		return fd;
	how.resolve = resolve | RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS;
	if (near)
		fd = (int)syscall(SYS_openat2, base, argument, &how, sizeof(how));
	*ret_missed |= !near || (fd < 0 && (errno == EXDEV || errno == ELOOP || errno == ENOSYS));
	return fd;
}

/*
 * What an argument names, as the process itself would find it: below its own root (a container),
 * absolute links included. -1: nothing.
 */
static int open_argument(const struct look_up *l, const char *argument, struct bases *bases,
	bool *ret_missed)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC};
	bool absolute = argument[0] == '/';
	int base, fd;

	if (absolute)
		how.resolve = RESOLVE_IN_ROOT;
	base = absolute ? open_base(l, "root", &bases->root) : open_base(l, "cwd", &bases->cwd);
	if (base < 0)
		return -1;
	if (l->careful && l->plain) { /* there is no asking without waiting */
		*ret_missed = true;
		return -1;
	}
	if (l->careful)
		return open_careful(base, argument, how.resolve,
			absolute ? l->root_near : l->cwd_near, ret_missed);
	fd = l->plain ? -1 : (int)syscall(SYS_openat2, base, argument, &how, sizeof(how));
	if (l->plain || (fd < 0 && errno == ENOSYS)) /* before 5.6 */
		fd = openat(base, absolute ? argument + 1 : argument, O_PATH | O_CLOEXEC);
	return fd;
}

static void take_file(struct looked_up *found, int dir, const char *path, int more)
{
	const int flags = AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC; /* never wait for a file server */
	struct statx status;

	if (iu_file_status(dir, path, flags | more, STATX_TYPE | STATX_INO, &status) < 0 ||
		!S_ISREG(status.stx_mode))
		return;
	found->files[found->n++] = (struct iu_file_id){
		.dev = makedev(status.stx_dev_major, status.stx_dev_minor), .ino = status.stx_ino};
}

static void look_up(const void *context, void *result)
{
	const struct look_up *l = context;
	const struct iu_process *process = l->process;
	struct looked_up found = {0};
	struct bases bases = {-2, -2};
	char path[64];

	snprintf(path, sizeof(path), "%d/exe", (int)process->pid);
	take_file(&found, l->proc, path, 0);
	for (size_t i = 1; i < process->command.n && i <= FILE_ARGUMENTS; i++) {
		const char *argument = process->command.v[i];
		int fd;

		if (argument[0] == '-' || argument[0] == '\0' || strlen(argument) >= IU_CMDLINE_ARGUMENT)
			continue;
		fd = open_argument(l, argument, &bases, &found.missed);
		if (fd < 0)
			continue;
		take_file(&found, fd, "", AT_EMPTY_PATH);
		close(fd);
	}
	if (!l->plain && (!l->careful || l->cwd_near) && open_base(l, "cwd", &bases.cwd) >= 0)
		iu_branch_read(bases.cwd, found.branch);
	if (bases.root >= 0)
		close(bases.root);
	if (bases.cwd >= 0)
		close(bases.cwd);
	*(struct looked_up *)result = found;
}

/* Of a place: nobody else answers for it; and not even what is open there is asked for anew. */
static bool is_near(const struct iu_mounts *mounts, const char *path, bool *ret_asks_again)
{
	const struct iu_mount *mount = path ? iu_mounts_at(mounts, path) : NULL;

	if (!mount) {
		*ret_asks_again = true; /* outside of what it sees: anything */
		return false;
	}
	*ret_asks_again |= iu_filesystem(mount->type)->asks_again;
	return !iu_filesystem(mount->type)->waits;
}

/* The paths that /proc tells begin at our root, those of its mounts at its own. */
static const char *in_its_root(const char *path, const char *root)
{
	const char *below = path && root ? iu_mounts_below(path, root) : NULL;

	return !below ? path : below > path ? below - 1 : "/";
}

static int run_look_up(struct iu_scan *scan, struct look_up *l, struct looked_up *found)
{
	const struct iu_process *process = l->process;
	struct iu_mounts mounts = {0};
	bool asks_again = false;
	const char *root;
	char who[16];
	int ret;

	snprintf(who, sizeof(who), "%d", (int)process->pid);
	ret = iu_mounts_load(scan->proc, who, &mounts);
	l->careful = ret == 0 && iu_mounts_wait(&mounts);
	if (l->careful) {
		root = read_link(scan, process->pid, "root");
		l->root_near = is_near(&mounts, "/", &asks_again);
		l->cwd_near = is_near(&mounts, in_its_root(process->cwd, root), &asks_again);
		is_near(&mounts, in_its_root(process->exe, root), &asks_again);
	}
	iu_mounts_free(&mounts);
	if (ret == IU_E_NOMEM)
		return ret;
	if (!asks_again) {
		look_up(l, found);
		return 0;
	}
	*found = (struct looked_up){.missed = true};
	if (!scan->cache->impatient && !scan->plain &&
		iu_patient_call(FILES_MS, look_up, l, scan->proc, found, sizeof(*found)) < 0) {
		scan->cache->impatient = true;
		*found = (struct looked_up){.missed = true};
	}
	return 0;
}

static int read_files(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	struct look_up l = {.process = process, .proc = scan->proc, .plain = scan->plain};
	struct looked_up found = {0};
	int ret = run_look_up(scan, &l, &found);

	for (size_t i = 0; i < found.n && ret == 0; i++) {
		struct iu_file_id *file = iu_list_add(arena, &process->files);

		*file = found.files[i];
	}
	if (ret == 0 && found.branch[0])
		process->branch = iu_arena_strdup(arena, found.branch);
	if (ret < 0 || !found.missed)
		return ret;
	iu_snapshot_gap(scan->snapshot, IU_FACT_FILES, process->pid,
		iu_arena_printf(arena, "which files pid %d was started with", (int)process->pid),
		"they may lie on a file system whose server might not answer", NULL);
	return 0;
}

/* What a row of a table shows on top of what stands in the process's stat. */
static int read_row(struct iu_scan *scan, struct iu_process *process)
{
	process->cwd = read_link(scan, process->pid, "cwd");
	return iu_process_command(scan, process);
}

static int read_more(struct iu_scan *scan, struct iu_process *process)
{
	int ret;

	read_exe(scan, process);
	ret = read_row(scan, process);
	if (ret == 0)
		ret = iu_container_name(scan, process);
	if (ret == 0)
		ret = read_parents(scan, process);
	if (ret == 0)
		ret = iu_process_origin(scan, process);
	return ret == 0 ? read_files(scan, process) : ret;
}

int iu_process_read(struct iu_scan *scan, int32_t pid)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_process process = {.pid = pid};
	struct iu_proc_stat stat, again;
	int ret;

	if (iu_snapshot_process(snapshot, pid))
		return 0;
	ret = iu_proc_stat_read(scan->proc, pid, &stat);
	if (ret < 0)
		return ret == IU_E_LIMIT || ret == IU_E_NOMEM ? ret : IU_E_GONE;
	process.name = iu_arena_strdup(&snapshot->arena, stat.name);
	process.state = iu_proc_stat_state(stat.state);
	process.ppid = stat.ppid;
	process.pgid = stat.pgid;
	process.sid = stat.sid;
	process.tty = stat.tty;
	process.copied = iu_tri(stat.flags & IU_STAT_NEVER_EXEC);
	process.start_ticks = stat.start_ticks;
	process.started = start_time(scan, stat.start_ticks);
	read_uid(scan, &process);
	ret = iu_cgroup_of_process(scan, &process);
	if (ret == 0 && !is_brief(scan))
		ret = read_more(scan, &process);
	else if (ret == 0 && !scan->needs->names)
		ret = read_row(scan, &process);
	if (ret < 0)
		return ret;
	ret = iu_proc_stat_read(scan->proc, pid, &again);
	if (ret == IU_E_LIMIT || ret == IU_E_NOMEM)
		return ret;
	/* A pid that was given to another process meanwhile: the facts are mixed. */
	if (ret < 0 || again.start_ticks != stat.start_ticks)
		return IU_E_GONE;
	*iu_list_add(&snapshot->arena, &snapshot->processes) = process;
	return snapshot->arena.failed ? IU_E_NOMEM : 0;
}

/* As /proc/PID/stat has it: two bytes of a name are written as escapes there. */
static const char *listed_name(struct iu_arena *arena, const char *name, size_t size)
{
	struct iu_text text = {0};
	const char *copy;

	for (size_t i = 0; i < size && name[i]; i++) {
		if (name[i] == '\n' || name[i] == '\\')
			iu_text_add(&text, name[i] == '\n' ? "\\n" : "\\\\");
		else
			iu_text_addn(&text, name + i, 1);
	}
	copy = text.failed ? NULL : iu_arena_strndup(arena, text.data ? text.data : "", text.len);
	iu_text_free(&text);
	return copy;
}

/* The kernel's memory has told the rest: the pid may be another process's by now. */
static int read_listed_row(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_proc_stat again;
	int ret = read_row(scan, process);

	if (iu_proc_stat_read(scan->proc, process->pid, &again) >= 0 &&
		again.start_ticks == process->start_ticks)
		return ret;
	process->cwd = NULL;
	process->command.n = 0;
	return ret;
}

int iu_process_listed(struct iu_scan *scan, const struct iu_bpf_process *told)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_process process = {.pid = told->pid, .ppid = -1, .pgid = -1, .sid = -1};
	const struct iu_process *known = NULL;
	uint64_t ticks = told->started / (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));
	int ret;

	if (!is_brief(scan)) {
		ret = iu_process_read(scan, told->pid);
		if (ret == 0)
			known = iu_snapshot_process(snapshot, told->pid);
		return ret < 0 ? ret
				  : known && known->start_ticks == ticks ? 0 : IU_E_GONE;
	}
	process.name = listed_name(&snapshot->arena, told->name, sizeof(told->name));
	process.start_ticks = ticks;
	process.started = start_time(scan, ticks);
	process.uid = told->uid;
	process.uid_known = true;
	process.user = iu_scan_user(scan, process.uid);
	ret = iu_cgroup_listed(scan, told->groups, &process);
	if (ret == 0 && snapshot->processes.n < ROWS_MANY)
		ret = read_listed_row(scan, &process);
	if (ret < 0)
		return ret;
	*iu_list_add(&snapshot->arena, &snapshot->processes) = process;
	return snapshot->arena.failed ? IU_E_NOMEM : 0;
}
