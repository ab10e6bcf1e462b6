/* network.h - a network namespace of a test's own */
#ifndef TESTS_LIB_NETWORK_H
#define TESTS_LIB_NETWORK_H

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/** network_write() - writes a file of /proc in one piece; whether that worked. */
static inline bool network_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return false;
	good = write(fd, text, strlen(text)) >= 0;
	close(fd);
	return good;
}

/**
 * network_enter() - moves the caller into a network namespace of its own, with no interface up
 * @ret_one_user: receives whether it took a user namespace, in which there is one user only; or NULL
 * Returns: 0, -1 with errno.
 */
static inline int network_enter(bool *ret_one_user)
{
	/* in a new user namespace they have no number */
	unsigned int uid = geteuid(), gid = getegid();
	char map[32];

	if (ret_one_user)
		*ret_one_user = false;
	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -1;
	if (ret_one_user)
		*ret_one_user = true;
	(void)network_write("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", gid);
	(void)network_write("/proc/self/gid_map", map);
	snprintf(map, sizeof(map), "0 %u 1", uid);
	return network_write("/proc/self/uid_map", map) ? 0 : -1;
}

/** network_up() - brings an interface up. Returns: 0, -1 with errno. */
static inline int network_up(const char *name)
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), ret, error;

	if (fd < 0)
		return -1;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	ret = ioctl(fd, SIOCGIFFLAGS, &request);
	request.ifr_flags |= IFF_UP;
	if (ret == 0)
		ret = ioctl(fd, SIOCSIFFLAGS, &request);
	error = errno;
	close(fd);
	errno = error;
	return ret;
}

#endif
