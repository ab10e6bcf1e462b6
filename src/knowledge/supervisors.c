/* knowledge/supervisors.c - programs that start another one again when it ends */
#include "knowledge/supervisors.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

#define TERMINAL "Ctrl-C in its terminal"

static const struct iu_supervisor_row rows[] = {
	{"PM2", "see pm2 list, then pm2 stop NAME (pm2 delete NAME for good)", true, false},
	{"pm2", "see pm2 list, then pm2 stop NAME (pm2 delete NAME for good)", true, false},
	{"pm2-runtime", "see pm2 list, then pm2 stop NAME", true, false},
	{"supervisord", "see supervisorctl status, then supervisorctl stop NAME", true, false,
		3500}, /* it looks once a second, and one that ran for less than startsecs waits a second */
	{"nodemon", "end nodemon itself: " TERMINAL, false, true},
	{"runsv", "sv stop NAME", false, false, 2500}, /* waits a second for the same reason */
	{"s6-supervise", "s6-svc -d DIRECTORY", false, false, 2500},
	{"supervise", "svc -d DIRECTORY", false, false, 2500},
	{"monit", "monit stop NAME", true, false},
	{"circusd", "circusctl stop NAME", true, false},
	{"god", "god stop NAME", true, false},
	{"forever", "forever list, then forever stop NUMBER", false, false},
	{"foreman", "end foreman itself: " TERMINAL, false, true},
	{"honcho", "end honcho itself: " TERMINAL, false, true},
	{"overmind", "overmind stop NAME", true, false},
	{"watchexec", "end watchexec itself: " TERMINAL, false, true},
	{"entr", "end entr itself: " TERMINAL, false, true},
	{"air", "end air itself: " TERMINAL, false, true},
	{"cargo-watch", "end cargo-watch itself: " TERMINAL, false, true},
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

const struct iu_supervisor_row *iu_supervisor(const char *name)
{
	for (size_t i = 0; name && i < IU_COUNT(rows); i++) {
		size_t n = strlen(rows[i].program);

		/* "PM2 v5.3.0: God", "gunicorn: master": the name goes on; "systemd-resolve" is another */
		if (!strncmp(name, rows[i].program, n) &&
			(!name[n] || name[n] == ' ' || name[n] == ':'))
			return &rows[i];
	}
	return NULL;
}

const struct iu_supervisor_row *iu_supervisor_parent(const struct iu_parent *parent)
{
	const struct iu_supervisor_row *row = iu_supervisor(parent->name);

	return row ? row : iu_supervisor(parent->script);
}

bool iu_supervisor_is_manager(const struct iu_process *process)
{
	const char *slash = process->exe ? strrchr(process->exe, '/') : NULL;

	return process->pid == 1 || (process->name && !strcmp(process->name, "systemd")) ||
	       (process->exe && !strcmp(slash ? slash + 1 : process->exe, "systemd"));
}
