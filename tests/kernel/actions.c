/* tests/kernel/actions.c - what happens in a scene: binds, listens and changes of options */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/time.h>
#include <unistd.h>

static const char *const common[] = {
	"0.0.0.0", "127.0.0.1", "127.0.0.2", "127.0.0.6", "::", "::1", "fd00::1",
	"::ffff:127.0.0.1", "::ffff:127.0.0.2", "::ffff:0.0.0.0",
};

/* Multicast for IPv6 is UDP's; link-local ones need a device. */
static const char *const rare[] = {
	"fe80::1", "fe80::2", "fe80::1", "224.0.0.251", "127.255.255.255", "::ffff:224.0.0.251",
	"ff02::5", "ff05::5",
};

static const char *const crowded[] = {
	"127.0.0.1", "127.0.0.6", "::1", "::ffff:127.0.0.1", "::", "0.0.0.0", "fd00::1",
};

static bool needs_device(const struct iu_address *a)
{
	return iu_address_is_link_local(a) ||
	       (a->bytes[0] == 0xff && (a->bytes[1] & 0xf) <= 2);
}

static struct iu_address random_address(struct scene *s)
{
	struct iu_address address = {0};
	const char *text;

	if (s->crowd)
		text = crowded[rnd(s, IU_COUNT(crowded))];
	else if (chance(s, 15))
		text = rare[rnd(s, IU_COUNT(rare))];
	else
		text = common[rnd(s, IU_COUNT(common))];
	(void)iu_address_parse(text, strlen(text), &address);
	if (address.family == IU_FAMILY_IPV6 && needs_device(&address)) {
		/* each link-local address where it is, multicast anywhere */
		if (iu_address_is_multicast(&address))
			address.scope = random_device(s);
		else
			address.scope = address.bytes[15] == 1 ? world.lo : world.veth;
	}
	return address;
}

struct iu_request random_request(struct scene *s)
{
	struct iu_request r = {.protocol = s->udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP,
		.port = s->port, .address = random_address(s)};

	r.uid = !world.one_user && chance(s, s->crowd ? 10 : s->other_user_percent)
			? USER_OTHER : 0;
	r.reuseaddr = chance(s, s->crowd ? 70 : 45);
	r.reuseport = chance(s, s->crowd ? 55 : s->reuseport_percent);
	r.v6only = r.address.family == IU_FAMILY_IPV6 && chance(s, 35);
	r.ifindex = chance(s, s->crowd ? 5 : 20) ? random_device(s) : 0;
	r.group = r.reuseport && chance(s, 4);
	return r;
}

static void attach_group(int fd)
{
	struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
	struct sock_fprog program = {1, code};

	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program));
}

int request_socket(struct scene *s, const struct iu_request *r)
{
	struct timeval soon = {0, 20000};
	int fd;

	setfsuid(r->uid);
	fd = socket(r->address.family == IU_FAMILY_IPV4 ? AF_INET : AF_INET6,
		s->udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	setfsuid(0);
	if (fd < 0)
		return -1;
	/* a connect() that nobody answers gives up soon */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	set_option(fd, SOL_SOCKET, SO_REUSEADDR, r->reuseaddr);
	set_option(fd, SOL_SOCKET, SO_REUSEPORT, r->reuseport);
	if (r->address.family == IU_FAMILY_IPV6)
		set_option(fd, IPPROTO_IPV6, IPV6_V6ONLY, r->v6only);
	if (r->ifindex)
		set_option(fd, SOL_SOCKET, SO_BINDTOIFINDEX, (int)r->ifindex);
	if (r->group)
		attach_group(fd);
	if (r->force)
		set_option(fd, IPPROTO_TCP, TCP_REPAIR, 1);
	return fd;
}

int ask_kernel(struct scene *s, const struct iu_request *r)
{
	struct sockaddr_storage sa;
	int fd = request_socket(s, r), actual;

	if (fd < 0)
		return errno;
	actual = bind(fd, (struct sockaddr *)&sa, to_sockaddr(&r->address, r->port, &sa)) ? errno
											   : 0;
	close(fd);
	return actual;
}

void do_bind(struct scene *s, bool keep)
{
	struct iu_request r = random_request(s);
	struct sockaddr_storage sa;
	struct iu_outcome predicted;
	struct entry *e;
	char text[256];
	int fd, actual;

	r.force = !keep && !s->udp && chance(s, 3);
	fd = request_socket(s, &r);
	if (fd < 0)
		return;
	refresh_all(s);
	predicted = predict(s, &r, SIZE_MAX);
	actual = bind(fd, (struct sockaddr *)&sa, to_sockaddr(&r.address, s->port, &sa)) ? errno
											 : 0;
	describe(&r, text, sizeof(text));
	note(s, "#   bind %s: %s%s\n", text, actual ? strerror(actual) : "success",
		keep ? "" : " (closed)");
	compare(s, "bind", &r, predicted, actual);
	if (!actual)
		remember(s, &r);
	if (actual || !keep) {
		close(fd);
		return;
	}
	e = add_entry(s, fd);
	if (!e)
		return;
	e->explicit_port = true;
	e->group = r.group;
	refresh(s, s->n - 1);
}

static void do_listen(struct scene *s, size_t i)
{
	struct iu_request r;
	struct iu_outcome predicted;
	int actual;

	if (s->udp || s->truth[i].state != IU_STATE_BOUND)
		return;
	r = request_of(s, i);
	predicted = predict(s, &r, i);
	actual = listen(s->entries[i].fd, 8) ? errno : 0;
	note(s, "#   listen on %zu: %s\n", i, actual ? strerror(actual) : "success");
	compare(s, "listen", &r, predicted, actual);
	if (!actual)
		remember(s, &r);
	refresh(s, i);
}

static void do_change(struct scene *s, size_t i)
{
	struct entry *e = &s->entries[i];
	int value = (int)rnd(s, 2);

	if (e->fd < 0)
		return;
	switch (rnd(s, 4)) {
	case 0:
		set_option(e->fd, SOL_SOCKET, SO_REUSEADDR, value);
		if (!value && s->truth[i].port)
			s->cleared[s->truth[i].port - s->first_port] = true;
		note(s, "#   set reuseaddr %d on %zu\n", value, i);
		break;
	case 1:
		set_option(e->fd, SOL_SOCKET, SO_REUSEPORT, value);
		note(s, "#   set reuseport %d on %zu\n", value, i);
		break;
	case 2:
		if (!world.one_user && fchown(e->fd, value ? USER_OTHER : 0, (gid_t)-1) == 0)
			note(s, "#   chown %zu to %d\n", i, value ? USER_OTHER : 0);
		break;
	case 3:
		/* a listener's hash and routing do not follow it at once; the bind table does */
		value = (int)random_device(s);
		set_option(e->fd, SOL_SOCKET, SO_BINDTOIFINDEX, value);
		note(s, "#   set device %d on %zu\n", value, i);
		break;
	}
	refresh(s, i);
}

static void do_shutdown(struct scene *s, size_t i)
{
	if (s->udp || s->truth[i].state != IU_STATE_LISTEN)
		return;
	shutdown(s->entries[i].fd, SHUT_RDWR);
	s->entries[i].group = false; /* a listener that stops leaves its group */
	note(s, "#   shutdown %zu\n", i);
}

static void do_close(struct scene *s, size_t i)
{
	if (s->entries[i].fd < 0)
		return;
	note(s, "#   close %zu\n", i);
	drop(s, i);
}

static void do_close_or_half(struct scene *s, size_t i)
{
	do_active_close(s, i, chance(s, 30));
}

/* How often each thing happens to a socket of the scene, of a hundred; binds are what is left. */
static const struct {
	uint32_t percent;
	void (*what)(struct scene *s, size_t i);
} actions[] = {
	{20, do_listen}, {8, do_accept}, {7, do_connect}, {7, do_close_or_half}, {4, do_orphan},
	{3, do_peer_reset}, {3, do_unconnect}, {6, do_change}, {3, do_shutdown}, {3, do_close},
};

void act(struct scene *s)
{
	size_t i = s->n ? rnd(s, (uint32_t)s->n) : 0, k;
	uint32_t what = rnd(s, 100);

	s->port = (uint16_t)(s->first_port + rnd(s, s->ports));
	if (!s->n || (s->crowd && what >= 20)) {
		do_bind(s, true);
		return;
	}
	refresh_all(s);
	/* in a crowd what is drawn is below 20: connections and changes, no listener */
	if (s->crowd)
		what = 28 + what * 2;
	for (k = 0; k < IU_COUNT(actions); k++) {
		if (what < actions[k].percent) {
			actions[k].what(s, i);
			break;
		}
		what -= actions[k].percent;
	}
	if (k == IU_COUNT(actions) && what < 6)
		do_autobind(s);
	else if (k == IU_COUNT(actions))
		do_bind(s, true);
	refresh_all(s);
}
