/* engine/unix-path.c - what bind() would say to a UNIX path, which nobody can try without making it */
#include "engine/unix-path.h"

#include <errno.h>

#include "base/text.h"
#include "engine/evaluation.h"
#include "engine/headline.h"
#include "engine/phrase.h"
#include "knowledge/filesystems.h"

#define MAY_MAKE(bits) (((bits)&3) == 3) /* write, search */

static struct iu_judgement fails(int error)
{
	bool denied = error == EACCES || error == EPERM;

	return iu_judge(denied ? IU_STATUS_DENIED : IU_STATUS_UNAVAILABLE, error, IU_CAUSE_NONE,
		IU_CONFIDENCE_LIKELY);
}

/* Another user than the one who looks: by the mode, for groups and access lists are not known. */
static enum iu_tri may_make(const struct iu_question *question, const struct iu_snapshot *snapshot,
	const struct iu_path *path)
{
	uint32_t uid = question->options.uid;

	if (!iu_evaluation_foreign_user(question, snapshot) || !path->parent_mode)
		return iu_tri(!path->parent_errno);
	if (uid == 0)
		return IU_YES;
	if (uid == path->parent_uid && !MAY_MAKE(path->parent_mode >> 6))
		return IU_NO;
	if (!path->parents_open)
		return IU_UNKNOWN;
	if (uid == path->parent_uid || MAY_MAKE(path->parent_mode))
		return IU_YES;
	return MAY_MAKE(path->parent_mode >> 3) ? IU_UNKNOWN : IU_NO;
}

/* In the order of filename_create() and vfs_mknod(). */
static struct iu_judgement judge_new(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_path *path)
{
	bool access = path->parent_errno == EACCES || path->parent_errno == EPERM ||
		      path->parent_errno == EROFS;
	enum iu_tri may;

	if (path->parent_errno && !access)
		return fails(path->parent_errno);
	if (path->fs_type && iu_filesystem(path->fs_type)->nothing_new)
		return fails(ENOENT);
	if (path->fs_readonly || path->parent_errno == EROFS)
		return fails(EROFS);
	if (iu_evaluation_told_refused(question))
		return fails(question->symptom.from_capture);
	may = may_make(question, snapshot, path);
	if (may == IU_NO)
		return fails(path->parent_errno ? path->parent_errno : EACCES);
	if (may == IU_UNKNOWN)
		return iu_judge_unknown();
	if (path->fs_type && iu_filesystem(path->fs_type)->sockets == IU_NO)
		return fails(EPERM);
	if (path->fs_no_inodes)
		return fails(ENOSPC);
	if ((path->fs_type && iu_filesystem(path->fs_type)->sockets == IU_UNKNOWN) ||
		path->fs_no_blocks)
		return iu_judge_unknown();
	return iu_judge(IU_STATUS_FREE, 0, IU_CAUSE_NONE, IU_CONFIDENCE_LIKELY);
}

/* EADDRINUSE if and only if something is there. */
struct iu_judgement iu_unix_path_judge(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_path *path)
{
	if (question->target.path_len > IU_UNIX_PATH_MAX)
		return iu_judge(IU_STATUS_UNAVAILABLE, EINVAL, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	if (!path || path->unanswered)
		return iu_judge_unknown();
	if (path->lstat_errno == 0)
		return iu_judge(IU_STATUS_IN_USE, EADDRINUSE, IU_CAUSE_NONE, IU_CONFIDENCE_PROVEN);
	if (path->lstat_errno != ENOENT)
		return fails(path->lstat_errno);
	return judge_new(question, snapshot, path);
}

const char *iu_unix_path_headline(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_path *path, const struct iu_verdict *verdict)
{
	const char *subject = iu_subject(arena, question);
	const char *type = path && path->fs_type ? iu_safe(arena, path->fs_type, 40) : NULL;

	if (path && path->parent_mode && type && iu_filesystem(type)->sockets == IU_NO &&
		(verdict->error_number == EPERM || verdict->error_number == ENOENT))
		return iu_phrase(arena, "%s cannot be bound: there are no sockets on its file system (%s), which says %s.",
			subject, type, verdict->error);
	if (iu_evaluation_told_refused(question) && verdict->status == IU_STATUS_DENIED)
		return iu_phrase(arena, "%s was refused to the program that printed the message (%s): its user may not make a file in that directory, or a security policy refuses.",
			subject, verdict->error);
	switch (verdict->error_number) {
	case ENOENT:
		return iu_phrase(arena, "%s cannot be bound: its directory does not exist (ENOENT).",
			subject);
	case ENOTDIR:
		return iu_phrase(arena, "%s cannot be bound: a part of the path is no directory (ENOTDIR).",
			subject);
	case EPERM:
	case EACCES:
		return iu_phrase(arena, "%s may not be bound: its directory does not allow a new file (%s).",
			subject, verdict->error);
	case EROFS:
		return iu_phrase(arena, "%s cannot be bound: its file system is read-only (EROFS).",
			subject);
	case ENOSPC:
		return iu_phrase(arena, "%s cannot be bound: its file system is full, it has no inodes left (ENOSPC).",
			subject);
	case ELOOP:
		return iu_phrase(arena, "%s cannot be bound: its path has too many symbolic links (ELOOP).",
			subject);
	case EINVAL:
		return iu_phrase(arena, "%s cannot be bound: a socket path has at most %d bytes (EINVAL).",
			subject, IU_UNIX_PATH_MAX);
	}
	return NULL;
}

void iu_unix_path_tell(struct iu_arena *arena, const struct iu_path *path, struct iu_verdict *verdict)
{
	const char *type = path && path->fs_type ? iu_safe(arena, path->fs_type, 40) : "unknown";

	if (path && verdict->status == IU_STATUS_UNKNOWN)
		verdict->endless = "to wait tells no more about it";
	else if (path && path->fs_type && verdict->error_number == EPERM &&
		 iu_filesystem(path->fs_type)->sockets == IU_NO)
		verdict->endless = "that file system will not have sockets later, either";
	if (!path || !path->lstat_errno || path->unanswered)
		return;
	if (verdict->status != IU_STATUS_FREE && path->fs_type)
		iu_strings_add(arena, &verdict->evidence,
			iu_phrase(arena, "statfs() of its directory says: %s%s%s%s", type,
				path->fs_readonly ? ", read-only" : "",
				path->fs_no_inodes ? ", no inodes left" : "",
				path->fs_no_blocks ? ", no blocks left" : ""));
	if (verdict->status != IU_STATUS_UNKNOWN)
		return;
	if (path->fs_no_blocks) {
		iu_strings_add(arena, &verdict->caveats,
			"Its file system has no blocks left: whether a new name still fits into the directory shows only when it is made.");
		return;
	}
	if (path->fs_type && iu_filesystem(path->fs_type)->sockets == IU_UNKNOWN) {
		iu_strings_add(arena, &verdict->caveats,
			iu_phrase(arena, "Whether %s can have a socket there shows only when one is made: whoever serves it decides.",
				type));
		return;
	}
	iu_strings_add(arena, &verdict->caveats,
		"Whether that user may make a file in its directory depends on groups and access lists, which were not looked at.");
}
