/* tests/kernel/predict.c - what the rules say of a scene, compared with the kernel's answer */
#include "scene.h"

#include <errno.h>
#include <string.h>

struct iu_outcome predict(struct scene *s, const struct iu_request *r, size_t skip)
{
	struct iu_sockets sockets = {s->truth, s->n, s->n};

	return iu_linux_outcome(r, &sockets, skip, &world.kernel);
}

bool misses_wildcards(const struct scene *s, const struct iu_request *r, size_t port)
{
	return !s->udp && world.kernel.version < (6u << 16 | 8u << 8) && s->mapped_any[port] &&
	       iu_address_space(&r->address) == IU_SPACE_MAPPED &&
	       !iu_address_is_wildcard(&r->address);
}

/* What the kernel allowed and the rules did not: whether one of its shortcuts explains it. */
static bool by_shortcut(struct scene *s, const struct iu_request *r, struct iu_outcome predicted)
{
	size_t port = (size_t)(r->port - s->first_port);

	if (s->udp)
		return false;
	if (r->reuseport && !r->group &&
		(predicted.cache_dependent || s->reuseport_by[port][r->uid != 0])) {
		s->counts->cache++;
		return true;
	}
	if (misses_wildcards(s, r, port)) {
		s->counts->order++;
		return true;
	}
	if (predicted.fastreuse_dependent && s->cleared[port]) {
		s->counts->fastreuse++;
		return true;
	}
	return false;
}

void compare(struct scene *s, const char *call, const struct iu_request *r,
	struct iu_outcome predicted, int actual)
{
	struct counts *c = s->counts;
	char text[256];

	if (actual && actual != EADDRINUSE) {
		c->other++;
		return;
	}
	c->answers++;
	c->refused += actual != 0;
	if (predicted.fails == IU_UNKNOWN &&
		(predicted.order_dependent || predicted.history_dependent)) {
		c->order++;
		return;
	}
	if (predicted.fails != IU_UNKNOWN && (predicted.fails == IU_YES) == (actual != 0))
		return;
	if (predicted.fails == IU_YES && by_shortcut(s, r, predicted))
		return;
	describe(r, text, sizeof(text));
	difference(s, "#   %s(%s): rules say %s, the kernel says %s\n", call, text,
		predicted.fails == IU_UNKNOWN ? "unknown"
		: predicted.fails == IU_YES   ? "EADDRINUSE"
					      : "success",
		actual ? strerror(actual) : "success");
}

void remember(struct scene *s, const struct iu_request *r)
{
	if (iu_address_space(&r->address) == IU_SPACE_MAPPED && iu_address_is_wildcard(&r->address))
		s->mapped_any[r->port - s->first_port] = true;
	if (r->reuseport)
		s->reuseport_by[r->port - s->first_port][r->uid != 0] = true;
}

struct iu_request request_of(const struct scene *s, size_t i)
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
