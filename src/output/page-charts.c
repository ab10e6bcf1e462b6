/* output/page-charts.c - the numbers of a machine: tiles, states, TIME-WAIT, ranges */
#include "output/page-charts.h"

#include <stdlib.h>

#include "output/page-cards.h"
#include "output/page-data.h"

#define STATE_COUNT   (IU_STATE_FILE + 1)
#define LEFT_BINS     12 /* of five seconds: TIME-WAIT takes a minute */
#define LEFT_SECONDS  5
#define PORTS	      65536
#define PORTS_NAMED   5
#define BAR_WIDTH     400
#define COLUMN_WIDTH  36
#define COLUMN_HEIGHT 72

/* ---- counting ---- */

static const struct iu_socket *row_socket(const struct iu_page *page, size_t i)
{
	return &page->snapshot->sockets.v[page->listing->rows.v[i].socket];
}

/* Thousands of connections of one port may have been counted only. */
static size_t alike(const struct iu_socket *s)
{
	return 1 + (size_t)s->more_like_it;
}

static size_t count(const struct iu_page *page, enum iu_protocol protocol, bool bound)
{
	size_t n = 0;

	for (size_t i = 0; i < page->listing->rows.n; i++)
		if (row_socket(page, i)->protocol == protocol &&
			iu_page_data_is_bound(row_socket(page, i)) == bound)
			n += alike(row_socket(page, i));
	return n;
}

static size_t count_state(const struct iu_page *page, enum iu_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < page->listing->rows.n; i++)
		if (row_socket(page, i)->protocol == IU_PROTOCOL_TCP && row_socket(page, i)->state == state)
			n += alike(row_socket(page, i));
	return n;
}

void iu_page_charts_add_count(struct iu_text *out, size_t n)
{
	if (n >= 1000) {
		iu_page_charts_add_count(out, n / 1000);
		iu_text_printf(out, "\xe2\x80\xaf%03zu", n % 1000);
	} else {
		iu_text_printf(out, "%zu", n);
	}
}

/* ---- tiles ---- */

static void add_tile(struct iu_text *out, const char *name, size_t n, const char *more)
{
	iu_text_printf(out, "<div><dt>%s</dt><dd>", name);
	iu_page_charts_add_count(out, n);
	iu_text_printf(out, "</dd><dd class=\"more\">%s</dd></div>\n", more);
}

static void add_range_tile(struct iu_text *out, const struct iu_range_use *use)
{
	size_t percent = use->ports ? use->used * 100 / use->ports : 0;

	if (!use->ports)
		return;
	iu_text_printf(out, "<div><dt>Ephemeral TCP</dt><dd>%s%zu<small> %%</small></dd><dd class=\"more\">",
		use->used && !percent ? "&lt;\xe2\x80\xaf" : "", use->used && !percent ? 1 : percent);
	iu_page_charts_add_count(out, use->used);
	iu_text_add(out, " of ");
	iu_page_charts_add_count(out, use->ports);
	iu_text_add(out, " ports</dd></div>\n");
}

void iu_page_charts_write_tiles(const struct iu_page *page, struct iu_text *out)
{
	size_t waiting = count_state(page, IU_STATE_TIME_WAIT), troubles = iu_page_cards_count(page->troubles);

	iu_text_add(out, "<dl class=\"tiles\">\n");
	iu_text_printf(out, "<div%s><dt>Stands out</dt><dd><a href=\"#troubles\">%zu</a></dd>"
		"<dd class=\"more\">with its reason</dd></div>\n", troubles ? " class=\"bad\"" : "", troubles);
	add_tile(out, "TCP", count(page, IU_PROTOCOL_TCP, true), "listening or bound");
	add_tile(out, "UDP", count(page, IU_PROTOCOL_UDP, true) + count(page, IU_PROTOCOL_UDP, false), "bound");
	add_tile(out, "Connections", count(page, IU_PROTOCOL_TCP, false) - waiting, "of TCP");
	add_tile(out, "TIME-WAIT", waiting, "kept for a minute");
	add_tile(out, "UNIX", count(page, IU_PROTOCOL_UNIX, true) + count(page, IU_PROTOCOL_UNIX, false),
		"sockets with a name");
	add_range_tile(out, &page->troubles->tcp);
	iu_text_add(out, "</dl>\n");
}

/* ---- the bands of the port map ---- */

static void count_ports(const struct iu_page *page, enum iu_protocol protocol, unsigned int first,
	unsigned int last, size_t *ret_bound, size_t *ret_connected)
{
	unsigned char seen[PORTS] = {0};

	*ret_bound = *ret_connected = 0;
	for (size_t i = 0; i < page->listing->rows.n; i++) {
		const struct iu_socket *s = row_socket(page, i);

		if (s->protocol == protocol && s->port >= first && s->port <= last)
			seen[s->port] |= iu_page_data_is_bound(s) ? 1 : 2;
	}
	for (unsigned int port = first; port <= last; port++) {
		*ret_bound += (seen[port] & 1) != 0;
		*ret_connected += seen[port] == 2;
	}
}

static void add_band(const struct iu_page *page, const char *name, unsigned int first, unsigned int last,
	struct iu_text *out)
{
	size_t tcp, udp, connected, other;

	if (first > last)
		return;
	count_ports(page, IU_PROTOCOL_TCP, first, last, &tcp, &connected);
	count_ports(page, IU_PROTOCOL_UDP, first, last, &udp, &other);
	iu_text_printf(out, "<tr><th scope=\"row\">%u\xe2\x80\x93%u %s</th><td>", first, last, name);
	iu_page_charts_add_count(out, tcp);
	iu_text_add(out, "</td><td>");
	iu_page_charts_add_count(out, udp);
	iu_text_add(out, "</td><td>");
	iu_page_charts_add_count(out, connected + other);
	iu_text_add(out, "</td></tr>\n");
}

void iu_page_charts_write_ranges(const struct iu_page *page, struct iu_text *out)
{
	const struct iu_range_use *use = &page->troubles->tcp;
	bool known = use->first > 1024 && use->last >= use->first && use->last < PORTS;
	unsigned int first = known ? (unsigned int)use->first : PORTS;
	unsigned int last = known ? (unsigned int)use->last : PORTS - 1;

	iu_text_add(out, "<table class=\"bands\">\n<caption>Ports in use by range</caption>\n<thead><tr>"
		"<th scope=\"col\">Range</th><th scope=\"col\">TCP bound</th><th scope=\"col\">UDP bound</th>"
		"<th scope=\"col\">connections only</th></tr></thead>\n<tbody>\n");
	add_band(page, "well known", 0, 1023, out);
	add_band(page, "registered", 1024, first - 1, out);
	if (known)
		add_band(page, "ephemeral", first, last, out);
	add_band(page, "above", last + 1, PORTS - 1, out);
	iu_text_add(out, "</tbody>\n</table>\n");
}

/* ---- states ---- */

static void add_bar(const char *name, size_t n, size_t most, struct iu_text *out)
{
	iu_text_printf(out, "<tr data-state=\"%s\"><th scope=\"row\">%s</th><td class=\"bar\">"
		"<svg viewBox=\"0 0 %d 12\" height=\"12\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect width=\"%zu\" height=\"12\"/></svg>"
		"</td><td class=\"n\">", name, name, BAR_WIDTH, 2 + n * (BAR_WIDTH - 2) / most);
	iu_page_charts_add_count(out, n);
	iu_text_add(out, "</td></tr>\n");
}

static void add_states(const struct iu_page *page, struct iu_text *out)
{
	size_t counts[STATE_COUNT] = {0}, most = 1;

	for (size_t i = 0; i < page->listing->rows.n; i++)
		if (row_socket(page, i)->protocol == IU_PROTOCOL_TCP)
			counts[row_socket(page, i)->state] += alike(row_socket(page, i));
	for (size_t i = 0; i < STATE_COUNT; i++)
		most = counts[i] > most ? counts[i] : most;
	iu_text_add(out, "<table class=\"states\">\n<caption>TCP sockets by state</caption>\n<tbody>\n");
	for (size_t i = 0; i < STATE_COUNT; i++)
		if (counts[i])
			add_bar(iu_state_name((enum iu_state)i), counts[i], most, out);
	iu_text_add(out, "</tbody>\n</table>\n");
}

/* ---- TIME-WAIT ---- */

struct port_count {
	unsigned int port;
	size_t n;
};

static int by_count(const void *left, const void *right)
{
	const struct port_count *a = left, *b = right;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return (a->port > b->port) - (a->port < b->port);
}

/* Most on which local ports; connections that this machine began have one of the range each. */
static void add_waiting_ports(const struct iu_page *page, struct iu_text *out)
{
	struct port_count *counts = calloc(PORTS, sizeof(*counts));

	for (unsigned int i = 0; counts && i < PORTS; i++)
		counts[i].port = i;
	for (size_t i = 0; counts && i < page->listing->rows.n; i++)
		if (row_socket(page, i)->state == IU_STATE_TIME_WAIT)
			counts[row_socket(page, i)->port].n += alike(row_socket(page, i));
	if (counts)
		qsort(counts, PORTS, sizeof(*counts), by_count);
	else
		out->failed = true;
	iu_text_add(out, "<p>Most on local port ");
	for (size_t i = 0; counts && i < PORTS_NAMED && counts[i].n; i++) {
		iu_text_printf(out, "%s<b>%u</b> (", i ? ", " : "", counts[i].port);
		iu_page_charts_add_count(out, counts[i].n);
		iu_text_add(out, ")");
	}
	iu_text_add(out, ".</p>\n");
	free(counts);
}

static void add_columns(const size_t bins[LEFT_BINS], struct iu_text *out)
{
	size_t most = 1;

	for (size_t i = 0; i < LEFT_BINS; i++)
		most = bins[i] > most ? bins[i] : most;
	iu_text_printf(out, "<svg class=\"columns\" viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"TIME-WAIT by seconds "
		"left:", LEFT_BINS * COLUMN_WIDTH, COLUMN_HEIGHT + 18);
	for (size_t i = 0; i < LEFT_BINS; i++)
		iu_text_printf(out, " %zu to %zu: %zu;", i * LEFT_SECONDS, (i + 1) * LEFT_SECONDS, bins[i]);
	iu_text_add(out, "\">");
	for (size_t i = 0; i < LEFT_BINS; i++) {
		size_t height = bins[i] ? 2 + bins[i] * (COLUMN_HEIGHT - 2) / most : 0;

		iu_text_printf(out, "<rect x=\"%zu\" y=\"%zu\" width=\"%d\" height=\"%zu\" rx=\"2\"/>", i * COLUMN_WIDTH + 2,
			COLUMN_HEIGHT - height, COLUMN_WIDTH - 4, height);
	}
	iu_text_printf(out, "<path d=\"M0 %d.5h%d\"/>", COLUMN_HEIGHT, LEFT_BINS * COLUMN_WIDTH);
	for (size_t i = 0; i <= LEFT_BINS; i += 4)
		iu_text_printf(out, "<text x=\"%zu\" y=\"%d\" text-anchor=\"%s\">%zu%s</text>", i * COLUMN_WIDTH, COLUMN_HEIGHT + 14,
			!i ? "start" : i == LEFT_BINS ? "end" : "middle", i * LEFT_SECONDS, i ? "" : " s left");
	iu_text_add(out, "</svg>\n");
}

static void add_waiting(const struct iu_page *page, struct iu_text *out)
{
	size_t bins[LEFT_BINS] = {0}, n = 0, known = 0;
	int64_t longest = 0;

	for (size_t i = 0; i < page->listing->rows.n; i++) {
		const struct iu_socket *s = row_socket(page, i);
		int64_t seconds = s->timer_ms / 1000;

		if (s->state != IU_STATE_TIME_WAIT)
			continue;
		n += alike(s);
		if (s->timer_ms < 0)
			continue;
		known++;
		longest = seconds > longest ? seconds : longest;
		bins[seconds / LEFT_SECONDS < LEFT_BINS ? seconds / LEFT_SECONDS : LEFT_BINS - 1] += alike(s);
	}
	iu_text_add(out, "<div class=\"waiting\">\n<h3>TIME-WAIT</h3>\n");
	if (known)
		add_columns(bins, out);
	if (!n)
		iu_text_add(out, "<p>None: no closed connection keeps a port.</p>\n");
	else
		add_waiting_ports(page, out);
	if (known)
		iu_text_printf(out, "<p>The last one ends in %lld s.</p>\n", (long long)longest);
	iu_text_add(out, "</div>\n");
}

void iu_page_charts_write(const struct iu_page *page, struct iu_text *out)
{
	iu_text_add(out, "<section id=\"states\">\n<h2>States</h2>\n<div class=\"charts\">\n");
	add_states(page, out);
	add_waiting(page, out);
	iu_text_add(out, "</div>\n</section>\n");
}
