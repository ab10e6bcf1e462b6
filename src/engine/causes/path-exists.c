/* engine/causes/path-exists.c - something lies at the path that is no socket */
#include "engine/causes/cause.h"
#include "engine/phrase.h"

static const char *what(enum iu_file_kind kind)
{
	switch (kind) {
	case IU_FILE_REGULAR: return "a regular file";
	case IU_FILE_DIRECTORY: return "a directory";
	case IU_FILE_SYMLINK: return "a symbolic link, which bind() does not follow,";
	case IU_FILE_OTHER: return "a device or pipe";
	case IU_FILE_SOCKET:
	case IU_FILE_NONE: break;
	}
	return "something";
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	if (!c->path || c->blocker->socket.state != IU_STATE_FILE ||
		c->path->kind == IU_FILE_SOCKET)
		return false;
	iu_case_say(c, "the path is %s", what(c->path->kind));
	*ret_confidence = IU_CONFIDENCE_PROVEN;
	return true;
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const struct iu_path *path = iu_snapshot_path(snapshot, b->socket.path, b->socket.path_len);

	return iu_phrase(arena, "%s has that name", path ? what(path->kind) : "something else");
}

const struct iu_cause_rule iu_cause_path_exists = {
	.cause = IU_CAUSE_PATH_EXISTS,
	.applies = applies,
	.headline = headline,
	.refusal = {"the file is left alone", "it is no socket, so it is somebody's data"},
};
