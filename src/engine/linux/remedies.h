/* engine/linux/remedies.h - what helps on Linux, in steps that can be done now */
#ifndef IU_ENGINE_LINUX_REMEDIES_H
#define IU_ENGINE_LINUX_REMEDIES_H

#include "engine/remedy.h"

/** iu_linux_remedy() - see iu_rules.remedy. */
bool iu_linux_remedy(struct iu_remedy_context *m, bool *freeing);

#endif
