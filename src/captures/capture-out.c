/* captures/capture-out.c - rows of several captures become the sockets of one machine */
#include "captures/capture-out.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* Names, users and the like are cut here: nothing real is longer. */
#define NAME_MAX_BYTES 512
/* Sockets that look alike: more of them say no more (one each for a thread of a large server). */
#define ALIKE_MAX 512
/* A large Windows has some five hundred services, a router some hundred interfaces. */
#define SERVICES_MAX   2048
#define INTERFACES_MAX 2048
/* Programs without a number; each is looked for among those before it. */
#define IMAGES_MAX 1024
/*
 * A million lines are answered from within 300 MiB. A machine has some ten thousand sockets; of
 * more, what listens comes before what is connected.
 */
#define ROWS_FEW	16384
#define CONNECTIONS_MAX 40960
#define ROWS_MAX	81920
#define PLACES		(1u << 18) /* more than twice of ROWS_MAX: the table is never full */
#define ALIKE_FEW	4
/* No machine runs so many processes. */
#define TASKS_MAX    65536
#define TASKS_RECENT 4096 /* a power of two */

void iu_capture_begin(struct iu_capture_out *out, struct iu_snapshot *snapshot)
{
	*out = (struct iu_capture_out){.snapshot = snapshot, .hint_family = IU_FAMILY_ANY};
}

void iu_capture_drop(struct iu_capture_out *out)
{
	iu_arena_free(&out->arena);
}

void iu_capture_forget(struct iu_capture_out *out)
{
	out->hint_tcp = out->hint_udp = out->hint_exclusions = false;
	out->hint_family = IU_FAMILY_ANY;
	out->hint_age = 0;
}

void iu_capture_is(struct iu_capture_out *out, enum iu_capture_system system)
{
	if (out->system == IU_CAPTURE_ANY)
		out->system = system;
	out->mixed |= out->system != system;
}

void iu_capture_block(struct iu_capture_out *out)
{
	if (!out->going_on)
		out->block++;
	out->going_on = false;
}

struct iu_socket iu_capture_socket_fresh(enum iu_protocol protocol)
{
	return (struct iu_socket){
		.protocol = protocol,
		.family = protocol == IU_PROTOCOL_UNIX ? IU_FAMILY_UNIX : IU_FAMILY_ANY,
		.timer_ms = -1,
	};
}

static uint32_t given_of(const struct iu_socket *s)
{
	uint32_t given = s->protocol == IU_PROTOCOL_TCP	  ? IU_GIVEN_TCP
			 : s->protocol == IU_PROTOCOL_UDP ? IU_GIVEN_UDP
							  : IU_GIVEN_UNIX;

	if (s->state == IU_STATE_LISTEN)
		given |= IU_GIVEN_LISTENERS;
	else if (s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_BOUND)
		given |= IU_GIVEN_BOUND;
	else if (s->protocol == IU_PROTOCOL_TCP)
		given |= IU_GIVEN_CONNECTIONS;
	return given;
}

/* ---- very long lists ---- */

static int compare_address(const struct iu_address *a, const struct iu_address *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static int compare_path(const struct iu_socket *a, const struct iu_socket *b)
{
	size_t least = a->path_len < b->path_len ? a->path_len : b->path_len;
	int difference = least ? memcmp(a->path, b->path, least) : 0;

	if (difference)
		return difference;
	return (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

/* Where they are, not who they are: state and holder may be missing in one of the captures. */
static int compare_place(const struct iu_socket *a, const struct iu_socket *b)
{
	int difference;

	if (a->protocol != b->protocol)
		return a->protocol < b->protocol ? -1 : 1;
	if (a->port != b->port)
		return a->port < b->port ? -1 : 1;
	difference = compare_address(&a->local, &b->local);
	if (!difference)
		difference = (a->peer_port > b->peer_port) - (a->peer_port < b->peer_port);
	if (!difference)
		difference = compare_address(&a->peer, &b->peer);
	if (!difference && a->protocol == IU_PROTOCOL_UNIX)
		difference = compare_path(a, b);
	return difference;
}

static uint32_t mix(uint32_t hash, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ at[i]) * 16777619u; /* FNV-1a */
	return hash;
}

static uint32_t hash_of(const struct iu_socket *s)
{
	unsigned char kinds[3] = {(unsigned char)s->protocol, (unsigned char)s->state,
		(unsigned char)s->local.family};
	uint32_t hash = mix(2166136261u, kinds, sizeof(kinds));

	hash = mix(hash, &s->port, sizeof(s->port));
	hash = mix(hash, s->local.bytes, sizeof(s->local.bytes));
	return s->path_len ? mix(hash, s->path, s->path_len) : hash;
}

/* A bind() meets the own end of a socket; who is at the other one does not matter to it. */
static bool is_alike(const struct iu_socket *a, const struct iu_socket *b)
{
	return a->protocol == b->protocol && a->port == b->port && a->state == b->state &&
	       compare_address(&a->local, &b->local) == 0 &&
	       (a->protocol != IU_PROTOCOL_UNIX || compare_path(a, b) == 0);
}

/* The place of a socket, or the empty one where it belongs. */
static struct iu_capture_place *place_of(struct iu_capture_out *out, const struct iu_socket *s)
{
	uint32_t hash = hash_of(s);
	struct iu_capture_place *place = &out->places[hash % PLACES];

	while (place->row && !(place->hash == hash &&
				     is_alike(&out->rows.v[place->row - 1].socket, s)))
		place = place + 1 < out->places + PLACES ? place + 1 : out->places;
	place->hash = hash;
	return place;
}

static bool is_connection(const struct iu_socket *s)
{
	return s->state != IU_STATE_LISTEN && s->state != IU_STATE_BOUND;
}

/*
 * Up to ROWS_FEW every row is kept: that is what machines have. Of more, so many of each place that
 * the answer for its port stays the same; the others are counted. Returns: whether this one is.
 */
static bool is_wanted(struct iu_capture_out *out, const struct iu_socket *s)
{
	struct iu_capture_place *place;
	size_t most = is_connection(s) ? CONNECTIONS_MAX : ROWS_MAX;

	if (out->rows.n < ROWS_FEW)
		return true;
	if (!out->places) {
		out->places = iu_arena_alloc(&out->arena, PLACES * sizeof(*out->places));
		if (!out->places)
			return false;
		for (size_t i = 0; i < out->rows.n; i++) {
			place = place_of(out, &out->rows.v[i].socket);
			if (!place->row)
				place->row = (uint32_t)i + 1;
			place->count++;
		}
	}
	place = place_of(out, s);
	if (place->row && place->count >= ALIKE_FEW) {
		out->rows.v[place->row - 1].socket.more_like_it++;
		return false;
	}
	if (out->rows.n >= most) {
		out->left_out++;
		return false;
	}
	if (!place->row)
		place->row = (uint32_t)out->rows.n + 1;
	place->count++;
	return true;
}

int iu_capture_socket(struct iu_capture_out *out, const struct iu_socket *socket)
{
	struct iu_capture_row *row;

	out->given |= given_of(socket);
	out->dropping = !is_wanted(out, socket);
	if (out->dropping)
		return out->arena.failed ? IU_E_NOMEM : 0;
	row = iu_list_add(&out->arena, &out->rows);
	*row = (struct iu_capture_row){
		.socket = *socket, .block = out->block, .first_owner = out->owners.n};
	return out->arena.failed ? IU_E_NOMEM : 0; /* its place counts on the row */
}

int iu_capture_unit(struct iu_capture_out *out, struct iu_span name)
{
	struct iu_socket *s;

	if (!out->rows.n || out->dropping)
		return 0;
	s = &out->rows.v[out->rows.n - 1].socket;
	s->unit = iu_arena_strndup(&out->snapshot->arena, name.text, name.len);
	return s->unit ? 0 : IU_E_NOMEM;
}

void iu_capture_orphan(struct iu_capture_out *out)
{
	if (out->rows.n && !out->dropping)
		out->rows.v[out->rows.n - 1].orphan = true;
}

int iu_capture_owner(struct iu_capture_out *out, int32_t pid, int32_t fd, struct iu_span name)
{
	struct iu_capture_owner *owner;

	if (!out->rows.n || out->dropping)
		return 0;
	owner = iu_list_add(&out->arena, &out->owners);
	*owner = (struct iu_capture_owner){pid, fd};
	out->rows.v[out->rows.n - 1].owners++;
	out->given |= pid < IU_PID_MADE_UP ? IU_GIVEN_PIDS : IU_GIVEN_IMAGES;
	return name.len ? iu_capture_task(out, pid, name, NULL) : 0;
}

static bool equal(struct iu_span a, struct iu_span b)
{
	return a.len == b.len && (!a.len || !memcmp(a.text, b.text, a.len));
}

static struct iu_span keep(struct iu_capture_out *out, struct iu_span bytes)
{
	size_t len = bytes.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : bytes.len;

	return (struct iu_span){iu_arena_strndup(&out->arena, len ? bytes.text : "", len), len};
}

int iu_capture_image(struct iu_capture_out *out, struct iu_span name, struct iu_span part)
{
	struct iu_capture_image *image;
	size_t i = 0;

	name.len = name.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : name.len;
	part.len = part.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : part.len;
	while (i < out->images.n && !(equal(out->images.v[i].name, name) &&
					    equal(out->images.v[i].part, part)))
		i++;
	if (i == IMAGES_MAX)
		return 0;
	if (i == out->images.n) {
		struct iu_capture_image kept = {keep(out, name), keep(out, part)};

		image = iu_list_add(&out->arena, &out->images);
		*image = kept;
	}
	out->given |= IU_GIVEN_TASKS;
	return iu_capture_owner(out, IU_PID_MADE_UP + (int32_t)i, -1, name);
}

/* The task that this is once more; NULL: it is another one. */
static struct iu_capture_task *recent(
	struct iu_capture_out *out, int32_t pid, struct iu_span name, uint32_t **ret_slot)
{
	struct iu_capture_task *task;

	if (!out->recent_tasks)
		out->recent_tasks = iu_arena_alloc(
			&out->arena, TASKS_RECENT * sizeof(*out->recent_tasks));
	if (!out->recent_tasks)
		return NULL;
	*ret_slot = &out->recent_tasks[(uint32_t)pid % TASKS_RECENT];
	if (!**ret_slot)
		return NULL;
	task = &out->tasks.v[**ret_slot - 1];
	return task->pid == pid && iu_span_is(name, task->name) ? task : NULL;
}

int iu_capture_task(struct iu_capture_out *out, int32_t pid, struct iu_span name,
	struct iu_capture_task **ret_task)
{
	struct iu_capture_task *task;
	uint32_t *slot = NULL;

	name.len = name.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : name.len;
	task = recent(out, pid, name, &slot);
	if (!slot)
		return IU_E_NOMEM;
	if (!task && out->tasks.n >= TASKS_MAX) {
		out->left_out++;
		out->spare = (struct iu_capture_task){0};
		task = &out->spare;
	}
	if (!task) {
		const char *copy =
			iu_arena_strndup(&out->snapshot->arena, name.text, name.len);

		if (!copy) /* of the other arena: the list might get it all the same */
			return IU_E_NOMEM;
		task = iu_list_add(&out->arena, &out->tasks);
		*task = (struct iu_capture_task){
			.pid = pid, .order = out->tasks.n, .name = copy};
		*slot = (uint32_t)out->tasks.n;
	}
	if (ret_task)
		*ret_task = task;
	return 0;
}

int iu_capture_service(struct iu_capture_out *out, struct iu_span name, int32_t pid)
{
	struct iu_snapshot *snapshot = out->snapshot;
	struct iu_service *service;
	const char *copy;

	/* before the search: what is beyond all reason must not take time either */
	if (snapshot->windows.services.n >= SERVICES_MAX)
		return 0;
	for (size_t i = 0; i < snapshot->windows.services.n; i++) {
		service = &snapshot->windows.services.v[i];
		if (!iu_span_is_any_case(name, service->name))
			continue;
		if (pid > 0)
			service->pid = pid;
		if (pid > 0 && service->state == IU_SERVICE_UNKNOWN)
			service->state = IU_SERVICE_RUNNING;
		return 0;
	}
	copy = iu_arena_strndup(&snapshot->arena, name.text,
		name.len > NAME_MAX_BYTES ? NAME_MAX_BYTES : name.len);
	service = iu_list_add(&snapshot->arena, &snapshot->windows.services);
	*service = (struct iu_service){
		.name = copy,
		.pid = pid > 0 ? pid : 0,
		.state = pid > 0 ? IU_SERVICE_RUNNING : IU_SERVICE_UNKNOWN,
	};
	return 0;
}

uint32_t iu_capture_ifindex(struct iu_capture_out *out, struct iu_span name)
{
	struct iu_snapshot *snapshot = out->snapshot;
	struct iu_interface *slot;
	size_t i;

	for (i = 0; i < snapshot->interfaces.n; i++)
		if (snapshot->interfaces.v[i].name &&
			iu_span_is(name, snapshot->interfaces.v[i].name))
			return snapshot->interfaces.v[i].ifindex;
	slot = i < INTERFACES_MAX ? iu_list_add(&snapshot->arena, &snapshot->interfaces) : NULL;
	if (!slot)
		return 0;
	/* the real number is not shown; no kernel has come this far */
	slot->ifindex = (1u << 30) + (uint32_t)snapshot->interfaces.n;
	slot->name = iu_arena_strndup(&snapshot->arena, name.text, name.len);
	slot->up = true;
	return slot->name ? slot->ifindex : 0;
}

/* ---- the same socket in several captures ---- */

static int compare_rows(const struct iu_capture_row *a, const struct iu_capture_row *b)
{
	int difference = compare_place(&a->socket, &b->socket);

	if (difference)
		return difference;
	if (a->block != b->block)
		return a->block < b->block ? -1 : 1;
	return a < b ? -1 : a > b; /* as they came */
}

static int by_place(const void *a, const void *b)
{
	const struct iu_capture_row *const *x = a, *const *y = b;

	return compare_rows(*x, *y);
}

static bool has_owner(
	const struct iu_capture_out *out, const struct iu_capture_row *row, int32_t pid)
{
	for (size_t i = 0; i < row->owners; i++)
		if (out->owners.v[row->first_owner + i].pid == pid)
			return true;
	return false;
}

/* By number: a program's name may be that of several processes. */
static bool owners_known(const struct iu_capture_out *out, const struct iu_capture_row *row)
{
	return row->owners && out->owners.v[row->first_owner].pid < IU_PID_MADE_UP;
}

/* Whether two rows of different captures may be one socket. */
static bool may_be_one(const struct iu_capture_out *out, const struct iu_capture_row *a,
	const struct iu_capture_row *b)
{
	if (a->socket.inode && b->socket.inode)
		return a->socket.inode == b->socket.inode;
	if (a->socket.state != b->socket.state && a->socket.state != IU_STATE_UNKNOWN &&
		b->socket.state != IU_STATE_UNKNOWN)
		return false;
	if (!owners_known(out, a) || !owners_known(out, b))
		return true;
	for (size_t i = 0; i < a->owners; i++)
		if (has_owner(out, b, out->owners.v[a->first_owner + i].pid))
			return true;
	return false;
}

/* What the second capture knows and the first one does not. */
static void take_over(const struct iu_capture_out *out, struct iu_capture_row *to,
	const struct iu_capture_row *from)
{
	struct iu_socket *a = &to->socket;
	const struct iu_socket *b = &from->socket;

	if (a->state == IU_STATE_UNKNOWN)
		a->state = b->state;
	if (!a->inode)
		a->inode = b->inode;
	if (!a->uid_known && b->uid_known) {
		a->uid_known = true;
		a->uid = b->uid;
	}
	if (!a->user)
		a->user = b->user;
	if (a->v6only == IU_UNKNOWN)
		a->v6only = b->v6only;
	if (!a->ifindex)
		a->ifindex = b->ifindex;
	if (!a->device)
		a->device = b->device;
	if (!a->local.scope)
		a->local.scope = b->local.scope;
	if (a->timer_ms < 0)
		a->timer_ms = b->timer_ms;
	if (!a->cgroup)
		a->cgroup = b->cgroup;
	if (!a->unit)
		a->unit = b->unit;
	if (!a->container) {
		a->container = b->container;
		a->engine = b->engine;
	}
	a->mini |= b->mini;
	to->orphan |= from->orphan;
	if (to->owners && from->owners && !owners_known(out, to) && owners_known(out, from))
		to->image = out->owners.v[to->first_owner].pid - IU_PID_MADE_UP + 1;
	if (!to->owners || (from->owners && !owners_known(out, to))) {
		to->first_owner = from->first_owner;
		to->owners = from->owners;
	}
}

static bool is_same(const struct iu_capture_out *out, const struct iu_capture_row *kept,
	uint32_t taken, const struct iu_capture_row *row)
{
	/* lsof has a row for every holder of a socket */
	if (row->socket.inode && row->socket.inode == kept->socket.inode)
		return true;
	return taken != row->block && may_be_one(out, kept, row);
}

/*
 * One group of rows at the same place. Rows of one block are different sockets; a row of a later
 * block is one of them, or another one. Returns how many are kept, in front.
 */
static size_t merge_group(
	const struct iu_capture_out *out, struct iu_capture_row **group, size_t n)
{
	uint32_t taken[ALIKE_MAX]; /* the last block that had a row for this socket */
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		struct iu_capture_row *row = group[i];
		size_t k = 0;

		while (k < kept && !is_same(out, group[k], taken[k], row))
			k++;
		if (k < kept) {
			take_over(out, group[k], row);
			row->into = group[k];
			taken[k] = row->block;
		} else if (kept < ALIKE_MAX) {
			taken[kept] = row->block;
			group[kept++] = row;
		} else {
			row->into = group[0];
		}
	}
	return kept;
}

/* ---- the snapshot ---- */

/* TIME-WAIT is no socket of a process; other closing ones are not where a capture says so. */
static bool has_no_owner(const struct iu_capture_row *row)
{
	return row->socket.state == IU_STATE_TIME_WAIT || row->socket.mini || row->orphan;
}

static int add_row(struct iu_capture_out *out, struct iu_capture_row *row, uint64_t *inode)
{
	struct iu_snapshot *snapshot = out->snapshot;
	struct iu_socket *slot = iu_list_add(&snapshot->arena, &snapshot->sockets);

	if (has_no_owner(row))
		row->socket.inode = 0;
	else if (!row->socket.inode)
		row->socket.inode = ++*inode;
	*slot = row->socket;
	return 0;
}

static int by_hold(const void *a, const void *b)
{
	const struct iu_hold *x = a, *y = b;

	if (x->inode != y->inode)
		return x->inode < y->inode ? -1 : 1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->fd < y->fd) - (x->fd > y->fd); /* the known ones first */
}

/* One hold for each descriptor; without a number just where no capture shows one. */
static void unique_holds(struct iu_holds *holds)
{
	size_t n = 0;

	if (!holds->n)
		return;
	qsort(holds->v, holds->n, sizeof(*holds->v), by_hold);
	for (size_t i = 1; i < holds->n; i++) {
		const struct iu_hold *a = &holds->v[n], *b = &holds->v[i];

		if (a->inode == b->inode && a->pid == b->pid && (a->fd == b->fd || b->fd < 0))
			continue;
		holds->v[++n] = *b;
	}
	holds->n = n + 1;
}

/* One capture names the program, another one its number: that is one process. */
static int name_owner(
	struct iu_capture_out *out, const struct iu_capture_row *row, int32_t image)
{
	if (row->owners != 1)
		return 0;
	return iu_capture_task(
		out, out->owners.v[row->first_owner].pid, out->images.v[image].name, NULL);
}

static int add_holds(struct iu_capture_out *out)
{
	struct iu_snapshot *snapshot = out->snapshot;

	for (size_t i = 0; i < out->rows.n; i++) {
		const struct iu_capture_row *row = &out->rows.v[i];
		uint64_t inode = row->into ? row->into->socket.inode : row->socket.inode;

		if (row->image && name_owner(out, row, row->image - 1) < 0)
			return IU_E_NOMEM;
		if (row->into && row->owners && !owners_known(out, row) &&
			owners_known(out, row->into)) {
			if (name_owner(out, row->into,
				    out->owners.v[row->first_owner].pid - IU_PID_MADE_UP) < 0)
				return IU_E_NOMEM;
			continue;
		}
		for (size_t k = 0; k < row->owners && inode; k++) {
			const struct iu_capture_owner *owner =
				&out->owners.v[row->first_owner + k];
			struct iu_hold *hold;

			if (owner->pid <= 0)
				continue;
			hold = iu_list_add(&snapshot->arena, &snapshot->holds);
			*hold = (struct iu_hold){
				.inode = inode, .pid = owner->pid, .fd = owner->fd};
		}
	}
	unique_holds(&snapshot->holds);
	return 0;
}

static int add_sockets(struct iu_capture_out *out)
{
	struct iu_capture_row **order;
	uint64_t inode = IU_INODE_MADE_UP;
	size_t n = out->rows.n, end;
	int ret = 0;

	if (!n)
		return 0;
	order = iu_arena_alloc(&out->arena, n * sizeof(*order));
	if (!order)
		return IU_E_NOMEM;
	for (size_t i = 0; i < n; i++)
		order[i] = &out->rows.v[i];
	qsort(order, n, sizeof(*order), by_place);
	for (size_t i = 0; i < n && ret == 0; i = end) {
		size_t kept;

		for (end = i + 1; end < n; end++)
			if (compare_place(&order[i]->socket, &order[end]->socket))
				break;
		kept = merge_group(out, order + i, end - i);
		for (size_t k = 0; k < kept && ret == 0; k++)
			ret = add_row(out, order[i + k], &inode);
	}
	return ret == 0 ? add_holds(out) : ret;
}

static int by_pid(const void *a, const void *b)
{
	const struct iu_capture_task *x = a, *y = b;

	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

/* lsof shows nine bytes of a name, the kernel fifteen: the longest is the best. */
static void better_name(struct iu_process *process, const char *name)
{
	if (!process->name || strlen(name) > strlen(process->name))
		process->name = name;
}

static int add_processes(struct iu_capture_out *out)
{
	struct iu_snapshot *snapshot = out->snapshot;
	struct iu_process *slot = NULL;

	if (out->tasks.n)
		qsort(out->tasks.v, out->tasks.n, sizeof(*out->tasks.v), by_pid);
	for (size_t i = 0; i < out->tasks.n; i++) {
		const struct iu_capture_task *task = &out->tasks.v[i];

		if (!slot || slot->pid != task->pid) {
			slot = iu_list_add(&snapshot->arena, &snapshot->processes);
			*slot = (struct iu_process){.pid = task->pid, .started = -1, .ppid = -1,
				.pgid = -1, .sid = -1};
		}
		better_name(slot, task->name);
		if (task->user)
			slot->user = task->user;
		if (task->uid_known) {
			slot->uid_known = true;
			slot->uid = task->uid;
		}
	}
	return 0;
}

/* Two services of one pid share their process. */
static void share_services(struct iu_windows *windows)
{
	for (size_t i = 0; i < windows->services.n; i++)
		for (size_t k = i + 1; k < windows->services.n; k++) {
			struct iu_service *a = &windows->services.v[i];
			struct iu_service *b = &windows->services.v[k];

			if (a->pid > 0 && a->pid == b->pid)
				a->shared = b->shared = true;
		}
}

int iu_capture_complete(struct iu_capture_out *out)
{
	static const char *const names[] = {
		[IU_CAPTURE_LINUX] = "linux", [IU_CAPTURE_WINDOWS] = "windows",
		[IU_CAPTURE_BSD] = "bsd"};
	int ret;

	/* rows count owners that may have gone into the sink */
	if (out->arena.failed)
		return IU_E_NOMEM;
	ret = add_sockets(out);
	if (ret == 0)
		ret = add_processes(out);
	if (ret < 0)
		return ret;
	out->snapshot->host.os = names[out->system];
	share_services(&out->snapshot->windows);
	return out->arena.failed || out->snapshot->arena.failed ? IU_E_NOMEM : 0;
}
