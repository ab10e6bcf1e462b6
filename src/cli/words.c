/* cli/words.c - what a command line means that begins with no command */
#include "cli/words.h"

#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/near.h"
#include "input/filter.h"
#include "input/target.h"

#define WORD_COLUMNS   40
#define NAME_MAX_BYTES 255 /* no file of a program has a longer name */

/* "inuse tcp", "inuse udp unix": which sockets, so they are listed. */
static bool are_protocols(const struct iu_invocation *invocation)
{
	struct iu_filter filter = {0};
	size_t n = 0;

	while (n < invocation->count && iu_filter_protocol(invocation->words[n], &filter))
		n++;
	return n == invocation->count;
}

int iu_words_choose(struct iu_invocation *invocation)
{
	const char *first = invocation->count ? invocation->words[0] : NULL;

	invocation->command = first ? iu_command_find(first) : NULL;
	if (invocation->command) {
		invocation->command_given = true;
		invocation->words++;
		invocation->count--;
		return 0;
	}
	invocation->command = iu_command_find(are_protocols(invocation) ? "list" : "why");
	return 0;
}

/* A name, and nothing that only a target has. */
static bool is_bare(const char *word)
{
	size_t n = 0;

	for (; word[n]; n++)
		if (!iu_char_is_letter(word[n]) && (n == 0 || !strchr("0123456789._+-", word[n])))
			return false;
	return n > 0 && n <= NAME_MAX_BYTES && !iu_target_is_protocol(word);
}

bool iu_words_may_name_program(const struct iu_invocation *invocation)
{
	if (invocation->command_given || !invocation->count || !is_bare(invocation->words[0]))
		return false;
	for (size_t i = 1; i < invocation->count; i++)
		if (!iu_target_is_protocol(invocation->words[i]))
			return false;
	return true;
}

static bool is_service(const struct iu_names *names, const char *word)
{
	uint16_t port;

	return names->service(names->context, word, IU_PROTOCOL_TCP, &port) >= 0 ||
	       names->service(names->context, word, IU_PROTOCOL_UDP, &port) >= 0;
}

/* What else could have been meant: programs that hold a socket now. */
static void try_programs(const struct iu_snapshot *snapshot, struct iu_near *near)
{
	for (size_t i = 0; i < snapshot->processes.n; i++) {
		const struct iu_process *process = &snapshot->processes.v[i];
		const char *base = iu_text_base_name(process->exe, "/\\");

		if (process->name)
			iu_near_try(near, process->name);
		if (base)
			iu_near_try(near, base);
	}
}

/* "inuse kill 8080": the words as they were given, with another first one. */
static void add_line(struct iu_text *line, const char *first, const struct iu_invocation *invocation)
{
	iu_text_add(line, "inuse");
	if (first) {
		iu_text_add(line, " ");
		iu_text_shell_word(line, first);
	}
	for (size_t i = 1; i < invocation->count; i++) {
		iu_text_add(line, " ");
		iu_text_shell_word(line, invocation->words[i]);
	}
}

/* Whether what comes after the first word would do without it. */
static bool rest_are_targets(const struct iu_invocation *invocation, const struct iu_names *names)
{
	const struct iu_options options = {0};
	struct iu_questions questions = {0};
	struct iu_arena arena = {0};
	struct iu_target target;
	bool good = invocation->count > 1;

	for (size_t i = 1; i < invocation->count && good; i++) {
		const char *word = invocation->words[i];

		good = iu_target_parse(&arena, word, strlen(word), &target, NULL) >= 0 &&
		       iu_target_questions(&arena, &target, names, &options, &questions, NULL) >= 0;
	}
	iu_arena_free(&arena);
	return good;
}

static int complain_unknown(const struct iu_invocation *invocation, const struct iu_names *names,
	const struct iu_snapshot *snapshot)
{
	const char *first = invocation->words[0], *command = iu_command_near(first);
	struct iu_near near = iu_near_begin(first);
	struct iu_text line = {0};

	if (!command && snapshot && invocation->count == 1)
		try_programs(snapshot, &near);
	iu_text_add(&line, "there is no command ");
	iu_text_foreign(&line, first, strlen(first), WORD_COLUMNS);
	if (command || near.best || rest_are_targets(invocation, names)) {
		iu_text_add(&line, "; did you mean: ");
		add_line(&line, command ? command : near.best, invocation);
		iu_text_add(&line, "?");
	} else {
		iu_text_add(&line,
			", no program of that name holds a socket, and no service is called so; see inuse "
			"-h");
	}
	iu_complain_text(&line);
	iu_text_free(&line);
	return IU_EXIT_USAGE;
}

const struct iu_unreadable *iu_words_hidden(const struct iu_snapshot *snapshot, const char *name)
{
	for (size_t i = 0; i < snapshot->unreadable.n; i++)
		if (snapshot->unreadable.v[i].name && !strcmp(snapshot->unreadable.v[i].name, name))
			return &snapshot->unreadable.v[i];
	return NULL;
}

int iu_words_decide(const struct iu_invocation *invocation, struct iu_from *from, bool *ret_is_program)
{
	const char *first = invocation->count ? invocation->words[0] : NULL;
	const struct iu_filter filter = {.process = first, .all = true};
	struct iu_session here = {0}, *session = from->given ? &from->session : &here;
	struct iu_listing listing = {0};
	struct iu_arena arena = {0};
	int code = 0, ret;

	*ret_is_program = false;
	if (invocation->command_given || !first || !is_bare(first))
		return 0;
	if (!iu_words_may_name_program(invocation))
		return is_service(&from->names, first) ? 0 : complain_unknown(invocation, &from->names, NULL);
	ret = iu_session_filter(&arena, &filter, session, &listing);
	*ret_is_program = ret >= 0 && (listing.rows.n || iu_words_hidden(&session->snapshot, first));
	if (ret == IU_E_NOMEM) {
		iu_complain(iu_error_text(ret), NULL, "");
		code = IU_EXIT_UNKNOWN;
	} else if (!*ret_is_program && !is_service(&from->names, first)) {
		code = complain_unknown(invocation, &from->names, ret >= 0 ? &session->snapshot : NULL);
	}
	if (!from->given)
		iu_session_free(&here);
	iu_arena_free(&arena);
	return code;
}
