/* engine/redact.h - a snapshot without what is private */
#ifndef IU_ENGINE_REDACT_H
#define IU_ENGINE_REDACT_H

#include "model/question.h"
#include "model/snapshot.h"
#include "model/verdict.h"

/* Who is known to live on the machine, wherever that is. */
struct iu_people {
	struct iu_strings users;
	struct iu_strings homes; /* their home directories, whole paths */
};

/**
 * iu_redact() - takes names of users and of the host, arguments of commands, home directories and
 *	public addresses out of a snapshot
 * @people: users and homes of this machine, besides those that the snapshot shows; NULL: none
 * @questions: recorded with it; their text, address and path change in the same way; or NULL
 * @arena: owns their new text
 *
 * The same thing gets the same name instead, everywhere. What decides an answer stays: numbers
 * (uid, pid, port, inode), times, options, which sockets share an address, names of programs,
 * units, containers and interfaces (not abstract names, which anybody may choose), and in arguments the words that say what a program does with
 * a port ("port-forward"). "root" stays. Texts without a rule of their own, also those of later
 * versions, lose every private name that occurs in them.
 * Returns: 0, IU_E_NOMEM (then the snapshot must not be shown).
 */
int iu_redact(struct iu_arena *arena, struct iu_snapshot *snapshot,
	const struct iu_people *people, struct iu_questions *questions);

#endif
