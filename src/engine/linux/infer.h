/* engine/linux/infer.h - options of sockets that follow from what they coexist with */
#ifndef IU_ENGINE_LINUX_INFER_H
#define IU_ENGINE_LINUX_INFER_H

#include "engine/conflict.h"

/**
 * iu_linux_infer() - fills in options that could not be read, marked IU_SOURCE_INFERRED
 * @sockets: copies, changed in place; nothing that is known is changed
 *
 * Two overlapping binds of different users can only exist with SO_REUSEADDR on both; two
 * overlapping TCP listeners only with SO_REUSEPORT on both; connections and what is left of them
 * have the options of their listener.
 */
void iu_linux_infer(struct iu_sockets *sockets, const struct iu_kernel *kernel);

#endif
