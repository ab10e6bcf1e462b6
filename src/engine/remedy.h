/* engine/remedy.h - what the makers of remedies share, whatever the system */
#ifndef IU_ENGINE_REMEDY_H
#define IU_ENGINE_REMEDY_H

#include "engine/evaluation.h"
#include "model/verdict.h"

struct iu_remedy_context {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_evaluation *evaluation; /* NULL for UNIX sockets */
	struct iu_verdict *verdict;
	const struct iu_blocker *blocker; /* the one that matters most; NULL: no socket in the way */
	const struct iu_process *holder;  /* its first visible holder, or NULL */
	struct iu_remedy *remedy;
};

/** iu_remedy_word() - appends a word to the command. Always true, so that it ends a maker. */
bool iu_remedy_word(struct iu_remedy_context *m, const char *word);

/** iu_remedy_target() - appends what was asked for: the options of the asking socket, and the target. */
bool iu_remedy_target(struct iu_remedy_context *m);

/**
 * iu_remedy_tried() - what the system said to a bind of ours, over all attempts
 * @reuseaddr: with SO_REUSEADDR set
 * Returns: IU_YES only where each was tried.
 */
enum iu_tri iu_remedy_tried(
	const struct iu_remedy_context *m, uint16_t port, bool reuseaddr);

/* Makers that fit every system. Each returns false where it cannot help. */
bool iu_remedy_use_port(struct iu_remedy_context *m);
bool iu_remedy_bind_address(struct iu_remedy_context *m);
bool iu_remedy_reuse_instance(struct iu_remedy_context *m);
bool iu_remedy_fix_program(struct iu_remedy_context *m);
bool iu_remedy_retry(struct iu_remedy_context *m);

#endif
