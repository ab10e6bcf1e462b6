/* engine/causes/other-program.c - another program has it, and runs: what remains when nothing else fits */
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/machine.h"

/* What its arguments say that the port is to a machine. */
static void say_machine(struct iu_case *c, const struct iu_process *process)
{
	struct iu_machine_use use = {.kind = IU_MACHINE_PORT_UNSAID};

	if (!iu_machine_of(process))
		return;
	use = iu_machine_port(process, c->blocker->socket.protocol, c->blocker->socket.port);
	if (use.kind == IU_MACHINE_PORT_SCREEN || use.kind == IU_MACHINE_PORT_OTHER)
		iu_case_say(c, "it runs %s, and has the port for its %s (%s)",
			iu_machine_phrase(c->arena, process),
			use.kind == IU_MACHINE_PORT_SCREEN ? "screen" : "monitor, console or debugger",
			iu_safe(c->arena,
				iu_arena_strndup(c->arena, use.argument.text, use.argument.len),
				IU_PATH_COLUMNS));
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	const char *who = iu_phrase_holders(c->arena, c->snapshot, c->blocker);

	if (c->question->asker.variable)
		iu_case_say(c, "the program that asks has the port from %s, as everything that is started with it",
			iu_phrase_safe(c->arena, c->question->asker.variable, IU_NAME_COLUMNS));
	if (who) {
		iu_case_say(c, "%s %s %s", who,
			iu_phrase_state(s, iu_phrase_many(c->snapshot, c->blocker)),
			iu_phrase_endpoint(c->arena, s));
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		for (size_t i = 0; i < c->holders.n && i < 3; i++) {
			iu_cause_say_worker(c, c->holders.v[i]);
			say_machine(c, c->holders.v[i]);
			/* whether it serves could not be seen: then it is not said that it does */
			if (c->holders.v[i]->binds == IU_NO && s->waited_on != IU_YES)
				*ret_confidence = IU_CONFIDENCE_LIKELY;
		}
	} else {
		iu_case_say(c, "a socket in state %s has %s", iu_state_name(s->state),
			iu_phrase_endpoint(c->arena, s));
		*ret_confidence = IU_CONFIDENCE_POSSIBLE;
	}
	return true;
}

const struct iu_cause_rule iu_cause_other_program = {
	.cause = IU_CAUSE_OTHER_PROGRAM,
	.applies = applies,
	.lever = IU_WAY_HOLDERS,
};
