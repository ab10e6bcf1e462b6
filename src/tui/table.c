/* tui/table.c - sockets over time: rows with an identity, and what became of each since the look before */
#include "tui/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "tui/row-text.h"

#define ROWS_LEAST 64

struct iu_identity iu_table_identity(const struct iu_socket *s)
{
	struct iu_identity identity;

	memset(&identity, 0, sizeof(identity)); /* it is compared as bytes */
	if (s->cookie) {
		identity.cookie = s->cookie;
		return identity;
	}
	identity.protocol = (uint8_t)s->protocol;
	if (s->inode && s->inode < IU_INODE_MADE_UP) {
		identity.inode = s->inode;
		return identity;
	}
	identity.family = (uint8_t)s->family;
	identity.port = s->port;
	identity.peer_port = s->peer_port;
	identity.ifindex = s->ifindex;
	memcpy(identity.local, s->local.bytes, sizeof(identity.local));
	memcpy(identity.peer, s->peer.bytes, sizeof(identity.peer));
	return identity;
}

bool iu_table_same(const struct iu_identity *a, const struct iu_identity *b)
{
	return !memcmp(a, b, sizeof(*a));
}

/* FNV-1a */
static size_t hash(const struct iu_identity *identity)
{
	const unsigned char *bytes = (const unsigned char *)identity;
	uint64_t h = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < sizeof(*identity); i++)
		h = (h ^ bytes[i]) * UINT64_C(1099511628211);
	return (size_t)(h ^ h >> 32);
}

struct iu_top_row *iu_table_find(const struct iu_top_table *table, const struct iu_identity *identity)
{
	struct iu_top_row *row =
		table->bucket_count ? table->buckets[hash(identity) & (table->bucket_count - 1)] : NULL;

	while (row && !iu_table_same(&row->identity, identity))
		row = row->next;
	return row;
}

static void put_in_bucket(struct iu_top_table *table, struct iu_top_row *row)
{
	struct iu_top_row **bucket = &table->buckets[hash(&row->identity) & (table->bucket_count - 1)];

	row->next = *bucket;
	*bucket = row;
}

static int make_room(struct iu_top_table *table)
{
	size_t cap = table->cap ? table->cap * 2 : ROWS_LEAST;
	struct iu_top_row **rows, **buckets;

	if (table->n < table->cap)
		return 0;
	rows = realloc(table->rows, cap * sizeof(*rows));
	if (!rows)
		return IU_E_NOMEM;
	table->rows = rows;
	buckets = calloc(cap * 2, sizeof(*buckets));
	if (!buckets)
		return IU_E_NOMEM;
	free(table->buckets);
	table->buckets = buckets;
	table->bucket_count = cap * 2;
	table->cap = cap;
	for (size_t i = 0; i < table->n; i++)
		put_in_bucket(table, table->rows[i]);
	return 0;
}

static void free_row(struct iu_top_row *row)
{
	free(row->strings);
	free(row->trouble_text);
	free(row);
}

static void drop(struct iu_top_table *table, size_t at)
{
	struct iu_top_row *row = table->rows[at];
	struct iu_top_row **link = &table->buckets[hash(&row->identity) & (table->bucket_count - 1)];

	while (*link != row)
		link = &(*link)->next;
	*link = row->next;
	table->rows[at] = table->rows[--table->n];
	free_row(row);
}

static struct iu_top_row *add(struct iu_top_table *table, const struct iu_identity *identity)
{
	struct iu_top_row *row = make_room(table) < 0 ? NULL : calloc(1, sizeof(*row));

	if (!row)
		return NULL;
	row->identity = *identity;
	row->place = UINT32_MAX;
	row->holder.started = -1;
	table->rows[table->n++] = row;
	put_in_bucket(table, row);
	return row;
}

/* ---- what came and went ---- */

static void tell(struct iu_top_table *table, const struct iu_top_row *row, enum iu_mark mark, int64_t when)
{
	struct iu_text text = {0};
	struct iu_change *event;

	if (!table->events)
		table->events = calloc(IU_EVENTS_MAX, sizeof(*table->events));
	if (!table->events)
		return;
	iu_row_text_event(row, mark, &text);
	if (text.failed) {
		iu_text_free(&text);
		return;
	}
	if (table->event_count == IU_EVENTS_MAX) {
		free(table->events[table->event_first].text);
		table->event_first = (table->event_first + 1) % IU_EVENTS_MAX;
		table->event_count--;
	}
	event = &table->events[(table->event_first + table->event_count++) % IU_EVENTS_MAX];
	*event = (struct iu_change){.when = when, .mark = mark, .text = text.data};
}

const struct iu_change *iu_table_event(const struct iu_top_table *table, size_t back)
{
	if (back >= table->event_count)
		return NULL;
	return &table->events[(table->event_first + table->event_count - 1 - back) % IU_EVENTS_MAX];
}

/* ---- a look ---- */

/* One block for all strings of a row: asked twice, first for its length. */
struct block {
	char *bytes;
	size_t len;
};

static const char *keep(struct block *block, const char *text, size_t len)
{
	char *at = block->bytes ? block->bytes + block->len : NULL;

	if (!text)
		return NULL;
	if (at) {
		memcpy(at, text, len);
		at[len] = '\0';
	}
	block->len += len + 1;
	return at;
}

static const char *keep_string(struct block *block, const char *text)
{
	return keep(block, text, text ? strlen(text) : 0);
}

static void keep_strings(struct block *block, struct iu_socket *s, struct iu_row_holder *holder)
{
	s->path = keep(block, s->path, s->path_len);
	s->user = keep_string(block, s->user);
	s->device = keep_string(block, s->device);
	s->unit = keep_string(block, s->unit);
	s->container = keep_string(block, s->container);
	s->cgroup = s->engine = NULL;
	holder->program = keep_string(block, holder->program);
	holder->user = keep_string(block, holder->user);
	holder->unit = keep_string(block, holder->unit);
	holder->container = keep_string(block, holder->container);
	holder->command = keep_string(block, holder->command);
}

static int own(struct iu_top_row *row, const struct iu_socket *socket, const struct iu_row_holder *holder)
{
	struct iu_socket s = *socket;
	struct iu_row_holder h = *holder;
	struct block block = {0};

	keep_strings(&block, &s, &h);
	block.bytes = malloc(block.len + 1);
	if (!block.bytes)
		return IU_E_NOMEM;
	block.len = 0;
	s = *socket;
	h = *holder;
	keep_strings(&block, &s, &h);
	free(row->strings); /* what was kept of it is in the new block */
	row->strings = block.bytes;
	row->socket = s;
	row->holder = h;
	return 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool has_changed(const struct iu_top_row *row, const struct iu_socket *s, const struct iu_row_holder *holder)
{
	if (row->socket.state != s->state || row->socket.port != s->port || row->socket.peer_port != s->peer_port ||
		!iu_address_equal(&row->socket.local, &s->local))
		return true;
	return holder->known && row->holder.known &&
	       (row->holder.pid != holder->pid || row->holder.others != holder->others ||
		       row->holder.stopped != holder->stopped || !same_text(row->holder.program, holder->program));
}

/* Names that only a look at holders brings stay until the next one. */
static struct iu_socket with_names(const struct iu_top_row *row, const struct iu_socket *socket)
{
	struct iu_socket s = *socket;

	s.user = s.user ? s.user : row->socket.user;
	s.unit = s.unit ? s.unit : row->socket.unit;
	s.container = s.container ? s.container : row->socket.container;
	s.device = s.device ? s.device : row->socket.device;
	return s;
}

static void mark(struct iu_top_row *row, enum iu_mark mark, int64_t now_ms)
{
	row->mark = mark;
	row->marked_ms = now_ms;
}

static int take_old(struct iu_top_table *table, struct iu_top_row *row, const struct iu_table_look *look,
	const struct iu_socket *socket, const struct iu_row_holder *holder)
{
	struct iu_socket s = with_names(row, socket);
	bool changed = row->mark == IU_MARK_GONE || has_changed(row, &s, holder);
	int ret;

	/* of a million connections hardly one is different */
	if (!changed && !holder->known) {
		row->socket.queue = s.queue;
		row->socket.backlog = s.backlog;
		row->socket.drops = s.drops;
		row->socket.timer_ms = s.timer_ms;
		return 0;
	}
	ret = own(row, &s, holder->known ? holder : &row->holder);
	if (changed && ret == 0) {
		mark(row, IU_MARK_CHANGED, look->shown_ms);
		tell(table, row, IU_MARK_CHANGED, look->snapshot->host.now);
	}
	return ret;
}

static int take_new(struct iu_top_table *table, const struct iu_table_look *look,
	const struct iu_identity *identity, const struct iu_socket *socket, const struct iu_row_holder *holder,
	struct iu_top_row **ret_row)
{
	struct iu_top_row *row = add(table, identity);
	bool is_new = table->begun && !look->other_scope && socket->port < look->below;

	if (!row)
		return IU_E_NOMEM;
	*ret_row = row;
	row->born_ms = is_new ? look->now_ms : INT64_MIN;
	if (own(row, socket, holder) < 0)
		return IU_E_NOMEM;
	if (is_new) {
		table->came++;
		mark(row, IU_MARK_NEW, look->shown_ms);
		tell(table, row, IU_MARK_NEW, look->snapshot->host.now);
	}
	return 0;
}

static int take_row(struct iu_top_table *table, const struct iu_table_look *look, const struct iu_row *from)
{
	const struct iu_socket *s = &look->snapshot->sockets.v[from->socket];
	struct iu_identity identity = iu_table_identity(s);
	struct iu_top_row *row = iu_table_find(table, &identity);
	bool wanted = look->complete || !row || !row->holder.known;
	struct iu_text command = {0};
	struct iu_row_holder holder = {.started = -1};
	int ret;

	if (wanted)
		iu_row_text_holder(look->snapshot, from, &command, &holder);
	ret = row ? take_old(table, row, look, s, &holder)
		  : take_new(table, look, &identity, s, &holder, &row);
	if (row) {
		row->seen = table->look;
		row->looked_ms = look->now_ms;
	}
	iu_text_free(&command);
	return ret;
}

/* What the look could not see is not gone. */
static bool was_looked_for(const struct iu_table_look *look, const struct iu_socket *s)
{
	uint32_t fact = s->protocol == IU_PROTOCOL_UDP	  ? IU_FACT_UDP
			: s->protocol == IU_PROTOCOL_UNIX ? IU_FACT_UNIX
							  : IU_FACT_TCP;

	if (s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_BOUND)
		fact |= IU_FACT_BOUND;
	return (look->snapshot->seen & fact) == fact;
}

static void find_gone(struct iu_top_table *table, const struct iu_table_look *look)
{
	for (size_t i = table->n; i-- > 0;) {
		struct iu_top_row *row = table->rows[i];

		if (row->seen == table->look || row->mark == IU_MARK_GONE)
			continue;
		if (look->other_scope || row->socket.port >= look->below) {
			drop(table, i);
		} else if (was_looked_for(look, &row->socket)) {
			mark(row, IU_MARK_GONE, look->shown_ms);
			tell(table, row, IU_MARK_GONE, look->snapshot->host.now);
		}
	}
}

static void count_unseen(struct iu_top_table *table)
{
	table->unseen = 0;
	for (size_t i = 0; i < table->n; i++) {
		const struct iu_top_row *row = table->rows[i];

		table->unseen += row->mark != IU_MARK_GONE && row->socket.inode && row->holder.known &&
				 (!row->holder.pid || row->holder.guessed);
	}
}

int iu_table_take(struct iu_top_table *table, const struct iu_table_look *look)
{
	int ret = 0;

	table->look++;
	for (size_t i = 0; i < look->listing->rows.n && ret == 0; i++)
		ret = take_row(table, look, &look->listing->rows.v[i]);
	if (ret == 0)
		find_gone(table, look);
	count_unseen(table);
	table->begun = true;
	return ret;
}

bool iu_table_freed(struct iu_top_table *table, const struct iu_socket *socket, int64_t now_ms, int64_t when)
{
	struct iu_identity identity = iu_table_identity(socket);
	struct iu_top_row *row = socket->cookie ? iu_table_find(table, &identity) : NULL;

	/* what a connection leaves behind has its cookie: the next look tells */
	if (!row || row->mark == IU_MARK_GONE || row->socket.peer_port)
		return false;
	mark(row, IU_MARK_GONE, now_ms);
	tell(table, row, IU_MARK_GONE, when);
	return true;
}

bool iu_table_age(struct iu_top_table *table, const struct iu_identity *keep_row, int64_t now_ms)
{
	bool changed = false;

	for (size_t i = table->n; i-- > 0;) {
		struct iu_top_row *row = table->rows[i];

		if (row->mark == IU_MARK_NONE || now_ms - row->marked_ms < IU_MARK_MS)
			continue;
		if (row->mark != IU_MARK_GONE)
			row->mark = IU_MARK_NONE;
		else if (keep_row && iu_table_same(&row->identity, keep_row))
			continue;
		else
			drop(table, i);
		changed = true;
	}
	return changed;
}

int iu_table_trouble(struct iu_top_row *row, const char *why)
{
	char *text = why ? strdup(why) : NULL;

	free(row->trouble_text);
	row->trouble_text = text;
	row->trouble = text;
	return why && !text ? IU_E_NOMEM : 0;
}

void iu_table_free(struct iu_top_table *table)
{
	for (size_t i = 0; i < table->n; i++)
		free_row(table->rows[i]);
	for (size_t i = 0; i < table->event_count; i++)
		free(table->events[(table->event_first + i) % IU_EVENTS_MAX].text);
	free(table->events);
	free(table->rows);
	free(table->buckets);
	*table = (struct iu_top_table){0};
}
