/* api/socket.c - sockets and the processes that have them, as callers see them */
#include "api/api.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"

static const struct iu_process unseen = {.started = -1};

static struct inuse_holder *holder_of(struct inuse_socket *socket, const struct iu_hold *hold)
{
	for (size_t i = 0; i < socket->holders.n; i++)
		if (socket->holders.v[i].hold->pid == hold->pid &&
			socket->holders.v[i].hold->tid == hold->tid)
			return &socket->holders.v[i];
	return NULL;
}

/* One holder a process, or a thread with descriptors of its own. */
static void add_hold(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_hold *hold, struct inuse_socket *socket)
{
	struct inuse_holder *holder = holder_of(socket, hold);
	const struct iu_process *process;
	int *fd;

	if (!holder) {
		holder = iu_list_add(arena, &socket->holders);
		process = iu_snapshot_process(snapshot, hold->pid);
		holder->hold = hold;
		holder->process = process ? process : &unseen;
		holder->self = hold->pid == snapshot->host.pid;
	}
	if (hold->fd < 0 || hold->via != IU_VIA_DESCRIPTOR)
		return;
	fd = iu_list_add(arena, &holder->descriptors);
	*fd = hold->fd;
}

static void add_names(struct iu_arena *arena, const struct iu_socket *s, struct inuse_socket *socket)
{
	char text[IU_ADDRESS_TEXT];
	struct iu_text name = {0};

	if (s->protocol == IU_PROTOCOL_UNIX) {
		iu_text_add(&name, s->abstract ? "@" : "");
		if (s->path)
			iu_text_foreign(&name, s->path, s->path_len, 0);
	} else {
		iu_text_add(&name, iu_endpoint_format(&s->local, s->port, text));
		socket->address = iu_arena_strdup(arena, iu_address_format(&s->local, text));
		if (s->peer.family != IU_FAMILY_ANY)
			socket->peer = iu_arena_strdup(
				arena, iu_endpoint_format(&s->peer, s->peer_port, text));
	}
	socket->name = iu_api_keep(arena, &name);
}

int iu_api_socket(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *blocker, struct inuse_socket *ret_socket)
{
	struct inuse_socket socket = {.blocker = blocker};

	add_names(arena, &blocker->socket, &socket);
	for (size_t i = 0; i < blocker->holds.n; i++)
		if (blocker->holds.v[i] < snapshot->holds.n)
			add_hold(arena, snapshot, &snapshot->holds.v[blocker->holds.v[i]], &socket);
	if (arena->failed || !socket.name)
		return IU_E_NOMEM;
	*ret_socket = socket;
	return 0;
}

const char *inuse_socket_name(const struct inuse_socket *socket)
{
	return socket ? socket->name : NULL;
}

const char *inuse_socket_protocol(const struct inuse_socket *socket)
{
	return socket ? iu_protocol_name(socket->blocker->socket.protocol) : NULL;
}

const char *inuse_socket_family(const struct inuse_socket *socket)
{
	return socket ? iu_family_name(socket->blocker->socket.family) : NULL;
}

const char *inuse_socket_address(const struct inuse_socket *socket)
{
	return socket ? socket->address : NULL;
}

uint16_t inuse_socket_port(const struct inuse_socket *socket)
{
	return socket ? socket->blocker->socket.port : 0;
}

const char *inuse_socket_peer(const struct inuse_socket *socket)
{
	return socket ? socket->peer : NULL;
}

const char *inuse_socket_state(const struct inuse_socket *socket)
{
	return socket ? iu_state_name(socket->blocker->socket.state) : NULL;
}

uint64_t inuse_socket_inode(const struct inuse_socket *socket)
{
	return socket ? socket->blocker->socket.inode : 0;
}

int64_t inuse_socket_uid(const struct inuse_socket *socket)
{
	return socket && socket->blocker->socket.uid_known ? (int64_t)socket->blocker->socket.uid
							   : -1;
}

const char *inuse_socket_user(const struct inuse_socket *socket)
{
	return socket ? socket->blocker->socket.user : NULL;
}

const char *inuse_socket_unit(const struct inuse_socket *socket)
{
	return socket ? socket->blocker->socket.unit : NULL;
}

const char *inuse_socket_container(const struct inuse_socket *socket)
{
	return socket ? socket->blocker->socket.container : NULL;
}

int64_t inuse_socket_timer_ms(const struct inuse_socket *socket)
{
	return socket ? socket->blocker->socket.timer_ms : -1;
}

size_t inuse_socket_count(const struct inuse_socket *socket)
{
	if (!socket)
		return 0;
	return socket->blocker->representative ? socket->blocker->representative : 1;
}

const char *inuse_socket_cause(const struct inuse_socket *socket)
{
	return socket ? iu_cause_name(socket->blocker->cause) : NULL;
}

const char *inuse_socket_evidence(const struct inuse_socket *socket, size_t index)
{
	return socket && index < socket->blocker->evidence.n ? socket->blocker->evidence.v[index]
							     : NULL;
}

const struct inuse_holder *inuse_socket_holder(const struct inuse_socket *socket, size_t index)
{
	return socket && index < socket->holders.n ? &socket->holders.v[index] : NULL;
}

int32_t inuse_holder_pid(const struct inuse_holder *holder)
{
	return holder ? holder->hold->pid : 0;
}

int32_t inuse_holder_tid(const struct inuse_holder *holder)
{
	return holder ? holder->hold->tid : 0;
}

const char *inuse_holder_name(const struct inuse_holder *holder)
{
	return holder ? holder->process->name : NULL;
}

const char *inuse_holder_exe(const struct inuse_holder *holder)
{
	return holder ? holder->process->exe : NULL;
}

const char *inuse_holder_argument(const struct inuse_holder *holder, size_t index)
{
	return holder && index < holder->process->command.n ? holder->process->command.v[index]
							    : NULL;
}

const char *inuse_holder_directory(const struct inuse_holder *holder)
{
	return holder ? holder->process->cwd : NULL;
}

int64_t inuse_holder_uid(const struct inuse_holder *holder)
{
	return holder && holder->process->uid_known ? (int64_t)holder->process->uid : -1;
}

const char *inuse_holder_user(const struct inuse_holder *holder)
{
	return holder ? holder->process->user : NULL;
}

int64_t inuse_holder_started(const struct inuse_holder *holder)
{
	return holder ? holder->process->started : -1;
}

const char *inuse_holder_state(const struct inuse_holder *holder)
{
	if (!holder || holder->process->state == IU_PROCESS_UNKNOWN)
		return NULL;
	return iu_process_state_name(holder->process->state);
}

const char *inuse_holder_unit(const struct inuse_holder *holder)
{
	return holder ? holder->process->unit : NULL;
}

const char *inuse_holder_container(const struct inuse_holder *holder)
{
	return holder ? holder->process->container : NULL;
}

int inuse_holder_descriptor(const struct inuse_holder *holder, size_t index)
{
	return holder && index < holder->descriptors.n ? holder->descriptors.v[index] : -1;
}

bool inuse_holder_is_self(const struct inuse_holder *holder)
{
	return holder && holder->self;
}
