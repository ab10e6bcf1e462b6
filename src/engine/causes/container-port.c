/* engine/causes/container-port.c - a container, or the proxy that publishes its port */
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"

/* The value after an option: "-container-ip" "172.17.0.2". */
static const char *argument(const struct iu_process *process, const char *option)
{
	for (size_t i = 0; i + 1 < process->command.n; i++)
		if (process->command.v[i] && !strcmp(process->command.v[i], option))
			return process->command.v[i + 1];
	return NULL;
}

static void say_target(struct iu_case *c, const struct iu_process *process)
{
	const char *ip = argument(process, "-container-ip");
	const char *port = argument(process, "-container-port");

	if (process->name && !strcmp(process->name, "conmon") && argument(process, "-n"))
		iu_case_say(c, "the container's name is %s",
			iu_safe(c->arena, argument(process, "-n"), 64));
	if (ip && port)
		iu_case_say(c, "it leads to port %s of the container at %s",
			iu_safe(c->arena, port, 10), iu_safe(c->arena, ip, 45));
}

/* Where a capture names it and no process. */
static const char *publisher(struct iu_arena *arena, const struct iu_socket *s)
{
	if (!strcmp(s->engine, "kubernetes"))
		return iu_phrase(arena, "the Kubernetes service %s, on every node,",
			iu_safe(arena, s->container, 64));
	return iu_phrase(arena, "the container %s", iu_phrase_container(arena, s->container, NULL));
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	(void)snapshot;
	if (b->holds.n || !b->socket.container || !b->socket.engine)
		return NULL;
	return iu_phrase(arena, "%s publishes %s", publisher(arena, &b->socket),
		iu_phrase_endpoint(arena, &b->socket));
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;

	for (size_t i = 0; i < c->holders.n; i++) {
		const struct iu_process *process = c->holders.v[i];
		const struct iu_proxy_row *taker = iu_proxy_of(process);

		*ret_confidence = IU_CONFIDENCE_PROVEN;
		if (taker && taker->kind == IU_PROXY_CONTAINER &&
			!iu_proxy_is_own_port(process, s->port)) {
			iu_case_say(c, "%s: %s", iu_phrase_process(c->arena, process),
				taker->sentence);
			say_target(c, process);
			if (process->left_over == IU_YES)
				iu_case_say(c, "%s: it is left over",
					taker->of_engine ? "its parent is no container engine any more"
					: taker->of_child
						? "the container that it kept is gone"
						: "the network namespace that it publishes for is gone");
			return true;
		}
		if (process->container) {
			iu_case_say(c, "%s runs in the container %s%s%s%s",
				iu_phrase_process(c->arena, process),
				iu_phrase_container(
					c->arena, process->container, process->container_name),
				process->engine ? " (" : "",
				process->engine ? iu_safe(c->arena, process->engine, 20) : "",
				process->engine ? ")" : "");
			return true;
		}
	}
	if (c->holder_count || !s->container || !iu_case_has_owner(c))
		return false;
	if (s->engine)
		iu_case_say(c, "%s publishes it", publisher(c->arena, s));
	else
		iu_case_say(c, "the socket was made in the container %s",
			iu_phrase_container(c->arena, s->container, NULL));
	*ret_confidence = IU_CONFIDENCE_LIKELY;
	return true;
}

const struct iu_cause_rule iu_cause_container_port = {
	.cause = IU_CAUSE_CONTAINER_PORT,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_CONTAINER,
};
