/* cli/option.c - the rows of all options, and what each is in a command */
#include <string.h>

#include "base/near.h"
#include "cli/commands.h"
#include "cli/system.h"

#define FIELD(name) offsetof(struct iu_arguments, name)

static const struct iu_option options[IU_OPTION_END] = {
	[IU_OPTION_REUSEADDR] = {"reuseaddr", 0, IU_VALUE_NONE, FIELD(reuseaddr), NULL, NULL,
		"as a socket asks that sets SO_REUSEADDR"},
	[IU_OPTION_REUSEPORT] = {"reuseport", 0, IU_VALUE_NONE, FIELD(reuseport), NULL, NULL,
		"as a socket asks that sets SO_REUSEPORT", .on = IU_ON_LINUX},
	[IU_OPTION_V6ONLY] = {"v6only", 0, IU_VALUE_NONE, FIELD(v6only), NULL, NULL,
		"as an IPv6 socket asks that sets IPV6_V6ONLY"},
	[IU_OPTION_EXCLUSIVE] = {"exclusive", 0, IU_VALUE_NONE, FIELD(exclusive), NULL, NULL,
		"as a socket asks that sets SO_EXCLUSIVEADDRUSE", .on = IU_ON_WINDOWS},
	[IU_OPTION_DEVICE] = {"device", 0, IU_VALUE_ONE, FIELD(device), "IF", NULL,
		"as a socket asks that is bound to interface IF", " (SO_BINDTODEVICE)", IU_ON_LINUX},
	[IU_OPTION_USER] = {"user", 'u', IU_VALUE_ONE, FIELD(user), "NAME|UID"},
	[IU_OPTION_FOR] = {"for", 0, IU_VALUE_ONE, FIELD(program), "PROGRAM|DIR"},
	[IU_OPTION_PROBE] = {"probe", 0, IU_VALUE_NONE, FIELD(probe)},
	[IU_OPTION_NO_PROBE] = {"no-probe", 0, IU_VALUE_NONE, FIELD(no_probe)},
	[IU_OPTION_FIRST] = {"first", 0, IU_VALUE_NONE, FIELD(first)},
	[IU_OPTION_FROM] = {"from", 0, IU_VALUE_MANY, FIELD(from), "FILE…", NULL,
		"answer from a capture, not from this machine",
		": the file of inuse report, or pasted output of netstat, ss, lsof and others; - is standard "
		"input; may be given several times"},
	[IU_OPTION_PROCESS] = {"process", 'p', IU_VALUE_ONE, FIELD(process), "NAME"},
	[IU_OPTION_UNIT] = {"unit", 0, IU_VALUE_ONE, FIELD(unit), "NAME"},
	[IU_OPTION_CAUSE] = {"cause", 0, IU_VALUE_ONE, FIELD(cause), "NAME", .on = IU_ON_LINUX},
	[IU_OPTION_JOURNAL] = {"journal", 0, IU_VALUE_NONE, FIELD(journal), .on = IU_ON_LINUX},
	[IU_OPTION_PROTOCOL] = {"protocol", 0, IU_VALUE_ONE, FIELD(protocol),
		"tcp|udp|unix", "tcp|udp|unix"},
	[IU_OPTION_ALL] = {"all", 'a', IU_VALUE_NONE, FIELD(all)},
	[IU_OPTION_YES] = {"yes", 'y', IU_VALUE_NONE, FIELD(yes), NULL, NULL,
		"do it without asking"},
	[IU_OPTION_DRY_RUN] = {"dry-run", 'n', IU_VALUE_NONE, FIELD(dry_run)},
	[IU_OPTION_GRACE] = {"grace", 0, IU_VALUE_ONE, FIELD(grace), "TIME", NULL,
		"wait TIME for it to end before --force kills it", " (default 5s)"},
	[IU_OPTION_FORCE] = {"force", 'f', IU_VALUE_NONE, FIELD(force), NULL, NULL,
		"kill what has not ended by then",
		"; as root also drop closed connections at once"},
	[IU_OPTION_DISABLE] = {"disable", 0, IU_VALUE_NONE, FIELD(disable), .on = IU_ON_WINDOWS},
	[IU_OPTION_UNDO] = {"undo", 0, IU_VALUE_NONE, FIELD(undo), .on = IU_ON_WINDOWS},
	[IU_OPTION_LISTENING] = {"listening", 0, IU_VALUE_NONE, FIELD(listening)},
	[IU_OPTION_TIMEOUT] = {"timeout", 0, IU_VALUE_ONE, FIELD(timeout), "TIME"},
	[IU_OPTION_WAIT] = {"wait", 0, IU_VALUE_ONE, FIELD(wait), "TIME"},
	[IU_OPTION_NEXT] = {"next", 0, IU_VALUE_NONE, FIELD(next)},
	[IU_OPTION_FREE] = {"free", 0, IU_VALUE_NONE, FIELD(free_it)},
	[IU_OPTION_PORT_FILE] = {"port-file", 0, IU_VALUE_ONE, FIELD(port_file), "FILE"},
	[IU_OPTION_PORT_FD] = {"port-fd", 0, IU_VALUE_ONE, FIELD(port_fd), "N"},
	[IU_OPTION_NEAR] = {"near", 0, IU_VALUE_ONE, FIELD(near), "PORT"},
	[IU_OPTION_RANGE] = {"range", 0, IU_VALUE_ONE, FIELD(range), "A-B"},
	[IU_OPTION_UDP] = {"udp", 0, IU_VALUE_NONE, FIELD(udp)},
	[IU_OPTION_COUNT] = {"count", 0, IU_VALUE_ONE, FIELD(count), "N"},
	[IU_OPTION_HOLD] = {"hold", 0, IU_VALUE_NONE, FIELD(hold)},
	[IU_OPTION_OUTPUT] = {"output", 'o', IU_VALUE_ONE, FIELD(output), "FILE"},
	[IU_OPTION_SORT] = {"sort", 0, IU_VALUE_ONE, FIELD(sort), "COLUMN"},
	[IU_OPTION_REDACT] = {"redact", 0, IU_VALUE_NONE, FIELD(redact)},
	[IU_OPTION_HTML] = {"html", 0, IU_VALUE_NONE, FIELD(html)},
	[IU_OPTION_LINES] = {"lines", 0, IU_VALUE_NONE, FIELD(lines)},
	[IU_OPTION_FORMAT] = {"format", 0, IU_VALUE_ONE, FIELD(format), "classic|openmetrics", "classic|openmetrics"},
	[IU_OPTION_TEXTFILE] = {"textfile", 0, IU_VALUE_ONE, FIELD(textfile), "FILE"},
	[IU_OPTION_TOOK] = {"took", 0, IU_VALUE_ONE, FIELD(took), "MS"},
	[IU_OPTION_JSON] = {"json", 'j', IU_VALUE_NONE, FIELD(json), NULL, NULL,
		"JSON, one document per line"},
	[IU_OPTION_VERBOSE] = {"verbose", 'v', IU_VALUE_NONE, FIELD(verbose), NULL, NULL,
		"more: rules, evidence, whole command lines"},
	[IU_OPTION_QUIET] = {"quiet", 'q', IU_VALUE_NONE, FIELD(quiet), NULL, NULL,
		"the first sentence only"},
	[IU_OPTION_COLOR] = {"color", 0, IU_VALUE_ONE, FIELD(color), "auto|always|never",
		"auto|always|never",
		"colours", ": auto (the default) means on a terminal and without NO_COLOR"},
	[IU_OPTION_HELP] = {"help", 'h', IU_VALUE_NONE, FIELD(help), NULL, NULL,
		"everything about it", "; -h: one screen"},
	[IU_OPTION_VERSION] = {"version", 'V', IU_VALUE_NONE, FIELD(version), NULL, NULL,
		"show the version"},
};

const struct iu_option *iu_option_row(int option)
{
	return &options[option];
}

const struct iu_option_use *iu_option_use(const struct iu_command *command, int option)
{
	for (size_t i = 0; i < IU_OPTIONS_MAX && command->options[i].option; i++)
		if ((int)command->options[i].option == option)
			return &command->options[i];
	return NULL;
}

const char *iu_option_help(const struct iu_command *command, int option)
{
	const struct iu_option_use *use = iu_option_use(command, option);
	const char *help = use && use->help ? use->help : options[option].help;

	return help ? help : "";
}

const char *iu_option_more(const struct iu_command *command, int option)
{
	const struct iu_option_use *use = iu_option_use(command, option);
	const char *more = use && use->help ? use->more : options[option].more;

	return more ? more : "";
}

const char *iu_option_argument(const struct iu_command *command, int option)
{
	const struct iu_option_use *use = iu_option_use(command, option);

	return use && use->argument ? use->argument : options[option].argument;
}

const struct iu_option *iu_option_near(const char *name)
{
	struct iu_near near = iu_near_begin(name);

	for (size_t i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
		iu_near_try(&near, options[i].name);
	for (size_t i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++)
		if (options[i].name == near.best)
			return &options[i];
	return NULL;
}
