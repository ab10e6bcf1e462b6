/* os/linux/process/starters.c - what shows that somebody above a holder would start it again */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "knowledge/interpreters.h"
#include "os/linux/file.h"
#include "os/linux/host/mounts.h"
#include "os/linux/process/cmdline.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/proc-syscall.h"
#include "os/linux/scan.h"
#include "os/linux/system-calls.h"

#define THREADS_MAX 64
#define FILES_MAX   512
#define CHILDREN    8192 /* bytes of their numbers */
#define SCRIPT_MAX  65536
#define LEVELS_MAX  16

/* ---- whether it waits for its children ---- */

struct caught_reader {
	uint64_t signals;
	bool found;
};

static int caught_line(void *context, const char *line, size_t len)
{
	struct caught_reader *reader = context;

	if (len < 8 || memcmp(line, "SigCgt:\t", 8) != 0)
		return 0;
	reader->found = iu_number(line + 8, len - 8, 16, &reader->signals) > 0;
	return 1;
}

/* It wants to be told of their ends. */
static enum iu_tri catches(struct iu_scan *scan, int32_t pid)
{
	struct caught_reader reader = {0};
	char path[64], text[4096];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/status", (int)pid);
	len = iu_file_read(scan->proc, path, text, sizeof(text));
	if (len > 0)
		iu_file_lines(text, (size_t)len, caught_line, &reader);
	return reader.found ? iu_tri(reader.signals >> (SIGCHLD - 1) & 1) : IU_UNKNOWN;
}

/* Calls @each for the entries of a folder of /proc/PID that are numbers, up to the first that is not IU_NO. */
static enum iu_tri any_entry(struct iu_scan *scan, int32_t pid, const char *folder, size_t max,
	enum iu_tri (*each)(struct iu_scan *scan, int dir, const char *name, int32_t child), int32_t child)
{
	struct iu_entries entries = {.fd = -1};
	enum iu_tri found = IU_NO;
	const char *name;
	char path[64];
	int error = 0;

	snprintf(path, sizeof(path), "%d/%s", (int)pid, folder);
	entries.fd = openat(scan->proc, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (entries.fd < 0)
		return IU_UNKNOWN;
	for (size_t n = 0; found != IU_YES && (name = iu_entries_next(&entries, &error)) != NULL;) {
		enum iu_tri one;

		if (name[0] == '.')
			continue;
		one = n++ < max ? each(scan, entries.fd, name, child) : IU_UNKNOWN;
		if (one != IU_NO)
			found = one;
		if (n > max)
			break;
	}
	close(entries.fd);
	return error && found == IU_NO ? IU_UNKNOWN : found;
}

static enum iu_tri thread_waits(struct iu_scan *scan, int dir, const char *name, int32_t child)
{
	struct iu_proc_syscall call;
	char path[64], text[256];
	ssize_t len;

	(void)scan;
	(void)child;
	snprintf(path, sizeof(path), "%.20s/syscall", name);
	len = iu_file_read(dir, path, text, sizeof(text));
	if (len == -ENOENT || len == -ESRCH)
		return IU_NO;
	if (len <= 0 || iu_proc_syscall_parse(text, (size_t)len, &call) < 0)
		return IU_UNKNOWN;
	return iu_tri(call.asleep && (call.number == IU_SYS_wait4 || call.number == IU_SYS_waitid ||
					     call.number == IU_SYS_waitpid));
}

struct pid_reader {
	uint64_t pid;
};

static int pid_line(void *context, const char *line, size_t len)
{
	struct pid_reader *reader = context;

	if (len < 6 || memcmp(line, "Pid:\t", 5) != 0)
		return 0;
	iu_number(line + 5, len - 5, 10, &reader->pid);
	return 1;
}

/* A descriptor that tells of the end of @child. */
static enum iu_tri is_handle(struct iu_scan *scan, int dir, const char *name, int32_t child)
{
	struct pid_reader reader = {0};
	char path[64], text[512];
	ssize_t len = iu_file_link(dir, name, text, sizeof(text));

	(void)scan;
	if (len <= 0 || !strstr(text, "pidfd"))
		return IU_NO;
	snprintf(path, sizeof(path), "../fdinfo/%.20s", name);
	len = iu_file_read(dir, path, text, sizeof(text));
	if (len > 0)
		iu_file_lines(text, (size_t)len, pid_line, &reader);
	return iu_tri(reader.pid == (uint64_t)child);
}

static enum iu_tri waits(struct iu_scan *scan, int32_t pid, int32_t child)
{
	enum iu_tri told = catches(scan, pid), calls, handle;

	if (told == IU_YES)
		return told;
	calls = iu_proc_syscall_is_foreign(scan->proc, pid)
		? IU_UNKNOWN
		: any_entry(scan, pid, "task", THREADS_MAX, thread_waits, child);
	if (calls == IU_YES)
		return calls;
	handle = any_entry(scan, pid, "fd", FILES_MAX, is_handle, child);
	if (handle == IU_YES)
		return handle;
	return told == IU_NO && calls == IU_NO && handle == IU_NO ? IU_NO : IU_UNKNOWN;
}

/* ---- whether it has more of them ---- */

static bool same_program(struct iu_scan *scan, int32_t pid, const struct stat *program)
{
	struct stat other;
	char path[64];

	snprintf(path, sizeof(path), "%d/exe", (int)pid);
	return fstatat(scan->proc, path, &other, 0) == 0 && other.st_ino == program->st_ino &&
	       other.st_dev == program->st_dev;
}

/* Another child of @pid runs the program that @child runs. */
static bool has_alike(struct iu_scan *scan, int32_t pid, int32_t child)
{
	char path[64], text[CHILDREN];
	struct stat program;
	uint64_t other;
	ssize_t len;
	size_t took;

	snprintf(path, sizeof(path), "%d/exe", (int)child);
	if (fstatat(scan->proc, path, &program, 0) < 0)
		return false;
	snprintf(path, sizeof(path), "%d/task/%d/children", (int)pid, (int)pid);
	len = iu_file_read(scan->proc, path, text, sizeof(text));
	for (ssize_t at = 0; at < len; at += (ssize_t)took + 1) {
		took = iu_number(text + at, (size_t)(len - at), 10, &other);
		if (!took)
			break;
		if (other != (uint64_t)child && other <= INT32_MAX &&
			same_program(scan, (int32_t)other, &program))
			return true;
	}
	return false;
}

static enum iu_tri repeats(struct iu_scan *scan, int32_t pid, int32_t child)
{
	struct iu_proc_stat stat;

	if (iu_proc_stat_read(scan->proc, pid, &stat) < 0)
		return IU_UNKNOWN;
	return iu_tri(stat.reaped || has_alike(scan, pid, child));
}

/* ---- the text of a shell's script ---- */

/* Where shells keep the script that they read: bash, dash and its like. */
static const int script_places[] = {255, 10};

/* Whether a script that a shell was started with repeats anything. IU_YES, too, where it cannot be read. */
static enum iu_tri script_loops(struct iu_scan *scan, int32_t pid)
{
	struct iu_mounts mounts = {0};
	struct iu_text text = {0};
	enum iu_tri loops = IU_YES;
	struct stat status;
	char path[64];
	bool safe;

	snprintf(path, sizeof(path), "%d", (int)pid);
	safe = iu_mounts_load(scan->proc, path, &mounts) == 0 && !iu_mounts_wait(&mounts);
	iu_mounts_free(&mounts);
	for (size_t i = 0; safe && i < IU_COUNT(script_places); i++) { /* else it may have to be waited for */
		snprintf(path, sizeof(path), "%d/fd/%d", (int)pid, script_places[i]);
		if (fstatat(scan->proc, path, &status, 0) < 0 || !S_ISREG(status.st_mode))
			continue;
		if (iu_file_load(scan->proc, path, SCRIPT_MAX, &text) == 0 && text.data &&
			text.len < SCRIPT_MAX)
			loops = iu_tri(iu_cmdline_text_loops(text.data, text.len));
		break;
	}
	iu_text_free(&text);
	return loops;
}

/* ---- those above one holder ---- */

static int read_words(struct iu_scan *scan, struct iu_arena *arena, struct iu_process *process)
{
	char path[64], text[IU_CMDLINE_ARGUMENT];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/cmdline", (int)process->pid);
	len = iu_file_read(scan->proc, path, text, sizeof(text));
	return len > 0 ? iu_cmdline_parse(arena, text, (size_t)len, process) : 0;
}

static bool same_words(const struct iu_process *a, const struct iu_process *b)
{
	bool same = a->command.n && a->command.n == b->command.n;

	for (size_t i = 0; same && i < a->command.n; i++)
		same = !strcmp(a->command.v[i], b->command.v[i]);
	return same;
}

/* `watch` forks, and the copy runs the command once: it is the upper one that does so again. */
static void leave_out_copies(struct iu_process *process, const struct iu_process *line)
{
	for (size_t i = 0; i + 1 < process->parents.n && i + 1 < LEVELS_MAX; i++)
		if (same_words(&line[i + 1], &line[i + 2]) &&
			!iu_interpreter_is_shell(process->parents.v[i].name))
			process->parents.v[i].loops = IU_NO;
}

static void look_above(struct iu_scan *scan, struct iu_process *process)
{
	struct iu_process line[LEVELS_MAX + 1] = {*process};
	struct iu_arena arena = {0};

	for (size_t i = 0; i < process->parents.n && i < LEVELS_MAX; i++) {
		struct iu_parent *parent = &process->parents.v[i];
		struct iu_process *above = &line[i + 1];

		above->pid = parent->pid;
		if (read_words(scan, &arena, above) < 0)
			break;
		if (iu_interpreter_is_shell(parent->name)) {
			if (parent->loops == IU_YES)
				parent->loops = script_loops(scan, parent->pid);
			continue;
		}
		parent->waits = waits(scan, parent->pid, line[i].pid);
		parent->repeats = repeats(scan, parent->pid, line[i].pid);
		parent->names = IU_NO;
		for (size_t k = 0; k <= i && parent->names == IU_NO; k++)
			parent->names = iu_tri(iu_cmdline_names(above, &line[k]));
	}
	leave_out_copies(process, line);
	iu_arena_free(&arena);
}

int iu_collect_starters(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;

	for (size_t i = 0; scan->needs->starters && !scan->plain && i < snapshot->processes.n; i++)
		look_above(scan, &snapshot->processes.v[i]);
	return 0;
}
