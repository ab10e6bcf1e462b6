/* knowledge/respawners.c - programs that start another one again when it ends */
#include "knowledge/respawners.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

static const struct iu_respawner_row rows[] = {
	{"PM2", "see pm2 list, then pm2 stop NAME (pm2 delete NAME for good)"},
	{"pm2", "see pm2 list, then pm2 stop NAME (pm2 delete NAME for good)"},
	{"supervisord", "see supervisorctl status, then supervisorctl stop NAME"},
	{"nodemon", "end nodemon itself: Ctrl-C in its terminal"},
	{"runsv", "sv stop NAME"},
	{"s6-supervise", "s6-svc -d DIRECTORY"},
	{"supervise", "svc -d DIRECTORY"},
	{"monit", "monit stop NAME"},
	{"circusd", "circusctl stop NAME"},
	{"god", "god stop NAME"},
	{"forever", "forever list, then forever stop NUMBER"},
	{"foreman", "end foreman itself: Ctrl-C in its terminal"},
	{"overmind", "overmind stop NAME"},
	{"watchexec", "end watchexec itself: Ctrl-C in its terminal"},
	{"entr", "end entr itself: Ctrl-C in its terminal"},
	{"air", "end air itself: Ctrl-C in its terminal"},
	{"cargo-watch", "end cargo-watch itself: Ctrl-C in its terminal"},
	{"gunicorn", "end its master, which starts the workers"},
	{"uwsgi", "end its master, which starts the workers"},
	{"systemd", "stop the unit: systemctl status PID tells its name"},
	{"containerd-shim", "stop the container, which has a restart policy"},
	{"conmon", "stop the container, which has a restart policy"},
	{"bash", "end the shell or its loop: Ctrl-C in its terminal"},
	{"sh", "end the shell or its loop: Ctrl-C in its terminal"},
	{"dash", "end the shell or its loop: Ctrl-C in its terminal"},
	{"zsh", "end the shell or its loop: Ctrl-C in its terminal"},
	{"fish", "end the shell or its loop: Ctrl-C in its terminal"},
};

const struct iu_respawner_row *iu_respawner(const char *name)
{
	for (size_t i = 0; name && i < IU_COUNT(rows); i++) {
		size_t n = strlen(rows[i].program);

		/* "PM2 v5.3.0: God", "containerd-shim-runc-v2": the name goes on */
		if (!strncmp(name, rows[i].program, n) &&
			(!name[n] || name[n] == ' ' || name[n] == '-' || name[n] == ':'))
			return &rows[i];
	}
	return NULL;
}
