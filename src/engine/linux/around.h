/* engine/linux/around.h - what has a say in a port besides its sockets: programs, rules, other namespaces */
#ifndef IU_ENGINE_LINUX_AROUND_H
#define IU_ENGINE_LINUX_AROUND_H

#include "engine/evaluation.h"
#include "model/needs.h"
#include "model/verdict.h"

/** iu_linux_want_around() - wants a look at it where no socket decides the answer, or a message may be another's. */
void iu_linux_want_around(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_needs *needs);

/** iu_linux_around() - warnings, caveats and the way to ask there. */
void iu_linux_around(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

/** iu_linux_far_address() - the other network namespace that has the address, or NULL. */
const struct iu_far_address *iu_linux_far_address(
	const struct iu_snapshot *snapshot, const struct iu_address *address);

/** iu_linux_namespace() - "the network namespace pod", or "… of pid 7" where it has no name. */
const char *iu_linux_namespace(struct iu_arena *arena, const char *name, int32_t pid);

#endif
