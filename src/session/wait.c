/* session/wait.c - asks the same question again until the answer is the one waited for */
#include "session/wait.h"

#include <string.h>

#include "base/err.h"
#include "os/os.h"
#include "session/session.h"

#define TICK_MIN_MS 10
#define TICK_MAX_MS 100
#define LOOK_MIN_MS 50   /* between two looks at everything, at first */
#define LOOK_MAX_MS 1000 /* … and in the end */
#define SLOW_MS	    2000 /* where a timer says when it ends */
#define PROGRESS_MS 250
#define ASKED_MAX   8    /* sockets that are looked up in each tick */

struct waiting {
	const struct iu_question *question;
	const struct iu_wait_events *events;
	bool listening;
	int64_t deadline, look_ms;
	/* of the last look */
	struct iu_session session;
	struct iu_arena arena;
	struct iu_answer answer;
	int64_t timer_ms; /* what is left of the longest timer; -1: something has none */
	int64_t looked_at;
	int64_t told_at;
};

static int look(struct waiting *w)
{
	const struct iu_questions one = {.v = (struct iu_question *)w->question, .n = 1, .cap = 1};
	int r;

	iu_session_free(&w->session);
	iu_arena_free(&w->arena);
	w->looked_at = iu_os_now_ms();
	r = iu_session_look(&w->session, &one);
	return r < 0 ? r : iu_session_answer(&w->session, w->question, &w->arena, &w->answer);
}

/* A listener, or what receives datagrams, that has what is asked for. */
static bool somebody_listens(const struct waiting *w)
{
	for (size_t i = 0; i < w->answer.verdict.blockers.n; i++) {
		const struct iu_socket *s = &w->answer.verdict.blockers.v[i].socket;

		if (s->state == IU_STATE_LISTEN)
			return true;
		if (s->state == IU_STATE_BOUND &&
			(s->protocol == IU_PROTOCOL_UDP ||
				(s->protocol == IU_PROTOCOL_UNIX && s->unix_type == IU_UNIX_DGRAM)))
			return true;
	}
	return false;
}

static bool is_done(const struct waiting *w)
{
	return w->listening ? somebody_listens(w) : w->answer.verdict.status == IU_STATUS_FREE;
}

static int64_t longest_timer(const struct waiting *w)
{
	int64_t longest = 0;

	if (w->listening || !w->answer.verdict.blockers.n)
		return -1;
	for (size_t i = 0; i < w->answer.verdict.blockers.n; i++) {
		const struct iu_socket *s = &w->answer.verdict.blockers.v[i].socket;

		if ((s->state != IU_STATE_TIME_WAIT && !s->mini) || s->timer_ms < 0)
			return -1;
		if (s->timer_ms > longest)
			longest = s->timer_ms;
	}
	return longest;
}

/* *@ret_told: the kernel says when a socket of the port is gone, so nobody needs to ask often. */
static struct iu_os_watch *make_watch(const struct waiting *w, bool *ret_told)
{
	const struct iu_verdict *verdict = &w->answer.verdict;
	struct iu_os_watch *watch;

	if (iu_os_watch_new(&watch) < 0)
		return NULL;
	*ret_told = false;
	if (w->question->protocol != IU_PROTOCOL_UNIX && w->question->port && !w->listening)
		*ret_told = iu_os_watch_port(watch, w->question->protocol, w->question->port);
	if (w->question->protocol == IU_PROTOCOL_UNIX && !w->question->abstract)
		iu_os_watch_path(watch, w->question->path, w->question->path_len);
	for (size_t i = 0; i < verdict->blockers.n; i++)
		for (size_t k = 0; k < verdict->blockers.v[i].holds.n; k++)
			iu_os_watch_process(watch,
				w->session.snapshot.holds.v[verdict->blockers.v[i].holds.v[k]].pid);
	return watch;
}

/* A socket that was in the way is gone. */
static bool one_is_gone(const struct waiting *w)
{
	const struct iu_verdict *verdict = &w->answer.verdict;

	for (size_t i = 0; i < verdict->blockers.n && i < ASKED_MAX; i++)
		if (verdict->blockers.v[i].socket.cookie &&
			iu_os_socket_there(&verdict->blockers.v[i].socket) == 0)
			return true;
	return false;
}

/* The cheap question for a listener: one look-up for each address it could have. */
static bool one_has_come(const struct waiting *w)
{
	static const char *const names[] = {"127.0.0.1", "0.0.0.0", "::1"};
	struct iu_socket s = {.protocol = w->question->protocol,
		.state = IU_STATE_LISTEN,
		.port = w->question->port,
		.local = w->question->address,
		.family = w->question->family};

	if (w->question->protocol != IU_PROTOCOL_TCP || !w->question->port)
		return false;
	if (w->question->family != IU_FAMILY_ANY)
		return iu_os_socket_there(&s) == 1;
	for (size_t i = 0; i < IU_COUNT(names); i++) {
		if (iu_address_parse(names[i], strlen(names[i]), &s.local) < 0)
			continue;
		s.family = s.local.family;
		if (iu_os_socket_there(&s) == 1)
			return true;
	}
	return false;
}

static void tell(struct waiting *w, int64_t now)
{
	int64_t left = w->deadline == INT64_MAX ? -1 : w->deadline - now;
	int64_t timer = w->timer_ms < 0 ? -1 : w->looked_at + w->timer_ms - now;

	if (!w->events || !w->events->progress || now - w->told_at < PROGRESS_MS)
		return;
	w->told_at = now;
	if (timer >= 0 && (left < 0 || timer < left))
		left = timer;
	w->events->progress(w->events->context, &w->answer.verdict, left < 0 ? -1 : left);
}

static bool is_stopped(const struct waiting *w)
{
	return w->events && w->events->stopped && w->events->stopped(w->events->context);
}

/* Sleeps until another look may tell something new. */
static void doze(struct waiting *w)
{
	int64_t now = iu_os_now_ms(), next = w->looked_at + w->look_ms, tick = TICK_MIN_MS;
	struct iu_os_watch *watch;
	bool told;

	w->timer_ms = longest_timer(w);
	if (w->timer_ms >= 0) {
		next = w->looked_at + w->timer_ms + 2;
		if (next > w->looked_at + SLOW_MS)
			next = w->looked_at + SLOW_MS;
	}
	/* When only the time of a look has passed there was no time left for others. */
	if (next < now + TICK_MIN_MS)
		next = now + TICK_MIN_MS;
	if (next > w->deadline)
		next = w->deadline;
	watch = make_watch(w, &told);
	if (watch && told)
		tick = TICK_MAX_MS; /* the net under the events, and the pace of progress */
	while (watch && now < next && !is_stopped(w)) {
		int64_t ms = next - now < tick ? next - now : tick;

		tell(w, now);
		if (iu_os_watch_wait(watch, (unsigned int)ms) > 0)
			break;
		if (w->listening ? one_has_come(w) : one_is_gone(w))
			break;
		now = iu_os_now_ms();
		tick = tick * 5 / 4 + 1 > TICK_MAX_MS ? TICK_MAX_MS : tick * 5 / 4 + 1;
	}
	iu_os_watch_free(watch);
	w->look_ms = w->look_ms * 2 > LOOK_MAX_MS ? LOOK_MAX_MS : w->look_ms * 2;
}

int iu_wait_for(const struct iu_question *question, bool listening, int64_t deadline_ms,
	const struct iu_wait_events *events, enum iu_waited *ret_waited)
{
	struct waiting w = {.question = question,
		.events = events,
		.listening = listening,
		.deadline = deadline_ms,
		.look_ms = LOOK_MIN_MS,
		.timer_ms = -1,
		.told_at = iu_os_now_ms()};
	enum iu_waited waited = IU_WAITED_DONE;
	int r;

	iu_snapshot_init(&w.session.snapshot);
	for (;;) {
		r = look(&w);
		if (r < 0 || is_done(&w))
			break;
		if (iu_os_now_ms() >= deadline_ms || is_stopped(&w)) {
			waited = is_stopped(&w) ? IU_WAITED_STOPPED : IU_WAITED_TIME_UP;
			break;
		}
		doze(&w);
	}
	iu_session_free(&w.session);
	iu_arena_free(&w.arena);
	if (r < 0)
		return r;
	*ret_waited = waited;
	return 0;
}
