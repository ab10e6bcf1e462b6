/* knowledge/protected.c - programs and units that `free` never ends */
#include "knowledge/protected.h"

#include <string.h>
#include <strings.h>

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
	{"Xtigervnc", "a desktop would end, with every program on it"},
	{"Xtightvnc", "a desktop would end, with every program on it"},
	{"Xtightvncserver", "a desktop would end, with every program on it"},
	{"Xvnc", "a desktop would end, with every program on it"},
	{"Xvnc4", "a desktop would end, with every program on it"},
	{"Xrealvnc", "a desktop would end, with every program on it"},
	{"Xorg.bin", "the graphical session would end"},
	{"X", "the graphical session would end"},
	{"xrdp", "every desktop that it shows would be cut off"},
	{"xrdp-sesman", "every desktop that it started would end"},
	{"Xephyr", "every program on its display would end"},
	{"Xnest", "every program on its display would end"},
	{"Xvfb", "every program on its display would end"},
	{"Xwayland", "the graphical session would end"},
	{"weston", "the graphical session would end"},
	{"sway", "the graphical session would end"},
	{"Hyprland", "the graphical session would end"},
	{"mutter", "the graphical session would end"},
	{"cinnamon", "the graphical session would end"},
	{"xfce4-session", "the graphical session would end"},
	{"gnome-remote-de", "every desktop that it shows would be cut off"},
	{"gnome-shell", "the graphical session would end"},
	{"kwin_wayland", "the graphical session would end"},
	{"kwin_x11", "the graphical session would end"},
	{"plasmashell", "the graphical session would end"},
	{"dockerd", "all its containers would end"},
	{"docker", "all its containers would end"},
	{"containerd", "all its containers would end"},
	{"kubelet", "all pods of this node would end"},
	{"kube-proxy", "every service of the cluster would lose its ports on this node"},
	{"k3s", "all pods of this node would end"},
	{"k3s-server", "all pods of this node would end"},
	{"k3s-agent", "all pods of this node would end"},
	{"rke2", "all pods of this node would end"},
	{"k0s", "all pods of this node would end"},
	{"lxd", "all its containers would lose their ports"},
	{"incusd", "all its containers would lose their ports"},
	{"crio", "all its containers would end"},
	{"cron", "timed jobs of everybody would stop"},
	{"crond", "timed jobs of everybody would stop"},
	{"libvirtd", "virtual machines depend on it"},
	{"virtqemud", "virtual machines depend on it"},
	{"virtnetworkd", "virtual machines depend on it"},
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

/* Without these Windows stops at once, or signs everybody out. */
static const struct {
	const char *name;
	const char *why;
} windows_rows[] = {
	{"System", "it is Windows itself"},
	{"System Idle Process", "it is no process"},
	{"Registry", "it is Windows itself"},
	{"smss.exe", "Windows stops without the session manager"},
	{"csrss.exe", "Windows stops without it"},
	{"wininit.exe", "Windows stops without it"},
	{"winlogon.exe", "its session would end"},
	{"services.exe", "Windows stops without the service manager"},
	{"lsass.exe", "Windows restarts without it"},
	{"LsaIso.exe", "Windows restarts without it"},
	{"svchost.exe", "it is the home of services: one of them is to be stopped, not the process"},
	{"fontdrvhost.exe", "the session needs it"},
	{"dwm.exe", "the screen needs it"},
	{"explorer.exe", "the desktop would go away"},
	{"sihost.exe", "the desktop would go away"},
	{"conhost.exe", "it is the console of other programs, which would end"},
	{"WindowsTerminal.exe", "every program in it would end"},
	{"spoolsv.exe", "it is the home of a service: that is to be stopped, not the process"},
	{"MsMpEng.exe", "it guards this machine"},
	{"vmmem", "it is the memory of WSL or of a virtual machine"},
	{"vmmemWSL", "it is the memory of WSL"},
	{"vmmemCmZygote", "it is the memory of WSL or of a virtual machine"},
	{"vmwp.exe", "it is a virtual machine: that is to be shut down"},
	{"vmcompute.exe", "every container and WSL would end"},
	{"wslrelay.exe", "it passes on ports of programs inside WSL: those are to be ended"},
	{"wslhost.exe", "it passes on ports of programs inside WSL: those are to be ended"},
	{"wslservice.exe", "all of WSL would end"},
	{"com.docker.backend.exe", "all containers would lose their ports: the container is to be stopped"},
	{"com.docker.proxy.exe", "all containers would lose their ports: the container is to be stopped"},
	{"com.docker.service", "all containers would end"},
	{"dockerd.exe", "all its containers would end"},
	{"vpnkit.exe", "all containers would lose their ports: the container is to be stopped"},
	{"sshd.exe", "remote sessions need it, perhaps this one"},
	{"WmiPrvSE.exe", "management programs need it"},
};

static const struct {
	const char *name;
	const char *why;
} windows_services[] = {
	{"RpcSs", "nearly everything in Windows depends on it"},
	{"RpcEptMapper", "nearly everything in Windows depends on it"},
	{"DcomLaunch", "nearly everything in Windows depends on it"},
	{"LSM", "all sessions would end"},
	{"SamSs", "nobody could sign in"},
	{"Netlogon", "nobody of the domain could sign in"},
	{"NTDS", "the domain would be gone"},
	{"Kdc", "the domain would be gone"},
	{"EventLog", "the system's log would stop"},
	{"Schedule", "timed tasks of everybody would stop"},
	{"PlugPlay", "devices would no longer be set up"},
	{"Power", "Windows needs it"},
	{"ProfSvc", "nobody could sign in"},
	{"gpsvc", "nobody could sign in"},
	{"nsi", "the network would go away"},
	{"Dhcp", "the network would go away"},
	{"Dnscache", "names would no longer be found"},
	{"NlaSvc", "the network would go away"},
	{"BFE", "the firewall would go away"},
	{"mpssvc", "the firewall would go away"},
	{"iphlpsvc", "IPv6 and every port proxy rule depend on it"},
	{"TermService", "remote sessions need it, perhaps this one"},
	{"sshd", "remote sessions need it, perhaps this one"},
	{"WinDefend", "it guards this machine"},
	{"hns", "the network of every container and of WSL would go away"},
	{"vmcompute", "every container and WSL would end"},
	{"vmms", "Hyper-V's machines could not be managed"},
	{"HTTP", "everything that HTTP.sys serves would end"},
	{"LanmanServer", "shares and remote management of this machine would end"},
};

bool iu_protected_is_guarded(const char *name)
{
	static const char *const names[] = {"lsass.exe", "LsaIso.exe", "csrss.exe", "smss.exe",
		"wininit.exe", "winlogon.exe", "services.exe", "MsMpEng.exe", "MsSense.exe",
		"NisSrv.exe", "SecurityHealthService.exe", "System", "Registry", "Secure System"};

	for (size_t i = 0; i < IU_COUNT(names); i++)
		if (!strcasecmp(name, names[i]))
			return true;
	return false;
}

const char *iu_protected_windows(const char *name)
{
	for (size_t i = 0; name && i < IU_COUNT(windows_rows); i++)
		if (!strcasecmp(windows_rows[i].name, name))
			return windows_rows[i].why;
	return NULL;
}

const char *iu_protected_service(const char *name)
{
	for (size_t i = 0; name && i < IU_COUNT(windows_services); i++)
		if (!strcasecmp(windows_services[i].name, name))
			return windows_services[i].why;
	return NULL;
}
