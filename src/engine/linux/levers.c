/* engine/linux/levers.c - what lets go of a port or a path on Linux */
#include "engine/linux/levers.h"

#include <errno.h>
#include <string.h>

#include "engine/evaluation.h"
#include "engine/lock.h"
#include "engine/phrase.h"
#include "knowledge/cgroups.h"
#include "knowledge/engines.h"
#include "knowledge/proxies.h"
#include "knowledge/supervisors.h"

#define KERNEL_DROPS_ORPHANS (6u << 16 | 11u << 8)

bool iu_linux_is_privileged(const struct iu_snapshot *snapshot)
{
	return snapshot->host.privileged || snapshot->host.uid == 0;
}

bool iu_linux_is_bsd(const struct iu_snapshot *snapshot)
{
	return snapshot->host.os && !strcmp(snapshot->host.os, "bsd");
}

bool iu_linux_lever_is_foreign(
	const struct iu_snapshot *snapshot, const struct iu_process *process)
{
	return !iu_linux_is_privileged(snapshot) &&
	       (!process || !process->uid_known || process->uid != snapshot->host.uid);
}

/* The process as a plan knows it, with the descriptor that it has of the socket. */
static struct iu_step_process identity(const struct iu_blocker *b, const struct iu_hold *hold,
	const struct iu_process *process)
{
	struct iu_step_process identity = {
		.pid = hold->pid,
		.start_ticks = process ? process->start_ticks : 0,
		.exe_known = process && process->exe && process->files.n,
		.inode = hold->inode,
		.cookie = b->socket.cookie,
		.tid = hold->tid,
		.fd = hold->fd,
		.via = hold->via,
		.state = b->socket.state,
		.resume = process && process->state == IU_PROCESS_STOPPED,
		.childless = process && process->left_over == IU_YES && iu_proxy_of(process) &&
			     iu_proxy_of(process)->of_child,
	};

	if (identity.exe_known)
		identity.exe = process->files.v[0];
	return identity;
}

static void add_witness(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, struct iu_lever *lever)
{
	for (size_t i = 0; process && i < b->holds.n && !lever->witness.pid; i++) {
		const struct iu_hold *hold = &c->snapshot->holds.v[b->holds.v[i]];

		if (hold->pid == process->pid)
			lever->witness = identity(b, hold, process);
	}
}

/* ---- units ---- */

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
	return strncmp(unit, "user@", 5) != 0;
}

bool iu_linux_lever_named(const struct iu_lever_context *c, const struct iu_step_unit *unit,
	struct iu_lever *ret_lever)
{
	struct iu_lever lever = {.kind = IU_STEP_STOP_UNIT, .unit = *unit};
	const char *machine = NULL;

	/* of a user's systemd it has to be said whose it is, when that is not the asker */
	if (unit->user && unit->uid != c->snapshot->host.uid)
		machine = iu_phrase(c->arena, "--machine=%u@.host", (unsigned int)unit->uid);
	lever.needs_root = (!unit->user || machine) && !iu_linux_is_privileged(c->snapshot);
	iu_strings_add(c->arena, &lever.argv, "systemctl");
	if (unit->user)
		iu_strings_add(c->arena, &lever.argv, "--user");
	iu_strings_add(c->arena, &lever.argv, machine);
	iu_strings_add(c->arena, &lever.argv, "stop");
	if (unit->name[0] == '-')
		iu_strings_add(c->arena, &lever.argv, "--");
	iu_strings_add(c->arena, &lever.argv, unit->name);
	iu_strings_add(c->arena, &lever.argv, unit->second);
	*ret_lever = lever;
	return true;
}

/* The cgroup says whose systemd has it. */
static bool stop_unit(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, const char *unit, const char *second,
	struct iu_lever *ret_lever)
{
	const char *cgroup = process ? process->cgroup : b->socket.cgroup;
	struct iu_cgroup_names names = {0};
	struct iu_step_unit target = {.name = unit, .second = second};

	if (cgroup && iu_cgroup_names(c->arena, cgroup, &names) < 0)
		return false;
	target.user = names.user_unit;
	target.uid = names.user_known ? names.user
		     : process	      ? process->uid
				      : c->snapshot->host.uid;
	if (!iu_linux_lever_named(c, &target, ret_lever))
		return false;
	add_witness(c, b, process, ret_lever);
	ret_lever->witness_is_member = ret_lever->witness.pid && process->unit &&
				       !strcmp(process->unit, second ? second : unit);
	return true;
}

bool iu_linux_lever_unit(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, const char *unit, struct iu_lever *ret_lever)
{
	return can_stop_unit(unit) && stop_unit(c, b, process, unit, NULL, ret_lever);
}

/* A systemd has the socket, or made it in the name of a socket unit. */
static bool by_manager(const struct iu_lever_context *c, const struct iu_blocker *b)
{
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_process *process = iu_snapshot_process(
			c->snapshot, c->snapshot->holds.v[b->holds.v[i]].pid);

		if (process && iu_supervisor_is_manager(process))
			return true;
	}
	return b->socket.unit && has_suffix(b->socket.unit, ".socket");
}

/* The service that systemd started for the socket has it as well, and tells the unit's name. */
static const struct iu_process *started_service(
	const struct iu_lever_context *c, const struct iu_blocker *b)
{
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_process *process = iu_snapshot_process(
			c->snapshot, c->snapshot->holds.v[b->holds.v[i]].pid);

		if (process && process->unit && has_suffix(process->unit, ".service") &&
			can_stop_unit(process->unit) && !iu_supervisor_is_manager(process))
			return process;
	}
	return NULL;
}

bool iu_linux_lever_activator(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process **ret_process, struct iu_lever *ret_lever)
{
	const struct iu_process *holder = iu_lever_holder(c->snapshot, b);
	const struct iu_process *service = started_service(c, b);

	*ret_process = holder;
	if (by_manager(c, b)) {
		if (!service)
			return iu_linux_lever_unit(c, b, holder, b->socket.unit, ret_lever);
		*ret_process = service;
		return stop_unit(c, b, service,
			iu_phrase(c->arena, "%.*s.socket",
				(int)(strlen(service->unit) - strlen(".service")), service->unit),
			service->unit, ret_lever);
	}
	if (!holder)
		return iu_linux_lever_unit(c, b, NULL, b->socket.unit, ret_lever);
	/* inetd and its like: no socket unit, but a line in a file of their own */
	if (iu_linux_lever_unit(c, b, holder, holder->unit, ret_lever))
		return true;
	for (size_t i = 0; i < b->holds.n; i++) {
		const struct iu_hold *hold = &c->snapshot->holds.v[b->holds.v[i]];

		if (hold->pid == holder->pid)
			return iu_linux_lever_process(c, b, hold, holder, ret_lever);
	}
	return false;
}

bool iu_linux_lever_store(const struct iu_lever_context *c, const struct iu_blocker *b,
	struct iu_lever *ret_lever)
{
	const struct iu_process *holder = iu_lever_holder(c->snapshot, b);

	/* a store is emptied with its service; a message goes with the one that has it */
	return holder && iu_supervisor_is_manager(holder) &&
	       iu_linux_lever_unit(c, b, holder, b->socket.unit, ret_lever);
}

/* ---- containers ---- */

bool iu_linux_lever_container(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, struct iu_lever *ret_lever)
{
	const char *id = process ? process->container : NULL;
	const char *engine = id ? process->engine : b->socket.engine;
	const struct iu_engine_row *row = iu_engine(engine);
	struct iu_cgroup_names names = {0};
	struct iu_lever lever = {.kind = IU_STEP_STOP_CONTAINER};

	if (process && process->cgroup && iu_cgroup_names(c->arena, process->cgroup, &names) < 0)
		return false;
	lever.container = (struct iu_step_container){
		.program = row ? row->client : engine ? NULL : "docker",
		.id = id ? id : b->socket.container,
		.name = id ? process->container_name : NULL,
		.engine = engine,
		.owner_known = names.user_known,
		.owner = names.user,
		.port = c->question->target.port,
		.protocol = c->question->target.protocol,
	};
	lever.needs_root = !iu_linux_is_privileged(c->snapshot) && process && process->uid_known &&
			   process->uid != c->snapshot->host.uid;
	if (!lever.container.id)
		return false;
	if (lever.container.program && !(row && row->pods))
		iu_lever_words(c->arena, &lever, lever.container.program,
			row && row->verb ? row->verb : "stop", lever.container.id, NULL);
	add_witness(c, b, process, &lever);
	*ret_lever = lever;
	return true;
}

/* Docker's own proxy carries no container's name; its client finds it by the port. */
bool iu_linux_lever_published(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, struct iu_lever *ret_lever)
{
	const struct iu_proxy_row *proxy = process ? iu_proxy_of(process) : NULL;
	const struct iu_engine_row *row = iu_engine(proxy && proxy->engine ? proxy->engine : "docker");
	struct iu_lever lever = {.kind = IU_STEP_STOP_CONTAINER};

	if (!row || row->by_hand || !c->question->target.port ||
		(process && process->left_over == IU_YES))
		return false;
	lever.container = (struct iu_step_container){.program = row->client,
		.port = c->question->target.port,
		.protocol = c->question->target.protocol};
	lever.needs_root = !iu_linux_is_privileged(c->snapshot) && b->socket.uid_known &&
			   b->socket.uid != c->snapshot->host.uid;
	iu_lever_words(c->arena, &lever, row->client, "ps", row->filters ? "--filter" : NULL,
		iu_phrase(c->arena, "publish=%u", (unsigned int)c->question->target.port),
		NULL);
	add_witness(c, b, process, &lever);
	*ret_lever = lever;
	return true;
}

/* "…/logs/web/proxy.http.log", "…/devices/web/proxy.http": the container, and its device. */
static bool read_device(
	struct iu_arena *arena, const char *path, const char **ret_container, const char **ret_device)
{
	static const char word[] = "/proxy.";
	const char *at = path ? strstr(path, word) : NULL, *name = at, *device;
	size_t len;

	while (name && name > path && name[-1] != '/')
		name--;
	if (!at || name == at || name == path)
		return false;
	device = at + sizeof(word) - 1;
	len = strlen(device);
	if (len > 4 && !strcmp(device + len - 4, ".log"))
		len -= 4;
	*ret_container = iu_arena_strndup(arena, name, (size_t)(at - name));
	*ret_device = iu_arena_strndup(arena, device, len);
	return len > 0 && *ret_container && *ret_device;
}

bool iu_linux_lever_device(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_process *process, struct iu_lever *ret_lever)
{
	const struct iu_proxy_row *proxy = process ? iu_proxy_of(process) : NULL;
	const struct iu_engine_row *row = proxy && proxy->argument ? iu_engine(proxy->engine) : NULL;
	struct iu_lever lever = {.kind = IU_STEP_STOP_CONTAINER};
	const char *device;

	if (!row || strcmp(proxy->argument, "forkproxy") != 0)
		return false;
	for (size_t i = 1; i < process->command.n; i++) {
		if (!read_device(c->arena, process->command.v[i], &lever.container.id, &device))
			continue;
		lever.container.engine = row->engine;
		iu_lever_words(c->arena, &lever, row->client, "config", "device", "remove",
			lever.container.id, device, NULL);
		add_witness(c, b, process, &lever);
		*ret_lever = lever;
		return true;
	}
	return false;
}

/* ---- processes ---- */

bool iu_linux_lever_process(const struct iu_lever_context *c, const struct iu_blocker *b,
	const struct iu_hold *hold, const struct iu_process *process, struct iu_lever *ret_lever)
{
	struct iu_lever lever = {.kind = IU_STEP_TERMINATE, .process = identity(b, hold, process)};

	lever.needs_root = iu_linux_lever_is_foreign(c->snapshot, process);
	iu_lever_words(c->arena, &lever, "kill",
		iu_phrase(c->arena, "%d", (int)hold->pid), NULL);
	*ret_lever = lever;
	return true;
}

/* ---- what no process has any more ---- */

/* What is left of a connection, where SOCK_DESTROY frees the port and does no harm. */
static bool can_be_dropped(const struct iu_lever_context *c, const struct iu_socket *s)
{
	uint32_t kernel = c->snapshot->host.kernel;

	if (s->protocol != IU_PROTOCOL_TCP || s->port != c->question->target.port || s->inode ||
		!iu_is_closing(s))
		return false;
	/*
	 * Before 6.11 tcp_abort() takes away what an orphan has to send, and with it its timer,
	 * but not the orphan: the port would be held until the next boot. Stable releases were
	 * mended later (6.1 in 2025), which their names do not tell.
	 */
	return s->state == IU_STATE_TIME_WAIT || s->mini || !kernel ||
	       kernel >= KERNEL_DROPS_ORPHANS;
}

bool iu_linux_lever_closed(const struct iu_lever_context *c, struct iu_lever *ret_lever)
{
	const struct iu_sockets *all = &c->snapshot->sockets;
	struct iu_lever lever = {
		.kind = IU_STEP_DESTROY,
		.needs_root = c->snapshot->host.cap_net_admin != IU_YES,
	};

	for (size_t i = 0; i < all->n; i++) {
		struct iu_socket *slot;

		if (!can_be_dropped(c, &all->v[i]))
			continue;
		slot = iu_list_add(c->arena, &lever.sockets);
		*slot = all->v[i];
	}
	if (!lever.sockets.n)
		return false;
	*ret_lever = lever;
	return true;
}

const char *iu_linux_lever_why_kept(const struct iu_path *file, const char **ret_instead)
{
	const char *why = NULL, *instead = NULL;

	if (file->fs_readonly) {
		why = "its file system is read-only, so nobody can remove it";
		instead = "remount it for writing, or mount a tmpfs over its directory";
	} else if (file->mount_point) {
		why = "something is mounted over it, so nobody can remove it";
		instead = "unmount that first";
	} else if (file->kept) {
		why = "it or its directory is immutable or append-only, so nobody can remove it";
		instead = "lsattr -d shows which; chattr -i -a takes that away";
	}
	if (ret_instead)
		*ret_instead = instead;
	return why;
}

bool iu_linux_lever_path(const struct iu_lever_context *c, const struct iu_path *file,
	struct iu_lever *ret_lever)
{
	struct iu_lever lever = {.kind = IU_STEP_REMOVE_FILE};
	char *path;

	if (file->lstat_errno || file->kind != IU_FILE_SOCKET || iu_linux_lever_why_kept(file, NULL))
		return false; /* nobody can */
	path = iu_arena_strndup(c->arena, file->path, file->path_len);
	lever.file = (struct iu_step_file){
		.path = path, .path_len = file->path_len, .root_pid = file->root_pid,
		.dev = file->dev, .ino = file->ino};
	lever.needs_root = !iu_linux_is_privileged(c->snapshot) &&
			   (file->uid != c->snapshot->host.uid || file->parent_errno == EACCES);
	if (file->root_pid)
		iu_lever_words(c->arena, &lever, "nsenter", "-m", "-r", "-t",
			iu_phrase(c->arena, "%d", (int)file->root_pid), "rm", "--", path, NULL);
	else
		iu_lever_words(c->arena, &lever, "rm", "--", path, NULL);
	*ret_lever = lever;
	return true;
}

bool iu_linux_lever_file(const struct iu_lever_context *c, struct iu_lever *ret_lever)
{
	const struct iu_question *q = c->question;
	const struct iu_path *file =
		iu_snapshot_path(c->snapshot, q->target.path, q->target.path_len);

	return q->target.protocol == IU_PROTOCOL_UNIX && !q->target.abstract && file &&
	       iu_linux_lever_path(c, file, ret_lever);
}

bool iu_linux_lever_lock(const struct iu_lever_context *c, const struct iu_path *file,
	struct iu_lever *ret_lever)
{
	struct iu_lever lever = {.kind = IU_STEP_REMOVE_FILE};
	const struct iu_lock *lock = &file->lock;

	/* whoever is bound beside it may have written it, whatever the program is called */
	if (iu_lock_is_served(c->snapshot, file) || !iu_lock_is_stale(lock) || iu_linux_lever_why_kept(file, NULL))
		return false;
	lever.file = (struct iu_step_file){.path = lock->path,
		.path_len = strlen(lock->path),
		.dev = lock->dev,
		.ino = lock->ino,
		.lock_pid = lock->pid};
	lever.needs_root = !iu_linux_is_privileged(c->snapshot) && file->uid != c->snapshot->host.uid;
	iu_lever_words(c->arena, &lever, "rm", "--", lock->path, NULL);
	*ret_lever = lever;
	return true;
}
