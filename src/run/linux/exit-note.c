/* run/linux/exit-note.c - the command has ended: what was not seen of it, where that matters */
#include "run/linux/exit-note.h"

#include <linux/types.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "run/linux/proc-files.h"

/*
 * struct pidfd_info and PIDFD_GET_INFO (linux/pidfd.h, 6.13); the exit status since 6.15, and only
 * once the parent has taken it. Headers of this build may be older.
 */
struct info {
	__u64 mask;
	__u64 cgroup;
	__u32 ids[11]; /* pid, tgid, ppid, user and group ids */
	__s32 exit_code;
};

#define GET_INFO  _IOWR(0xFF, 11, struct info)
#define INFO_EXIT (1ull << 3)
#define END_MS	  1000

/* As long as nobody has waited for it; its last field is the exit status (proc(5), since 3.5). */
static bool zombie_has_failed(int32_t pid, bool *ret_failed)
{
	char text[1024];
	const char *state, *last;
	ssize_t len;

	len = iu_run_proc_files_text(pid, "stat", text, sizeof(text));
	state = len > 0 ? strrchr(text, ')') : NULL;
	last = len > 0 ? strrchr(text, ' ') : NULL;
	if (!state || strncmp(state, ") Z", 3) != 0 || !last)
		return false;
	*ret_failed = last[1] != '0';
	return true;
}

static bool has_failed(const struct iu_run_supervisor *s)
{
	struct pollfd end = {.fd = s->command_handle, .events = POLLIN};
	struct info info = {.mask = INFO_EXIT};
	bool failed;

	/* its filter goes a moment before it has ended */
	(void)poll(&end, 1, END_MS);
	if (zombie_has_failed(s->command, &failed))
		return failed;
	return s->command_handle >= 0 && ioctl(s->command_handle, GET_INFO, &info) == 0 &&
	       (info.mask & INFO_EXIT) && info.exit_code != 0;
}

/* Notices are made for system calls; what a ring does is none. */
void iu_run_exit_note(struct iu_run_supervisor *s)
{
	if (!s->ring || iu_run_told_has(s->told, iu_run_told_explained_key(0)) ||
		!has_failed(s) ||
		!iu_run_told_claim(s->told, iu_run_told_key(0, "ring", 4)))
		return;
	s->run->line(s->run->context,
		"the command failed and has used io_uring: a bind() that is made through it is not "
		"seen");
}
