/* os/linux/watch/failures.c - failed binds of all processes, as they happen */
#include "os/failures.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/bpf/spares.h"
#include "os/linux/file.h"
#include "os/linux/lock.h"
#include "os/linux/process/cgroup.h"
#include "os/linux/process/proc-stat.h"
#include "os/linux/process/process.h"
#include "os/linux/scan.h"
#include "os/linux/watch/event.h"
#include "os/linux/watch/hooks.h"
#include "os/linux/watch/outlive.h"
#include "os/linux/watch/ring-buffer.h"
#include "os/linux/watchdog.h"
#include "os/os.h"

/* Headers of older kernels lack it (5.14). */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

#define LOOK_MS	   50   /* between two looks whether an attempt has failed */
#define SWEEP_MS   1000 /* between two looks at what is only counted */
#define SETTLE_MS  3    /* more than SETTLED of attempts.bpf.c */
#define BEHIND_BYTES (IU_HOOKS_RING_BYTES / 32)
#define ASKED_BYTES  (16 * sizeof(struct iu_watch_event))
#define PATH_BYTES 4096
#define NANOSECONDS 1000000 /* of a millisecond */

struct iu_failures {
	struct iu_hooks hooks;
	struct iu_ring_buffer ring;
	struct iu_event_place place;
	int netns; /* descriptor of our own, to come back to */
	bool away;
	int64_t swept_ms;
	bool asked;    /* a client waits, for whom … */
	uint64_t mark; /* … the ring has to be read up to here */
	uint64_t group; /* cgroup of the one that was read last … */
	size_t now_len; /* … whose bytes these are; 0: all that was read was told */
	struct iu_watch_event now;
};

static int64_t clock_ms(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- beginning and end ---- */

static uint64_t own_cookie(void)
{
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd >= 0 && getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0)
		cookie = 0;
	if (fd >= 0)
		close(fd);
	return cookie;
}

/* -1: cgroup2 is mounted nowhere. @ret_reader: our own pid as /proc counts it */
static int cgroup_root(int32_t *ret_reader)
{
	struct iu_snapshot scratch;
	struct iu_scan scan;
	const char *mount;
	int fd;

	iu_snapshot_init(&scratch);
	iu_scan_open(&scan, NULL, &scratch);
	mount = iu_cgroup_mount(&scan);
	fd = mount ? open(mount, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	*ret_reader = scan.self;
	iu_scan_close(&scan);
	iu_snapshot_free(&scratch);
	return fd;
}

static int open_parts(struct iu_failures *f, struct iu_text *why)
{
	struct stat status;
	int32_t reader;
	int root = cgroup_root(&reader);
	int ret = iu_hooks_open(root, reader, &f->hooks, why);

	if (root >= 0)
		close(root);
	if (ret < 0)
		return ret;
	f->netns = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (f->netns >= 0 && fstat(f->netns, &status) == 0)
		f->place.netns = status.st_ino;
	f->place.cookie = own_cookie();
	return iu_ring_buffer_open(iu_hooks_ring(&f->hooks), IU_HOOKS_RING_BYTES, &f->ring);
}

int iu_failures_open(struct iu_failures **ret_failures, struct iu_text *why)
{
	struct iu_text told = {0};
	struct iu_failures *f;
	int ret;

	if (!iu_bpf_allowed()) {
		iu_text_add(why, "to watch takes root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN: sudo inuse watch");
		return IU_E_ACCESS;
	}
	f = iu_outlive_share(sizeof(*f));
	if (!f)
		return IU_E_NOMEM;
	f->netns = -1;
	if (iu_bpf_spares_begin)
		iu_bpf_spares_begin();
	ret = open_parts(f, &told);
	if (ret < 0) {
		iu_text_add(why, "this kernel takes none of the hooks for failed binds (");
		iu_text_addn(why, told.data ? told.data : "", told.len);
		iu_text_add(why, ")");
		iu_failures_close(f);
	} else {
		*ret_failures = f;
	}
	iu_text_free(&told);
	return ret;
}

void iu_failures_close(struct iu_failures *f)
{
	if (!f)
		return;
	iu_ring_buffer_close(&f->ring);
	iu_hooks_close(&f->hooks);
	if (f->netns >= 0)
		close(f->netns);
	munmap(f, sizeof(*f));
}

const struct iu_failure_source *iu_failures_source(const struct iu_failures *f)
{
	return f->hooks.source;
}

void iu_failures_count(const struct iu_failures *f, struct iu_failure_counters *ret_counters)
{
	const struct iu_watch_memory *memory = f->hooks.memory;

	*ret_counters = (struct iu_failure_counters){
		.failed = __atomic_load_n(&memory->failed, __ATOMIC_RELAXED),
		.told = __atomic_load_n(&memory->told, __ATOMIC_RELAXED),
		.lost = __atomic_load_n(&memory->lost, __ATOMIC_RELAXED),
		.unfollowed = __atomic_load_n(&memory->unfollowed, __ATOMIC_RELAXED)};
}

/* ---- waiting ---- */

static bool has_open_attempts(const struct iu_failures *f)
{
	const struct iu_watch_memory *memory = f->hooks.memory;

	return f->hooks.by_attempts &&
	       __atomic_load_n(&memory->seen, __ATOMIC_RELAXED) !=
		       __atomic_load_n(&memory->passed, __ATOMIC_RELAXED) +
			       __atomic_load_n(&memory->failed, __ATOMIC_RELAXED);
}

static void sweep(struct iu_failures *f)
{
	int64_t now = clock_ms(CLOCK_MONOTONIC);

	if (!has_open_attempts(f) && now - f->swept_ms < SWEEP_MS)
		return;
	iu_hooks_sweep(&f->hooks);
	f->swept_ms = now;
}

/* What has failed before now is in the ring afterwards: an attempt counts as failed after SETTLE_MS only. */
static void settle(struct iu_failures *f)
{
	const struct timespec rest = {.tv_nsec = SETTLE_MS * NANOSECONDS};

	if (!has_open_attempts(f))
		return;
	nanosleep(&rest, NULL);
	iu_hooks_sweep(&f->hooks);
}

/* Whether what failed before a client came has been read: what comes later keeps nobody waiting. */
static bool has_answer(struct iu_failures *f, int listener)
{
	struct pollfd fds = {.fd = listener, .events = POLLIN};

	if (!f->asked && poll(&fds, 1, 0) > 0) {
		settle(f);
		f->asked = true;
		f->mark = *f->ring.consumer + iu_ring_buffer_used(&f->ring);
	}
	if (!f->asked || *f->ring.consumer < f->mark)
		return false;
	f->asked = false;
	return true;
}

int iu_failures_wait(struct iu_failures *f, int listener, unsigned int ms)
{
	struct pollfd fds[] = {{.fd = iu_hooks_ring(&f->hooks), .events = POLLIN}, {.fd = listener, .events = POLLIN}};
	int64_t end = clock_ms(CLOCK_MONOTONIC) + ms, left;
	int step = f->hooks.by_attempts ? LOOK_MS : SWEEP_MS;

	f->now_len = 0;
	for (;;) {
		sweep(f);
		if (has_answer(f, listener))
			return 2;
		if (iu_ring_buffer_used(&f->ring))
			return 1;
		left = end - clock_ms(CLOCK_MONOTONIC);
		if (left <= 0)
			return 0;
		if (poll(fds, IU_COUNT(fds), left < step ? (int)left : step) < 0 && errno == EINTR)
			return IU_E_AGAIN;
	}
}

bool iu_failures_waiting(const struct iu_failures *f)
{
	/* who asks waits half a second at most */
	return iu_ring_buffer_used(&f->ring) > (f->asked ? ASKED_BYTES : BEHIND_BYTES);
}

/* ---- one failure ---- */

/* Whether the process of that number is still the one that was seen. */
static bool lives(struct iu_scan *scan, const struct iu_process *process, struct iu_proc_stat *ret_stat)
{
	int64_t ticks = sysconf(_SC_CLK_TCK), boot_ms, started;

	if (process->pid <= 0 || scan->proc < 0 || ticks <= 0 ||
		iu_proc_stat_read(scan->proc, process->pid, ret_stat) < 0)
		return false;
	boot_ms = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_BOOTTIME);
	started = (boot_ms + (int64_t)(ret_stat->start_ticks * 1000 / (uint64_t)ticks)) / 1000;
	return started - process->started <= 2 && process->started - started <= 2;
}

/* The hook has seen no reason why it should fail, and noted little. */
static void look_at_words(struct iu_scan *scan, const struct iu_proc_stat *stat, struct iu_process *process)
{
	if (process->command.n)
		return;
	process->pgid = stat->pgid;
	process->sid = stat->sid;
	(void)iu_process_command(scan, process);
}

/* What only /proc says: where it runs, and which file. */
static void look_at_process(struct iu_scan *scan, struct iu_failure *failure)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	struct iu_asker *asker = &failure->question.asker;
	struct iu_proc_stat stat;
	struct iu_file_id file;
	char name[32], path[PATH_BYTES];
	ssize_t len;

	if (!lives(scan, &failure->process, &stat))
		return;
	look_at_words(scan, &stat, &failure->process);
	snprintf(name, sizeof(name), "%d/cwd", (int)failure->process.pid);
	len = iu_file_link(scan->proc, name, path, sizeof(path));
	if (len <= 0)
		return;
	failure->process.cwd = iu_arena_strndup(arena, path, (size_t)len);
	if (iu_os_program_of(arena, failure->process.pid, &file, &asker->program) < 0)
		return;
	asker->directory = failure->process.cwd;
	asker->program_known = true;
	asker->program_dev = file.dev;
	asker->program_ino = file.ino;
}

static void set_line(struct iu_arena *arena, struct iu_failure *failure)
{
	int32_t *pid = failure->process.pid > 0 ? iu_arena_alloc(arena, sizeof(*pid)) : NULL;

	if (!pid)
		return;
	*pid = failure->process.pid;
	failure->question.asker.line = pid;
	failure->question.asker.count = 1;
}

int iu_failures_look(struct iu_failures *f, struct iu_snapshot *snapshot, struct iu_failure *failure)
{
	const struct iu_needs needs = {.brief = true};
	struct iu_watched watched;
	struct iu_scan scan;
	int ret;

	iu_watchdog_begin(&watched);
	iu_scan_open(&scan, &needs, snapshot);
	iu_lock_scan();
	ret = iu_cgroup_named(&scan, f->group, &failure->process);
	if (ret == 0)
		ret = iu_collect_cgroups(&scan);
	if (failure->process.uid_known)
		failure->process.user = iu_scan_user(&scan, failure->process.uid);
	iu_lock_end();
	if (!failure->only_count) {
		look_at_process(&scan, failure);
		set_line(&snapshot->arena, failure);
	}
	iu_scan_close(&scan);
	if (!failure->here && failure->netns)
		failure->netns_name = iu_os_netns_name(&snapshot->arena, failure->netns);
	iu_watchdog_end(&watched);
	return ret < 0 ? ret : snapshot->arena.failed ? IU_E_NOMEM : 0;
}

static int read_now(struct iu_failures *f, struct iu_snapshot *snapshot, struct iu_failure *ret_failure)
{
	int ret;

	f->place.boot_ms = clock_ms(CLOCK_REALTIME) - clock_ms(CLOCK_BOOTTIME);
	ret = iu_event_read(&f->now, f->now_len, &f->place, snapshot, ret_failure, &f->group);
	return ret < 0 ? ret : 1;
}

int iu_failures_next(
	struct iu_failures *f, struct iu_snapshot *snapshot, struct iu_failure *ret_failure)
{
	const void *bytes;
	size_t len;

	bytes = iu_ring_buffer_next(&f->ring, &len);
	if (!bytes)
		return 0;
	f->now_len = len < sizeof(f->now) ? len : sizeof(f->now);
	memcpy(&f->now, bytes, f->now_len);
	iu_ring_buffer_release(&f->ring);
	return read_now(f, snapshot, ret_failure);
}

int iu_failures_given_up(
	struct iu_failures *f, struct iu_snapshot *snapshot, struct iu_failure *ret_failure)
{
	int ret = f->now_len ? read_now(f, snapshot, ret_failure) : 0;

	f->now_len = 0;
	f->away = false; /* it was another process that went there */
	return ret;
}

void *iu_failures_share(size_t size)
{
	return iu_outlive_share(size);
}

int iu_failures_outlive(struct iu_failures *f, void (*work)(void *context), void *context)
{
	(void)f;
	return iu_outlive(work, context, IU_FAILURES_HUNG);
}

/* ---- other network namespaces ---- */

static bool enter(struct iu_failures *f, int32_t pid, uint64_t netns)
{
	char path[64];
	struct stat status;
	int fd;

	if (pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	f->away = fd >= 0 && fstat(fd, &status) == 0 && status.st_ino == netns &&
		  setns(fd, CLONE_NEWNET) == 0;
	if (fd >= 0)
		close(fd);
	return f->away;
}

bool iu_failures_enter(struct iu_failures *f, const struct iu_failure *failure)
{
	if (failure->here)
		return true;
	if (f->netns < 0)
		return false;
	if (enter(f, failure->process.pid, failure->netns))
		return true;
	for (size_t i = 0; i < failure->owners.n; i++)
		if (enter(f, failure->owners.v[i].process.pid, failure->netns))
			return true;
	return false;
}

int iu_failures_leave(struct iu_failures *f)
{
	if (f->away && setns(f->netns, CLONE_NEWNET) < 0)
		return IU_E_SYSTEM;
	f->away = false;
	return 0;
}
