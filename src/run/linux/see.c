/* run/linux/see.c - whether the kernel has done a call, where nobody but the program is told */
#include "run/linux/see.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "os/os.h"
#include "run/linux/attempt.h"
#include "run/linux/proc-files.h"

#define SEE_MS	       2000
#define SEE_RUNNING_NS 150000 /* longer than that no bind() takes */

/* How long it has been on a processor, in nanoseconds; 0: not told. */
static uint64_t runtime_of(const struct iu_run_case *c)
{
	char text[128];
	ssize_t len = iu_run_proc_files_text(c->notice.tid, "schedstat", text, sizeof(text));

	return len > 0 ? strtoull(text, NULL, 10) : 0;
}

/* Where the thread is: IU_YES: in that call, or not yet let go; IU_UNKNOWN: on a processor, or waits for one. */
static enum iu_tri is_in_call(const struct iu_run_case *c)
{
	char text[128];
	ssize_t len = iu_run_proc_files_text(c->notice.tid, "syscall", text, sizeof(text));

	if (len > 0 && !strncmp(text, "running", 7))
		return IU_UNKNOWN;
	return iu_tri(len > 0 && atoi(text) == c->notice.number);
}

int iu_run_see(struct iu_run_case *c, bool done)
{
	const struct timespec pause = {.tv_nsec = 50000};
	int64_t deadline = iu_os_now_ms() + SEE_MS;
	uint64_t start = runtime_of(c);
	enum iu_tri in_call = done ? IU_NO : IU_YES;
	char root[4];
	int error;

	while (!iu_run_socket_is_bound(c->socket) && in_call != IU_NO && iu_os_now_ms() < deadline) {
		nanosleep(&pause, NULL);
		in_call = is_in_call(c);
		if (in_call == IU_UNKNOWN && start && runtime_of(c) > start + SEE_RUNNING_NS)
			in_call = IU_NO;
	}
	if (iu_run_socket_is_bound(c->socket))
		return 0;
	if (c->facts.domain)
		return EACCES;
	error = c->name.kind == IU_RUN_NAME_PATH ? iu_run_attempt_look(c) : -1;
	/* it is looked at through the process: of one that has ended nothing is there any more */
	if (error == ENOENT && iu_run_proc_files_link(c->notice.tid, "root", root, sizeof(root)) <= 0)
		return -1;
	return error == 0 ? -1 : error;
}
