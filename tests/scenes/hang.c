/* hang.c - preloaded: the first call of a look never returns, and no signal that is handled ends it */
#include <signal.h>
#include <sys/statfs.h>
#include <unistd.h>

int fstatfs(int fd, struct statfs *status);

int fstatfs(int fd, struct statfs *status)
{
	(void)fd;
	(void)status;
	for (;;)
		pause();
}
