/* run/farewell.c - the command has ended: what was not seen of it, where that matters */
#include <linux/types.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run/supervise.h"

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
#define TRIES	  10
#define PAUSE_US  2000

static bool has_failed(int handle)
{
	for (int i = 0; i < TRIES && handle >= 0; i++) {
		struct info info = {.mask = INFO_EXIT};

		if (ioctl(handle, GET_INFO, &info) < 0)
			return false;
		if (info.mask & INFO_EXIT)
			return info.exit_code != 0;
		usleep(PAUSE_US);
	}
	return false;
}

/* Notices are made for system calls; what a ring does is none. */
void iu_run_farewell(struct iu_run_supervisor *s)
{
	if (!s->ring || iu_run_said_has(s->said, iu_run_told_key(0)) ||
		!has_failed(s->command_handle) ||
		!iu_run_said_claim(s->said, iu_run_key(0, "ring", 4)))
		return;
	s->run->line(s->run->context,
		"the command failed and has used io_uring: a bind() that is made through it is not "
		"seen");
}
