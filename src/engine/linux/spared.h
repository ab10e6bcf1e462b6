/* engine/linux/spared.h - who is never ended for what hangs on it, and what stops its port alone */
#ifndef IU_ENGINE_LINUX_SPARED_H
#define IU_ENGINE_LINUX_SPARED_H

#include "model/question.h"
#include "model/snapshot.h"
#include "model/verdict.h"

struct iu_spared {
	const char *why;     /* NULL: it may be ended */
	const char *instead; /* what to do instead, a sentence; NULL: nothing is known */
	struct iu_strings command; /* … and how, where the words are known */
};

/** iu_linux_spared() - one decision for what `why` offers and what `free` does. Text in @arena. */
struct iu_spared iu_linux_spared(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_process *process);

/**
 * iu_spared_forward() - what cancels this one forward of an ssh whose connection others may share
 * why: other sessions do; NULL: none does, it may be ended. All zeroes: it has no such connection.
 */
struct iu_spared iu_spared_forward(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_process *process);

#endif
