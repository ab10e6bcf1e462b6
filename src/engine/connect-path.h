/* engine/connect-path.h - why a connect() to a UNIX socket failed: who may, and who listens */
#ifndef IU_ENGINE_CONNECT_PATH_H
#define IU_ENGINE_CONNECT_PATH_H

#include "model/question.h"
#include "model/snapshot.h"
#include "model/verdict.h"

/** iu_connect_path_decide() - the verdict */
void iu_connect_path_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict);

#endif
