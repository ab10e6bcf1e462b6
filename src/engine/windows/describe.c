/* engine/windows/describe.c - what people on Windows are told in other words than elsewhere */
#include "engine/windows/describe.h"

#include "engine/phrase.h"
#include "engine/windows/quote.h"

/* Captures mostly know no account: then none is spoken of. */
const char *iu_windows_describe_process(
	struct iu_arena *arena, const struct iu_process *process, int32_t tid, const char *more)
{
	const char *user = process->user ? iu_phrase_user(arena, process->user, true, 0) : "";

	(void)tid; /* a socket belongs to a process as a whole */
	/* … and some no number either */
	if (process->pid >= IU_PID_MADE_UP)
		return iu_windows_quote_process(arena, process);
	return iu_phrase(arena, "%s\t(pid %d%s%s%s)", iu_windows_quote_process(arena, process),
		(int)process->pid, process->user ? ", user " : "", user, more);
}

const char *iu_windows_describe_sharing(const struct iu_question *question,
	const struct iu_verdict *v, const struct iu_blocker *b)
{
	switch (b->sharing) {
	case IU_SHARING_HOLDER_WITHOUT_REUSEADDR:
		return "both need SO_REUSEADDR to share it, and the holder has not set it; Windows then says access denied";
	case IU_SHARING_HOLDER_EXCLUSIVE:
		return "the holder has SO_EXCLUSIVEADDRUSE, which shares with nobody";
	case IU_SHARING_ASKER_EXCLUSIVE:
		return "SO_EXCLUSIVEADDRUSE wants the port alone";
	case IU_SHARING_ACCOUNTS_DIFFER:
		return "another account has it, and Windows shares a port only within one";
	case IU_SHARING_OPTIONS_UNKNOWN:
		if (question->options.reuseaddr)
			return "they share it only if the holder has set SO_REUSEADDR as well";
		return v->status == IU_STATUS_UNKNOWN
			? "they share it only within one account, and if the holder is not exclusive"
			: "";
	case IU_SHARING_NOT_ASKED:
	case IU_SHARING_HOLDER_LISTENS:
	case IU_SHARING_HOLDER_WITHOUT_REUSEPORT:
	case IU_SHARING_USERS_DIFFER:
	case IU_SHARING_NONE: break;
	}
	return "";
}

const char *iu_windows_describe_free(
	const struct iu_question *question, const struct iu_verdict *verdict)
{
	(void)question;
	return verdict->probe
		? "compared with every socket, and a trial bind() succeeded"
		: "compared with every socket and every excluded port range; none is in the way";
}
