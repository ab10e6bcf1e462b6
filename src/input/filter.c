/* input/filter.c - the words that say which sockets a listing shows */
#include "input/filter.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "knowledge/other-protocols.h"

bool iu_filter_protocol(const char *word, struct iu_filter *filter)
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
static void add_address(
	struct iu_arena *arena, const struct iu_address *address, struct iu_questions *out)
{
	static const enum iu_protocol protocols[] = {IU_PROTOCOL_TCP, IU_PROTOCOL_UDP};

	for (size_t i = 0; i < IU_COUNT(protocols); i++) {
		struct iu_question *q = iu_list_add(arena, out);

		*q = (struct iu_question){.target.protocol = protocols[i],
			.target.family = address->family,
			.target.address = *address};
	}
}

/* An address or interface without a port: how many were added, 0 when it is none. */
static int take_address(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_questions *out)
{
	struct iu_address list[IU_TARGET_ADDRESSES_MAX];
	size_t len = strlen(word);
	bool brackets = len > 2 && word[0] == '[' && word[len - 1] == ']';
	int n = 1;

	if (iu_address_parse(word + brackets, len - 2 * brackets, &list[0]) < 0) {
		n = names->host(names->context, word, list, IU_TARGET_ADDRESSES_MAX);
		if (n <= 0)
			n = names->interface(names->context, word, list, IU_TARGET_ADDRESSES_MAX);
	}
	for (int i = 0; i < n; i++)
		add_address(arena, &list[i], out);
	return n > 0 ? n : 0;
}

/* Its port is no port of TCP: nothing that is listed could be meant. */
static int refuse_other(const char *name, struct iu_text *complaint)
{
	const struct iu_other_protocol *row = iu_other_protocols_row(name);

	iu_text_printf(complaint, "%s are not looked at; this shows them:", row->title);
	for (size_t i = 0; i < IU_OTHER_PROTOCOL_WORDS && row->command[i]; i++)
		iu_text_printf(complaint, " %s", row->command[i]);
	return IU_E_NOTSUP;
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
	if (target.kind == IU_TARGET_OTHER)
		return refuse_other(target.other, complaint);
	if (!target.protocol_given)
		target.tcp = target.udp = true; /* whoever looks for 53 means both */
	return iu_target_questions(arena, &target, names, &options, out, complaint);
}

int iu_filter_word(struct iu_arena *arena, const struct iu_names *names, const char *word,
	struct iu_filter *filter, struct iu_text *complaint)
{
	struct iu_questions endpoints = {
		filter->endpoints.v, filter->endpoints.n, filter->endpoints.cap};
	int ret;

	if (iu_filter_protocol(word, filter))
		return 0;
	ret = take_address(arena, names, word, &endpoints);
	if (ret == 0)
		ret = take_target(arena, names, word, &endpoints, complaint);
	filter->endpoints.v = endpoints.v;
	filter->endpoints.n = endpoints.n;
	filter->endpoints.cap = endpoints.cap;
	if (arena->failed)
		return IU_E_NOMEM;
	return ret < 0 ? ret : 0;
}
