/* api/common.c - version, errors, and what every exported call begins and ends with */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/captures.h"
#include "os/os.h"
#include "session/questions.h"

/* No options are larger; copy_struct_from_user() of the kernel draws the line at a page, too. */
#define SIZE_LIMIT 4096

#define COLUMNS 80

const char *inuse_version(void)
{
	return IU_VERSION;
}

uint32_t inuse_features(void)
{
	return IU_FEATURES;
}

const char *inuse_error_name(int error)
{
	/* The exported numbers are those of the house. */
#define X(name, nr, text)                                                                          \
	_Static_assert((int)INUSE_ERROR_##name == (int)IU_E_##name, "INUSE_ERROR_" #name);
	IU_ERRORS(X)
#undef X
	switch (error) {
#define X(name, nr, text)                                                                          \
	case -(nr): return "INUSE_ERROR_" #name;
		IU_ERRORS(X)
#undef X
	}
	return "INUSE_ERROR_UNKNOWN";
}

const char *inuse_error_text(int error)
{
	return iu_error_text(error);
}

/* Cut at a character's start, with "…" where that fits. */
static void copy_cut(const char *text, size_t len, char *buffer, size_t size)
{
	static const char more[] = "…";
	size_t n = len;

	if (!size)
		return;
	if (n >= size) {
		n = size >= sizeof(more) ? size - sizeof(more) : 0;
		while (n && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(buffer, text, n);
	buffer[n] = '\0';
	if (n < len && size >= sizeof(more))
		memcpy(buffer + n, more, sizeof(more));
}

char *inuse_escape(const char *text, char *buffer, size_t size)
{
	struct iu_text safe = {0};

	if (text)
		iu_text_foreign(&safe, text, strlen(text), 0);
	if (!text || safe.failed)
		copy_cut("?", 1, buffer, size);
	else
		copy_cut(safe.data ? safe.data : "", safe.len, buffer, size);
	iu_text_free(&safe);
	return buffer;
}

int iu_api_copy(const void *given, size_t given_size, void *ours, size_t size)
{
	const unsigned char *bytes = given;
	int ret = 0;

	if (given_size < sizeof(given_size) || given_size > SIZE_LIMIT)
		return IU_E_INPUT; /* nobody set it */
	/* A newer caller that asks for nothing new is served; one that does must not be half heard. */
	for (size_t i = size; i < given_size && ret == 0; i++)
		if (bytes[i])
			ret = IU_E_NOTSUP;
	memcpy(ours, given, given_size < size ? given_size : size);
	return ret;
}

int iu_api_complain(const struct iu_complaint *to, struct iu_text *complaint, int r)
{
	const char *text = complaint->len && !complaint->failed ? complaint->data : iu_error_text(r);

	if (r < 0 && to->buffer)
		copy_cut(text, strlen(text), to->buffer, to->size);
	iu_text_free(complaint);
	return r;
}

struct iu_style iu_api_style(uint16_t columns, bool colour)
{
	return (struct iu_style){.color = colour,
		.columns = columns == UINT16_MAX ? 0 : columns ? columns : COLUMNS};
}

int iu_api_begin(const struct inuse_options *given, struct iu_api_look *ret_look)
{
	struct inuse_options *options = &ret_look->options;
	struct iu_text complaint = {0};
	int ret;

	*ret_look = (struct iu_api_look){0};
	ret = given ? iu_api_copy(given, given->size, options, sizeof(*options)) : 0;
	if (options->complaint && options->complaint_size)
		options->complaint[0] = '\0';
	ret_look->style = iu_api_style(options->columns, options->colour);
	ret_look->budget = (struct iu_budget){
		.most_ms = options->timeout_ms, .stopped = options->stopped, .context = options->context};
	if (ret == IU_E_NOTSUP)
		iu_text_add(&complaint, "these options are of a newer version than the library: what they ask for is not known");
	return iu_api_complain(
		&(struct iu_complaint){options->complaint, options->complaint_size}, &complaint, ret);
}

static int read_device(const struct inuse_options *options, const struct iu_names *names,
	struct iu_options *asked, struct iu_text *complaint)
{
	asked->device = options->device;
	if (!options->device ||
		names->ifindex(names->context, options->device, &asked->ifindex) >= 0)
		return 0;
	iu_text_add(complaint, "there is no network interface \"");
	iu_text_foreign(complaint, options->device, strlen(options->device), 40);
	iu_text_add(complaint, "\" here");
	return IU_E_INPUT;
}

static int read_program(struct iu_arena *arena, const struct inuse_options *options,
	struct iu_questions *questions, struct iu_text *complaint)
{
	char *program = iu_arena_strdup(arena, options->program);
	struct iu_file_id file;

	if (!options->program)
		return iu_questions_set_self(arena, questions);
	if (!program)
		return IU_E_NOMEM;
	if (!*program)
		return 0;
	if (iu_os_find_program(program, &file) >= 0) {
		iu_questions_set_program(program, &file, questions);
		return 0;
	}
	iu_text_add(complaint, "there is no program \"");
	iu_text_foreign(complaint, program, strlen(program), 60);
	iu_text_add(complaint, "\": give its path, or a name that is found in PATH");
	return IU_E_INPUT;
}

static enum iu_probe_mode probe_mode(const struct inuse_options *options)
{
	return options->no_probe ? IU_PROBE_NEVER
	       : options->probe	 ? IU_PROBE_ALWAYS
				 : IU_PROBE_AUTO;
}

int iu_api_finish(struct iu_arena *arena, struct iu_api_look *look,
	struct iu_questions *questions, struct iu_text *complaint)
{
	const struct inuse_options *options = &look->options;
	bool plain = options->plain || iu_os_is_sandboxed();

	for (size_t i = 0; i < questions->n; i++) {
		questions->v[i].how.probe = probe_mode(options);
		questions->v[i].how.plain = plain;
		questions->v[i].how.leaves_nothing = !options->keeps;
		questions->v[i].how.budget = iu_api_budget(look);
		questions->v[i].asker.by_self = true;
	}
	return read_program(arena, options, questions, complaint);
}

/* The same for another machine: the program that asks is one of its, or nobody says. */
static int finish_recorded(struct iu_arena *arena, const struct inuse_options *options,
	const struct iu_snapshot *snapshot, struct iu_questions *questions)
{
	const char *program = options->program && *options->program
		? iu_arena_strdup(arena, options->program) : NULL;
	struct iu_file_id file = {0, 0};

	iu_questions_set_error(questions, iu_questions_system(snapshot));
	if (program) {
		iu_captures_program(snapshot, program, &file);
		iu_questions_set_program(program, &file, questions);
	}
	return arena->failed ? IU_E_NOMEM : 0;
}

static int check(const struct inuse_options *options, const struct iu_snapshot *snapshot,
	struct iu_text *complaint)
{
	if (options->probe && options->no_probe) {
		iu_text_add(complaint, "probe and no_probe exclude each other");
	} else if (options->probe && snapshot) {
		iu_text_add(complaint, "probe asks the kernel of this machine, and the snapshot is of another");
	} else if (options->v6only != INUSE_TRI_UNKNOWN && options->v6only != INUSE_TRI_NO &&
		   options->v6only != INUSE_TRI_YES) {
		iu_text_printf(complaint, "v6only is %d: INUSE_TRI_UNKNOWN, _NO or _YES is meant",
			(int)options->v6only);
	} else {
		return 0;
	}
	return IU_E_INPUT;
}

int iu_api_questions(struct iu_arena *arena, const char *target, struct iu_api_look *look,
	const struct iu_snapshot *snapshot, struct iu_questions *ret_questions)
{
	const struct inuse_options *options = &look->options;
	const struct iu_complaint to = {options->complaint, options->complaint_size};
	struct iu_options asked = {.reuseaddr = options->reuseaddr,
		.reuseport = options->reuseport,
		.exclusive = options->exclusive,
		.v6only = (enum iu_tri)options->v6only,
		.uid_given = options->user_given,
		.uid = options->user};
	struct iu_text complaint = {0};
	struct iu_questions questions = {0};
	struct iu_names names = *iu_os_names();
	int ret = check(options, snapshot, &complaint);

	if (snapshot)
		iu_captures_names(snapshot, &names);
	if (ret >= 0)
		ret = read_device(options, &names, &asked, &complaint);
	if (ret >= 0 && asked.device) {
		asked.device = iu_arena_strdup(arena, asked.device);
		ret = asked.device ? 0 : IU_E_NOMEM;
	}
	if (ret >= 0)
		ret = iu_questions_from_text(
			arena, &names, target ? target : "", &asked, &questions, &complaint);
	if (ret == IU_E_NOENT) {
		iu_text_add(&complaint, "\"-\" is no target here: give a port, an endpoint, a path or a message");
		ret = IU_E_INPUT;
	}
	if (ret >= 0)
		ret = snapshot ? finish_recorded(arena, options, snapshot, &questions)
			       : iu_api_finish(arena, look, &questions, &complaint);
	if (ret >= 0)
		*ret_questions = questions;
	return iu_api_complain(&to, &complaint, ret);
}

const char *iu_api_dump(struct iu_arena *arena, json_t *json)
{
	char *dump = json ? json_dumps(json, JSON_COMPACT) : NULL;
	const char *kept = iu_arena_strdup(arena, dump);

	free(dump);
	json_decref(json);
	return kept;
}

const char *iu_api_keep(struct iu_arena *arena, struct iu_text *text)
{
	const char *kept = text->failed ? NULL : iu_arena_strdup(arena, text->data ? text->data : "");

	iu_text_free(text);
	return kept;
}
