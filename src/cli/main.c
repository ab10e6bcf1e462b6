/* cli/main.c - inuse: from a command line to an exit code */
#include "cli/cli.h"
#include "cli/system.h"
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
	if (invocation.arguments.version)
		code = show_version();
	else if (invocation.arguments.help)
		code = iu_help_show(invocation.command_given ? invocation.command : NULL);
	else
		code = invocation.command->run(&invocation);
	return finish(code);
}
