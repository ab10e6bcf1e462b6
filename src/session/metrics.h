/* session/metrics.h - a machine in numbers */
#ifndef IU_SESSION_METRICS_H
#define IU_SESSION_METRICS_H

#include "model/metrics.h"
#include "session/session.h"

/**
 * iu_metrics_look() - collects what iu_metrics_count() counts: every socket, who holds what is bound, limits
 * Returns: 0, IU_E_NOMEM.
 */
int iu_metrics_look(struct iu_session *session);

/**
 * iu_metrics_count() - the numbers
 * @session: looked at, or replayed; of a replayed one it is not known which units start with the machine
 * Returns: 0, IU_E_NOMEM.
 */
int iu_metrics_count(const struct iu_session *session, struct iu_arena *arena, struct iu_metrics *ret_metrics);

#endif
