/* os/linux/process/branch.c - the git branch of a directory */
#include "os/linux/process/branch.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LEVELS 8

/* A regular file, and nothing that somebody put in its place: a pipe would be waited for. */
static int open_regular(int dir, const char *path)
{
	struct open_how how = {.flags = O_PATH | O_CLOEXEC,
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
	int found = (int)syscall(SYS_openat2, dir, path, &how, sizeof(how)), fd = -1;
	struct stat status;
	char self[32];

	if (found < 0)
		return -1;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", found);
	if (fstat(found, &status) == 0 && S_ISREG(status.st_mode))
		fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	close(found);
	return fd;
}

/* "ref: refs/heads/main": a branch. A bare number is none. */
static void parse(char *text, size_t len, char ret_branch[IU_BRANCH_BYTES])
{
	static const char head[] = "ref: refs/heads/";
	size_t n = sizeof(head) - 1;

	text[len] = '\0';
	text[strcspn(text, "\n")] = '\0';
	if (strncmp(text, head, n) != 0 || !text[n] || strlen(text + n) >= IU_BRANCH_BYTES)
		return;
	memcpy(ret_branch, text + n, strlen(text + n) + 1);
}

void iu_branch_read(int dir, char ret_branch[IU_BRANCH_BYTES])
{
	char path[3 * LEVELS + sizeof(".git/HEAD")] = "", text[512];

	ret_branch[0] = '\0';
	for (size_t i = 0; i < LEVELS; i++) {
		ssize_t len;
		int fd;

		memcpy(path + 3 * i, ".git/HEAD", sizeof(".git/HEAD"));
		fd = open_regular(dir, path);
		memcpy(path + 3 * i, "../", 4);
		if (fd < 0)
			continue;
		len = read(fd, text, sizeof(text) - 1);
		close(fd);
		if (len > 0)
			parse(text, (size_t)len, ret_branch);
		return;
	}
}
