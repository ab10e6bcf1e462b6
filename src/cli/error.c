/* cli/error.c - inuse error: what an error means on each system */
#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "engine/explain.h"
#include "model/target.h"
#include "os/os.h"

#define ASKED_COLUMNS 60
#define TEXT_BYTES    (16 * 1024) /* of a message, in JSON */

/* One error that was asked for. */
struct asking {
	struct iu_arena arena;
	const struct iu_arguments *arguments;
	const char *text;
	size_t len;
	struct iu_error_readings readings;
	IU_LIST(const char *) endpoints;
	const char *system_text; /* of the number on this machine, escaped; NULL: none */
};

static int keep_endpoint(void *context, const char *target)
{
	struct asking *asking = context;
	const char **slot = iu_list_add(&asking->arena, &asking->endpoints);

	if (slot)
		*slot = iu_arena_strdup(&asking->arena, target);
	return asking->arena.failed ? IU_E_NOMEM : 0;
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

static const char *system_text(struct asking *asking, int64_t number)
{
	struct iu_text text = {0};
	const char *safe = NULL;

	if (number < 0 && number > INT32_MIN)
		number = -number;
	if (number > 0 && number <= INT32_MAX && iu_os_error_text((int)number, &text) >= 0)
		safe = iu_safe(&asking->arena, text.data, ASKED_COLUMNS);
	iu_text_free(&text);
	return safe;
}

static int read_asking(struct asking *asking)
{
	iu_error_read(asking->text, asking->len, &asking->readings);
	asking->system_text = system_text(asking, number_here(&asking->readings));
	if (!asking->readings.is_message)
		return 0;
	return iu_message_targets(asking->text, asking->len, keep_endpoint, asking);
}

/* A number that bind() and the others never give, but that this system has. */
static bool put_other(struct asking *asking)
{
	const char *title = iu_error_system_title(iu_error_space_of(iu_os_error_space()));
	struct iu_text out = {0};
	bool good;

	iu_text_printf(&out,
		"%" PRId64 " on %s is \"%s\": it does not say that a port is in use.\n",
		asking->readings.value, title, asking->system_text);
	good = iu_write(&out);
	iu_text_free(&out);
	return good;
}

static bool put_story(struct asking *asking, size_t which, bool first)
{
	struct iu_style style = iu_style_make(asking->arguments);
	struct iu_arena *arena = &asking->arena;
	struct iu_explain explain = {
		.readings = &asking->readings,
		.which = which,
		.asked = iu_safe(
			arena, iu_arena_strndup(arena, asking->text, asking->len), ASKED_COLUMNS),
		.endpoint = asking->endpoints.n ? iu_safe(arena, asking->endpoints.v[0], ASKED_COLUMNS)
						: NULL,
		.here = iu_os_error_space(),
		.text = which == 0 ? asking->system_text : NULL,
	};
	struct iu_story story;
	struct iu_text out = {0};
	bool good = false;

	if (iu_explain(arena, &explain, &story) < 0) {
		iu_complain(iu_error_text(IU_E_NOMEM), NULL, "");
		return false;
	}
	if (!first && !style.quiet)
		iu_text_add(&out, "\n");
	iu_out_story(&story, &style, &out);
	good = iu_write(&out);
	iu_text_free(&out);
	return good;
}

static bool put_json(struct asking *asking)
{
	struct iu_out_error error = {
		.asked = iu_utf8_clean(&asking->arena, asking->text, asking->len, TEXT_BYTES),
		.readings = &asking->readings,
		.endpoints = asking->endpoints.v,
		.endpoint_count = asking->endpoints.n,
		.here = iu_os_error_space(),
		.text = asking->system_text,
	};

	return iu_write_json(iu_out_error_json(&error));
}

static int complain_unknown(const struct asking *asking)
{
	struct iu_text line = {0};

	iu_text_add(&line, "\"");
	iu_text_foreign(&line, asking->text, asking->len, ASKED_COLUMNS);
	iu_text_add(&line, asking->readings.is_message
			? "\" names no error that is known here; write a number or a name, for "
			  "example inuse error 10048"
			: "\" is no error of Linux, Windows, macOS or BSD that bind(), listen() or "
			  "connect() gives");
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_NO;
}

static int answer(struct asking *asking, bool first)
{
	bool good = true, any = false;

	for (size_t i = 0; i < asking->readings.n; i++)
		any |= asking->readings.v[i].id != IU_ERROR_OTHER;
	if (!any && !asking->system_text && !asking->readings.n) {
		if (asking->arguments->json && !put_json(asking))
			return IU_EXIT_UNKNOWN;
		return complain_unknown(asking);
	}
	if (asking->arguments->json)
		return put_json(asking) ? IU_EXIT_DONE : IU_EXIT_UNKNOWN;
	if (!any && asking->readings.is_number && asking->system_text)
		return put_other(asking) ? IU_EXIT_DONE : IU_EXIT_UNKNOWN;
	if (!any)
		return complain_unknown(asking);
	for (size_t i = 0; good && i < asking->readings.n; i++)
		if (asking->readings.v[i].id != IU_ERROR_OTHER) {
			good = put_story(asking, i, first);
			first = false;
		}
	return good ? IU_EXIT_DONE : IU_EXIT_UNKNOWN;
}

static int ask(const struct iu_arguments *arguments, const char *text, size_t len, bool first)
{
	struct asking asking = {.arguments = arguments, .text = text, .len = len};
	int code = IU_EXIT_UNKNOWN, ret = read_asking(&asking);

	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	else
		code = answer(&asking, first);
	iu_arena_free(&asking.arena);
	return code;
}

static int ask_input(const struct iu_arguments *arguments)
{
	struct iu_text suspects = {0}, others = {0};
	int code = IU_EXIT_UNKNOWN, ret = iu_input_read(&suspects, &others);
	const struct iu_text *text = suspects.len ? &suspects : &others;

	if (ret < 0)
		iu_complain(iu_error_text(ret), NULL, "");
	else if (!text->len)
		iu_complain("standard input names no error", NULL, "");
	else
		code = ask(arguments, text->data, text->len, true);
	if (ret >= 0 && !text->len)
		code = IU_EXIT_NO;
	iu_text_free(&suspects);
	iu_text_free(&others);
	return code;
}

static bool is_code(const char *word)
{
	struct iu_error_readings readings;

	iu_error_read(word, strlen(word), &readings);
	return !readings.is_message;
}

/* Without quotes a message comes as many words; several codes are several questions. */
static int ask_words(const struct iu_invocation *invocation)
{
	struct iu_text text = {0};
	bool codes = true;
	int code = IU_EXIT_DONE, one;

	for (size_t i = 0; i < invocation->count; i++)
		codes = codes && is_code(invocation->words[i]);
	for (size_t i = 0; codes && i < invocation->count; i++) {
		one = ask(&invocation->arguments, invocation->words[i],
			strlen(invocation->words[i]), i == 0);
		code = one > code ? one : code;
	}
	if (codes)
		return code;
	for (size_t i = 0; i < invocation->count; i++) {
		iu_text_add(&text, i ? " " : "");
		iu_text_addn(&text, invocation->words[i], strlen(invocation->words[i]));
	}
	code = IU_EXIT_UNKNOWN;
	if (text.failed)
		iu_complain(iu_error_text(IU_E_NOMEM), NULL, "");
	else
		code = ask(&invocation->arguments, text.data, text.len, true);
	iu_text_free(&text);
	return code;
}

int iu_error(const struct iu_invocation *invocation)
{
	bool any = false;

	for (size_t i = 0; i < invocation->count; i++)
		any |= invocation->words[i][0] != '\0';
	if (!any) {
		iu_complain("error needs a number, a name or a message, for example: inuse error 98",
			NULL, "");
		return IU_EXIT_USAGE;
	}
	if (invocation->count == 1 && !strcmp(invocation->words[0], "-"))
		return ask_input(&invocation->arguments);
	return ask_words(invocation);
}
