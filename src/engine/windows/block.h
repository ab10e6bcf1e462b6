/* engine/windows/block.h - whether a port lies in a block that is refused as a whole */
#ifndef IU_ENGINE_WINDOWS_BLOCK_H
#define IU_ENGINE_WINDOWS_BLOCK_H

#include "engine/evaluation.h"

/* How far around a port it is asked whether a block is excluded; the least one has 100. */
#define IU_BLOCK_LOOK 2

/** iu_windows_block_request() - the plain bind() to IPv4's wildcard by which a block is told. */
struct iu_request iu_windows_block_request(const struct iu_evaluation *evaluation, uint16_t port);

/** iu_windows_block_told() - what that bind() was told at @port; -1: it was not asked. */
int iu_windows_block_told(const struct iu_evaluation *evaluation, int32_t port);

/**
 * iu_windows_is_block() - two neighbours in a row beside it, or one on each side, are denied as well
 * Sockets of strangers do not lie like that.
 */
bool iu_windows_is_block(const struct iu_evaluation *evaluation);

#endif
