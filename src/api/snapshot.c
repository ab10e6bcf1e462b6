/* api/snapshot.c - all that was seen of a machine, for later and for elsewhere */
#include "api/api.h"

#include <stdlib.h>

#include "base/err.h"
#include "captures/captures.h"
#include "model/snapshot-json.h"
#include "os/os.h"
#include "session/report.h"

struct inuse_snapshot {
	struct iu_api_look look;
	struct iu_session session; /* its snapshot has what was recorded of probes, too */
	struct iu_arena arena;
	struct iu_questions questions;
	bool redacted;
};

static int take(struct inuse_snapshot *snapshot, const char *const *targets, size_t count)
{
	const struct inuse_options *options = &snapshot->look.options;
	const struct iu_filter how = {.plain = options->plain || iu_os_is_sandboxed(),
		.leaves_nothing = !options->keeps,
		.budget = iu_api_budget(&snapshot->look)};
	struct iu_text none = {0};
	int ret = 0;

	for (size_t i = 0; targets && i < count && ret >= 0; i++) {
		struct iu_questions more = {0};

		ret = iu_api_questions(&snapshot->arena, targets[i], &snapshot->look, NULL, &more);
		for (size_t k = 0; ret >= 0 && k < more.n; k++)
			*iu_list_add(&snapshot->arena, &snapshot->questions) = more.v[k];
	}
	if (ret < 0)
		return ret;
	ret = iu_report_look(&snapshot->session, &snapshot->questions, &how);
	if (ret >= 0 && snapshot->arena.failed)
		ret = IU_E_NOMEM;
	return iu_api_complain(
		&(struct iu_complaint){options->complaint, options->complaint_size}, &none, ret);
}

static int hand_out(struct inuse_snapshot *snapshot, int r, struct inuse_snapshot **ret_snapshot)
{
	if (r < 0) {
		inuse_snapshot_free(snapshot);
		return r;
	}
	*ret_snapshot = snapshot;
	return 1;
}

int inuse_snapshot_take(const char *const *targets, size_t count,
	const struct inuse_options *given, struct inuse_snapshot **ret_snapshot)
{
	struct inuse_snapshot *snapshot = calloc(1, sizeof(*snapshot));
	int ret;

	if (!snapshot)
		return IU_E_NOMEM;
	iu_snapshot_init(&snapshot->session.snapshot);
	ret = iu_api_begin(given, &snapshot->look);
	if (ret >= 0)
		ret = take(snapshot, targets, count);
	return hand_out(snapshot, ret, ret_snapshot);
}

int inuse_snapshot_read(const char *text, size_t length, const struct inuse_options *given,
	struct inuse_snapshot **ret_snapshot)
{
	const struct iu_capture capture = {"the text", text ? text : "", text ? length : 0};
	struct inuse_snapshot *snapshot = calloc(1, sizeof(*snapshot));
	struct iu_text complaint = {0};
	int ret;

	if (!snapshot)
		return IU_E_NOMEM;
	iu_snapshot_init(&snapshot->session.snapshot);
	ret = iu_api_begin(given, &snapshot->look);
	if (ret >= 0) {
		ret = length > IU_CAPTURES_MAX
			? IU_E_LIMIT
			: iu_captures_read(&capture, 1, &snapshot->session.snapshot, &complaint);
		iu_api_complain(&(struct iu_complaint){snapshot->look.options.complaint,
					snapshot->look.options.complaint_size}, &complaint, ret);
	}
	return hand_out(snapshot, ret, ret_snapshot);
}

int inuse_snapshot_redact(struct inuse_snapshot *snapshot)
{
	int ret = snapshot ? iu_report_redact(&snapshot->arena, &snapshot->session.snapshot,
				     &snapshot->questions)
			   : IU_E_INPUT;

	if (ret < 0)
		return ret;
	snapshot->redacted = true;
	return 1;
}

static int put(void *context, const char *bytes, size_t len)
{
	struct iu_text *text = context;

	iu_text_addn(text, bytes, len);
	return text->failed ? IU_E_NOMEM : 0;
}

const char *inuse_snapshot_json(struct inuse_snapshot *snapshot)
{
	struct iu_text text = {0};
	json_t *about;

	if (!snapshot)
		return NULL;
	about = iu_report_about(
		&snapshot->session.snapshot, &snapshot->questions, snapshot->redacted);
	if (!about || iu_snapshot_write(&snapshot->session.snapshot, about, put, &text) < 0)
		text.failed = true;
	json_decref(about);
	return iu_api_keep(&snapshot->arena, &text);
}

int inuse_snapshot_why(const struct inuse_snapshot *snapshot, const char *target,
	const struct inuse_options *options, struct inuse_answers **ret_answers)
{
	if (!snapshot)
		return IU_E_INPUT;
	return iu_api_answers_replay(&snapshot->session.snapshot, target, options, ret_answers);
}

void inuse_snapshot_free(struct inuse_snapshot *snapshot)
{
	if (!snapshot)
		return;
	iu_session_free(&snapshot->session);
	iu_arena_free(&snapshot->arena);
	free(snapshot);
}
