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

/* "node (pid 4711, alice, in web.service)" */
static void put_who(const struct iu_failure *failure, struct iu_text *out)
{
	const struct iu_process *p = &failure->process;
	const char *unit = p->container ? (p->container_name ? p->container_name : p->container) : p->unit;

	put_foreign("", p->name ? p->name : "a program", out);
	if (failure->only_count)
		return;
	if (p->pid > 0)
		iu_text_printf(out, " (pid %d", (int)p->pid);
	else
		iu_text_add(out, " (of another PID namespace");
	put_foreign(", ", p->user, out);
	put_foreign(p->container ? ", in container " : ", in ", unit, out);
	if (!failure->here) {
		iu_text_add(out, ", in ");
		put_foreign("", failure->netns_name ? failure->netns_name : "another", out);
		iu_text_add(out, failure->netns_name ? "'s network" : " network namespace");
	}
	iu_text_add(out, ")");
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
