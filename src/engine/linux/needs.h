/* engine/linux/needs.h - whose holders are wanted, once the sockets are known */
#ifndef IU_ENGINE_LINUX_NEEDS_H
#define IU_ENGINE_LINUX_NEEDS_H

#include "model/needs.h"
#include "model/question.h"

/** iu_linux_holders_asked() - they were asked for already, whether or not all could be seen. */
bool iu_linux_holders_asked(const struct iu_snapshot *snapshot);

/** iu_linux_want_holders() - those of the sockets that block, or may. */
void iu_linux_want_holders(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_needs *needs);

#endif
