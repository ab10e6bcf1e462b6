/* engine/windows/reason.h - why a bind() fails that no socket explains */
#ifndef IU_ENGINE_WINDOWS_REASON_H
#define IU_ENGINE_WINDOWS_REASON_H

#include "engine/evaluation.h"
#include "model/verdict.h"

/* Why a bind() fails, or may fail, that no socket explains. */
struct iu_windows_reason {
	enum iu_cause cause;  /* IU_CAUSE_NONE: there is none */
	enum iu_tri certain;
	unsigned int results; /* IU_BIND_INUSE, IU_BIND_ACCESS */
	enum iu_confidence confidence;
};

/** iu_windows_reason() - the first of excluded range, HTTP.sys, port proxy, ALG that fits. */
struct iu_windows_reason iu_windows_reason(
	const struct iu_evaluation *evaluation, const struct iu_request *request);

/** iu_windows_beyond() - the first port after the range that refuses the asked one; else that one. */
uint16_t iu_windows_beyond(const struct iu_evaluation *evaluation);

#endif
