/* output/explanation.c - an explanation as text for people */
#include <stdint.h>
#include <string.h>

#include "output/output.h"
#include "output/wrap.h"

#define NARROW     60 /* below: labels stand on a line of their own */
#define COLUMNS_MIN 24 /* a terminal that claims less is not believed */
#define LABEL_MIN   5  /* so that the answers to "who" and "why" stand where they always stand */
#define TITLE_MOST  34 /* steps with a longer text have their command on a line of its own */
#define HEAD_MOST   200 /* where no terminal has a width */

enum role { ROLE_HEADLINE, ROLE_LABEL, ROLE_COMMAND };

static const char reset[] = "\x1b[0m";

/* Every colour there is. A headline's depends on the status. */
static const char *const headline_colors[] = {
	[IU_STATUS_FREE] = "\x1b[1;32m",
	[IU_STATUS_IN_USE] = "\x1b[1;31m",
	[IU_STATUS_DENIED] = "\x1b[1;33m",
	[IU_STATUS_UNAVAILABLE] = "\x1b[1;33m",
	[IU_STATUS_UNKNOWN] = "\x1b[1;33m",
};
static const char *const role_colors[] = {
	[ROLE_LABEL] = "\x1b[2m",
	[ROLE_COMMAND] = "\x1b[36m",
};

struct page {
	struct iu_text *out;
	bool color;
	bool narrow;
	bool verbose, ascii;
	size_t columns; /* 0: never wrap */
	size_t label;   /* the column where text begins right of the labels */
};

static void paint(const struct page *page, const char *color)
{
	if (page->color)
		iu_text_add(page->out, color);
}

static void wrap(const struct page *page, const char *text, size_t at, size_t indent)
{
	struct iu_text changed = {0};

	if (page->ascii && text)
		iu_text_plain(&changed, text, strlen(text));
	iu_wrap(page->out, changed.data ? changed.data : text, at, indent, page->columns);
	page->out->failed = page->out->failed || changed.failed;
	iu_text_free(&changed);
}

static void put_headline(const struct page *page, const struct iu_explanation *explanation)
{
	size_t status = (size_t)explanation->status;

	paint(page, headline_colors[status < IU_COUNT(headline_colors) ? status
								       : IU_STATUS_UNKNOWN]);
	wrap(page, explanation->headline, 0, 0);
	paint(page, reset);
	iu_text_add(page->out, "\n");
}

static void put_label(const struct page *page, const char *label)
{
	const char *text = label ? label : "";

	iu_pad(page->out, 2);
	paint(page, role_colors[ROLE_LABEL]);
	iu_text_foreign(page->out, text, strlen(text), page->narrow ? page->columns - 2 : 0);
	paint(page, reset);
	if (page->narrow)
		iu_text_add(page->out, "\n");
	else
		iu_pad(page->out, page->label - 2 - iu_text_columns(text, strlen(text)));
}

/*
 * "node server.js", a tab, "(pid 7)": beside each other where both fit, else one below the other; the
 * first is cut at the width, and whole in the long answer.
 */
static void put_cut(const struct page *page, const char *line, const char *tab)
{
	size_t rest = iu_text_columns(tab + 1, strlen(tab + 1)) + 2;
	size_t room = page->columns ? page->columns - page->label : HEAD_MOST;
	struct iu_text head = {0}, cut = {0};
	size_t used;

	iu_text_addn(&head, line, (size_t)(tab - line));
	if (head.data)
		iu_cut(&cut, head.data, page->verbose ? SIZE_MAX : room, page->ascii);
	used = cut.data ? iu_text_columns(cut.data, cut.len) : 0;
	page->out->failed = page->out->failed || head.failed || cut.failed;
	wrap(page, cut.data, page->label, page->label + 2);
	if (page->columns && used + rest > room) {
		iu_text_add(page->out, "\n");
		iu_pad(page->out, page->label);
		used = 0;
	} else {
		iu_text_add(page->out, "  ");
		used += 2;
	}
	wrap(page, tab + 1, page->label + used, page->label + 2);
	iu_text_free(&head);
	iu_text_free(&cut);
}

/* The further lines of a long sentence are set in by two, so that the next sentence stands out. */
static void put_part(const struct page *page, const struct iu_explanation_part *part)
{
	if (!part->lines.n)
		return;
	put_label(page, part->label);
	for (size_t i = 0; i < part->lines.n; i++) {
		const char *tab = part->lines.v[i] ? strchr(part->lines.v[i], '\t') : NULL;

		if (i || page->narrow)
			iu_pad(page->out, page->label);
		if (tab)
			put_cut(page, part->lines.v[i], tab);
		else
			wrap(page, part->lines.v[i], page->label, page->label + 2);
		iu_text_add(page->out, "\n");
	}
}

#define STEP_INDENT 5 /* "  1. " */

/* The column of a command behind its text; 0: it has a line of its own. */
static size_t command_column(const struct page *page, const struct iu_explanation_step *step, size_t widest)
{
	size_t columns = step->text ? iu_text_columns(step->text, strlen(step->text)) : 0;
	size_t at = STEP_INDENT + (columns > widest ? columns : widest) + 4;

	if (!step->command || !step->text || page->narrow || columns > TITLE_MOST)
		return 0;
	if (page->columns && at + iu_text_columns(step->command, strlen(step->command)) > page->columns)
		return 0;
	return at;
}

/* Of those that have their command beside them, and the others do not make the column wider. */
static size_t widest_title(const struct page *page, const struct iu_explanation *explanation, size_t n)
{
	size_t widest = 0;

	for (size_t i = 0; i < n; i++) {
		const struct iu_explanation_step *step = &explanation->steps.v[i];
		size_t columns = step->text ? iu_text_columns(step->text, strlen(step->text)) : 0;

		if (command_column(page, step, columns) && columns > widest)
			widest = columns;
	}
	return widest;
}

/* A command stays on one line however long, so that it can be copied. */
static void put_step(
	const struct page *page, const struct iu_explanation_step *step, size_t number, size_t widest)
{
	size_t column = command_column(page, step, widest);
	size_t columns = step->text ? iu_text_columns(step->text, strlen(step->text)) : 0;

	iu_text_printf(page->out, "  %zu. ", number);
	wrap(page, step->text, STEP_INDENT, STEP_INDENT);
	if (step->command && columns)
		iu_text_add(page->out, step->text[strlen(step->text) - 1] == '.' ? "" : ":");
	if (step->command && column) {
		iu_pad(page->out, column - STEP_INDENT - columns - 1);
	} else if (step->command) {
		iu_text_add(page->out, "\n");
		iu_pad(page->out, STEP_INDENT + (page->narrow ? 0 : 2));
	}
	if (step->command) {
		paint(page, role_colors[ROLE_COMMAND]);
		iu_text_foreign(page->out, step->command, strlen(step->command), 0);
		paint(page, reset);
	}
	iu_text_add(page->out, "\n");
}

static bool is_told(const struct page *page, const struct iu_explanation_part *part)
{
	return part->lines.n && (page->verbose || !part->detail);
}

static size_t label_column(const struct page *page, const struct iu_explanation *explanation)
{
	size_t widest = LABEL_MIN;

	for (size_t i = 0; i < explanation->parts.n; i++) {
		const char *label = explanation->parts.v[i].label ? explanation->parts.v[i].label : "";
		size_t columns = iu_text_columns(label, strlen(label));

		if (is_told(page, &explanation->parts.v[i]) && columns > widest)
			widest = columns;
	}
	return 2 + widest + 2;
}

static void put_steps(const struct page *page, const struct iu_explanation *explanation)
{
	size_t n = explanation->steps.n, widest;

	if (!page->verbose && explanation->steps_short && explanation->steps_short < n)
		n = explanation->steps_short;
	if (!n)
		return;
	widest = widest_title(page, explanation, n);
	iu_text_printf(page->out, "\n%s\n",
		explanation->steps_title ? explanation->steps_title : "What helps:");
	for (size_t i = 0; i < n; i++)
		put_step(page, &explanation->steps.v[i], i + 1, widest);
}

void iu_output_explanation(const struct iu_explanation *explanation, const struct iu_style *style, struct iu_text *out)
{
	struct page page = {.out = out,
		.color = style->color,
		.columns = style->columns,
		.verbose = style->verbose,
		.ascii = style->ascii};
	bool any = false;

	if (page.columns && page.columns < COLUMNS_MIN)
		page.columns = COLUMNS_MIN;
	page.label = label_column(&page, explanation);
	page.narrow = page.columns && (page.columns < NARROW || page.label > page.columns / 3);
	if (page.narrow)
		page.label = 4;
	put_headline(&page, explanation);
	if (style->quiet)
		return;
	for (size_t i = 0; i < explanation->parts.n; i++) {
		if (!is_told(&page, &explanation->parts.v[i]))
			continue;
		if (!any)
			iu_text_add(out, "\n");
		any = true;
		put_part(&page, &explanation->parts.v[i]);
	}
	put_steps(&page, explanation);
}
