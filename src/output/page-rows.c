/* output/page-rows.c - the first sockets of a page as a plain table, for print and without script */
#include "output/page-rows.h"

#include "output/list-columns.h"
#include "output/page-charts.h"
#include "output/page-escape.h"

#define ROWS_MAX 100

static const struct {
	const char *name, *heading;
} columns[] = {{"port", "Port"}, {"proto", "Protocol"}, {"address", "Address"}, {"state", "State"},
	{"program", "Program"}, {"pid", "PID"}, {"user", "User"}, {"unit", "Unit"}, {"age", "Age"},
	{"command", "Command"}};

static void add_cell(const struct iu_list_source *from, const char *name, struct iu_text *out)
{
	struct iu_text cell = {0};

	iu_text_add(&cell, "");
	iu_list_columns()[iu_output_list_column(name)].cell(from, &cell);
	iu_text_add(out, "<td>");
	if (cell.failed)
		out->failed = true;
	else
		iu_page_escape_html(out, cell.data, cell.len);
	iu_text_add(out, "</td>");
	iu_text_free(&cell);
}

void iu_page_rows_write(const struct iu_page *page, const size_t *order, struct iu_text *out)
{
	const size_t n = page->listing->rows.n, shown = n < ROWS_MAX ? n : ROWS_MAX;

	iu_text_add(out, "<section id=\"sockets\">\n<h2>All sockets <span class=\"count\">");
	iu_page_charts_add_count(out, n);
	iu_text_add(out, "</span></h2>\n<div id=\"live\"></div>\n<div class=\"plain\" tabindex=\"0\" role=\"region\" aria-label=\"Sockets\">\n"
		"<table>\n<caption>");
	if (shown < n)
		iu_text_printf(out, "The first %zu of %zu; the others need the script of this page", shown, n);
	else
		iu_text_printf(out, "%zu of %zu", shown, n);
	iu_text_add(out, "</caption>\n<thead><tr>");
	for (size_t c = 0; c < IU_COUNT(columns); c++)
		iu_text_printf(out, "<th scope=\"col\">%s</th>", columns[c].heading);
	iu_text_add(out, "</tr></thead>\n<tbody>\n");
	for (size_t i = 0; i < shown; i++) {
		struct iu_list_source from =
			iu_list_columns_source(page->snapshot, &page->listing->rows.v[order[i]]);

		iu_text_add(out, "<tr>");
		for (size_t c = 0; c < IU_COUNT(columns); c++)
			add_cell(&from, columns[c].name, out);
		iu_text_add(out, "</tr>\n");
	}
	iu_text_add(out, "</tbody>\n</table>\n</div>\n</section>\n");
}
