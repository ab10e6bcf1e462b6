/* cli/list.c - inuse list: every bound socket with its holder */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "cli/cli.h"
#include "model/listing.h"
#include "model/target.h"
#include "os/os.h"
#include "session/session.h"

/* A word that is a protocol; false: it is none. */
static bool take_protocol(const char *word, struct iu_filter *filter)
{
	if (!strcmp(word, "tcp"))
		filter->tcp = true;
	else if (!strcmp(word, "udp"))
		filter->udp = true;
	else if (!strcmp(word, "unix"))
		filter->unix_sockets = true;
	else
		return false;
	return true;
}

/* Port 0 in a filter is every port. */
static int add_address(
	struct iu_arena *arena, const struct iu_address *address, struct iu_questions *out)
{
	static const enum iu_protocol protocols[] = {IU_PROTOCOL_TCP, IU_PROTOCOL_UDP};

	for (size_t i = 0; i < IU_COUNT(protocols); i++) {
		struct iu_question *q = iu_list_add(arena, out);

		if (!q)
			return IU_E_NOMEM;
		*q = (struct iu_question){
			.protocol = protocols[i], .family = address->family, .address = *address};
	}
	return 0;
}

/* An address or interface without a port: how many were added, 0 when it is none. */
static int take_address(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_questions *out)
{
	struct iu_address list[IU_TARGET_ADDRESSES_MAX];
	size_t len = strlen(word);
	bool brackets = len > 2 && word[0] == '[' && word[len - 1] == ']';
	int n = 1, ret = 0;

	if (iu_address_parse(word + brackets, len - 2 * brackets, &list[0]) < 0) {
		n = names->host(names->context, word, list, IU_TARGET_ADDRESSES_MAX);
		if (n <= 0)
			n = names->interface(names->context, word, list, IU_TARGET_ADDRESSES_MAX);
	}
	for (int i = 0; i < n && ret == 0; i++)
		ret = add_address(arena, &list[i], out);
	if (ret < 0)
		return ret;
	return n > 0 ? n : 0;
}

static int take_target(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_questions *out, struct iu_text *complaint)
{
	static const struct iu_options options = {0};
	struct iu_target target;
	int ret = iu_target_parse(arena, word, strlen(word), &target, complaint);

	if (ret < 0)
		return ret;
	if (target.kind == IU_TARGET_MESSAGE || target.kind == IU_TARGET_STDIN) {
		iu_text_add(complaint, "list takes no message: give ports, addresses or paths");
		return IU_E_INPUT;
	}
	if (!target.protocol_given)
		target.tcp = target.udp = true; /* whoever looks for 53 means both */
	return iu_target_questions(arena, &target, names, &options, out, complaint);
}

static int take_word(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_filter *filter, struct iu_questions *endpoints)
{
	struct iu_text complaint = {0};
	int ret;

	if (take_protocol(word, filter))
		return 0;
	ret = take_address(arena, names, word, endpoints);
	if (ret == 0)
		ret = take_target(arena, names, word, endpoints, &complaint);
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
	struct iu_questions endpoints = {0};
	int ret = 0;

	if (arguments->protocol)
		take_protocol(arguments->protocol, &filter);
	for (size_t i = 0; i < invocation->count && ret >= 0; i++)
		ret = take_word(arena, names, invocation->words[i], &filter, &endpoints);
	if (ret == IU_E_INPUT)
		return IU_EXIT_USAGE;
	if (ret < 0) {
		iu_complain(iu_error_text(ret), NULL, "");
		return IU_EXIT_UNKNOWN;
	}
	if (arguments->user && iu_user_read(arguments->user, names, &filter.uid) != 0)
		return IU_EXIT_USAGE;
	filter.user_given = arguments->user != NULL;
	filter.endpoints.v = endpoints.v;
	filter.endpoints.n = endpoints.n;
	filter.endpoints.cap = endpoints.cap;
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
	const uint32_t kinds = IU_FACT_TCP | IU_FACT_UDP | IU_FACT_UNIX;
	struct iu_session here = {0}, *session = from->given ? &from->session : &here;
	struct iu_listing listing = {0};
	struct iu_filter filter;
	struct iu_arena arena = {0};
	int code, ret = 0;

	code = make_filter(&arena, invocation, &from->names, &filter);
	if (code == 0) {
		if (!from->given)
			ret = iu_session_list(session, filter.all);
		if (ret >= 0)
			ret = iu_listing_make(&arena, &session->snapshot, &filter, &listing);
		if (ret < 0)
			iu_complain(iu_error_text(ret), NULL, "");
		if (ret < 0 ||
			!put(&invocation->arguments, from, &session->snapshot, &listing) ||
			(!(session->snapshot.seen & kinds) && !listing.rows.n))
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
