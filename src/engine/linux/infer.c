/* engine/linux/infer.c - options of sockets that follow from what they coexist with */
#include "engine/linux/infer.h"

#include "engine/linux/conflict.h"

/* Pairs are compared; past so many sockets on the list nothing is inferred for the rest. */
#define INFER_MAX 512

static void learn(struct iu_socket *s, enum iu_tri *option, enum iu_tri value)
{
	if (*option != IU_UNKNOWN || value == IU_UNKNOWN)
		return;
	*option = value;
	if (s->options_source != IU_SOURCE_READ)
		s->options_source = IU_SOURCE_INFERRED;
}

/* Bound by bind() as far as one can see; what the system chose could not overlap anyway. */
static bool is_bind(const struct iu_socket *s)
{
	return (s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND) &&
	       s->explicit_port != IU_NO;
}

/* Whether @a would be refused if nobody had set an option: addresses and devices meet. */
static bool overlaps(const struct iu_socket *a, const struct iu_socket *b,
	const struct iu_kernel *kernel)
{
	struct iu_request r = {
		.protocol = a->protocol,
		.address = a->local,
		.port = a->port,
		.v6only = a->v6only == IU_YES,
		.ifindex = a->ifindex,
	};

	/* unknown V6ONLY counts as set here: it makes fewer sockets meet */
	if (a->v6only == IU_UNKNOWN && iu_address_space(&a->local) == IU_SPACE_ANY6)
		r.v6only = true;
	return iu_linux_conflict(&r, b, kernel).blocks == IU_YES;
}

static void infer_pair(
	struct iu_socket *a, struct iu_socket *b, const struct iu_kernel *kernel)
{
	if (!overlaps(a, b, kernel))
		return;
	if (a->protocol == IU_PROTOCOL_TCP && a->state == IU_STATE_LISTEN &&
		b->state == IU_STATE_LISTEN) {
		learn(a, &a->reuseport, IU_YES);
		learn(b, &b->reuseport, IU_YES);
	} else if (a->uid_known && b->uid_known && a->uid != b->uid) {
		learn(a, &a->reuseaddr, IU_YES);
		learn(b, &b->reuseaddr, IU_YES);
	}
}

static bool is_child_state(const struct iu_socket *s)
{
	switch (s->state) {
	case IU_STATE_ESTABLISHED:
	case IU_STATE_CLOSE_WAIT:
	case IU_STATE_FIN_WAIT1:
	case IU_STATE_FIN_WAIT2:
	case IU_STATE_CLOSING:
	case IU_STATE_LAST_ACK:
	case IU_STATE_TIME_WAIT: return s->protocol == IU_PROTOCOL_TCP;
	case IU_STATE_UNKNOWN:
	case IU_STATE_LISTEN:
	case IU_STATE_BOUND:
	case IU_STATE_SYN_SENT:
	case IU_STATE_SYN_RECV:
	case IU_STATE_FILE: break;
	}
	return false;
}

/* Whether a connection to @child's address would have come through @listener. */
static bool could_accept(const struct iu_socket *listener, const struct iu_socket *child)
{
	if (listener->state != IU_STATE_LISTEN || listener->protocol != IU_PROTOCOL_TCP ||
		listener->port != child->port || listener->family != child->family)
		return false;
	if (listener->ifindex && listener->ifindex != child->ifindex)
		return false;
	return iu_address_is_wildcard(&listener->local) ||
	       iu_address_equal(&listener->local, &child->local);
}

/* All listeners that fit must agree; a child takes over what its listener had at accept(). */
static void infer_child(struct iu_socket *child, const struct iu_sockets *sockets)
{
	const struct iu_socket *first = NULL;
	enum iu_tri reuseaddr = IU_UNKNOWN, reuseport = IU_UNKNOWN, v6only = IU_UNKNOWN;
	size_t n = sockets->n < INFER_MAX ? sockets->n : INFER_MAX;

	for (size_t i = 0; i < n; i++) {
		const struct iu_socket *s = &sockets->v[i];

		if (!could_accept(s, child))
			continue;
		if (!first) {
			first = s;
			reuseaddr = s->reuseaddr;
			reuseport = s->reuseport;
			v6only = s->v6only;
			continue;
		}
		if (s->reuseaddr != reuseaddr)
			reuseaddr = IU_UNKNOWN;
		if (s->reuseport != reuseport)
			reuseport = IU_UNKNOWN;
		if (s->v6only != v6only)
			v6only = IU_UNKNOWN;
	}
	learn(child, &child->reuseaddr, reuseaddr);
	learn(child, &child->reuseport, reuseport);
	learn(child, &child->v6only, v6only);
}

void iu_linux_infer(struct iu_sockets *sockets, const struct iu_kernel *kernel)
{
	size_t n = sockets->n < INFER_MAX ? sockets->n : INFER_MAX;

	for (size_t i = 0; i < n; i++) {
		if (!is_bind(&sockets->v[i]))
			continue;
		for (size_t j = i + 1; j < n; j++)
			if (is_bind(&sockets->v[j]))
				infer_pair(&sockets->v[i], &sockets->v[j], kernel);
	}
	for (size_t i = 0; i < sockets->n; i++)
		if (is_child_state(&sockets->v[i]) && sockets->v[i].port)
			infer_child(&sockets->v[i], sockets);
}
