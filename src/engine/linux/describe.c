/* engine/linux/describe.c - what people on Linux are told in other words than elsewhere */
#include "engine/linux/describe.h"

#include "engine/phrase.h"

const char *iu_linux_describe_process(
	struct iu_arena *arena, const struct iu_process *process, int32_t tid, const char *more)
{
	/* captures often tell no user: then none is spoken of */
	bool user = process->user || process->uid_known;

	return iu_phrase(arena, "%s\t(pid %d%s%s%s%s)", iu_phrase_short_command(arena, process),
		(int)process->pid, tid ? iu_phrase(arena, ", thread %d", (int)tid) : "",
		user ? ", user " : "",
		user ? iu_phrase_user(arena, process->user, process->uid_known, process->uid) : "", more);
}

#define NEVER "a listening socket is never shared, not even with SO_REUSEADDR"

const char *iu_linux_describe_sharing(const struct iu_question *question,
	const struct iu_verdict *v, const struct iu_blocker *b)
{
	(void)question;
	switch (b->sharing) {
	case IU_SHARING_NOT_ASKED:
		return b->socket.protocol == IU_PROTOCOL_TCP && b->socket.state == IU_STATE_LISTEN ? NEVER
												   : "";
	case IU_SHARING_HOLDER_LISTENS: return NEVER;
	case IU_SHARING_HOLDER_WITHOUT_REUSEADDR:
		return "both need SO_REUSEADDR to share it, and the holder has not set it";
	case IU_SHARING_HOLDER_WITHOUT_REUSEPORT:
		return "both need SO_REUSEPORT to share it, and the holder has not set it";
	case IU_SHARING_USERS_DIFFER:
		return "SO_REUSEPORT shares a port only between programs of one user";
	case IU_SHARING_OPTIONS_UNKNOWN:
		/* a bind() that was refused has answered what could not be seen */
		return v->probe && v->status == IU_STATUS_IN_USE
			? "both need the option to share it, and the holder has not set it"
			: "they share it only if the holder has set the same option, which is not visible";
	case IU_SHARING_HOLDER_EXCLUSIVE:
		return "the holder has SO_EXCLUSIVEADDRUSE, which shares with nobody";
	case IU_SHARING_ASKER_EXCLUSIVE: return "SO_EXCLUSIVEADDRUSE wants the port alone";
	case IU_SHARING_ACCOUNTS_DIFFER: return "Windows shares a port only within one account";
	case IU_SHARING_NONE: break;
	}
	return "";
}

const char *iu_linux_describe_free(
	const struct iu_question *question, const struct iu_verdict *verdict)
{
	if (verdict->probe)
		return "every socket, and a trial bind() succeeded";
	if (question->target.protocol == IU_PROTOCOL_UNIX)
		return question->target.abstract
			? question->target.unix_type ? "no socket of that type has the name here"
						     : "no socket here has the name"
			: "nothing has that name, and its directory takes a new file";
	return "every socket: none is in the way";
}
