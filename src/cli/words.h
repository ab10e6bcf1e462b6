/* cli/words.h - what a command line means that begins with no command */
#ifndef IU_CLI_WORDS_H
#define IU_CLI_WORDS_H

#include "cli/cli.h"

/** iu_words_choose() - the command that the first word names; else why, or list. Returns: 0, or an exit code, complained. */
int iu_words_choose(struct iu_invocation *invocation);

/** iu_words_may_name_program() - "nginx", "nginx tcp": then list takes them as well as why. */
bool iu_words_may_name_program(const struct iu_invocation *invocation);

/**
 * iu_words_decide() - whether a bare word is a program that holds a socket now, or else a service
 * @ret_is_program: `inuse nginx` is `inuse list --process nginx`
 * Returns: 0; an exit code, complained: it is nothing that is known.
 */
int iu_words_decide(const struct iu_invocation *invocation, struct iu_from *from, bool *ret_is_program);

/**
 * iu_words_hidden() - a process of that name of which nobody here may see what it holds, or NULL
 * It may hold a socket: "nothing matches" would be a guess.
 */
const struct iu_unreadable *iu_words_hidden(const struct iu_snapshot *snapshot, const char *name);

#endif
