/* engine/causes/table.c - the causes in the order in which they are tried */
#include <stdio.h>

#include "base/err.h"
#include "engine/causes/cause.h"

/* From what the kernel itself says, over who holds it, to what remains. */
static const struct iu_cause_rule *const rules[] = {
	&iu_cause_stale_socket_file,
	&iu_cause_path_exists,
	&iu_cause_time_wait,
	&iu_cause_closing_connection,
	&iu_cause_reuseport_mismatch,
	&iu_cause_suspended_process,
	&iu_cause_socket_activation,
	&iu_cause_container_port,
	&iu_cause_port_forward,
	&iu_cause_already_running,
	&iu_cause_inherited_descriptor,
	&iu_cause_outbound_connection,
	&iu_cause_hidden_holder,
	&iu_cause_open_connection,
	&iu_cause_bound_not_listening,
	&iu_cause_other_program,
};

void iu_case_say(struct iu_case *c, const char *format, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	text = len < 0 ? NULL : iu_arena_alloc(c->arena, (size_t)len + 1);
	if (!text)
		return; /* the arena remembers */
	va_start(args, format);
	vsnprintf(text, (size_t)len + 1, format, args);
	va_end(args);
	(void)iu_strings_add(c->arena, &c->blocker->evidence, text);
}

bool iu_case_has_owner(const struct iu_case *c)
{
	const struct iu_socket *s = &c->blocker->socket;

	return s->inode != 0 || s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND ||
	       c->holder_count > 0;
}

static int collect_holders(struct iu_case *c)
{
	const struct iu_snapshot *snapshot = c->snapshot;
	size_t i, k;

	for (i = 0; i < c->blocker->holds.n; i++) {
		int32_t pid = snapshot->holds.v[c->blocker->holds.v[i]].pid;
		const struct iu_process *process;
		const struct iu_process **slot;

		for (k = 0; k < i; k++)
			if (snapshot->holds.v[c->blocker->holds.v[k]].pid == pid)
				break;
		if (k < i)
			continue;
		c->holder_count++;
		process = iu_snapshot_process(snapshot, pid);
		if (!process)
			continue;
		slot = iu_list_add(c->arena, &c->holders);
		if (!slot)
			return IU_E_NOMEM;
		*slot = process;
	}
	return 0;
}

int iu_cause_find(struct iu_case *c)
{
	size_t i;
	int err = collect_holders(c);

	if (err < 0)
		return err;
	for (i = 0; i < IU_COUNT(rules); i++) {
		enum iu_confidence confidence = IU_CONFIDENCE_POSSIBLE;

		if (!rules[i]->applies(c, &confidence))
			continue;
		c->blocker->cause = rules[i]->cause;
		c->blocker->confidence = confidence;
		break;
	}
	return c->arena->failed ? IU_E_NOMEM : 0;
}
