/* engine/unix-path.h - what bind() would say to a UNIX path, which nobody can try without making it */
#ifndef IU_ENGINE_UNIX_PATH_H
#define IU_ENGINE_UNIX_PATH_H

#include "engine/judge.h"
#include "model/question.h"
#include "model/snapshot.h"
#include "model/verdict.h"

/** iu_unix_path_judge() - the judgement on a path; @path: what lies there, NULL: not looked at. */
struct iu_judgement iu_unix_path_judge(const struct iu_question *question,
	const struct iu_snapshot *snapshot, const struct iu_path *path);

/** iu_unix_path_headline() - the answer where an errno of the directory is it; NULL: the general one. */
const char *iu_unix_path_headline(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_path *path, const struct iu_verdict *verdict);

/** iu_unix_path_tell() - what it rests on, and what could not be known. */
void iu_unix_path_tell(struct iu_arena *arena, const struct iu_path *path, struct iu_verdict *verdict);

#endif
