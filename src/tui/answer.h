/* tui/answer.h - the questions that somebody asks about a row */
#ifndef IU_TUI_ANSWER_H
#define IU_TUI_ANSWER_H

#include "base/text.h"
#include "model/name-tables.h"
#include "output/output.h"
#include "session/session.h"

/* A target with all that an answer to it is made of. Begins zeroed. */
struct iu_top_question {
	struct iu_arena arena;
	struct iu_questions questions;
	char target[IU_UNIX_PATH_MAX * 4]; /* as a shell takes it */
};

/**
 * iu_answer_question() - the question a target stands for
 * Returns: 0, IU_E_INPUT: what it stands for cannot be asked about, IU_E_NOMEM.
 */
int iu_answer_question(struct iu_top_question *question, const struct iu_names *names, const char *target,
	const char *shown);

/** iu_answer_question_end() - frees it. */
void iu_answer_question_end(struct iu_top_question *question);

/* What `inuse why` says, for a pane. */
struct iu_top_answer {
	struct iu_text text;    /* without colours */
	struct iu_text command; /* the first that helps, as a shell takes it; empty: none */
	bool counts;            /* a timer runs: it is another text in a second */
};

/**
 * iu_answer_why() - looks and answers, from a thread that may take its time
 * @recorded: a capture instead of this machine; NULL: none
 * @answer: what was in it is freed
 * Returns: 0, IU_E_NOMEM.
 */
int iu_answer_why(const struct iu_top_question *question, struct iu_session *recorded, const struct iu_style *style,
	struct iu_top_answer *answer);

/** iu_answer_end() - frees it. */
void iu_answer_end(struct iu_top_answer *answer);

#endif
