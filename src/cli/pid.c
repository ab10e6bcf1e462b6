/* cli/pid.c - inuse pid: nothing but the holders' pids */
#include <stdlib.h>

#include "base/err.h"
#include "cli/cli.h"
#include "model/listing.h"
#include "session/questions.h"

/* What was found: pids, and sockets of which no holder could be seen. */
struct found {
	IU_LIST(int32_t) pids;
	size_t sockets, hidden;
};

static int compare_pids(const void *left, const void *right)
{
	const int32_t *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

/* A socket that no process has (TIME-WAIT, one of the kernel) has no pid to tell. */
static void count_row(struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_row *row,
	struct found *found)
{
	found->sockets++;
	found->hidden += !row->holds.n && snapshot->sockets.v[row->socket].inode;
	for (size_t i = 0; i < row->holds.n; i++) {
		int32_t pid = snapshot->holds.v[row->holds.v[i]].pid;

		if (pid > 0 && pid < IU_PID_MADE_UP)
			*iu_list_add(arena, &found->pids) = pid;
	}
}

static bool put_pids(const struct found *found)
{
	struct iu_text text = {0};
	bool good;

	for (size_t i = 0; i < found->pids.n; i++)
		if (i == 0 || found->pids.v[i] != found->pids.v[i - 1])
			iu_text_printf(&text, "%d\n", (int)found->pids.v[i]);
	good = iu_write(&text);
	iu_text_free(&text);
	return good;
}

/* Whoever only sees some of them is told, and nobody takes "not seen" for "nobody". */
static void complain_hidden(const struct found *found)
{
	struct iu_text line = {0};

	iu_text_printf(&line, "%zu %s that could not be seen%s", found->hidden,
		found->hidden == 1 ? "socket there has a holder" : "sockets there have holders",
		": root sees more");
	iu_complain_text(&line);
	iu_text_free(&line);
}

static int tell(const struct iu_invocation *invocation, struct iu_from *from, struct iu_arena *arena,
	const struct iu_snapshot *snapshot, const struct iu_listing *listing)
{
	struct found found = {.sockets = 0};
	bool good;

	for (size_t i = 0; i < listing->rows.n; i++)
		count_row(arena, snapshot, &listing->rows.v[i], &found);
	if (found.pids.n)
		qsort(found.pids.v, found.pids.n, sizeof(*found.pids.v), compare_pids);
	if (arena->failed) {
		iu_complain(iu_error_text(IU_E_NOMEM), NULL, "");
		return IU_EXIT_UNKNOWN;
	}
	good = invocation->arguments.json
		? iu_write_json(iu_from_json(from, iu_output_list_json(snapshot, listing)))
		: put_pids(&found);
	if (found.hidden && !invocation->arguments.quiet)
		complain_hidden(&found);
	if (!good)
		return IU_EXIT_UNKNOWN;
	if (found.pids.n)
		return IU_EXIT_YES;
	return found.hidden ? IU_EXIT_UNKNOWN : IU_EXIT_NO;
}

static int find(const struct iu_invocation *invocation, struct iu_from *from, struct iu_arena *arena,
	const struct iu_questions *questions)
{
	struct iu_session here = {0}, *session = from->given ? &from->session : &here;
	struct iu_filter filter = {.endpoints = {questions->v, questions->n, questions->cap}};
	struct iu_listing listing = {0};
	int ret = iu_session_filter(arena, &filter, session, &listing), code = IU_EXIT_UNKNOWN;

	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	else
		code = tell(invocation, from, arena, &session->snapshot, &listing);
	if (!from->given)
		iu_session_free(&here);
	return code;
}

static int run_command(const struct iu_invocation *invocation)
{
	const struct iu_options options = {0};
	struct iu_questions questions = {0};
	struct iu_arena arena = {0};
	struct iu_text complaint = {0};
	struct iu_from from;
	int code;

	if (!invocation->count) {
		iu_complain("pid needs a TARGET, for example: inuse pid 8080", NULL, "");
		return IU_EXIT_USAGE;
	}
	code = iu_from_read(invocation, &from);
	if (code == 0)
		code = iu_targets_read(&arena, invocation, &from.names, &options, &questions);
	if (code == 0 && !iu_questions_all_here(&questions, &complaint)) {
		iu_complain_text(&complaint);
		code = IU_EXIT_UNKNOWN;
	}
	if (code == 0)
		code = find(invocation, &from, &arena, &questions);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
	iu_from_free(&from);
	return code;
}

const struct iu_command iu_command_pid = {
	.name = "pid",
	.operands = "TARGET…",
	.summary = "nothing but the holders' pids, one a line",
	.description =
		"Prints the pids of the processes that listen or are bound at the TARGETs, one a line, as "
		"lsof -t does, but without clients of the port. The exit code is 1 when there are none, and 3 "
		"when something is there and its holder could not be seen.",
	.examples = {
		{"inuse pid 8080", "who holds port 8080"},
		{"inuse pid 8080 | xargs -r ps -fp", "all about them"},
	},
	.options = {
		{IU_OPTION_FROM}, {IU_OPTION_JSON, "the sockets, as list --json has them"}, {IU_OPTION_VERBOSE},
		{IU_OPTION_QUIET, "nothing about holders that could not be seen"}, IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_TARGET,
	.run = run_command,
};
