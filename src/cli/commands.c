/* cli/commands.c - the list of commands, and rows of options, target forms and exit codes */
#include "cli/commands.h"

#include <string.h>

#include "base/compat.h"

#define ADDRESS(name) &iu_command_##name,

static const struct iu_command *const commands[] = {IU_COMMANDS(ADDRESS)};

#define FIELD(name) offsetof(struct iu_arguments, name)

static const struct iu_option options[IU_OPTION_END] = {
	[IU_OPTION_REUSEADDR] = {"reuseaddr", 0, IU_VALUE_NONE, FIELD(reuseaddr), NULL, NULL,
		"ask for a socket that sets SO_REUSEADDR"},
	[IU_OPTION_REUSEPORT] = {"reuseport", 0, IU_VALUE_NONE, FIELD(reuseport), NULL, NULL,
		"ask for a socket that sets SO_REUSEPORT"},
	[IU_OPTION_V6ONLY] = {"v6only", 0, IU_VALUE_NONE, FIELD(v6only), NULL, NULL,
		"ask for an IPv6 socket that sets IPV6_V6ONLY"},
	[IU_OPTION_EXCLUSIVE] = {"exclusive", 0, IU_VALUE_NONE, FIELD(exclusive)},
	[IU_OPTION_DEVICE] = {"device", 0, IU_VALUE_ONE, FIELD(device), "IF", NULL,
		"ask for a socket that is bound to the network interface IF (SO_BINDTODEVICE)"},
	[IU_OPTION_USER] = {"user", 'u', IU_VALUE_ONE, FIELD(user), "NAME|UID"},
	[IU_OPTION_FOR] = {"for", 0, IU_VALUE_ONE, FIELD(program), "PROGRAM|DIR"},
	[IU_OPTION_PROBE] = {"probe", 0, IU_VALUE_NONE, FIELD(probe)},
	[IU_OPTION_NO_PROBE] = {"no-probe", 0, IU_VALUE_NONE, FIELD(no_probe)},
	[IU_OPTION_FIRST] = {"first", 0, IU_VALUE_NONE, FIELD(first)},
	[IU_OPTION_FROM] = {"from", 0, IU_VALUE_MANY, FIELD(from), "FILE…", NULL,
		"answer from a capture of another machine or time (inuse report) instead of "
		"this machine; - is standard input; may be given several times"},
	[IU_OPTION_PROCESS] = {"process", 'p', IU_VALUE_ONE, FIELD(process), "NAME"},
	[IU_OPTION_UNIT] = {"unit", 0, IU_VALUE_ONE, FIELD(unit), "NAME"},
	[IU_OPTION_PROTOCOL] = {"protocol", 0, IU_VALUE_ONE, FIELD(protocol),
		"tcp|udp|unix", "tcp|udp|unix"},
	[IU_OPTION_ALL] = {"all", 'a', IU_VALUE_NONE, FIELD(all)},
	[IU_OPTION_YES] = {"yes", 'y', IU_VALUE_NONE, FIELD(yes), NULL, NULL,
		"do it without asking"},
	[IU_OPTION_DRY_RUN] = {"dry-run", 'n', IU_VALUE_NONE, FIELD(dry_run)},
	[IU_OPTION_GRACE] = {"grace", 0, IU_VALUE_ONE, FIELD(grace), "SECONDS", NULL,
		"so long a process may take to end: 5 by default"},
	[IU_OPTION_FORCE] = {"force", 0, IU_VALUE_NONE, FIELD(force), NULL, NULL,
		"kill what has not ended by then; as root drop closed connections at once"},
	[IU_OPTION_DISABLE] = {"disable", 0, IU_VALUE_NONE, FIELD(disable)},
	[IU_OPTION_UNDO] = {"undo", 0, IU_VALUE_NONE, FIELD(undo)},
	[IU_OPTION_LISTENING] = {"listening", 0, IU_VALUE_NONE, FIELD(listening)},
	[IU_OPTION_TIMEOUT] = {"timeout", 0, IU_VALUE_ONE, FIELD(timeout), "SECONDS"},
	[IU_OPTION_WAIT] = {"wait", 0, IU_VALUE_ONE, FIELD(wait), "SECONDS"},
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
	[IU_OPTION_REDACT] = {"redact", 0, IU_VALUE_NONE, FIELD(redact)},
	[IU_OPTION_LINES] = {"lines", 0, IU_VALUE_NONE, FIELD(lines)},
	[IU_OPTION_JSON] = {"json", 'j', IU_VALUE_NONE, FIELD(json), NULL, NULL,
		"JSON, one document per line"},
	[IU_OPTION_COLOR] = {"color", 0, IU_VALUE_ONE, FIELD(color), "auto|always|never",
		"auto|always|never",
		"colours: auto (the default) means on a terminal and without NO_COLOR"},
	[IU_OPTION_QUIET] = {"quiet", 'q', IU_VALUE_NONE, FIELD(quiet), NULL, NULL,
		"the first sentence only"},
	[IU_OPTION_HELP] = {"help", 'h', IU_VALUE_NONE, FIELD(help), NULL, NULL, "show this help"},
	[IU_OPTION_VERSION] = {"version", 'V', IU_VALUE_NONE, FIELD(version), NULL, NULL,
		"show the version"},
};

static const struct iu_target_form target_forms[] = {
	{"8080  :8080  *:8080",
		"TCP port 8080, for the wildcard of both families: 0.0.0.0 and [::]"},
	{"127.0.0.1:8080  [::1]:8080", "that address"},
	{"localhost:8080  eth0:8080", "a name of the hosts file, or the addresses of an interface; "
				      "never looked up over the network"},
	{"8080/udp  udp:8080  53/*", "the protocol after or before the port; * is TCP and UDP"},
	{"http  http/tcp", "a service of the system's services database"},
	{"3000-3010  80,443", "several ports: one answer each"},
	{"http://localhost:3000/x", "the host and port of a URL"},
	{"/run/app.sock  ./app.sock  unix:app.sock", "the path of a UNIX socket"},
	{"@name", "an abstract UNIX name"},
	{"0  127.0.0.1:0", "any free port: is the ephemeral range exhausted?"},
	{"any other text",
		"an error message as a program printed it, of bind() or connect(): the endpoint is read "
		"out of it"},
	{"-", "the same from standard input"},
};

static const struct iu_exit_code exit_codes[] = {
	{0, "yes: the bind fails, and here is the reason", "done"},
	{1, "no: nothing stands in the way", "not done"},
	{2, "the command line is wrong", "the command line is wrong"},
	{3, "could not tell: the reason is printed", "could not tell: the reason is printed"},
};

/* Commands of later versions: read as a target each would give a baffling complaint. */
static const char *const later_commands[] = {
	"watch", "top", "metrics"};

const struct iu_command *const *iu_commands(size_t *ret_count)
{
	*ret_count = IU_COUNT(commands);
	return commands;
}

const struct iu_option *iu_option_row(int option)
{
	return &options[option];
}

static const struct iu_option_use *use_of(const struct iu_command *command, int option)
{
	for (size_t i = 0; i < IU_OPTIONS_MAX && command->options[i].option; i++)
		if ((int)command->options[i].option == option)
			return &command->options[i];
	return NULL;
}

bool iu_command_takes(const struct iu_command *command, int option)
{
	return use_of(command, option) != NULL;
}

/* What a command says of an option for itself, or NULL. */
static const char *own_help(const struct iu_command *command, int option)
{
	const struct iu_option_use *use = use_of(command, option);

	return use ? use->help : NULL;
}

/* "; wait and pick: " before words that the first of them has said of it already: false. */
static bool add_names(size_t first, int option, struct iu_text *out)
{
	const char *help = own_help(commands[first], option);

	for (size_t i = 0; i < first; i++)
		if (own_help(commands[i], option) && !strcmp(own_help(commands[i], option), help))
			return false;
	iu_text_printf(out, "%s%s", out->len ? "; " : "", commands[first]->name);
	for (size_t i = first + 1; i < IU_COUNT(commands); i++)
		if (own_help(commands[i], option) && !strcmp(own_help(commands[i], option), help))
			iu_text_printf(out, " and %s", commands[i]->name);
	iu_text_add(out, ": ");
	return true;
}

void iu_option_help(int option, struct iu_text *out)
{
	struct iu_text help = {0};
	size_t takers = 0;

	for (size_t i = 0; i < IU_COUNT(commands); i++)
		takers += iu_command_takes(commands[i], option);
	if (options[option].help)
		iu_text_add(&help, options[option].help);
	for (size_t i = 0; i < IU_COUNT(commands); i++)
		if (own_help(commands[i], option) &&
			(takers == 1 || add_names(i, option, &help)))
			iu_text_add(&help, own_help(commands[i], option));
	iu_text_addn(out, help.data ? help.data : "", help.len);
	out->failed = out->failed || help.failed;
	iu_text_free(&help);
}

const struct iu_target_form *iu_target_forms(size_t *ret_count)
{
	*ret_count = IU_COUNT(target_forms);
	return target_forms;
}

const struct iu_exit_code *iu_exit_codes(size_t *ret_count)
{
	*ret_count = IU_COUNT(exit_codes);
	return exit_codes;
}

const struct iu_command *iu_command_find(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(commands); i++)
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	return NULL;
}

bool iu_command_is_later(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(later_commands); i++)
		if (!strcmp(later_commands[i], name))
			return true;
	return false;
}

#define NEAR_BYTES 32 /* longer than any option */

/* How many letters have to be added, dropped, changed or exchanged with their neighbour. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NEAR_BYTES + 1];
	size_t n = strlen(a), m = strlen(b);

	if (n > NEAR_BYTES || m > NEAR_BYTES)
		return NEAR_BYTES;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *now = rows[i % 3], *before = rows[(i + 2) % 3];

		now[0] = i;
		for (size_t j = 1; j <= m; j++) {
			size_t change = before[j - 1] + (a[i - 1] != b[j - 1]);

			now[j] = before[j] + 1 < now[j - 1] + 1 ? before[j] + 1 : now[j - 1] + 1;
			if (change < now[j])
				now[j] = change;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
				rows[(i + 1) % 3][j - 2] + 1 < now[j])
				now[j] = rows[(i + 1) % 3][j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

const struct iu_option *iu_option_near(const char *name)
{
	const struct iu_option *best = NULL;
	size_t least = strlen(name) > 4 ? 3 : 2; /* with more wrong letters it is another word */

	for (size_t i = IU_OPTION_NONE + 1; i < IU_OPTION_END; i++) {
		size_t wrong = distance(name, options[i].name);

		if (wrong < least && wrong < strlen(options[i].name)) {
			least = wrong;
			best = &options[i];
		}
	}
	return best;
}
