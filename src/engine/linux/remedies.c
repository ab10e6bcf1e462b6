/* engine/linux/remedies.c - what helps on Linux, in steps that can be done now */
#include "engine/linux/remedies.h"

#include <string.h>

#include "base/text.h"
#include "engine/remedy.h"
#include "engine/phrase.h"
#include "knowledge/causes.h"
#include "knowledge/cgroups.h"
#include "knowledge/kernel-users.h"

/* Processes that one `kill` is offered for; where there are more, the sentence says so. */
#define KILL_MAX 64

static bool command(struct iu_remedy_context *m, const char *word)
{
	return iu_remedy_word(m, word);
}

static const char *number(struct iu_remedy_context *m, long long value)
{
	return iu_phrase(m->arena, "%lld", value);
}

static bool is_privileged(const struct iu_remedy_context *m)
{
	return m->snapshot->host.privileged || m->snapshot->host.uid == 0;
}

static bool has_suffix(const char *text, const char *suffix)
{
	size_t len = strlen(text), end = strlen(suffix);

	return len > end && !strcmp(text + len - end, suffix);
}

/* Units that stand for one program; session scopes and a user's whole manager do not. */
static bool can_stop_unit(const char *unit)
{
	if (!unit || (!has_suffix(unit, ".service") && !has_suffix(unit, ".socket")))
		return false;
	return strncmp(unit, "user@", 5) != 0 && strcmp(unit, "init.scope") != 0;
}

/* Whether a user's systemd has the unit, and for systemctl whose, when it is not the asker's. */
static bool is_user_unit(struct iu_remedy_context *m, const char **ret_machine)
{
	struct iu_cgroup_names names = {0};
	const char *cgroup = m->holder ? m->holder->cgroup : m->blocker->socket.cgroup;

	*ret_machine = NULL;
	if (!cgroup || iu_cgroup_names(m->arena, cgroup, &names) < 0)
		return false;
	if (names.user_unit && names.user_known && names.user != m->snapshot->host.uid)
		*ret_machine = iu_phrase(m->arena, "--machine=%u@.host", (unsigned int)names.user);
	return names.user_unit;
}

static bool stop_unit_command(struct iu_remedy_context *m, const char *unit, const char *second)
{
	const char *machine;
	bool user = is_user_unit(m, &machine);

	m->remedy->needs_root = (!user || machine) && !is_privileged(m);
	if (!command(m, "systemctl") || (user && !command(m, "--user")) ||
		(machine && !command(m, machine)) || !command(m, "stop") ||
		!command(m, unit) || (second && !command(m, second)))
		return false;
	m->remedy->summary = iu_phrase(m->arena,
		"stop %s%s, so that its manager does not start it again", second ? "both units of " : "",
		iu_safe(m->arena, unit, 80));
	return true;
}

/* inetd and its like: no socket unit, but a line in a file of their own. */
static bool stop_activator(struct iu_remedy_context *m)
{
	if (can_stop_unit(m->holder->unit))
		return stop_unit_command(m, m->holder->unit, NULL);
	m->remedy->needs_root = !is_privileged(m) && m->holder->uid != m->snapshot->host.uid;
	m->remedy->summary = iu_phrase(m->arena,
		"ask %s to end, or take the service out of what it was told to listen for",
		iu_phrase_process(m->arena, m->holder));
	return command(m, "kill") && command(m, number(m, m->holder->pid));
}

static bool is_manager(const struct iu_process *process)
{
	return process->pid == 1 || (process->name && !strcmp(process->name, "systemd"));
}

/* A systemd has the socket, or made it in the name of a socket unit. */
static bool by_manager(const struct iu_remedy_context *m)
{
	size_t i;

	for (i = 0; i < m->blocker->holds.n; i++) {
		const struct iu_hold *hold = &m->snapshot->holds.v[m->blocker->holds.v[i]];
		const struct iu_process *process = iu_snapshot_process(m->snapshot, hold->pid);

		if (process && is_manager(process))
			return true;
	}
	return m->blocker->socket.unit && has_suffix(m->blocker->socket.unit, ".socket");
}

/* The service that systemd started for the socket has it as well, and tells the unit's name. */
static bool stop_activation(struct iu_remedy_context *m)
{
	size_t i;

	for (i = 0; i < m->blocker->holds.n; i++) {
		const struct iu_hold *hold = &m->snapshot->holds.v[m->blocker->holds.v[i]];
		const struct iu_process *process = iu_snapshot_process(m->snapshot, hold->pid);

		if (!process || !process->unit || !has_suffix(process->unit, ".service") ||
			!can_stop_unit(process->unit))
			continue;
		if (is_manager(process) || !by_manager(m))
			continue;
		m->holder = process;
		return stop_unit_command(m,
			iu_phrase(m->arena, "%.*s.socket",
				(int)(strlen(process->unit) - strlen(".service")), process->unit),
			process->unit);
	}
	if (m->holder && !by_manager(m))
		return stop_activator(m);
	if (can_stop_unit(m->blocker->socket.unit))
		return stop_unit_command(m, m->blocker->socket.unit, NULL);
	m->remedy->summary = "find the socket unit that listens there, then stop it with systemctl stop";
	return command(m, "systemctl") &&
	       (!m->holder || m->holder->pid == 1 || command(m, "--user")) &&
	       command(m, "list-sockets") && command(m, "--all");
}

static bool stop_unit(struct iu_remedy_context *m)
{
	const char *unit;

	if (!m->blocker)
		return false;
	if (m->verdict->cause == IU_CAUSE_SOCKET_ACTIVATION)
		return stop_activation(m);
	unit = m->holder && m->holder->unit ? m->holder->unit : m->blocker->socket.unit;
	if (m->verdict->cause == IU_CAUSE_DESCRIPTOR_IN_FLIGHT) {
		/* a store is emptied with its service; a message goes with the one that has it */
		if (!m->holder || !is_manager(m->holder))
			return false;
		unit = m->blocker->socket.unit;
	}
	if (!can_stop_unit(unit))
		return false;
	return stop_unit_command(m, unit, NULL);
}

static const char *stop_word(const char *engine)
{
	static const struct {
		const char *engine, *program;
	} programs[] = {
		{"docker", "docker"},
		{"podman", "podman"},
		{"libpod", "podman"},
		{"cri-o", "crictl"},
		{"containerd", "crictl"},
		{"cri-containerd", "crictl"},
		{"nerdctl", "nerdctl"},
	};
	size_t i;

	for (i = 0; engine && i < IU_COUNT(programs); i++)
		if (!strcmp(programs[i].engine, engine))
			return programs[i].program;
	return NULL;
}

/* Long identifiers are shown as the engines themselves shorten them. */
static const char *short_id(struct iu_remedy_context *m, const char *id)
{
	size_t len = strlen(id);

	if (len == 64 && strspn(id, "0123456789abcdef") == len)
		return iu_arena_strndup(m->arena, id, 12);
	return id;
}

/* Docker's own proxy carries no container's name; its client finds it by the port. */
static bool find_container(struct iu_remedy_context *m)
{
	const char *client = "docker";

	if (m->holder && m->holder->name && (!strcmp(m->holder->name, "conmon") ||
						     !strncmp(m->holder->name, "rootlessport", 12) ||
						     !strncmp(m->holder->name, "pasta", 5)))
		client = "podman";
	m->remedy->summary = iu_phrase(m->arena,
		"find the container that publishes the port, then stop it with %s stop", client);
	m->remedy->needs_root = !is_privileged(m) && m->blocker->socket.uid_known &&
				m->blocker->socket.uid != m->snapshot->host.uid;
	if (!command(m, client) || !command(m, "ps"))
		return false;
	/* podman has no such filter */
	return !strcmp(client, "podman") ||
	       (command(m, "--filter") &&
		       command(m,
			       iu_phrase(m->arena, "publish=%u", (unsigned int)m->question->port)));
}

static bool stop_container(struct iu_remedy_context *m)
{
	const char *id = NULL, *engine = NULL, *program;

	if (!m->blocker)
		return false;
	if (m->holder) {
		id = m->holder->container;
		engine = m->holder->engine;
	}
	if (!id)
		id = m->blocker->socket.container;
	if (!id)
		return m->verdict->cause == IU_CAUSE_CONTAINER_PORT && m->question->port
			? find_container(m)
			: false;
	m->remedy->summary = iu_phrase(m->arena, "stop the container %s%s%s",
		iu_phrase_container(m->arena, id,
			m->holder && m->holder->container ? m->holder->container_name : NULL),
		engine ? " of " : "",
		engine ? iu_safe(m->arena, engine, 20) : "");
	m->remedy->needs_root = !is_privileged(m) && m->holder && m->holder->uid_known &&
				m->holder->uid != m->snapshot->host.uid;
	program = stop_word(engine);
	if (engine && !program)
		return true; /* an engine without a command that would surely fit */
	return command(m, program ? program : "docker") && command(m, "stop") &&
	       command(m, short_id(m, id));
}

/* Never pid 1, never the one who looks, never who only has the other end. */
static bool may_kill(const struct iu_remedy_context *m, int32_t pid)
{
	return pid > 1 && pid != m->snapshot->host.pid;
}

/* Whether ending its holders is a remedy for this blocker: any left over still holds the port. */
static bool ends_with_process(const struct iu_blocker *b)
{
	const struct iu_cause_row *row = iu_cause_row(b->cause);
	size_t i;

	for (i = 0; row && i < IU_CAUSE_REMEDIES_MAX && row->remedies[i]; i++)
		if (row->remedies[i] == IU_REMEDY_STOP_PROCESS)
			return true;
	return false;
}

static size_t collect_pids(const struct iu_remedy_context *m, int32_t pids[KILL_MAX], size_t *ret_more)
{
	const struct iu_verdict *verdict = m->verdict;
	size_t i, k, j, n = 0, more = 0;

	for (i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		if (!ends_with_process(b) || b->certain != verdict->blockers.v[0].certain)
			continue;
		for (k = 0; k < b->holds.n; k++) {
			int32_t pid = m->snapshot->holds.v[b->holds.v[k]].pid;

			for (j = 0; j < n && pids[j] != pid; j++)
				;
			if (j < n || !may_kill(m, pid))
				continue;
			if (n < KILL_MAX)
				pids[n++] = pid;
			else
				more++;
		}
	}
	*ret_more = more;
	return n;
}

/* The one that the others descend from comes first: it would start them again. */
static void leader_first(const struct iu_remedy_context *m, int32_t *pids, size_t n)
{
	size_t i, k;

	for (i = 0; i < n; i++) {
		const struct iu_process *p = iu_snapshot_process(m->snapshot, pids[i]);
		bool has_parent = false;

		for (k = 0; p && k < n; k++)
			has_parent |= k != i && pids[k] == p->ppid;
		if (!p || has_parent)
			continue;
		for (k = i; k > 0; k--) {
			const struct iu_process *before = iu_snapshot_process(m->snapshot, pids[k - 1]);
			int32_t pid = pids[k];

			if (!before || before->ppid != p->pid)
				break;
			pids[k] = pids[k - 1];
			pids[k - 1] = pid;
		}
	}
}

static bool others_process(const struct iu_remedy_context *m, int32_t pid)
{
	const struct iu_process *p = iu_snapshot_process(m->snapshot, pid);

	return !p || !p->uid_known || p->uid != m->snapshot->host.uid;
}

static bool stop_process(struct iu_remedy_context *m)
{
	int32_t pids[KILL_MAX];
	size_t i, more, n = collect_pids(m, pids, &more);

	if (!n && m->blocker && m->blocker->cause == IU_CAUSE_DESCRIPTOR_IN_FLIGHT &&
		!m->blocker->holds.n && !m->snapshot->suspects.n) {
		m->remedy->summary = "open and close any UNIX socket: the kernel then collects messages that nobody can reach";
		m->remedy->risk = IU_RISK_NONE;
		return true;
	}
	if (!n || !m->blocker)
		return false;
	leader_first(m, pids, n);
	if (!command(m, "kill"))
		return false;
	for (i = 0; i < n; i++) {
		if (!command(m, number(m, pids[i])))
			return false;
		m->remedy->needs_root |= !is_privileged(m) && others_process(m, pids[i]);
	}
	m->remedy->summary = n == 1 && !more
		? iu_phrase(m->arena, "ask %s to end",
			  iu_phrase_pid(m->arena, m->snapshot, pids[0]))
		: iu_phrase(m->arena, "ask %s and %zu more to end",
			  iu_phrase_pid(m->arena, m->snapshot, pids[0]), n - 1 + more);
	if (more)
		m->remedy->summary = iu_phrase(m->arena, "%s; the command has room for %d of them",
			m->remedy->summary, KILL_MAX);
	if (m->question->protocol == IU_PROTOCOL_UNIX && !m->question->abstract)
		m->remedy->summary = iu_phrase(m->arena,
			"%s; if its socket file is still there afterwards, remove that too",
			m->remedy->summary);
	return true;
}

static bool resume_job(struct iu_remedy_context *m)
{
	const struct iu_process *p = m->holder;

	if (!p)
		return false;
	if (p->state == IU_PROCESS_TRACED) {
		m->remedy->summary = iu_phrase(m->arena, "let the debugger of %s go on or detach",
			iu_phrase_process(m->arena, p));
		return true;
	}
	if (p->state == IU_PROCESS_FROZEN) {
		m->remedy->summary = iu_phrase(m->arena, "thaw the cgroup of %s",
			iu_phrase_process(m->arena, p));
		m->remedy->needs_root = !is_privileged(m);
		if (!can_stop_unit(p->unit))
			return true;
		return command(m, "systemctl") && command(m, "thaw") && command(m, p->unit);
	}
	m->remedy->needs_root = !is_privileged(m) && others_process(m, p->pid);
	m->remedy->summary = iu_phrase(m->arena, p->tty
			? "let %s go on (or type fg in its terminal), then end it properly"
			: "let %s go on, then end it properly",
		iu_phrase_process(m->arena, p));
	return command(m, "kill") && command(m, "-CONT") && command(m, number(m, p->pid));
}

static bool close_on_exec(struct iu_remedy_context *m)
{
	m->remedy->summary = "in the server: open the socket with SOCK_CLOEXEC, so that the programs it starts do not inherit it";
	return true;
}

/* Whether the holders' own option allows it: their sockets need SO_REUSEADDR as well. */
static enum iu_tri holders_reuseaddr(const struct iu_remedy_context *m)
{
	enum iu_tri all = IU_YES;
	size_t i;

	for (i = 0; i < m->verdict->blockers.n; i++) {
		const struct iu_socket *s = &m->verdict->blockers.v[i].socket;

		if (s->reuseaddr == IU_NO || s->state == IU_STATE_LISTEN)
			return IU_NO;
		if (s->reuseaddr == IU_UNKNOWN)
			all = IU_UNKNOWN;
	}
	return all;
}

static bool set_reuseaddr(struct iu_remedy_context *m)
{
	enum iu_tri helps;

	if (!m->evaluation || m->question->options.reuseaddr)
		return false;
	m->remedy->tried = iu_remedy_tried(m, m->question->port, true);
	helps = m->remedy->tried != IU_UNKNOWN ? m->remedy->tried : holders_reuseaddr(m);
	if (helps == IU_NO && !iu_is_closing(&m->blocker->socket))
		return false;
	if (m->remedy->tried == IU_YES)
		m->remedy->summary = "set SO_REUSEADDR before bind(): it works right now";
	else if (helps == IU_YES)
		m->remedy->summary = "set SO_REUSEADDR before bind(): the sockets there have it set too";
	else if (helps == IU_NO)
		m->remedy->summary = "set SO_REUSEADDR before bind(): it does not help now, as the program before did not set it, but from the next restart on";
	else
		m->remedy->summary = "set SO_REUSEADDR before bind(): it helps if the sockets there had it set too, at the latest from the next restart on";
	return true;
}

static bool set_reuseport(struct iu_remedy_context *m)
{
	if (m->blocker && m->blocker->sharing == IU_SHARING_USERS_DIFFER)
		return false;
	m->remedy->summary = "set SO_REUSEPORT in the program that has the port as well, before its bind()";
	return true;
}

static bool same_user(struct iu_remedy_context *m)
{
	const struct iu_socket *s;

	if (!m->blocker || m->blocker->sharing != IU_SHARING_USERS_DIFFER)
		return false;
	s = &m->blocker->socket;
	m->remedy->summary = iu_phrase(m->arena, "run both as the same user: the holder is %s",
		iu_phrase_user(m->arena, s->user, s->uid_known, s->uid));
	return true;
}

static int64_t longest_timer(const struct iu_remedy_context *m)
{
	int64_t longest = -1;
	size_t i;

	for (i = 0; i < m->verdict->blockers.n; i++)
		if (m->verdict->blockers.v[i].socket.timer_ms > longest &&
			iu_is_closing(&m->verdict->blockers.v[i].socket))
			longest = m->verdict->blockers.v[i].socket.timer_ms;
	return longest;
}

static bool wait_for_it(struct iu_remedy_context *m)
{
	int64_t longest = longest_timer(m);

	switch (m->verdict->cause) {
	case IU_CAUSE_TIME_WAIT:
		m->remedy->summary = longest >= 0
			? iu_phrase(m->arena, "wait %lld s, then the port is free by itself",
				  (long long)((longest + 999) / 1000))
			: "wait: TIME-WAIT ends by itself within 60 s";
		return true;
	case IU_CAUSE_CLOSING_CONNECTION:
		m->remedy->summary = "wait: the kernel gives up on it, mostly within a minute or two";
		return true;
	case IU_CAUSE_OPEN_CONNECTION:
		m->remedy->summary = "wait until the connections have ended";
		return true;
	case IU_CAUSE_ADDRESS_TENTATIVE:
		m->remedy->summary = "wait two seconds and try again";
		return true;
	default: break; /* the table of causes offers it nowhere else */
	}
	return false;
}

static bool destroy_socket(struct iu_remedy_context *m)
{
	const char *state;

	if (!m->blocker || m->question->protocol != IU_PROTOCOL_TCP)
		return false;
	state = iu_state_name(m->blocker->socket.state);
	m->remedy->needs_root = m->snapshot->host.cap_net_admin != IU_YES;
	m->remedy->summary = "have the kernel drop what is left of the connection";
	return command(m, "ss") && command(m, "-K") && command(m, "-t") && command(m, "state") &&
	       command(m, state) && command(m, "sport") && command(m, "=") &&
	       command(m, iu_phrase(m->arena, ":%u", (unsigned int)m->question->port));
}

/* The list is replaced as a whole, so what is reserved already has to be written again. */
static bool reserve_port(struct iu_remedy_context *m)
{
	const struct iu_sysctls *sysctls = &m->snapshot->sysctls;
	const char *list = "";
	size_t i;

	if (iu_in_range(sysctls, m->question->port) == IU_NO || !m->question->port)
		return false;
	for (i = 0; i < sysctls->reserved.n; i++)
		list = iu_phrase(m->arena,
			sysctls->reserved.v[i].first == sysctls->reserved.v[i].last ? "%s%u,"
										    : "%s%u-%u,",
			list, (unsigned int)sysctls->reserved.v[i].first,
			(unsigned int)sysctls->reserved.v[i].last);
	m->remedy->needs_root = !is_privileged(m);
	m->remedy->summary = iu_phrase(m->arena,
		"keep the system from choosing port %u for connections, from now on",
		(unsigned int)m->question->port);
	return command(m, "sysctl") && command(m, "-w") &&
	       command(m, iu_phrase(m->arena, "net.ipv4.ip_local_reserved_ports=%s%u", list,
				  (unsigned int)m->question->port));
}

static bool run_as_root(struct iu_remedy_context *m)
{
	if (is_privileged(m) || !m->question->text)
		return false;
	m->remedy->needs_root = true;
	m->remedy->summary = "look again as root, who may see the descriptors of every process";
	return command(m, "sudo") && command(m, "inuse") && command(m, m->question->text);
}

static bool remove_socket_file(struct iu_remedy_context *m)
{
	char *path = iu_arena_strndup(m->arena, m->question->path, m->question->path_len);

	if (!path || m->question->abstract)
		return false;
	m->remedy->needs_root = !is_privileged(m) && m->blocker && m->blocker->socket.uid_known &&
				m->blocker->socket.uid != m->snapshot->host.uid;
	m->remedy->summary = "remove the file, nobody can be reached through it any more";
	return command(m, "rm") && command(m, "--") && command(m, path);
}

static bool use_path(struct iu_remedy_context *m)
{
	m->remedy->summary = "use another path, or move away what lies there if nobody needs it";
	return true;
}

static bool widen_range(struct iu_remedy_context *m)
{
	const struct iu_sysctls *sysctls = &m->snapshot->sysctls;
	int32_t first = sysctls->unprivileged_port_start > 1024 ? sysctls->unprivileged_port_start
								: 1024;

	if (sysctls->port_first <= 10000 && sysctls->port_last >= 65535)
		return false;
	if (sysctls->port_first > 10000)
		first = 10000;
	m->remedy->needs_root = !is_privileged(m);
	m->remedy->summary = iu_phrase(m->arena, "let the system choose from %d-65535", (int)first);
	return command(m, "sysctl") && command(m, "-w") &&
	       command(m, iu_phrase(m->arena, "net.ipv4.ip_local_port_range=%d 65535", (int)first));
}

static bool grant_capability(struct iu_remedy_context *m)
{
	const char *program = m->question->program;

	m->remedy->needs_root = true;
	if (!program || !m->question->program_known || program[0] != '/') {
		m->remedy->summary = "give the program CAP_NET_BIND_SERVICE: setcap on its file, or AmbientCapabilities= in its unit";
		return true;
	}
	m->remedy->summary = iu_phrase(m->arena, "allow %s to bind such ports",
		iu_safe(m->arena, program, 80));
	return command(m, "setcap") && command(m, "cap_net_bind_service=+ep") &&
	       command(m, program);
}

static bool freebind(struct iu_remedy_context *m)
{
	m->remedy->summary = "if the address comes later: set IP_FREEBIND on the socket before bind()";
	return true;
}

static bool kernel_hint(struct iu_remedy_context *m)
{
	const struct iu_kernel_use *use =
		m->blocker ? iu_phrase_kernel_use(m->snapshot, &m->blocker->socket) : NULL;
	const struct iu_kernel_user_row *row = iu_kernel_user_row(
		use ? use->user : IU_KERNEL_UNKNOWN);
	size_t i;

	m->remedy->summary = row->help;
	m->remedy->needs_root = !is_privileged(m);
	for (i = 0; use && i < IU_COUNT(row->command) && row->command[i]; i++) {
		const char *word = row->command[i];

		if (!strcmp(word, "%s"))
			word = use->name;
		else if (!strcmp(word, "%u"))
			word = number(m, use->id);
		if (!word || !command(m, word))
			return false;
	}
	return true;
}

static bool policy_hint(struct iu_remedy_context *m)
{
	m->remedy->summary = "look at SocketBindAllow=, SocketBindDeny= and SystemCallFilter= of the unit, and at the security module's log (journalctl -k)";
	return true;
}

/* WSL starts programs of Windows by their file names. */
static bool windows_hint(struct iu_remedy_context *m)
{
	const char *list = m->question->protocol == IU_PROTOCOL_UDP ? "udp" : "tcp";

	m->remedy->summary = "ask the Windows side: this shows who listens there and which ports are reserved; inuse --from - explains what it prints";
	return command(m, "cmd.exe") && command(m, "/c") &&
	       command(m, iu_phrase(m->arena,
				  "netstat -anoq & tasklist /svc /fo csv & netsh int ipv4 show excludedportrange protocol=%s",
				  list));
}

/* Each returns false where it cannot help. */
static bool (*const makers[IU_REMEDY_COUNT])(struct iu_remedy_context *m) = {
	[IU_REMEDY_STOP_UNIT] = stop_unit,
	[IU_REMEDY_STOP_CONTAINER] = stop_container,
	[IU_REMEDY_STOP_PROCESS] = stop_process,
	[IU_REMEDY_USE_PORT] = iu_remedy_use_port,
	[IU_REMEDY_BIND_ADDRESS] = iu_remedy_bind_address,
	[IU_REMEDY_REUSE_INSTANCE] = iu_remedy_reuse_instance,
	[IU_REMEDY_RESUME_JOB] = resume_job,
	[IU_REMEDY_CLOSE_ON_EXEC] = close_on_exec,
	[IU_REMEDY_SET_REUSEADDR] = set_reuseaddr,
	[IU_REMEDY_SET_REUSEPORT] = set_reuseport,
	[IU_REMEDY_SAME_USER] = same_user,
	[IU_REMEDY_WAIT] = wait_for_it,
	[IU_REMEDY_DESTROY_SOCKET] = destroy_socket,
	[IU_REMEDY_RETRY] = iu_remedy_retry,
	[IU_REMEDY_RESERVE_PORT] = reserve_port,
	[IU_REMEDY_RUN_AS_ROOT] = run_as_root,
	[IU_REMEDY_REMOVE_SOCKET_FILE] = remove_socket_file,
	[IU_REMEDY_USE_PATH] = use_path,
	[IU_REMEDY_WIDEN_RANGE] = widen_range,
	[IU_REMEDY_GRANT_CAPABILITY] = grant_capability,
	[IU_REMEDY_FREEBIND] = freebind,
	[IU_REMEDY_KERNEL_HINT] = kernel_hint,
	[IU_REMEDY_POLICY_HINT] = policy_hint,
	[IU_REMEDY_FIX_PROGRAM] = iu_remedy_fix_program,
	[IU_REMEDY_WINDOWS_HINT] = windows_hint,
};

/* Whose process it is has to be said when it is another user's. */
static bool name_user(struct iu_remedy_context *m)
{
	const struct iu_process *p = m->holder;

	if (!p || !p->uid_known || p->uid == m->snapshot->host.uid)
		return true;
	return command(m, "--user") &&
	       command(m, p->user ? p->user : iu_phrase(m->arena, "%u", (unsigned int)p->uid));
}

/* "systemctl [--user [--machine=…]] stop UNIT", or a signal: `inuse free` does the same. */
static bool stops_unit(const struct iu_strings *command)
{
	size_t i;

	if (command->n >= 3 && !strcmp(command->v[0], "kill"))
		return true;
	for (i = 1; i + 1 < command->n; i++)
		if (!strcmp(command->v[i], "stop"))
			return true;
	return false;
}

/*
 * What `inuse free` or `inuse wait` does better than the bare command (it re-checks whom it means
 * and proves the result) is offered as that; the bare command stays in `raw`. @freeing: one remedy
 * before is `inuse free` already, which takes the best lever: a second one needs its own command.
 */
static void offer_ours(struct iu_remedy_context *m, bool *freeing)
{
	struct iu_remedy *remedy = m->remedy;
	const char *verb = NULL;

	switch (remedy->id) {
	case IU_REMEDY_STOP_UNIT:
		if (!stops_unit(&remedy->command))
			return;
		verb = "free";
		break;
	case IU_REMEDY_STOP_CONTAINER:
	case IU_REMEDY_STOP_PROCESS:
	case IU_REMEDY_REMOVE_SOCKET_FILE:
		/* a pod's container would be started again; of an exhausted range nobody is to blame */
		if (!remedy->command.n || !strcmp(remedy->command.v[0], "crictl") ||
			m->verdict->cause == IU_CAUSE_EPHEMERAL_EXHAUSTED)
			return;
		verb = "free";
		break;
	case IU_REMEDY_DESTROY_SOCKET: verb = "free"; break;
	case IU_REMEDY_WAIT: verb = "wait"; break;
	default: return;
	}
	if (!m->question->text || (*freeing && remedy->id != IU_REMEDY_DESTROY_SOCKET &&
					  remedy->id != IU_REMEDY_WAIT))
		return;
	remedy->raw = remedy->command;
	remedy->command = (struct iu_strings){0};
	if (!command(m, "inuse") || !command(m, verb))
		return;
	if (remedy->id == IU_REMEDY_DESTROY_SOCKET)
		command(m, "--force");
	else if (remedy->id == IU_REMEDY_STOP_PROCESS || remedy->id == IU_REMEDY_STOP_UNIT ||
		 remedy->id == IU_REMEDY_STOP_CONTAINER)
		name_user(m);
	command(m, m->question->text);
	*freeing |= !strcmp(verb, "free");
}

bool iu_linux_remedy(struct iu_remedy_context *m, bool *freeing)
{
	if (!makers[m->remedy->id] || !makers[m->remedy->id](m))
		return false;
	offer_ours(m, freeing);
	return true;
}
