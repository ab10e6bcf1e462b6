/* api/watch.c - a wait that a program with an event loop polls */
#include "api/api.h"

#include <stdlib.h>

#include "base/err.h"
#include "session/wait.h"

struct inuse_watch {
	struct iu_api_look look;
	struct iu_arena arena;
	struct iu_questions questions;
	struct iu_wait *wait;
};

int inuse_watch_new(const char *target, const struct inuse_options *given, bool listening,
	struct inuse_watch **ret_watch)
{
	struct inuse_watch *watch = calloc(1, sizeof(*watch));
	struct iu_text none = {0};
	struct iu_complaint to;
	int ret;

	if (!watch)
		return IU_E_NOMEM;
	ret = iu_api_begin(given, &watch->look);
	to = (struct iu_complaint){watch->look.options.complaint, watch->look.options.complaint_size};
	if (ret >= 0)
		ret = iu_api_questions(&watch->arena, target, &watch->look, NULL, &watch->questions);
	if (ret >= 0) {
		ret = iu_wait_new(&watch->questions, listening, &watch->wait);
		iu_api_complain(&to, &none, ret);
	}
	if (ret < 0) {
		inuse_watch_free(watch);
		return ret;
	}
	/* whoever polls may ask later than the buffer lives */
	watch->look.options.complaint = NULL;
	*ret_watch = watch;
	return 1;
}

int inuse_watch_fd(const struct inuse_watch *watch)
{
	return watch ? iu_wait_fd(watch->wait) : -1;
}

int inuse_watch_check(struct inuse_watch *watch)
{
	enum iu_waited waited;
	int ret = watch ? iu_wait_check(watch->wait, &waited) : IU_E_INPUT;

	if (ret < 0)
		return ret;
	if (waited == IU_WAITED_ENDLESS)
		return IU_E_NOENT;
	return waited == IU_WAITED_DONE ? INUSE_WAITED_DONE : INUSE_WAITED_TIME_UP;
}

const char *inuse_watch_headline(const struct inuse_watch *watch)
{
	return watch ? iu_wait_headline(watch->wait) : NULL;
}

void inuse_watch_free(struct inuse_watch *watch)
{
	if (!watch)
		return;
	iu_wait_free(watch->wait);
	iu_arena_free(&watch->arena);
	free(watch);
}
