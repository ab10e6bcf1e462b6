/* run/output-tail.c - a command whose calls nobody tells of: what it printed has to do */
#include "run/output-tail.h"

#include <string.h>

#include "input/message.h"
#include "os/os.h"
#include "session/questions.h"
#include "session/session.h"

#define KEPT_MAX 65536 /* of what it printed last: what it fails with stands at the end */

void iu_output_tail_keep(struct iu_text *kept, const char *bytes, size_t len)
{
	size_t too_much;

	iu_text_addn(kept, bytes, len);
	if (kept->failed || kept->len <= KEPT_MAX)
		return;
	too_much = kept->len - KEPT_MAX;
	memmove(kept->data, kept->data + too_much, KEPT_MAX);
	kept->len = KEPT_MAX;
	kept->data[kept->len] = '\0';
}

void iu_output_tail_lines(const struct iu_text *kept, struct iu_text *suspects)
{
	const char *at = kept->data, *end = at ? at + kept->len : at;

	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t len = (size_t)((newline ? newline : end) - at);

		if (iu_message_suspect(at, len)) {
			iu_text_addn(suspects, at, len);
			iu_text_add(suspects, "\n");
		}
		at += len + 1;
	}
}

static bool is_in_use(const struct iu_run *run, const struct iu_question *question)
{
	const struct iu_questions one = {.v = (struct iu_question *)question, .n = 1, .cap = 1};
	struct iu_run_failure failure = {.intro = "what the command printed speaks of a failed bind()"};
	struct iu_session session = {0};
	struct iu_arena arena = {0};
	struct iu_answer answer;
	bool in_use = false;

	if (iu_session_look(&session, &one) >= 0 &&
		iu_session_answer(&session, question, &arena, &answer) >= 0) {
		failure.answer = &answer;
		in_use = answer.verdict.status == IU_STATUS_IN_USE;
		run->explain(run->context, &failure);
	}
	iu_session_free(&session);
	iu_arena_free(&arena);
	return in_use;
}

const struct iu_question *iu_output_tail_explain(
	const struct iu_run *run, const struct iu_text *suspects, struct iu_arena *arena)
{
	const struct iu_options options = {0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	bool named, in_use = false;

	if (!suspects->len)
		return NULL;
	named = !suspects->failed &&
		iu_questions_from_message(arena, iu_os_names(), suspects, 1, "", &options, &questions, &complaint) >= 0 &&
		questions.n;
	iu_text_free(&complaint);
	if (named)
		in_use = is_in_use(run, &questions.v[0]);
	else
		run->line(run->context, "it speaks of a failed bind(), but not of which address; inuse list shows all that are taken");
	return in_use ? &questions.v[0] : NULL;
}
