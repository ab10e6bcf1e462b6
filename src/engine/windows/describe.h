/* engine/windows/describe.h - what people on Windows are told in other words than elsewhere */
#ifndef IU_ENGINE_WINDOWS_DESCRIBE_H
#define IU_ENGINE_WINDOWS_DESCRIBE_H

#include "model/question.h"
#include "model/verdict.h"

/** iu_windows_describe_process() - "python3 -m http.server\t(pid 7, user alice)"; see struct iu_rules */
const char *iu_windows_describe_process(
	struct iu_arena *arena, const struct iu_process *process, int32_t tid,
	const char *more);

/** iu_windows_describe_sharing() - why both do not share, in a sentence of its own; or "". */
const char *iu_windows_describe_sharing(const struct iu_question *question,
	const struct iu_verdict *v, const struct iu_blocker *b);

/** iu_windows_describe_free() - what "free" rests on */
const char *iu_windows_describe_free(
	const struct iu_question *question, const struct iu_verdict *verdict);

#endif
