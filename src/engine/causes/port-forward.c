/* engine/causes/port-forward.c - a tunnel, an editor, a relay or a machine has it on behalf of elsewhere */
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/machine.h"

static const char *text_of(struct iu_arena *arena, struct iu_span span)
{
	return iu_safe(arena, iu_arena_strndup(arena, span.text, span.len), IU_PATH_COLUMNS);
}

/* A machine whose arguments, or whose program, say that the port is a guest's. */
static bool is_machine(
	struct iu_case *c, const struct iu_process *process, enum iu_confidence *ret_confidence)
{
	const struct iu_machine_row *row = iu_machine_of(process);
	struct iu_machine_use use = iu_machine_port(
		process, c->blocker->socket.protocol, c->blocker->socket.port);
	const char *who;

	if (!row || (use.kind != IU_MACHINE_PORT_FORWARD && !row->forwards))
		return false;
	who = iu_phrase_process(c->arena, process);
	if (use.kind == IU_MACHINE_PORT_FORWARD)
		iu_case_say(c, "%s runs %s, and its argument %s forwards the port to port %s of the guest",
			who, iu_machine_phrase(c->arena, process), text_of(c->arena, use.argument),
			text_of(c->arena, use.guest));
	else
		iu_case_say(c, "%s: %s", who, row->forwards);
	*ret_confidence = use.kind == IU_MACHINE_PORT_FORWARD ? IU_CONFIDENCE_PROVEN
							      : IU_CONFIDENCE_LIKELY;
	return true;
}

/* A client of the forwarding program itself (ssh's own connection) forwards nothing. */
static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;

	if (s->state != IU_STATE_LISTEN && s->protocol != IU_PROTOCOL_UDP)
		return false;
	for (size_t i = 0; i < c->holders.n; i++) {
		const struct iu_proxy_row *taker = iu_proxy_of(c->holders.v[i]);

		if (is_machine(c, c->holders.v[i], ret_confidence))
			return true;
		if (!taker || taker->kind != IU_PROXY_FORWARD)
			continue;
		iu_case_say(c, "%s: %s", iu_phrase_process(c->arena, c->holders.v[i]),
			taker->sentence);
		*ret_confidence = IU_CONFIDENCE_LIKELY;
		return true;
	}
	return false;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_process *process =
			iu_snapshot_process(snapshot, snapshot->holds.v[b->holds.v[i]].pid);
		struct iu_machine_use use = {.kind = IU_MACHINE_PORT_UNSAID};

		if (process && iu_machine_of(process))
			use = iu_machine_port(process, b->socket.protocol, b->socket.port);
		if (use.kind == IU_MACHINE_PORT_FORWARD)
			return iu_phrase(arena, "%s, %s, forwards %s to its guest's port %s",
				iu_machine_phrase(arena, process), iu_phrase_process(arena, process),
				iu_phrase_endpoint(arena, &b->socket), text_of(arena, use.guest));
	}
	return NULL;
}

const struct iu_cause_rule iu_cause_port_forward = {
	.cause = IU_CAUSE_PORT_FORWARD,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_PROCESSES,
};
