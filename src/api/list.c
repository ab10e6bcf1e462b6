/* api/list.c - every bound socket, as callers see it */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "input/filter.h"
#include "os/os.h"
#include "session/session.h"

struct inuse_listing {
	struct iu_style style;
	struct iu_budget budget;
	struct iu_arena arena;
	struct iu_session session;
	struct iu_listing listing;
	IU_LIST(struct inuse_socket) sockets;
	const char *text, *json; /* NULL: not made yet */
};

static int make_filter(struct inuse_listing *list, const struct inuse_list_options *options,
	struct iu_filter *ret_filter)
{
	const struct iu_complaint to = {options->complaint, options->complaint_size};
	bool timed = options->timeout_ms || options->stopped;
	struct iu_filter filter = {.process = options->process,
		.unit = options->unit,
		.user_given = options->user_given,
		.uid = options->user,
		.all = options->all,
		.plain = options->plain || iu_os_is_sandboxed(),
		.leaves_nothing = !options->keeps,
		.budget = timed ? &list->budget : NULL};
	struct iu_text complaint = {0};
	int ret = 0;

	for (size_t i = 0; options->words && i < options->word_count && ret >= 0; i++)
		ret = iu_filter_word(&list->arena, iu_os_names(), options->words[i] ? options->words[i] : "",
			&filter, &complaint);
	if (ret >= 0)
		*ret_filter = filter;
	return iu_api_complain(&to, &complaint, ret);
}

/* A listed socket has the shape of a blocker that blocks nothing. */
static int add_rows(struct inuse_listing *list)
{
	int ret = 0;

	for (size_t i = 0; i < list->listing.rows.n && ret >= 0; i++) {
		const struct iu_row *row = &list->listing.rows.v[i];
		struct iu_blocker *blocker = iu_arena_alloc(&list->arena, sizeof(*blocker));
		struct inuse_socket *socket = iu_list_add(&list->arena, &list->sockets);

		if (!blocker)
			return IU_E_NOMEM;
		*blocker = (struct iu_blocker){
			.socket = list->session.snapshot.sockets.v[row->socket]};
		blocker->holds.v = row->descriptors.v;
		blocker->holds.n = row->descriptors.n;
		ret = iu_api_socket(&list->arena, &list->session.snapshot, blocker, socket);
	}
	return ret;
}

int inuse_list(const struct inuse_list_options *given, struct inuse_listing **ret_list)
{
	struct inuse_listing *list = calloc(1, sizeof(*list));
	struct inuse_list_options options = {0};
	struct iu_filter filter;
	int ret = given ? iu_api_copy(given, given->size, &options, sizeof(options)) : 0;
	struct iu_complaint to = {options.complaint, options.complaint_size};
	struct iu_text none = {0};

	if (options.complaint && options.complaint_size)
		options.complaint[0] = '\0';
	if (!list)
		return iu_api_complain(&to, &none, IU_E_NOMEM);
	iu_snapshot_init(&list->session.snapshot);
	list->style = iu_api_style(options.columns, options.colour);
	list->budget = (struct iu_budget){
		.most_ms = options.timeout_ms, .stopped = options.stopped, .context = options.context};
	if (ret >= 0) {
		ret = make_filter(list, &options, &filter);
		to.buffer = ret < 0 ? NULL : to.buffer; /* it has complained */
	}
	if (ret >= 0)
		ret = iu_session_filter(&list->arena, &filter, &list->session, &list->listing);
	if (ret >= 0)
		ret = add_rows(list);
	if (ret >= 0 && list->arena.failed)
		ret = IU_E_NOMEM;
	if (ret < 0) {
		inuse_listing_free(list);
		return iu_api_complain(&to, &none, ret);
	}
	*ret_list = list;
	return (int)list->sockets.n;
}

size_t inuse_listing_count(const struct inuse_listing *list)
{
	return list ? list->sockets.n : 0;
}

const struct inuse_socket *inuse_listing_socket(const struct inuse_listing *list, size_t index)
{
	return list && index < list->sockets.n ? &list->sockets.v[index] : NULL;
}

const struct inuse_gap *inuse_listing_gap(const struct inuse_listing *list, size_t index)
{
	if (!list || index >= list->session.snapshot.gaps.n)
		return NULL;
	return (const struct inuse_gap *)&list->session.snapshot.gaps.v[index];
}

const char *inuse_listing_text(struct inuse_listing *list)
{
	struct iu_text text = {0};

	if (!list)
		return NULL;
	if (!list->text) {
		iu_output_list(&list->session.snapshot, &list->listing, &list->style, &text);
		list->text = iu_api_keep(&list->arena, &text);
	}
	return list->text;
}

const char *inuse_listing_json(struct inuse_listing *list)
{
	if (!list)
		return NULL;
	if (!list->json)
		list->json = iu_api_dump(&list->arena,
			iu_output_list_json(&list->session.snapshot, &list->listing));
	return list->json;
}

void inuse_listing_free(struct inuse_listing *list)
{
	if (!list)
		return;
	iu_session_free(&list->session);
	iu_arena_free(&list->arena);
	free(list);
}
