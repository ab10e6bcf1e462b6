/* tui/top.c - the live view: looks in the background, answers keys, acts */
#include "tui/top.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "base/err.h"
#include "os/os.h"
#include "session/free.h"
#include "session/live.h"
#include "session/wait.h"
#include "tui/answer.h"
#include "tui/screen.h"
#include "tui/view.h"

#define LOOK_MS     2000   /* between two looks at sockets … */
#define EARLY_MS    1000   /* … and where the kernel has more or fewer of them by then … */
#define COMPLETE_MS 10000  /* … and at everybody who holds any */
#define SHARE	    50     /* a look may take a fiftieth of the time … */
#define SHARE_EARLY 25     /* … one that comes early a twenty-fifth … */
#define SHARE_ALL   100    /* … a complete one a hundredth of it … */
#define LATEST_MS   60000  /* … and comes after that time anyway */
#define SOON_MS     250    /* something has gone: what came instead? */
#define CALM_MS     100    /* between two times that the kernel is listened to */
#define TICK_MS     1000
#define ASK_MS      1000   /* an open answer is asked again */
#define WAIT_MS     250
#define COST_MS     10000
#define NAME_COLUMNS 20

enum job { JOB_LOOK, JOB_WHY, JOB_EXPORT, JOB_WRITE };

/* What e writes: a look of its own, for a table is told less of each process. */
struct export {
	struct iu_session session;
	struct iu_arena arena;
	struct iu_filter filter;
	struct iu_listing listing;
	char name[48];     /* of the file */
	const char *wrong; /* NULL: nothing */
};

struct top {
	const struct iu_top_options *options;
	struct iu_view view;
	struct iu_screen *screen;
	struct iu_os_watch *events, *keys; /* events: with what the kernel tells of */

	/* The worker's while it is busy. */
	struct iu_os_worker *worker;
	struct iu_live *live;
	enum job job;
	struct iu_order_filter places; /* what is typed, for a look at very many sockets */
	struct iu_live_wish wish;
	struct iu_live_look look;
	struct iu_top_question asked;
	struct iu_top_answer answer;
	struct export export;
	int ret;

	int64_t sockets;  /* when the last look began; nothing but their number tells that one was born */
	int64_t early_at; /* 0: it was asked already */
	bool early;       /* the look is one of these */
	int64_t look_at, complete_at, complete_again, ask_at, listen_at, cost_since_ms, cost_since_us;
	bool scope_changed, ask, export_wanted, write, dirty, leave;
	enum iu_pane asked_for; /* the answer that comes is for that pane */
	char *copy;            /* the first command of the last answer */
	char *gap;
	int64_t clock; /* of the last look: seconds since 1970 minus those of iu_os_now_ms() */

	struct iu_top_question awaited;
	struct iu_wait *wait;

	struct iu_text told; /* the plan and its steps */
	bool stop;
};

/* ---- what e writes ---- */

static void end_export(struct export *export)
{
	iu_arena_free(&export->arena);
	iu_session_free(&export->session);
	*export = (struct export){.wrong = NULL};
}

static struct iu_session *session_of(struct top *top)
{
	return top->options->recorded ? top->options->recorded : &top->export.session;
}

static void look_for_export(struct top *top)
{
	struct export *export = &top->export;

	if (iu_session_filter(&export->arena, &export->filter, session_of(top), &export->listing) < 0)
		export->wrong = "the sockets could not be looked at";
}

/* Of the fresh look what the screen shows. */
static void keep_shown(struct top *top)
{
	struct iu_listing *listing = &top->export.listing;
	const struct iu_snapshot *snapshot = &session_of(top)->snapshot;
	size_t kept = 0;

	for (size_t i = 0; i < listing->rows.n && !top->export.wrong; i++) {
		struct iu_identity identity = iu_table_identity(&snapshot->sockets.v[listing->rows.v[i].socket]);
		const struct iu_top_row *row = iu_table_find(&top->view.table, &identity);

		if (row && iu_order_filter_passes(&top->view.filter, row))
			listing->rows.v[kept++] = listing->rows.v[i];
	}
	listing->rows.n = kept;
}

static void write_export(struct top *top)
{
	struct export *export = &top->export;
	json_t *document = export->wrong ? NULL : iu_output_list_json(&session_of(top)->snapshot, &export->listing);
	FILE *file = document ? top->options->create(export->name) : NULL;
	bool good;

	if (file) {
		good = json_dumpf(document, file, JSON_INDENT(1)) == 0 && fputc('\n', file) != EOF;
		export->wrong = fclose(file) == 0 && good ? NULL : "the file could not be written";
	} else if (!export->wrong) {
		export->wrong = document ? "the file cannot be created here" : "out of memory";
	}
	json_decref(document);
}

static void say_exported(struct top *top)
{
	const struct export *export = &top->export;
	size_t n = export->listing.rows.n;

	if (export->wrong)
		iu_view_say(&top->view, "not exported: %s (%s)", export->wrong, export->name);
	else
		iu_view_say(&top->view, "%zu socket%s in %s", n, n == 1 ? "" : "s", export->name);
	top->dirty = true;
	end_export(&top->export);
}

/* ---- the worker ---- */

static bool is_exporting(const struct top *top)
{
	return top->worker && iu_os_worker_is_busy(top->worker) && (top->job == JOB_EXPORT || top->job == JOB_WRITE);
}

static struct iu_style pane_style(const struct top *top)
{
	return (struct iu_style){.columns = top->view.width > 24 ? top->view.width - 2 : 22, .home = top->options->home,
		.verbose = top->view.verbose};
}

static void work(void *context)
{
	struct top *top = context;
	const struct iu_style style = pane_style(top);

	switch (top->job) {
	case JOB_LOOK: top->ret = iu_live_take(top->live, &top->wish, &top->look); break;
	case JOB_WHY: top->ret = iu_answer_why(&top->asked, NULL, &style, &top->answer); break;
	case JOB_EXPORT: look_for_export(top); break;
	case JOB_WRITE: write_export(top); break;
	}
}

/* Measured over some seconds: one look says little. */
static void measure(struct top *top, int64_t now)
{
	int64_t passed = now - top->cost_since_ms, spent = iu_os_spent_us();

	if (passed < COST_MS)
		return;
	top->view.header.cost = (int)((spent - top->cost_since_us) * 10 / passed);
	top->cost_since_ms = now;
	top->cost_since_us = spent;
}

static void note_gaps(struct top *top, const struct iu_snapshot *snapshot)
{
	struct iu_header *header = &top->view.header;
	struct iu_arena arena = {0};

	if (!top->look.complete)
		return;
	free(top->gap);
	top->gap = snapshot->gaps.n ? strdup(iu_safe(&arena, snapshot->gaps.v[0].what, 0)) : NULL;
	header->gap = top->gap;
	header->gaps = snapshot->gaps.n;
	iu_arena_free(&arena);
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t later_by(int64_t least, int64_t took, int64_t share)
{
	int64_t ms = took * share > least ? took * share : least;

	return ms < LATEST_MS ? ms : LATEST_MS;
}

static void note_refused(struct top *top)
{
	const struct iu_record_tally *refused = &top->look.refused;
	struct iu_header *header = &top->view.header;
	struct iu_text text = {0};

	header->watched = top->look.watched;
	header->refused = refused->count;
	iu_text_foreign(&text, refused->name, strlen(refused->name), NAME_COLUMNS);
	if (refused->port) {
		iu_text_printf(&text, " %u/", (unsigned int)refused->port);
		iu_text_foreign(&text, refused->protocol, strlen(refused->protocol), 0);
	}
	snprintf(header->last_refused, sizeof(header->last_refused), "%s", refused->count && !text.failed ? text.data : "");
	iu_text_free(&text);
}

static int take_look(struct top *top, const struct iu_snapshot *snapshot)
{
	struct iu_header *header = &top->view.header;
	const struct iu_table_look look = {.snapshot = snapshot, .listing = &top->look.listing,
		.complete = top->look.complete, .other_scope = top->scope_changed,
		.below = top->look.below < header->left_from ? top->look.below : header->left_from, .now_ms = top->look.taken_ms,
		.shown_ms = top->options->recorded ? top->look.taken_ms : iu_os_now_ms()};
	int ret;

	top->scope_changed = false;
	top->clock = snapshot->host.now - top->look.taken_ms / 1000;
	header->now = snapshot->host.now;
	header->looked_ms = top->look.taken_ms;
	header->took_ms = top->look.took_ms;
	header->many = top->look.many;
	header->left_out = top->look.left_out;
	header->left_from = top->look.below;
	header->too_many = top->look.too_many && top->view.filter.all;
	free((char *)header->hostname);
	header->hostname = snapshot->host.hostname ? strdup(snapshot->host.hostname) : NULL;
	note_gaps(top, snapshot);
	note_refused(top);
	ret = iu_view_take(&top->view, &look, top->look.tally);
	if (ret == 0 && top->look.complete)
		ret = iu_view_troubles(&top->view, &top->look.troubles);
	top->dirty = true;
	return ret;
}

static int take_answer(struct top *top)
{
	struct iu_text title = {0};

	if (top->asked_for != top->view.pane)
		return 0; /* it was closed meanwhile */
	iu_text_printf(&title, "inuse %s", top->asked.target);
	if (!title.failed)
		iu_view_pane(&top->view, IU_PANE_WHY, title.data, top->answer.text.data ? top->answer.text.data : "");
	iu_text_free(&title);
	free(top->copy);
	top->copy = top->answer.command.len ? strdup(top->answer.command.data) : NULL;
	top->ask_at = iu_os_now_ms() + (top->answer.counts ? ASK_MS : 3 * ASK_MS);
	top->dirty = true;
	return 0;
}

static int finish_job(struct top *top)
{
	int64_t now = iu_os_now_ms();
	int ret = top->ret;
	size_t events;

	if (!top->worker || !iu_os_worker_done(top->worker))
		return 0;
	switch (top->job) {
	case JOB_LOOK: break;
	case JOB_WHY: return ret < 0 ? ret : take_answer(top);
	case JOB_EXPORT:
		keep_shown(top);
		top->write = true;
		return 0;
	case JOB_WRITE: say_exported(top); return 0;
	}
	top->look_at = now + later_by(LOOK_MS, top->look.worked_ms, SHARE);
	if (top->look.complete) {
		top->complete_at = now + later_by(COMPLETE_MS, top->look.worked_ms, SHARE_ALL);
		top->complete_again = now + later_by(0, top->look.worked_ms, SHARE_ALL);
	}
	measure(top, now);
	if (ret == IU_E_SYSTEM) {
		iu_view_say(&top->view, "no kind of socket could be looked at");
		top->dirty = true;
		return 0;
	}
	if (ret < 0)
		return ret;
	events = top->view.table.came;
	ret = take_look(top, &top->look.session.snapshot);
	/* connections come and go all the time: after a look for nothing the next one is in time */
	if (top->early && top->view.table.came == events)
		top->early_at = 0;
	else
		top->early_at = now + later_by(EARLY_MS, top->look.worked_ms, SHARE_EARLY);
	top->early = false;
	if (!top->look.complete && top->view.table.came != events) { /* is it in anybody's way? */
		top->complete_at = sooner(top->complete_at, top->complete_again);
		top->look_at = sooner(top->look_at, top->complete_at);
	}
	return ret;
}

static void start_job(struct top *top)
{
	int64_t now = iu_os_now_ms();
	bool again = top->view.pane == IU_PANE_WHY && now >= top->ask_at && !top->view.paused;

	if (!top->worker || iu_os_worker_is_busy(top->worker))
		return;
	if (top->early_at && now >= top->early_at) {
		top->early_at = 0;
		top->early = now < top->look_at && iu_os_socket_count() != top->sockets;
		if (top->early)
			top->look_at = now;
	}
	if (top->ask || again) {
		top->ask = false;
		top->job = JOB_WHY;
	} else if (top->export_wanted || top->write) {
		top->job = top->write ? JOB_WRITE : JOB_EXPORT;
		top->export_wanted = top->write = false;
	} else if (now >= top->look_at && (!top->view.paused || !top->view.table.begun)) {
		top->job = JOB_LOOK;
		top->sockets = iu_os_socket_count();
		iu_order_filter_set(&top->places, top->options->names, top->view.typed);
		top->wish = (struct iu_live_wish){
			.places = &top->places.places,
			.connections = top->view.filter.all,
			.unix_sockets = top->view.filter.unix_sockets,
			.complete = now >= top->complete_at || top->scope_changed,
		};
	} else {
		return;
	}
	iu_os_worker_start(top->worker);
}

/* ---- what the kernel tells ---- */

static void freed(void *context, const struct iu_socket *socket)
{
	struct top *top = context;
	int64_t now = iu_os_now_ms();

	if (!socket)
		top->look_at = sooner(top->look_at, now + SOON_MS);
	else if (!top->view.paused && iu_table_freed(&top->view.table, socket, now, top->clock + now / 1000)) {
		top->dirty = top->view.stale = true;
		top->look_at = sooner(top->look_at, now + SOON_MS);
	}
}

static int open_watches(struct top *top)
{
	struct iu_os_watch *const *const both[] = {&top->events, &top->keys};
	int ret = iu_os_watch_new(&top->events);

	if (ret == 0)
		ret = iu_os_watch_new(&top->keys);
	for (size_t i = 0; i < IU_COUNT(both) && ret == 0; i++) {
		iu_os_watch_input(*both[i], 0);
		if (top->worker)
			iu_os_watch_input(*both[i], iu_os_worker_fd(top->worker));
	}
	if (ret == 0 && top->worker)
		iu_os_watch_freed(top->events, freed, top); /* where it does not tell, the next look does */
	return ret;
}

/* ---- one turn ---- */

static void tick(struct top *top)
{
	struct iu_view *view = &top->view;
	int64_t now = iu_os_now_ms();

	if (top->options->recorded)
		return; /* its clock stands still */
	if (now / TICK_MS != view->header.now_ms / TICK_MS)
		top->dirty = true;
	view->header.now_ms = now;
	if (view->table.begun)
		view->header.now = top->clock + now / 1000;
	view->header.busy = top->worker && iu_os_worker_is_busy(top->worker) && top->job == JOB_LOOK;
	if (!view->paused && iu_table_age(&view->table, view->has_selected ? &view->selected : NULL, now))
		top->dirty = view->stale = true;
	iu_view_refresh(view);
}

static void check_wait(struct top *top)
{
	enum iu_waited waited;

	if (!top->wait || iu_wait_check(top->wait, &waited) < 0 || waited == IU_WAITED_TIME_UP)
		return;
	if (waited == IU_WAITED_DONE) {
		iu_view_say(&top->view, "%s can be bound now", top->awaited.target);
		iu_screen_beep();
	} else {
		iu_view_say(&top->view, "%s: it does not end by itself; f frees it", top->awaited.target);
	}
	iu_wait_free(top->wait);
	top->wait = NULL;
	top->view.waiting = NULL;
	top->dirty = true;
}

/* Until something is due, or comes. */
static void rest(struct top *top)
{
	int64_t now = iu_os_now_ms(), until = (now / TICK_MS + 1) * TICK_MS;
	bool idle = top->worker && !iu_os_worker_is_busy(top->worker) && !top->view.paused;
	bool calm = now < top->listen_at;

	if (idle)
		until = sooner(sooner(until, top->look_at), top->early_at ? top->early_at : top->look_at);
	if (idle && top->view.pane == IU_PANE_WHY)
		until = sooner(until, top->ask_at);
	if (top->wait)
		until = sooner(until, now + WAIT_MS);
	if (calm)
		until = sooner(until, top->listen_at);
	iu_os_watch_wait(calm ? top->keys : top->events, until > now ? (unsigned int)(until - now) : 0);
	if (!calm)
		top->listen_at = iu_os_now_ms() + CALM_MS;
	if (iu_os_watch_hung(top->keys) || iu_os_watch_hung(top->events))
		top->leave = true;
}

/* Returns: 0, IU_E_*. */
static int turn(struct top *top)
{
	int ret = finish_job(top);

	start_job(top);
	check_wait(top);
	tick(top);
	if (top->dirty)
		iu_screen_draw(top->screen, &top->view);
	top->dirty = false;
	rest(top);
	if (iu_os_terminal_signal())
		top->leave = true;
	return ret;
}

static void resize(struct top *top)
{
	unsigned int width, height;

	iu_screen_size(top->screen, &width, &height);
	iu_view_resize(&top->view, width, height);
	iu_view_arrange(&top->view);
	top->ask_at = 0; /* an answer is wrapped anew */
}

/* ---- what keys ask for ---- */

/* The question of the selected row. */
static int question_of_row(struct top *top, struct iu_top_question *question)
{
	const struct iu_top_row *row = iu_view_row(&top->view);
	struct iu_text shown = {0}, target = {0};
	int ret;

	if (!row)
		return IU_E_INPUT;
	iu_row_text_target(row, &shown);
	if (row->socket.protocol == IU_PROTOCOL_UNIX && !row->socket.abstract) {
		iu_text_add(&target, "unix:");
		iu_text_addn(&target, row->socket.path ? row->socket.path : "", row->socket.path_len);
	} else {
		iu_text_add(&target, shown.data);
	}
	ret = shown.failed || target.failed ? IU_E_NOMEM
					    : iu_answer_question(question, top->options->names, target.data, shown.data);
	iu_text_free(&shown);
	iu_text_free(&target);
	if (ret < 0)
		iu_view_say(&top->view, "this one cannot be asked about");
	return ret;
}

static int ask_why(struct top *top)
{
	const struct iu_style style = pane_style(top);
	int ret;

	if (top->worker && iu_os_worker_is_busy(top->worker) && top->job == JOB_WHY)
		return 0; /* the one before it is not answered yet */
	if (question_of_row(top, &top->asked) < 0)
		return 0;
	iu_view_pane(&top->view, IU_PANE_WHY, "…", "asking…\n");
	top->asked_for = IU_PANE_WHY;
	if (!top->options->recorded) {
		top->ask = true;
		return 0;
	}
	ret = iu_answer_why(&top->asked, top->options->recorded, &style, &top->answer);
	return ret < 0 ? ret : take_answer(top);
}

static void begin_wait(struct top *top)
{
	if (top->wait) {
		iu_wait_free(top->wait);
		top->wait = NULL;
		top->view.waiting = NULL;
		iu_view_say(&top->view, "no longer waiting");
		return;
	}
	if (top->options->recorded) {
		iu_view_say(&top->view, "a capture does not change: nothing to wait for");
		return;
	}
	if (question_of_row(top, &top->awaited) < 0)
		return;
	if (iu_wait_new(&top->awaited.questions, false, &top->wait) == 0) {
		top->view.waiting = top->awaited.target;
		iu_view_say(&top->view, "waits until %s can be bound; w again: no more", top->awaited.target);
	}
}

static void copy_command(struct top *top)
{
	struct iu_text text = {0};

	if (top->view.pane == IU_PANE_WHY && top->copy) {
		iu_text_add(&text, top->copy);
	} else {
		iu_text_add(&text, "inuse ");
		iu_row_text_target(iu_view_row(&top->view), &text);
	}
	if (!text.failed) {
		iu_screen_copy(top->screen, text.data);
		iu_view_say(&top->view, "copied: %s", text.data);
	}
	iu_text_free(&text);
}

/* ---- export ---- */

static void begin_export(struct top *top)
{
	struct export *export = &top->export;
	time_t now = (time_t)top->view.header.now;
	struct tm parts = {0};

	if (top->export_wanted || top->write || is_exporting(top))
		return; /* it comes */
	end_export(export);
	export->filter.all = top->view.filter.all;
	snprintf(export->name, sizeof(export->name), "inuse.json");
	if (localtime_r(&now, &parts))
		strftime(export->name, sizeof(export->name), "inuse-%Y%m%d-%H%M%S.json", &parts);
	if (!top->options->recorded) {
		iu_view_say(&top->view, "exporting…");
		top->export_wanted = true;
		return;
	}
	look_for_export(top);
	keep_shown(top);
	write_export(top);
	say_exported(top);
}

/* ---- free ---- */

/* @end: what was added last, not where it begins */
static void show_told(struct top *top, bool end)
{
	struct iu_text title = {0};

	iu_text_printf(&title, "inuse free %s", top->awaited.target);
	iu_view_pane(&top->view, IU_PANE_FREE, title.data ? title.data : "", top->told.data ? top->told.data : "");
	iu_text_free(&title);
	iu_view_key(&top->view, end ? IU_KEY_END : IU_KEY_HOME);
	top->dirty = true;
}

/* Keys until one of them is an answer; what scrolls is none. */
static bool says_yes(struct top *top)
{
	int answer = -1;

	top->view.asks = true;
	while (answer < 0 && !top->leave) {
		struct iu_input input;

		if (turn(top) < 0)
			answer = 0;
		while (answer < 0 && (input = iu_screen_input(top->screen)).kind != IU_INPUT_NOTHING) {
			top->dirty = true;
			if (input.kind == IU_INPUT_RESIZE)
				resize(top);
			else if (input.kind == IU_INPUT_KEY && input.key >= IU_KEY_UP && input.key <= IU_KEY_END)
				iu_view_key(&top->view, input.key);
			else if (input.kind == IU_INPUT_KEY)
				answer = input.key == 'y' || input.key == 'Y';
		}
	}
	top->view.asks = false;
	return answer == 1 && !top->leave;
}

static bool consent(void *context, const struct iu_free_run *freeing)
{
	const struct iu_style style = pane_style(context);
	struct top *top = context;

	iu_output_explanation(&freeing->explanation, &style, &top->told);
	iu_text_printf(&top->told, "\n%s [y/N]\n", freeing->question_words ? freeing->question_words : "Do it?");
	show_told(top, false);
	return says_yes(top);
}

static bool asked_to_kill(void *context, const char *what)
{
	struct top *top = context;

	iu_text_foreign(&top->told, what, strlen(what), 0);
	iu_text_add(&top->told, ". Kill it (SIGKILL)? [y/N]\n");
	show_told(top, true);
	return says_yes(top);
}

static void told_step(void *context, const struct iu_step *step, const struct iu_step_result *result, const char *words)
{
	struct top *top = context;

	(void)step;
	(void)result;
	if (!words)
		return;
	iu_text_printf(&top->told, "%s\n", words);
	show_told(top, true);
	iu_screen_draw(top->screen, &top->view);
}

static void told_progress(void *context, const char *what, int64_t left_ms)
{
	struct top *top = context;
	struct iu_text text = {0};
	struct iu_input input;

	iu_text_foreign(&text, what, strlen(what), 100);
	top->view.header.now_ms = iu_os_now_ms();
	if (left_ms >= 0)
		iu_view_say(&top->view, "%s, %lld s at most; Esc stops here", text.data ? text.data : "", (long long)((left_ms + 999) / 1000));
	else
		iu_view_say(&top->view, "%s; Esc stops here", text.data ? text.data : "");
	iu_text_free(&text);
	iu_screen_draw(top->screen, &top->view);
	while ((input = iu_screen_input(top->screen)).kind != IU_INPUT_NOTHING)
		top->stop = top->stop || (input.kind == IU_INPUT_KEY && input.key == IU_KEY_ESCAPE);
}

static bool is_stopped(void *context)
{
	const struct top *top = context;

	return top->stop || iu_os_terminal_signal();
}

static int run_free(struct top *top)
{
	const struct iu_free_options act = {.grace_seconds = IU_GRACE_SECONDS, .context = top, .consent = consent,
		.step = told_step, .kill = asked_to_kill, .asks = true, .progress = told_progress, .stopped = is_stopped};
	const struct iu_style style = pane_style(top);
	struct iu_free_run freeing;
	int ret;

	if (top->options->recorded) {
		iu_view_say(&top->view, "a capture: nothing of it can be stopped from here");
		return 0;
	}
	if (top->wait)
		begin_wait(top); /* its question is asked here now */
	if (question_of_row(top, &top->awaited) < 0)
		return 0;
	top->told.len = 0;
	top->stop = false;
	iu_view_pane(&top->view, IU_PANE_FREE, "inuse free", "looking for who is in the way…\n");
	iu_screen_draw(top->screen, &top->view);
	ret = iu_free_run(&top->awaited.questions.v[0], &act, &freeing);
	if (ret >= 0) {
		iu_free_run_words(&freeing, &style, &top->told);
		show_told(top, true);
	}
	iu_free_run_end(&freeing);
	top->view.message[0] = '\0';
	top->look_at = 0;
	return ret < 0 ? ret : 0;
}

/* ---- the loop ---- */

static int act(struct top *top, enum iu_action action)
{
	switch (action) {
	case IU_ACTION_NONE: break;
	case IU_ACTION_QUIT: top->leave = true; break;
	case IU_ACTION_LOOK:
		top->scope_changed = top->scope_changed || !top->view.paused;
		top->look_at = 0;
		break;
	case IU_ACTION_WHY: return ask_why(top);
	case IU_ACTION_FREE: return run_free(top);
	case IU_ACTION_WAIT: begin_wait(top); break;
	case IU_ACTION_COPY: copy_command(top); break;
	case IU_ACTION_EXPORT: begin_export(top); break;
	case IU_ACTION_REDRAW: iu_screen_redraw(top->screen); break;
	}
	return 0;
}

static int take_input(struct top *top)
{
	struct iu_input input;
	int ret = 0;

	while (ret == 0 && !top->leave && (input = iu_screen_input(top->screen)).kind != IU_INPUT_NOTHING) {
		top->dirty = true;
		if (!top->options->recorded)
			top->view.header.now_ms = iu_os_now_ms();
		switch (input.kind) {
		case IU_INPUT_NOTHING: break;
		case IU_INPUT_RESIZE: resize(top); break;
		case IU_INPUT_KEY: ret = act(top, iu_view_key(&top->view, input.key)); break;
		case IU_INPUT_CLICK: ret = act(top, iu_view_click(&top->view, input.x, input.y)); break;
		}
	}
	return ret;
}

static int begin_live(struct top *top)
{
	int ret = iu_live_new(&top->live);

	top->cost_since_ms = iu_os_now_ms();
	top->cost_since_us = iu_os_spent_us();
	return ret < 0 ? ret : iu_os_worker_new(work, top, &top->worker);
}

/* One look for all time. */
static int begin_recorded(struct top *top)
{
	struct iu_session *recorded = top->options->recorded;
	int ret = iu_live_recorded(recorded, &top->look);

	top->look.taken_ms = 0;
	top->view.header.source = top->options->source;
	return ret < 0 ? ret : take_look(top, &recorded->snapshot);
}

static int begin(struct top *top)
{
	const struct iu_top_options *options = top->options;
	unsigned int width, height;
	int ret = iu_screen_open(options->color, &top->screen);

	if (ret < 0)
		return ret == IU_E_NOTSUP ? IU_E_INPUT : ret;
	iu_screen_size(top->screen, &width, &height);
	iu_view_begin(&top->view, options->names, width, height);
	top->view.filter.all = options->all;
	iu_view_resize(&top->view, width, height);
	snprintf(top->view.typed, sizeof(top->view.typed), "%s", options->filter);
	ret = iu_order_filter_set(&top->view.filter, options->names, top->view.typed);
	if (ret == 0)
		ret = options->recorded ? begin_recorded(top) : begin_live(top);
	return ret < 0 ? ret : open_watches(top);
}

static void end(struct top *top)
{
	iu_screen_close(top->screen);
	iu_wait_free(top->wait);
	iu_os_watch_free(top->events);
	iu_os_watch_free(top->keys);
	if (!iu_os_worker_free(top->worker))
		return; /* it still looks, into memory that is its own */
	iu_live_free(top->live);
	iu_live_look_free(&top->look);
	iu_answer_end(&top->answer);
	iu_answer_question_end(&top->asked);
	iu_answer_question_end(&top->awaited);
	free((char *)top->view.header.hostname);
	iu_view_end(&top->view);
	iu_arena_free(&top->places.arena);
	iu_text_free(&top->told);
	end_export(&top->export);
	free(top->copy);
	free(top->gap);
	free(top);
}

int iu_top_run(const struct iu_top_options *options, int *ret_signal)
{
	struct top *top = calloc(1, sizeof(*top));
	int ret;

	*ret_signal = 0;
	if (!top)
		return IU_E_NOMEM;
	top->options = options;
	top->dirty = true;
	ret = begin(top);
	while (ret == 0 && (!top->leave || top->write || (top->job == JOB_WRITE && is_exporting(top)))) { /* no half of a file */
		ret = turn(top);
		if (ret == 0)
			ret = take_input(top);
	}
	*ret_signal = iu_os_terminal_signal();
	end(top);
	return ret;
}
