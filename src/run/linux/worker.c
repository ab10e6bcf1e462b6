/* run/linux/worker.c - one call in a process of its own: finds out, helps, tells, answers */
#include "run/linux/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "engine/headline.h"
#include "os/os.h"
#include "run/linux/attempt.h"
#include "run/linux/question.h"
#include "run/linux/result.h"
#include "run/linux/see.h"
#include "run/linux/stop.h"
#include "session/free.h"

#define LOOK_MS	       200  /* between two attempts, where nothing wakes us */
#define NEXT_TRIES     1000
#define EXPLAINED_MOST 20   /* a program that tries a whole range of ports is not told of each */
#define MUTE_MS	       2000 /* the same failure again within that time is not looked at */

struct worker {
	const struct iu_run_supervisor *s;
	const struct iu_run *run;
	struct iu_run_case *c;
	struct iu_run_question asked;
	bool is_asked;
	bool early;     /* asked before the call, so that the words come soon behind it */
	bool performed; /* it is done: the caller gets 0 */
	bool again;     /* it is to be stopped: the call is made anew when it goes on */
	char words[256];
};

/* The command is gone, a daemon it left speaks for itself: its own standard error is used. */
static void use_stderr_of_caller(const struct worker *h)
{
	int fd;

	if (!h->s->command_ended)
		return;
	fd = iu_run_task_descriptor(
		iu_run_task_handle(h->c->credentials.rights.tgid), STDERR_FILENO);
	if (fd >= 0) {
		dup2(fd, STDERR_FILENO);
		close(fd);
	}
}

/* Sockets are looked at where the thread lives. */
static bool enter(const struct worker *h)
{
	char path[64];
	int fd, ret;

	if (h->c->credentials.netns == h->s->ours.netns)
		return true;
	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)h->c->notice.tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	ret = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
	if (fd >= 0)
		close(fd);
	return ret == 0;
}

static uint64_t key_of(const struct iu_run_case *c, uint32_t what)
{
	uint64_t key = iu_run_told_key(0, &what, sizeof(what));

	key = iu_run_told_key(key, &c->call.kind, sizeof(c->call.kind));
	if (c->call.kind == IU_RUN_LISTEN)
		key = iu_run_told_key(
			key, &c->credentials.rights.tgid, sizeof(c->credentials.rights.tgid));
	return iu_run_told_key(key, c->bytes, c->call.kind == IU_RUN_BIND ? c->call.len : 0);
}

bool iu_run_worker_is_muted(const struct iu_run_supervisor *s, const struct iu_run_case *c)
{
	int64_t last = iu_run_told_get(s->told, key_of(c, 'q'));

	return last && iu_os_now_ms() - last < MUTE_MS;
}

static bool allowed(const struct worker *h)
{
	return iu_run_policy_may_perform(&h->c->facts) &&
	       (!h->c->facts.privileged || h->run->policy != IU_RUN_EXPLAIN);
}

static void ask(struct worker *h, int error)
{
	if (h->is_asked)
		iu_run_question_end(&h->asked);
	h->is_asked = iu_run_question_ask(h->s, h->c, error, &h->asked) >= 0;
}

/* ---- what the kernel says ---- */

/* Rules instead of a look-alike: that one would share the port, or share it as somebody else. */
static int by_rules(struct worker *h)
{
	ask(h, 0);
	return h->is_asked ? h->asked.answer.verdict.error_number : -1;
}

static int attempt(struct worker *h)
{
	struct iu_run_case *c = h->c;
	int error;

	if (allowed(h)) {
		error = iu_run_attempt_perform(c);
		h->performed = error == 0;
		return error;
	}
	if (c->call.kind != IU_RUN_BIND)
		return -1;
	if (c->name.kind == IU_RUN_NAME_PATH)
		return iu_run_attempt_look(c);
	if (c->facts.privileged && !iu_run_credentials_may_bind_low(c->notice.tid, &c->credentials))
		return EACCES;
	if (c->facts.inet && !c->facts.tcp && c->facts.shared)
		return by_rules(h);
	/* SO_REUSEPORT asks for one user: that of the file system is the one a socket gets */
	if (c->credentials.rights.uid[3] != h->s->ours.rights.uid[3])
		setfsuid(c->credentials.rights.uid[3]);
	error = iu_run_attempt_try(c);
	setfsuid(h->s->ours.rights.uid[3]);
	return error;
}

/* ---- telling ---- */

/* Once for each cause: who asks again every second, or with sixteen threads, is told once. */
static bool is_news(const struct worker *h, int error)
{
	const struct iu_verdict *verdict = &h->asked.answer.verdict;
	uint64_t key = key_of(h->c, (uint32_t)error);

	if (h->is_asked) {
		uint64_t holder = verdict->blockers.n ? verdict->blockers.v[0].socket.inode : 0;

		key = iu_run_told_key(key, &verdict->cause, sizeof(verdict->cause));
		key = iu_run_told_key(key, &holder, sizeof(holder));
	}
	return iu_run_told_claim(h->s->told, key);
}

/* How many were told; the last one that is says so. */
static bool has_room(const struct worker *h)
{
	for (uint32_t i = 0; i < EXPLAINED_MOST; i++)
		if (iu_run_told_claim(h->s->told, iu_run_told_explained_key(i)))
			return true;
	if (iu_run_told_claim(h->s->told, iu_run_told_key(0, "more", 4)))
		h->run->line(h->run->context,
			"more of its bind() calls fail; the first 20 were explained");
	return false;
}

static bool only_time_helps(const struct iu_verdict *verdict)
{
	return verdict->status == IU_STATUS_IN_USE &&
	       (verdict->cause == IU_CAUSE_TIME_WAIT ||
		       verdict->cause == IU_CAUSE_CLOSING_CONNECTION);
}

/* Of a protocol that is not looked at: its result, and what shows more. */
static void tell_plain(struct worker *h, int error)
{
	struct iu_run_question asked = {0};
	const char *text;

	if (iu_run_told_claim(h->s->told, key_of(h->c, (uint32_t)error)) && has_room(h)) {
		text = iu_run_result_line(&asked.arena, h->c,
			iu_run_question_name(&asked.arena, h->c), error);
		h->run->line(h->run->context, text);
	}
	iu_run_question_end(&asked);
}

static void explain(struct worker *h, int error, const char *help)
{
	struct iu_run_failure failure = {.help = help};

	if (iu_run_worker_is_muted(h->s, h->c))
		return;
	if (h->c->facts.plain) {
		tell_plain(h, error);
		return;
	}
	if (!h->is_asked || !h->early)
		ask(h, error);
	if (h->is_asked)
		iu_run_result_apply(h->s, h->c, error, &h->asked);
	iu_run_told_put(h->s->told, key_of(h->c, 'q'), iu_os_now_ms());
	if (h->run->explained || !is_news(h, error) || !has_room(h)) {
		if (h->run->explained && help)
			h->run->line(h->run->context, help);
		return;
	}
	failure.intro = iu_run_question_intro(&h->asked, h->c, error);
	failure.answer = h->is_asked ? &h->asked.answer : NULL;
	if (!h->is_asked && !help)
		failure.help = iu_run_result_why(h->c, error);
	if (h->is_asked && !help && only_time_helps(&h->asked.answer.verdict))
		failure.help = "inuse run --wait 90 -- … holds the call until then.";
	if (h->is_asked && h->asked.answer.verdict.status == IU_STATUS_FREE && !help)
		failure.help = "Nothing is in the way any more: it was released just now, or a rule "
			       "that cannot be seen refuses it. Trying again tells.";
	h->run->explain(h->run->context, &failure);
}

static void line(const struct worker *h, const struct iu_text *text)
{
	if (!text->failed && text->data)
		h->run->line(h->run->context, text->data);
}

/* ---- policies ---- */

/* It ended, is to be stopped, or was asked to end and handles that: then the call must return. */
static bool is_over(struct worker *h)
{
	struct iu_run_credentials credentials = {0};
	struct iu_run_proc_files files;

	if (!iu_run_case_waits(h->s, h->c) ||
		iu_run_proc_files_open(h->c->notice.tid, &files) < 0)
		return true;
	(void)iu_run_credentials_read(&files, &credentials);
	iu_run_proc_files_close(&files);
	h->again = h->c->reply < 0 && iu_run_rights_is_to_stop(&credentials.rights);
	return h->again || iu_run_rights_asked_to_end(&credentials.rights);
}

static void say_waiting(struct worker *h, int error, int64_t left)
{
	struct iu_text text = {0};

	ask(h, error);
	if (!iu_run_told_claim(h->s->told, key_of(h->c, 'W')))
		return;
	iu_text_printf(&text, "%s; waiting for at most %lld s",
		iu_run_question_intro(&h->asked, h->c, error), (long long)((left + 999) / 1000));
	if (h->is_asked)
		iu_text_printf(&text, ". %s", h->asked.answer.verdict.headline);
	line(h, &text);
	iu_text_free(&text);
}

/* NULL @arena: the line goes. */
static void show_progress(const struct worker *h, struct iu_arena *arena, int64_t left)
{
	const struct iu_answer *answer = &h->asked.answer;

	if (!h->run->progress || !h->is_asked)
		return;
	h->run->progress(h->run->context,
		arena ? iu_headline_waiting(arena, answer->question, answer->snapshot, &answer->verdict) : NULL, left);
}

static int wait_for_it(struct worker *h, int error)
{
	uint64_t key = key_of(h->c, 'w');
	int64_t start = iu_os_now_ms(), deadline = iu_run_told_get(h->s->told, key);
	struct iu_os_watch *watch;

	if (!deadline) {
		deadline = start + h->run->wait_ms;
		iu_run_told_put(h->s->told, key, deadline);
	}
	if (iu_os_now_ms() >= deadline || iu_os_watch_new(&watch) < 0)
		return error;
	say_waiting(h, error, deadline - start);
	if (h->c->name.kind == IU_RUN_NAME_INET)
		(void)iu_os_watch_port(watch, h->c->sock.carries, h->c->name.port);
	while (iu_run_policy_waits(error) && iu_os_now_ms() < deadline && !is_over(h)) {
		int64_t left = deadline - iu_os_now_ms();
		struct iu_arena arena = {0};

		show_progress(h, &arena, left);
		iu_arena_free(&arena);
		(void)iu_os_watch_wait(watch, (unsigned int)(left < LOOK_MS ? left : LOOK_MS));
		error = attempt(h);
	}
	iu_os_watch_free(watch);
	show_progress(h, NULL, 0);
	if (error == 0) {
		struct iu_text text = {0};

		iu_run_told_put(h->s->told, key, 0);
		iu_text_printf(&text, "%s is free now, after %.1f s",
			iu_run_question_target(&h->asked), (double)(iu_os_now_ms() - start) / 1000);
		line(h, &text);
		iu_text_free(&text);
	} else if (iu_os_now_ms() >= deadline) {
		snprintf(h->words, sizeof(h->words), "%.200s was still taken after %.0f s",
			iu_run_question_target(&h->asked), (double)h->run->wait_ms / 1000);
	}
	return error;
}

static void set_port(struct iu_run_case *c, uint16_t port)
{
	/* sin_port and sin6_port lie in the same place */
	c->bytes[2] = (unsigned char)(port >> 8);
	c->bytes[3] = (unsigned char)port;
}

static int move(struct worker *h, int error)
{
	struct iu_run_case *c = h->c;
	uint64_t key = iu_run_told_moved_key(c->sock.carries, c->name.port);
	uint32_t port = (uint32_t)iu_run_told_get(h->s->told, key), tries;
	bool known = port != 0;

	if (!allowed(h)) {
		snprintf(h->words, sizeof(h->words),
			"--next cannot help: the program has other rights than inuse, so its "
			"address may not be changed.");
		return error;
	}
	if (!known)
		port = c->name.port + 1u;
	for (tries = 0; tries < NEXT_TRIES && port < 65536; tries++, port++) {
		set_port(c, (uint16_t)port);
		error = attempt(h);
		if (error != EADDRINUSE)
			break;
	}
	set_port(c, c->name.port);
	if (error) {
		snprintf(h->words, sizeof(h->words), "No next port could be bound (--next).");
		return error;
	}
	iu_run_told_put(h->s->told, key, (int64_t)port);
	iu_run_attempt_tell_port(h->run, c->socket, (uint16_t)port);
	if (!known || tries) {
		struct iu_text text = {0};

		ask(h, EADDRINUSE);
		iu_text_printf(&text, "%s; it gets port %u instead",
			iu_run_question_intro(&h->asked, c, EADDRINUSE), (unsigned int)port);
		if (h->is_asked)
			iu_text_printf(&text, ". %s", h->asked.answer.verdict.headline);
		line(h, &text);
		iu_text_free(&text);
	}
	return 0;
}

static int reuse(struct worker *h)
{
	struct iu_run_case *c = h->c;
	const int yes = 1;
	bool had = c->sock.reuseaddr;
	int before = had || !c->facts.equal ? -1 : iu_run_attempt_try(c), error;

	if (!had && setsockopt(c->socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) < 0) {
		snprintf(h->words, sizeof(h->words), "SO_REUSEADDR could not be set: %s.",
			strerror(errno));
	}
	c->sock.reuseaddr = true;
	error = attempt(h);
	if (had && error)
		snprintf(h->words, sizeof(h->words),
			"--reuseaddr changes nothing: the program sets SO_REUSEADDR itself.");
	else if (error)
		snprintf(h->words, sizeof(h->words),
			"SO_REUSEADDR was set (--reuseaddr) and does not help here.");
	else if (before == EADDRINUSE) {
		struct iu_text text = {0};

		c->sock.reuseaddr = false;
		ask(h, EADDRINUSE);
		iu_text_printf(&text, "SO_REUSEADDR helped: without it %s",
			iu_run_question_intro(&h->asked, c, EADDRINUSE));
		line(h, &text);
		iu_text_free(&text);
	}
	return error;
}

static int make_free(struct worker *h, int error)
{
	struct iu_free_run freeing;
	int ret;

	ask(h, error);
	if (!h->is_asked)
		return error;
	if (h->asked.answer.verdict.cause == IU_CAUSE_OWN_SOCKET) {
		snprintf(h->words, sizeof(h->words),
			"--free leaves it alone: the program would end itself.");
		return error;
	}
	if (!iu_run_told_claim(h->s->told, key_of(h->c, 'f')))
		return error; /* asked for once already */
	explain(h, error, NULL);
	ret = iu_free_run(&h->asked.question, &h->run->act, &freeing);
	if (ret >= 0 && freeing.end == IU_END_DONE) {
		error = attempt(h);
		snprintf(h->words, sizeof(h->words), "It was freed (--free)%s.",
			error ? ", and yet it cannot be bound" : "");
	} else {
		snprintf(h->words, sizeof(h->words), "It was not freed (--free).");
	}
	h->run->line(h->run->context, h->words);
	iu_free_run_end(&freeing);
	return error;
}

static int apply_policy(struct worker *h, int error)
{
	if (h->c->facts.plain)
		return error;
	switch (h->run->policy) {
	case IU_RUN_EXPLAIN: break;
	case IU_RUN_WAIT: return iu_run_policy_waits(error) ? wait_for_it(h, error) : error;
	case IU_RUN_NEXT:
		if (error == EADDRINUSE && h->c->call.kind == IU_RUN_BIND && h->c->facts.inet &&
			h->c->name.port)
			return move(h, error);
		break;
	case IU_RUN_FREE: return error == EADDRINUSE ? make_free(h, error) : error;
	case IU_RUN_REUSEADDR: break; /* was there before the first attempt */
	}
	return error;
}

static int find_out(struct worker *h)
{
	const struct iu_run_facts *facts = &h->c->facts;

	if (facts->policy == IU_RUN_REUSEADDR && facts->tcp && facts->kind == IU_RUN_BIND)
		return reuse(h);
	if (h->c->error >= 0)
		return h->c->error;
	if (facts->moved && allowed(h))
		return EADDRINUSE; /* of the number that was asked for, as far as we are concerned */
	return attempt(h);
}

static void end_call(struct worker *h)
{
	uint64_t lost = h->performed ? iu_run_case_lost_key(h->c) : 0;

	if (h->again && !h->performed)
		(void)iu_run_notices_again(h->s->notices, h->c->notice.id);
	else if (iu_run_case_answer(h->s, h->c, h->performed) == IU_E_GONE && lost)
		iu_run_told_put(h->s->told, lost, 1);
}

/* The kernel has refused it, and nothing that can be seen says why. */
static void say_unknown(struct worker *h)
{
	struct iu_text text = {0};

	if (!iu_run_told_claim(h->s->told, key_of(h->c, 'u')) || !has_room(h))
		return;
	iu_text_printf(&text, "%s (pid %d) could not bind %s; which error it was told cannot be seen",
		iu_run_question_name(&h->asked.arena, h->c), (int)h->c->credentials.rights.tgid,
		iu_run_question_target(&h->asked));
	line(h, &text);
	iu_text_free(&text);
}

/*
 * The kernel does the call. Where the thread can be stopped behind it, it reads the result after we have
 * told why; else the socket shows whether it is done.
 */
static void look_after(struct worker *h)
{
	bool ahead = iu_run_notices_killable() && !iu_run_attempt_can_break_off(h->c);
	bool stops = iu_run_stop_prepare(h->c, ahead), stopped = false, entered = enter(h);
	int error = -1;

	h->early = !stops && entered && h->c->facts.domain && h->c->facts.inet;
	if (h->early)
		ask(h, EACCES);
	(void)iu_run_notices_continue(h->s->notices, h->c->notice.id);
	if (stops)
		stopped = iu_run_stop_behind(h->c, ahead, &error);
	if (error < 0)
		error = iu_run_see(h->c, stopped);
	if (error < 0 && entered) {
		ask(h, 0); /* the place itself may say what it takes */
		error = h->is_asked ? h->asked.answer.verdict.error_number : 0;
		if (!error)
			say_unknown(h);
	}
	if (error > 0 && entered && iu_run_policy_explains(error))
		explain(h, error, NULL);
	close(h->c->socket); /* the program may close its own now, and use the address again */
	if (stopped)
		iu_run_stop_end(h->c);
	if (h->is_asked)
		iu_run_question_end(&h->asked);
}

void iu_run_worker(const struct iu_run_supervisor *s, struct iu_run_case *c)
{
	struct worker h = {.s = s, .run = s->run, .c = c};
	int error = -1;

	use_stderr_of_caller(&h);
	if (c->after) {
		look_after(&h);
		return;
	}
	if (enter(&h)) {
		error = find_out(&h);
		if (error > 0)
			error = apply_policy(&h, error);
		if (error > 0 && iu_run_policy_explains(error) && !h.again)
			explain(&h, error, h.words[0] ? h.words : NULL);
	} else if (iu_run_told_claim(s->told, iu_run_told_key(0, "netns", 5))) {
		s->run->line(s->run->context,
			"a program of it lives in another network namespace that may not be "
			"entered: its failed bind() calls are not explained (root may)");
	}
	end_call(&h);
	if (h.is_asked)
		iu_run_question_end(&h.asked);
}
