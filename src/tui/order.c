/* tui/order.c - which rows are on the screen, and in which order: filter, sort, tree */
#include "tui/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"

/* ---- which ---- */

/* A name is looked for as such, too: "http" is a service, and a part of "httpd". */
static bool is_place(const char *word)
{
	return strchr("0123456789[:*/@.", word[0]) != NULL;
}

static void add_number(struct iu_order_filter *filter, const char *word)
{
	char *end;
	long number = strtol(word, &end, 10);

	if (!*end && number > 0 && number < IU_PID_MADE_UP)
		*iu_list_add(&filter->arena, &filter->numbers) = (int32_t)number;
}

static void add_word(struct iu_order_filter *filter, const struct iu_names *names, const char *word)
{
	struct iu_order_word next = {.text = word};
	struct iu_text complaint = {0};

	if (iu_filter_protocol(word, &filter->places)) {
		filter->unix_sockets = filter->places.unix_sockets;
		return;
	}
	if (is_place(word)) {
		add_number(filter, word);
		if (iu_filter_word(&filter->arena, names, word, &filter->places, &complaint) == 0)
			next.text = NULL;
	} else if (iu_filter_word(&filter->arena, names, word, &next.named, &complaint) < 0) {
		next.named = (struct iu_filter){0};
	}
	iu_text_free(&complaint);
	if (next.text)
		*iu_list_add(&filter->arena, &filter->words) = next;
}

int iu_order_filter_set(struct iu_order_filter *filter, const struct iu_names *names, const char *text)
{
	char *user = filter->user ? strdup(filter->user) : NULL;
	int ret;

	iu_arena_free(&filter->arena);
	filter->places = (struct iu_filter){0};
	filter->numbers.n = filter->numbers.cap = 0;
	filter->numbers.v = NULL;
	filter->words.n = filter->words.cap = 0;
	filter->words.v = NULL;
	filter->unix_sockets = false;
	filter->user = user ? iu_arena_strdup(&filter->arena, user) : NULL;
	free(user);
	while (*(text += strspn(text, " "))) {
		size_t len = strcspn(text, " ");
		const char *word = iu_arena_strndup(&filter->arena, text, len);

		if (word)
			add_word(filter, names, word);
		text += len;
	}
	ret = filter->arena.failed ? IU_E_NOMEM : 0;
	return ret;
}

int iu_order_filter_user(struct iu_order_filter *filter, const struct iu_top_row *row)
{
	const char *user = row ? iu_row_text_user(row) : NULL;

	filter->user_given = row != NULL;
	filter->user = user ? iu_arena_strdup(&filter->arena, user) : NULL;
	filter->uid = row && row->socket.uid_known ? row->socket.uid : UINT32_MAX;
	return filter->arena.failed ? IU_E_NOMEM : 0;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

static bool contains(const char *text, const char *word)
{
	for (; text && *text; text++) {
		size_t i = 0;

		while (word[i] && lower(text[i]) == lower(word[i]))
			i++;
		if (!word[i])
			return true;
	}
	return false;
}

static bool shows(const struct iu_top_row *row, const char *word)
{
	const struct iu_row_holder *h = &row->holder;
	const char *const texts[] = {h->program, h->command, iu_row_text_user(row), row->socket.unit, h->unit,
		row->socket.container, h->container, row->socket.device, row->socket.path,
		iu_state_name(row->socket.state), iu_row_text_trouble(row)};

	for (size_t i = 0; i < IU_COUNT(texts); i++)
		if (contains(texts[i], word))
			return true;
	return false;
}

static bool passes_places(const struct iu_order_filter *filter, const struct iu_top_row *row)
{
	struct iu_filter protocols = filter->places;

	if (iu_listing_wants(&filter->places, &row->socket))
		return true;
	protocols.endpoints.n = 0;
	for (size_t i = 0; i < filter->numbers.n; i++)
		if (row->holder.pid == filter->numbers.v[i] && iu_listing_wants(&protocols, &row->socket))
			return true;
	return false;
}

static bool passes_user(const struct iu_order_filter *filter, const struct iu_top_row *row)
{
	const char *user = iu_row_text_user(row);

	if (!filter->user_given)
		return true;
	if (filter->user && user)
		return !strcmp(filter->user, user);
	return row->socket.uid_known && row->socket.uid == filter->uid;
}

static bool passes_kind(const struct iu_order_filter *filter, const struct iu_socket *s)
{
	if (s->protocol == IU_PROTOCOL_UNIX && !filter->unix_sockets)
		return false;
	if (filter->listeners)
		return s->state == IU_STATE_LISTEN || (s->protocol == IU_PROTOCOL_UDP && !s->peer_port);
	return filter->all || s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND;
}

bool iu_order_filter_passes(const struct iu_order_filter *filter, const struct iu_top_row *row)
{
	if (!passes_kind(filter, &row->socket) || !passes_user(filter, row) || !passes_places(filter, row))
		return false;
	for (size_t i = 0; i < filter->words.n; i++) {
		const struct iu_order_word *word = &filter->words.v[i];

		if (!shows(row, word->text) &&
			!(word->named.endpoints.n && iu_listing_wants(&word->named, &row->socket)))
			return false;
	}
	return true;
}

/* ---- in which order ---- */

static const char *const tree_names[IU_TREES] = {"none", "process", "unit", "container", "port"};

const char *iu_order_tree_name(enum iu_tree tree)
{
	return tree_names[tree];
}

struct keyed {
	struct iu_top_row *row;
	int64_t number;
	const char *text;
	uint32_t place; /* 0: it does not count */
	int sign;
};

static int by_number(int64_t a, int64_t b)
{
	return (a > b) - (a < b);
}

/* What is not known comes last, in either direction. */
static int compare_texts(const char *a, const char *b, int sign)
{
	if (!a || !b)
		return (a == NULL) - (b == NULL);
	return sign * strcmp(a, b);
}

static int compare_numbers(int64_t a, int64_t b, int sign)
{
	if (a == INT64_MAX || b == INT64_MAX)
		return (a == INT64_MAX) - (b == INT64_MAX);
	return sign * by_number(a, b);
}

static int compare(const void *left, const void *right)
{
	static const enum iu_column_id then[] = {IU_COLUMN_PORT, IU_COLUMN_PROTOCOL, IU_COLUMN_ADDRESS, IU_COLUMN_PEER,
		IU_COLUMN_PID};
	const struct keyed *a = left, *b = right;
	int order = by_number(a->place, b->place);

	order = order ? order : compare_numbers(a->number, b->number, a->sign);
	order = order ? order : compare_texts(a->text, b->text, a->sign);
	for (size_t i = 0; i < IU_COUNT(then) && !order; i++)
		order = by_number(iu_row_text_column(then[i])->number(a->row), iu_row_text_column(then[i])->number(b->row));
	return order ? order : memcmp(&a->row->identity, &b->row->identity, sizeof(a->row->identity));
}

static struct keyed key_of(const struct iu_order *order, struct iu_top_row *row)
{
	const struct iu_top_column *column = iu_row_text_column(order->column);

	return (struct keyed){
		.row = row,
		.number = column->number ? column->number(row) : 0,
		.text = column->text ? column->text(row) : NULL,
		.place = order->frozen ? row->place : 0,
		.sign = order->descending ? -1 : 1,
	};
}

/* ---- the tree ---- */

struct group {
	uint64_t id;
	size_t members, first; /* first: place of its members in the lines */
	const struct iu_top_row *row;
	bool closed;
};

static uint64_t hash(uint64_t h, const char *text)
{
	for (; text && *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return h ? h : 1;
}

static uint64_t group_of(enum iu_tree tree, const struct iu_top_row *row)
{
	const struct iu_socket *s = &row->socket;
	uint64_t h = UINT64_C(14695981039346656037) + (uint64_t)tree;

	switch (tree) {
	case IU_TREE_PROCESS: return hash(h + (uint64_t)row->holder.pid * 2654435761u, row->holder.program);
	case IU_TREE_UNIT: return hash(h, s->unit ? s->unit : row->holder.unit);
	case IU_TREE_CONTAINER: return hash(h, s->container ? s->container : row->holder.container);
	case IU_TREE_PORT: return hash(h + s->port * UINT64_C(2654435761), NULL);
	case IU_TREE_NONE:
	case IU_TREES: break;
	}
	return 0;
}

static void head_of(enum iu_tree tree, const struct iu_top_row *row, struct iu_text *out)
{
	const struct iu_row_view view = {.wide = true};
	const char *name = tree == IU_TREE_UNIT ? (row->socket.unit ? row->socket.unit : row->holder.unit)
						: (row->socket.container ? row->socket.container : row->holder.container);

	if (tree == IU_TREE_PORT) {
		if (row->socket.port)
			iu_text_printf(out, "port %u", (unsigned int)row->socket.port);
		else
			iu_text_add(out, "UNIX sockets");
		return;
	}
	if (tree != IU_TREE_PROCESS) {
		if (name)
			iu_text_foreign(out, name, strlen(name), 60);
		else
			iu_text_printf(out, "no %s", iu_order_tree_name(tree));
		return;
	}
	if (!row->holder.program) {
		iu_text_add(out, "no process, or none that may be seen");
		return;
	}
	iu_text_foreign(out, row->holder.program, strlen(row->holder.program), 40);
	iu_text_add(out, " (");
	iu_row_text_column(IU_COLUMN_PID)->cell(row, &view, out);
	iu_text_add(out, ")");
}

static bool is_closed(const struct iu_order *order, uint64_t group)
{
	for (size_t i = 0; i < order->closed.n; i++)
		if (order->closed.v[i] == group)
			return true;
	return false;
}

void iu_order_toggle(struct iu_order *order, uint64_t group)
{
	for (size_t i = 0; i < order->closed.n; i++)
		if (order->closed.v[i] == group) {
			order->closed.v[i] = order->closed.v[--order->closed.n];
			return;
		}
	*iu_list_add(&order->closed_arena, &order->closed) = group;
}

/* The place of a group in an open table of @size slots: a slot holds 1 + its number. */
static size_t *slot_of(size_t *slots, size_t size, const struct group *groups, uint64_t id)
{
	size_t at = (size_t)id & (size - 1);

	while (slots[at] && groups[slots[at] - 1].id != id)
		at = (at + 1) & (size - 1);
	return &slots[at];
}

/* Groups in the order of their first rows. */
static size_t find_groups(const struct iu_order *order, const struct keyed *keys, size_t n, size_t *slots, size_t size,
	struct group *groups)
{
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		uint64_t id = group_of(order->tree, keys[i].row);
		size_t *slot = slot_of(slots, size, groups, id);

		if (!*slot) {
			groups[count] = (struct group){.id = id, .row = keys[i].row, .closed = is_closed(order, id)};
			*slot = ++count;
		}
		groups[*slot - 1].members++;
	}
	return count;
}

static void put_heads(struct iu_order *order, struct group *groups, size_t count, struct iu_line *lines)
{
	size_t at = 0;

	for (size_t i = 0; i < count; i++) {
		struct iu_text text = {0};

		head_of(order->tree, groups[i].row, &text);
		lines[at++] = (struct iu_line){.head = iu_arena_strdup(&order->arena, text.data ? text.data : ""),
			.group = groups[i].id, .members = groups[i].members, .closed = groups[i].closed};
		iu_text_free(&text);
		groups[i].first = at;
		at += groups[i].closed ? 0 : groups[i].members;
	}
	order->lines.n = order->lines.cap = at;
}

static int make_tree(struct iu_order *order, const struct keyed *keys, size_t n)
{
	size_t size = 16, count;
	size_t *slots;
	struct group *groups;

	while (size < n * 2)
		size *= 2;
	slots = calloc(size, sizeof(*slots));
	groups = calloc(n + 1, sizeof(*groups));
	count = slots && groups ? find_groups(order, keys, n, slots, size, groups) : 0;
	order->lines.v = iu_arena_alloc(&order->arena, (n + count + 1) * sizeof(*order->lines.v));
	if (slots && groups && order->lines.v) {
		put_heads(order, groups, count, order->lines.v);
		for (size_t i = 0; i < n; i++) {
			uint64_t id = group_of(order->tree, keys[i].row);
			struct group *group = &groups[*slot_of(slots, size, groups, id) - 1];

			if (!group->closed)
				order->lines.v[group->first++] = (struct iu_line){.row = keys[i].row, .group = id};
		}
	}
	free(slots);
	free(groups);
	return order->lines.v && !order->arena.failed ? 0 : IU_E_NOMEM;
}

static int make_flat(struct iu_order *order, const struct keyed *keys, size_t n)
{
	order->lines.v = iu_arena_alloc(&order->arena, (n + 1) * sizeof(*order->lines.v));
	if (!order->lines.v)
		return IU_E_NOMEM;
	for (size_t i = 0; i < n; i++)
		order->lines.v[i] = (struct iu_line){.row = keys[i].row};
	order->lines.n = order->lines.cap = n;
	return 0;
}

int iu_order_make(struct iu_order *order, struct iu_top_table *table, const struct iu_order_filter *filter)
{
	struct keyed *keys = calloc(table->n + 1, sizeof(*keys));
	size_t n = 0;
	int ret;

	if (!keys)
		return IU_E_NOMEM;
	iu_arena_free(&order->arena);
	order->lines.v = NULL;
	order->lines.n = order->lines.cap = 0;
	for (size_t i = 0; i < table->n; i++) {
		struct iu_top_row *row = table->rows[i];

		if (iu_order_filter_passes(filter, row))
			keys[n++] = key_of(order, row);
		else
			row->place = UINT32_MAX;
	}
	qsort(keys, n, sizeof(*keys), compare);
	for (size_t i = 0; i < n; i++)
		keys[i].row->place = (uint32_t)i;
	order->matching = n;
	ret = order->tree == IU_TREE_NONE ? make_flat(order, keys, n) : make_tree(order, keys, n);
	free(keys);
	return ret;
}

void iu_order_free(struct iu_order *order)
{
	iu_arena_free(&order->arena);
	iu_arena_free(&order->closed_arena);
}
