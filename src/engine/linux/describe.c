/* engine/linux/describe.c - what people on Linux are told in other words than elsewhere */
#include "engine/linux/describe.h"

#include "engine/phrase.h"

const char *iu_linux_describe_process(
	struct iu_arena *arena, const struct iu_process *process, int32_t tid)
{
	/* captures often tell no user: then none is spoken of */
	bool user = process->user || process->uid_known;

	return iu_phrase(arena, "%s (pid %d%s%s%s)", iu_phrase_command(arena, process),
		(int)process->pid, tid ? iu_phrase(arena, ", thread %d", (int)tid) : "",
		user ? ", user " : "",
		user ? iu_phrase_user(arena, process->user, process->uid_known, process->uid) : "");
}

const char *iu_linux_describe_sharing(const struct iu_question *question,
	const struct iu_verdict *v, const struct iu_blocker *b)
{
	(void)question;
	switch (b->sharing) {
	case IU_SHARING_NOT_ASKED:
		if (b->socket.protocol == IU_PROTOCOL_TCP && b->socket.state == IU_STATE_LISTEN)
			return ", and SO_REUSEADDR would not share it with a listener";
		return "";
	case IU_SHARING_HOLDER_LISTENS:
		return ", and SO_REUSEADDR never shares with a listener";
	case IU_SHARING_HOLDER_WITHOUT_REUSEADDR:
		return ", and the socket there does not have SO_REUSEADDR set, which both need";
	case IU_SHARING_HOLDER_WITHOUT_REUSEPORT:
		return ", and the socket there does not have SO_REUSEPORT set, which both need";
	case IU_SHARING_USERS_DIFFER:
		return ", and SO_REUSEPORT shares only among sockets of one user";
	case IU_SHARING_OPTIONS_UNKNOWN:
		/* a bind() that was refused has answered what could not be seen */
		return v->probe && v->status == IU_STATUS_IN_USE
			? ", and the socket there does not have the option set, which both need"
			: ", unless the socket there has the same option set, which could not be seen";
	case IU_SHARING_HOLDER_EXCLUSIVE:
		return ", and the socket there has SO_EXCLUSIVEADDRUSE, which shares with nobody";
	case IU_SHARING_ASKER_EXCLUSIVE:
		return ", and SO_EXCLUSIVEADDRUSE wants it alone";
	case IU_SHARING_ACCOUNTS_DIFFER:
		return ", and Windows shares a port only among sockets of one account";
	case IU_SHARING_NONE: break;
	}
	return "";
}

const char *iu_linux_describe_free(
	const struct iu_question *question, const struct iu_verdict *verdict)
{
	if (verdict->probe)
		return "every socket of the machine was compared, and a bind() that was tried worked";
	if (question->target.protocol == IU_PROTOCOL_UNIX)
		return question->target.abstract
			? question->target.unix_type ? "no socket of that type has the name here"
						     : "no socket here has the name"
			: "nothing has that name, and its directory can take a new file";
	return "every socket of the machine was compared, and none is in the way";
}
