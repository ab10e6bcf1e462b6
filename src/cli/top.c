/* cli/top.c - inuse top: what is bound, as it comes and goes */
#include "tui/top.h"

#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "input/filter.h"

/* A word that a filter could not be is looked for in names: nothing is wrong but an unknown option. */
static int join(const struct iu_invocation *invocation, struct iu_text *filter)
{
	for (size_t i = 0; i < invocation->count; i++) {
		iu_text_add(filter, i ? " " : "");
		iu_text_add(filter, invocation->words[i]);
	}
	return filter->failed ? IU_E_NOMEM : 0;
}

static int complain(int error)
{
	const char *words = iu_error_text(error);

	if (error == IU_E_NOTSUP)
		words = iu_system_kind() == IU_ON_WINDOWS ? "there is no live view on Windows: use inuse list"
							  : "this inuse was built without a live view (ncurses): use inuse list";
	if (error == IU_E_INPUT)
		words = "this kind of terminal ($TERM) is not known here: use inuse list";
	iu_complain(words, NULL, "");
	return error == IU_E_NOTSUP || error == IU_E_INPUT ? IU_EXIT_USAGE : IU_EXIT_UNKNOWN;
}

static int show(const struct iu_invocation *invocation, struct iu_from *from)
{
	const struct iu_style style = iu_options_style(&invocation->arguments);
	struct iu_text filter = {0}, source = {0};
	struct iu_top_options options = {
		.color = style.color,
		.home = style.home,
		.all = invocation->arguments.all,
		.recorded = from->given ? &from->session : NULL,
		.names = &from->names,
		.create = iu_system_create,
	};
	int caught = 0, ret = join(invocation, &filter);

	if (from->given)
		iu_from_words(from, &source);
	options.filter = filter.data ? filter.data : "";
	options.source = source.data ? source.data : "";
	if (ret == 0)
		ret = source.failed ? IU_E_NOMEM : iu_top_run(&options, &caught);
	iu_text_free(&filter);
	iu_text_free(&source);
	if (ret < 0)
		return complain(ret);
	return caught ? 128 + caught : IU_EXIT_DONE;
}

static int run_command(const struct iu_invocation *invocation)
{
	struct iu_from from;
	int code;

	if (!iu_system_is_terminal() || !iu_system_has_keys()) {
		iu_complain("top needs a terminal: use inuse list", NULL, "");
		return IU_EXIT_USAGE;
	}
	code = iu_from_read(invocation, &from);
	if (code == 0)
		code = show(invocation, &from);
	iu_from_free(&from);
	return code;
}

const struct iu_command iu_command_top = {
	.name = "top",
	.operands = "[FILTER…]",
	.meant = {"live", "monitor", "htop", "tui"},
	.summary = "what is bound, live: who comes, who goes, conflicts",
	.description =
		"Shows what is bound on the whole screen, and keeps it up to date: sockets that came "
		"(+), went (-) or changed (~), who holds them, how full the queue of a listener is, how "
		"many connections it has, how many ports are left that the system may choose, and how many binds have "
		"failed in the last minute where inuse watch runs (root). Enter gives the "
		"answer of inuse why for a row, f frees it with the plan and the question of inuse free, w waits "
		"until it can be bound, h lists all keys. A FILTER is one of inuse list, or a part of a name; / changes "
		"it. The selection stays with its socket, and the order stays while somebody moves in it. "
		"Holders are looked for where they may be new, and all of them every ten seconds; on a machine with "
		"very many sockets less often, so that it takes three hundredths of a processor at most. Of more than "
		"50,000 sockets it keeps those with the lowest ports; ports, addresses and protocols in the filter find "
		"the others. Not on "
		"Windows.",
	.examples = {
		{"inuse top", "everything that is bound"},
		{"inuse top tcp 3000-3999", "some ports"},
		{"inuse top --all nginx", "one program, its connections too"},
	},
	.options = {
		{IU_OPTION_FROM},
		{IU_OPTION_ALL, "connections and TIME-WAIT too (as the key a)"},
		IU_OPTIONS_EVERYWHERE,
	},
	.takes = IU_OPERAND_FILTER,
	.run = run_command,
};
