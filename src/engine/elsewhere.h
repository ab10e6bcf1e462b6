/* engine/elsewhere.h - questions that no look at this machine's TCP, UDP and UNIX sockets answers */
#ifndef IU_ENGINE_ELSEWHERE_H
#define IU_ENGINE_ELSEWHERE_H

#include "model/question.h"
#include "model/verdict.h"

/** iu_elsewhere_is() - whether the question is about another protocol, or another machine's port */
bool iu_elsewhere_is(const struct iu_question *question);

/** iu_elsewhere_decide() - the verdict: it cannot be told here, and what would */
void iu_elsewhere_decide(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict);

#endif
