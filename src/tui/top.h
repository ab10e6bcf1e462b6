/* tui/top.h - the live view, from the first screen to the last */
#ifndef IU_TUI_TOP_H
#define IU_TUI_TOP_H

#include <stdio.h>

#include "model/name-tables.h"
#include "session/session.h"

struct iu_top_options {
	bool color;
	const char *home;              /* written as ~; NULL: none */
	const char *filter;            /* what is typed at the beginning; "" for nothing */
	bool all;                      /* connections from the beginning */
	struct iu_session *recorded;   /* a capture instead of this machine; NULL: none */
	const char *source;            /* where it comes from, escaped */
	const struct iu_names *names;
	FILE *(*create)(const char *path); /* a new file that only the user may read */
};

/**
 * iu_top_run() - until somebody leaves it, or the terminal is gone
 * @ret_signal: the signal that ended it; 0: somebody left it
 * Returns: 0, IU_E_NOTSUP: it is not built into this program, IU_E_INPUT: a terminal of this kind is not
 * known, IU_E_*.
 */
int iu_top_run(const struct iu_top_options *options, int *ret_signal);

#endif
