/* engine/windows/remedies.h - what helps on Windows: commands for cmd, words for PowerShell */
#ifndef IU_ENGINE_WINDOWS_REMEDIES_H
#define IU_ENGINE_WINDOWS_REMEDIES_H

#include "engine/remedy.h"

/** iu_windows_remedy() - see iu_rules.remedy. */
bool iu_windows_remedy(struct iu_remedy_context *m, bool *freeing);

#endif
