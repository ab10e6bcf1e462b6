/* cli/metrics.c - inuse metrics: this machine in numbers, for Prometheus */
#include "session/metrics.h"

#include <errno.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "output/metrics.h"

static int put(const struct iu_arguments *arguments, const struct iu_text *text)
{
	const char *path = arguments->textfile;
	struct iu_text why = {0};

	if (!path)
		return iu_write(text) ? IU_EXIT_DONE : IU_EXIT_NO;
	if (text->failed) {
		iu_complain(iu_error_text(IU_E_NOMEM), NULL, "");
		return IU_EXIT_NO;
	}
	if (iu_system_replace(path, text->data, text->len))
		return IU_EXIT_DONE;
	iu_text_printf(&why, ": %s", strerror(errno));
	iu_complain("cannot write ", path, why.failed ? "" : why.data);
	iu_text_free(&why);
	return IU_EXIT_NO;
}

/* No number at all is no answer: a file with nothing but a version would look like a quiet machine. */
static bool is_seen(const struct iu_snapshot *snapshot)
{
	return snapshot->seen & (IU_FACT_TCP | IU_FACT_UDP) || snapshot->sockets.n;
}

static int count(const struct iu_arguments *arguments, struct iu_from *from)
{
	struct iu_metrics metrics = {0};
	struct iu_arena arena = {0};
	struct iu_text text = {0};
	int ret = from->given ? 0 : iu_metrics_look(&from->session), code = IU_EXIT_UNKNOWN;

	if (ret >= 0 && !is_seen(&from->session.snapshot))
		ret = IU_E_SYSTEM;
	if (ret >= 0)
		ret = iu_metrics_count(&from->session, &arena, &metrics);
	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	else {
		iu_metrics_write(&metrics,
			arguments->format && !strcmp(arguments->format, "openmetrics") ? IU_METRICS_OPENMETRICS
										       : IU_METRICS_CLASSIC,
			&text);
		code = put(arguments, &text);
	}
	iu_text_free(&text);
	iu_arena_free(&arena);
	iu_session_free(&from->session);
	from->given = false;
	return code;
}

static int run_command(const struct iu_invocation *invocation)
{
	const struct iu_arguments *arguments = &invocation->arguments;
	struct iu_from from;
	int code;

	if (invocation->count) {
		iu_complain("metrics counts all of this machine and takes no operand; see inuse metrics --help", NULL, "");
		return IU_EXIT_USAGE;
	}
	if (arguments->textfile && arguments->format && strcmp(arguments->format, "classic") != 0) {
		iu_complain("a textfile collector reads the classic format only: leave out --format", NULL, "");
		return IU_EXIT_USAGE;
	}
	code = iu_from_read(invocation, &from);
	if (code == 0)
		code = count(arguments, &from);
	iu_from_free(&from);
	return code;
}

const struct iu_command iu_command_metrics = {
	.name = "metrics",
	.meant = {"prometheus", "stats", "exporter"},
	.operands = "",
	.summary = "this machine in numbers, for Prometheus",
	.description =
		"Counts sockets by state, ports of the ephemeral range in use and the share that the fullest "
		"destinations take of it, TIME-WAIT, listeners by unit, and conflicts that nobody has met yet: ports of "
		"socket units and services that start with the machine, and well-known ports, that somebody else "
		"holds; while inuse watch runs, failed binds by error, cause, call, protocol, family and class of the port. Series are bounded: no label has a port, a pid or an address. What could not be looked at is left out, "
		"and inuse_gaps says how much that is. For "
		"node_exporter write a file into the folder of its textfile collector, again and again, with a timer; "
		"alert rules and a dashboard are in packaging/prometheus.",
	.examples = {
		{"inuse metrics", "in the classic text format"},
		{"inuse metrics --format openmetrics", "in the other one"},
		{"sudo inuse metrics --textfile inuse.prom", "for the textfile collector of node_exporter"},
	},
	.options = {
		{IU_OPTION_FORMAT, "the text format", "; classic is the default"},
		{IU_OPTION_TEXTFILE, "write to FILE",
			", readable for everybody, in place of the file before it and never half of it"},
		{IU_OPTION_FROM},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_NONE,
	.run = run_command,
};
