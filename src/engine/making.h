/* engine/making.h - what the makers of remedies share, of Linux and of Windows */
#ifndef IU_ENGINE_MAKING_H
#define IU_ENGINE_MAKING_H

#include "engine/view.h"
#include "model/verdict.h"

struct iu_making {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_view *view; /* NULL for UNIX sockets */
	struct iu_verdict *verdict;
	const struct iu_blocker *blocker; /* the one that matters most; NULL: no socket in the way */
	const struct iu_process *holder;  /* its first visible holder, or NULL */
	struct iu_remedy *remedy;
};

/** iu_make_word() - appends a word to the command; false: out of memory. */
bool iu_make_word(struct iu_making *m, const char *word);

/* Makers that fit every system. Each returns false where it cannot help. */
bool iu_make_use_port(struct iu_making *m);
bool iu_make_bind_address(struct iu_making *m);
bool iu_make_reuse_instance(struct iu_making *m);
bool iu_make_fix_program(struct iu_making *m);
bool iu_make_retry(struct iu_making *m);

/**
 * iu_make_for_windows() - fills m->remedy, whose id is set, for Windows; false: it cannot help
 * @freeing: an `inuse free` was offered already; set where this one is another
 */
bool iu_make_for_windows(struct iu_making *m, bool *freeing);

#endif
