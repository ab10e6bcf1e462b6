/* engine/linux/spared.c - who is never ended for what hangs on it, and what stops its port alone */
#include "engine/linux/spared.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "engine/phrase.h"
#include "knowledge/protected.h"
#include "knowledge/proxies.h"
#include "knowledge/supervisors.h"

#define SPEC_COLUMNS 120

/* "8000:localhost:80", "127.0.0.1:8000:localhost:80", of -D "8000": the port that is listened on. */
static bool is_of_port(const char *spec, uint16_t port)
{
	char text[8];
	size_t n = (size_t)snprintf(text, sizeof(text), "%u", (unsigned int)port);
	const char *at = spec;

	for (int part = 0; at && part < 2; part++, at = strchr(at, ':') ? strchr(at, ':') + 1 : NULL)
		if (!strncmp(at, text, n) && (!at[n] || at[n] == ':'))
			return true;
	return false;
}

/* The option of a forward of @port, "-L" and what follows it; false: its arguments do not have it. */
static bool find_forward(const struct iu_process *process, uint16_t port, const char **ret_option,
	const char **ret_spec)
{
	static const char *const options[] = {"-L", "-D"};

	for (size_t i = 1; i < process->command.n; i++)
		for (size_t k = 0; k < IU_COUNT(options); k++) {
			const char *word = process->command.v[i];
			const char *spec = strncmp(word, options[k], 2) ? NULL
				: word[2]				? word + 2
				: i + 1 < process->command.n		? process->command.v[i + 1]
									: NULL;

			if (!spec || !is_of_port(spec, port))
				continue;
			*ret_option = options[k];
			*ret_spec = spec;
			return true;
		}
	return false;
}

struct iu_spared iu_spared_forward(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_process *process)
{
	struct iu_spared spared = {0};
	const char *option = "-L", *spec = NULL;

	if (!process->control)
		return spared;
	if (process->sessions)
		spared.why = iu_phrase(arena, process->sessions == 1
				? "another session uses its connection and would end with it"
				: "%u other sessions use its connection and would end with it",
			(unsigned int)process->sessions);
	if (question->target.protocol == IU_PROTOCOL_UNIX) { /* its control socket, not a forward */
		spared.instead = "close its connection, with what runs over it";
		iu_strings_add(arena, &spared.command, "ssh");
		iu_strings_add(arena, &spared.command, "-S");
		iu_strings_add(arena, &spared.command, process->control);
		iu_strings_add(arena, &spared.command, "-O");
		iu_strings_add(arena, &spared.command, "exit");
		iu_strings_add(arena, &spared.command, "x");
		return spared;
	}
	if (!find_forward(process, question->target.port, &option, &spec)) {
		spared.instead = iu_phrase(arena, "cancel this forward alone: ssh -S %s -O cancel -L %u:HOST:PORT x",
			iu_phrase_shell(arena, &process->control, 1), (unsigned int)question->target.port);
		return spared;
	}
	spared.instead = "cancel this forward alone";
	iu_strings_add(arena, &spared.command, "ssh");
	iu_strings_add(arena, &spared.command, "-S");
	iu_strings_add(arena, &spared.command, process->control);
	iu_strings_add(arena, &spared.command, "-O");
	iu_strings_add(arena, &spared.command, "cancel");
	iu_strings_add(arena, &spared.command, option);
	iu_strings_add(arena, &spared.command, spec);
	iu_strings_add(arena, &spared.command, "x"); /* any name: the connection is known by its socket */
	return spared;
}

/* A multiplexer of terminals: a second one beside it, and how it is ended by those who mean it. NULL: it is none. */
static const char *terminals(
	struct iu_arena *arena, const struct iu_question *question, const struct iu_process *process)
{
	bool path = question->target.protocol == IU_PROTOCOL_UNIX && !question->target.abstract;

	if (!strncmp(process->name, "tmux", 4))
		return path ? iu_phrase(arena, "start yours on another socket: tmux -L NAME; tmux -S %s kill-server ends this one, with every terminal in it",
				      iu_phrase_shell(arena, &question->target.text, 1))
			    : "stop what has the port in its terminal: tmux list-panes -a -F '#{pane_pid} #{pane_current_command}'";
	if (!strcmp(process->name, "screen"))
		return path ? "start yours under another name: screen -S NAME; screen -ls shows this one, and screen -S ITS-NAME -X quit ends it, with every terminal in it"
			    : "stop what has the port in its terminal: screen -ls, then screen -r";
	return NULL;
}

struct iu_spared iu_linux_spared(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_process *process)
{
	const struct iu_supervisor_row *row = iu_supervisor(process->name);
	const struct iu_proxy_row *proxy = iu_proxy_of(process);
	const char *why = iu_protected_process(process);

	if (iu_supervisor_is_manager(process))
		return (struct iu_spared){.why = "it is a systemd, which keeps a whole session or system"};
	if (row && row->keeps_many)
		return (struct iu_spared){
			.why = iu_phrase(arena,
				"it keeps other programs running, which would all end with it: %s", row->stop),
			.instead = iu_phrase(arena, "stop what %s keeps running: %s",
				iu_phrase_process(arena, process), row->stop)};
	if (why)
		return (struct iu_spared){
			.why = iu_phrase(arena, "it is on the list of protected programs: %s", why),
			.instead = terminals(arena, question, process)};
	if (proxy && proxy->shared)
		return (struct iu_spared){.why = proxy->shared, .instead = proxy->alone};
	return process->sessions ? iu_spared_forward(arena, question, process) : (struct iu_spared){0};
}
