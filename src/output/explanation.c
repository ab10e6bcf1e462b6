/* output/explanation.c - an explanation as text for people */
#include <string.h>

#include "output/output.h"
#include "output/wrap.h"

#define NARROW     60 /* below: labels stand on a line of their own */
#define COLUMNS_MIN 24 /* a terminal that claims less is not believed */

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
	size_t columns; /* 0: never wrap */
	size_t label;   /* the column where text begins right of the labels */
};

static void paint(const struct page *page, const char *color)
{
	if (page->color)
		iu_text_add(page->out, color);
}

static void put_headline(const struct page *page, const struct iu_explanation *explanation)
{
	size_t status = (size_t)explanation->status;

	paint(page, headline_colors[status < IU_COUNT(headline_colors) ? status
								       : IU_STATUS_UNKNOWN]);
	iu_wrap(page->out, explanation->headline, 0, 0, page->columns);
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

/* The further lines of a long sentence are set in by two, so that the next sentence stands out. */
static void put_part(const struct page *page, const struct iu_explanation_part *part)
{
	if (!part->lines.n)
		return;
	put_label(page, part->label);
	for (size_t i = 0; i < part->lines.n; i++) {
		if (i || page->narrow)
			iu_pad(page->out, page->label);
		iu_wrap(page->out, part->lines.v[i], page->label, page->label + 2, page->columns);
		iu_text_add(page->out, "\n");
	}
}

/* A command stays on one line however long, so that it can be copied. */
static void put_step(const struct page *page, const struct iu_explanation_step *step, size_t number)
{
	struct iu_text head = {0};
	size_t indent;

	iu_text_printf(&head, "  %zu. ", number);
	indent = head.len;
	iu_text_addn(page->out, head.data, head.len);
	page->out->failed = page->out->failed || head.failed;
	iu_text_free(&head);
	iu_wrap(page->out, step->text, indent, indent, page->columns);
	iu_text_add(page->out, "\n");
	if (!step->command)
		return;
	iu_pad(page->out, indent + (page->narrow ? 0 : 2));
	paint(page, role_colors[ROLE_COMMAND]);
	iu_text_foreign(page->out, step->command, strlen(step->command), 0);
	paint(page, reset);
	iu_text_add(page->out, "\n");
}

static size_t label_column(const struct iu_explanation *explanation)
{
	size_t widest = 0;

	for (size_t i = 0; i < explanation->parts.n; i++) {
		const char *label = explanation->parts.v[i].label ? explanation->parts.v[i].label : "";
		size_t columns = iu_text_columns(label, strlen(label));

		if (columns > widest)
			widest = columns;
	}
	return 2 + widest + 2;
}

void iu_output_explanation(const struct iu_explanation *explanation, const struct iu_style *style, struct iu_text *out)
{
	struct page page = {.out = out, .color = style->color, .columns = style->columns};

	if (page.columns && page.columns < COLUMNS_MIN)
		page.columns = COLUMNS_MIN;
	page.label = label_column(explanation);
	page.narrow = page.columns && (page.columns < NARROW || page.label > page.columns / 3);
	if (page.narrow)
		page.label = 4;
	put_headline(&page, explanation);
	if (style->quiet)
		return;
	if (explanation->parts.n)
		iu_text_add(out, "\n");
	for (size_t i = 0; i < explanation->parts.n; i++)
		put_part(&page, &explanation->parts.v[i]);
	if (explanation->steps.n)
		iu_text_printf(out, "\n%s\n", explanation->steps_title ? explanation->steps_title : "What helps:");
	for (size_t i = 0; i < explanation->steps.n; i++)
		put_step(&page, &explanation->steps.v[i], i + 1);
}
