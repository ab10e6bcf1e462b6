/* engine/linux/remedies.c - what helps on Linux, in steps that can be done now */
#include "engine/linux/remedies.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/linux/again.h"
#include "engine/linux/around.h"
#include "engine/linux/ipv6.h"
#include "engine/linux/levers.h"
#include "engine/linux/spared.h"
#include "engine/lock.h"
#include "engine/machine.h"
#include "engine/phrase.h"
#include "knowledge/causes.h"
#include "knowledge/cgroups.h"
#include "knowledge/engines.h"
#include "knowledge/interpreters.h"
#include "knowledge/kernel-users.h"
#include "knowledge/ports.h"
#include "knowledge/protected.h"

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

static struct iu_lever_context levers(const struct iu_remedy_context *m)
{
	return (struct iu_lever_context){m->arena, m->question, m->snapshot};
}

/* What a lever does is the remedy as it stands; `inuse free` pulls it, too. */
static bool take(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	m->remedy->command = lever->argv;
	m->remedy->needs_root = lever->needs_root;
	m->remedy->acts = lever->argv.n > 0;
	return true;
}

static bool take_unit(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	m->remedy->summary = iu_phrase(m->arena,
		"stop %s%s, so that its manager does not start it again",
		lever->unit.second ? "both units of " : "", iu_safe(m->arena, lever->unit.name, 80));
	m->remedy->title = iu_phrase(m->arena, "stop %s%s", lever->unit.second ? "both units of " : "",
		iu_safe(m->arena, lever->unit.name, 80));
	return take(m, lever);
}

static bool stop_activation(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;

	if (iu_linux_is_bsd(m->snapshot)) {
		m->remedy->summary = "find the service that launchd listens for, then take it out with launchctl bootout (what System Settings starts is stopped there, under Sharing)";
		return command(m, "sudo") && command(m, "launchctl") && command(m, "list");
	}
	if (!iu_linux_lever_activator(&c, m->blocker, &m->holder, &lever)) {
		m->remedy->summary = "find the socket unit that listens there, then stop it with systemctl stop";
		return command(m, "systemctl") &&
		       (!m->holder || m->holder->pid == 1 || command(m, "--user")) &&
		       command(m, "list-sockets") && command(m, "--all");
	}
	if (lever.kind == IU_STEP_STOP_UNIT)
		return take_unit(m, &lever);
	m->remedy->summary = iu_phrase(m->arena,
		"stop %s, or take the service out of what it listens for",
		iu_phrase_process(m->arena, m->holder));
	take(m, &lever);
	m->remedy->acts = false; /* the second way spares what else it listens for */
	return true;
}

static bool stop_unit(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	enum iu_way way = iu_cause_rule(m->snapshot, m->verdict->cause)->lever;
	struct iu_lever lever;
	const char *unit;

	if (!m->blocker)
		return false;
	if (way == IU_WAY_ACTIVATOR)
		return stop_activation(m);
	if (way == IU_WAY_MESSAGE)
		return iu_linux_lever_store(&c, m->blocker, &lever) && take_unit(m, &lever);
	unit = m->holder && m->holder->unit ? m->holder->unit : m->blocker->socket.unit;
	return iu_linux_lever_unit(&c, m->blocker, m->holder, unit, &lever) &&
	       take_unit(m, &lever);
}

/* Long identifiers are shown as the engines themselves shorten them. */
static const char *short_id(struct iu_remedy_context *m, const char *id)
{
	size_t len = strlen(id);

	if (len == 64 && strspn(id, "0123456789abcdef") == len)
		return iu_arena_strndup(m->arena, id, 12);
	return id;
}

/* By the name that its user gave it; what a compose file made is stopped by its service, too. */
static void word_container(struct iu_remedy_context *m, const struct iu_lever *lever, const char *name)
{
	const struct iu_process *p = m->holder;
	struct iu_strings words = {0};

	name = iu_safe(m->arena, name, 64);
	m->remedy->title = iu_phrase(m->arena, "stop container %s", name);
	m->remedy->summary = m->remedy->title;
	if (p && p->service && lever->container.program) {
		iu_strings_add(m->arena, &words, lever->container.program);
		iu_strings_add(m->arena, &words, "compose");
		if (p->project) {
			iu_strings_add(m->arena, &words, "-p");
			iu_strings_add(m->arena, &words, p->project);
		}
		iu_strings_add(m->arena, &words, "stop");
		iu_strings_add(m->arena, &words, p->service);
		m->remedy->title = iu_phrase(m->arena, "%s (or %s)", m->remedy->title,
			iu_phrase_shell(m->arena, words.v, words.n));
		m->remedy->summary = m->remedy->title;
	}
}

static bool find_container(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;

	const struct iu_proxy_row *proxy = m->holder ? iu_proxy_of(m->holder) : NULL;

	/* a forwarder whose network is gone serves no machine any more */
	if (proxy && proxy->engine && !strcmp(proxy->engine, "libvirt") && m->holder->left_over != IU_YES) {
		m->remedy->summary = "shut down the virtual machine whose port it is, or take the forward out of its definition";
		return command(m, "virsh") && command(m, "list");
	}
	if (iu_cause_rule(m->snapshot, m->verdict->cause)->lever != IU_WAY_CONTAINER ||
		!iu_linux_lever_published(&c, m->blocker, m->holder, &lever))
		return false;
	if (m->holder && m->holder->container_name && *m->holder->container_name != '-') {
		iu_lever_words(m->arena, &lever, lever.container.program, "stop", m->holder->container_name, NULL);
		word_container(m, &lever, m->holder->container_name);
		return take(m, &lever);
	}
	m->remedy->summary = iu_phrase(m->arena,
		"find the container that publishes the port, then stop it with %s stop",
		lever.container.program);
	return take(m, &lever);
}

/* "svc/web": no container, but a service of Kubernetes, whose port every node keeps. */
static bool is_cluster_service(const struct iu_lever *lever)
{
	return lever->container.engine && !strcmp(lever->container.engine, "kubernetes");
}

/* LXD, Incus: "forkproxy" has the port for a device of a container. */
static bool remove_device(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	m->remedy->summary = iu_phrase(m->arena,
		"take the proxy device %s away from the container %s, or give it another port (listen=)",
		iu_safe(m->arena, lever->argv.v[lever->argv.n - 1], IU_NAME_COLUMNS),
		iu_safe(m->arena, lever->container.id, 64));
	take(m, lever);
	m->remedy->acts = false;
	return true;
}

static bool edit_service(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	m->remedy->summary = iu_phrase(m->arena,
		"give the service %s another port of the nodes (nodePort), or delete it",
		iu_safe(m->arena, lever->container.id, 80));
	return command(m, "kubectl") && command(m, "edit") && command(m, lever->container.id);
}

/* A container that its node would start again: its pod, which a cgroup names by its uid alone. */
static bool delete_pod(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	const char *cgroup = m->holder ? m->holder->cgroup : m->blocker->socket.cgroup;
	struct iu_cgroup_names names = {0};

	if (cgroup && iu_cgroup_names(m->arena, cgroup, &names) < 0)
		return false;
	m->remedy->summary = iu_phrase(m->arena,
		"find the pod of the container %s, then delete it or scale down what made it, with kubectl: the node starts a container again that is only stopped",
		iu_phrase_container(m->arena, lever->container.id, lever->container.name));
	if (!names.pod)
		return command(m, "kubectl") && command(m, "get") && command(m, "pods") && command(m, "-A");
	return command(m, "kubectl") && command(m, "get") && command(m, "pods") && command(m, "-A") &&
	       command(m, "-o") &&
	       command(m, iu_phrase(m->arena,
				  "jsonpath={range .items[?(@.metadata.uid==\"%s\")]}{.metadata.namespace}/{.metadata.name}{\"\\n\"}{end}",
				  iu_safe(m->arena, names.pod, 64)));
}

/* A rootless engine obeys its own user: the command says as whom. */
static bool as_owner(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	const struct iu_step_container *container = &lever->container;
	const char *user;

	if (!container->owner_known || container->owner == m->snapshot->host.uid || !lever->argv.n)
		return false;
	user = m->holder && m->holder->user && m->holder->uid == container->owner
		? m->holder->user
		: iu_phrase(m->arena, "#%u", (unsigned int)container->owner);
	m->remedy->summary = iu_phrase(m->arena, "%s, as its user", m->remedy->summary);
	m->remedy->title = NULL;
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	if (!command(m, "sudo") || !command(m, "-u") || !command(m, user) || !command(m, "env") ||
		!command(m, iu_phrase(m->arena, "XDG_RUNTIME_DIR=/run/user/%u",
				    (unsigned int)container->owner)))
		return false;
	for (size_t i = 0; i < lever->argv.n; i++)
		command(m, lever->argv.v[i]);
	return true;
}

static bool is_by_hand(const struct iu_lever *lever)
{
	const struct iu_engine_row *row = iu_engine(lever->container.engine);

	return row && row->by_hand;
}

/* A whole machine, or a container that is like one. */
static void word_machine(struct iu_remedy_context *m, const struct iu_lever *lever)
{
	const struct iu_engine_row *row = iu_engine(lever->container.engine);
	bool machine = !strcmp(lever->container.engine, "libvirt");

	m->remedy->summary = iu_phrase(m->arena, "%s the %s %s of %s%s%s", machine ? "shut down" : "stop",
		machine ? "virtual machine" : "container", iu_safe(m->arena, lever->container.id, 64),
		lever->container.engine, row->also ? "; " : "", row->also ? row->also : "");
}

static bool stop_container(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	const struct iu_engine_row *row;
	struct iu_lever lever;

	if (!m->blocker)
		return false;
	if (iu_linux_lever_device(&c, m->blocker, m->holder, &lever))
		return remove_device(m, &lever);
	if (!iu_linux_lever_container(&c, m->blocker, m->holder, &lever))
		return find_container(m);
	if (is_cluster_service(&lever))
		return edit_service(m, &lever);
	row = iu_engine(lever.container.engine);
	if (row && row->pods)
		return delete_pod(m, &lever);
	m->remedy->summary = iu_phrase(m->arena, "stop the container %s%s%s",
		iu_phrase_container(m->arena, lever.container.id, lever.container.name),
		lever.container.engine ? " of " : "",
		lever.container.engine ? iu_safe(m->arena, lever.container.engine, 20) : "");
	if (lever.argv.n)
		lever.argv.v[lever.argv.n - 1] = short_id(m, lever.container.id);
	if (m->holder && m->holder->container_name && *m->holder->container_name != '-' && lever.argv.n && !is_by_hand(&lever)) {
		lever.argv.v[lever.argv.n - 1] = m->holder->container_name;
		word_container(m, &lever, m->holder->container_name);
	}
	if (is_by_hand(&lever))
		word_machine(m, &lever);
	if (as_owner(m, &lever))
		return true;
	take(m, &lever);
	m->remedy->acts &= !is_by_hand(&lever);
	return true;
}

/* Never pid 1, never the one who looks, never who only has the other end. */
static bool may_kill(const struct iu_remedy_context *m, int32_t pid)
{
	return pid > 1 && pid != m->snapshot->host.pid;
}

/* Holders of blockers for which ending them is a remedy: any left over still holds the port. */
static size_t collect_holds(const struct iu_remedy_context *m,
	const struct iu_hold *holds[KILL_MAX], size_t *ret_more)
{
	const struct iu_verdict *verdict = m->verdict;
	size_t j, n = 0, more = 0;

	for (size_t i = 0; i < verdict->blockers.n; i++) {
		const struct iu_blocker *b = &verdict->blockers.v[i];

		if (!iu_cause_helps(b->cause, IU_REMEDY_STOP_PROCESS) ||
			(b->cause == IU_CAUSE_CONTAINER_PORT && b->cause != verdict->cause) ||
			b->certain != verdict->blockers.v[0].certain)
			continue;
		for (size_t k = 0; k < b->holds.n; k++) {
			const struct iu_hold *hold = &m->snapshot->holds.v[b->holds.v[k]];

			for (j = 0; j < n && holds[j]->pid != hold->pid; j++)
				;
			if (j < n || !may_kill(m, hold->pid))
				continue;
			if (n < KILL_MAX)
				holds[n++] = hold;
			else
				more++;
		}
	}
	*ret_more = more;
	return n;
}

/* The one that the others descend from comes first: it would start them again. */
static void leader_first(
	const struct iu_remedy_context *m, const struct iu_hold **holds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct iu_process *p = iu_snapshot_process(m->snapshot, holds[i]->pid);
		bool has_parent = false;

		for (size_t k = 0; p && k < n; k++)
			has_parent |= k != i && holds[k]->pid == p->ppid;
		if (!p || has_parent)
			continue;
		for (size_t k = i; k > 0; k--) {
			const struct iu_hold *hold = holds[k];
			const struct iu_process *before =
				iu_snapshot_process(m->snapshot, holds[k - 1]->pid);

			if (!before || before->ppid != p->pid)
				break;
			holds[k] = holds[k - 1];
			holds[k - 1] = hold;
		}
	}
}

/* The levers of several processes are one command. */
static bool end_together(
	struct iu_remedy_context *m, const struct iu_hold *const *holds, size_t n)
{
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;

	for (size_t i = 0; i < n; i++) {
		if (!iu_linux_lever_process(&c, m->blocker, holds[i],
			    iu_snapshot_process(m->snapshot, holds[i]->pid), &lever))
			return false;
		for (size_t k = i ? 1 : 0; k < lever.argv.n; k++)
			if (!command(m, lever.argv.v[k]))
				return false;
		m->remedy->needs_root |= lever.needs_root;
	}
	return true;
}

/* `inuse free` pulls the plug of a machine only with --force. */
static struct iu_spared machine_of(struct iu_remedy_context *m, const struct iu_process *p)
{
	const char *machine = iu_machine_phrase(m->arena, p), *close = NULL;

	if (!machine)
		return (struct iu_spared){0};
	if (m->verdict->cause == IU_CAUSE_PORT_FORWARD)
		close = iu_machine_close(m->arena, p);
	return (struct iu_spared){.why = machine,
		.instead = iu_phrase(m->arena, "%s is a matter of its guest: %s%s%s", machine,
			close ? close : "", close ? "; or " : "", iu_machine_shut_down(m->arena, p))};
}

/*
 * What `inuse free` leaves alone for what it is, is not offered: one decision, two readers. What stops
 * its port alone takes the place of the command.
 */
static bool left_alone(struct iu_remedy_context *m, const struct iu_hold *const *holds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct iu_process *p = iu_snapshot_process(m->snapshot, holds[i]->pid);
		struct iu_spared spared = {0};

		if (p)
			spared = iu_linux_spared(m->arena, m->question, p);
		if (p && !spared.why)
			spared = machine_of(m, p);
		if (!spared.why)
			continue;
		m->remedy->summary = spared.instead;
		m->remedy->command = spared.command;
		return true;
	}
	return false;
}

/* A lock has no descriptor: its program is known by the number in it. */
static bool stop_writer(struct iu_remedy_context *m)
{
	const struct iu_path *file = iu_snapshot_path(
		m->snapshot, m->question->target.path, m->question->target.path_len);
	const struct iu_process *p = file ? iu_snapshot_process(m->snapshot, file->lock.holder) : NULL;

	if (!p || file->lock.writer != IU_YES || iu_protected_process(p) || p->pid <= 1)
		return false;
	m->remedy->summary = iu_phrase(m->arena, "stop %s: it removes its lock",
		iu_phrase_process(m->arena, p));
	m->remedy->needs_root = iu_linux_lever_is_foreign(m->snapshot, p);
	return command(m, "kill") && command(m, number(m, p->pid));
}

/* "node": the number is in the headline. */
static const char *name_of(struct iu_remedy_context *m, int32_t pid)
{
	const struct iu_process *p = iu_snapshot_process(m->snapshot, pid);

	return p && p->name ? iu_phrase_safe(m->arena, p->name, IU_NAME_COLUMNS)
			    : iu_phrase_pid(m->arena, m->snapshot, pid);
}

static bool stop_process(struct iu_remedy_context *m)
{
	enum iu_way way = iu_cause_rule(m->snapshot, m->verdict->cause)->lever;
	const struct iu_hold *holds[KILL_MAX];
	size_t more, n = collect_holds(m, holds, &more);
	const char *first;

	if (way == IU_WAY_LOCK)
		return stop_writer(m);
	if (!n && way == IU_WAY_MESSAGE && !m->blocker->holds.n && !m->snapshot->suspects.n) {
		m->remedy->summary = "open and close any UNIX socket: the kernel then collects messages that nobody can reach";
		m->remedy->risk = IU_RISK_NONE;
		return true;
	}
	/* of a container the engine is told, as long as there is one */
	if (way == IU_WAY_CONTAINER && !(m->holder && m->holder->left_over == IU_YES))
		return false;
	if (!n || !m->blocker)
		return false;
	if (left_alone(m, holds, n))
		return m->remedy->summary != NULL;
	leader_first(m, holds, n);
	if (!end_together(m, holds, n))
		return false;
	m->remedy->acts = way != IU_WAY_NONE; /* else none of them is to blame */
	first = iu_phrase_pid(m->arena, m->snapshot, holds[0]->pid);
	m->remedy->summary = n == 1 && !more
		? iu_phrase(m->arena, "stop %s", first)
		: iu_phrase(m->arena, "stop %s and %zu more", first, n - 1 + more);
	if (n == 1 && !more)
		m->remedy->title = iu_phrase(m->arena, "stop %s", name_of(m, holds[0]->pid));
	if (more)
		m->remedy->summary = iu_phrase(m->arena, "%s; the command has room for %d of them",
			m->remedy->summary, KILL_MAX);
	if (m->question->target.protocol == IU_PROTOCOL_UNIX && !m->question->target.abstract)
		m->remedy->title = m->remedy->summary = iu_phrase(m->arena,
			"%s; if its socket file is still there afterwards, remove that too",
			m->remedy->summary);
	return true;
}

static bool resume_job(struct iu_remedy_context *m)
{
	const struct iu_process *p = m->holder;
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;
	char tty[24];

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
		m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
		if (!iu_linux_lever_unit(&c, m->blocker, p, p->unit, &lever))
			return true;
		return command(m, "systemctl") && command(m, "thaw") && command(m, p->unit);
	}
	m->remedy->needs_root = iu_linux_lever_is_foreign(m->snapshot, p);
	m->remedy->summary = iu_phrase(m->arena, "let %s go on", iu_phrase_process(m->arena, p));
	if (iu_process_tty(p->tty, tty))
		m->remedy->summary = iu_phrase(m->arena, "%s: type fg on %s, or", m->remedy->summary, tty);
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

	for (size_t i = 0; i < m->verdict->blockers.n; i++) {
		const struct iu_socket *s = &m->verdict->blockers.v[i].socket;

		if (s->reuseaddr == IU_NO || s->state == IU_STATE_LISTEN)
			return IU_NO;
		if (s->reuseaddr == IU_UNKNOWN)
			all = IU_UNKNOWN;
	}
	return all;
}

/* Datagrams for a group reach all that share the port; any other only one of them. */
static bool share_datagrams(struct iu_remedy_context *m)
{
	bool group = iu_address_is_multicast(&m->question->target.address);

	if (!iu_again_reuseaddr(m) || (!group && !iu_port_is_fixed(m->question->target.port, IU_PROTOCOL_UDP)))
		return false;
	m->remedy->summary = group
		? "set SO_REUSEADDR in both programs before bind(): each of them gets what is sent to the group"
		: "set SO_REUSEADDR in both programs before bind(): a broadcast reaches both, anything else only one";
	return true;
}

static bool set_reuseaddr(struct iu_remedy_context *m)
{
	enum iu_tri helps;

	if (!m->evaluation || (m->question->options.reuseaddr && m->question->target.protocol != IU_PROTOCOL_UDP))
		return false;
	if (m->question->target.protocol == IU_PROTOCOL_UDP)
		return share_datagrams(m);
	m->remedy->tried = iu_remedy_tried(m, m->question->target.port, true);
	helps = m->remedy->tried != IU_UNKNOWN ? m->remedy->tried : holders_reuseaddr(m);
	if (helps == IU_NO && !iu_is_closing(&m->blocker->socket))
		return false;
	if (m->remedy->tried == IU_YES)
		m->remedy->summary = "set SO_REUSEADDR in your server: it helps now";
	else if (helps == IU_YES)
		m->remedy->summary = "set SO_REUSEADDR in your server: the old process had set it too";
	else if (helps == IU_NO)
		m->remedy->summary = "set SO_REUSEADDR in your server: helps from the next restart on (not now: the old process had not set it)";
	else
		m->remedy->summary = "set SO_REUSEADDR in your server: helps now if the old process had set it too, else from the next restart on";
	if (helps == IU_YES)
		iu_again_reuseaddr(m); /* says whether the rules have tried it */
	return true;
}

static bool set_reuseport(struct iu_remedy_context *m)
{
	if (!m->blocker || m->verdict->cause != IU_CAUSE_REUSEPORT_MISMATCH ||
		m->question->options.reuseport)
		return iu_again_reuseport(m);
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

	for (size_t i = 0; i < m->verdict->blockers.n; i++)
		if (m->verdict->blockers.v[i].socket.timer_ms > longest &&
			iu_is_closing(&m->verdict->blockers.v[i].socket))
			longest = m->verdict->blockers.v[i].socket.timer_ms;
	return longest;
}

static bool wait_for_it(struct iu_remedy_context *m)
{
	int64_t longest = longest_timer(m);

	switch (iu_cause_rule(m->snapshot, m->verdict->cause)->lever) {
	case IU_WAY_TIME:
		if (m->blocker->socket.state != IU_STATE_TIME_WAIT)
			m->remedy->summary = "wait: the kernel gives up on it, mostly within a minute or two";
		else if (longest >= 0)
			m->remedy->summary = iu_phrase(m->arena,
				"wait %lld s: it ends by itself",
				(long long)((longest + 999) / 1000));
		else
			m->remedy->summary = "wait: TIME-WAIT ends by itself within 60 s";
		return true;
	case IU_WAY_PROCESSES:
		/* the other end has closed it: a program that does not close it now mostly never does */
		if (m->verdict->endless || (m->blocker && m->blocker->socket.state == IU_STATE_CLOSE_WAIT))
			return false;
		m->remedy->summary = "wait until the connections have ended";
		return true;
	case IU_WAY_ADDRESS:
		if (m->verdict->endless)
			return false;
		m->remedy->summary = "wait two seconds and try again";
		return true;
	default: break; /* the table of causes offers it nowhere else */
	}
	return false;
}

static bool destroy_socket(struct iu_remedy_context *m)
{
	const char *state;

	if (!m->blocker || m->question->target.protocol != IU_PROTOCOL_TCP ||
		iu_linux_is_bsd(m->snapshot))
		return false;
	state = iu_state_name(m->blocker->socket.state);
	m->remedy->needs_root = m->snapshot->host.cap_net_admin != IU_YES;
	m->remedy->summary = "drop the old connection now";
	return command(m, "ss") && command(m, "-K") && command(m, "-t") && command(m, "state") &&
	       command(m, state) && command(m, "sport") && command(m, "=") &&
	       command(m, iu_phrase(m->arena, ":%u", (unsigned int)m->question->target.port));
}

/* The list is replaced as a whole, so what is reserved already has to be written again. */
static bool reserve_port(struct iu_remedy_context *m)
{
	const struct iu_sysctls *sysctls = &m->snapshot->sysctls;
	const char *list = "";

	if (iu_in_range(sysctls, m->question->target.port) == IU_NO || !m->question->target.port)
		return false;
	for (size_t i = 0; i < sysctls->reserved.n; i++)
		list = iu_phrase(m->arena,
			sysctls->reserved.v[i].first == sysctls->reserved.v[i].last ? "%s%u,"
										    : "%s%u-%u,",
			list, (unsigned int)sysctls->reserved.v[i].first,
			(unsigned int)sysctls->reserved.v[i].last);
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	m->remedy->summary = iu_phrase(m->arena,
		"keep the system from choosing port %u for connections, from now on",
		(unsigned int)m->question->target.port);
	return command(m, "sysctl") && command(m, "-w") &&
	       command(m, iu_phrase(m->arena, "net.ipv4.ip_local_reserved_ports=%s%u", list,
				  (unsigned int)m->question->target.port));
}

/* On a machine that is not this one its own tools have to do. */
static bool run_as_root_there(struct iu_remedy_context *m)
{
	bool udp = m->question->target.protocol == IU_PROTOCOL_UDP;
	unsigned int port = m->question->target.port;

	if (m->snapshot->host.pid > 0 && iu_linux_is_privileged(m->snapshot))
		return false; /* root has looked already; of pasted text nobody knows */
	m->remedy->summary = "see which process it is, there";
	if (m->question->target.protocol == IU_PROTOCOL_UNIX)
		return command(m, "sudo") && command(m, "ss") && command(m, "-xlp");
	if (iu_linux_is_bsd(m->snapshot))
		return command(m, "sudo") && command(m, "lsof") && command(m, "-nP") &&
		       command(m, iu_phrase(m->arena, udp ? "-iUDP:%u" : "-iTCP:%u", port));
	return command(m, "sudo") && command(m, "ss") && command(m, udp ? "-ulnp" : "-tlnp") &&
	       command(m, "sport") && command(m, "=") &&
	       command(m, iu_phrase(m->arena, ":%u", port));
}

static bool run_as_root(struct iu_remedy_context *m)
{
	if (m->snapshot->host.recorded)
		return run_as_root_there(m);
	if (iu_linux_is_privileged(m->snapshot) || !m->question->target.text || m->question->asker.root_pid)
		return false;
	m->remedy->needs_root = true;
	m->remedy->summary = "see which process it is";
	return command(m, "sudo") && command(m, "inuse") && iu_remedy_target(m);
}

static bool remove_socket_file(struct iu_remedy_context *m)
{
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;

	if (!iu_linux_lever_file(&c, &lever))
		return false;
	m->remedy->summary = "remove the file (nobody listens there any more)";
	return take(m, &lever);
}

static bool remove_lock_file(struct iu_remedy_context *m)
{
	const struct iu_path *file = iu_snapshot_path(
		m->snapshot, m->question->target.path, m->question->target.path_len);
	struct iu_lever_context c = levers(m);
	struct iu_lever lever;

	if (!file || !iu_linux_lever_lock(&c, file, &lever))
		return false;
	m->remedy->summary = "remove the lock, and the dead socket with it: the program that wrote it is gone";
	return take(m, &lever);
}

/* Another path, or what makes this one usable. */
static bool use_path(struct iu_remedy_context *m)
{
	const struct iu_path *path = iu_snapshot_path(
		m->snapshot, m->question->target.path, m->question->target.path_len);
	const char *lasts = path ? iu_linux_lever_why_kept(path, NULL) : NULL;

	if (m->question->target.protocol != IU_PROTOCOL_UNIX || m->question->target.abstract)
		return false;
	if (m->verdict->cause == IU_CAUSE_STALE_SOCKET_FILE && !lasts)
		return false; /* it is simply removed */
	if (m->verdict->error_number == ENOENT && !(path && path->parent_mode))
		return false; /* the directory is missing, and the path may be right */
	if (path && path->fs_readonly)
		m->remedy->summary = path->lstat_errno
			? "remount its file system for writing, or use a path on another one, below /run for example"
			: "remount its file system for writing, or mount a tmpfs over its directory: as it is nobody can remove the file";
	else if (path && path->mount_point)
		m->remedy->summary = "unmount what is mounted over the file, or use another path";
	else if (lasts)
		m->remedy->summary = "use another path, or let the file be removed: lsattr -d shows what keeps it, chattr -i -a takes that away";
	if (lasts)
		return true;
	m->remedy->summary = path && path->lstat_errno
		? "use a path on a file system that has sockets and room for one, below /run for example"
		: path && path->shared
		? "use another path, or ask where else it is served: only there is seen who has it"
		: m->verdict->cause == IU_CAUSE_HIDDEN_HOLDER
		? "use another path"
		: "use another path, or move away what lies there if nobody needs it";
	return true;
}

static bool free_space(struct iu_remedy_context *m)
{
	m->remedy->summary = "remove files there until inodes are left: df -i shows how many";
	return command(m, "df") && command(m, "-i");
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
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	m->remedy->summary = iu_phrase(m->arena, "let the system choose from %d-65535", (int)first);
	return command(m, "sysctl") && command(m, "-w") &&
	       command(m, iu_phrase(m->arena, "net.ipv4.ip_local_port_range=%d 65535", (int)first));
}

/* Where a file's capabilities count for nothing, whoever starts the program has to give it the right. */
static bool grant_at_start(struct iu_remedy_context *m)
{
	bool run = m->question->asker.rights_known;
	enum iu_tri locked = run ? m->question->asker.no_new_privs : m->snapshot->host.no_new_privs;
	enum iu_tri dropped = run ? m->question->asker.net_bind_dropped : m->snapshot->host.net_bind_dropped;

	if (dropped == IU_YES)
		m->remedy->summary = "start it with the right: it was taken out of its bounding set, so that setcap would only keep it from starting "
				     "(of a container: --cap-add NET_BIND_SERVICE, in Kubernetes capabilities.add; of a unit: CapabilityBoundingSet=, AmbientCapabilities=)";
	else if (locked == IU_YES)
		m->remedy->summary = "start it with the right, or without no_new_privs: with it the capabilities of a file count for nothing "
				     "(of a container: allowPrivilegeEscalation: true; of a unit: AmbientCapabilities=CAP_NET_BIND_SERVICE, NoNewPrivileges=no)";
	return dropped == IU_YES || locked == IU_YES;
}

static bool grant_capability(struct iu_remedy_context *m)
{
	const char *program = m->question->asker.program;

	m->remedy->needs_root = true;
	if (iu_again_taken(m))
		m->remedy->tried = IU_NO; /* with that right alone it would still fail */
	if (grant_at_start(m))
		return true;
	if (m->question->asker.program_has_cap == IU_YES)
		return false; /* it has it already, and something else keeps it from counting */
	if (!program || !m->question->asker.program_known || program[0] != '/') {
		m->remedy->title = "let your program, not an interpreter, bind low ports";
		m->remedy->value = "sudo setcap cap_net_bind_service=+ep FILE";
		m->remedy->summary = "let your program bind low ports: sudo setcap cap_net_bind_service=+ep FILE "
				     "(of an interpreter every script gets the right), or in its unit "
				     "AmbientCapabilities=CAP_NET_BIND_SERVICE";
		return true;
	}
	m->remedy->summary = iu_phrase(m->arena, "let it bind low ports%s",
		iu_is_interpreter(program)
			? " (it is an interpreter: every script that it runs gets the right)"
			: "");
	return command(m, "setcap") && command(m, "cap_net_bind_service=+ep") &&
	       command(m, program);
}

static bool lower_start(struct iu_remedy_context *m)
{
	if (iu_again_taken(m))
		m->remedy->tried = IU_NO;
	if (m->snapshot->host.sysctls_readonly) {
		m->remedy->summary = iu_phrase(m->arena,
			"from outside of this container (/proc/sys is read-only in it) let its programs bind ports from %u up: --sysctl net.ipv4.ip_unprivileged_port_start=%u, in Kubernetes securityContext.sysctls",
			(unsigned int)m->question->target.port, (unsigned int)m->question->target.port);
		return m->question->target.port != 0;
	}
	/* root of a user namespace has no say in the network of another one */
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot) ||
				(!m->snapshot->host.privileged && m->snapshot->host.cap_net_admin == IU_NO);
	m->remedy->summary = iu_phrase(m->arena,
		"let every program bind ports from %u up", (unsigned int)m->question->target.port);
	return m->question->target.port && command(m, "sysctl") && command(m, "-w") &&
	       command(m, iu_phrase(m->arena, "net.ipv4.ip_unprivileged_port_start=%u",
				  (unsigned int)m->question->target.port));
}

static bool freebind(struct iu_remedy_context *m)
{
	m->remedy->summary = "if the address comes later: set IP_FREEBIND before bind()";
	return !m->evaluation || iu_again_elsewhere(m);
}

static bool kernel_hint(struct iu_remedy_context *m)
{
	const struct iu_kernel_use *use =
		m->blocker ? iu_phrase_kernel_use(m->snapshot, &m->blocker->socket) : NULL;
	const struct iu_kernel_user_row *row = iu_kernel_user_row(
		use ? use->user : IU_KERNEL_UNKNOWN);

	m->remedy->summary = row->help;
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	for (size_t i = 0; use && i < IU_COUNT(row->command) && row->command[i]; i++) {
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
	const char *list = m->question->target.protocol == IU_PROTOCOL_UDP ? "udp" : "tcp";

	m->remedy->summary = "ask the Windows side: this shows who listens there and which ports are reserved; inuse --from - explains what it prints";
	return command(m, "cmd.exe") && command(m, "/c") &&
	       command(m, iu_phrase(m->arena,
				  "netstat -anoq & tasklist /svc /fo csv & netsh int ipv4 show excludedportrange protocol=%s",
				  list));
}

/* ---- IPv6 ---- */

static const struct iu_address *asked_address(const struct iu_remedy_context *m)
{
	return m->evaluation && m->evaluation->attempt_count
		? &m->evaluation->attempts[0].request.address
		: NULL;
}

/* IPv4 in place of an IPv6 that is switched off; the interface that has the link-local address. */
static bool bind_address(struct iu_remedy_context *m)
{
	const struct iu_address *asked = asked_address(m);
	const struct iu_local *other;
	const struct iu_interface *interface;
	struct iu_address stand_in;
	char text[IU_ADDRESS_TEXT];

	if (!asked || iu_linux_far_address(m->snapshot, asked))
		return false;
	other = iu_linux_ipv6_elsewhere(m->snapshot, &m->evaluation->attempts[0].request);
	if (other) {
		interface = iu_linux_interface(m->snapshot, other->ifindex);
		stand_in = *asked;
		stand_in.scope = 0;
		m->remedy->summary = iu_phrase(m->arena,
			"bind it on the interface that has it: [%s%%%s]:%u",
			iu_address_format(&stand_in, text),
			interface ? iu_safe(m->arena, interface->name, 32) : number(m, other->ifindex),
			(unsigned int)m->question->target.port);
		return true;
	}
	if (iu_linux_ipv6_asked(m->question, m->snapshot, asked) == IU_IPV6_ON)
		return (m->verdict->cause == IU_CAUSE_ADDRESS_NOT_LOCAL && iu_again_addresses(m)) ||
		       iu_remedy_bind_address(m);
	stand_in = iu_linux_ipv6_stand_in(asked);
	if (stand_in.family == IU_FAMILY_ANY)
		return false;
	m->remedy->summary = iu_phrase(m->arena, "use IPv4: bind %s instead",
		iu_endpoint_format(&stand_in, m->question->target.port, text));
	return true;
}

static bool enable_ipv6(struct iu_remedy_context *m)
{
	const struct iu_address *asked = asked_address(m);
	char *conf;

	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	switch (asked ? iu_linux_ipv6_asked(m->question, m->snapshot, asked) : IU_IPV6_ON) {
	case IU_IPV6_ON: break;
	case IU_IPV6_MISSING:
		m->remedy->summary = "switch IPv6 on: without ipv6.disable=1 on the kernel's command line, and with the module ipv6 loaded";
		return true;
	case IU_IPV6_REFUSED:
		m->remedy->summary = "let the program have IPv6 sockets: AF_INET6 in RestrictAddressFamilies= of its unit, or in the filter of its sandbox";
		m->remedy->needs_root = false;
		return true;
	case IU_IPV6_DISABLED:
		m->remedy->summary = "switch IPv6 on for the interface that has the address";
		conf = iu_arena_strdup(m->arena, iu_linux_ipv6_switch(m->snapshot, asked));
		for (char *c = conf; c && *c; c++)
			if (*c == '.') /* of a VLAN: sysctl(8) */
				*c = '/';
		return command(m, "sysctl") && command(m, "-w") &&
		       command(m, iu_phrase(m->arena, "net.ipv6.conf.%s.disable_ipv6=0", conf ? conf : "all"));
	}
	return false;
}

/* The other end of a cable that is here, too; else it is somewhere else. */
static bool bring_link_up(struct iu_remedy_context *m)
{
	const struct iu_address *asked = asked_address(m);
	const struct iu_interface *idle =
		asked ? iu_linux_ipv6_idle(m->snapshot, asked) : NULL;
	const struct iu_interface *down = idle, *peer;

	if (!idle)
		return false;
	peer = iu_linux_interface(m->snapshot, idle->peer);
	if (idle->up)
		down = peer && !peer->up ? peer : NULL;
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	m->remedy->summary = iu_phrase(m->arena,
		down ? "bring %s up, or add the address with nodad"
		     : "give %s a carrier (its cable, its other end, a port of the bridge), or add the address with nodad",
		iu_safe(m->arena, (down ? down : idle)->name, 32));
	return !down || (command(m, "ip") && command(m, "link") && command(m, "set") &&
				command(m, down->name) && command(m, "up"));
}

/* Each returns false where it cannot help. */
static bool (*const makers[IU_REMEDY_COUNT])(struct iu_remedy_context *m) = {
	[IU_REMEDY_STOP_UNIT] = stop_unit,
	[IU_REMEDY_STOP_CONTAINER] = stop_container,
	[IU_REMEDY_STOP_PROCESS] = stop_process,
	[IU_REMEDY_USE_PORT] = iu_remedy_use_port,
	[IU_REMEDY_BIND_ADDRESS] = bind_address,
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
	[IU_REMEDY_REMOVE_LOCK_FILE] = remove_lock_file,
	[IU_REMEDY_USE_PATH] = use_path,
	[IU_REMEDY_FREE_SPACE] = free_space,
	[IU_REMEDY_WIDEN_RANGE] = widen_range,
	[IU_REMEDY_GRANT_CAPABILITY] = grant_capability,
	[IU_REMEDY_LOWER_UNPRIVILEGED_START] = lower_start,
	[IU_REMEDY_FREEBIND] = freebind,
	[IU_REMEDY_KERNEL_HINT] = kernel_hint,
	[IU_REMEDY_POLICY_HINT] = policy_hint,
	[IU_REMEDY_FIX_PROGRAM] = iu_remedy_fix_program,
	[IU_REMEDY_SET_V6ONLY] = iu_again_v6only,
	[IU_REMEDY_BIND_DEVICE] = iu_again_device,
	[IU_REMEDY_ALLOW_NONLOCAL] = iu_again_nonlocal,
	[IU_REMEDY_NO_PORT_BEFORE_CONNECT] = iu_again_no_port,
	[IU_REMEDY_RESTORE_RANGE] = iu_again_reserved,
	[IU_REMEDY_RESTART_SERVICE] = iu_again_service,
	[IU_REMEDY_WINDOWS_HINT] = windows_hint,
	[IU_REMEDY_BRING_LINK_UP] = bring_link_up,
	[IU_REMEDY_ENABLE_IPV6] = enable_ipv6,
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
	case IU_REMEDY_STOP_CONTAINER:
	case IU_REMEDY_STOP_PROCESS:
	case IU_REMEDY_REMOVE_SOCKET_FILE:
	case IU_REMEDY_REMOVE_LOCK_FILE:
		if (!remedy->acts)
			return;
		verb = "free";
		break;
	case IU_REMEDY_DESTROY_SOCKET: verb = "free"; break;
	case IU_REMEDY_WAIT: verb = "wait"; break;
	default: return;
	}
	/* a command line has no way to say whose root directory a path means */
	if (m->snapshot->host.recorded || m->question->asker.root_pid || !m->question->target.text || (*freeing && remedy->id != IU_REMEDY_DESTROY_SOCKET &&
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
	iu_remedy_target(m);
	*freeing |= !strcmp(verb, "free");
}

/* The number is right in /proc, and another process has it where kill(1) would be typed. */
static void leave_foreign_pids(struct iu_remedy_context *m)
{
	struct iu_remedy *remedy = m->remedy;

	if (!m->snapshot->host.foreign_pids || !remedy->command.n ||
		strcmp(remedy->command.v[0], "kill") != 0)
		return;
	remedy->command = (struct iu_strings){0};
	remedy->acts = false;
	remedy->summary = iu_phrase(m->arena,
		"%s, from the PID namespace that /proc shows: it is an outer one, whose numbers mean other processes here",
		remedy->summary);
}

/* What acts on the network has to be typed in the namespace that was asked about. */
static void act_there(struct iu_remedy_context *m, struct iu_strings *argv)
{
	static const char *const programs[] = {"inuse", "ss", "ip", "sysctl"};
	struct iu_strings words = {0};
	bool sudo = argv->n && !strcmp(argv->v[0], "sudo"), network = false;

	for (size_t i = 0; i < IU_COUNT(programs) && argv->n > sudo; i++)
		network |= !strcmp(argv->v[sudo], programs[i]);
	if (!m->question->asker.netns_pid || !network)
		return;
	if (sudo)
		iu_strings_add(m->arena, &words, "sudo");
	iu_phrase_there(m->arena, m->question, &words);
	for (size_t i = sudo; i < argv->n; i++)
		iu_strings_add(m->arena, &words, argv->v[i]);
	*argv = words;
	m->remedy->needs_root |= !iu_linux_is_privileged(m->snapshot);
}

bool iu_linux_remedy(struct iu_remedy_context *m, bool *freeing)
{
	if (!makers[m->remedy->id] || !makers[m->remedy->id](m))
		return false;
	leave_foreign_pids(m);
	offer_ours(m, freeing);
	act_there(m, &m->remedy->command);
	act_there(m, &m->remedy->raw);
	return true;
}
