/* engine/windows/local.h - address and port before any other socket matters */
#ifndef IU_ENGINE_WINDOWS_LOCAL_H
#define IU_ENGINE_WINDOWS_LOCAL_H

#include "engine/conflict.h"
#include "model/question.h"

/** iu_windows_local_check() - whether bind() takes address and options, whoever else has them */
struct iu_local_check iu_windows_local_check(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_request *request);

#endif
