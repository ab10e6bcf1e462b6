/* knowledge/protected.c - programs and units that `free` never ends */
#include "knowledge/protected.h"

#include <string.h>

#include "base/compat.h"

/* Programs by name and, of those that run as one, units without ".service". */
static const struct {
	const char *name;
	const char *why;
} rows[] = {
	{"init", "it starts and keeps everything else"},
	{"systemd", "it keeps the services of a session or of the whole system"},
	{"systemd-logind", "all sessions would end"},
	{"systemd-journal", "the system's log would stop"},
	{"systemd-journald", "the system's log would stop"},
	{"systemd-udevd", "devices would no longer be set up"},
	{"dbus-daemon", "most of the session or the system depends on the message bus"},
	{"dbus-broker", "most of the session or the system depends on the message bus"},
	{"dbus", "most of the session or the system depends on the message bus"},
	{"sshd", "remote sessions need it, perhaps this one"},
	{"ssh", "remote sessions need it, perhaps this one"},
	{"NetworkManager", "the network would go away"},
	{"gdm", "the graphical session would end"},
	{"gdm3", "the graphical session would end"},
	{"sddm", "the graphical session would end"},
	{"lightdm", "the graphical session would end"},
	{"display-manager", "the graphical session would end"},
	{"Xorg", "the graphical session would end"},
	{"Xwayland", "the graphical session would end"},
	{"gnome-shell", "the graphical session would end"},
	{"kwin_wayland", "the graphical session would end"},
	{"kwin_x11", "the graphical session would end"},
	{"plasmashell", "the graphical session would end"},
	{"dockerd", "all its containers would end"},
	{"docker", "all its containers would end"},
	{"containerd", "all its containers would end"},
	{"kubelet", "all pods of this node would end"},
	{"crio", "all its containers would end"},
	{"cron", "timed jobs of everybody would stop"},
	{"crond", "timed jobs of everybody would stop"},
	{"libvirtd", "virtual machines depend on it"},
	{"tmux: server", "every terminal in it would end"},
	{"screen", "every terminal in it would end"},
};

/* comm of a client is "ssh" too: only the unit of that name is meant. */
static bool only_unit(const char *name)
{
	return !strcmp(name, "ssh") || !strcmp(name, "docker") || !strcmp(name, "dbus");
}

/*
 * One session of sshd, not the daemon: its title says whose ("sshd: alice@pts/0"), the daemon's
 * "[listener]". It holds the ports that this session forwards; our own session is an ancestor,
 * which is left alone for that reason.
 */
static bool is_ssh_session(const struct iu_process *process)
{
	const char *title = process->command.n ? process->command.v[0] : NULL;

	return !strcmp(process->name, "sshd") && title && !strncmp(title, "sshd: ", 6) &&
	       !strstr(title, "[listener]");
}

const char *iu_protected_process(const struct iu_process *process)
{
	if (process->name && is_ssh_session(process))
		return NULL;
	for (size_t i = 0; process->name && i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].name, process->name) && !only_unit(rows[i].name))
			return rows[i].why;
	return NULL;
}

const char *iu_protected_unit(const char *unit)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		size_t n = strlen(rows[i].name);

		if (!strncmp(unit, rows[i].name, n) &&
			(!strcmp(unit + n, ".service") || !strcmp(unit + n, ".socket")))
			return rows[i].why;
	}
	return NULL;
}
