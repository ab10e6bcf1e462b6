/* engine/causes/own-socket.c - the program that asks has bound the port already */
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "knowledge/interpreters.h"

/* The asker, or a process of the same command above or below it: a debugger's port, a first try. */
static bool belongs(struct iu_case *c, int32_t pid)
{
	const struct iu_question *q = c->question;
	const struct iu_process *holder = iu_snapshot_process(c->snapshot, pid);

	for (size_t i = 0; i < q->asker.count; i++) {
		if (q->asker.line[i] != pid)
			continue;
		iu_case_say(c, i == 0 ? "%s is the program that asks"
				      : "%s started the program that asks: they are one command",
			iu_phrase_pid(c->arena, c->snapshot, pid));
		return true;
	}
	for (size_t i = 0; holder && q->asker.count && i < holder->parents.n; i++)
		if (holder->parents.v[i].pid == q->asker.line[0]) {
			iu_case_say(c, "%s was started by the program that asks",
				iu_phrase_process(c->arena, holder));
			return true;
		}
	return false;
}

static bool runs_asker_file(const struct iu_question *q, const struct iu_process *process)
{
	for (size_t i = 0; q->asker.program_known && i < process->files.n; i++)
		if (process->files.v[i].dev == q->asker.program_dev &&
			process->files.v[i].ino == q->asker.program_ino)
			return true;
	return false;
}

/*
 * Two workers of one command: of the same program, or side by side in the same interpreter (the test
 * files of `node --test`). What a shell started one after the other may be anything.
 */
const struct iu_parent *iu_own_socket_sister(const struct iu_question *q, const struct iu_process *holder)
{
	for (size_t i = 0; holder && i < holder->parents.n; i++)
		for (size_t k = 1; k < q->asker.count; k++) {
			const struct iu_parent *parent = &holder->parents.v[i];

			if (parent->pid != q->asker.line[k])
				continue;
			if (!parent->name || iu_interpreter_is_shell(parent->name))
				return NULL;
			return runs_asker_file(q, holder) ||
				       (i == 0 && k == 1 && q->asker.exe && holder->exe &&
					       !strcmp(q->asker.exe, holder->exe))
				? parent
				: NULL;
		}
	return NULL;
}

static bool is_sister(struct iu_case *c, int32_t pid)
{
	const struct iu_process *holder = iu_snapshot_process(c->snapshot, pid);
	const struct iu_parent *parent = iu_own_socket_sister(c->question, holder);

	if (!parent)
		return false;
	iu_case_say(c, "%s and the program that asks are workers of one command: %s (pid %d)",
		iu_phrase_process(c->arena, holder),
		iu_phrase_safe(c->arena, parent->script ? parent->script : parent->name, IU_NAME_COLUMNS),
		(int)parent->pid);
	return true;
}

/* The line of a log is of the very process that has it: it opened one more address, or has it by now. */
static bool is_writer(struct iu_case *c, int32_t pid)
{
	if (!pid || c->question->symptom.from_message.pid != pid)
		return false;
	iu_case_say(c, "%s is the program that the message is of", iu_phrase_pid(c->arena, c->snapshot, pid));
	return true;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_holds *holds = &c->snapshot->holds;

	for (size_t i = 0; i < c->blocker->holds.n; i++) {
		int32_t pid = holds->v[c->blocker->holds.v[i]].pid;

		if (c->question->asker.count ? belongs(c, pid) : is_writer(c, pid)) {
			*ret_confidence = IU_CONFIDENCE_PROVEN;
			return true;
		}
	}
	for (size_t i = 0; i < c->blocker->holds.n && c->question->asker.count; i++)
		if (is_sister(c, holds->v[c->blocker->holds.v[i]].pid)) {
			*ret_confidence = IU_CONFIDENCE_PROVEN;
			return true;
		}
	if (!c->question->asker.by_self)
		return false;
	for (size_t i = 0; i < c->blocker->holds.n; i++) {
		const struct iu_hold *hold = &holds->v[c->blocker->holds.v[i]];

		if (hold->pid != c->snapshot->host.pid)
			continue;
		if (hold->fd >= 0)
			iu_case_say(c, "the program that asks has the socket itself, as descriptor %d",
				(int)hold->fd);
		else
			iu_case_say(c, "the program that asks has the socket itself");
		*ret_confidence = IU_CONFIDENCE_PROVEN;
		return true;
	}
	return false;
}

const struct iu_cause_rule iu_cause_own_socket = {
	.cause = IU_CAUSE_OWN_SOCKET,
	.applies = applies,
	.refusal = {"nothing is stopped", "the program that asks holds the socket itself"},
};
