/* engine/causes/windows.h - what the causes of Windows share */
#ifndef IU_ENGINE_CAUSES_WINDOWS_H
#define IU_ENGINE_CAUSES_WINDOWS_H

#include "engine/causes/cause.h"
#include "engine/windows/state.h"

/** iu_case_service() - the service that has the blocker's socket, or NULL; @ret_count as there. */
const struct iu_service *iu_case_service(const struct iu_case *c, size_t *ret_count);

/** iu_case_runs() - a holder is this program ("alg.exe"), whatever its case. */
bool iu_case_runs(const struct iu_case *c, const char *name);

#endif
