/* run/windows/output.h - what a command prints, heard without changing what it looks like */
#ifndef IU_RUN_WINDOWS_OUTPUT_H
#define IU_RUN_WINDOWS_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define IU_RUN_OUTPUT_STREAMS 2
#define IU_RUN_OUTPUT_ROWS	   3

/*
 * One run of a command. A stream that is a console stays it, with its colours and its order, and is
 * read back from the screen in the end; anything else is a pipe to us, passed on as it comes.
 */
struct iu_run_output {
	/* Handles: */
	void *ours[IU_RUN_OUTPUT_STREAMS]; /* our own output and error output */
	void *from[IU_RUN_OUTPUT_STREAMS]; /* what we read; NULL: a console, or the same as the other */
	void *to[IU_RUN_OUTPUT_STREAMS];   /* what the command gets */
	void *screen;                   /* NULL: no stream is a console */

	struct iu_text kept[IU_RUN_OUTPUT_STREAMS];
	wchar_t *before[IU_RUN_OUTPUT_ROWS]; /* the last rows on it before the command; the nearest first */
	struct iu_text shown;             /* what it says below them in the end */
};

/** iu_run_output_start() - prepares the streams in to[]. Returns: false: out of memory. */
bool iu_run_output_start(struct iu_run_output *output);

/** iu_run_output_started() - the command has the streams now, or never will: our copies are closed. */
void iu_run_output_started(struct iu_run_output *output);

/** iu_run_output_pass() - passes on what is there. */
void iu_run_output_pass(struct iu_run_output *output);

/** iu_run_output_suspects() - the command has ended: adds lines that may speak of a failed bind(). */
void iu_run_output_suspects(struct iu_run_output *output, struct iu_text *suspects);

/** iu_run_output_end() - frees everything; all zero is fine. */
void iu_run_output_end(struct iu_run_output *output);

#endif
