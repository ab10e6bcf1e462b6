/* hang.c - preloaded: the first call of a look never returns, and no signal that is handled ends it */
/* HANG_WHILE=FILE: only while there is such a file; then it does what it should. */
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/statfs.h>
#include <unistd.h>

int fstatfs(int fd, struct statfs *status);

int fstatfs(int fd, struct statfs *status)
{
	const char *file = getenv("HANG_WHILE");

	if (file && access(file, F_OK) < 0)
		return (int)syscall(SYS_fstatfs, fd, status);
	for (;;)
		pause();
}
