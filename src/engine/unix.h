/* engine/unix.h - who blocks a UNIX socket path or an abstract name */
#ifndef IU_ENGINE_UNIX_H
#define IU_ENGINE_UNIX_H

#include "model/question.h"
#include "model/snapshot.h"

/**
 * iu_unix_blocks() - whether socket @s has the path or abstract name of @question
 *
 * A path is compared by the file (device and inode) that the kernel has bound, never by name: a
 * removed and rebound path leaves two sockets with one name. An accepted connection carries the
 * name of its listener without holding it. IU_UNKNOWN: it has the name and may be such a
 * connection, or it is not known whether both are of one type: each has abstract names of its own.
 */
enum iu_tri iu_unix_blocks(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s);

/** iu_unix_padded() - a socket whose abstract name is the asked one with NUL bytes behind it; NULL: none. */
const struct iu_socket *iu_unix_padded(
	const struct iu_question *question, const struct iu_snapshot *snapshot);

/**
 * iu_unix_is_lost() - a server that was bound to the path, and whose file is gone or another one now
 * Nobody reaches it by the path any more, and it lives.
 */
bool iu_unix_is_lost(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s);

/** iu_unix_may_be_lost() - the same as far as it is known before its holders are: a relative name is of their folder. */
bool iu_unix_may_be_lost(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s);

#endif
