/* tests/kernel/rules.c - random scenes of sockets: what the rules predict against what the kernel says */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/compat.h"
#include "engine/conflict.h"

#ifndef IP_LOCAL_PORT_RANGE
#define IP_LOCAL_PORT_RANGE 51 /* since 6.3 */
#endif

/* Every scene has a port of its own; clients take theirs above, so that they never meet. */
#define PORT_FIRST   2000
#define PORT_LAST    50000
#define CLIENT_FIRST 60000
#define CLIENT_LAST  65000
#define SERVER_PORT  1999
#define ENTRIES_MAX  16
#define ACTIONS_MAX  6
/* A packet that comes late can fool one run; a wrong rule fools every one. */
#define REPEATS 4

struct entry {
	int fd;   /* -1: closed, only what the kernel keeps is left */
	int peer; /* the other end, where this test has it; -1: none */
	bool explicit_port, group;
	bool to_server; /* connected to the server that belongs to no scene */
	bool tail; /* UDP: AF_INET6 and SO_REUSEPORT at bind: goes to the end of the chain */
	uint32_t order;
};

struct counts {
	unsigned long scenes, answers, refused, cache, order, other, differences, repeated;
};

struct scene {
	uint64_t random;
	uint16_t port;
	bool udp;
	struct entry entries[ENTRIES_MAX];
	struct iu_socket truth[ENTRIES_MAX];
	size_t n;
	uint32_t sequence;
	bool reuseport_by[2]; /* a SO_REUSEPORT socket of uid 0 / 1000 was bound here before */
	struct counts *counts;
	char log[8192];
	size_t log_len;
	bool different;
};

static struct iu_kernel kernel;
static int server4 = -1, server6 = -1;
static uint32_t devices[3]; /* none, lo, a veth where there is one */
static size_t device_count = 2;
static bool one_user;

static const char *const addresses[] = {
	"0.0.0.0", "127.0.0.1", "127.0.0.2", "127.0.0.6", "::", "::1", "fd00::1",
	"::ffff:127.0.0.1", "::ffff:127.0.0.2", "::ffff:0.0.0.0",
};

static void note(struct scene *s, const char *format, ...) IU_PRINTF(2, 3);

static void note(struct scene *s, const char *format, ...)
{
	va_list args;
	int len;

	va_start(args, format);
	len = vsnprintf(s->log + s->log_len, sizeof(s->log) - s->log_len, format, args);
	va_end(args);
	if (len > 0 && (size_t)len < sizeof(s->log) - s->log_len)
		s->log_len += (size_t)len;
}

/* xorshift64*: the same seed gives the same scenes everywhere */
static uint32_t rnd(struct scene *s, uint32_t below)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return (uint32_t)((s->random * 2685821657736338717ull) >> 33) % below;
}

static bool chance(struct scene *s, uint32_t percent)
{
	return rnd(s, 100) < percent;
}

static socklen_t to_sockaddr(
	const struct iu_address *a, uint16_t port, struct sockaddr_storage *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (a->family == IU_FAMILY_IPV4) {
		struct sockaddr_in *in = (struct sockaddr_in *)ret;

		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, a->bytes, 4);
		return sizeof(*in);
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, a->bytes, 16);
	return sizeof(*in6);
}

static void from_sockaddr(const struct sockaddr_storage *sa, struct iu_socket *s)
{
	memset(&s->local, 0, sizeof(s->local));
	if (sa->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)sa;

		s->local.family = IU_FAMILY_IPV4;
		memcpy(s->local.bytes, &in->sin_addr, 4);
		s->port = ntohs(in->sin_port);
	} else {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

		s->local.family = IU_FAMILY_IPV6;
		memcpy(s->local.bytes, &in6->sin6_addr, 16);
		s->port = ntohs(in6->sin6_port);
	}
	s->family = s->local.family;
}

static int get(int fd, int level, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, option, &value, &len) ? 0 : value;
}

static void set(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

static enum iu_state tcp_state(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return IU_STATE_UNKNOWN;
	switch (info.tcpi_state) {
	case TCP_ESTABLISHED: return IU_STATE_ESTABLISHED;
	case TCP_FIN_WAIT1: return IU_STATE_FIN_WAIT1;
	case TCP_FIN_WAIT2: return IU_STATE_FIN_WAIT2;
	case TCP_CLOSE: return IU_STATE_BOUND;
	case TCP_CLOSE_WAIT: return IU_STATE_CLOSE_WAIT;
	case TCP_LISTEN: return IU_STATE_LISTEN;
	}
	return IU_STATE_UNKNOWN;
}

/* The truth about a live socket, from its own descriptor. */
static void refresh(struct scene *s, size_t i)
{
	struct entry *e = &s->entries[i];
	struct iu_socket *t = &s->truth[i];
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	struct stat st;

	if (e->fd < 0)
		return;
	*t = (struct iu_socket){.protocol = s->udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP};
	if (getsockname(e->fd, (struct sockaddr *)&sa, &len) || fstat(e->fd, &st)) {
		t->state = IU_STATE_FILE;
		return;
	}
	from_sockaddr(&sa, t);
	t->inode = st.st_ino;
	t->uid = st.st_uid;
	t->uid_known = true;
	t->reuseaddr = iu_tri(get(e->fd, SOL_SOCKET, SO_REUSEADDR) != 0);
	t->reuseport = iu_tri(get(e->fd, SOL_SOCKET, SO_REUSEPORT) != 0);
	t->v6only = iu_tri(sa.ss_family == AF_INET6 && get(e->fd, IPPROTO_IPV6, IPV6_V6ONLY));
	t->ifindex = (uint32_t)get(e->fd, SOL_SOCKET, SO_BINDTOIFINDEX);
	t->explicit_port = iu_tri(e->explicit_port);
	t->order = e->order;
	t->state = s->udp ? IU_STATE_BOUND : tcp_state(e->fd);
	/* a port that the system chose is given back with the connection */
	if (!e->explicit_port && !s->udp && t->state == IU_STATE_BOUND)
		t->state = IU_STATE_FILE;
}

static void refresh_all(struct scene *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		refresh(s, i);
}

static void drop(struct scene *s, size_t i)
{
	struct linger abort = {1, 0};
	struct entry *e = &s->entries[i];

	if (e->fd >= 0) {
		if (!s->udp && s->truth[i].state != IU_STATE_LISTEN)
			(void)setsockopt(e->fd, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
		close(e->fd);
	}
	if (e->peer >= 0) {
		(void)setsockopt(e->peer, SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
		close(e->peer);
	}
	e->fd = e->peer = -1;
	s->truth[i].state = IU_STATE_FILE; /* holds nothing any more */
}

static struct entry *add_entry(struct scene *s, int fd)
{
	struct entry *e;

	if (s->n == ENTRIES_MAX) {
		close(fd);
		return NULL;
	}
	e = &s->entries[s->n];
	*e = (struct entry){.fd = fd, .peer = -1};
	memset(&s->truth[s->n], 0, sizeof(s->truth[0]));
	s->truth[s->n].state = IU_STATE_FILE;
	s->n++;
	return e;
}

static const char *tri_word(enum iu_tri t)
{
	return t == IU_YES ? "yes" : t == IU_NO ? "no" : "?";
}

static void show_truth(const struct scene *s)
{
	size_t i;
	char text[IU_ADDRESS_TEXT];

	for (i = 0; i < s->n; i++) {
		const struct iu_socket *t = &s->truth[i];

		if (t->state == IU_STATE_FILE)
			continue;
		printf("#   holder %zu: %s %s reuseaddr %s reuseport %s v6only %s dev %u uid %u mini %d order %u\n",
			i, iu_state_name(t->state),
			iu_endpoint_format(&t->local, t->port, text), tri_word(t->reuseaddr),
			tri_word(t->reuseport), tri_word(t->v6only), t->ifindex, t->uid, t->mini,
			t->order);
	}
}

static void difference(struct scene *s, const char *call, const struct iu_request *r,
	struct iu_outcome predicted, int actual)
{
	char text[IU_ADDRESS_TEXT];

	s->different = true;
	note(s, "#   %s(%s reuseaddr %d reuseport %d v6only %d dev %u uid %u group %d force %d): rules say %s, the kernel says %s\n",
		call, iu_endpoint_format(&r->address, r->port, text), r->reuseaddr, r->reuseport,
		r->v6only, r->ifindex, r->uid, r->group, r->force,
		predicted.fails == IU_YES ? "EADDRINUSE" : "success",
		actual ? strerror(actual) : "success");
}

/* Compares one answer; true when it was EADDRINUSE or success. */
static void compare(struct scene *s, const char *call, const struct iu_request *r,
	struct iu_outcome predicted, int actual)
{
	struct counts *c = s->counts;

	if (actual && actual != EADDRINUSE) {
		c->other++;
		return;
	}
	c->answers++;
	c->refused += actual != 0;
	if (predicted.fails == IU_UNKNOWN) {
		if (predicted.order_dependent)
			c->order++;
		else
			difference(s, call, r, predicted, actual);
		return;
	}
	if ((predicted.fails == IU_YES) == (actual != 0))
		return;
	if (!actual && !s->udp && r->reuseport && !r->group &&
		(predicted.cache_dependent || s->reuseport_by[r->uid != 0])) {
		c->cache++; /* the fast path that nobody can read, only ever more permissive */
		return;
	}
	difference(s, call, r, predicted, actual);
}

static struct iu_outcome predict(struct scene *s, const struct iu_request *r, size_t skip)
{
	struct iu_sockets sockets = {s->truth, s->n, s->n};

	return iu_outcome(r, &sockets, skip, &kernel);
}

static int new_socket(struct scene *s, int family, uint32_t uid)
{
	struct timeval soon = {0, 20000};
	int fd;

	setfsuid(uid);
	fd = socket(family, s->udp ? SOCK_DGRAM : SOCK_STREAM, 0);
	setfsuid(0);
	/* a connect() that nobody answers gives up soon */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &soon, sizeof(soon));
	return fd;
}

static void attach_group(int fd)
{
	struct sock_filter code[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
	struct sock_fprog program = {1, code};

	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program));
}

static void remember_reuseport(struct scene *s, const struct iu_request *r)
{
	if (r->reuseport)
		s->reuseport_by[r->uid != 0] = true;
}

/* socket(), options, bind(); compared. Keeps the socket when it could be bound and @keep. */
static void do_bind(struct scene *s, bool keep)
{
	struct iu_request r = {.protocol = s->udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP,
		.port = s->port};
	const char *text = addresses[rnd(s, IU_COUNT(addresses))];
	struct sockaddr_storage sa;
	struct iu_outcome predicted;
	struct entry *e;
	socklen_t len;
	int fd, actual;

	(void)iu_address_parse(text, strlen(text), &r.address);
	r.uid = !one_user && chance(s, 30) ? 1000 : 0;
	r.reuseaddr = chance(s, 45);
	r.reuseport = chance(s, 35);
	r.v6only = r.address.family == IU_FAMILY_IPV6 && chance(s, 35);
	r.ifindex = chance(s, 20) ? devices[rnd(s, (uint32_t)device_count)] : 0;
	r.group = r.reuseport && chance(s, 4);
	r.force = !keep && !s->udp && chance(s, 3);
	fd = new_socket(s, r.address.family == IU_FAMILY_IPV4 ? AF_INET : AF_INET6, r.uid);
	if (fd < 0)
		return;
	set(fd, SOL_SOCKET, SO_REUSEADDR, r.reuseaddr);
	set(fd, SOL_SOCKET, SO_REUSEPORT, r.reuseport);
	if (r.address.family == IU_FAMILY_IPV6)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, r.v6only);
	if (r.ifindex)
		set(fd, SOL_SOCKET, SO_BINDTOIFINDEX, (int)r.ifindex);
	if (r.group)
		attach_group(fd);
	if (r.force)
		set(fd, IPPROTO_TCP, TCP_REPAIR, 1);
	refresh_all(s);
	predicted = predict(s, &r, SIZE_MAX);
	len = to_sockaddr(&r.address, s->port, &sa);
	actual = bind(fd, (struct sockaddr *)&sa, len) ? errno : 0;
	note(s, "#   bind %s reuseaddr %d reuseport %d v6only %d dev %u uid %u group %d force %d: %s%s\n",
		text, r.reuseaddr, r.reuseport, r.v6only, r.ifindex, r.uid, r.group, r.force,
		actual ? strerror(actual) : "success", keep ? "" : " (closed)");
	compare(s, "bind", &r, predicted, actual);
	if (actual || !keep) {
		close(fd);
		if (!actual)
			remember_reuseport(s, &r);
		return;
	}
	remember_reuseport(s, &r);
	e = add_entry(s, fd);
	if (!e)
		return;
	e->explicit_port = true;
	e->group = r.group;
	e->tail = r.address.family == IU_FAMILY_IPV6 && r.reuseport;
	e->order = e->tail ? 1000000 + s->sequence : 1000000 - s->sequence;
	s->sequence++;
	refresh(s, s->n - 1);
}

static struct iu_request request_of(const struct scene *s, size_t i)
{
	const struct iu_socket *t = &s->truth[i];

	return (struct iu_request){
		.protocol = t->protocol,
		.address = t->local,
		.port = t->port,
		.reuseaddr = t->reuseaddr == IU_YES,
		.reuseport = t->reuseport == IU_YES,
		.group = s->entries[i].group,
		.v6only = t->v6only == IU_YES,
		.ifindex = t->ifindex,
		.uid = t->uid,
	};
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
		remember_reuseport(s, &r);
	refresh(s, i);
}

static void set_client_range(int fd, uint16_t first, uint16_t last)
{
	uint32_t range = (uint32_t)last << 16 | first;

	(void)setsockopt(fd, IPPROTO_IP, IP_LOCAL_PORT_RANGE, &range, sizeof(range));
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

		fd = accept4(v4 ? server4 : server6, (struct sockaddr *)&from, &len,
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

/* connect() of a socket of the scene, to a server that belongs to no scene */
static void do_connect(struct scene *s, size_t i)
{
	const struct iu_socket *t = &s->truth[i];
	struct iu_address target;
	struct sockaddr_storage sa;
	bool v4 = t->family == IU_FAMILY_IPV4, mapped;
	const char *to;
	int err;

	if (t->state != IU_STATE_BOUND || s->entries[i].peer >= 0 ||
		(t->ifindex && t->ifindex != devices[1])) /* nobody answers behind the veth */
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
	s->entries[i].peer = accept_server(v4 || mapped, s->port);
	forget_recycled(s, i);
}

/* A client that the system gives this very port. */
static void do_autobind(struct scene *s)
{
	bool v4 = chance(s, 50), mapped = !v4 && chance(s, 30);
	const char *to = v4 ? "127.0.0.1" : mapped ? "::ffff:127.0.0.1" : "::1";
	struct sockaddr_storage sa;
	struct iu_address target;
	struct entry *e;
	uint32_t uid = !one_user && chance(s, 30) ? 1000 : 0;
	int err, fd = new_socket(s, v4 ? AF_INET : AF_INET6, uid);
	bool tail;

	if (fd < 0)
		return;
	(void)iu_address_parse(to, strlen(to), &target);
	set(fd, SOL_SOCKET, SO_REUSEADDR, chance(s, 45));
	set(fd, SOL_SOCKET, SO_REUSEPORT, chance(s, 35));
	if (!v4 && !mapped)
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, chance(s, 35));
	tail = !v4 && get(fd, SOL_SOCKET, SO_REUSEPORT);
	set_client_range(fd, s->port, s->port);
	err = connect(fd, (struct sockaddr *)&sa, to_sockaddr(&target, SERVER_PORT, &sa)) ? errno
											   : 0;
	note(s, "#   client to %s with a port of the system's: %s\n", to,
		err ? strerror(err) : "success");
	if (err) {
		close(fd);
		return;
	}
	e = add_entry(s, fd);
	if (!e)
		return;
	e->tail = tail;
	e->order = tail ? 1000000 + s->sequence : 1000000 - s->sequence;
	s->sequence++;
	refresh(s, s->n - 1);
	if (s->udp)
		return;
	e->peer = accept_server(v4 || mapped, s->port);
	forget_recycled(s, s->n - 1);
}

/* The child may come out of any listener that covers the address. */
static bool take_child(struct scene *s, int client)
{
	uint32_t uid = !one_user && chance(s, 25) ? 1000 : 0;
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

static void do_accept(struct scene *s, size_t i)
{
	struct iu_address target = s->truth[i].local;
	struct sockaddr_storage sa;
	const char *to = NULL;
	int client;

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
	set_client_range(client, CLIENT_FIRST, CLIENT_LAST);
	if (connect(client, (struct sockaddr *)&sa, to_sockaddr(&target, s->port, &sa)) &&
		errno != EINPROGRESS) {
		close(client);
		return;
	}
	if (!take_child(s, client))
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

/* Active close: TIME-WAIT, or FIN-WAIT-2 without an owner while the other end stays open. */
static void do_active_close(struct scene *s, size_t i, bool half)
{
	struct entry *e = &s->entries[i];
	struct iu_socket *t = &s->truth[i];

	if (s->udp || t->state != IU_STATE_ESTABLISHED || e->peer < 0)
		return;
	if (half) {
		shutdown(e->fd, SHUT_WR);
		if (!reaches(e->fd, IU_STATE_FIN_WAIT2)) {
			refresh(s, i);
			return;
		}
		close(e->fd);
	} else {
		close(e->fd);
		if (!reaches(e->peer, IU_STATE_CLOSE_WAIT)) {
			/* bound to the veth meanwhile: an orphan that nobody answers, with its user */
			e->fd = -1;
			t->state = IU_STATE_FIN_WAIT1;
			t->inode = 0;
			note(s, "#   close %zu: %s\n", i, iu_state_name(t->state));
			return;
		}
		close(e->peer);
		e->peer = -1;
	}
	e->fd = -1;
	t->state = half ? IU_STATE_FIN_WAIT2 : IU_STATE_TIME_WAIT;
	t->mini = true;
	t->inode = 0;
	t->uid_known = false;
	note(s, "#   close %zu: %s\n", i, iu_state_name(t->state));
}

static void do_peer_reset(struct scene *s, size_t i)
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

static void do_unconnect(struct scene *s, size_t i)
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

static void do_change(struct scene *s, size_t i)
{
	struct entry *e = &s->entries[i];
	int value = (int)rnd(s, 2);

	if (e->fd < 0)
		return;
	switch (rnd(s, 4)) {
	case 0:
		set(e->fd, SOL_SOCKET, SO_REUSEADDR, value);
		note(s, "#   set reuseaddr %d on %zu\n", value, i);
		break;
	case 1:
		set(e->fd, SOL_SOCKET, SO_REUSEPORT, value);
		note(s, "#   set reuseport %d on %zu\n", value, i);
		break;
	case 2:
		if (!one_user && fchown(e->fd, value ? 1000 : 0, (gid_t)-1) == 0)
			note(s, "#   chown %zu to %d\n", i, value ? 1000 : 0);
		break;
	case 3:
		/* a listener's hash and routing do not follow it at once; the bind table does */
		value = (int)devices[rnd(s, (uint32_t)device_count)];
		set(e->fd, SOL_SOCKET, SO_BINDTOIFINDEX, value);
		note(s, "#   set device %d on %zu\n", value, i);
		break;
	}
	refresh(s, i);
}

static void act(struct scene *s)
{
	size_t i = s->n ? rnd(s, (uint32_t)s->n) : 0;
	uint32_t what = rnd(s, 100);

	if (!s->n || what < 30) {
		do_bind(s, true);
		return;
	}
	refresh_all(s);
	if (what < 50)
		do_listen(s, i);
	else if (what < 58)
		do_accept(s, i);
	else if (what < 65)
		do_connect(s, i);
	else if (what < 71)
		do_autobind(s);
	else if (what < 78)
		do_active_close(s, i, chance(s, 30));
	else if (what < 81)
		do_peer_reset(s, i);
	else if (what < 84)
		do_unconnect(s, i);
	else if (what < 91)
		do_change(s, i);
	else if (what < 94 && !s->udp && s->truth[i].state == IU_STATE_LISTEN) {
		shutdown(s->entries[i].fd, SHUT_RDWR);
		s->entries[i].group = false; /* a listener that stops leaves its group */
		note(s, "#   shutdown %zu\n", i);
	} else if (what < 97) {
		note(s, "#   close %zu\n", i);
		if (s->entries[i].fd >= 0)
			drop(s, i);
	} else {
		do_bind(s, true);
	}
	refresh_all(s);
}

/* Returns whether rules and kernel differed. */
static bool play(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud)
{
	struct scene s = {.random = seed * 0x9e3779b97f4a7c15ull | 1, .port = port, .udp = udp,
		.counts = counts};
	uint32_t i, actions = 0;

	for (i = 0; i < 4; i++)
		(void)rnd(&s, 2);
	actions = 1 + rnd(&s, 3 * ACTIONS_MAX);
	for (i = 0; i < actions && !s.different && s.n < ENTRIES_MAX - 2; i++)
		act(&s);
	if (!s.different)
		do_bind(&s, false);
	if (s.different && loud) {
		printf("# difference in scene %llu (port %u):\n%s", (unsigned long long)seed,
			port, s.log);
		show_truth(&s);
	}
	for (i = 0; i < s.n; i++)
		drop(&s, i);
	return s.different;
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, text, strlen(text)) < 0)
		printf("# %s: %s\n", path, strerror(errno));
	close(fd);
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
		set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
	if (bind(fd, (struct sockaddr *)&sa, to_sockaddr(&address, SERVER_PORT, &sa)) ||
		listen(fd, 64)) {
		close(fd);
		return -1;
	}
	return fd;
}

/* A network namespace of our own, with lo, one more IPv6 address and, if possible, a veth. */
static int fresh_namespace(void)
{
	struct ifreq ifr = {.ifr_name = "lo"};
	struct {
		struct in6_addr address;
		uint32_t bits;
		int index;
	} six = {.bits = 128, .index = 1};
	int fd;

	if (server4 >= 0)
		close(server4);
	if (server6 >= 0)
		close(server6);
	if (unshare(CLONE_NEWNET)) {
		if (unshare(CLONE_NEWUSER | CLONE_NEWNET))
			return -1;
		one_user = true;
		write_file("/proc/self/setgroups", "deny");
	}
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || ioctl(fd, SIOCGIFFLAGS, &ifr))
		return -1;
	ifr.ifr_flags |= IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &ifr))
		return -1;
	close(fd);
	fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || inet_pton(AF_INET6, "fd00::1", &six.address) != 1 ||
		ioctl(fd, SIOCSIFADDR, &six))
		return -1;
	close(fd);
	write_file("/proc/sys/net/ipv4/ip_local_port_range", "2000 65000");
	devices[1] = if_nametoindex("lo");
	if (system("ip link add iu0 type veth peer name iu1 2>/dev/null && ip link set iu0 up") == 0)
		devices[2] = if_nametoindex("iu0");
	device_count = devices[2] ? 3 : 2;
	server4 = listen_on("127.0.0.1", false);
	server6 = listen_on("::1", true);
	return server4 < 0 || server6 < 0 ? -1 : 0;
}

static void read_kernel(void)
{
	struct utsname name;
	unsigned int major = 0, minor = 0, patch = 0;

	if (uname(&name) == 0 && sscanf(name.release, "%u.%u.%u", &major, &minor, &patch) >= 2)
		kernel.version = major << 16 | minor << 8 | (patch > 255 ? 255 : patch);
}

static bool run(uint64_t seed, unsigned long scenes, bool udp, struct counts *counts)
{
	uint16_t port = PORT_FIRST;
	unsigned long i;

	for (i = 0; i < scenes; i++) {
		struct counts before = *counts;
		int k;

		if (port > PORT_LAST - REPEATS) { /* TIME-WAIT keeps used ports for a minute */
			if (fresh_namespace() < 0)
				return false;
			port = PORT_FIRST;
		}
		if (!play(seed + i, port++, udp, counts, false)) {
			counts->scenes++;
			continue;
		}
		for (k = 1; k < REPEATS; k++) {
			*counts = before;
			if (!play(seed + i, port++, udp, counts, k == REPEATS - 1))
				break;
		}
		counts->scenes++;
		if (k < REPEATS) {
			counts->repeated++;
			continue;
		}
		counts->differences++;
		return true;
	}
	return true;
}

static void report(const char *name, const struct counts *c)
{
	printf("%s 1 - %s: rules and kernel agree\n", c->differences ? "not ok" : "ok", name);
	printf("# %s: %lu scenes, %lu answers compared, %lu of them EADDRINUSE, %lu other errors\n", name,
		c->scenes, c->answers, c->refused, c->other);
	printf("# %s: %lu differences; %lu allowed by the SO_REUSEPORT cache, %lu depend on an order nobody sees, %lu scenes repeated\n",
		name, c->differences, c->cache, c->order, c->repeated);
	printf("1..1\n");
}

int main(int argc, char **argv)
{
	struct counts counts = {0};
	unsigned long scenes = 10000;
	uint64_t seed = 7;
	bool udp = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--scenes") && i + 1 < argc)
			scenes = strtoul(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--seed") && i + 1 < argc)
			seed = strtoull(argv[++i], NULL, 10);
		else if (!strcmp(argv[i], "--udp"))
			udp = true;
		else if (strcmp(argv[i], "--tcp") != 0)
			return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	read_kernel();
	if (fresh_namespace() < 0) {
		printf("1..0 # SKIP no network namespace can be made here: %s\n", strerror(errno));
		return 0;
	}
	printf("# kernel %u.%u.%u, seed %llu, %zu devices, %s\n", kernel.version >> 16,
		kernel.version >> 8 & 255, kernel.version & 255, (unsigned long long)seed,
		device_count - 1, one_user ? "one user" : "two users");
	if (!run(seed, scenes, udp, &counts)) {
		printf("not ok 1 - a new network namespace: %s\n1..1\n", strerror(errno));
		return 1;
	}
	report(udp ? "udp" : "tcp", &counts);
	return counts.differences != 0;
}
