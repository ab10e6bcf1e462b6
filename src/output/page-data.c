/* output/page-data.c - all sockets of a page as columns, for its script */
#include "output/page-data.h"

#include <string.h>

#include "base/table.h"
#include "output/list-columns.h"
#include "output/page-escape.h"

bool iu_page_data_is_bound(const struct iu_socket *s)
{
	return s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND ||
	       (s->protocol != IU_PROTOCOL_TCP && s->peer.family == IU_FAMILY_ANY &&
		       s->state != IU_STATE_ESTABLISHED);
}

size_t *iu_page_data_order(struct iu_arena *arena, const struct iu_page *page)
{
	const size_t n = page->listing->rows.n;
	size_t *order = iu_arena_alloc(arena, (n + 1) * sizeof(*order)), at = 0;

	for (int bound = 1; order && bound >= 0; bound--)
		for (size_t i = 0; i < n; i++)
			if (iu_page_data_is_bound(&page->snapshot->sockets.v[page->listing->rows.v[i].socket]) == bound)
				order[at++] = i;
	return order;
}

/* ---- columns of text: each value once, and a number a row ---- */

struct value {
	const char *text;
	size_t len, number;
	UT_hash_handle hh;
};

static void cell_local(const struct iu_list_source *from, struct iu_text *cell)
{
	iu_list_columns_add_local(from->socket, false, cell);
}

static void cell_peer(const struct iu_list_source *from, struct iu_text *cell)
{
	iu_list_columns_add_peer(from->socket, cell);
}

/* "reuseaddr, v6only": what is known to be set. */
static void cell_options(const struct iu_list_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;
	const struct {
		enum iu_tri set;
		const char *name;
	} options[] = {{s->reuseaddr, "SO_REUSEADDR"}, {s->reuseport, "SO_REUSEPORT"}, {s->v6only, "IPV6_V6ONLY"},
		{s->exclusive, "SO_EXCLUSIVEADDRUSE"}};
	size_t begin = cell->len;

	for (size_t i = 0; i < IU_COUNT(options); i++)
		if (options[i].set == IU_YES) {
			iu_text_add(cell, cell->len > begin ? ", " : "");
			iu_text_add(cell, options[i].name);
		}
}

static void cell_queue(const struct iu_list_source *from, struct iu_text *cell)
{
	const struct iu_socket *s = from->socket;

	if (s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_LISTEN && s->backlog)
		iu_text_printf(cell, "%u/%u", (unsigned int)s->queue, (unsigned int)s->backlog);
}

static size_t number_of(struct iu_arena *arena, struct value **all, const struct iu_text *cell, size_t next)
{
	struct value *value;

	HASH_FIND(hh, *all, cell->data, cell->len, value);
	if (value)
		return value->number;
	value = iu_arena_alloc(arena, sizeof(*value));
	if (!value)
		return 0;
	*value = (struct value){iu_arena_strndup(arena, cell->data, cell->len), cell->len, next};
	if (!value->text)
		return 0;
	HASH_ADD_KEYPTR(hh, *all, value->text, value->len, value);
	if (!iu_added(value))
		arena->failed = 1;
	return next;
}

static void put_texts(const struct iu_page *page, const size_t *order, const char *name,
	void (*make)(const struct iu_list_source *from, struct iu_text *cell), struct iu_text *out)
{
	struct iu_text numbers = {0}, cell = {0};
	struct iu_arena arena = {0};
	struct value *all = NULL;
	size_t count = 0;

	iu_text_printf(out, "\"%s\":{\"v\":[", name);
	for (size_t i = 0; i < page->listing->rows.n; i++) {
		struct iu_list_source from =
			iu_list_columns_source(page->snapshot, &page->listing->rows.v[order[i]]);
		size_t number;

		cell.len = 0;
		iu_text_add(&cell, "");
		make(&from, &cell);
		if (cell.failed)
			break;
		number = number_of(&arena, &all, &cell, count);
		if (number == count) {
			iu_text_add(out, count++ ? "," : "");
			iu_page_escape_json(out, cell.data, cell.len);
		}
		iu_text_printf(&numbers, "%s%zu", i ? "," : "", number);
	}
	out->failed = out->failed || numbers.failed || cell.failed || arena.failed;
	iu_text_add(out, "],\"i\":[");
	iu_text_addn(out, numbers.len ? numbers.data : "", numbers.len);
	iu_text_add(out, "]}");
	HASH_CLEAR(hh, all);
	iu_text_free(&numbers);
	iu_text_free(&cell);
	iu_arena_free(&arena);
}

/* ---- columns of numbers; -1: not known ---- */

static long long port_of(const struct iu_list_source *from)
{
	return from->socket->protocol == IU_PROTOCOL_UNIX ? -1 : from->socket->port;
}

static long long age_of(const struct iu_list_source *from)
{
	int64_t now = from->snapshot->host.now;

	if (!from->process || from->process->started < 0 || now <= 0)
		return -1;
	return now > from->process->started ? now - from->process->started : 0;
}

static long long timer_of(const struct iu_list_source *from)
{
	return from->socket->state == IU_STATE_TIME_WAIT && from->socket->timer_ms >= 0
		? from->socket->timer_ms / 1000 : -1;
}

/* Connections like this one that were counted and not listed. */
static long long alike_of(const struct iu_list_source *from)
{
	return from->socket->more_like_it ? (long long)from->socket->more_like_it : -1;
}

static void put_numbers(const struct iu_page *page, const size_t *order, const char *name,
	long long (*number)(const struct iu_list_source *from), struct iu_text *out)
{
	iu_text_printf(out, "\"%s\":[", name);
	for (size_t i = 0; i < page->listing->rows.n; i++) {
		struct iu_list_source from =
			iu_list_columns_source(page->snapshot, &page->listing->rows.v[order[i]]);

		iu_text_printf(out, "%s%lld", i ? "," : "", number(&from));
	}
	iu_text_add(out, "]");
}

static void put_columns(const struct iu_page *page, const size_t *order, struct iu_text *out)
{
	static const struct {
		const char *name;
		void (*cell)(const struct iu_list_source *from, struct iu_text *cell);
	} own[] = {{"address", cell_local}, {"peer", cell_peer}, {"options", cell_options}, {"queue", cell_queue}};
	static const char *const listed[] = {"proto", "state", "program", "pid", "user", "unit", "dir", "command"};

	put_numbers(page, order, "port", port_of, out);
	iu_text_add(out, ",\n");
	put_numbers(page, order, "age", age_of, out);
	iu_text_add(out, ",\n");
	put_numbers(page, order, "left", timer_of, out);
	iu_text_add(out, ",\n");
	put_numbers(page, order, "alike", alike_of, out);
	for (size_t i = 0; i < IU_COUNT(own); i++) {
		iu_text_add(out, ",\n");
		put_texts(page, order, own[i].name, own[i].cell, out);
	}
	for (size_t i = 0; i < IU_COUNT(listed); i++) {
		iu_text_add(out, ",\n");
		put_texts(page, order, listed[i],
			iu_list_columns()[iu_output_list_column(listed[i])].cell, out);
	}
}

/* ---- ranges ---- */

static void put_ranges(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	const struct iu_range_use *use, struct iu_text *out)
{
	const char *comma = "";

	iu_text_printf(out, "\"%s\":{\"first\":%d,\"last\":%d,\"taken\":[", iu_protocol_name(protocol),
		(int)use->first, (int)use->last);
	for (size_t i = 0; i < snapshot->sysctls.reserved.n; i++, comma = ",")
		iu_text_printf(out, "%s[%u,%u,\"reserved\"]", comma,
			(unsigned int)snapshot->sysctls.reserved.v[i].first,
			(unsigned int)snapshot->sysctls.reserved.v[i].last);
	for (size_t i = 0; i < snapshot->windows.exclusions.n; i++) {
		const struct iu_exclusion *e = &snapshot->windows.exclusions.v[i];

		if (e->protocol != protocol)
			continue;
		iu_text_printf(out, "%s[%u,%u,\"%s\"]", comma, (unsigned int)e->first, (unsigned int)e->last,
			e->administered ? "administered" : "excluded");
		comma = ",";
	}
	iu_text_add(out, "]}");
}

static void put_troubles(const struct iu_page *page, struct iu_text *out)
{
	const char *comma = "";

	iu_text_add(out, "\"troubles\":[");
	for (size_t i = 0; i < page->troubles->list.n; i++) {
		const struct iu_trouble *t = &page->troubles->list.v[i];

		if (!t->question.target.port || t->kind == IU_TROUBLE_ASKED)
			continue;
		iu_text_printf(out, "%s[\"%s\",%u,%zu]", comma, iu_protocol_name(t->question.target.protocol),
			(unsigned int)t->question.target.port, i + 1);
		comma = ",";
	}
	iu_text_add(out, "]");
}

void iu_page_data_write(const struct iu_page *page, const size_t *order, struct iu_text *out)
{
	size_t bound = 0;

	for (size_t i = 0; i < page->listing->rows.n; i++)
		bound += iu_page_data_is_bound(&page->snapshot->sockets.v[page->listing->rows.v[i].socket]);
	iu_text_printf(out, "{\"rows\":%zu,\"bound\":%zu,\"ranges\":{", page->listing->rows.n, bound);
	put_ranges(page->snapshot, IU_PROTOCOL_TCP, &page->troubles->tcp, out);
	iu_text_add(out, ",");
	put_ranges(page->snapshot, IU_PROTOCOL_UDP, &page->troubles->udp, out);
	iu_text_add(out, "},");
	put_troubles(page, out);
	iu_text_add(out, ",\"columns\":{");
	put_columns(page, order, out);
	iu_text_add(out, "}}");
}
