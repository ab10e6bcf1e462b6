/* output/event.c - a failed bind() or listen() as lines for people */
#include "output/event.h"

#include <string.h>
#include <time.h>

#include "output/wrap.h"

#define NAME_COLUMNS 40
#define INDENT	     2

static void put_time(int64_t ms, struct iu_text *out)
{
	time_t when = (time_t)(ms / 1000);
	char text[32];
	struct tm tm;

	if (localtime_r(&when, &tm) && strftime(text, sizeof(text), "%b %d %H:%M:%S ", &tm))
		iu_text_add(out, text);
}

static void put_foreign(const char *before, const char *text, struct iu_text *out)
{
	if (!text)
		return;
	iu_text_add(out, before);
	iu_text_foreign(out, text, strlen(text), NAME_COLUMNS);
}

/* Where it is, if not where we are; a container says it all. */
static void put_place(const struct iu_failure *failure, struct iu_text *out)
{
	const struct iu_process *p = &failure->process;

	if (p->container)
		return;
	if (!failure->here && failure->netns_name) {
		put_foreign(", in ", failure->netns_name, out);
		iu_text_add(out, "'s network");
		return;
	}
	if (!failure->here)
		iu_text_add(out, p->pid > 0 ? ", in another network" : ", in another network and PID namespace");
	else if (p->pid <= 0)
		iu_text_add(out, ", in another PID namespace");
}

/* "node (pid 4711, alice, in web.service)" */
static void put_who(const struct iu_failure *failure, struct iu_text *out)
{
	const struct iu_process *p = &failure->process;
	const char *unit = p->container ? (p->container_name ? p->container_name : p->container) : p->unit;
	struct iu_text about = {0};

	put_foreign("", p->name ? p->name : "a program", out);
	if (failure->only_count)
		return;
	if (p->pid > 0)
		iu_text_printf(&about, ", pid %d", (int)p->pid);
	if (p->user)
		put_foreign(", ", p->user, &about);
	else if (p->uid_known)
		iu_text_printf(&about, ", uid %lu", (unsigned long)p->uid);
	put_foreign(p->container ? ", in container " : ", in ", unit, &about);
	put_place(failure, &about);
	if (about.len) {
		iu_text_add(out, " (");
		iu_text_addn(out, about.data + strlen(", "), about.len - strlen(", "));
		iu_text_add(out, ")");
	}
	out->failed = out->failed || about.failed;
	iu_text_free(&about);
}

static void put_error(const struct iu_output_event *event, struct iu_text *out)
{
	const struct iu_failure *failure = event->failure;
	const char *name = event->verdict ? event->verdict->error : NULL;

	if (name)
		iu_text_printf(out, " (%s)", name);
	else if (failure->error)
		iu_text_printf(out, " (errno %d)", failure->error);
}

static void put_first_line(const struct iu_output_event *event, struct iu_text *out)
{
	const struct iu_failure *failure = event->failure;

	if (!event->without_time)
		put_time(failure->time_ms, out);
	put_who(failure, out);
	iu_text_add(out, failure->listen ? " could not listen on " : " could not bind ");
	put_foreign("", failure->question.target.text, out);
	put_error(event, out);
	if (failure->repeats)
		iu_text_printf(out, "%s %llu more time%s", failure->only_count ? "," : "; before that",
			(unsigned long long)failure->repeats, failure->repeats == 1 ? "" : "s");
	iu_text_add(out, "\n");
}

static void put_brief(const struct iu_explanation *explanation, const struct iu_style *style, struct iu_text *out)
{
	const struct iu_explanation_step *step = explanation->steps.n ? &explanation->steps.v[0] : NULL;

	iu_pad(out, INDENT);
	iu_wrap(out, explanation->headline, INDENT, INDENT, style->columns);
	iu_text_add(out, "\n");
	if (!step)
		return;
	iu_pad(out, INDENT);
	iu_wrap(out, step->text, INDENT, INDENT, style->columns);
	if (step->command) {
		iu_text_add(out, ": ");
		iu_text_foreign(out, step->command, strlen(step->command), 0);
	}
	iu_text_add(out, "\n");
}

void iu_event_put(const struct iu_output_event *event, const struct iu_style *style, struct iu_text *out)
{
	put_first_line(event, out);
	if (style->quiet || event->failure->only_count)
		return;
	if (!event->explanation)
		iu_text_add(out, "  not explained: too many fail at the same time\n");
	else if (style->verbose)
		iu_output_explanation(event->explanation, style, out);
	else
		put_brief(event->explanation, style, out);
}
