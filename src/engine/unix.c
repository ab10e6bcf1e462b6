/* engine/unix.c - who blocks a UNIX socket path or an abstract name */
#include "engine/unix.h"

#include <errno.h>
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
	/* the kernel keeps one list of names for each type of socket */
	if (question->target.unix_type && s->unix_type && s->unix_type != question->target.unix_type)
		return IU_NO;
	if (!holds_name(s))
		return IU_UNKNOWN;
	/* who was told EADDRINUSE had a socket of the type that is there */
	if (!question->target.unix_type && s->unix_type && question->symptom.from_capture == EADDRINUSE)
		return IU_YES;
	return s->unix_type == (question->target.unix_type ? question->target.unix_type : IU_UNIX_STREAM)
		? IU_YES
		: IU_UNKNOWN;
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

static bool is_padding(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return len > 0;
}

const struct iu_socket *iu_unix_padded(
	const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	size_t len = question->target.path_len;

	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == IU_PROTOCOL_UNIX && s->abstract && s->path && holds_name(s) &&
			s->path_len > len && !memcmp(s->path, question->target.path, len) &&
			is_padding(s->path + len, s->path_len - len))
			return s;
	}
	return NULL;
}

bool iu_unix_is_lost(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s)
{
	const struct iu_path *path;

	if (s->protocol != IU_PROTOCOL_UNIX || question->target.abstract || s->abstract || !s->path ||
		!s->inode || !holds_name(s) || s->path[0] != '/' || s->in_other_netns ||
		s->path_len != question->target.path_len ||
		memcmp(s->path, question->target.path, s->path_len) != 0)
		return false;
	path = iu_snapshot_path(snapshot, question->target.path, question->target.path_len);
	return path && path->lstat_errno == ENOENT && !path->unanswered;
}
