/* session/report.h - everything of this machine at once, for later and for elsewhere */
#ifndef IU_SESSION_REPORT_H
#define IU_SESSION_REPORT_H

#include <jansson.h>

#include "base/text.h"
#include "session/session.h"

/**
 * iu_report_look() - collects whatever any question could need
 * @questions: TARGETs of which more than the rest is recorded: what the kernel says to a bind() (only
 *	where `inuse why` would ask it), what lies at their paths; may be empty
 * @session: receives a snapshot that iu_session_replay() takes
 *
 * @how: plain, leaves_nothing and budget of it are read; NULL: none of them
 *
 * What `inuse why` looks for in rounds, of the sockets in the way, is looked for of all
 * sockets here. Returns: 0, IU_E_NOMEM.
 */
int iu_report_look(struct iu_session *session, const struct iu_questions *questions,
	const struct iu_filter *how);

/** iu_report_redact() - iu_redact(), with all people that this machine knows. */
int iu_report_redact(
	struct iu_arena *arena, struct iu_snapshot *snapshot, struct iu_questions *questions);

/** iu_report_about() - who wrote it, when, and what was asked; a new reference, NULL: no memory. */
json_t *iu_report_about(
	const struct iu_snapshot *snapshot, const struct iu_questions *questions, bool redacted);

/**
 * iu_report_page() - the snapshot of @session as a page for people, appended to @out
 * @questions: answered first, whatever the answer; may be empty
 * @redacted: iu_report_redact() has been there
 *
 * What else stands out is looked for (engine/troubles.h). Of this machine, and where nothing is redacted, the
 * kernel is asked about that as `inuse why` would. Returns: 0, IU_E_NOMEM.
 */
int iu_report_page(struct iu_session *session, const struct iu_questions *questions, bool redacted,
	struct iu_text *out);

#endif
