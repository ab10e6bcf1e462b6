/* tests/kernel/connections.c - connections of a scene, and what is left of them */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/fsuid.h>
#include <unistd.h>

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* since 6.3 */
#endif

/* The ports that connect() may choose; before 6.3 all sockets share one range. */
static void begin_range(int fd, uint16_t first, uint16_t last)
{
	uint32_t range = (uint32_t)last << 16 | first;

	if (!world.port_ranges)
		set_port_range(first, last);
	else
		(void)setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range));
}

static void end_range(void)
{
	if (!world.port_ranges)
		set_port_range(PORT_FIRST, CLIENT_LAST);
}

static uint16_t port_of(const struct sockaddr_storage *sa)
{
	return ntohs(sa->ss_family == AF_INET ? ((const struct sockaddr_in *)sa)->sin_port
					      : ((const struct sockaddr_in6 *)sa)->sin6_port);
}

/* The other end of our connection; a late one of an earlier scene is dropped. */
static int accept_server(bool v4, uint16_t port)
{
	int i, fd;

	for (i = 0; i < 200; i++) {
		struct sockaddr_storage from = {0};
		socklen_t len = sizeof(from);

		fd = accept4(v4 ? world.server4 : world.server6, (struct sockaddr *)&from, &len,
			SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0 && port_of(&from) == port)
			return fd;
		if (fd >= 0)
			close(fd);
		else
			usleep(200); /* the handshake's last packet may be late */
	}
	return -1;
}

static bool same_end(const struct iu_socket *a, const struct iu_socket *b)
{
	uint32_t v4 = iu_address_v4(&a->local);

	if (a->port != b->port)
		return false;
	if (v4 || iu_address_v4(&b->local))
		return v4 == iu_address_v4(&b->local);
	return iu_address_equal(&a->local, &b->local);
}

/* A new connection with both ends of one in TIME-WAIT takes its place (tcp_twsk_unique()). */
static void forget_recycled(struct scene *s, size_t i)
{
	size_t k;

	s->entries[i].to_server = true;
	for (k = 0; k < s->n; k++) {
		const struct iu_socket *t = &s->truth[k];

		if (k != i && s->entries[k].fd < 0 && t->mini && s->entries[k].to_server &&
			t->state != IU_STATE_FILE && same_end(t, &s->truth[i]) &&
			(!t->ifindex || t->ifindex == s->truth[i].ifindex)) {
			note(s, "#   which takes the place of %zu\n", k);
			drop(s, k);
		}
	}
}

void do_connect(struct scene *s, size_t i)
{
	const struct iu_socket *t = &s->truth[i];
	struct iu_address target;
	struct sockaddr_storage sa;
	bool v4 = t->family == IU_FAMILY_IPV4, mapped;
	const char *to;
	int err;

	if (t->state != IU_STATE_BOUND || s->entries[i].peer >= 0 ||
		(t->ifindex && t->ifindex != world.lo)) /* nobody answers behind the veth */
		return;
	mapped = !v4 && (iu_address_space(&t->local) == IU_SPACE_MAPPED ||
				(iu_address_space(&t->local) == IU_SPACE_ANY6 &&
					t->v6only == IU_NO && chance(s, 40)));
	to = v4 ? "127.0.0.1" : mapped ? "::ffff:127.0.0.1" : "::1";
	(void)iu_address_parse(to, strlen(to), &target);
	err = connect(s->entries[i].fd, (struct sockaddr *)&sa,
		      to_sockaddr(&target, SERVER_PORT, &sa))
		? errno : 0;
	note(s, "#   connect %zu to %s: %s\n", i, to, err ? strerror(err) : "success");
	refresh(s, i);
	if (err || s->udp)
		return;
	s->entries[i].peer = accept_server(v4 || mapped, s->truth[i].port);
	forget_recycled(s, i);
}

/* A client that the system gives this very port. */
void do_autobind(struct scene *s)
{
	bool v4 = chance(s, 50), mapped = !v4 && chance(s, 30);
	const char *to = v4 ? "127.0.0.1" : mapped ? "::ffff:127.0.0.1" : "::1";
	struct iu_request r = {.port = s->port};
	struct sockaddr_storage sa;
	int err, fd;

	(void)iu_address_parse(to, strlen(to), &r.address);
	r.uid = !world.one_user && chance(s, s->other_user_percent) ? USER_OTHER : 0;
	r.reuseaddr = chance(s, 45);
	r.reuseport = chance(s, s->reuseport_percent);
	r.v6only = !v4 && !mapped && chance(s, 35);
	fd = request_socket(s, &r);
	if (fd < 0)
		return;
	begin_range(fd, s->port, s->port);
	err = connect(fd, (struct sockaddr *)&sa, to_sockaddr(&r.address, SERVER_PORT, &sa))
		? errno : 0;
	end_range();
	note(s, "#   client to %s with a port of the system's: %s\n", to,
		err ? strerror(err) : "success");
	if (err) {
		close(fd);
		return;
	}
	if (!add_entry(s, fd))
		return;
	refresh(s, s->n - 1);
	if (s->udp)
		return;
	s->entries[s->n - 1].peer = accept_server(v4 || mapped, s->port);
	forget_recycled(s, s->n - 1);
}

/* The child may come out of any listener that covers the address. */
static bool take_child(struct scene *s, int client)
{
	uint32_t uid = !world.one_user && chance(s, s->other_user_percent) ? USER_OTHER : 0;
	size_t i, n = s->n;

	for (i = 0; i < n; i++) {
		struct entry *e;
		int fd;

		if (s->truth[i].state != IU_STATE_LISTEN)
			continue;
		setfsuid(uid);
		fcntl(s->entries[i].fd, F_SETFL, O_NONBLOCK);
		fd = accept4(s->entries[i].fd, NULL, NULL, SOCK_CLOEXEC);
		setfsuid(0);
		if (fd < 0)
			continue;
		e = add_entry(s, fd);
		if (!e)
			return false;
		e->peer = client;
		refresh(s, s->n - 1);
		note(s, "#   accept on %zu by uid %u\n", i, uid);
		return true;
	}
	return false;
}

void do_accept(struct scene *s, size_t i)
{
	struct iu_address target = s->truth[i].local;
	struct sockaddr_storage sa;
	const char *to = NULL;
	int client, err;

	if (s->truth[i].state != IU_STATE_LISTEN)
		return;
	if (iu_address_is_wildcard(&target)) {
		to = target.family == IU_FAMILY_IPV4 || iu_address_space(&target) == IU_SPACE_MAPPED
			? "127.0.0.1"
			: s->truth[i].v6only == IU_NO && chance(s, 50) ? "127.0.0.1" : "::1";
		(void)iu_address_parse(to, strlen(to), &target);
	}
	client = socket(target.family == IU_FAMILY_IPV4 ? AF_INET : AF_INET6,
		SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (client < 0)
		return;
	set_option(client, SOL_SOCKET, SO_RCVBUF, 4096); /* soon full: see do_orphan() */
	begin_range(client, CLIENT_FIRST, CLIENT_LAST);
	err = connect(client, (struct sockaddr *)&sa,
		      to_sockaddr(&target, s->truth[i].port, &sa))
		? errno : 0;
	end_range();
	if ((err && err != EINPROGRESS) || !take_child(s, client))
		close(client);
}

/* The peer's side of the packet exchange, waited for: softirqs may run late. */
static bool reaches(int fd, enum iu_state state)
{
	int i;

	for (i = 0; i < 200; i++) {
		if (tcp_state(fd) == state)
			return true;
		usleep(500);
	}
	return false;
}

static void left_behind(struct scene *s, size_t i, enum iu_state state)
{
	struct iu_socket *t = &s->truth[i];

	s->entries[i].fd = -1;
	t->state = state;
	t->inode = 0;
	note(s, "#   close %zu: %s\n", i, iu_state_name(t->state));
}

/* A connection of the scene with both its ends: @i, or the next one; s->n: none. */
static size_t next_connection(const struct scene *s, size_t i)
{
	size_t k;

	for (k = 0; k < s->n; k++) {
		size_t at = (i + k) % s->n;

		if (s->truth[at].state == IU_STATE_ESTABLISHED && s->entries[at].peer >= 0)
			return at;
	}
	return s->n;
}

/*
 * Active close: TIME-WAIT, or FIN-WAIT-2 without an owner while the other end stays open. Where it
 * may last for more than a minute the latter stays a full socket, with its user.
 */
void do_active_close(struct scene *s, size_t i, bool half)
{
	bool full = half && chance(s, 40);
	struct entry *e;
	struct iu_socket *t;

	i = s->udp ? s->n : next_connection(s, i);
	if (i == s->n)
		return;
	e = &s->entries[i];
	t = &s->truth[i];
	if (half) {
		if (full)
			set_option(e->fd, IPPROTO_TCP, TCP_LINGER2, 120);
		shutdown(e->fd, SHUT_WR);
		if (!reaches(e->fd, IU_STATE_FIN_WAIT2)) {
			refresh(s, i);
			return;
		}
		close(e->fd);
	} else {
		close(e->fd);
		if (!reaches(e->peer, IU_STATE_CLOSE_WAIT)) {
			/* bound to the veth meanwhile: nobody answers */
			left_behind(s, i, IU_STATE_FIN_WAIT1);
			return;
		}
		close(e->peer);
		e->peer = -1;
	}
	t->mini = !full;
	t->uid_known = full;
	left_behind(s, i, half ? IU_STATE_FIN_WAIT2 : IU_STATE_TIME_WAIT);
}

/*
 * FIN-WAIT-1, or LAST-ACK where the other end closed first: its buffers are full and it does not
 * read, so what we close cannot say goodbye. A full socket without a process; it keeps its user.
 */
void do_orphan(struct scene *s, size_t i)
{
	struct entry *e;
	char data[4096] = {0};
	bool last = chance(s, 30);
	int k;

	i = s->udp ? s->n : next_connection(s, i);
	if (i == s->n)
		return;
	e = &s->entries[i];
	if (last) {
		shutdown(e->peer, SHUT_WR);
		if (!reaches(e->fd, IU_STATE_CLOSE_WAIT)) {
			refresh(s, i);
			return;
		}
	}
	set_option(e->fd, SOL_SOCKET, SO_SNDBUF, 4096);
	for (k = 0; k < 4096; k++)
		if (send(e->fd, data, sizeof(data), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
			break;
	close(e->fd);
	left_behind(s, i, last ? IU_STATE_LAST_ACK : IU_STATE_FIN_WAIT1);
}

void do_peer_reset(struct scene *s, size_t i)
{
	struct linger abort = {1, 0};
	struct entry *e = &s->entries[i];

	if (s->udp || e->fd < 0 || e->peer < 0)
		return;
	(void)setsockopt(e->peer, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
	close(e->peer);
	e->peer = -1;
	(void)reaches(e->fd, IU_STATE_BOUND);
	refresh(s, i);
	note(s, "#   the peer of %zu resets\n", i);
}

void do_unconnect(struct scene *s, size_t i)
{
	struct sockaddr none = {.sa_family = AF_UNSPEC};
	struct entry *e = &s->entries[i];

	if (e->fd < 0 || s->truth[i].state == IU_STATE_LISTEN)
		return;
	if (connect(e->fd, &none, sizeof(none)))
		return;
	note(s, "#   connect %zu to nowhere\n", i);
	if (!e->explicit_port) {
		drop(s, i); /* it gave the port back */
		return;
	}
	refresh(s, i);
}
