/* engine/windows/needs.h - what is wanted once the sockets are known */
#ifndef IU_ENGINE_WINDOWS_NEEDS_H
#define IU_ENGINE_WINDOWS_NEEDS_H

#include "model/needs.h"
#include "model/question.h"

/** iu_windows_holders_asked() - the rows themselves name processes already in the first round. */
bool iu_windows_holders_asked(const struct iu_snapshot *snapshot);

/**
 * iu_windows_want_holders() - who has the sockets, and who may stand behind them
 *
 * Services where somebody or ALG may have the port, HTTP.sys and port proxies where the row is one
 * that stands for others. Rows name their owner, so holders cost only the processes.
 */
void iu_windows_want_holders(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_needs *needs);

#endif
