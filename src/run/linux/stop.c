/* run/linux/stop.c - stops a thread right behind its call, where it has not read the result yet */
#include "run/linux/stop.h"

#include <elf.h>
#include <linux/audit.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>

#include "base/compat.h"
#include "os/os.h"

#define STOP_MS	      2000
#define REGISTERS_MAX 64
#define ERRORS_END    512 /* from there on they are the kernel's own: a call that is made again */
#define EVENT(status) ((status) >> 16)

/*
 * Where a stopped thread has the result of its call, and the number of that call: as long as it says so,
 * nothing has run since. struct user_regs_struct of <sys/user.h>, in words.
 */
static const struct {
	uint32_t arch;
	unsigned int result, number;
} registers[] = {{AUDIT_ARCH_X86_64, 10, 15}};

static bool interrupt(const struct iu_run_case *c)
{
	return ptrace(PTRACE_INTERRUPT, c->notice.tid, NULL, NULL) == 0;
}

bool iu_run_stop_prepare(const struct iu_run_case *c, bool ahead)
{
	return ptrace(PTRACE_SEIZE, c->notice.tid, NULL, NULL) == 0 && (!ahead || interrupt(c));
}

static int result_of(const struct iu_run_case *c)
{
	uint64_t words[REGISTERS_MAX] = {0};
	struct iovec part = {.iov_base = words, .iov_len = sizeof(words)};

	for (size_t i = 0; i < IU_COUNT(registers); i++) {
		int64_t result;

		if (registers[i].arch != c->notice.arch ||
			ptrace(PTRACE_GETREGSET, c->notice.tid, NT_PRSTATUS, &part) < 0 ||
			words[registers[i].number] != (uint64_t)c->notice.number)
			continue;
		result = (int64_t)words[registers[i].result];
		if (result <= 0 && result > -ERRORS_END)
			return (int)-result;
	}
	return -1;
}

bool iu_run_stop_behind(struct iu_run_case *c, bool ahead, int *ret_error)
{
	const struct timespec pause = {.tv_nsec = 50000};
	int64_t deadline = iu_os_now_ms() + STOP_MS;
	int status = 0, ret = 0;

	if (!ahead && !interrupt(c))
		return false;
	while ((ret = waitpid(c->notice.tid, &status, __WALL | WNOHANG)) == 0 && iu_os_now_ms() < deadline)
		nanosleep(&pause, NULL);
	if (ret != c->notice.tid || !WIFSTOPPED(status))
		return false;
	/* another stop than ours is a signal on its way, which goes on with it */
	c->signal = EVENT(status) ? 0 : WSTOPSIG(status);
	*ret_error = result_of(c);
	return true;
}

void iu_run_stop_end(const struct iu_run_case *c)
{
	(void)ptrace(PTRACE_DETACH, c->notice.tid, NULL, (void *)(intptr_t)c->signal);
}
