/* knowledge/proxies.c - programs that take ports on behalf of others */
#include "knowledge/proxies.h"

#include <string.h>
#include <strings.h>

#include "base/compat.h"
#include "base/text.h"

/* The first row that fits wins: rows with an argument stand before the general ones. */
static const struct iu_proxy_row takers[] = {
	/* activation */
	{"systemd", NULL, IU_PROXY_ACTIVATION, "systemd listens for a socket unit"},
	{"systemd-socket-activate", NULL, IU_PROXY_ACTIVATION,
		"systemd-socket-activate listens for the program it will start"},
	{"systemd-socket-proxyd", NULL, IU_PROXY_FORWARD,
		"systemd-socket-proxyd passes connections on to another address"},
	{"inetd", NULL, IU_PROXY_ACTIVATION, "inetd listens for the service it starts on demand"},
	{"openbsd-inetd", NULL, IU_PROXY_ACTIVATION,
		"inetd listens for the service it starts on demand"},
	{"inetutils-inetd", NULL, IU_PROXY_ACTIVATION,
		"inetd listens for the service it starts on demand"},
	{"xinetd", NULL, IU_PROXY_ACTIVATION, "xinetd listens for the service it starts on demand"},
	{"rlinetd", NULL, IU_PROXY_ACTIVATION, "rlinetd listens for the service it starts on demand"},
	{"tcpserver", NULL, IU_PROXY_ACTIVATION,
		"tcpserver listens for the program it starts on each connection"},
	{"tcpsvd", NULL, IU_PROXY_ACTIVATION,
		"tcpsvd listens for the program it starts on each connection"},
	/* containers */
	{"docker-proxy", NULL, IU_PROXY_CONTAINER, "Docker's proxy publishes a port of a container"},
	{"docker-proxy-cu", NULL, IU_PROXY_CONTAINER,
		"Docker's proxy publishes a port of a container"},
	{"dockerd", NULL, IU_PROXY_CONTAINER,
		"the Docker engine itself has the port, for a swarm service or a published port"},
	{"com.docker.backend", NULL, IU_PROXY_CONTAINER,
		"Docker Desktop publishes a port of a container"},
	{"com.docker.backe", NULL, IU_PROXY_CONTAINER,
		"Docker Desktop publishes a port of a container"},
	{"com.docker.proxy", NULL, IU_PROXY_CONTAINER,
		"Docker Desktop publishes a port of a container"},
	{"vpnkit", NULL, IU_PROXY_CONTAINER, "Docker Desktop publishes a port of a container"},
	{"rootlessport", NULL, IU_PROXY_CONTAINER,
		"rootlessport publishes a port of a rootless container", "podman"},
	{"rootlessport-child", NULL, IU_PROXY_CONTAINER,
		"rootlessport publishes a port of a rootless container", "podman"},
	{"rootlesskit", NULL, IU_PROXY_CONTAINER,
		"RootlessKit publishes a port of a rootless container"},
	{"rootlesskit-docker-proxy", NULL, IU_PROXY_CONTAINER,
		"RootlessKit publishes a port of a rootless container"},
	{"conmon", NULL, IU_PROXY_CONTAINER,
		"conmon keeps the port of a Podman container open while it runs", "podman"},
	{"slirp4netns", NULL, IU_PROXY_CONTAINER,
		"slirp4netns publishes a port of a rootless container"},
	{"pasta", NULL, IU_PROXY_CONTAINER, "pasta publishes a port of a rootless container", "podman"},
	{"pasta.avx2", NULL, IU_PROXY_CONTAINER, "pasta publishes a port of a rootless container", "podman"},
	{"passt", NULL, IU_PROXY_CONTAINER, "passt publishes a port of a virtual machine"},
	{"passt.avx2", NULL, IU_PROXY_CONTAINER, "passt publishes a port of a virtual machine"},
	{"netavark", NULL, IU_PROXY_CONTAINER, "netavark keeps the port of a Podman container"},
	{"gvproxy", NULL, IU_PROXY_CONTAINER, "gvproxy publishes a port of Podman's machine"},
	/* forwards */
	{"sshd-session", NULL, IU_PROXY_FORWARD,
		"an ssh session that came in forwards the port (ssh -R of its client)"},
	{"sshd", "sshd: ", IU_PROXY_FORWARD,
		"an ssh session that came in forwards the port (ssh -R of its client)"},
	{"ssh", NULL, IU_PROXY_FORWARD, "ssh forwards the port to another machine"},
	{"autossh", NULL, IU_PROXY_FORWARD, "autossh keeps an ssh forward of the port alive"},
	{"kubectl", "port-forward", IU_PROXY_FORWARD, "kubectl forwards the port to a pod"},
	{"kubectl", "proxy", IU_PROXY_FORWARD, "kubectl forwards the port to the Kubernetes API"},
	{"oc", "port-forward", IU_PROXY_FORWARD, "oc forwards the port to a pod"},
	{"kubefwd", NULL, IU_PROXY_FORWARD, "kubefwd forwards the port to a service"},
	{"telepresence", NULL, IU_PROXY_FORWARD, "telepresence forwards the port to a cluster"},
	{"socat", NULL, IU_PROXY_FORWARD, "socat relays the port"},
	{"rinetd", NULL, IU_PROXY_FORWARD, "rinetd redirects the port"},
	{"redir", NULL, IU_PROXY_FORWARD, "redir redirects the port"},
	{"cloudflared", NULL, IU_PROXY_FORWARD, "cloudflared runs a tunnel with this port"},
	{"ngrok", NULL, IU_PROXY_FORWARD, "ngrok runs a tunnel with this port"},
	{"chisel", NULL, IU_PROXY_FORWARD, "chisel runs a tunnel with this port"},
	{"gost", NULL, IU_PROXY_FORWARD, "gost runs a tunnel with this port"},
	{"frpc", NULL, IU_PROXY_FORWARD, "frpc runs a tunnel with this port"},
	{"frps", NULL, IU_PROXY_FORWARD, "frps runs a tunnel with this port"},
	{"stunnel", NULL, IU_PROXY_FORWARD, "stunnel relays the port over TLS"},
	{"stunnel4", NULL, IU_PROXY_FORWARD, "stunnel relays the port over TLS"},
	{"wslrelay", NULL, IU_PROXY_FORWARD, "wslrelay forwards the port between WSL and Windows"},
	{"wslhost", NULL, IU_PROXY_FORWARD, "wslhost forwards the port between WSL and Windows"},
	{"adb", "forward", IU_PROXY_FORWARD, "adb forwards the port to a device"},
	{"iproxy", NULL, IU_PROXY_FORWARD, "iproxy forwards the port to a device"},
	{"gcloud", "start-iap-tunnel", IU_PROXY_FORWARD, "gcloud forwards the port through a tunnel"},
	{"session-manager-plugin", NULL, IU_PROXY_FORWARD,
		"the AWS session manager forwards the port"},
	{"session-manager", NULL, IU_PROXY_FORWARD, "the AWS session manager forwards the port"},
	{"code", NULL, IU_PROXY_FORWARD, "VS Code forwards the port"},
	{"code-insiders", NULL, IU_PROXY_FORWARD, "VS Code forwards the port"},
	{"code-tunnel", NULL, IU_PROXY_FORWARD, "a VS Code tunnel forwards the port"},
	{"code-server", NULL, IU_PROXY_FORWARD, "the VS Code server has or forwards the port"},
	{"node", ".vscode-server/", IU_PROXY_FORWARD, "the VS Code server has or forwards the port"},
	{"cursor", NULL, IU_PROXY_FORWARD, "the Cursor editor forwards the port"},
};

/* Of a path of either system. */
/* "wslrelay.exe", in any case, is the wslrelay of a row. */
static bool is_windows_program(const char *name, const char *program)
{
	size_t len = strlen(program);

	return !strncasecmp(name, program, len) && !strcasecmp(name + len, ".exe");
}

/* comm has room for 15 bytes, so a longer name is compared as far as it goes. */
static bool is_program(const struct iu_process *process, const char *program)
{
	const char *exe = iu_text_base_name(process->exe, "\\/");
	const size_t comm_max = 15;

	if (exe)
		return !strcmp(exe, program) || is_windows_program(exe, program);
	if (!process->name)
		return false;
	if (is_windows_program(process->name, program))
		return true;
	if (strlen(process->name) == comm_max)
		return !strncmp(process->name, program, comm_max);
	return !strcmp(process->name, program);
}

/* A row for a path inside an argument ends in a slash; others must be the start of one. */
static bool has_argument(const struct iu_process *process, const char *argument)
{
	size_t i, len = strlen(argument);
	bool inside = argument[len - 1] == '/';

	for (i = 0; i < process->command.n; i++) {
		const char *given = process->command.v[i];

		if (!given)
			continue;
		if (inside ? strstr(given, argument) != NULL : !strncmp(given, argument, len))
			return true;
	}
	return false;
}

bool iu_proxy_program(const char *name)
{
	for (size_t i = 0; i < IU_COUNT(takers); i++)
		if (!strcmp(takers[i].program, name))
			return true;
	return false;
}

const char *iu_proxy_word(const char *argument, bool *ret_start)
{
	for (size_t i = 0; i < IU_COUNT(takers); i++) {
		const char *word = takers[i].argument;
		size_t len = word ? strlen(word) : 0;

		if (!len)
			continue;
		*ret_start = word[len - 1] != '/';
		if (*ret_start ? !strncmp(argument, word, len) : strstr(argument, word) != NULL)
			return word;
	}
	return NULL;
}

/* The title "sshd: /usr/sbin/sshd -D [listener]" is that of the daemon, not of a session. */
const struct iu_proxy_row *iu_proxy_of(const struct iu_process *process)
{
	for (size_t i = 0; i < IU_COUNT(takers); i++) {
		const struct iu_proxy_row *row = &takers[i];

		if (!is_program(process, row->program))
			continue;
		if (!row->argument ||
			(has_argument(process, row->argument) && !has_argument(process, "sshd: /")))
			return row;
	}
	return NULL;
}
