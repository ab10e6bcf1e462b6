/* run/run.h - runs a command and says why its bind() or listen() fails, the moment it does */
#ifndef IU_RUN_RUN_H
#define IU_RUN_RUN_H

#include "base/text.h"
#include "model/plan.h"
#include "session/free.h"
#include "session/session.h"

enum iu_run_policy {
	IU_RUN_EXPLAIN,   /* only say why */
	IU_RUN_WAIT,      /* hold the call until it can succeed */
	IU_RUN_REUSEADDR, /* set SO_REUSEADDR first */
	IU_RUN_NEXT,      /* take the next free port instead */
	IU_RUN_FREE,      /* free the port, with consent */
};

/* A failure that is told. */
struct iu_run_failure {
	const char *intro;              /* one line: who could not do what; escaped */
	const struct iu_answer *answer; /* NULL: only the line */
	const char *help;               /* what a policy has to say about it; NULL: nothing */
};

/*
 * What is run and how. Messages go through the callbacks, from a process of ours whose descriptor 2
 * is the standard error of the command.
 */
struct iu_run {
	char *const *argv; /* NULL-terminated */
	enum iu_run_policy policy;
	int64_t wait_ms;   /* IU_RUN_WAIT: so long for each port */
	int port_fd;       /* receives the port that was bound in the end; -1: none */
	int terminal;      /* to ask on, for IU_RUN_FREE; -1: none */
	bool explained;    /* by an `inuse run` around it: failures are not told a second time */
	struct iu_free_options act; /* IU_RUN_FREE: its context is that of the callbacks */
	void *context;
	void (*line)(void *context, const char *text);
	/* While it waits: @what as in iu_headline_waiting(); NULL: it does not any more. */
	void (*progress)(void *context, const char *what, int64_t left_ms);
	void (*explain)(void *context, const struct iu_run_failure *failure);
	/* just before the command takes this process: gives back what was changed for ourselves */
	void (*restore)(void *context);
};

/**
 * iu_run_start() - becomes the command; a process in the background, no child of it, watches its calls
 *
 * @run: in the process that watches its descriptors get other numbers
 *
 * The command keeps this very process: pid, parent, process group, terminal, exit status and
 * signals are what they would be without us.
 * Where its calls cannot be watched a library in it tells of them; where that cannot be either, it
 * runs as a child and is explained from what it printed.
 * @ret_status: as wait() gives it (on Windows the exit code), of a command that ran as a child
 * Returns: 0 after that; else only when it could not be started: its errno.
 */
int iu_run_start(struct iu_run *run, int *ret_status);

#endif
