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
#include "knowledge/interpreters.h"
#include "os/linux/bpf/rows.h"
#include "os/linux/file.h"
#include "os/linux/process/cgroup.h"
#include "os/linux/process/cmdline.h"
#include "os/linux/process/container.h"
#include "os/linux/process/proc-stat.h"

#define CMDLINE_MAX    (IU_CMDLINE_ARGUMENTS * IU_CMDLINE_ARGUMENT)
#define PARENTS_MAX    32
#define FILE_ARGUMENTS 8 /* a script is among the first: `node --flag server.js` */
#define PATH_TEXT      4096
#define DELETED	       " (deleted)"

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
	process->uid_known = true;
	process->user = iu_scan_user(scan, process->uid);
}

static int read_command(struct iu_scan *scan, struct iu_process *process)
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
	const char *script = NULL;
	size_t n = 0;
	ssize_t len;

	if (!is_shell && !iu_interpreter(name))
		return;
	snprintf(path, sizeof(path), "%d/cmdline", (int)parent->pid);
	len = iu_file_read(scan->proc, path, text, sizeof(text));
	if (len <= 0)
		return;
	if (is_shell)
		parent->loops = iu_cmdline_loops(text, (size_t)len);
	else
		script = iu_cmdline_script(text, (size_t)len, &n);
	if (script)
		parent->script = iu_arena_strndup(&scan->snapshot->arena, script, n);
}

/*
 * Up to and including the session leader: the terminal's shell, the service's main process. Of one
 * that leads its session only who started it: some supervisors give each program a session.
 */
static int read_parents(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	int32_t pid = process->ppid;
	bool leads = process->sid == process->pid, reached = false;
	struct iu_proc_stat stat;

	while (!reached && pid > 1 && process->parents.n < PARENTS_MAX) {
		struct iu_parent *parent;

		if (iu_proc_stat_read(scan->proc, pid, &stat) < 0)
			return 0;
		parent = iu_list_add(arena, &process->parents);
		if (!parent)
			return IU_E_NOMEM;
		parent->pid = pid;
		parent->name = iu_arena_strdup(arena, stat.name);
		read_script(scan, parent, stat.name);
		reached = leads || pid == process->sid;
		pid = stat.ppid;
	}
	return arena->failed ? IU_E_NOMEM : 0;
}

static int add_file(struct iu_scan *scan, struct iu_process *process, const struct statx *status)
{
	struct iu_file_id *file;

	if (!S_ISREG(status->stx_mode))
		return 0;
	file = iu_list_add(&scan->snapshot->arena, &process->files);
	if (!file)
		return IU_E_NOMEM;
	file->dev = makedev(status->stx_dev_major, status->stx_dev_minor);
	file->ino = status->stx_ino;
	return 0;
}

/* Where arguments are looked up. Descriptors, -1: not there, -2: not opened yet. */
struct bases {
	int root, cwd;
};

static int open_base(struct iu_scan *scan, int32_t pid, const char *name, int *base)
{
	char path[64];

	if (*base == -2) {
		snprintf(path, sizeof(path), "%d/%s", (int)pid, name);
		*base = openat(scan->proc, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (*base < 0)
			*base = -1;
	}
	return *base;
}

/*
 * What an argument names, as the process itself would find it: below its own root (a container),
 * absolute links included. -1: nothing.
 */
static int open_argument(
	struct iu_scan *scan, int32_t pid, const char *argument, struct bases *bases)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC};
	bool absolute = argument[0] == '/';
	int base, fd;

	if (absolute)
		how.resolve = RESOLVE_IN_ROOT;
	base = absolute ? open_base(scan, pid, "root", &bases->root)
			: open_base(scan, pid, "cwd", &bases->cwd);
	if (base < 0)
		return -1;
	fd = scan->plain ? -1 : (int)syscall(SYS_openat2, base, argument, &how, sizeof(how));
	if (scan->plain || (fd < 0 && errno == ENOSYS)) /* before 5.6 */
		fd = openat(base, absolute ? argument + 1 : argument, O_PATH | O_CLOEXEC);
	return fd;
}

static int read_files(struct iu_scan *scan, struct iu_process *process)
{
	const int flags = AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC; /* never wait for a file server */
	struct bases bases = {-2, -2};
	struct statx status;
	char path[64];
	int ret = 0;

	snprintf(path, sizeof(path), "%d/exe", (int)process->pid);
	if (iu_file_status(scan->proc, path, flags, STATX_TYPE | STATX_INO, &status) == 0)
		ret = add_file(scan, process, &status);
	for (size_t i = 1; i < process->command.n && i <= FILE_ARGUMENTS && ret == 0; i++) {
		const char *argument = process->command.v[i];
		int fd;

		if (argument[0] == '-' || argument[0] == '\0' || strlen(argument) >= IU_CMDLINE_ARGUMENT)
			continue;
		fd = open_argument(scan, process->pid, argument, &bases);
		if (fd < 0)
			continue;
		if (iu_file_status(fd, "", flags | AT_EMPTY_PATH, STATX_TYPE | STATX_INO, &status) == 0)
			ret = add_file(scan, process, &status);
		close(fd);
	}
	if (bases.root >= 0)
		close(bases.root);
	if (bases.cwd >= 0)
		close(bases.cwd);
	return ret;
}

static int read_more(struct iu_scan *scan, struct iu_process *process)
{
	int ret;

	read_exe(scan, process);
	process->cwd = read_link(scan, process->pid, "cwd");
	ret = read_command(scan, process);
	if (ret == 0)
		ret = iu_container_name(scan, process);
	if (ret == 0)
		ret = read_parents(scan, process);
	return ret == 0 ? read_files(scan, process) : ret;
}

int iu_process_read(struct iu_scan *scan, int32_t pid)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_process process = {.pid = pid}, *slot;
	struct iu_proc_stat stat, again;
	int ret;

	if (iu_snapshot_process(snapshot, pid))
		return 0;
	if (iu_proc_stat_read(scan->proc, pid, &stat) < 0)
		return IU_E_GONE;
	process.name = iu_arena_strdup(&snapshot->arena, stat.name);
	process.state = iu_proc_stat_state(stat.state);
	process.ppid = stat.ppid;
	process.pgid = stat.pgid;
	process.sid = stat.sid;
	process.tty = stat.tty;
	process.start_ticks = stat.start_ticks;
	process.started = start_time(scan, stat.start_ticks);
	read_uid(scan, &process);
	ret = iu_cgroup_of_process(scan, &process);
	if (ret == 0 && !is_brief(scan))
		ret = read_more(scan, &process);
	if (ret < 0)
		return ret;
	/* A pid that was given to another process meanwhile: the facts are mixed. */
	if (iu_proc_stat_read(scan->proc, pid, &again) < 0 || again.start_ticks != stat.start_ticks)
		return IU_E_GONE;
	slot = iu_list_add(&snapshot->arena, &snapshot->processes);
	if (!slot || snapshot->arena.failed)
		return IU_E_NOMEM;
	*slot = process;
	return 0;
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

int iu_process_listed(struct iu_scan *scan, const struct iu_bpf_process *told)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct iu_process process = {.pid = told->pid, .ppid = -1, .pgid = -1, .sid = -1}, *slot;
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
	if (ret < 0)
		return ret;
	slot = iu_list_add(&snapshot->arena, &snapshot->processes);
	if (!slot || snapshot->arena.failed)
		return IU_E_NOMEM;
	*slot = process;
	return 0;
}
