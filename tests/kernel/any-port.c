/* tests/kernel/any-port.c - bind(port 0) in a narrow range: whether a port is found, and which */
#include "engine/linux/free-port.h"
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* The range is the machine's default in between: clients of the scene need another one. */
static void narrow(const struct scene *s, const struct iu_sysctls *sysctls)
{
	char text[64] = "\n";

	if (sysctls->reserved.n)
		snprintf(text, sizeof(text), "%u-%u", sysctls->reserved.v[0].first,
			sysctls->reserved.v[0].last);
	(void)network_write("/proc/sys/net/ipv4/ip_local_reserved_ports", text);
	(void)network_write("/proc/sys/net/ipv4/ip_autobind_reuse",
		world.kernel.autobind_reuse ? "1" : "0");
	set_port_range(s->first_port, (uint16_t)(s->first_port + s->ports - 1));
}

static void widen(void)
{
	(void)network_write("/proc/sys/net/ipv4/ip_local_reserved_ports", "\n");
	set_port_range(PORT_FIRST, CLIENT_LAST);
}

/* Returns the port, or 0 and the errno. */
static uint16_t kernel_chooses(struct scene *s, const struct iu_request *r, int *ret_errno)
{
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	uint16_t port = 0;
	int fd = request_socket(s, r);

	*ret_errno = 0;
	if (fd < 0 || bind(fd, (struct sockaddr *)&sa, to_sockaddr(&r->address, 0, &sa)))
		*ret_errno = errno;
	else if (getsockname(fd, (struct sockaddr *)&sa, &len) == 0)
		port = ntohs(((struct sockaddr_in *)&sa)->sin_port);
	close(fd);
	return port;
}

static bool could_choose(struct scene *s, const struct iu_request *r,
	const struct iu_sysctls *sysctls, uint16_t port)
{
	struct iu_sockets sockets = {s->truth, s->n, s->n};
	struct iu_sysctls only = *sysctls;

	only.port_first = only.port_last = port;
	return port >= sysctls->port_first && port <= sysctls->port_last &&
	       iu_linux_range_full(r, &sockets, &only, &world.kernel) != IU_YES;
}

static void ask(struct scene *s, const struct iu_sysctls *sysctls)
{
	struct iu_request r = random_request(s);
	struct iu_sockets sockets = {s->truth, s->n, s->n};
	enum iu_tri full;
	int predicted, actual;
	uint16_t port, i;
	char text[256];

	r.port = 0;
	full = iu_linux_range_full(&r, &sockets, sysctls, &world.kernel);
	predicted = iu_linux_free_port(&r, &sockets, sysctls, &world.kernel);
	port = kernel_chooses(s, &r, &actual);
	describe(&r, text, sizeof(text));
	note(s, "#   bind %s: port %u %s\n", text, port, actual ? strerror(actual) : "");
	if (actual && actual != EADDRINUSE) {
		s->counts->other++;
		return;
	}
	s->counts->answers++;
	s->counts->refused += actual != 0;
	for (i = 0; i < s->ports; i++) {
		if (misses_wildcards(s, &r, i)) {
			s->counts->order++;
			return;
		}
	}
	if (full == IU_UNKNOWN)
		s->counts->chance++;
	else if ((full == IU_YES) != (actual != 0) || (full == IU_YES) != (predicted == 0))
		difference(s, "#   rules say %s (port %d)\n",
			full == IU_YES ? "the range is full" : "a port is free", predicted);
	if (!actual && !could_choose(s, &r, sysctls, port))
		difference(s, "#   the rules know why the kernel could not choose that port\n");
}

bool play_any_port(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud)
{
	struct iu_sysctls sysctls = {0};
	struct iu_reserved reserved;
	struct scene s;
	uint32_t i, actions;

	begin(&s, seed, port, udp, counts);
	s.ports = (uint16_t)(1 + rnd(&s, PORTS_MAX));
	sysctls.port_first = port;
	sysctls.port_last = port + s.ports - 1;
	if (chance(&s, 30)) {
		reserved.first = (uint16_t)(port + rnd(&s, s.ports));
		reserved.last = (uint16_t)(reserved.first + rnd(&s, 2));
		sysctls.reserved.v = &reserved;
		sysctls.reserved.n = 1;
	}
	world.kernel.autobind_reuse = chance(&s, 40);
	actions = 1 + rnd(&s, 5u * s.ports + 6);
	act_often(&s, actions);
	narrow(&s, &sysctls);
	for (i = 0; i < 4 && !s.different; i++)
		ask(&s, &sysctls);
	widen();
	world.kernel.autobind_reuse = false;
	return end(&s, seed, loud);
}
