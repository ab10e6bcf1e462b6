/* engine/explain.c - what an error means on each system, in words */
#include "engine/explain.h"

#include <inttypes.h>
#include <string.h>

#include "base/err.h"
#include "engine/phrase.h"

struct telling {
	struct iu_arena *arena;
	const struct iu_explain *in;
	const struct iu_error_reading *reading;
	const struct iu_error_row *row;
	struct iu_explanation explanation;
};

/* What shows more, on the system of the error. */
static const struct {
	enum iu_error_id id;
	enum iu_error_system system;
	const char *text, *command;
} looks[] = {
	{IU_ERROR_ADDRINUSE, IU_ERROR_WINDOWS, "on Windows: the listener and its PID",
		"netstat -ano"},
	{IU_ERROR_ADDRINUSE, IU_ERROR_WINDOWS, "which program and which services that PID is",
		"tasklist /svc /fo csv"},
	{IU_ERROR_ADDRINUSE, IU_ERROR_BSD, "on macOS and BSD: who listens",
		"lsof -nP -iTCP -sTCP:LISTEN"},
	{IU_ERROR_ACCES, IU_ERROR_BSD, "on macOS and BSD: who listens",
		"lsof -nP -iTCP -sTCP:LISTEN"},
	{IU_ERROR_ACCES, IU_ERROR_WINDOWS, "on Windows: which ports are excluded",
		"netsh int ipv4 show excludedportrange protocol=tcp"},
	{IU_ERROR_ACCES, IU_ERROR_WINDOWS, "what HTTP.sys has, and for whom",
		"netsh http show servicestate view=requestq"},
	{IU_ERROR_ACCES, IU_ERROR_WINDOWS, "who listens, with its PID", "netstat -ano"},
	{IU_ERROR_ADDRNOTAVAIL, IU_ERROR_LINUX, "which addresses this machine has", "ip addr"},
	{IU_ERROR_ADDRNOTAVAIL, IU_ERROR_WINDOWS, "on Windows: which addresses the machine has",
		"ipconfig /all"},
	{IU_ERROR_NOBUFS, IU_ERROR_WINDOWS, "on Windows: how many ports are in use, by state and PID",
		"netstat -anoq"},
	{IU_ERROR_NOBUFS, IU_ERROR_WINDOWS, "how many there are",
		"netsh int ipv4 show dynamicport tcp"},
	{IU_ERROR_SHARING, IU_ERROR_WINDOWS, "on Windows: who has the port", "netstat -ano"},
	{IU_ERROR_SHARING, IU_ERROR_WINDOWS, "which program and which services that PID is",
		"tasklist /svc /fo csv"},
	{IU_ERROR_EXISTS, IU_ERROR_WINDOWS, "on Windows: who has registered which URL",
		"netsh http show servicestate view=requestq"},
	{IU_ERROR_DENIED, IU_ERROR_WINDOWS, "on Windows: who may register which URL",
		"netsh http show urlacl"},
	{IU_ERROR_DENIED, IU_ERROR_WINDOWS, "which ports are excluded",
		"netsh int ipv4 show excludedportrange protocol=tcp"},
	{IU_ERROR_DUP_NAME, IU_ERROR_WINDOWS, "on Windows: which certificate belongs to which binding",
		"netsh http show sslcert"},
};

/* "98", "0xC000020A": as its space writes it. */
static const char *in_digits(struct iu_arena *arena, const struct iu_error_number *number)
{
	if (iu_error_space_hex(number->space))
		return iu_phrase(arena, "0x%08" PRIX64, (uint64_t)number->value);
	return iu_phrase(arena, "%" PRId64, number->value);
}

static struct iu_strings *add_part(struct telling *t, const char *label)
{
	struct iu_explanation_part *part = iu_list_add(t->arena, &t->explanation.parts);

	part->label = label;
	return &part->lines;
}

static void add_line(struct telling *t, struct iu_strings *lines, const char *line)
{
	iu_strings_add(t->arena, lines, line);
}

static const char *sentence(struct telling *t, const char *text)
{
	const char *first = iu_phrase(t->arena, "%s.", text);
	char *copy = iu_arena_strdup(t->arena, first);

	/* Names of calls keep their letters: "bind() called twice". */
	if (copy && copy[0] >= 'a' && copy[0] <= 'z' && strcspn(copy, "(") > strcspn(copy, " "))
		copy[0] = (char)(copy[0] - 'a' + 'A');
	return copy ? copy : "?";
}

/* ---- the first sentence ---- */

static const char *system_part(struct telling *t)
{
	const struct iu_error_number *number = t->reading->number;
	const char *title = number ? iu_error_space_title(number->space) : NULL;

	if (t->reading->system == IU_ERROR_ANY)
		return "";
	return iu_phrase(t->arena, " on %s%s%s%s", iu_error_system_title(t->reading->system),
		title ? " (" : "", title ? title : "", title ? ")" : "");
}

static const char *headline(struct telling *t)
{
	const struct iu_error_number *number = t->reading->number;
	const char *name = number ? number->name : t->row->name;

	if (t->in->readings->is_message && number)
		return iu_phrase(t->arena, "The message says %s, %s%s: %s.", name,
			in_digits(t->arena, number), system_part(t), t->row->summary);
	if (t->in->readings->is_message)
		return iu_phrase(t->arena, "The message says %s%s: %s.", name, system_part(t),
			t->row->summary);
	if (t->in->readings->is_number)
		return iu_phrase(t->arena, "%s is %s%s: %s.", t->in->asked, name, system_part(t),
			t->row->summary);
	if (number)
		return iu_phrase(t->arena, "%s is %s%s: %s.", name,
			in_digits(t->arena, number), system_part(t), t->row->summary);
	return iu_phrase(t->arena, "%s: %s.", name, t->row->summary);
}

/* ---- one system ---- */

/* "98 EADDRINUSE, 10048 WSAEADDRINUSE": everything a system writes for it. */
static const char *written(struct telling *t, enum iu_error_system system)
{
	size_t count;
	const struct iu_error_number *numbers = iu_error_numbers(&count);
	const char *all = "", *title;

	for (size_t i = 0; i < count; i++) {
		if (numbers[i].id != t->row->id || iu_error_space_of(numbers[i].space) != system)
			continue;
		title = iu_error_space_title(numbers[i].space);
		all = iu_phrase(t->arena, "%s%s%s %s", all, *all ? ", " : "",
			in_digits(t->arena, &numbers[i]),
			title ? iu_phrase(t->arena, "(%s)", title) : numbers[i].name);
	}
	return all;
}

static const char *in_writing(struct telling *t, enum iu_error_system system)
{
	if (t->in->text && iu_error_space_of(t->in->here) == system)
		return iu_phrase(t->arena, "Written %s, \"%s\".", written(t, system), t->in->text);
	return iu_phrase(t->arena, "Written %s.", written(t, system));
}

/* The causes in one line, for a system that is not the one asked about. */
static const char *causes_in_short(struct telling *t, const struct iu_error_meaning *meaning)
{
	const char *all = "";

	for (size_t i = 0; i < IU_ERROR_CAUSES_MAX && meaning->causes[i]; i++)
		all = iu_phrase(t->arena, "%s%s%s", all, i ? ", " : "", meaning->causes[i]);
	return iu_phrase(t->arena, "Causes, the most often met first: %s.", all);
}

static void add_system(struct telling *t, enum iu_error_system system)
{
	const struct iu_error_meaning *meaning = &t->row->on[system];
	bool full = system == t->reading->system || system == iu_error_space_of(t->in->here);
	struct iu_strings *lines;

	if (!meaning->sentence)
		return;
	lines = add_part(t, iu_error_system_title(system));
	add_line(t, lines, sentence(t, meaning->sentence));
	if (!t->in->foreign) /* how others write it is nothing to an answer about one message */
		add_line(t, lines, in_writing(t, system));
	add_line(t, lines, iu_phrase(t->arena, "From %s.", meaning->calls));
	if (meaning->careful)
		add_line(t, lines, sentence(t, meaning->careful));
	if (!meaning->causes[0])
		return;
	if (!full) {
		add_line(t, lines, causes_in_short(t, meaning));
		return;
	}
	lines = add_part(t, "causes");
	for (size_t i = 0; i < IU_ERROR_CAUSES_MAX && meaning->causes[i]; i++)
		add_line(t, lines, iu_phrase(t->arena, "%zu. %s: %s", i + 1, meaning->causes[i],
			iu_error_cause_sentence(meaning->causes[i], system)));
}

/* What else the number that was asked is on @system: "100 there is ERROR_TOO_MANY_SEMAPHORES". */
static const char *same_number(struct telling *t, enum iu_error_system system)
{
	const struct iu_error_readings *readings = t->in->readings;
	const char *all = "";

	if (!readings->is_number)
		return "";
	for (size_t i = 0; i < readings->n; i++) {
		const struct iu_error_number *number = readings->v[i].number;

		if (i == t->in->which || !number || iu_error_space_of(number->space) != system)
			continue;
		all = iu_phrase(t->arena, "%s%s%s there is %s, something else", all,
			*all ? "; " : "", t->in->asked, number->name);
	}
	/* Only numbers of the small kind are taken for another system's. */
	if (!*all && system != t->reading->system && t->reading->system != IU_ERROR_ANY &&
		readings->value > 0 && readings->value < UINT16_MAX)
		all = iu_phrase(t->arena, "%s there is none of these errors", t->in->asked);
	return all;
}

/* How the systems write it that are not told in full, and what the number is there. */
static void add_elsewhere(struct telling *t)
{
	struct iu_strings *lines = NULL;

	for (int i = 0; i < IU_ERROR_SYSTEMS; i++) {
		enum iu_error_system system = (enum iu_error_system)i;
		bool told = t->reading->system == IU_ERROR_ANY || t->reading->system == system;
		const char *all = told ? "" : written(t, system);
		const char *other = same_number(t, system);

		if (!*all && !*other)
			continue;
		if (!lines)
			lines = add_part(t, "elsewhere");
		add_line(t, lines, iu_phrase(t->arena, "%s: %s%s%s.", iu_error_system_title(system),
					   all, *all && *other ? "; " : "", other));
	}
}

/* ---- what to ask next ---- */

static void add_step(struct telling *t, const char *text, const char *command)
{
	struct iu_explanation_step *step = iu_list_add(t->arena, &t->explanation.steps);

	*step = (struct iu_explanation_step){.text = text, .command = command};
}

static bool about(const struct telling *t, enum iu_error_system system)
{
	return (t->reading->system == IU_ERROR_ANY || t->reading->system == system) &&
	       t->row->on[system].sentence;
}

static void add_steps(struct telling *t)
{
	enum iu_error_system here = iu_error_space_of(t->in->here), there = t->reading->system;
	bool any_port = t->row->id == IU_ERROR_NOBUFS; /* 0 asks for the range */
	const char *endpoint = t->in->endpoint ? t->in->endpoint : any_port ? "0" : "8080";
	const char *instead =
		t->in->endpoint || any_port ? "" : " (with your port instead of 8080)";
	bool away = false;

	t->explanation.steps_title = "What to ask next:";
	if (about(t, here) && t->row->on[here].causes[0])
		add_step(t,
			iu_phrase(t->arena, "on this machine: who is in the way, and what helps%s",
				instead),
			iu_phrase(t->arena, "inuse %s", endpoint));
	else if (there != IU_ERROR_ANY && there != IU_ERROR_BSD && t->row->on[there].causes[0])
		add_step(t,
			iu_phrase(t->arena, "on that machine, where inuse is installed%s", instead),
			iu_phrase(t->arena, "inuse %s", endpoint));
	for (size_t i = 0; i < IU_COUNT(looks); i++)
		if (looks[i].id == t->row->id && about(t, looks[i].system)) {
			add_step(t, looks[i].text, looks[i].command);
			away |= looks[i].system != here && looks[i].system != IU_ERROR_BSD;
		}
	if (away)
		add_step(t,
			iu_phrase(t->arena, "or here, with what these commands print in a file%s",
				instead),
			iu_phrase(t->arena, "inuse why --from FILE %s", endpoint));
}

int iu_explain(struct iu_arena *arena, const struct iu_explain *explain, struct iu_explanation *ret_story)
{
	const struct iu_error_reading *reading = &explain->readings->v[explain->which];
	struct telling t = {
		.arena = arena,
		.in = explain,
		.reading = reading,
		.row = iu_error_row(reading->id),
		.explanation = {.status = IU_STATUS_UNKNOWN},
	};
	enum iu_error_system first;

	if (!t.row)
		return IU_E_INPUT;
	t.explanation.headline = headline(&t);
	if (explain->foreign)
		add_line(&t, add_part(&t, "message"), explain->foreign);
	first = reading->system == IU_ERROR_ANY ? iu_error_space_of(explain->here) : reading->system;
	add_system(&t, first);
	for (int i = 0; i < IU_ERROR_SYSTEMS && reading->system == IU_ERROR_ANY; i++)
		if ((enum iu_error_system)i != first)
			add_system(&t, (enum iu_error_system)i);
	if (!explain->foreign)
		add_elsewhere(&t);
	add_steps(&t);
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_story = t.explanation;
	return 0;
}
