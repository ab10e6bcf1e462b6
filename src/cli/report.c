/* cli/report.c - inuse report: a capture of this machine that --from reads, or a page for people */
#include "session/report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "cli/system.h"
#include "model/snapshot-json.h"

static int put(void *context, const char *bytes, size_t len)
{
	return !len || fwrite(bytes, 1, len, context) == len ? 0 : IU_E_IO;
}

static FILE *open_output(const char *path)
{
	FILE *file = iu_system_create(path);
	struct iu_text why = {0};

	if (file)
		return file;
	iu_text_printf(&why, ": %s", errno == EEXIST
		? "it exists already; nothing is overwritten, give another name"
		: strerror(errno));
	iu_complain("cannot create ", path, why.failed ? "" : why.data);
	iu_text_free(&why);
	return NULL;
}

static int write_page(FILE *file, struct iu_session *session, const struct iu_questions *questions, bool redacted)
{
	struct iu_text page = {0};
	int ret = iu_report_page(session, questions, redacted, &page);

	if (ret == 0)
		ret = put(file, page.data, page.len);
	iu_text_free(&page);
	return ret;
}

static int write_report(FILE *file, struct iu_session *session, const struct iu_questions *questions,
	const struct iu_arguments *arguments)
{
	json_t *head = arguments->html ? NULL : iu_report_about(&session->snapshot, questions, arguments->redact);
	int ret;

	errno = 0;
	if (arguments->html)
		ret = write_page(file, session, questions, arguments->redact);
	else
		ret = head ? iu_snapshot_write(&session->snapshot, head, put, file) : IU_E_NOMEM;
	json_decref(head);
	if (ret == 0 && fflush(file) == EOF)
		ret = IU_E_IO;
	if (ret == 0)
		return IU_EXIT_DONE;
	if (ret != IU_E_IO)
		iu_complain(iu_error_text(ret), NULL, "");
	else if (errno != EPIPE)
		iu_complain("cannot write the report: ", NULL, strerror(errno));
	return IU_EXIT_NO;
}

static int put_report(const struct iu_arguments *arguments, struct iu_session *session,
	const struct iu_questions *questions)
{
	const char *path = arguments->output;
	FILE *file = stdout;
	int code;

	if (path && strcmp(path, "-") != 0)
		file = open_output(path);
	if (!file)
		return IU_EXIT_NO;
	code = write_report(file, session, questions, arguments);
	if (file == stdout)
		return code;
	if (fclose(file) == EOF && code == IU_EXIT_DONE) {
		iu_complain("cannot write the report: ", NULL, strerror(errno));
		code = IU_EXIT_NO;
	}
	if (code != IU_EXIT_DONE)
		remove(path); /* half a report would be read as a machine with fewer sockets */
	return code;
}

/* A look at this machine, or what was captured of another one. */
static int look(struct iu_from *from, const struct iu_questions *questions)
{
	struct iu_session *session = &from->session;

	if (!from->given)
		return iu_report_look(session, questions, NULL);
	session->snapshot.probes = session->then;
	return 0;
}

static int report(const struct iu_arguments *arguments, struct iu_arena *arena,
	struct iu_from *from, struct iu_questions *questions)
{
	struct iu_snapshot *snapshot = &from->session.snapshot;
	int ret = look(from, questions), code;

	if (ret >= 0 && arguments->redact)
		ret = iu_report_redact(arena, snapshot, questions);
	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	code = ret < 0 ? IU_EXIT_UNKNOWN : put_report(arguments, &from->session, questions);
	iu_session_free(&from->session);
	from->given = false;
	return code;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct iu_questions questions = {0};
	struct iu_options options;
	struct iu_arena arena = {0};
	struct iu_from from;
	int code;

	if (invocation->arguments.html && invocation->arguments.json) {
		iu_complain("a report is JSON or, with --html, a page: give one of the two", NULL, "");
		return IU_EXIT_USAGE;
	}
	code = iu_from_read(invocation, &from);
	if (code == 0)
		code = iu_options_socket(&invocation->arguments, &from.names, &options);
	if (code == 0)
		code = iu_targets_read(&arena, invocation, &from.names, &options, &questions);
	if (code == 0)
		code = report(&invocation->arguments, &arena, &from, &questions);
	iu_from_free(&from);
	iu_arena_free(&arena);
	return code;
}

const struct iu_command iu_command_report = {
	.name = "report",
	.operands = "[TARGET…]",
	.summary = "write down this machine for --from, or as a page",
	.description =
		"Writes down all sockets of this machine with their holders, options, addresses "
		"and limits: inuse why --from FILE and inuse list --from FILE then answer from "
		"it, on any machine. What only a look at the TARGET itself tells is recorded "
		"for each TARGET given: what the kernel says to a bind() of our own, asked "
		"under the rules of why, and what lies at the path of a UNIX socket. The file "
		"contains names of users and programs, command lines, paths and addresses; "
		"--redact takes out what is private. With --html the same becomes a page for people, one file that "
		"loads nothing: what stands out with its reason and what helps, a map of all ports, and a table "
		"of all sockets.",
	.examples = {
		{"inuse report -o machine.json", "everything"},
		{"inuse report --redact -o machine.json 8080 /run/app.sock",
			"for somebody else, about these two"},
		{"inuse why --from machine.json 8080", "the answer from the file"},
		{"ssh server inuse report 8080 | inuse why --from - 8080",
			"another machine's answer"},
		{"inuse report --html -o machine.html", "a page to look at"},
		{"inuse report --html --from machine.json -o then.html", "a page of what was recorded"},
	},
	.options = {
		IU_OPTIONS_OF_ASKER, {IU_OPTION_FROM},
		{IU_OPTION_OUTPUT, "write to FILE",
			", which must not exist yet and only you may read; - (the default) is standard "
			"output"},
		{IU_OPTION_REDACT, "leave out what is private",
			": names of users and of the host, arguments of commands, public addresses, home "
			"directories; the same thing gets the same other name everywhere"},
		{IU_OPTION_HTML, "write a page for people",
			" instead of a file for --from: one HTML file with its style, script and data, which loads "
			"nothing and sends nothing"},
		{IU_OPTION_JSON, "as without it: a report is JSON"}, {IU_OPTION_VERBOSE},
		{IU_OPTION_QUIET, "nothing but the report"}, IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_TARGET,
	.run = run_command,
};
