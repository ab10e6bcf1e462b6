/* tests/kernel/entries.c - the sockets of a scene and the truth about each */
#include "scene.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

socklen_t to_sockaddr(const struct iu_address *a, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (a->family == IU_FAMILY_IPV4) {
		struct sockaddr_in *in = (struct sockaddr_in *)ret;

		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, a->bytes, 4);
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	in6->sin6_scope_id = a->scope;
	memcpy(&in6->sin6_addr, a->bytes, 16);
	return sizeof(*in6);
}

static uint16_t from_sockaddr(const struct sockaddr_storage *sa, struct iu_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	if (sa->ss_family == AF_INET) {
		const struct sockaddr_in *in = (const struct sockaddr_in *)sa;

		ret->family = IU_FAMILY_IPV4;
		memcpy(ret->bytes, &in->sin_addr, 4);
		return ntohs(in->sin_port);
	}
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)sa;

	ret->family = IU_FAMILY_IPV6;
	ret->scope = in6->sin6_scope_id;
	memcpy(ret->bytes, &in6->sin6_addr, 16);
	return ntohs(in6->sin6_port);
}

int get_option(int fd, int level, int option)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, option, &value, &len) ? 0 : value;
}

void set_option(int fd, int level, int option, int value)
{
	(void)setsockopt(fd, level, option, &value, sizeof(value));
}

enum iu_state tcp_state(int fd)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len))
		return IU_STATE_UNKNOWN;
	switch (info.tcpi_state) {
	case TCP_SYN_SENT: return IU_STATE_SYN_SENT;
	case TCP_CLOSING: return IU_STATE_CLOSING;
	case TCP_LAST_ACK: return IU_STATE_LAST_ACK;
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
void refresh(struct scene *s, size_t i)
{
	struct entry *e = &s->entries[i];
	struct iu_socket *t = &s->truth[i];
	uint32_t order = t->order;
	struct sockaddr_storage sa;
	socklen_t len = sizeof(sa);
	struct stat st;

	if (e->fd < 0)
		return;
	*t = (struct iu_socket){.protocol = s->udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP,
		.order = order};
	if (getsockname(e->fd, (struct sockaddr *)&sa, &len) || fstat(e->fd, &st)) {
		t->state = IU_STATE_FILE;
		return;
	}
	t->port = from_sockaddr(&sa, &t->local);
	t->family = t->local.family;
	t->inode = st.st_ino;
	t->uid = st.st_uid;
	t->uid_known = true;
	t->reuseaddr = iu_tri(get_option(e->fd, SOL_SOCKET, SO_REUSEADDR) != 0);
	t->reuseport = iu_tri(get_option(e->fd, SOL_SOCKET, SO_REUSEPORT) != 0);
	t->v6only = iu_tri(
		sa.ss_family == AF_INET6 && get_option(e->fd, IPPROTO_IPV6, IPV6_V6ONLY));
	t->ifindex = (uint32_t)get_option(e->fd, SOL_SOCKET, SO_BINDTOIFINDEX);
	t->explicit_port = iu_tri(e->explicit_port);
	t->state = s->udp ? IU_STATE_BOUND : tcp_state(e->fd);
	len = sizeof(sa);
	if (getpeername(e->fd, (struct sockaddr *)&sa, &len) == 0)
		t->peer_port = from_sockaddr(&sa, &t->peer);
	/* a port that the system chose is given back with the connection */
	if (!e->explicit_port && !s->udp && t->state == IU_STATE_BOUND)
		t->state = IU_STATE_FILE;
}

void refresh_all(struct scene *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		refresh(s, i);
}

void drop(struct scene *s, size_t i)
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

void drop_all(struct scene *s)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		drop(s, i);
}

bool take_away(struct scene *s, size_t i)
{
	struct iu_socket *t = &s->truth[i];

	if (t->state == IU_STATE_FILE)
		return true;
	/* first what is left over: the other end's reset would only get some of them */
	if (s->entries[i].fd < 0 && netlink_destroy(t, world.lo)) {
		note(s, "#   %zu cannot be destroyed: %s\n", i, strerror(errno));
		if (errno == ENOENT)
			difference(s, "#   it is not there at all\n");
		return false;
	}
	note(s, "#   take away %zu\n", i);
	drop(s, i);
	return true;
}

struct entry *add_entry(struct scene *s, int fd)
{
	struct entry *e;
	bool tail;

	if (s->n == ENTRIES_MAX) {
		close(fd);
		return NULL;
	}
	e = &s->entries[s->n];
	*e = (struct entry){.fd = fd, .peer = -1};
	/* UDP: AF_INET6 with SO_REUSEPORT goes to the end of the chain, all else to its head */
	tail = get_option(fd, SOL_SOCKET, SO_DOMAIN) == AF_INET6 &&
	       get_option(fd, SOL_SOCKET, SO_REUSEPORT);
	s->truth[s->n] = (struct iu_socket){.state = IU_STATE_FILE,
		.order = tail ? 1000000 + s->sequence : 1000000 - s->sequence};
	s->sequence++;
	s->n++;
	return e;
}
