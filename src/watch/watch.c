/* watch/watch.c - every failed bind of this machine as it happens, each with its explanation */
#include "watch/watch.h"

#include <string.h>

#include "base/err.h"
#include "os/failures.h"
#include "watch/explain.h"

#define WAIT_MS 500 /* between two looks whether to stop, and at what was missed */

/* Trying is how inuse asks the kernel, and nothing that anybody waits for. */
static bool is_probe(const struct iu_failure *failure)
{
	const struct iu_process *p = &failure->process;

	return p->name && !strcmp(p->name, "inuse") &&
	       (failure->only_count || (p->exe && !strcmp(p->exe, "inuse")));
}

/* The call that failed as a socket that got what it asked for: what a filter of sockets reads. */
static bool passes(const struct iu_filter *filter, const struct iu_failure *failure)
{
	struct iu_snapshot like = {.arena = {0}};
	struct iu_listing listing = {0};
	const struct iu_question *q = &failure->question;
	struct iu_socket *s = iu_list_add(&like.arena, &like.sockets);
	struct iu_hold *hold;
	bool good;

	*s = (struct iu_socket){.protocol = q->target.protocol,
		.family = q->target.family,
		.state = IU_STATE_LISTEN,
		.local = q->target.address,
		.port = q->target.port ? q->target.port : 1,
		.v6only = q->options.v6only,
		.path = q->target.path ? q->target.path : "",
		.path_len = q->target.path_len,
		.abstract = q->target.abstract,
		.inode = 1,
		.uid_known = failure->process.uid_known,
		.uid = failure->process.uid,
		.unit = failure->process.unit,
		.container = failure->process.container};
	hold = iu_list_add(&like.arena, &like.holds);
	*hold = (struct iu_hold){.inode = 1, .pid = failure->process.pid};
	*iu_list_add(&like.arena, &like.processes) = failure->process;
	good = iu_listing_make(&like.arena, &like, filter, &listing) < 0 || listing.rows.n;
	iu_arena_free(&like.arena);
	return good;
}

/* What is told of a program in a second while more waits than can be explained. */
#define SHARES	  64
#define SHARE_MAX 8

struct shares {
	struct {
		int64_t second;
		unsigned int told;
		char name[16];
	} v[SHARES];
	size_t next;
};

/* A program that floods us does not keep others from being explained. */
static bool has_share(struct shares *shares, const struct iu_failure *failure)
{
	const char *name = failure->process.name ? failure->process.name : "";
	int64_t second = failure->time_ms / 1000;
	size_t i = 0;

	while (i < SHARES && strncmp(shares->v[i].name, name, sizeof(shares->v[i].name) - 1) != 0)
		i++;
	if (i == SHARES) {
		i = shares->next++ % SHARES;
		shares->v[i].second = 0;
		strncpy(shares->v[i].name, name, sizeof(shares->v[i].name) - 1);
	}
	if (shares->v[i].second != second)
		shares->v[i].told = 0;
	shares->v[i].second = second;
	return shares->v[i].told++ < SHARE_MAX;
}

static int tell(const struct iu_watch *watch, const struct iu_failure *failure,
	const struct iu_answer *answer)
{
	const struct iu_watch_entry entry = {failure, answer};

	if (watch->cause != IU_CAUSE_NONE && (!answer || answer->verdict.cause != watch->cause))
		return 0;
	return watch->tell(watch->context, &entry);
}

static int explain_and_tell(const struct iu_watch *watch, struct iu_failures *failures,
	struct shares *shares, struct iu_failure *failure, struct iu_session *session)
{
	struct iu_arena arena = {0};
	struct iu_answer answer;
	int ret;

	if (failure->only_count || (!has_share(shares, failure) && iu_failures_waiting(failures)))
		return tell(watch, failure, NULL);
	ret = iu_explain_failure(failures, failure, session, &arena, &answer);
	if (ret >= 0)
		ret = tell(watch, failure, &answer);
	iu_arena_free(&arena);
	return ret;
}

/* Returns: 1: there may be more, 0: no, or IU_E_*. */
static int next(const struct iu_watch *watch, struct iu_failures *failures, struct shares *shares)
{
	struct iu_session session = {0};
	struct iu_failure failure;
	int ret;

	iu_snapshot_init(&session.snapshot);
	ret = iu_failures_next(failures, &session.snapshot, &failure);
	if (ret == 1 && !is_probe(&failure) && passes(watch->filter, &failure))
		ret = explain_and_tell(watch, failures, shares, &failure, &session);
	iu_session_free(&session);
	return ret == IU_E_PROTO ? 1 : ret < 0 ? ret : ret == 0 ? 0 : 1;
}

static void tell_missed(const struct iu_watch *watch, const struct iu_failures *failures,
	struct iu_failure_counters *before)
{
	struct iu_failure_counters now;

	iu_failures_count(failures, &now);
	if (now.lost != before->lost || now.unfollowed != before->unfollowed)
		watch->missed(watch->context, now.lost - before->lost, now.unfollowed - before->unfollowed);
	*before = now;
}

int iu_watch_run(const struct iu_watch *watch, struct iu_text *why)
{
	struct iu_failure_counters counters = {0};
	struct shares shares = {.next = 0};
	struct iu_failures *failures;
	int ret = iu_failures_open(&failures, why);

	if (ret < 0)
		return ret;
	watch->begun(watch->context, iu_failures_source(failures));
	while (ret >= 0 && !watch->stopped(watch->context)) {
		ret = iu_failures_wait(failures, watch->listener(watch->context), WAIT_MS);
		if (ret == 1)
			ret = next(watch, failures, &shares);
		else if (ret == 2)
			watch->asked(watch->context);
		tell_missed(watch, failures, &counters);
		if (ret == IU_E_AGAIN)
			ret = 0;
	}
	iu_failures_close(failures);
	return ret < 0 ? ret : 0;
}
