/* cli/main.c - inuse: from a command line to an exit code */
#include "cli/cli.h"
#include "cli/system.h"
#include "os/failures.h"
#include "os/os.h"

static int finish(int code)
{
	return iu_write_end() ? code : IU_EXIT_UNKNOWN;
}

static int show_version(void)
{
	struct iu_text text = {0};
	bool good;

	iu_text_add(&text, "inuse " IU_VERSION "\n");
	good = iu_write(&text);
	iu_text_free(&text);
	return good ? IU_EXIT_DONE : IU_EXIT_UNKNOWN;
}

#define HUNG "could not tell: looking at this machine took longer than 10 s, as something in it does not answer (a file server, a device)"

/* The one sentence that is printed while something else hangs: no buffer, no lock. */
static void say_hung(void)
{
	iu_system_cry(IU_STREAM_MESSAGES, "inuse: " HUNG "\n");
}

static void say_hung_as_json(void)
{
	iu_system_cry(IU_STREAM_RESULTS,
		"{\"schema\":\"inuse.failure/1\",\"exit_code\":3,\"message\":\"" HUNG "\"}\n");
}

/* The process that goes on tells of it (watch.c). */
static void say_nothing(void)
{
}

static void set_watchdog(const struct iu_invocation *invocation)
{
	const struct iu_command *command = invocation->command;

	if (command == &iu_command_watch)
		iu_os_watchdog(say_nothing, iu_system_caught, IU_FAILURES_HUNG);
	/* Under `run` it is the command that must not end; `top` looks on a thread that may hang. */
	else if (command != &iu_command_run && command != &iu_command_top)
		iu_os_watchdog(invocation->arguments.json ? say_hung_as_json : say_hung, iu_system_caught,
			IU_EXIT_UNKNOWN);
}

int main(int argc, char **argv)
{
	struct iu_invocation invocation;
	int code;

	if (iu_os_errand(argc, argv, &code))
		return code;
	iu_system_prepare(&argc, &argv);
	code = iu_invocation_read(argc, argv, &invocation);
	if (code)
		return code;
	set_watchdog(&invocation);
	if (invocation.arguments.version)
		code = show_version();
	else if (invocation.arguments.help)
		code = iu_help_show(invocation.command_given ? invocation.command : NULL,
			invocation.arguments.brief_help);
	else
		code = invocation.command->run(&invocation);
	return finish(code);
}
