/* cli/full.h - the full inuse, beside a static one that starts faster and has fewer libraries */
#ifndef IU_CLI_FULL_H
#define IU_CLI_FULL_H

#include "cli/cli.h"

/*
 * A static program against musl starts in a third of the time, but loads no libraries. What takes
 * libbpf, libsystemd, libseccomp or name services is left to the full program: the static one replaces
 * itself by it, before anything was read or written. no-full.c is the twin of all other builds.
 */

/** iu_full_prepare() - keeps the command line as it was given. First of all in main(). */
void iu_full_prepare(int argc, char **argv);

/** iu_full_suits() - whether a command is left to the full program without trying. */
bool iu_full_suits(const struct iu_invocation *invocation);

/** iu_full_too_late() - something was read or written: from now on this program does what it can. */
void iu_full_too_late(void);

/** iu_full_start() - becomes the full program; returns where there is none, or where it is too late. */
void iu_full_start(void);

/** iu_full_session() - a session that may be left to the full program: see iu_full_again() */
struct iu_session iu_full_session(void);

/**
 * iu_full_again() - becomes the full program where @session asks for it
 * @result: of a look of that session
 * Returns: whether to look once more, without it: @session was freed.
 */
bool iu_full_again(struct iu_session *session, int result);

#endif
