/* run/windows/output.h - what a command prints, heard without changing what it looks like */
#ifndef IU_RUN_WINDOWS_OUTPUT_H
#define IU_RUN_WINDOWS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define IU_HEARING_STREAMS 2
#define IU_HEARING_ROWS	   3

/*
 * One run of a command. A stream that is a console stays it, with its colours and its order, and is
 * read back from the screen in the end; anything else is a pipe to us, passed on as it comes.
 */
struct iu_hearing {
	/* Handles: */
	void *ours[IU_HEARING_STREAMS]; /* our own output and error output */
	void *from[IU_HEARING_STREAMS]; /* what we read; NULL: a console, or the same as the other */
	void *to[IU_HEARING_STREAMS];   /* what the command gets */
	void *screen;                   /* NULL: no stream is a console */

	struct iu_text kept[IU_HEARING_STREAMS];
	wchar_t *before[IU_HEARING_ROWS]; /* the last rows on it before the command; the nearest first */
	struct iu_text shown;             /* what it says below them in the end */
};

/** iu_hearing_start() - prepares the streams in to[]. Returns: false: out of memory. */
bool iu_hearing_start(struct iu_hearing *hearing);

/** iu_hearing_started() - the command has the streams now, or never will: our copies are closed. */
void iu_hearing_started(struct iu_hearing *hearing);

/** iu_hearing_pass() - passes on what is there. */
void iu_hearing_pass(struct iu_hearing *hearing);

/** iu_hearing_suspects() - the command has ended: adds lines that may speak of a failed bind(). */
void iu_hearing_suspects(struct iu_hearing *hearing, struct iu_text *suspects);

/** iu_hearing_end() - frees everything; all zero is fine. */
void iu_hearing_end(struct iu_hearing *hearing);

#endif
