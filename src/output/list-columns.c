/* output/list-columns.c - the columns of a listing: what stands in each cell */
#include "output/list-columns.h"

#include <string.h>

#include "base/compat.h"
#include "knowledge/unix-types.h"
#include "output/home.h"

#define CONTAINER_ID 12 /* as container engines shorten their ids */
/* An abstract name or a path may be 108 bytes of escapes; more of a cell nobody reads. */
#define CELL_MAX     160
#define COMMAND_MAX  2000

static void add_foreign(struct iu_text *cell, const char *text)
{
	if (text)
		iu_text_foreign(cell, text, strlen(text), CELL_MAX);
}

static void cell_protocol(const struct iu_list_source *from, struct iu_text *cell)
{
	iu_text_add(cell, iu_protocol_name(from->socket->protocol));
}

/* An IPv4 address in the dress of IPv6 is that IPv4 address to everybody who connects. */
static struct iu_address plain(const struct iu_address *address)
{
	return iu_address_space(address) == IU_SPACE_MAPPED ? iu_address_ipv4(iu_address_v4(address))
							    : *address;
}

/* "dgram:@name": as it can be asked for. */
static void add_name(const struct iu_socket *s, struct iu_text *cell)
{
	if (s->path && s->unix_type > IU_UNIX_STREAM)
		iu_text_printf(cell, "%s:", iu_unix_type_name(s->unix_type));
	iu_text_add(cell, s->abstract ? "@" : "");
	if (s->path && s->abstract)
		iu_text_abstract(cell, s->path, s->path_len, CELL_MAX);
	else if (s->path)
		iu_text_foreign(cell, s->path, s->path_len, CELL_MAX);
}

/* "0.0.0.0%eth0:67", "[::%eth0]:547": as it can be asked for. */
static void add_on_device(const struct iu_socket *s, struct iu_address local, bool port, struct iu_text *cell)
{
	bool ipv6 = local.family == IU_FAMILY_IPV6 && port;
	char text[IU_ADDRESS_TEXT];

	local.scope = 0; /* of a link-local address it is the same device */
	iu_text_printf(cell, "%s%s%%", ipv6 ? "[" : "", iu_address_format(&local, text));
	if (s->device)
		add_foreign(cell, s->device);
	else
		iu_text_printf(cell, "if%u", (unsigned int)s->ifindex); /* it is gone */
	iu_text_add(cell, ipv6 ? "]" : "");
	if (port)
		iu_text_printf(cell, ":%u", (unsigned int)s->port);
}

/* "*:3000": all addresses of both families. "[::]:6379 (v6)": those of IPv6 alone. */
static void add_local(const struct iu_socket *s, bool port, struct iu_text *cell)
{
	struct iu_address local = plain(&s->local);
	bool any6 = iu_address_space(&local) == IU_SPACE_ANY6;
	char text[IU_ADDRESS_TEXT];

	if ((s->device || s->ifindex) && s->port)
		add_on_device(s, local, port, cell);
	else if (any6 && s->v6only == IU_NO && port)
		iu_text_printf(cell, "*:%u", (unsigned int)s->port);
	else if (any6 && s->v6only == IU_NO)
		iu_text_add(cell, "*");
	else
		iu_text_add(cell, port ? iu_endpoint_format(&local, s->port, text)
				       : iu_address_format(&local, text));
	iu_text_add(cell, any6 && s->v6only == IU_YES ? " (v6)" : "");
}

void iu_list_columns_add_local(const struct iu_socket *s, bool port, struct iu_text *cell)
{
	if (s->protocol == IU_PROTOCOL_UNIX)
		add_name(s, cell);
	else
		add_local(s, port, cell);
}

void iu_list_columns_add_peer(const struct iu_socket *s, struct iu_text *cell)
{
	struct iu_address peer = plain(&s->peer);
	char text[IU_ADDRESS_TEXT];

	if (s->protocol != IU_PROTOCOL_UNIX && s->peer.family != IU_FAMILY_ANY)
		iu_text_add(cell, iu_endpoint_format(&peer, s->peer_port, text));
}

static void cell_address(const struct iu_list_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;

	iu_list_columns_add_local(s, true, cell);
	if (s->protocol != IU_PROTOCOL_UNIX && s->peer.family != IU_FAMILY_ANY)
		iu_text_add(cell, " -> ");
	iu_list_columns_add_peer(s, cell);
}

static void cell_port(const struct iu_list_source *from, struct iu_text *cell)
{
	if (from->socket->protocol != IU_PROTOCOL_UNIX)
		iu_text_printf(cell, "%u", (unsigned int)from->socket->port);
}

static void cell_state(const struct iu_list_source *from, struct iu_text *cell)
{
	iu_text_add(cell, iu_state_name(from->socket->state));
}

/* "?": somebody has it, but who could not be seen. "-": no process has it. "(nginx)": a guess. */
static void add_unseen(const struct iu_list_source *from, bool pid, struct iu_text *cell)
{
	const struct iu_unreadable *guess = from->row->guess;

	if (!guess) {
		iu_text_add(cell, from->socket->inode ? "?" : "-");
		return;
	}
	iu_text_add(cell, "(");
	if (pid)
		iu_text_printf(cell, "%d", (int)guess->pid);
	else
		add_foreign(cell, guess->name);
	iu_text_add(cell, ")");
}

static void cell_pid(const struct iu_list_source *from, struct iu_text *cell)
{
	if (!from->hold)
		add_unseen(from, true, cell);
	else if (from->hold->pid < IU_PID_MADE_UP)
		iu_text_printf(cell, "%d", (int)from->hold->pid);
	else
		iu_text_add(cell, "-");
}

static void cell_program(const struct iu_list_source *from, struct iu_text *cell)
{
	if (!from->hold) {
		add_unseen(from, false, cell);
		return;
	}
	add_foreign(cell, from->process && from->process->name ? from->process->name : "?");
	if (from->row->holds.n > 1)
		iu_text_printf(cell, " +%zu", from->row->holds.n - 1);
}

static void cell_user(const struct iu_list_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;
	const struct iu_process *p = from->process;

	if (s->user)
		add_foreign(cell, s->user);
	else if (s->uid_known)
		iu_text_printf(cell, "%u", (unsigned int)s->uid);
	else if (p && p->user)
		add_foreign(cell, p->user);
	else if (p && p->uid_known)
		iu_text_printf(cell, "%u", (unsigned int)p->uid);
	else
		iu_text_add(cell, "-");
}

static void add_container(struct iu_text *cell, const char *container)
{
	size_t len = strlen(container);
	bool id = len == 64 && strspn(container, "0123456789abcdef") == len;

	iu_text_foreign(cell, container, id ? CONTAINER_ID : len, CELL_MAX);
}

/* A container says more than the unit that its engine made for it. */
static void cell_unit(const struct iu_list_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;
	const struct iu_process *p = from->process;

	if (s->container)
		add_container(cell, s->container);
	else if (p && p->container)
		add_container(cell, p->container);
	else if (s->unit)
		add_foreign(cell, s->unit);
	else if (p && p->unit)
		add_foreign(cell, p->unit);
}

/* In seconds; INT64_MAX: not known. */
static int64_t age_of(const struct iu_list_source *from)
{
	int64_t now = from->snapshot->host.now;

	if (!from->process || from->process->started < 0 || now <= 0)
		return INT64_MAX;
	return now > from->process->started ? now - from->process->started : 0;
}

static void cell_age(const struct iu_list_source *from, struct iu_text *cell)
{
	static const struct {
		int64_t seconds;
		const char *letter;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	int64_t age = age_of(from);
	size_t i;

	if (age == INT64_MAX)
		return;
	for (i = 0; i < IU_COUNT(units) - 1 && age < units[i].seconds; i++)
		;
	iu_text_printf(cell, "%lld%s", (long long)(age / units[i].seconds), units[i].letter);
}

static void cell_dir(const struct iu_list_source *from, struct iu_text *cell)
{
	if (from->process && from->process->cwd)
		iu_home_add(cell, from->process->cwd, from->home, CELL_MAX);
}

/* All arguments, as far as anybody would read them on one line. */
static void cell_command(const struct iu_list_source *from, struct iu_text *cell)
{
	const struct iu_process *p = from->process;
	size_t begin = cell->len;

	for (size_t i = 0; p && i < p->command.n && cell->len - begin < COMMAND_MAX; i++) {
		const char *word = p->command.v[i];

		if (i == 0 && from->narrow && word[0] == '/' && *iu_text_base_name(word, "/"))
			word = iu_text_base_name(word, "/");
		iu_text_add(cell, i ? " " : "");
		iu_text_foreign(cell, word, strlen(word), COMMAND_MAX);
	}
}

static int64_t port_of(const struct iu_list_source *from)
{
	return from->socket->protocol == IU_PROTOCOL_UNIX ? INT64_MAX : from->socket->port;
}

static int64_t pid_of(const struct iu_list_source *from)
{
	return from->hold ? from->hold->pid : INT64_MAX;
}

static const struct iu_list_column columns[] = {
	{"proto", "PROTO", 5, 0, true, cell_protocol, NULL},
	{"address", "ADDRESS", 14, 0, false, cell_address, NULL},
	{"port", "PORT", 4, 0, true, cell_port, port_of},
	{"state", "STATE", 6, 1, false, cell_state, NULL},
	{"pid", "PID", 3, 0, true, cell_pid, pid_of},
	{"program", "PROGRAM", 7, 0, false, cell_program, NULL},
	{"user", "USER", 4, 2, false, cell_user, NULL},
	{"unit", "UNIT", 10, 4, false, cell_unit, NULL},
	{"age", "AGE", 3, 3, true, cell_age, age_of},
	{"dir", "DIR", 8, 5, false, cell_dir, NULL},
	{"command", "COMMAND", 10, 6, false, cell_command, NULL},
};

_Static_assert(IU_COUNT(columns) == IU_LIST_COLUMNS, "a width for each column");

const struct iu_list_column *iu_list_columns(void)
{
	return columns;
}

struct iu_list_source iu_list_columns_source(const struct iu_snapshot *snapshot, const struct iu_row *row)
{
	struct iu_list_source from = {
		.snapshot = snapshot,
		.socket = &snapshot->sockets.v[row->socket],
		.row = row,
	};

	if (row->holds.n) {
		from.hold = &snapshot->holds.v[row->holds.v[0]];
		from.process = iu_snapshot_process(snapshot, from.hold->pid);
	}
	return from;
}
