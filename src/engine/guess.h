/* engine/guess.h - who most likely holds a socket that nobody here is seen to hold */
#ifndef IU_ENGINE_GUESS_H
#define IU_ENGINE_GUESS_H

#include "model/snapshot.h"

/**
 * iu_guess_holder() - the program that stands out among those whose descriptors may not be read
 *
 * Those of the socket's cgroup, where it has one that is not the root's, else those of its user: where
 * all of them run under one name, the first of them. Nobody stands out: NULL, for a guess among many
 * is worse than none.
 */
const struct iu_unreadable *iu_guess_holder(const struct iu_snapshot *snapshot, const struct iu_socket *socket);

#endif
