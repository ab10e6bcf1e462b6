/* session/report.h - everything of this machine at once, for later and for elsewhere */
#ifndef IU_SESSION_REPORT_H
#define IU_SESSION_REPORT_H

#include "session/session.h"

/**
 * iu_report_look() - collects whatever any question could need
 * @questions: TARGETs of which more than the rest is recorded: what the kernel says to a bind() (only
 *	where `inuse why` would ask it), what lies at their paths; may be empty
 * @session: receives a snapshot that iu_session_replay() takes
 *
 * What `inuse why` looks for in rounds, of the sockets in the way, is looked for of all
 * sockets here. Returns: 0, IU_E_NOMEM.
 */
int iu_report_look(struct iu_session *session, const struct iu_questions *questions);

#endif
