/* engine/causes/lock-file.c - a file with a process id, which its program reads before it binds anything */
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/lock.h"
#include "knowledge/locks.h"

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_lock *lock;
	const struct iu_path *socket;

	if (!iu_lock_is_there(c->path) || c->blocker->socket.state != IU_STATE_FILE ||
		c->path->kind != IU_FILE_REGULAR)
		return false;
	lock = &c->path->lock;
	socket = iu_lock_socket(c->snapshot, c->path);
	iu_case_say(c, "%s", iu_lock_phrase(c->arena, c->snapshot, lock));
	iu_case_say(c, "it is the lock of %s, which reads it and never comes to a bind()",
		iu_lock_row(lock->path, strlen(lock->path))->title);
	if (socket && socket->kind == IU_FILE_SOCKET && !socket->lstat_errno)
		iu_case_say(c, "its socket %s is there, too, and %s",
			iu_phrase_safe(c->arena, iu_arena_strndup(c->arena, socket->path, socket->path_len),
				IU_PATH_COLUMNS),
			socket->alive == IU_NO	  ? "nobody is bound to it"
			: socket->alive == IU_YES ? "somebody is bound to it"
						  : "whether anybody is bound to it could not be seen");
	*ret_confidence = lock->alive == IU_NO && !lock->outer ? IU_CONFIDENCE_PROVEN
			  : lock->alive == IU_YES && lock->writer == IU_YES
				  ? IU_CONFIDENCE_PROVEN
				  : IU_CONFIDENCE_LIKELY;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const struct iu_path *path =
		iu_snapshot_path(snapshot, b->socket.path, b->socket.path_len);

	if (!iu_lock_is_there(path))
		return NULL;
	if (iu_lock_is_stale(&path->lock) && iu_lock_is_served(snapshot, path))
		return iu_phrase(arena, "it is a lock that names process %d, and somebody is bound to the socket beside it",
			(int)path->lock.pid);
	if (iu_lock_is_stale(&path->lock))
		return iu_phrase(arena, "the lock is left over, process %d that it names is gone",
			(int)path->lock.pid);
	if (path->lock.writer == IU_YES)
		return iu_phrase(arena, "it is the lock of %s, which runs",
			iu_phrase_pid(arena, snapshot, path->lock.holder));
	return iu_phrase(arena, "it is a lock that names process %d", (int)path->lock.pid);
}

const struct iu_cause_rule iu_cause_lock_file = {
	.cause = IU_CAUSE_LOCK_FILE,
	.applies = applies,
	.headline = headline,
	.lever = IU_WAY_LOCK,
};
