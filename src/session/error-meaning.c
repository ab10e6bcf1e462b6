/* session/error-meaning.c - what an error number, a name or a message means on each system */
#include "session/error-meaning.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "engine/explain.h"
#include "input/message.h"
#include "input/target.h"
#include "os/os.h"
#include "session/event-meaning.h"

#define ASKED_COLUMNS 60
#define TEXT_BYTES    (16 * 1024) /* of a message, in JSON */

static int keep_endpoint(void *context, const char *target)
{
	struct iu_error_answer *meaning = context;
	const char **slot = iu_list_add(&meaning->arena, &meaning->endpoints);

	*slot = iu_arena_strdup(&meaning->arena, target);
	return meaning->arena.failed ? IU_E_NOMEM : 0;
}

/* This machine's number for what was read; 0: none. */
static int64_t number_here(const struct iu_error_readings *readings)
{
	const struct iu_error_number *number = NULL;

	if (readings->n && readings->v[0].id != IU_ERROR_OTHER)
		number = iu_error_number_in(readings->v[0].id, iu_os_error_space());
	if (number)
		return number->value;
	return readings->is_number ? readings->value : 0;
}

static const char *system_text(struct iu_error_answer *meaning, int64_t number)
{
	struct iu_text text = {0};
	const char *safe = NULL;

	if (number < 0 && number > INT32_MIN)
		number = -number;
	if (number > 0 && number <= INT32_MAX && iu_os_error_text((int)number, &text) >= 0)
		safe = iu_safe(&meaning->arena, text.data, ASKED_COLUMNS);
	iu_text_free(&text);
	return safe;
}

/* One of those that bind(), listen() and connect() give. */
static bool any_known(const struct iu_error_answer *meaning)
{
	for (size_t i = 0; i < meaning->readings.n; i++)
		if (meaning->readings.v[i].id != IU_ERROR_OTHER)
			return true;
	return false;
}

/* A number that bind() and the others never give, but that this system has. */
static bool is_other(const struct iu_error_answer *meaning)
{
	return !any_known(meaning) && meaning->readings.is_number && meaning->system_text;
}

int iu_error_meaning_read(const char *asked, size_t len, struct iu_error_answer *ret_meaning)
{
	struct iu_error_answer *m = ret_meaning;
	int r = 0;

	*m = (struct iu_error_answer){.asked = asked, .len = len};
	iu_error_read(asked, len, &m->readings);
	m->event = iu_event_meaning_find(&m->arena, asked, len, &m->readings);
	m->system_text = system_text(m, number_here(&m->readings));
	if (m->readings.is_message)
		r = iu_message_targets(asked, len, keep_endpoint, m);
	if (r < 0)
		return r;
	return any_known(m) || is_other(m) ? 0 : IU_E_NOENT;
}

static int add_story(struct iu_error_answer *m, size_t which, const struct iu_style *style,
	struct iu_text *out)
{
	struct iu_explain explain = {
		.readings = &m->readings,
		.which = which,
		.asked = iu_safe(
			&m->arena, iu_arena_strndup(&m->arena, m->asked, m->len), ASKED_COLUMNS),
		.endpoint = m->endpoints.n ? iu_safe(&m->arena, m->endpoints.v[0], ASKED_COLUMNS)
					   : NULL,
		.here = iu_os_error_space(),
		.text = which == 0 ? m->system_text : NULL,
	};
	struct iu_explanation explanation;
	int r = iu_explain(&m->arena, &explain, &explanation);

	if (r < 0)
		return r;
	if (out->len && !style->quiet)
		iu_text_add(out, "\n");
	iu_output_explanation(&explanation, style, out);
	return out->failed ? IU_E_NOMEM : 0;
}

int iu_error_meaning_text(
	struct iu_error_answer *m, const struct iu_style *style, struct iu_text *out)
{
	int r = 0;

	if (is_other(m))
		iu_text_printf(out,
			"%" PRId64 " on %s is \"%s\": it does not say that a port is in use.\n",
			m->readings.value,
			iu_error_system_title(iu_error_space_of(iu_os_error_space())),
			m->system_text);
	if (m->event)
		iu_text_printf(out, "The message is %s.\n", m->event);
	for (size_t i = 0; r >= 0 && i < m->readings.n; i++)
		if (m->readings.v[i].id != IU_ERROR_OTHER)
			r = add_story(m, i, style, out);
	return r < 0 ? r : out->failed ? IU_E_NOMEM : 0;
}

json_t *iu_error_meaning_json(struct iu_error_answer *m)
{
	const struct iu_output_error error = {
		.asked = iu_utf8_clean(&m->arena, m->asked, m->len, TEXT_BYTES),
		.readings = &m->readings,
		.endpoints = m->endpoints.v,
		.endpoint_count = m->endpoints.n,
		.here = iu_os_error_space(),
		.text = m->system_text,
	};

	return iu_output_error_json(&error);
}

void iu_error_meaning_end(struct iu_error_answer *meaning)
{
	iu_arena_free(&meaning->arena);
}
