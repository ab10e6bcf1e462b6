/* cli/watch.c - inuse watch: every failed bind on this machine, as it happens */
#include "watch/watch.h"

#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "os/os.h"
#include "output/event.h"
#include "watch/journal.h"
#include "watch/keeper.h"

struct watching {
	const struct iu_arguments *arguments;
	struct iu_style style;
	struct iu_keeper keeper; /* keeps nothing where this watch does not see all */
};

static void say(const struct iu_text *text)
{
	if (!text->failed)
		iu_system_write(IU_STREAM_MESSAGES, text->data, text->len);
}

/* What is not seen belongs to the answer: silence would be taken for "nothing failed". */
static int begun(void *context, const struct iu_failure_source *source)
{
	struct watching *watching = context;
	struct iu_text text = {0};

	if (iu_keeper_begin(&watching->keeper, source) < 0)
		return IU_E_NOMEM;
	if (watching->arguments->quiet)
		return 0;
	iu_text_printf(&text, "inuse: watching %s; not seen: ", source->where);
	for (size_t i = 0; i < IU_FAILURE_BLIND && source->blind[i]; i++)
		iu_text_printf(&text, "%s%s", i ? "; " : "", source->blind[i]);
	iu_text_add(&text, iu_system_says_progress() ? " (Ctrl-C stops)\n" : "\n");
	say(&text);
	iu_text_free(&text);
	return 0;
}

static void works(void *context)
{
	struct watching *watching = context;

	iu_keeper_go_on(&watching->keeper);
}

static void missed(void *context, uint64_t not_explained, uint64_t lost, uint64_t unfollowed)
{
	struct watching *watching = context;
	struct iu_text text = {0};

	if (not_explained)
		iu_text_printf(&text, "inuse: %llu failed calls were counted and not explained: too many at the same time\n",
			(unsigned long long)not_explained);
	if (lost) {
		iu_keeper_miss(&watching->keeper, lost);
		iu_text_printf(&text, "inuse: %llu failed calls could not be shown: too many at the same time\n",
			(unsigned long long)lost);
	}
	if (unfollowed)
		iu_text_printf(&text, "inuse: of %llu calls it is not known whether they failed\n",
			(unsigned long long)unfollowed);
	say(&text);
	iu_text_free(&text);
}

static bool stopped(void *context)
{
	(void)context;
	return iu_system_caught() != 0;
}

static int listener(void *context)
{
	struct watching *watching = context;

	return iu_os_server_listener(watching->keeper.server);
}

static void asked(void *context)
{
	struct watching *watching = context;

	iu_keeper_serve(&watching->keeper);
}

static int write_entry(const struct iu_watch_entry *entry)
{
	int ret = iu_journal_send(entry);

	if (ret == IU_E_NOTSUP)
		iu_complain("there is no journal of systemd here", NULL, "");
	return ret == IU_E_NOTSUP ? IU_E_IO : ret == IU_E_NOMEM ? ret : 0;
}

/* Whoever reads through a pipe gets each entry when it happens. */
static int tell(void *context, const struct iu_watch_entry *entry)
{
	struct watching *watching = context;
	const struct iu_output_event event = {.failure = entry->failure,
		.snapshot = entry->answer ? entry->answer->snapshot : NULL,
		.verdict = entry->answer ? &entry->answer->verdict : NULL,
		.explanation = entry->answer ? &entry->answer->explanation : NULL};
	struct iu_text text = {0};
	bool good;

	iu_keeper_add(&watching->keeper, entry);
	if (watching->arguments->journal)
		return write_entry(entry);
	if (watching->arguments->json) {
		good = iu_write_json(iu_event_json(&event));
	} else {
		iu_event_put(&event, &watching->style, &text);
		good = iu_write(&text);
		iu_text_free(&text);
	}
	return good && iu_writer_flush() ? 0 : IU_E_IO;
}

/* A program that reads has each of them. */
static int passed(void *context, const struct iu_watch_entry *entry)
{
	struct watching *watching = context;

	if (watching->arguments->json && !watching->arguments->journal)
		return tell(context, entry);
	iu_keeper_add(&watching->keeper, entry);
	return 0;
}

static int complain_cause(const char *name)
{
	struct iu_text line = {0};

	iu_text_add(&line, "there is no cause \"");
	iu_text_foreign(&line, name, strlen(name), 40);
	iu_text_add(&line, "\"; see inuse help causes");
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

static int read_cause(const char *name, enum iu_cause *ret_cause)
{
	*ret_cause = IU_CAUSE_NONE;
	for (int cause = IU_CAUSE_NONE + 1; name && cause < IU_CAUSE_COUNT; cause++)
		if (!strcmp(iu_cause_name((enum iu_cause)cause), name)) {
			*ret_cause = (enum iu_cause)cause;
			return 0;
		}
	return name ? complain_cause(name) : 0;
}

/* To list it means any port; here it may as well mean who asked for any. */
static int check_ports(const struct iu_filter *filter)
{
	for (size_t i = 0; i < filter->endpoints.n; i++) {
		const struct iu_question *q = &filter->endpoints.v[i];

		if (q->target.protocol != IU_PROTOCOL_UNIX && !q->target.port && q->target.family == IU_FAMILY_ANY) {
			iu_complain("0 is no port that could be watched: leave it out to see the calls for all of them", NULL, "");
			return IU_EXIT_USAGE;
		}
	}
	return 0;
}

static bool is_filtered(const struct iu_filter *filter)
{
	return filter->endpoints.n || filter->tcp || filter->udp || filter->unix_sockets || filter->user_given ||
	       filter->process || filter->unit;
}

static int run(struct watching *watching, const struct iu_filter *filter, enum iu_cause cause)
{
	const struct iu_watch watch = {.filter = filter,
		.cause = cause,
		.context = watching,
		.begun = begun,
		.works = works,
		.tell = tell,
		.passed = passed,
		.missed = missed,
		.stopped = stopped,
		.listener = listener,
		.asked = asked};
	struct iu_text why = {0};
	int ret;

	iu_system_catch();
	if (cause == IU_CAUSE_NONE && !is_filtered(filter))
		iu_keeper_open(&watching->keeper);
	ret = iu_watch_run(&watch, &why);
	iu_keeper_close(&watching->keeper);
	if (ret < 0 && ret != IU_E_IO && why.len)
		iu_complain_text(&why);
	else if (ret < 0 && ret != IU_E_IO)
		iu_complain(iu_error_text(ret), NULL, "");
	iu_text_free(&why);
	return ret < 0 ? IU_EXIT_UNKNOWN : IU_EXIT_DONE;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct watching watching = {.arguments = &invocation->arguments,
		.style = iu_options_style(&invocation->arguments)};
	struct iu_filter filter = {0};
	struct iu_arena arena = {0};
	enum iu_cause cause;
	int code = read_cause(invocation->arguments.cause, &cause);

	if (code == 0)
		code = iu_list_filter(&arena, invocation, iu_os_names(), &filter);
	if (code == 0)
		code = check_ports(&filter);
	if (code == 0)
		code = run(&watching, &filter, cause);
	iu_arena_free(&arena);
	return code;
}

const struct iu_command iu_command_watch = {
	.name = "watch",
	.meant = {"monitor", "trace", "log"},
	.operands = "[FILTER…]",
	.summary = "every failed bind on this machine, as it happens",
	.description =
		"Shows each bind() and listen() of any program that fails from now on, with the reason as "
		"it was at that moment: whoever was in the way may be gone a moment later. A FILTER "
		"is what list takes, about the call that failed. The same failure of the same program "
		"is shown once a second and counted in between. Without a FILTER the last of them are kept in "
		"/run/inuse for root's why and run, which tell how often a program was refused lately, and each user's shell "
		"is told of his own (inuse help init). Needs root, or CAP_BPF, CAP_PERFMON and "
		"CAP_NET_ADMIN. Changes nothing; Ctrl-C ends it.",
	.examples = {
		{"sudo inuse watch", "all of them"},
		{"sudo inuse watch tcp 8080", "those that wanted TCP port 8080"},
		{"sudo inuse watch --unit web.service", "those of one unit"},
		{"sudo inuse watch --json --cause time-wait", "one JSON document a line, of one cause"},
	},
	.options = {
		{IU_OPTION_PROCESS, "of programs of that name, or the PID"},
		{IU_OPTION_UNIT, "of that unit, service or container"},
		{IU_OPTION_USER, "of that user"},
		{IU_OPTION_PROTOCOL, "of that protocol"},
		{IU_OPTION_CAUSE, "that failed for that cause", "; see inuse help causes"},
		{IU_OPTION_JOURNAL, "into the journal, also that of the unit that was refused"},
		{IU_OPTION_JSON}, {IU_OPTION_VERBOSE, "the whole explanation of each"},
		{IU_OPTION_QUIET, "one line each"},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_FILTER,
	.run = run_command,
};
