/* session/wait.c - asks the same question again until the answer is the one waited for */
#include "session/wait.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "engine/headline.h"
#include "os/os.h"
#include "session/session.h"

#define TICK_MIN_MS 10
#define TICK_MAX_MS 100
#define LOOK_MIN_MS 50   /* between two looks at everything, at first */
#define LOOK_MAX_MS 1000 /* … and in the end */
#define SLOW_MS	    2000 /* where a timer says when it ends */
#define PROGRESS_MS 1000 /* a line that is rewritten is read, too */
#define ASKED_MAX   32   /* sockets that are looked up in each tick */

/* One question, and its answer of the last look. */
struct waited {
	const struct iu_question *question;
	struct iu_verdict verdict;
	bool done;
};

struct waiting {
	const struct iu_questions *questions;
	const struct iu_wait_events *events;
	bool listening;
	int64_t deadline, look_ms;
	/* of the last look */
	struct iu_session session;
	struct iu_arena arena;
	struct waited *v; /* as many as questions */
	size_t left;      /* that are not done */
	int64_t timer_ms; /* what is left of the longest timer; -1: something has none */
	int64_t looked_at;
	int64_t told_at;
	/* until the next one */
	struct iu_os_watch *watch;
	int64_t next; /* not later than this */
	int64_t due;  /* when the sockets are looked up */
	int64_t tick; /* … and how long after that again */
};

/* A listener, or what receives datagrams, that has what is asked for. */
static bool somebody_listens(const struct iu_verdict *verdict)
{
	for (size_t i = 0; i < verdict->blockers.n; i++) {
		const struct iu_socket *s = &verdict->blockers.v[i].socket;

		if (s->state == IU_STATE_LISTEN)
			return true;
		if (s->state == IU_STATE_BOUND &&
			(s->protocol == IU_PROTOCOL_UDP ||
				(s->protocol == IU_PROTOCOL_UNIX && s->unix_type == IU_UNIX_DGRAM)))
			return true;
	}
	return false;
}

static int look(struct waiting *w)
{
	struct iu_answer answer;
	int ret;

	iu_session_free(&w->session);
	iu_arena_free(&w->arena);
	w->left = 0;
	w->looked_at = iu_os_now_ms();
	ret = iu_session_look(&w->session, w->questions);
	w->v = ret < 0 ? NULL : iu_arena_alloc(&w->arena, w->questions->n * sizeof(*w->v));
	if (ret >= 0 && !w->v)
		return IU_E_NOMEM;
	for (size_t i = 0; i < w->questions->n && ret >= 0; i++) {
		struct waited *one = &w->v[i];

		ret = iu_session_answer(&w->session, &w->questions->v[i], &w->arena, &answer);
		if (ret < 0)
			break;
		*one = (struct waited){.question = &w->questions->v[i], .verdict = answer.verdict};
		one->done = w->listening ? somebody_listens(&one->verdict)
					 : one->verdict.status == IU_STATUS_FREE;
		w->left += !one->done;
	}
	return ret;
}

/* Until the last blocker of all is gone; -1: one of them has no timer. */
static int64_t longest_timer(const struct waiting *w)
{
	int64_t longest = 0;

	for (size_t i = 0; i < w->questions->n; i++) {
		const struct iu_verdict *verdict = &w->v[i].verdict;

		if (w->v[i].done)
			continue;
		if (w->listening || !verdict->blockers.n)
			return -1;
		for (size_t k = 0; k < verdict->blockers.n; k++) {
			const struct iu_socket *s = &verdict->blockers.v[k].socket;

			if ((s->state != IU_STATE_TIME_WAIT && !s->mini) || s->timer_ms < 0)
				return -1;
			if (s->timer_ms > longest)
				longest = s->timer_ms;
		}
	}
	return longest;
}

/* Returns: whether the kernel says when a socket of the port is gone: nobody needs to ask often. */
static bool watch_one(
	struct iu_os_watch *watch, const struct waiting *w, const struct waited *one)
{
	const struct iu_question *q = one->question;
	const struct iu_verdict *verdict = &one->verdict;

	if (q->target.protocol == IU_PROTOCOL_UNIX && !q->target.abstract)
		iu_os_watch_path(watch, q->target.path, q->target.path_len);
	for (size_t i = 0; !q->how.plain && i < verdict->blockers.n; i++)
		for (size_t k = 0; k < verdict->blockers.v[i].holds.n; k++)
			iu_os_watch_process(watch,
				w->session.snapshot.holds.v[verdict->blockers.v[i].holds.v[k]].pid);
	return q->target.protocol != IU_PROTOCOL_UNIX && q->target.port && !w->listening &&
	       iu_os_watch_port(watch, q->target.protocol, q->target.port);
}

static struct iu_os_watch *make_watch(const struct waiting *w, bool *ret_told)
{
	struct iu_os_watch *watch;

	if (iu_os_watch_new(&watch) < 0)
		return NULL;
	*ret_told = true;
	for (size_t i = 0; i < w->questions->n; i++)
		if (!w->v[i].done && !watch_one(watch, w, &w->v[i]))
			*ret_told = false;
	return watch;
}

/* A socket that was in the way is gone; *@asked counts the questions, which are bounded. */
static bool one_is_gone(const struct iu_verdict *verdict, size_t *asked)
{
	for (size_t i = 0; i < verdict->blockers.n && *asked < ASKED_MAX; i++) {
		if (!verdict->blockers.v[i].socket.cookie)
			continue;
		++*asked;
		if (iu_os_socket_there(&verdict->blockers.v[i].socket) == 0)
			return true;
	}
	return false;
}

/* The cheap question for a listener: one look-up for each address it could have. */
static bool one_has_come(const struct iu_question *q, size_t *asked)
{
	static const char *const names[] = {"127.0.0.1", "0.0.0.0", "::1"};
	struct iu_socket s = {.protocol = q->target.protocol,
		.state = IU_STATE_LISTEN,
		.port = q->target.port,
		.local = q->target.address,
		.family = q->target.family};

	if (q->target.protocol != IU_PROTOCOL_TCP || !q->target.port || ++*asked > ASKED_MAX)
		return false;
	if (q->target.family != IU_FAMILY_ANY)
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

static bool one_has_changed(const struct waiting *w)
{
	size_t asked = 0;

	for (size_t i = 0; i < w->questions->n; i++) {
		const struct waited *one = &w->v[i];

		if (!one->done && (w->listening ? one_has_come(one->question, &asked)
						: one_is_gone(&one->verdict, &asked)))
			return true;
	}
	return false;
}

static void tell(struct waiting *w, int64_t now)
{
	int64_t left = w->deadline == INT64_MAX ? -1 : w->deadline - now;
	int64_t timer = w->timer_ms < 0 ? -1 : w->looked_at + w->timer_ms - now;
	size_t first = 0;

	if (!w->events || !w->events->progress || now - w->told_at < PROGRESS_MS)
		return;
	w->told_at = now;
	if (timer >= 0 && (left < 0 || timer < left))
		left = timer;
	while (first + 1 < w->questions->n && w->v[first].done)
		first++;
	w->events->progress(w->events->context, &w->v[first].verdict,
		iu_headline_waiting(&w->arena, w->v[first].question, &w->session.snapshot, &w->v[first].verdict),
		w->left - 1, left < 0 ? -1 : left);
}

/* Something of it never comes: so all of it never does. */
static bool is_endless(const struct waiting *w)
{
	for (size_t i = 0; i < w->questions->n && !w->listening; i++)
		if (!w->v[i].done && w->v[i].verdict.endless)
			return true;
	return false;
}

static bool is_stopped(const struct waiting *w)
{
	return w->events && w->events->stopped && w->events->stopped(w->events->context);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* From now on another look may tell something new. */
static void prepare(struct waiting *w)
{
	int64_t now = iu_os_now_ms();
	bool told = false;

	w->next = w->looked_at + w->look_ms;
	w->timer_ms = longest_timer(w);
	if (w->timer_ms >= 0)
		w->next = w->looked_at + sooner(w->timer_ms + 2, SLOW_MS);
	/* When only the time of a look has passed there was no time left for others. */
	if (w->next < now + TICK_MIN_MS)
		w->next = now + TICK_MIN_MS;
	w->next = sooner(w->next, w->deadline);
	w->look_ms = sooner(w->look_ms * 2, LOOK_MAX_MS);
	w->watch = make_watch(w, &told);
	w->tick = w->watch && told ? TICK_MAX_MS : TICK_MIN_MS; /* the net under the events, and the pace of progress */
	w->due = now + w->tick;
}

/* Whether another look is due; wakes after @ms at the latest, or when something has changed. */
static bool is_due(struct waiting *w, int64_t ms)
{
	int64_t now;

	if (!w->watch || iu_os_watch_wait(w->watch, (unsigned int)(ms > 0 ? ms : 0)) > 0)
		return true;
	now = iu_os_now_ms();
	if (now >= w->next)
		return true;
	if (now < w->due)
		return false; /* a signal came: to ask for each would keep a processor busy */
	if (one_has_changed(w))
		return true;
	w->tick = sooner(w->tick * 5 / 4 + 1, TICK_MAX_MS);
	w->due = iu_os_now_ms() + w->tick;
	return false;
}

/* Sleeps until another look may tell something new. */
static void doze(struct waiting *w)
{
	int64_t now;

	prepare(w);
	do {
		now = iu_os_now_ms();
		tell(w, now);
	} while (!is_stopped(w) && !is_due(w, sooner(w->next, w->due) - now));
	iu_os_watch_free(w->watch);
	w->watch = NULL;
}

int iu_wait_for(const struct iu_questions *questions, bool listening, int64_t deadline_ms,
	const struct iu_wait_events *events, enum iu_waited *ret_waited)
{
	struct waiting w = {.questions = questions,
		.events = events,
		.listening = listening,
		.deadline = deadline_ms,
		.look_ms = LOOK_MIN_MS,
		.timer_ms = -1,
		.told_at = iu_os_now_ms()};
	enum iu_waited waited = IU_WAITED_DONE;
	int ret;

	iu_snapshot_init(&w.session.snapshot);
	for (;;) {
		ret = look(&w);
		if (ret < 0 || w.left == 0)
			break;
		if (is_endless(&w)) {
			waited = IU_WAITED_ENDLESS;
			break;
		}
		/* on a machine that is busy the looks alone take all of the time */
		w.timer_ms = longest_timer(&w);
		tell(&w, iu_os_now_ms());
		if (iu_os_now_ms() >= deadline_ms || is_stopped(&w)) {
			waited = is_stopped(&w) ? IU_WAITED_STOPPED : IU_WAITED_TIME_UP;
			break;
		}
		doze(&w);
	}
	iu_session_free(&w.session);
	iu_arena_free(&w.arena);
	if (ret < 0)
		return ret;
	*ret_waited = waited;
	return 0;
}

/* ---- the same for a program with an event loop ---- */

struct iu_wait {
	struct waiting w;
	struct iu_os_alarm *alarm;
	bool looked;
};

int iu_wait_new(const struct iu_questions *questions, bool listening, struct iu_wait **ret_wait)
{
	struct iu_wait *wait = calloc(1, sizeof(*wait));
	int ret;

	if (!wait)
		return IU_E_NOMEM;
	wait->w = (struct waiting){.questions = questions,
		.listening = listening,
		.deadline = INT64_MAX,
		.look_ms = LOOK_MIN_MS,
		.timer_ms = -1};
	iu_snapshot_init(&wait->w.session.snapshot);
	ret = iu_os_alarm_new(&wait->alarm);
	if (ret < 0) {
		iu_wait_free(wait);
		return ret;
	}
	iu_os_alarm_set(wait->alarm, NULL, 0);
	*ret_wait = wait;
	return 0;
}

int iu_wait_fd(const struct iu_wait *wait)
{
	return iu_os_alarm_fd(wait->alarm);
}

static void arm(struct iu_wait *wait)
{
	int64_t ms = sooner(wait->w.next, wait->w.due) - iu_os_now_ms();

	iu_os_alarm_set(wait->alarm, wait->w.watch, (unsigned int)(ms > 0 ? ms : 0));
}

int iu_wait_check(struct iu_wait *wait, enum iu_waited *ret_waited)
{
	struct waiting *w = &wait->w;
	int ret;

	*ret_waited = IU_WAITED_TIME_UP;
	if (wait->looked && !is_due(w, 0)) {
		arm(wait);
		return 0;
	}
	iu_os_watch_free(w->watch);
	w->watch = NULL;
	ret = look(w);
	if (ret < 0)
		return ret;
	wait->looked = true;
	if (w->left == 0)
		*ret_waited = IU_WAITED_DONE;
	else if (is_endless(w))
		*ret_waited = IU_WAITED_ENDLESS;
	prepare(w);
	arm(wait);
	return 0;
}

const char *iu_wait_headline(const struct iu_wait *wait)
{
	size_t first = 0;

	if (!wait->looked)
		return NULL;
	while (first + 1 < wait->w.questions->n && wait->w.v[first].done)
		first++;
	return wait->w.v[first].verdict.headline;
}

void iu_wait_free(struct iu_wait *wait)
{
	if (!wait)
		return;
	iu_os_watch_free(wait->w.watch);
	iu_os_alarm_free(wait->alarm);
	iu_session_free(&wait->w.session);
	iu_arena_free(&wait->w.arena);
	free(wait);
}
