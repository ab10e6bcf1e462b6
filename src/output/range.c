/* output/range.c - the answers for many ports, one line each */
#include "output/range.h"

#include <string.h>

#include "base/compat.h"
#include "output/home.h"
#include "output/wrap.h"

#define NAME_COLUMNS 32
#define LOOK_BACK    8 /* lines of other addresses and protocols that may lie between */
#define GAP	     2

static const char *const status_words[] = {
	[IU_STATUS_FREE] = "free",
	[IU_STATUS_IN_USE] = "in use",
	[IU_STATUS_DENIED] = "not allowed",
	[IU_STATUS_UNAVAILABLE] = "not available",
	[IU_STATUS_UNKNOWN] = "can't tell",
};

/* "node (4767) ~/shop", else the cause; what is not proven says so. */
static void add_who(struct iu_text *text, const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	const char *home)
{
	const struct iu_blocker *b = verdict->blockers.n ? &verdict->blockers.v[0] : NULL;
	const struct iu_hold *hold = b && b->holds.n ? &snapshot->holds.v[b->holds.v[0]] : NULL;
	const struct iu_process *p = hold ? iu_snapshot_process(snapshot, hold->pid) : NULL;

	if (p && p->name) {
		iu_text_foreign(text, p->name, strlen(p->name), NAME_COLUMNS);
		if (hold->pid < IU_PID_MADE_UP)
			iu_text_printf(text, " (%d)", (int)hold->pid);
		iu_text_add(text, p->cwd ? " " : "");
		if (p->cwd)
			iu_home_add(text, p->cwd, home, 0);
	} else if (verdict->cause) {
		iu_text_add(text, iu_cause_name(verdict->cause));
	}
	if (verdict->status != IU_STATUS_UNKNOWN && verdict->confidence != IU_CONFIDENCE_PROVEN)
		iu_text_printf(text, "%s(%s)", text->len ? " " : "", iu_confidence_name(verdict->confidence));
}

/* The line that one more port would go on with; NULL: none. */
static struct iu_range_row *row_before(struct iu_range *range, const struct iu_range_row *next)
{
	for (size_t i = 0; i < LOOK_BACK && i < range->rows.n; i++) {
		struct iu_range_row *row = &range->rows.v[range->rows.n - 1 - i];

		if (row->protocol != next->protocol || row->address.family != next->address.family ||
			(row->address.family && !iu_address_equal(&row->address, &next->address)))
			continue;
		return row->last + 1 == next->first && row->status == next->status &&
				       row->status != IU_STATUS_IN_USE && !strcmp(row->who, next->who)
			       ? row
			       : NULL;
	}
	return NULL;
}

void iu_range_add(struct iu_range *range, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict, const char *home)
{
	struct iu_range_row next = {.protocol = question->target.protocol,
		.first = question->target.port,
		.last = question->target.port,
		.status = verdict->status}, *before;
	struct iu_text who = {0};

	if (question->target.family != IU_FAMILY_ANY)
		next.address = question->target.address;
	iu_text_add(&who, "");
	add_who(&who, snapshot, verdict, home);
	next.who = who.failed ? "" : who.data;
	before = row_before(range, &next);
	if (before)
		before->last = next.last;
	else {
		next.who = iu_arena_strdup(&range->arena, next.who);
		*iu_list_add(&range->arena, &range->rows) = next;
	}
	range->arena.failed = range->arena.failed || who.failed;
	iu_text_free(&who);
}

/* "3000", "3001–3010/udp", "127.0.0.1:3000" */
static void add_label(const struct iu_range_row *row, struct iu_text *out)
{
	char text[IU_ADDRESS_TEXT];

	if (row->address.family != IU_FAMILY_ANY)
		iu_text_add(out, iu_endpoint_format(&row->address, row->first, text));
	else
		iu_text_printf(out, "%u", (unsigned int)row->first);
	if (row->last != row->first)
		iu_text_printf(out, "–%u", (unsigned int)row->last);
	if (row->protocol == IU_PROTOCOL_UDP)
		iu_text_add(out, "/udp");
}

void iu_range_put(const struct iu_range *range, const struct iu_style *style, struct iu_text *out)
{
	size_t label = 0, status = 0;
	struct iu_text line = {0};

	for (size_t i = 0; i < range->rows.n; i++) {
		const struct iu_range_row *row = &range->rows.v[i];
		size_t words = *row->who ? strlen(status_words[row->status]) : 0;

		line.len = 0;
		add_label(row, &line);
		if (!line.failed && iu_text_columns(line.data, line.len) > label)
			label = iu_text_columns(line.data, line.len);
		status = words > status ? words : status;
	}
	for (size_t i = 0; i < range->rows.n && !line.failed; i++) {
		const struct iu_range_row *row = &range->rows.v[i];

		line.len = 0;
		add_label(row, &line);
		iu_pad(&line, label + GAP - iu_text_columns(line.data, line.len));
		iu_text_add(&line, status_words[row->status]);
		if (*row->who) {
			iu_pad(&line, status + GAP - strlen(status_words[row->status]));
			iu_text_add(&line, row->who);
		}
		if (style->columns && !line.failed)
			iu_cut(out, line.data, style->columns, style->ascii);
		else
			iu_text_addn(out, line.data, line.failed ? 0 : line.len);
		iu_text_add(out, "\n");
	}
	out->failed = out->failed || line.failed || range->arena.failed;
	iu_text_free(&line);
}
