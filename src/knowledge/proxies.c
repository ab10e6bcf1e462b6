/* knowledge/proxies.c - programs that take ports on behalf of others */
#include "knowledge/proxies.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/compat.h"
#include "base/text.h"

/* Its title, "sshd: root@pts/1"; of a connection that only forwards (ssh -N) it is "sshd: root". */
static bool has_login(const struct iu_process *process)
{
	static const char *const behind[] = {"@pts/", "@tty", "@notty", "@internal-sftp"};

	for (size_t k = 0; k < process->command.n; k++)
		for (size_t i = 0; process->command.v[k] && i < IU_COUNT(behind); i++)
			if (strstr(process->command.v[k], behind[i]))
				return true;
	return false;
}

/* It was told what to do, on its command line or in a file that this names. */
static bool has_arguments(const struct iu_process *process)
{
	return process->command.n > 1 || strchr(process->command.v[0], ' ') != NULL;
}

static bool starts(const char *argument, const char *const *words)
{
	for (; argument && *words; words++)
		if (!strncasecmp(argument, *words, strlen(*words)))
			return true;
	return false;
}

static bool any_starts(const struct iu_process *process, const char *const *words)
{
	for (size_t i = 1; i < process->command.n; i++)
		if (starts(process->command.v[i], words))
			return true;
	return false;
}

static const char *const published[] = {"-host-port", "-container-port", "-container-ip",
	"-use-listen-fd", "--host-port", "--container-port", "--container-ip", NULL};

static bool publishes(const struct iu_process *process)
{
	return any_starts(process, published);
}

/* What socat can lead to elsewhere; EXEC:, SYSTEM:, PIPE and files make it a server itself. */
static const char *const places[] = {
	"TCP", "UDP", "UNIX", "ABSTRACT", "OPENSSL", "SSL", "SOCKS", "PROXY", "VSOCK", "SCTP", NULL};

static bool relays(const struct iu_process *process)
{
	size_t n = 0;

	for (size_t i = 1; i < process->command.n; i++)
		n += starts(process->command.v[i], places);
	return n >= 2;
}

/* passt and pasta are one program: what it is called says which of the two it is. */
static bool is_pasta(const struct iu_process *process)
{
	static const char *const names[] = {"pasta", NULL};

	return starts(iu_text_base_name(process->command.v[0], "/"), names) && has_arguments(process);
}

static const char *const modules[] = {"containers-rootlessport", "rootlessport", NULL};

/* Podman's helper has a folder of Podman's own, or Podman's name for it. */
static bool is_rootlessport(const struct iu_process *process)
{
	return (process->exe && strstr(process->exe, "/podman/")) ||
	       starts(process->command.v[0], modules);
}

/* The engine's own API, as its arguments say: "-H tcp://0.0.0.0:2375", "--host=tcp://:2375". */
bool iu_proxy_is_own_port(const struct iu_process *process, uint16_t port)
{
	char end[16];

	snprintf(end, sizeof(end), ":%u", (unsigned int)port);
	for (size_t i = 1; i < process->command.n; i++) {
		const char *url = strstr(process->command.v[i], "tcp://");
		size_t len = url ? strlen(url) : 0, n = strlen(end);

		if (len > n && !strcmp(url + len - n, end))
			return true;
	}
	return false;
}

#define EDITOR "its windows and terminals would end with it"
#define PORTS_VIEW "stop forwarding the port in its Ports view"
#define OF_EDITOR .shared = EDITOR, .alone = PORTS_VIEW

#define PASTA "pasta publishes a port of a rootless container"

/* The first row that fits wins: rows with an argument stand before the general ones. */
static const struct iu_proxy_row takers[] = {
	/* activation */
	{"systemd", NULL, IU_PROXY_ACTIVATION, "systemd listens for a socket unit"},
	{"systemd-socket-activate", NULL, IU_PROXY_ACTIVATION,
		"systemd-socket-activate listens for the program it will start"},
	{"systemd-socket-proxyd", NULL, IU_PROXY_FORWARD,
		"systemd-socket-proxyd passes connections on to another address", NULL, has_arguments},
	{"init", NULL, IU_PROXY_ACTIVATION,
		"process 1 listens for a unit that starts on the first connection (systemctl list-sockets)"},
	{"launchd", NULL, IU_PROXY_ACTIVATION,
		"launchd of macOS listens for a service that it starts on the first connection"},
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
	{"docker-proxy", NULL, IU_PROXY_CONTAINER, "Docker's proxy publishes a port of a container", NULL, publishes, .of_engine = true},
	{"docker-proxy-cu", NULL, IU_PROXY_CONTAINER,
		"Docker's proxy publishes a port of a container", NULL, publishes, .of_engine = true},
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
		"rootlessport publishes a port of a rootless container", "podman", is_rootlessport},
	{"rootlessport-child", NULL, IU_PROXY_CONTAINER,
		"rootlessport publishes a port of a rootless container", "podman", is_rootlessport},
	{"rootlesskit", NULL, IU_PROXY_CONTAINER,
		"RootlessKit publishes a port of a rootless container", NULL, has_arguments},
	{"rootlesskit-docker-proxy", NULL, IU_PROXY_CONTAINER,
		"RootlessKit publishes a port of a rootless container", NULL, publishes, .of_engine = true},
	{"conmon", NULL, IU_PROXY_CONTAINER,
		"conmon keeps the port of a Podman container open while it runs", "podman", has_arguments, .of_child = true},
	{"slirp4netns", NULL, IU_PROXY_CONTAINER,
		"slirp4netns publishes a port of a rootless container", NULL, has_arguments},
	{"pasta", NULL, IU_PROXY_CONTAINER, PASTA, "podman", has_arguments},
	{"pasta.avx2", NULL, IU_PROXY_CONTAINER, PASTA, "podman", has_arguments},
	{"passt", NULL, IU_PROXY_CONTAINER, PASTA, "podman", is_pasta},
	{"passt.avx2", NULL, IU_PROXY_CONTAINER, PASTA, "podman", is_pasta},
	{"passt", NULL, IU_PROXY_CONTAINER, "passt publishes a port of a virtual machine", "libvirt", has_arguments},
	{"passt.avx2", NULL, IU_PROXY_CONTAINER, "passt publishes a port of a virtual machine", "libvirt", has_arguments},
	{"netavark", NULL, IU_PROXY_CONTAINER, "netavark keeps the port of a Podman container", NULL, has_arguments},
	{"gvproxy", NULL, IU_PROXY_CONTAINER, "gvproxy publishes a port of Podman's machine, or has its ssh (podman machine stop ends it)", "podman", has_arguments,
		.shared = "the whole machine of Podman would lose its network",
		.alone = "stop the container that publishes the port, or the machine: podman machine stop"},
	{"lxd", "forkproxy", IU_PROXY_CONTAINER, "LXD's proxy device publishes a port of a container", "lxd"},
	{"incusd", "forkproxy", IU_PROXY_CONTAINER, "a proxy device of Incus publishes a port of a container", "incus"},
	/* forwards */
	{"sshd-session", NULL, IU_PROXY_FORWARD,
		"an ssh session that came in forwards the port (ssh -R of its client)", NULL, has_login,
		"a login runs over the same ssh connection, and would end with it",
		"end the forward at its client, which asked for it: ssh -R there, or RemoteForward in its configuration"},
	{"sshd", "sshd: ", IU_PROXY_FORWARD,
		"an ssh session that came in forwards the port (ssh -R of its client)", NULL, has_login,
		"a login runs over the same ssh connection, and would end with it",
		"end the forward at its client, which asked for it: ssh -R there, or RemoteForward in its configuration"},
	{"sshd-session", NULL, IU_PROXY_FORWARD,
		"an ssh session that came in forwards the port (ssh -R of its client)", NULL, has_arguments},
	{"sshd", "sshd: ", IU_PROXY_FORWARD,
		"an ssh session that came in forwards the port (ssh -R of its client)"},
	{"ssh", "lima/", IU_PROXY_FORWARD, "Lima forwards the port of its machine (limactl stop ends it)"},
	{"ssh", "ssh: ", IU_PROXY_FORWARD,
		"ssh keeps a connection that others may use, and forwards the port to another machine"},
	{"ssh", NULL, IU_PROXY_FORWARD, "ssh forwards the port to another machine", NULL, has_arguments},
	{"autossh", NULL, IU_PROXY_FORWARD, "autossh keeps an ssh forward of the port alive", NULL, has_arguments},
	{"kubectl", "port-forward", IU_PROXY_FORWARD, "kubectl forwards the port to a pod"},
	{"kubectl", "proxy", IU_PROXY_FORWARD, "kubectl forwards the port to the Kubernetes API"},
	{"oc", "port-forward", IU_PROXY_FORWARD, "oc forwards the port to a pod"},
	{"kubefwd", NULL, IU_PROXY_FORWARD, "kubefwd forwards the port to a service", NULL, has_arguments},
	{"telepresence", NULL, IU_PROXY_FORWARD, "telepresence forwards the port to a cluster", NULL, has_arguments},
	{"socat", NULL, IU_PROXY_FORWARD, "socat relays the port", NULL, relays},
	{"rinetd", NULL, IU_PROXY_FORWARD, "rinetd redirects the port", NULL, has_arguments},
	{"redir", NULL, IU_PROXY_FORWARD, "redir redirects the port", NULL, has_arguments},
	{"cloudflared", NULL, IU_PROXY_FORWARD, "cloudflared runs a tunnel with this port", NULL, has_arguments},
	{"ngrok", NULL, IU_PROXY_FORWARD, "ngrok runs a tunnel with this port", NULL, has_arguments},
	{"chisel", NULL, IU_PROXY_FORWARD, "chisel runs a tunnel with this port", NULL, has_arguments},
	{"gost", NULL, IU_PROXY_FORWARD, "gost runs a tunnel with this port", NULL, has_arguments},
	{"frpc", NULL, IU_PROXY_FORWARD, "frpc runs a tunnel with this port", NULL, has_arguments},
	{"frps", NULL, IU_PROXY_FORWARD, "frps runs a tunnel with this port", NULL, has_arguments},
	{"stunnel", NULL, IU_PROXY_FORWARD, "stunnel relays the port over TLS", NULL, has_arguments},
	{"stunnel4", NULL, IU_PROXY_FORWARD, "stunnel relays the port over TLS", NULL, has_arguments},
	{"wslrelay", NULL, IU_PROXY_FORWARD, "wslrelay forwards the port between WSL and Windows"},
	{"wslhost", NULL, IU_PROXY_FORWARD, "wslhost forwards the port between WSL and Windows"},
	{"adb", "forward", IU_PROXY_FORWARD, "adb forwards the port to a device"},
	{"iproxy", NULL, IU_PROXY_FORWARD, "iproxy forwards the port to a device", NULL, has_arguments},
	{"gcloud", "start-iap-tunnel", IU_PROXY_FORWARD, "gcloud forwards the port through a tunnel"},
	{"session-manager-plugin", NULL, IU_PROXY_FORWARD,
		"the AWS session manager forwards the port", NULL, has_arguments},
	{"session-manager", NULL, IU_PROXY_FORWARD, "the AWS session manager forwards the port", NULL, has_arguments},
	{"code", NULL, IU_PROXY_FORWARD, "VS Code forwards the port", NULL, has_arguments, OF_EDITOR},
	{"code-insiders", NULL, IU_PROXY_FORWARD, "VS Code forwards the port", NULL, has_arguments, OF_EDITOR},
	{"code-tunnel", NULL, IU_PROXY_FORWARD, "a VS Code tunnel forwards the port", NULL, has_arguments, OF_EDITOR},
	{"code-server", NULL, IU_PROXY_FORWARD, "the VS Code server has or forwards the port", NULL, has_arguments, OF_EDITOR},
	{"node", ".vscode-server/", IU_PROXY_FORWARD, "the VS Code server has or forwards the port", OF_EDITOR},
	{"cursor", NULL, IU_PROXY_FORWARD, "the Cursor editor forwards the port", NULL, has_arguments, OF_EDITOR},
};

/* Of a path of either system. */
/* "wslrelay.exe", in any case, is the wslrelay of a row. */
static bool is_windows_program(const char *name, const char *program)
{
	size_t len = strlen(program);

	return !strncasecmp(name, program, len) && !strcasecmp(name + len, ".exe");
}

/* comm has room for 15 bytes and lsof shows nine: a longer name is compared as far as it goes. */
#define LSOF_NAME 9

static bool is_program(const struct iu_process *process, const char *program)
{
	const char *exe = iu_text_base_name(process->exe, "\\/");

	if (exe)
		return !strcmp(exe, program) || is_windows_program(exe, program);
	if (!process->name)
		return false;
	if (is_windows_program(process->name, program))
		return true;
	/* columns cut names, too: lsof after nine bytes, netstat somewhere behind the pid */
	if (strlen(process->name) >= LSOF_NAME)
		return !strncmp(process->name, program, strlen(process->name));
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

/* Words by which arguments show something. */
static const char *const *const shown[] = {published, places};

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
	*ret_start = true;
	for (size_t i = 0; i < IU_COUNT(shown); i++)
		for (const char *const *word = shown[i]; *word; word++)
			if (!strncasecmp(argument, *word, strlen(*word)))
				return *word;
	return NULL;
}

/* The title "sshd: /usr/sbin/sshd -D [listener]" is that of the daemon, not of a session. */
const struct iu_proxy_row *iu_proxy_of(const struct iu_process *process)
{
	for (size_t i = 0; i < IU_COUNT(takers); i++) {
		const struct iu_proxy_row *row = &takers[i];

		if (!is_program(process, row->program))
			continue;
		if (row->argument &&
			(!has_argument(process, row->argument) || has_argument(process, "sshd: /")))
			continue;
		if (!row->shows || !process->command.n || row->shows(process))
			return row;
	}
	return NULL;
}
