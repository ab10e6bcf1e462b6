/* engine/causes/windows.h - what the causes of Windows share */
#ifndef IU_ENGINE_CAUSES_WINDOWS_H
#define IU_ENGINE_CAUSES_WINDOWS_H

#include "engine/causes/cause.h"
#include "engine/windows/state.h"

/** iu_case_service() - the service that has the blocker's socket, or NULL; @ret_count as there. */
const struct iu_service *iu_case_service(const struct iu_case *c, size_t *ret_count);

/** iu_case_runs() - a holder is this program ("alg.exe"), whatever its case. */
bool iu_case_runs(const struct iu_case *c, const char *name);

/** iu_windows_http() - the evidence for HTTP.sys: URLs, who serves them, which services. */
int iu_windows_http(struct iu_arena *arena, const struct iu_snapshot *snapshot, uint16_t port,
	struct iu_strings *evidence);

/* Causes without a socket: they add their evidence to the verdict. */
int iu_excluded_range(
	struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);
int iu_http_sys(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);
int iu_alg_reserved(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);
int iu_port_proxy(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);
int iu_filtered(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);

#endif
