/* knowledge/wrappers.h - programs that stand above a server and start nothing by themselves */
#ifndef IU_KNOWLEDGE_WRAPPERS_H
#define IU_KNOWLEDGE_WRAPPERS_H

#include "model/process.h"

/**
 * iu_wrapper_is() - a program that runs one command and ends with it, or that starts what somebody typed
 * Shells too: the one that repeats what it runs shows that by its words (iu_parent.loops).
 */
bool iu_wrapper_is(const struct iu_parent *parent);

#endif
