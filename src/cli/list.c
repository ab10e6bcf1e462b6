/* cli/list.c - inuse list: every bound socket with its holder */
#include "base/err.h"
#include "cli/cli.h"
#include "session/filter.h"

/* Complains of what is wrong with the word. */
static int take_word(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_filter *filter)
{
	struct iu_text complaint = {0};
	int ret = iu_filter_word(arena, names, word, filter, &complaint);

	if (ret == IU_E_INPUT)
		iu_complain_text(&complaint);
	iu_text_free(&complaint);
	return ret;
}

static int make_filter(struct iu_arena *arena, const struct iu_invocation *invocation,
	const struct iu_names *names, struct iu_filter *ret_filter)
{
	const struct iu_arguments *arguments = &invocation->arguments;
	struct iu_filter filter = {
		.process = arguments->process,
		.unit = arguments->unit,
		.all = arguments->all,
	};
	int ret = 0;

	if (arguments->protocol)
		iu_filter_protocol(arguments->protocol, &filter);
	for (size_t i = 0; i < invocation->count && ret >= 0; i++)
		ret = take_word(arena, names, invocation->words[i], &filter);
	if (ret == IU_E_INPUT)
		return IU_EXIT_USAGE;
	if (ret < 0) {
		iu_complain(iu_error_text(ret), NULL, "");
		return IU_EXIT_UNKNOWN;
	}
	if (arguments->user && iu_user_read(arguments->user, names, &filter.uid) != 0)
		return IU_EXIT_USAGE;
	filter.user_given = arguments->user != NULL;
	*ret_filter = filter;
	return 0;
}

static bool put(const struct iu_arguments *arguments, const struct iu_from *from,
	const struct iu_snapshot *snapshot, const struct iu_listing *listing)
{
	struct iu_style style = iu_style_make(arguments);
	struct iu_text text = {0};
	bool good;

	if (arguments->json)
		return iu_write_json(iu_from_json(from, iu_out_list_json(snapshot, listing)));
	iu_out_list(snapshot, listing, &style, &text);
	if (from->given && !style.quiet) {
		iu_text_add(&text, "From ");
		iu_from_words(from, &text);
		iu_text_add(&text, "\n");
	}
	good = iu_write(&text);
	iu_text_free(&text);
	return good;
}

static int list(const struct iu_invocation *invocation, struct iu_from *from)
{
	struct iu_session here = {0}, *session = from->given ? &from->session : &here;
	struct iu_listing listing = {0};
	struct iu_filter filter;
	struct iu_arena arena = {0};
	int code, ret = 0;

	code = make_filter(&arena, invocation, &from->names, &filter);
	if (code == 0) {
		ret = iu_filter_list(&arena, &filter, session, &listing);
		/* With nothing to be seen there are still the gaps to tell. */
		if (ret < 0 && ret != IU_E_SYSTEM)
			iu_complain(iu_error_text(ret), NULL, "");
		else if (!put(&invocation->arguments, from, &session->snapshot, &listing))
			code = IU_EXIT_UNKNOWN;
		if (ret < 0)
			code = IU_EXIT_UNKNOWN;
	}
	iu_session_free(&here);
	iu_arena_free(&arena);
	return code;
}

int iu_list(const struct iu_invocation *invocation)
{
	struct iu_from from;
	int code = iu_from_read(invocation, &from);

	if (code == 0)
		code = list(invocation, &from);
	iu_from_free(&from);
	return code;
}
