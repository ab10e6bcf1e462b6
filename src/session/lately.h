/* session/lately.h - what was refused lately, told to each user about his own processes only */
#ifndef IU_SESSION_LATELY_H
#define IU_SESSION_LATELY_H

#include "base/text.h"
#include "model/failure.h"
#include "session/session.h"

#define IU_LATELY_ENTRIES 64 /* of all users */
#define IU_LATELY_OF_USER 8  /* … and of one, so that nobody takes the place of others */

/* ---- by whoever watches ---- */

/* The last failures, a line each. Starts with {0}. */
struct iu_lately {
	struct {
		uint32_t uid;
		int32_t session;
		uint64_t number; /* in the order they came; 0: none */
		char *line;
	} v[IU_LATELY_ENTRIES];
	uint64_t number;
};

/**
 * iu_lately_add() - keeps a failure
 * @answer: NULL: it was not explained
 * The holder is named where it is the same user's, or the user is root: else the user has no right to know.
 */
void iu_lately_add(struct iu_lately *lately, const struct iu_failure *failure, const struct iu_answer *answer);

/** iu_lately_take() - appends the lines of that user and session, the oldest first, and forgets them: each is told once. */
void iu_lately_take(struct iu_lately *lately, uint32_t uid, int32_t session, struct iu_text *out);

/** iu_lately_free() - and begins anew. */
void iu_lately_free(struct iu_lately *lately);

/* ---- by whoever asks ---- */

/* A command of our session that has ended. */
struct iu_lately_command {
	int64_t since_ms;  /* when it began, since 1970 */
	bool (*sees)(int32_t pid); /* a group whose leader is there is another job of that shell */
};

/**
 * iu_lately_find() - the last line of @bytes that is of such a command's processes
 * @home: the folder that is written as ~; NULL: none
 * @ret_sentence: receives "node could not listen on 3000: node (4767, ~/shop) does. → inuse 3000" of escaped text
 * Returns: 1, 0: there is none, IU_E_NOMEM.
 */
int iu_lately_find(const char *bytes, size_t len, const struct iu_lately_command *command, const char *home,
	struct iu_text *ret_sentence);

#endif
