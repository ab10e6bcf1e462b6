/* engine/lock.h - a lock with a process id: whose it is, in words */
#ifndef IU_ENGINE_LOCK_H
#define IU_ENGINE_LOCK_H

#include "model/snapshot.h"

/** iu_lock_is_there() - there is one, and it names a process. */
bool iu_lock_is_there(const struct iu_path *path);

/** iu_lock_is_stale() - nobody is there any more who may have written it. */
bool iu_lock_is_stale(const struct iu_lock *lock);

/** iu_lock_phrase() - "/tmp/.X1-lock names process 4242, which is gone". */
const char *iu_lock_phrase(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_lock *lock);

/** iu_lock_socket() - what lies at the socket that the lock stands beside, where that was looked at; NULL. */
const struct iu_path *iu_lock_socket(const struct iu_snapshot *snapshot, const struct iu_path *path);

/** iu_lock_is_served() - somebody is bound to the socket beside it, or that could not be ruled out. */
bool iu_lock_is_served(const struct iu_snapshot *snapshot, const struct iu_path *path);

#endif
