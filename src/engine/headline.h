/* engine/headline.h - the answer in one sentence */
#ifndef IU_ENGINE_HEADLINE_H
#define IU_ENGINE_HEADLINE_H

#include "model/question.h"
#include "model/verdict.h"

/** iu_subject() - what was asked for: "Port 8080/tcp", "127.0.0.1:8080/tcp", a path. */
const char *iu_subject(struct iu_arena *arena, const struct iu_question *question);

/** iu_headline() - one sentence for a verdict whose blockers are known. */
const char *iu_headline(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict);

/** iu_headline_waiting() - what is waited for: "waiting for 8080/tcp: python3 (4763) listens". */
const char *iu_headline_waiting(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict);

#endif
