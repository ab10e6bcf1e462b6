/* engine/unix.c - who blocks a UNIX socket path or an abstract name */
#include "engine/unix.h"

#include <string.h>

/* Listeners, what is bound and waits, and datagram sockets hold a name; connections carry one. */
static bool holds_name(const struct iu_socket *s)
{
	return s->state == IU_STATE_LISTEN || s->state == IU_STATE_BOUND ||
	       s->unix_type == IU_UNIX_DGRAM;
}

static enum iu_tri abstract_blocks(const struct iu_question *question, const struct iu_socket *s)
{
	if (!s->abstract || !s->path || s->path_len != question->target.path_len ||
		memcmp(s->path, question->target.path, s->path_len))
		return IU_NO;
	if (!holds_name(s))
		return IU_UNKNOWN;
	/* the kernel keeps one list of names for each type of socket */
	return s->unix_type == IU_UNIX_STREAM ? IU_YES : IU_UNKNOWN;
}

enum iu_tri iu_unix_blocks(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s)
{
	const struct iu_path *path;

	if (s->protocol != IU_PROTOCOL_UNIX)
		return IU_NO;
	if (question->target.abstract)
		return abstract_blocks(question, s);
	path = iu_snapshot_path(snapshot, question->target.path, question->target.path_len);
	if (!path || path->lstat_errno || !s->file_ino || s->file_ino != path->ino ||
		s->file_dev != path->dev)
		return IU_NO;
	return holds_name(s) ? IU_YES : IU_UNKNOWN;
}
