/* tests/kernel/world.c - a network namespace with devices, addresses and a server for the scenes */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* since 6.3 */
#endif

struct world world = {.server4 = -1, .server6 = -1};

void set_port_range(uint16_t first, uint16_t last)
{
	char text[32];

	snprintf(text, sizeof(text), "%u %u", first, last);
	(void)network_write("/proc/sys/net/ipv4/ip_local_port_range", text);
}

uint32_t random_device(struct scene *s)
{
	const uint32_t devices[] = {0, world.lo, world.veth};

	return devices[rnd(s, world.veth ? 3 : 2)];
}

static int listen_on(const char *text, bool v6only)
{
	struct sockaddr_storage sa;
	struct iu_address address;
	int fd;

	if (iu_address_parse(text, strlen(text), &address) < 0)
		return -1;
	fd = socket(address.family == IU_FAMILY_IPV4 ? AF_INET : AF_INET6,
		SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	if (v6only)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	set_option(fd, SOL_SOCKET, SO_RCVBUF, 4096); /* soon full: see do_orphan() */
	if (bind(fd, (struct sockaddr *)&sa, to_sockaddr(&address, SERVER_PORT, &sa)) ||
		listen(fd, 64)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* The other end of the veth stays down: an address that checks for duplicates waits for ever. */
static void add_veth(void)
{
	world.veth = 0;
	if (netlink_add_veth("iu0", "iu1") || network_up("iu0"))
		return;
	world.veth = if_nametoindex("iu0");
	if (netlink_add_address(world.veth, "fe80::2", 64, true) ||
		netlink_add_address(world.veth, "fd00::2", 128, true) ||
		netlink_add_address(world.veth, "fd00:7::1", 64, false))
		printf("# addresses of the veth: %s\n", strerror(errno));
}

static void read_kernel(void)
{
	struct utsname name;
	unsigned int major = 0, minor = 0, patch = 0;
	uint32_t range = 0;
	socklen_t len = sizeof(range);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (uname(&name) == 0 && sscanf(name.release, "%u.%u.%u", &major, &minor, &patch) >= 2)
		world.kernel.version = major << 16 | minor << 8 | (patch > 255 ? 255 : patch);
	world.port_ranges = getsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, &len) == 0;
	close(fd);
}

int world_make(void)
{
	if (world.server4 >= 0)
		close(world.server4);
	if (world.server6 >= 0)
		close(world.server6);
	world.server4 = world.server6 = -1;
	if (network_enter(&world.one_user) < 0)
		return -1;
	read_kernel();
	world.lo = if_nametoindex("lo");
	if (network_up("lo") || netlink_add_address(world.lo, "fd00::1", 128, true) ||
		netlink_add_address(world.lo, "fe80::1", 64, true))
		return -1;
	set_port_range(PORT_FIRST, CLIENT_LAST);
	add_veth();
	world.server4 = listen_on("127.0.0.1", false);
	world.server6 = listen_on("::1", true);
	return world.server4 < 0 || world.server6 < 0 ? -1 : 0;
}
