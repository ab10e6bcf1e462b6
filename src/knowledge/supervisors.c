/* knowledge/supervisors.c - programs that start another one again when it ends */
#include "knowledge/supervisors.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

#define TERMINAL "Ctrl-C in its terminal"

#define ITSELF(name) "end " name " itself: " TERMINAL

/* A row with an argument stands before one without. */
static const struct iu_supervisor_row rows[] = {
	{"PM2", "see pm2 list, then pm2 stop NAME (pm2 delete NAME for good)", true, false},
	{"pm2", "see pm2 list, then pm2 stop NAME (pm2 delete NAME for good)", true, false},
	{"pm2-runtime", "see pm2 list, then pm2 stop NAME", true, false},
	{"supervisord", "see supervisorctl status, then supervisorctl stop NAME", true, false,
		3500}, /* it looks once a second, and one that ran for less than startsecs waits a second */
	{"nodemon", ITSELF("nodemon"), .ends = true, .on_change = true},
	{"runsv", "sv stop NAME", false, false, 2500}, /* waits a second for the same reason */
	{"s6-supervise", "s6-svc -d DIRECTORY", false, false, 2500},
	{"supervise", "svc -d DIRECTORY", false, false, 2500},
	{"monit", "monit stop NAME", true, false},
	{"circusd", "circusctl stop NAME", true, false},
	{"god", "god stop NAME", true, false},
	{"forever", "forever list, then forever stop NUMBER", false, false},
	{"foreman", ITSELF("foreman"), .ends = true},
	{"honcho", ITSELF("honcho"), .ends = true},
	{"concurrently", ITSELF("concurrently"), .ends = true},
	{"autossh", "end autossh itself", .ends = true},
	{"overmind", "overmind stop NAME", true, false},
	{"watchexec", ITSELF("watchexec"), .ends = true, .on_change = true},
	{"watchfiles", ITSELF("watchfiles"), .ends = true, .on_change = true},
	{"entr", ITSELF("entr"), .ends = true, .on_change = true},
	{"air", ITSELF("air"), .ends = true, .on_change = true},
	{"cargo-watch", ITSELF("cargo-watch"), .ends = true, .on_change = true},
	{"ts-node-dev", ITSELF("ts-node-dev"), .ends = true, .on_change = true},
	{"tsnd", ITSELF("tsnd"), .ends = true, .on_change = true},
	{"node", ITSELF("node --watch"), .ends = true, .on_change = true, .argument = "--watch"},
	{"bun", ITSELF("bun --watch"), .ends = true, .on_change = true, .argument = "--watch"},
	{"deno", ITSELF("deno --watch"), .ends = true, .on_change = true, .argument = "--watch"},
	{"tsx", ITSELF("tsx watch"), .ends = true, .on_change = true, .argument = "watch"},
	{"nest", ITSELF("nest start --watch"), .ends = true, .on_change = true, .argument = "--watch"},
	{"dotnet", ITSELF("dotnet watch"), .ends = true, .on_change = true, .argument = "watch"},
	{"uvicorn", ITSELF("uvicorn --reload"), .ends = true, .on_change = true, .argument = "--reload"},
	{"gunicorn", "end its master, which starts the workers", false, true},
	{"uwsgi", "end its master, which starts the workers", false, true},
	{"systemd", "stop the unit: systemctl status PID tells its name", false, false},
	{"containerd-shim", "stop the container, which has a restart policy", false, false},
	{"conmon", "stop the container, which has a restart policy", false, false},
	{"bash", "end the shell or its loop: " TERMINAL, false, true},
	{"sh", "end the shell or its loop: " TERMINAL, false, true},
	{"dash", "end the shell or its loop: " TERMINAL, false, true},
	{"zsh", "end the shell or its loop: " TERMINAL, false, true},
	{"fish", "end the shell or its loop: " TERMINAL, false, true},
};

/* What newer versions of Node call their process says nothing of it. */
static const char *program_of(const char *name)
{
	return name && !strcmp(name, "MainThread") ? "node" : name;
}

/* "PM2 v5.3.0: God", "gunicorn: master": the name goes on; "systemd-resolve" is another. */
static bool is_program(const struct iu_supervisor_row *row, const char *name)
{
	size_t n = strlen(row->program);

	return name && !strncmp(name, row->program, n) && (!name[n] || name[n] == ' ' || name[n] == ':');
}

static const struct iu_supervisor_row *row_of(const char *name, const char *mode)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (is_program(&rows[i], program_of(name)) &&
			(!rows[i].argument || (mode && !strcmp(mode, rows[i].argument))))
			return &rows[i];
	return NULL;
}

const struct iu_supervisor_row *iu_supervisor(const char *name)
{
	return row_of(name, NULL);
}

const struct iu_supervisor_row *iu_supervisor_parent(const struct iu_parent *parent)
{
	const struct iu_supervisor_row *row = row_of(parent->name, parent->mode);

	return row ? row : row_of(parent->script, parent->mode);
}

const char *iu_supervisor_mode(const struct iu_parent *parent, const char *word)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		const char *argument = rows[i].argument;
		/* "--watch=./src", "--watch-path=./src" */
		size_t n = !argument ? 0 : argument[0] == '-' ? strlen(argument) : strlen(argument) + 1;

		if (n && !strncmp(word, argument, n) &&
			(is_program(&rows[i], program_of(parent->name)) ||
				is_program(&rows[i], parent->script)))
			return argument;
	}
	return NULL;
}

bool iu_supervisor_has_mode(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (rows[i].argument && is_program(&rows[i], name))
			return true;
	return false;
}

bool iu_supervisor_is_manager(const struct iu_process *process)
{
	const char *slash = process->exe ? strrchr(process->exe, '/') : NULL;

	return process->pid == 1 || (process->name && !strcmp(process->name, "systemd")) ||
	       (process->exe && !strcmp(slash ? slash + 1 : process->exe, "systemd"));
}
