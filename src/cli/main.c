/* cli/main.c - inuse: from a command line to an exit code */
#include "cli/cli.h"
#include "cli/system.h"

static int finish(int code)
{
	return iu_write_end() ? code : IU_EXIT_UNKNOWN;
}

static int show(struct iu_text *text)
{
	bool good = iu_write(text);

	iu_text_free(text);
	return good ? IU_EXIT_DONE : IU_EXIT_UNKNOWN;
}

static int show_help(const struct iu_command *command)
{
	struct iu_text text = {0};

	iu_help_text(command, &text);
	return show(&text);
}

static int show_version(void)
{
	struct iu_text text = {0};

	iu_text_add(&text, "inuse " IU_VERSION "\n");
	return show(&text);
}

/* `help`, `help COMMAND`. */
static int help(const struct iu_invocation *invocation)
{
	const struct iu_command *command = NULL;

	if (invocation->count) {
		command = iu_command_find(invocation->words[0]);
		if (!command) {
			iu_complain(
				"there is no command ", invocation->words[0], "; see inuse --help");
			return IU_EXIT_USAGE;
		}
	}
	return show_help(command);
}

static int (*const runners[IU_COMMAND_COUNT])(const struct iu_invocation *) = {
	[IU_COMMAND_WHY] = iu_why,
	[IU_COMMAND_LIST] = iu_list,
	[IU_COMMAND_FREE] = iu_free,
	[IU_COMMAND_WAIT] = iu_wait,
	[IU_COMMAND_PICK] = iu_pick,
	[IU_COMMAND_ERROR] = iu_error,
	[IU_COMMAND_REPORT] = iu_report,
	[IU_COMMAND_RUN] = iu_run_command,
	[IU_COMMAND_HELP] = help,
};

int main(int argc, char **argv)
{
	struct iu_invocation invocation;
	int code;

	iu_system_prepare(&argc, &argv);
	code = iu_invocation_read(argc, argv, &invocation);
	if (code)
		return code;
	if (invocation.arguments.version)
		code = show_version();
	else if (invocation.arguments.help)
		code = show_help(invocation.command_given ? invocation.command : NULL);
	else
		code = runners[invocation.command->id](&invocation);
	return finish(code);
}
