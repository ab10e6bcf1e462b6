/* session/session.h - collect, decide, and everything that belongs to one answer */
#ifndef IU_SESSION_SESSION_H
#define IU_SESSION_SESSION_H

#include "model/listing.h"
#include "model/needs.h"
#include "model/question.h"
#include "model/snapshot.h"
#include "model/verdict.h"

struct iu_answer {
	const struct iu_question *question; /* borrowed */
	const struct iu_snapshot *snapshot; /* borrowed from the session */
	struct iu_verdict verdict;
	struct iu_explanation explanation;
};

/*
 * One look at the machine for all questions, then one answer each. The snapshot stays the same for
 * all of them; each answer has an arena of its own, so that thousands of targets need no more
 * memory than one.
 */
struct iu_session {
	struct iu_snapshot snapshot;
	/*
	 * The snapshot is a capture: this system is asked nothing. What a probe said when it was
	 * recorded is taken, but only where the question would have been asked then.
	 */
	bool recorded;
	struct iu_probes then; /* of the capture, borrowed from its arena */
};

/** iu_session_begin() - the time of a look counts from now on; NULL is fine. Whoever looks does it. */
void iu_session_begin(struct iu_budget *budget);

/**
 * iu_session_look() - collects what @questions need: sockets first, then holders of what blocks
 * Returns: 0, IU_E_NOMEM. What could not be seen is a gap in the snapshot.
 */
int iu_session_look(struct iu_session *session, const struct iu_questions *questions);

/* What somebody saw at the moment that is asked about. */
struct iu_then {
	const struct iu_sockets *sockets; /* of the port asked for, which takes the place of those of now */
	uint32_t closed;  /* IU_FACT_* that cannot be looked at any more */
};

/**
 * iu_session_complete() - the same for another moment than now
 * @session: its snapshot may have facts already
 * @then: what of them is not there any more is marked as gone
 */
int iu_session_complete(struct iu_session *session, const struct iu_questions *questions,
	const struct iu_then *then);

/**
 * iu_session_answer() - probes where allowed, decides and tells
 * @arena: owns what the answer points to, besides session and question
 */
int iu_session_answer(struct iu_session *session, const struct iu_question *question,
	struct iu_arena *arena, struct iu_answer *ret_answer);

/**
 * iu_session_list() - every bound socket with its holders
 * @filter: all, plain and leaves_nothing of it are read; NULL: none of them
 */
int iu_session_list(struct iu_session *session, const struct iu_filter *filter);

/** iu_session_kinds() - which kinds of sockets (IU_FACT_*) a list of @filter can have. */
uint32_t iu_session_kinds(const struct iu_filter *filter);

/**
 * iu_session_stream() - the same; of all connections in portions: see iu_os_stream()
 * @brief: of processes only what a row of a table shows
 */
int iu_session_stream(struct iu_session *session, const struct iu_filter *filter, bool brief,
	int (*take)(void *context, const struct iu_snapshot *snapshot, bool last),
	void *context);

/** iu_session_replay() - answers come from a captured snapshot; takes it. */
void iu_session_replay(struct iu_session *session, const struct iu_snapshot *snapshot);

/** iu_session_free() - frees the snapshot; NULL is fine. */
void iu_session_free(struct iu_session *session);

/**
 * iu_session_filter() - looks at every socket and keeps those that pass
 * @session: receives the look, unless it is a capture; end it with iu_session_free(), also after an error
 * Returns: 0, IU_E_SYSTEM: no kind of socket could be looked at, IU_E_NOMEM.
 */
int iu_session_filter(struct iu_arena *arena, const struct iu_filter *filter,
	struct iu_session *session, struct iu_listing *ret_listing);

#endif
