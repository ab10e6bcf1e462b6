/* engine/windows/block.h - whether a port lies in a block that is refused as a whole */
#ifndef IU_ENGINE_WINDOWS_BLOCK_H
#define IU_ENGINE_WINDOWS_BLOCK_H

#include "engine/evaluation.h"
#include "engine/rules.h"

/**
 * iu_windows_block() - the binds by which a block is told, where the excluded ranges could not be seen
 *
 * A plain bind() to the wildcard is refused with WSAEACCES by them and by no socket of IPv4, and
 * they are blocks, so the neighbours tell, too. Returns: how many.
 */
size_t iu_windows_block(
	const struct iu_evaluation *evaluation, struct iu_request requests[IU_BLOCK_REQUESTS]);

/** iu_windows_block_told() - what the bind() was told at @port; -1: it was not asked. */
int iu_windows_block_told(const struct iu_evaluation *evaluation, int32_t port);

/**
 * iu_windows_is_block() - two neighbours in a row beside it, or one on each side, are denied as well
 * Sockets of strangers do not lie like that.
 */
bool iu_windows_is_block(const struct iu_evaluation *evaluation);

#endif
