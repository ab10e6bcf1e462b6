/* cli/commands.c - the list of commands, and rows of target forms and exit codes */
#include "cli/commands.h"

#include <string.h>

#include "base/compat.h"
#include "base/near.h"
#include "cli/system.h"

#define ADDRESS(name) &iu_command_##name,

static const struct iu_command *const commands[] = {IU_COMMANDS(ADDRESS)};

static const struct iu_target_form target_forms[] = {
	{"8080  :8080  *:8080",
		"TCP port 8080, for the wildcard of both families: 0.0.0.0 and [::]"},
	{"127.0.0.1:8080  [::1]:8080", "that address"},
	{"localhost:8080  eth0:8080", "a name of the hosts file, or the addresses of an interface; "
				      "never looked up over the network", IU_ON_LINUX},
	{"localhost:8080", "a name of the hosts file; never looked up over the network", IU_ON_WINDOWS},
	{"8080/udp  udp:8080  8080 udp  53/*",
		"the protocol after or before the port; * is TCP and UDP"},
	{"http  http/tcp", "a service of the system's services database"},
	{"3000-3010  80,443", "several ports: one line each"},
	{"http://localhost:3000/x", "the host and port of a URL"},
	{"/run/app.sock  ./app.sock  unix:app.sock", "the path of a UNIX socket", IU_ON_LINUX},
	{"@name  seqpacket:@name", "an abstract UNIX name; each type of socket has names of its own", IU_ON_LINUX},
	{"unix:app.sock", "the path of a UNIX socket: not supported on Windows", IU_ON_WINDOWS},
	{"0  127.0.0.1:0", "any free port: is the ephemeral range exhausted?"},
	{"any other text",
		"an error message as a program printed it, of bind() or connect(), quoted or not: the "
		"endpoint is read out of it"},
	{"-", "the same from standard input"},
};

static const struct iu_exit_code exit_codes[] = {
	{0, "yes: in use (or not allowed, or no such address), and here is the reason", "something matches",
		"done; run: CMD's own code, or 128 + signal"},
	{1, "no: it is free", "nothing matches", "not done: refused, timed out, still held"},
	{2, "the command line is wrong", "the same", "the same"},
	{3, "could not tell: the reason is printed; free is never guessed", "the same", "the same"},
};

const struct iu_command *const *iu_commands(size_t *ret_count)
{
	*ret_count = IU_COUNT(commands);
	return commands;
}

bool iu_command_takes(const struct iu_command *command, int option)
{
	return iu_option_use(command, option) != NULL;
}

bool iu_command_shows(const struct iu_command *command, int option)
{
	unsigned int on = iu_option_row(option)->on;

	return iu_command_takes(command, option) && (!on || on == iu_system_kind());
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

static bool is_one_of(const char *const names[IU_ALIASES_MAX], const char *name)
{
	for (size_t i = 0; i < IU_ALIASES_MAX && names[i]; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

const struct iu_command *iu_command_find(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(commands); i++)
		if (!strcmp(commands[i]->name, name) || is_one_of(commands[i]->aliases, name))
			return commands[i];
	return NULL;
}

const char *iu_command_near(const char *name)
{
	struct iu_near near = iu_near_begin(name);

	for (size_t i = 0; i < IU_COUNT(commands); i++)
		if (is_one_of(commands[i]->meant, name))
			return commands[i]->name;
	for (size_t i = 0; i < IU_COUNT(commands); i++) {
		iu_near_try(&near, commands[i]->name);
		for (size_t k = 0; k < IU_ALIASES_MAX && commands[i]->aliases[k]; k++)
			iu_near_try(&near, commands[i]->aliases[k]);
	}
	return near.best;
}
