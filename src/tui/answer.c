/* tui/answer.c - the questions that somebody asks about a row */
#include "tui/answer.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "input/target.h"
#include "session/record.h"

int iu_answer_question(struct iu_top_question *question, const struct iu_names *names, const char *target,
	const char *shown)
{
	static const struct iu_options options = {0};
	struct iu_text complaint = {0};
	struct iu_target parsed;
	int ret;

	iu_answer_question_end(question);
	snprintf(question->target, sizeof(question->target), "%s", shown);
	ret = iu_target_parse(&question->arena, target, strlen(target), &parsed, &complaint);
	if (ret == 0)
		ret = iu_target_questions(&question->arena, &parsed, names, &options, &question->questions, &complaint);
	iu_text_free(&complaint);
	if (ret < 0)
		return ret;
	return question->questions.n ? 0 : IU_E_INPUT;
}

void iu_answer_question_end(struct iu_top_question *question)
{
	iu_arena_free(&question->arena);
	question->questions = (struct iu_questions){0};
}

static bool counts(const struct iu_verdict *verdict)
{
	for (size_t i = 0; i < verdict->blockers.n; i++)
		if (verdict->blockers.v[i].socket.timer_ms >= 0)
			return true;
	return false;
}

static void tell(const struct iu_answer *answer, const struct iu_style *style, struct iu_top_answer *out)
{
	iu_output_explanation(&answer->explanation, style, &out->text);
	for (size_t i = 0; i < answer->explanation.steps.n && !out->command.len; i++)
		iu_text_add(&out->command, answer->explanation.steps.v[i].command);
	out->counts = counts(&answer->verdict);
}

int iu_answer_why(const struct iu_top_question *question, struct iu_session *recorded, const struct iu_style *style,
	struct iu_top_answer *answer)
{
	struct iu_session here = {0}, *session = recorded ? recorded : &here;
	struct iu_arena arena = {0};
	struct iu_record_tally tally;
	struct iu_answer one;
	int ret = recorded ? 0 : iu_session_look(&here, &question->questions);

	iu_answer_end(answer);
	if (ret >= 0)
		ret = iu_session_answer(session, &question->questions.v[0], &arena, &one);
	if (ret >= 0 && iu_record_recall(&question->questions.v[0], one.snapshot, &tally))
		ret = iu_record_tell(&arena, &tally, &one.explanation);
	if (ret >= 0)
		tell(&one, style, answer);
	if (answer->text.failed || answer->command.failed)
		ret = IU_E_NOMEM;
	iu_arena_free(&arena);
	if (!recorded)
		iu_session_free(&here);
	return ret < 0 ? ret : 0;
}

void iu_answer_end(struct iu_top_answer *answer)
{
	iu_text_free(&answer->text);
	iu_text_free(&answer->command);
	*answer = (struct iu_top_answer){0};
}
