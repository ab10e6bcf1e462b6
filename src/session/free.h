/* session/free.h - plan, consent, act, and the same question again */
#ifndef IU_SESSION_FREE_H
#define IU_SESSION_FREE_H

#include <jansson.h>

#include "model/plan.h"
#include "output/output.h"
#include "session/session.h"

/* How it ended. */
#define IU_ENDS(X)                                                                                 \
	X(NOTHING, "nothing-to-do")                                                                \
	X(PLANNED, "planned")         /* --dry-run */                                              \
	X(DECLINED, "declined")       /* nobody consented: nothing was done */                     \
	X(REFUSED, "refused")                                                                      \
	X(UNKNOWN, "unknown")                                                                      \
	X(DONE, "done")               /* it can be bound now */                                    \
	X(STILL_HELD, "still-held")                                                                \
	X(RESPAWNED, "respawned")     /* a new holder came after the old one */                    \
	X(STOPPED, "interrupted")

enum iu_end {
#define X(name, text) IU_END_##name,
	IU_ENDS(X)
#undef X
};

/** iu_end_name() - "still-held". Static. */
const char *iu_end_name(enum iu_end end);

/* How long a process that was asked to end may take, where nobody says it. */
#define IU_GRACE_SECONDS 5

struct iu_free_run;

/* What the user allows, and who is asked and told; callbacks but consent may be NULL. */
struct iu_free_options {
	bool dry_run, force;
	bool disable; /* see struct iu_plan_rules */
	unsigned int grace_seconds;
	int32_t on_behalf; /* another process whose ancestors are left alone, too; 0: none */
	bool user_given; /* this user's processes may be ended, too */
	uint32_t user;
	void *context;
	bool (*consent)(void *context, const struct iu_free_run *freeing);
	/* @words: "node (8014) ended after SIGTERM (0.1 s)"; NULL: the end tells it */
	void (*step)(void *context, const struct iu_step *step, const struct iu_step_result *result,
		const char *words);
	/* It is still there after the time of grace: whether it is killed. NULL: it is not. */
	bool (*kill)(void *context, const char *what);
	bool asks; /* @consent asks somebody who sees whose processes they are */
	/* @left_ms: at most so long, -1: not known */
	void (*progress)(void *context, const char *what, int64_t left_ms);
	/* A wait of more than a moment begins that the plan did not show. */
	void (*waits)(void *context, const char *what);
	bool (*stopped)(void *context);
};

/* One target, from the first look to the last. */
struct iu_free_run {
	const struct iu_question *question;
	struct iu_arena arena;
	struct iu_session before_session, after_session;
	struct iu_answer before, after;
	bool after_known;
	struct iu_plan plan;                      /* what was added later stands at its end */
	IU_LIST(struct iu_step_result) results;   /* one a step */
	enum iu_end end;
	const char *words;                        /* why it ended so; NULL: nothing to add */
	struct iu_explanation explanation;                    /* the plan for people */
	const char *question_words;               /* "Stop node (8014) of alice?" */
};

/**
 * iu_free_run() - frees what @question asks for
 * @ret_freeing: end with iu_free_run_end(), also after an error
 * Returns: 0 (see end), IU_E_NOMEM.
 */
int iu_free_run(const struct iu_question *question, const struct iu_free_options *act,
	struct iu_free_run *ret_freeing);

/**
 * iu_free_run_json() - the inuse.plan/1 document as it stands now
 * @words: why it ended so; NULL: nothing to add
 * Returns: a new reference, NULL when out of memory.
 */
json_t *iu_free_run_json(const struct iu_free_run *freeing, const char *words);

/** iu_free_run_words() - how it ended, in a sentence; where nothing was done the plan, or why there is none. */
void iu_free_run_words(const struct iu_free_run *freeing, const struct iu_style *style, struct iu_text *out);

/** iu_free_run_end() - frees the memory. */
void iu_free_run_end(struct iu_free_run *freeing);

#endif
