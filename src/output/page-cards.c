/* output/page-cards.c - what stands out on a machine, each with its reason and what helps */
#include "output/page-cards.h"

#include <string.h>

#include "output/page-escape.h"

#define GAPS_MAX 12

static void add(struct iu_text *out, const char *text)
{
	if (text)
		iu_page_escape_html(out, text, strlen(text));
}

/* A class of the style, and what stands above the headline. */
static const struct {
	const char *class, *words;
} kinds[] = {
	[IU_TROUBLE_ASKED] = {"asked", "Asked for"},
	[IU_TROUBLE_UNSERVED] = {"unserved", "Nobody serves it"},
	[IU_TROUBLE_SHADOWED] = {"shadowed", "Two answer"},
	[IU_TROUBLE_RANGE] = {"range", "Range nearly full"},
	[IU_TROUBLE_RESTART] = {"restart", "A restart would fail"},
	[IU_TROUBLE_LEFT] = {"left", "Left over"},
};

static void add_part(const struct iu_explanation_part *part, struct iu_text *out)
{
	iu_text_add(out, "<dt>");
	add(out, part->label);
	iu_text_add(out, "</dt><dd>");
	for (size_t i = 0; i < part->lines.n; i++) {
		const char *line = part->lines.v[i], *tab = line ? strchr(line, '\t') : NULL;

		iu_text_add(out, i ? "<br>" : "");
		if (tab) { /* it parts what a terminal may cut from what it may not */
			iu_page_escape_html(out, line, (size_t)(tab - line));
			iu_text_add(out, " ");
			line = tab + 1;
		}
		add(out, line);
	}
	iu_text_add(out, "</dd>\n");
}

static void add_parts(const struct iu_explanation *story, bool detail, struct iu_text *out)
{
	size_t n = 0;

	for (size_t i = 0; i < story->parts.n; i++) {
		if (story->parts.v[i].detail != detail)
			continue;
		if (!n++)
			iu_text_add(out, detail ? "<details><summary>Evidence</summary>\n<dl>\n" : "<dl>\n");
		add_part(&story->parts.v[i], out);
	}
	if (n)
		iu_text_add(out, detail ? "</dl>\n</details>\n" : "</dl>\n");
}

static void add_step(const struct iu_explanation_step *step, struct iu_text *out)
{
	iu_text_add(out, "<li>");
	add(out, step->text);
	if (step->command) {
		iu_text_add(out, "<span class=\"command\"><code>");
		add(out, step->command);
		iu_text_add(out, "</code></span>");
	}
	iu_text_add(out, "</li>\n");
}

static void add_card(const struct iu_trouble *trouble, size_t number, struct iu_text *out)
{
	const struct iu_explanation *story = &trouble->explanation;

	iu_text_printf(out, "<article class=\"card %s\" id=\"t%zu\">\n<p class=\"kicker\">%s</p>\n<h3>",
		kinds[trouble->kind].class, number, kinds[trouble->kind].words);
	add(out, trouble->headline);
	iu_text_add(out, "</h3>\n");
	if (trouble->lead) {
		iu_text_add(out, "<p class=\"lead\">");
		add(out, trouble->lead);
		iu_text_add(out, "</p>\n");
	}
	add_parts(story, false, out);
	if (story->steps.n) {
		iu_text_add(out, "<h4>");
		add(out, story->steps_title ? story->steps_title : "What helps");
		iu_text_add(out, "</h4>\n<ol>\n");
		for (size_t i = 0; i < story->steps.n; i++)
			add_step(&story->steps.v[i], out);
		iu_text_add(out, "</ol>\n");
	}
	add_parts(story, true, out);
	iu_text_add(out, "</article>\n");
}

static void add_cards(const struct iu_troubles *troubles, bool asked, struct iu_text *out)
{
	iu_text_add(out, "<div class=\"cards\">\n");
	for (size_t i = 0; i < troubles->list.n; i++)
		if ((troubles->list.v[i].kind == IU_TROUBLE_ASKED) == asked)
			add_card(&troubles->list.v[i], i + 1, out);
	iu_text_add(out, "</div>\n");
}

size_t iu_page_cards_count(const struct iu_troubles *troubles)
{
	size_t n = 0;

	for (size_t i = 0; i < troubles->list.n; i++)
		n += troubles->list.v[i].kind != IU_TROUBLE_ASKED;
	return n;
}

void iu_page_cards_write_asked(const struct iu_page *page, struct iu_text *out)
{
	if (!page->troubles->list.n || page->troubles->list.v[0].kind != IU_TROUBLE_ASKED)
		return;
	iu_text_add(out, "<section id=\"asked\">\n<h2>What was asked</h2>\n");
	add_cards(page->troubles, true, out);
	iu_text_add(out, "</section>\n");
}

void iu_page_cards_write(const struct iu_page *page, struct iu_text *out)
{
	const struct iu_troubles *troubles = page->troubles;
	size_t n = iu_page_cards_count(troubles);

	iu_text_printf(out, "<section id=\"troubles\">\n<h2>What stands out <span class=\"count\">%zu</span></h2>\n", n);
	if (n)
		add_cards(troubles, false, out);
	else
		iu_text_printf(out, "<p class=\"calm\">Nothing, in what was seen: no socket that nobody serves, no two programs on "
			"one port, no port that is kept by connections of a server that is gone.%s</p>\n",
			page->snapshot->seen & IU_FACT_HOLDERS ? ""
				: " Who holds each socket was not seen completely.");
	if (troubles->cut)
		iu_text_add(out, "<p class=\"note\">There is more of this kind than was looked at: ask about single ports "
			"with inuse why.</p>\n");
	iu_text_add(out, "</section>\n");
}

void iu_page_cards_write_gaps(const struct iu_page *page, struct iu_text *out)
{
	const struct iu_snapshot *snapshot = page->snapshot;

	if (!snapshot->gaps.n)
		return;
	iu_text_add(out, "<section id=\"gaps\">\n<h2>What could not be seen</h2>\n<ul>\n");
	for (size_t i = 0; i < snapshot->gaps.n && i < GAPS_MAX; i++) {
		const struct iu_gap *gap = &snapshot->gaps.v[i];

		iu_text_add(out, "<li>");
		add(out, gap->what ? gap->what : "?");
		if (gap->why) {
			iu_text_add(out, " (");
			add(out, gap->why);
			iu_text_add(out, ")");
		}
		iu_text_add(out, gap->fix ? ": " : "");
		add(out, gap->fix);
		iu_text_add(out, "</li>\n");
	}
	if (snapshot->gaps.n > GAPS_MAX)
		iu_text_printf(out, "<li>and %zu more</li>\n", snapshot->gaps.n - GAPS_MAX);
	iu_text_add(out, "</ul>\n</section>\n");
}
