/* engine/call-result.h - what bind(), listen() or connect() was told where no other socket is the reason */
#ifndef IU_ENGINE_CALL_RESULT_H
#define IU_ENGINE_CALL_RESULT_H

#include "model/question.h"
#include "model/verdict.h"

struct iu_call_result {
	int error; /* 0: any */
	bool (*fits)(const struct iu_question *question); /* NULL: it always does */
	bool telling; /* the number alone says it, whatever the call was given */
	enum iu_cause cause;
	const char *why; /* without a final point */
};

/**
 * iu_call_result_row() - the reason of an error, by symptom.call of the question
 * Returns: NULL: nothing that is known of the call is the reason. Static.
 */
const struct iu_call_result *iu_call_result_row(const struct iu_question *question, int error);

/**
 * iu_call_result_replace() - the verdict that the call itself gives
 * @row: NULL: its reason is not known
 * @error: what the call was told; @name: of it
 */
void iu_call_result_replace(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_call_result *row, int error, const char *name, struct iu_verdict *verdict);

/** iu_call_result_heed() - replaces a verdict that does not explain what the program was told. */
void iu_call_result_heed(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict);

/** iu_call_result_misuse() - what is wrong with the call, whatever it was told; NULL: nothing. Static. */
const char *iu_call_result_misuse(const struct iu_question *question);

#endif
