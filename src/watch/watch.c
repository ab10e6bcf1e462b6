/* watch/watch.c - every failed bind of this machine as it happens, each with its explanation */
#include "watch/watch.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "knowledge/cgroups.h"
#include "os/failures.h"
#include "os/os.h"
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

/* What is told of a program, and of a user, in a second while more waits than can be explained. */
#define SHARES	    64
#define OF_PROGRAM  8
#define OF_USER	    16
#define NAME_BYTES  16
#define HUNG	    8
#define HUNG_MS	    60000 /* so long a program is not looked at after a look at it has hung */

struct shares {
	struct share {
		int64_t second;
		unsigned int told;
		char name[NAME_BYTES];
	} v[SHARES];
	size_t next;
};

/* Of one watch, whichever process goes on with it. */
struct state {
	struct shares programs, users;
	struct iu_failure_counters counters;
	uint64_t passed, passed_before;
	int64_t said_second;
	struct {
		int64_t until_ms;
		char name[NAME_BYTES];
	} hung[HUNG];
	size_t next_hung;
	int result;
};

struct work {
	const struct iu_watch *watch;
	struct iu_failures *failures;
	struct state *state;
};

static void copy_name(char to[NAME_BYTES], const char *name)
{
	strncpy(to, name, NAME_BYTES - 1);
	to[NAME_BYTES - 1] = '\0';
}

static bool has_share(struct shares *shares, const char *name, int64_t second, unsigned int most)
{
	struct share *share;
	size_t i = 0;

	while (i < SHARES && strncmp(shares->v[i].name, name, NAME_BYTES - 1) != 0)
		i++;
	if (i == SHARES) {
		i = shares->next++ % SHARES;
		shares->v[i].second = 0;
		copy_name(shares->v[i].name, name);
	}
	share = &shares->v[i];
	if (share->second != second)
		share->told = 0;
	share->second = second;
	return share->told++ < most;
}

static const char *name_of(const struct iu_failure *failure)
{
	return failure->process.name ? failure->process.name : "";
}

/* Who floods us does not keep others from being explained. */
static bool may_explain(struct state *state, const struct iu_failure *failure)
{
	int64_t second = failure->time_ms / 1000;
	char user[NAME_BYTES];

	snprintf(user, sizeof(user), "%u", (unsigned int)failure->process.uid);
	return has_share(&state->programs, name_of(failure), second, OF_PROGRAM) &&
	       has_share(&state->users, user, second, OF_USER);
}

/* ---- looks that hang ---- */

static void note_hung(struct state *state, const struct iu_failure *failure)
{
	size_t i = state->next_hung++ % HUNG;

	state->hung[i].until_ms = iu_os_now_ms() + HUNG_MS;
	copy_name(state->hung[i].name, name_of(failure));
}

/* To look at it once more would take as long again. */
static bool is_hung(const struct state *state, const struct iu_failure *failure)
{
	for (size_t i = 0; i < HUNG; i++)
		if (state->hung[i].until_ms > iu_os_now_ms() &&
			!strncmp(state->hung[i].name, name_of(failure), NAME_BYTES - 1))
			return true;
	return false;
}

/* ---- one failure ---- */

/* What a filter asks for, out of what the hook has noted. */
static int name_unit(struct iu_arena *arena, struct iu_process *process)
{
	struct iu_cgroup_names names = {0};
	int ret = process->cgroup ? iu_cgroup_names(arena, process->cgroup, &names) : 0;

	process->unit = names.unit;
	process->container = names.container;
	process->engine = names.engine;
	return ret;
}

static int tell(const struct iu_watch *watch, const struct iu_failure *failure,
	const struct iu_answer *answer)
{
	const struct iu_watch_entry entry = {failure, answer};

	if (watch->cause != IU_CAUSE_NONE && (!answer || answer->verdict.cause != watch->cause))
		return 0;
	return watch->tell(watch->context, &entry);
}

static int explain_and_tell(const struct work *work, struct iu_failure *failure, bool hung, struct iu_session *session)
{
	struct iu_arena arena = {0};
	struct iu_answer answer;
	int ret;

	if (failure->only_count)
		return tell(work->watch, failure, NULL);
	ret = iu_explain_failure(work->failures, failure, hung, session, &arena, &answer);
	if (ret >= 0)
		ret = tell(work->watch, failure, &answer);
	iu_arena_free(&arena);
	return ret;
}

static int pass(const struct work *work, struct iu_arena *arena, struct iu_failure *failure)
{
	const struct iu_watch_entry entry = {failure, NULL};
	int ret = name_unit(arena, &failure->process);

	if (ret < 0 || work->watch->cause != IU_CAUSE_NONE || !passes(work->watch->filter, failure))
		return ret;
	work->state->passed += failure->repeats + !failure->only_count;
	return work->watch->passed(work->watch->context, &entry);
}

static int take(const struct work *work, struct iu_failure *failure, struct iu_session *session)
{
	struct iu_arena *arena = &session->snapshot.arena;
	bool hung = is_hung(work->state, failure);
	int ret;

	/* What nobody wants to know is not looked at; a unit's full name takes a look. */
	if (!work->watch->filter->unit && !passes(work->watch->filter, failure))
		return 0;
	if (iu_failures_waiting(work->failures) && (failure->only_count || !may_explain(work->state, failure)))
		return pass(work, arena, failure);
	ret = hung ? name_unit(arena, &failure->process)
		   : iu_failures_look(work->failures, &session->snapshot, failure);
	if (ret >= 0 && passes(work->watch->filter, failure))
		ret = explain_and_tell(work, failure, hung, session);
	return ret;
}

/* Returns: 1: there may be more, 0: no, or IU_E_*. */
static int next(const struct work *work, bool given_up)
{
	struct iu_session session = {0};
	struct iu_failure failure;
	int ret;

	iu_snapshot_init(&session.snapshot);
	ret = given_up ? iu_failures_given_up(work->failures, &session.snapshot, &failure)
		       : iu_failures_next(work->failures, &session.snapshot, &failure);
	if (ret == 1 && given_up)
		note_hung(work->state, &failure);
	if (ret == 1 && !is_probe(&failure)) {
		int taken = take(work, &failure, &session);

		ret = taken < 0 ? taken : 1;
	}
	iu_session_free(&session);
	return ret == IU_E_PROTO ? 1 : ret;
}

static void tell_missed(const struct work *work)
{
	struct state *state = work->state;
	struct iu_failure_counters now, *before = &state->counters;
	uint64_t passed = state->passed - state->passed_before;
	int64_t second = iu_os_now_ms() / 1000;

	iu_failures_count(work->failures, &now);
	if (second == state->said_second ||
		(now.lost == before->lost && now.unfollowed == before->unfollowed && !passed))
		return;
	work->watch->missed(work->watch->context, passed, now.lost - before->lost,
		now.unfollowed - before->unfollowed);
	*before = now;
	state->passed_before = state->passed;
	state->said_second = second;
}

static void run(void *context)
{
	const struct work *work = context;
	const struct iu_watch *watch = work->watch;
	int ret;

	watch->works(watch->context);
	ret = next(work, true);
	while (ret >= 0 && !watch->stopped(watch->context)) {
		ret = iu_failures_wait(work->failures, watch->listener(watch->context), WAIT_MS);
		if (ret == 1)
			ret = next(work, false);
		else if (ret == 2)
			watch->asked(watch->context);
		tell_missed(work);
		if (ret == IU_E_AGAIN)
			ret = 0;
	}
	work->state->said_second = 0;
	tell_missed(work);
	work->state->result = ret < 0 ? ret : 0;
}

int iu_watch_run(const struct iu_watch *watch, struct iu_text *why)
{
	struct work work = {.watch = watch};
	int ret = iu_failures_open(&work.failures, why);

	if (ret < 0)
		return ret;
	work.state = iu_failures_share(sizeof(*work.state));
	ret = work.state ? watch->begun(watch->context, iu_failures_source(work.failures)) : IU_E_NOMEM;
	if (ret >= 0)
		ret = iu_failures_outlive(work.failures, run, &work);
	if (ret >= 0)
		ret = work.state->result;
	iu_failures_close(work.failures);
	return ret;
}
