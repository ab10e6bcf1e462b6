/* engine/engine-list.h - a container engine's own list of ports, which the kernel knows nothing of */
#ifndef IU_ENGINE_ENGINE_LIST_H
#define IU_ENGINE_ENGINE_LIST_H

#include "model/question.h"
#include "model/verdict.h"

/**
 * iu_engine_list_decide() - what a message means that speaks of that list, where no socket is in the way
 * Changes a verdict "free" alone.
 */
void iu_engine_list_decide(struct iu_arena *arena, const struct iu_question *question,
	struct iu_verdict *verdict);

#endif
