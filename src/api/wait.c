/* api/wait.c - waiting until a target can be bound, or somebody listens there */
#include "api/api.h"

#include <stdint.h>

#include "base/err.h"
#include "os/os.h"
#include "session/wait.h"

static void progress(
	void *context, const struct iu_verdict *verdict, const char *what, size_t more, int64_t left_ms)
{
	const struct inuse_wait_options *how = context;

	(void)more;
	(void)what;
	if (how->progress)
		how->progress(how->context, verdict->headline, left_ms);
}

static bool stopped(void *context)
{
	const struct inuse_wait_options *how = context;

	return how->stopped && how->stopped(how->context);
}

int inuse_wait(const char *target, const struct inuse_options *given,
	const struct inuse_wait_options *wait)
{
	struct inuse_wait_options how = {0};
	const struct iu_wait_events events = {
		.context = &how, .progress = progress, .stopped = stopped};
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	struct iu_api_look look;
	enum iu_waited waited = IU_WAITED_DONE;
	int64_t deadline = INT64_MAX;
	int ret = wait ? iu_api_copy(wait, wait->size, &how, sizeof(how)) : 0, begun;

	if (how.timeout_given)
		deadline = iu_os_now_ms() + (int64_t)how.timeout_ms;
	begun = iu_api_begin(given, &look);
	if (ret >= 0)
		ret = begun;
	if (ret >= 0)
		ret = iu_api_questions(&arena, target, &look, NULL, &questions);
	if (ret >= 0)
		ret = iu_wait_for(&questions, how.listening, deadline, &events, &waited);
	iu_arena_free(&arena);
	if (ret < 0 && look.options.complaint && look.options.complaint_size && !look.options.complaint[0])
		iu_api_complain(&(struct iu_complaint){look.options.complaint, look.options.complaint_size},
			&(struct iu_text){0}, ret);
	if (ret < 0)
		return ret;
	switch (waited) {
	case IU_WAITED_DONE: return INUSE_WAITED_DONE;
	case IU_WAITED_ENDLESS: /* no time would be enough */
	case IU_WAITED_TIME_UP: return INUSE_WAITED_TIME_UP;
	case IU_WAITED_STOPPED: break;
	}
	return INUSE_WAITED_STOPPED;
}
