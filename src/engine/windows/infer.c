/* engine/windows/infer.c - what follows for sockets and asker from what is known of them */
#include "engine/windows/infer.h"

#include "engine/windows/conflict.h"
#include "engine/windows/reason.h"
#include "engine/windows/state.h"

static const char *account_of(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	int32_t pid = iu_windows_owner(snapshot, s);
	const struct iu_process *process = iu_snapshot_process(snapshot, pid);

	if (process && process->user)
		return process->user;
	return pid == IU_WINDOWS_SYSTEM_PID ? "NT AUTHORITY\\SYSTEM" : NULL;
}

/* Ports below the range that Windows has by default are not given out, where nobody said more. */
static enum iu_tri may_be_chosen(const struct iu_evaluation *evaluation)
{
	uint16_t port = evaluation->question->target.port;
	enum iu_tri in_range = iu_in_range(&evaluation->limits, port);

	if (in_range == IU_UNKNOWN && !iu_windows_before(evaluation->snapshot, 6, 0) &&
		port < IU_DYNAMIC_FIRST)
		return IU_NO;
	return in_range;
}

/* Accounts and options of the sockets, as far as they follow. */
static void prepare(struct iu_evaluation *evaluation)
{
	for (size_t i = 0; i < evaluation->sockets.n; i++)
		if (!evaluation->sockets.v[i].user)
			evaluation->sockets.v[i].user = account_of(evaluation->snapshot, &evaluation->sockets.v[i]);
	iu_windows_conflict_infer(&evaluation->sockets, may_be_chosen(evaluation), &evaluation->kernel);
}

static unsigned int told_bit(const struct iu_question *question)
{
	if (question->symptom.from_capture == IU_WSAEADDRINUSE)
		return IU_BIND_INUSE;
	return question->symptom.from_capture == IU_WSAEACCES ? IU_BIND_ACCESS : 0;
}

/* Whether sockets or another reason can give the code to any of the asks. */
static bool explains(const struct iu_evaluation *evaluation, unsigned int bit, enum iu_bind_option option)
{
	for (size_t i = 0; i < evaluation->attempt_count; i++) {
		struct iu_request r = evaluation->attempts[i].request;

		r.reuseaddr = option == IU_BIND_REUSE;
		r.exclusive = option == IU_BIND_EXCLUSIVE;
		if (iu_windows_outcome(&r, &evaluation->sockets, SIZE_MAX, &evaluation->kernel).results & bit)
			return true;
		if (iu_windows_reason(evaluation, &r).results & bit)
			return true;
	}
	return false;
}

/* HTTP.sys gives either code (see causes/http-sys.c): no guess about options is needed. */
static bool has_http_row(const struct iu_evaluation *evaluation)
{
	for (size_t i = 0; i < evaluation->sockets.n; i++)
		if (iu_windows_http_row(evaluation->snapshot, &evaluation->sockets.v[i]))
			return true;
	return false;
}

/*
 * Which option the asker must have set to be told what it was told; only where the question names no
 * option and nothing else explains the code: see evaluation->assumed.
 */
static void assume(struct iu_evaluation *evaluation)
{
	static const struct {
		enum iu_bind_option option;
		const char *name;
	} guesses[] = {
		{IU_BIND_PLAIN, NULL},
		{IU_BIND_REUSE, "SO_REUSEADDR"},
		{IU_BIND_EXCLUSIVE, "SO_EXCLUSIVEADDRUSE"},
	};
	const struct iu_options *options = &evaluation->question->options;
	unsigned int bit = told_bit(evaluation->question);

	if (!bit || options->reuseaddr || options->exclusive ||
		evaluation->question->symptom.connects || !evaluation->question->target.port ||
		has_http_row(evaluation))
		return;
	for (size_t i = 0; i < IU_COUNT(guesses); i++) {
		if (!explains(evaluation, bit, guesses[i].option))
			continue;
		evaluation->assumed = guesses[i].name;
		for (size_t k = 0; k < evaluation->attempt_count; k++) {
			evaluation->attempts[k].request.reuseaddr = guesses[i].option == IU_BIND_REUSE;
			evaluation->attempts[k].request.exclusive = guesses[i].option == IU_BIND_EXCLUSIVE;
		}
		return;
	}
}

void iu_windows_infer(struct iu_evaluation *evaluation)
{
	prepare(evaluation);
	assume(evaluation);
}
