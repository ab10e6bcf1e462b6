/* tui/row-text.c - what of a row is read: its columns, and the words of its comings and goings */
#include "tui/row-text.h"

#include <stdio.h>
#include <string.h>

#include "base/compat.h"

#define CELL_MAX    200
#define COMMAND_MAX 400
#define CONTAINER_ID 12 /* as container engines shorten their ids */

static void add_foreign(struct iu_text *cell, const char *text)
{
	if (text)
		iu_text_foreign(cell, text, strlen(text), CELL_MAX);
}

const char *iu_row_text_trouble(const struct iu_top_row *row)
{
	const struct iu_socket *s = &row->socket;

	if (row->mark == IU_MARK_GONE)
		return NULL;
	if (s->state == IU_STATE_LISTEN && s->backlog && s->queue >= s->backlog)
		return "its queue is full: clients wait, and the program accepts none of them";
	if (row->holder.stopped)
		return "the program is suspended (Ctrl-Z, SIGSTOP): nobody answers";
	return row->trouble;
}

char iu_row_text_letter(const struct iu_top_row *row)
{
	static const char letters[] = {[IU_MARK_NEW] = '+', [IU_MARK_CHANGED] = '~', [IU_MARK_GONE] = '-'};

	if (iu_row_text_trouble(row))
		return '!';
	return row->mark == IU_MARK_NONE ? ' ' : letters[row->mark];
}

const char *iu_row_text_unit(const struct iu_top_row *row)
{
	return row->socket.container   ? row->socket.container
	       : row->holder.container ? row->holder.container
	       : row->socket.unit      ? row->socket.unit
				       : row->holder.unit;
}

const char *iu_row_text_user(const struct iu_top_row *row)
{
	return row->socket.user ? row->socket.user : row->holder.user;
}

/* ---- cells ---- */

static void cell_mark(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	iu_text_printf(cell, "%c", iu_row_text_letter(row));
}

static void cell_port(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	if (row->socket.port)
		iu_text_printf(cell, "%u", (unsigned int)row->socket.port);
}

static void cell_protocol(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	iu_text_add(cell, iu_protocol_name(row->socket.protocol));
}

/* An IPv4 address in the dress of IPv6 is that IPv4 address to everybody who connects. */
static struct iu_address plain(const struct iu_address *address)
{
	return iu_address_space(address) == IU_SPACE_MAPPED ? iu_address_ipv4(iu_address_v4(address)) : *address;
}

static bool is_dual(const struct iu_socket *s)
{
	return s->local.family == IU_FAMILY_IPV6 && iu_address_space(&s->local) == IU_SPACE_ANY6 && s->v6only == IU_NO;
}

static void add_address(const struct iu_socket *s, struct iu_text *out)
{
	struct iu_address local = plain(&s->local);
	char text[IU_ADDRESS_TEXT];

	if (s->protocol == IU_PROTOCOL_UNIX) {
		iu_text_add(out, s->abstract ? "@" : "");
		if (s->path && s->abstract)
			iu_text_abstract(out, s->path, s->path_len, CELL_MAX);
		else if (s->path)
			iu_text_foreign(out, s->path, s->path_len, CELL_MAX);
		return;
	}
	if (s->device || s->ifindex)
		local.scope = 0; /* of a link-local address it is the same device */
	iu_text_add(out, is_dual(s) ? "*" : iu_address_format(&local, text));
	if (s->device || s->ifindex)
		iu_text_add(out, "%");
	if (s->device)
		add_foreign(out, s->device);
	else if (s->ifindex)
		iu_text_printf(out, "if%u", (unsigned int)s->ifindex); /* it is gone */
}

static void cell_address(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	add_address(&row->socket, cell);
}

static void cell_peer(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	struct iu_address peer = plain(&row->socket.peer);
	char text[IU_ADDRESS_TEXT];

	(void)view;
	if (row->socket.peer_port)
		iu_text_add(cell, iu_endpoint_format(&peer, row->socket.peer_port, text));
}

static void add_queue(const struct iu_socket *s, struct iu_text *out)
{
	if (s->state == IU_STATE_LISTEN && s->protocol == IU_PROTOCOL_TCP && s->backlog)
		iu_text_printf(out, "%u/%u", (unsigned int)s->queue, (unsigned int)s->backlog);
}

/* "time-wait 42s", and where the queue has no column of its own "listen 3/128". */
static void cell_state(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	const struct iu_socket *s = &row->socket;
	int64_t left = s->timer_ms - (view->now_ms - row->looked_ms);

	if (row->mark == IU_MARK_GONE) {
		iu_text_add(cell, "gone");
		return;
	}
	if (row->holder.stopped) {
		iu_text_add(cell, "suspended");
		return;
	}
	iu_text_add(cell, s->protocol == IU_PROTOCOL_UDP && s->state == IU_STATE_BOUND ? "open" : iu_state_name(s->state));
	if (s->state == IU_STATE_TIME_WAIT && s->timer_ms >= 0)
		iu_text_printf(cell, " %llds", (long long)(left > 0 ? (left + 999) / 1000 : 0));
	else if (!view->wide && s->queue) {
		iu_text_add(cell, " ");
		add_queue(s, cell);
	}
}

static void cell_queue(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	add_queue(&row->socket, cell);
}

static void cell_drops(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	if (row->socket.drops)
		iu_text_printf(cell, "%u", (unsigned int)row->socket.drops);
}

static void cell_connections(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	if (row->socket.state == IU_STATE_LISTEN && row->socket.protocol == IU_PROTOCOL_TCP)
		iu_text_printf(cell, "%u", (unsigned int)row->connections);
}

/* "?": somebody has it, but who could not be seen. "-": no process has it. "(nginx)": a guess. */
static void cell_program(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	const struct iu_row_holder *h = &row->holder;

	(void)view;
	if (!h->program) {
		iu_text_add(cell, !h->known ? "" : row->socket.inode ? "?" : "-");
		return;
	}
	iu_text_add(cell, h->guessed ? "(" : "");
	add_foreign(cell, h->program);
	iu_text_add(cell, h->guessed ? ")" : "");
	if (h->others)
		iu_text_printf(cell, " +%zu", h->others);
}

static void cell_pid(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	const struct iu_row_holder *h = &row->holder;

	(void)view;
	if (h->pid > 0 && h->pid < IU_PID_MADE_UP)
		iu_text_printf(cell, h->guessed ? "(%d)" : "%d", (int)h->pid);
}

static void cell_user(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	if (iu_row_text_user(row))
		add_foreign(cell, iu_row_text_user(row));
	else if (row->socket.uid_known)
		iu_text_printf(cell, "%u", (unsigned int)row->socket.uid);
}

static void cell_unit(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	const char *unit = iu_row_text_unit(row);
	size_t len = unit ? strlen(unit) : 0;
	bool id = len == 64 && strspn(unit, "0123456789abcdef") == len;

	(void)view;
	if (unit)
		iu_text_foreign(cell, unit, id ? CONTAINER_ID : len, CELL_MAX);
}

static void cell_age(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	static const struct {
		int64_t seconds;
		const char *letter;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	int64_t age = view->now > row->holder.started ? view->now - row->holder.started : 0;
	size_t i;

	if (row->holder.started < 0 || view->now <= 0)
		return;
	for (i = 0; i < IU_COUNT(units) - 1 && age < units[i].seconds; i++)
		;
	iu_text_printf(cell, "%lld%s", (long long)(age / units[i].seconds), units[i].letter);
}

static void cell_command(const struct iu_top_row *row, const struct iu_row_view *view, struct iu_text *cell)
{
	(void)view;
	if (row->holder.command)
		iu_text_foreign(cell, row->holder.command, strlen(row->holder.command), COMMAND_MAX);
}

/* ---- what columns are sorted by ---- */

static int64_t by_mark(const struct iu_top_row *row)
{
	static const char order[] = "!+~- ";

	return strchr(order, iu_row_text_letter(row)) - order;
}

static int64_t by_port(const struct iu_top_row *row)
{
	return row->socket.port ? row->socket.port : INT64_MAX;
}

static int64_t by_protocol(const struct iu_top_row *row)
{
	return row->socket.protocol;
}

static int64_t by_state(const struct iu_top_row *row)
{
	return row->socket.state;
}

/* The fullest first: how much room is left. */
static int64_t by_queue(const struct iu_top_row *row)
{
	return row->socket.backlog ? -(int64_t)row->socket.queue * 1000 / row->socket.backlog : INT64_MAX;
}

static int64_t by_drops(const struct iu_top_row *row)
{
	return -(int64_t)row->socket.drops;
}

static int64_t by_connections(const struct iu_top_row *row)
{
	return -(int64_t)row->connections;
}

static int64_t by_pid(const struct iu_top_row *row)
{
	return row->holder.pid > 0 ? row->holder.pid : INT64_MAX;
}

static int64_t by_age(const struct iu_top_row *row)
{
	return row->holder.started < 0 ? INT64_MAX : -row->holder.started;
}

/* Order of networks: IPv4 before IPv6, by number. As a text of hexadecimal digits it would cost more. */
static int64_t by_address(const struct iu_top_row *row)
{
	const struct iu_socket *s = &row->socket;
	struct iu_address local = plain(&s->local);
	int64_t number = 0;

	if (s->protocol == IU_PROTOCOL_UNIX)
		return INT64_MAX;
	for (size_t i = 0; i < 6; i++)
		number = number << 8 | local.bytes[i];
	return number | (int64_t)(local.family == IU_FAMILY_IPV6) << 56;
}

static int64_t by_peer(const struct iu_top_row *row)
{
	struct iu_address peer = plain(&row->socket.peer);
	int64_t number = 0;

	if (!row->socket.peer_port)
		return INT64_MAX;
	for (size_t i = 0; i < 5; i++)
		number = number << 8 | peer.bytes[i];
	return number << 16 | row->socket.peer_port;
}

static const char *by_program(const struct iu_top_row *row)
{
	return row->holder.program;
}

static const char *by_command(const struct iu_top_row *row)
{
	return row->holder.command;
}

static const struct iu_top_column columns[IU_TOP_COLUMNS] = {
	[IU_COLUMN_MARK] = {"mark", " ", 1, 1, 0, false, true, cell_mark, by_mark, NULL},
	[IU_COLUMN_PORT] = {"port", "PORT", 5, 5, 0, true, true, cell_port, by_port, NULL},
	[IU_COLUMN_PROTOCOL] = {"proto", "PROTO", 5, 5, 1, false, true, cell_protocol, by_protocol, NULL},
	[IU_COLUMN_ADDRESS] = {"address", "ADDRESS", 15, 26, 0, false, true, cell_address, by_address, NULL},
	[IU_COLUMN_PEER] = {"peer", "PEER", 15, 28, 4, false, true, cell_peer, by_peer, NULL},
	[IU_COLUMN_STATE] = {"state", "STATE", 13, 14, 2, false, true, cell_state, by_state, NULL},
	[IU_COLUMN_QUEUE] = {"queue", "QUEUE", 9, 11, 10, true, true, cell_queue, by_queue, NULL},
	[IU_COLUMN_DROPS] = {"drops", "DROPS", 5, 7, 12, true, true, cell_drops, by_drops, NULL},
	[IU_COLUMN_CONNECTIONS] = {"conn", "CONN", 5, 7, 8, true, true, cell_connections, by_connections, NULL},
	[IU_COLUMN_PROGRAM] = {"program", "PROGRAM", 12, 18, 0, false, true, cell_program, NULL, by_program},
	[IU_COLUMN_PID] = {"pid", "PID", 7, 7, 3, true, true, cell_pid, by_pid, NULL},
	[IU_COLUMN_USER] = {"user", "USER", 8, 12, 6, false, true, cell_user, NULL, iu_row_text_user},
	[IU_COLUMN_UNIT] = {"unit", "UNIT", 10, 24, 11, false, true, cell_unit, NULL, iu_row_text_unit},
	[IU_COLUMN_AGE] = {"age", "AGE", 4, 4, 5, true, true, cell_age, by_age, NULL},
	[IU_COLUMN_COMMAND] = {"command", "COMMAND", 14, 0, 9, false, true, cell_command, NULL, by_command},
};

const struct iu_top_column *iu_row_text_column(enum iu_column_id id)
{
	return &columns[id];
}

/* ---- from a look ---- */

static void join(struct iu_text *command, const struct iu_process *p)
{
	for (size_t i = 0; i < p->command.n && command->len < COMMAND_MAX; i++) {
		const char *word = p->command.v[i];

		if (i == 0 && word[0] == '/' && *iu_text_base_name(word, "/"))
			word = iu_text_base_name(word, "/");
		iu_text_add(command, i ? " " : "");
		iu_text_addn(command, word, strnlen(word, COMMAND_MAX));
	}
}

void iu_row_text_holder(const struct iu_snapshot *snapshot, const struct iu_row *from, struct iu_text *command,
	struct iu_row_holder *ret_holder)
{
	const struct iu_hold *hold = from->holds.n ? &snapshot->holds.v[from->holds.v[0]] : NULL;
	const struct iu_process *p = hold ? iu_snapshot_process(snapshot, hold->pid) : NULL;
	struct iu_row_holder h = {.known = true, .started = -1};

	if (!hold && from->guess) {
		h.guessed = true;
		h.pid = from->guess->pid;
		h.program = from->guess->name;
	}
	if (hold) {
		h.pid = hold->pid;
		h.others = from->holds.n - 1;
		h.program = p && p->name ? p->name : "?";
	}
	if (p) {
		join(command, p);
		h.command = command->len ? command->data : NULL;
		h.user = p->user;
		h.unit = p->unit;
		h.container = p->container_name ? p->container_name : p->container;
		h.started = p->started;
		h.stopped = p->state == IU_PROCESS_STOPPED || p->state == IU_PROCESS_FROZEN;
	}
	*ret_holder = h;
}

void iu_row_text_event(const struct iu_top_row *row, enum iu_mark mark, struct iu_text *out)
{
	const struct iu_socket *s = &row->socket;
	const struct iu_row_holder *h = &row->holder;

	if (s->port)
		iu_text_printf(out, "%u/", (unsigned int)s->port);
	iu_text_printf(out, "%s ", iu_protocol_name(s->protocol));
	add_address(s, out);
	if (s->peer_port) {
		iu_text_add(out, " -> ");
		cell_peer(row, NULL, out);
	}
	if (mark != IU_MARK_GONE)
		iu_text_printf(out, " %s", iu_state_name(s->state));
	if (!h->program)
		return;
	iu_text_add(out, "  ");
	add_foreign(out, h->program);
	if (h->pid > 0 && h->pid < IU_PID_MADE_UP)
		iu_text_printf(out, " (pid %d)", (int)h->pid);
}

void iu_row_text_target(const struct iu_top_row *row, struct iu_text *out)
{
	const struct iu_socket *s = &row->socket;
	struct iu_address local = plain(&s->local);
	struct iu_text name = {0};
	char text[IU_ADDRESS_TEXT];

	if (s->protocol == IU_PROTOCOL_UNIX) {
		iu_text_add(&name, s->abstract ? "@" : s->path && s->path[0] != '/' ? "unix:" : "");
		if (s->path && s->abstract)
			iu_text_abstract(&name, s->path, s->path_len, 0);
		else if (s->path)
			iu_text_addn(&name, s->path, s->path_len);
		iu_text_shell_word(out, name.data);
		iu_text_free(&name);
		return;
	}
	if (iu_address_is_wildcard(&local))
		iu_text_printf(out, "%u", (unsigned int)s->port);
	else
		iu_text_add(out, iu_endpoint_format(&local, s->port, text));
	iu_text_add(out, s->protocol == IU_PROTOCOL_UDP ? "/udp" : "");
}
