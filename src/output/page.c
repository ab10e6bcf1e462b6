/* output/page.c - a whole machine as one HTML file that needs nothing else */
#include "output/page.h"

#include <string.h>
#include <time.h>

#include "base/compat.h"
#include "output/page-cards.h"
#include "output/page-charts.h"
#include "output/page-data.h"
#include "output/page-escape.h"
#include "output/page-rows.h"
#include "output/page-files.h" /* made by page/embed.py: iu_page_style, iu_page_script and their hashes */

static void add(struct iu_text *out, const char *text)
{
	if (text)
		iu_page_escape_html(out, text, strlen(text));
}

/* The policy stands before everything that it is about. */
static void add_head(const struct iu_page *page, struct iu_text *out)
{
	iu_text_add(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-"
		IU_PAGE_SCRIPT_SHA256 "'; style-src 'sha256-" IU_PAGE_STYLE_SHA256
		"'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		"<meta name=\"color-scheme\" content=\"light dark\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>Ports of ");
	add(out, page->snapshot->host.hostname ? page->snapshot->host.hostname : "a machine");
	iu_text_add(out, "</title>\n<style>");
	iu_text_addn(out, iu_page_style, sizeof(iu_page_style) - 1);
	iu_text_add(out, "</style>\n</head>\n<body>\n");
}

static void add_fact(struct iu_text *out, const char *before, const char *text)
{
	if (!text || !*text)
		return;
	iu_text_add(out, "<li>");
	iu_text_add(out, before);
	add(out, text);
	iu_text_add(out, "</li>\n");
}

static void add_title(const struct iu_page *page, struct iu_text *out)
{
	const struct iu_host *host = &page->snapshot->host;
	time_t when = (time_t)host->now;
	struct tm tm;
	char text[40] = "";

	if (when > 0 && gmtime_r(&when, &tm) && tm.tm_year <= 9999 - 1900)
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S UTC", &tm);
	iu_text_add(out, "<a class=\"skip\" href=\"#sockets\">To the table of sockets</a>\n<header>\n<h1>Ports of <b>");
	add(out, host->hostname ? host->hostname : "a machine");
	iu_text_add(out, "</b></h1>\n<ul class=\"about\">\n<li>");
	add(out, host->os ? host->os : "unknown system");
	iu_text_add(out, host->release ? " " : "");
	add(out, host->release);
	iu_text_add(out, "</li>\n");
	add_fact(out, "recorded ", text);
	if (!host->privileged && host->user)
		add_fact(out, "as seen by ", host->user);
	if (page->redacted)
		add_fact(out, "", "private names replaced");
	iu_text_add(out, "</ul>\n</header>\n");
}

static void add_map(const struct iu_page *page, struct iu_text *out)
{
	iu_text_add(out, "<section id=\"ports\">\n<h2>Port map</h2>\n<div id=\"map\"></div>\n<details class=\"facts\">\n"
		"<summary>The same in numbers</summary>\n");
	iu_page_charts_write_ranges(page, out);
	iu_text_add(out, "</details>\n</section>\n");
}

void iu_page_write(const struct iu_page *page, struct iu_text *out)
{
	struct iu_arena arena = {0};
	size_t *order = iu_page_data_order(&arena, page);

	if (!order) {
		out->failed = true;
		return;
	}
	add_head(page, out);
	add_title(page, out);
	iu_text_add(out, "<main>\n");
	iu_page_charts_write_tiles(page, out);
	iu_page_cards_write_asked(page, out);
	add_map(page, out);
	iu_page_cards_write(page, out);
	iu_page_charts_write(page, out);
	iu_page_rows_write(page, order, out);
	iu_page_cards_write_gaps(page, out);
	iu_text_add(out, "</main>\n<footer>Made by inuse " IU_VERSION ". This file loads nothing and sends nothing.</footer>\n"
		"<script type=\"application/json\" id=\"data\">");
	iu_page_data_write(page, order, out);
	iu_text_add(out, "</script>\n<script>");
	iu_text_addn(out, iu_page_script, sizeof(iu_page_script) - 1);
	iu_text_add(out, "</script>\n</body>\n</html>\n");
	iu_arena_free(&arena);
}
