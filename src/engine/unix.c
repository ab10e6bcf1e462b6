/* engine/unix.c - who blocks a UNIX socket path or an abstract name */
#include "engine/unix.h"

#include <errno.h>
#include <string.h>

#include "base/span.h"

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

#define PLACE_TEXT 4096

/* "/run/app.sock" of "./app.sock" in /run. False: it cannot be told without looking. */
static bool place_of(const char *folder, const char *path, size_t len, char text[PLACE_TEXT])
{
	bool whole = len && path[0] == '/';
	size_t at = 0;

	if (!whole && (!folder || folder[0] != '/' || strlen(folder) + len + 2 > PLACE_TEXT))
		return false;
	if (len + 2 > PLACE_TEXT || memchr(path, '\0', len))
		return false;
	if (!whole) {
		at = strlen(folder);
		memcpy(text, folder, at);
	}
	while (len) {
		const char *slash = memchr(path, '/', len);
		size_t n = slash ? (size_t)(slash - path) : len;

		if (n == 2 && !memcmp(path, "..", 2))
			return false;
		if (n && !(n == 1 && *path == '.')) {
			if (!at || text[at - 1] != '/')
				text[at++] = '/';
			memcpy(text + at, path, n);
			at += n;
		}
		path += n + (slash != NULL);
		len -= n + (slash != NULL);
	}
	text[at] = '\0';
	return true;
}

/* Relative names are of the folder that the server was in: mostly it still is. */
static bool is_of_holder(const struct iu_snapshot *snapshot, const struct iu_socket *s, const char *asked)
{
	char place[PLACE_TEXT];

	for (size_t i = 0; i < snapshot->holds.n; i++) {
		const struct iu_process *holder = snapshot->holds.v[i].inode == s->inode
			? iu_snapshot_process(snapshot, snapshot->holds.v[i].pid) : NULL;

		if (holder && place_of(holder->cwd, s->path, s->path_len, place) && !strcmp(place, asked))
			return true;
	}
	return false;
}

static bool ends_alike(const struct iu_socket *s, const char *asked)
{
	const char *slash = iu_span_find_last((struct iu_span){s->path, s->path_len}, '/');
	const char *name = slash ? slash + 1 : s->path;
	const char *last = strrchr(asked, '/');
	size_t len = s->path_len - (size_t)(name - s->path);

	return last && strlen(last + 1) == len && !memcmp(last + 1, name, len);
}

bool iu_unix_may_be_lost(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s)
{
	char asked[PLACE_TEXT], place[PLACE_TEXT];
	const struct iu_path *path;

	if (s->protocol != IU_PROTOCOL_UNIX || question->target.abstract || s->abstract || !s->path ||
		!s->path_len || !s->inode || !holds_name(s) || s->in_other_netns ||
		!place_of(question->asker.here, question->target.path, question->target.path_len, asked))
		return false;
	path = iu_snapshot_path(snapshot, question->target.path, question->target.path_len);
	if (!path || path->lstat_errno != ENOENT || path->unanswered)
		return false;
	return s->path[0] == '/' ? place_of(NULL, s->path, s->path_len, place) && !strcmp(place, asked)
				 : ends_alike(s, asked);
}

bool iu_unix_is_lost(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_socket *s)
{
	char asked[PLACE_TEXT];

	return iu_unix_may_be_lost(question, snapshot, s) &&
	       (s->path[0] == '/' ||
		       (place_of(question->asker.here, question->target.path, question->target.path_len, asked) &&
			       is_of_holder(snapshot, s, asked)));
}
