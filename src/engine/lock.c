/* engine/lock.c - a lock with a process id: whose it is, in words */
#include "engine/lock.h"

#include <string.h>

#include "base/text.h"
#include "engine/phrase.h"
#include "knowledge/locks.h"

bool iu_lock_is_there(const struct iu_path *path)
{
	return path && path->lock.path && path->lock.pid > 0;
}

bool iu_lock_is_stale(const struct iu_lock *lock)
{
	return lock->path && lock->pid > 0 && (lock->alive == IU_NO || lock->writer == IU_NO);
}

/* Who has the number now. */
static const char *phrase_holder(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_lock *lock)
{
	const struct iu_process *process = iu_snapshot_process(snapshot, lock->holder);
	const char *who = iu_phrase_pid(arena, snapshot, lock->holder);

	switch (lock->writer) {
	case IU_YES: return iu_phrase(arena, "which runs: %s", who);
	case IU_NO:
		return iu_phrase(arena, "which is gone: the number belongs to another program now, %s", who);
	case IU_UNKNOWN: break;
	}
	if (process && process->started > lock->written)
		return iu_phrase(arena, "a number that %s has; it began after the file was written, and may be another program that was given the same number",
			who);
	return iu_phrase(arena, "a number that %s has: it may be the program that wrote it", who);
}

const char *iu_lock_phrase(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_lock *lock)
{
	const char *what = iu_phrase(arena, "%s names process %d",
		iu_safe(arena, lock->path, IU_PATH_COLUMNS), (int)lock->pid);

	switch (lock->alive) {
	case IU_YES: return iu_phrase(arena, "%s, %s", what, phrase_holder(arena, snapshot, lock));
	case IU_NO:
		return iu_phrase(arena, "%s, which is gone%s", what,
			lock->outer ? ", as far as this PID namespace shows" : "");
	case IU_UNKNOWN: break;
	}
	return iu_phrase(arena, "%s; whether that runs could not be seen", what);
}

const struct iu_path *iu_lock_socket(const struct iu_snapshot *snapshot, const struct iu_path *path)
{
	char text[IU_UNIX_PATH_MAX + 1];

	if (!path->lock.path || strlen(path->lock.path) != path->path_len ||
		memcmp(path->lock.path, path->path, path->path_len) != 0 ||
		!iu_lock_beside(path->path, path->path_len, text, sizeof(text)))
		return NULL;
	return iu_snapshot_path(snapshot, text, strlen(text));
}

bool iu_lock_is_served(const struct iu_snapshot *snapshot, const struct iu_path *path)
{
	const struct iu_path *socket = iu_lock_socket(snapshot, path);

	return socket && !socket->lstat_errno && socket->kind == IU_FILE_SOCKET &&
	       (socket->alive != IU_NO || socket->shared);
}
