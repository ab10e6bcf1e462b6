/* cli/targets.c - operands become questions */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "cli/cli.h"
#include "input/target.h"
#include "cli/system.h"
#include "os/os.h"
#include "session/questions.h"

#define OPERAND_COLUMNS 60

int iu_user_read(const char *user, const struct iu_names *names, uint32_t *ret_uid)
{
	uint64_t uid = 0;
	size_t n = strspn(user, "0123456789");

	if (names->user(names->context, user, ret_uid) >= 0)
		return 0;
	/* The largest number is no user: (uid_t)-1 means "nobody in particular" to the kernel. */
	for (size_t i = 0; i < n && uid < UINT32_MAX; i++)
		uid = uid * 10 + (uint64_t)(user[i] - '0');
	if (n && !user[n] && uid < UINT32_MAX) {
		*ret_uid = (uint32_t)uid;
		return 0;
	}
	iu_complain("unknown user ", user, names->recorded
		? ": the capture has no such name; give the number"
		: ": give a name of this system or a number");
	return IU_EXIT_USAGE;
}

int iu_number_read(const char *option, const char *text, unsigned long least, unsigned long most,
	unsigned long *ret_number)
{
	struct iu_text line = {0};
	unsigned long number = 0;
	size_t n = strspn(text, "0123456789");

	for (size_t i = 0; i < n && number <= most; i++)
		number = number * 10 + (unsigned long)(text[i] - '0');
	if (n && !text[n] && number >= least && number <= most) {
		*ret_number = number;
		return 0;
	}
	iu_text_printf(&line, "--%s takes a number from %lu to %lu, not \"", option, least, most);
	iu_text_foreign(&line, text, strlen(text), OPERAND_COLUMNS);
	iu_text_add(&line, "\"");
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

static int read_input(struct iu_arena *arena, const struct iu_names *names,
	const struct iu_options *options, struct iu_questions *out, struct iu_text *complaint)
{
	struct iu_text texts[2] = {{0}, {0}}; /* lines that speak of a failed bind, and the others */
	int ret = iu_input_read(&texts[0], &texts[1]);

	if (ret >= 0)
		ret = iu_questions_from_message(arena, names, texts, 2,
			"standard input names no port, address or socket path that could be asked for",
			options, out, complaint);
	iu_text_free(&texts[0]);
	iu_text_free(&texts[1]);
	return ret;
}

/* With several operands the complaint says which one it is about. */
static void complain(const struct iu_text *complaint, const char *text, size_t nr, size_t count)
{
	struct iu_text line = {0};

	if (count > 1) {
		iu_text_printf(&line, "target %zu, \"", nr);
		iu_text_foreign(&line, text, strlen(text), OPERAND_COLUMNS);
		iu_text_add(&line, "\": ");
	}
	iu_text_add(&line, complaint->data);
	line.failed = line.failed || complaint->failed;
	iu_complain_text(&line);
	iu_text_free(&line);
}

/* "inuse Error: listen EADDRINUSE …" without quotes: one message, of all words; NULL: it is none. */
static const char *as_message(struct iu_arena *arena, const struct iu_invocation *invocation,
	const struct iu_names *names)
{
	struct iu_text joined = {0};
	const char *message = NULL;

	if (invocation->count < 2)
		return NULL;
	for (size_t i = 0; i < invocation->count; i++) {
		iu_text_add(&joined, i ? " " : "");
		iu_text_add(&joined, invocation->words[i]);
	}
	if (!joined.failed && iu_questions_is_message(names, joined.data, invocation->words[0]))
		message = iu_arena_strdup(arena, joined.data);
	iu_text_free(&joined);
	return message;
}

bool iu_targets_are_message(const struct iu_invocation *invocation, const struct iu_names *names)
{
	struct iu_arena arena = {0};
	bool message = as_message(&arena, invocation, names) != NULL;

	iu_arena_free(&arena);
	return message;
}

/* Whether it is a port somewhere that does not say its protocol yet. */
static bool lacks_protocol(struct iu_arena *arena, const char *word)
{
	struct iu_target target;

	return !strchr(word, '/') && iu_target_parse(arena, word, strlen(word), &target, NULL) == 0 &&
	       target.kind == IU_TARGET_INET && !target.protocol_given;
}

/* "8080 tcp" and "udp 53" are one target each. Returns: how many words it takes. */
static size_t join_protocol(struct iu_arena *arena, char *const *words, size_t count, const char **ret_word)
{
	*ret_word = words[0];
	if (count < 2)
		return 1;
	if (iu_target_is_protocol(words[1]) && lacks_protocol(arena, words[0])) {
		*ret_word = iu_arena_printf(arena, "%s/%s", words[0], words[1]);
		return 2;
	}
	if (iu_target_is_protocol(words[0]) && lacks_protocol(arena, words[1])) {
		*ret_word = iu_arena_printf(arena, "%s:%s", words[0], words[1]);
		return 2;
	}
	return 1;
}

/* How the reader would write a directory. */
static void set_reader(struct iu_arena *arena, const struct iu_names *names, struct iu_questions *out)
{
	struct iu_text here = {0};
	const char *copy = NULL;

	if (names->recorded)
		return;
	if (iu_system_here(&here))
		copy = iu_arena_strdup(arena, here.data);
	for (size_t i = 0; i < out->n; i++) {
		out->v[i].asker.here = copy;
		out->v[i].asker.home = getenv("HOME");
		out->v[i].asker.clock = iu_system_clock();
	}
	iu_text_free(&here);
}

int iu_targets_read(struct iu_arena *arena, const struct iu_invocation *invocation,
	const struct iu_names *names, const struct iu_options *options, struct iu_questions *out)
{
	const char *message = as_message(arena, invocation, names);
	size_t count = message ? 1 : invocation->count;
	size_t taken;
	int ret = 0;

	for (size_t i = 0; i < count && ret >= 0; i += taken) {
		const char *word = message;
		struct iu_text complaint = {0};

		taken = message ? 1 : join_protocol(arena, invocation->words + i, count - i, &word);
		if (!word) {
			iu_complain(iu_error_text(IU_E_NOMEM), NULL, "");
			return IU_EXIT_UNKNOWN;
		}

		ret = iu_questions_from_text(arena, names, word, options, out, &complaint);
		if (ret == IU_E_NOENT)
			ret = read_input(arena, names, options, out, &complaint);
		if (ret == IU_E_INPUT)
			complain(&complaint, word, i + 1, count);
		else if (ret < 0)
			iu_complain(iu_error_text(ret), NULL, "");
		iu_text_free(&complaint);
	}
	set_reader(arena, names, out);
	if (ret >= 0)
		return 0;
	return ret == IU_E_INPUT ? IU_EXIT_USAGE : IU_EXIT_UNKNOWN;
}

int iu_targets_few(struct iu_arena *arena, const struct iu_invocation *invocation, size_t most,
	struct iu_questions *out)
{
	struct iu_options options;
	struct iu_text line = {0};
	int code = iu_options_socket(&invocation->arguments, iu_os_names(), &options);

	if (code == 0)
		code = iu_targets_read(arena, invocation, iu_os_names(), &options, out);
	if (code || out->n <= most)
		return code;
	iu_text_printf(&line, "%s takes at most %zu ports or paths at once",
		invocation->command->name, most);
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}
