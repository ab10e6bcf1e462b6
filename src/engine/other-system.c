/* engine/other-system.c - a message of another system: no look at this one can answer it */
#include "engine/other-system.h"

#include <string.h>

#include "base/err.h"
#include "base/text.h"
#include "engine/explain.h"
#include "engine/phrase.h"
#include "input/error-text.h"

/*
 * Linux has EACCES for low ports. Where a runtime says it of another one and not on which system,
 * it is Windows' answer for a port that is reserved there.
 */
static bool likely_windows(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	int32_t start = snapshot->sysctls.unprivileged_port_start;

	return question->symptom.from_message.windows_likely &&
	       question->symptom.from_message.error == IU_ERROR_ACCES && question->target.port &&
	       question->target.protocol != IU_PROTOCOL_UNIX &&
	       (int32_t)question->target.port >= (start < 0 ? 1024 : start);
}

/* Whose message it is; IU_ERROR_ANY: it may be of the system that is asked. */
static enum iu_error_system system_of(
	const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	enum iu_error_system said = (enum iu_error_system)question->symptom.from_message.system;

	return said == IU_ERROR_ANY && likely_windows(question, snapshot) ? IU_ERROR_WINDOWS : said;
}

bool iu_other_system_is(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	const char *os = snapshot->host.os;
	enum iu_error_system system;

	if (!question->symptom.from_message.given || !os)
		return false;
	system = system_of(question, snapshot);
	return system != IU_ERROR_ANY && strcmp(os, iu_error_system_name(system)) != 0;
}

/* "Linux" for "linux"; captures may come from systems that have no title here. */
static const char *title_of(struct iu_arena *arena, const char *os)
{
	enum iu_error_system system = iu_error_system_of(os);

	return system == IU_ERROR_ANY ? iu_safe(arena, os, 20) : iu_error_system_title(system);
}

const char *iu_other_system_describe_message(struct iu_arena *arena, const struct iu_question *question)
{
	return iu_phrase(arena, "%s%s%s", iu_safe(arena, question->target.text, 0),
		question->symptom.from_message.text ? ", " : "",
		question->symptom.from_message.text ? question->symptom.from_message.text : "");
}

void iu_other_system_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	const char *there = iu_error_system_title(system_of(question, snapshot));
	const char *target = iu_safe(arena, question->target.text, 0);

	*verdict = (struct iu_verdict){
		.status = IU_STATUS_UNKNOWN,
		.confidence = IU_CONFIDENCE_POSSIBLE,
	};
	if (question->symptom.from_message.call == IU_CALL_CONNECT) {
		verdict->operation = IU_OPERATION_CONNECT;
		verdict->headline = iu_phrase(arena,
			"The message is from %s, and this is %s: why connect() to %s failed there cannot be "
			"seen from here.",
			there, title_of(arena, snapshot->host.os), target);
	} else if (question->symptom.from_message.system == IU_ERROR_ANY) {
		verdict->headline = iu_phrase(arena,
			"%s would not be refused with EACCES on %s: so it is %s that answers for a port which "
			"it has reserved (an excluded port range), and that cannot be seen from here.",
			target, title_of(arena, snapshot->host.os), there);
	} else {
		verdict->headline = iu_phrase(arena,
			"The message is from %s, and this is %s: who is in the way of %s there cannot be seen "
			"from here.",
			there, title_of(arena, snapshot->host.os), target);
	}
}

void iu_other_system_doubt(
	struct iu_arena *arena, const struct iu_question *question, struct iu_verdict *verdict)
{
	const char *doubt = NULL;
	const char *older = "the message is older, or from another machine, container or network "
			    "namespace";

	if (!question->symptom.from_message.given || !question->symptom.from_message.text ||
		!question->symptom.from_capture ||
		verdict->error_number == question->symptom.from_capture)
		return;
	if (verdict->status == IU_STATUS_FREE)
		doubt = iu_phrase(arena, "The message says %s: what was in the way then has gone, or %s.",
			question->symptom.from_message.text, older);
	else if (verdict->error_number)
		doubt = iu_phrase(arena, "The message says %s, and now it would be %s: %s.",
			question->symptom.from_message.text, verdict->error, older);
	else
		return;
	iu_strings_add(arena, &verdict->caveats, doubt);
}

static enum iu_error_space space_of(const char *os)
{
	if (!strcmp(os, iu_error_system_name(IU_ERROR_WINDOWS)))
		return IU_SPACE_WINSOCK;
	return strcmp(os, iu_error_system_name(IU_ERROR_LINUX)) ? IU_SPACE_BSD : IU_SPACE_LINUX;
}

int iu_other_system_describe(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_verdict *verdict,
	struct iu_explanation *ret_story)
{
	struct iu_error_readings readings = {
		.v = {{.id = (enum iu_error_id)question->symptom.from_message.error,
			.system = system_of(question, snapshot)}},
		.n = 1,
		.is_message = true,
	};
	struct iu_explain explain = {
		.readings = &readings,
		.asked = "",
		.endpoint = iu_safe(arena, question->target.text, 0),
		.here = space_of(snapshot->host.os),
		.foreign = iu_other_system_describe_message(arena, question),
	};
	struct iu_explanation explanation = {.status = verdict->status};
	int ret = 0;

	if (question->symptom.from_message.error != IU_ERROR_OTHER)
		ret = iu_explain(arena, &explain, &explanation);
	if (ret < 0)
		return ret;
	explanation.headline = verdict->headline;
	if (arena->failed)
		return IU_E_NOMEM;
	*ret_story = explanation;
	return 0;
}
