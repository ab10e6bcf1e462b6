/* watch/watch.h - every failed bind of this machine as it happens, each with its explanation */
#ifndef IU_WATCH_WATCH_H
#define IU_WATCH_WATCH_H

#include "base/text.h"
#include "model/failure.h"
#include "model/listing.h"
#include "session/session.h"

struct iu_watch_entry {
	const struct iu_failure *failure;
	const struct iu_answer *answer; /* NULL: only a count, or too many at the same time to be explained */
};

/* What is told, and to whom. */
struct iu_watch {
	const struct iu_filter *filter; /* of the calls that failed, as of sockets */
	enum iu_cause cause;            /* IU_CAUSE_NONE: any */
	void *context;
	/* Hooks are in place: what happens from now on is told. Returns: 0, or IU_E_* which ends it. */
	int (*begun)(void *context, const struct iu_failure_source *source);
	/*
	 * All below is called in a process of its own, which this begins: what it changes is gone with it. Where
	 * a look hangs it has to exit with IU_FAILURES_HUNG, and another one goes on.
	 */
	void (*works)(void *context);
	/* Returns: 0, or IU_E_* which ends it. */
	int (*tell)(void *context, const struct iu_watch_entry *entry);
	/* One that is only counted: they come too fast. Returns: 0, or IU_E_* which ends it. */
	int (*passed)(void *context, const struct iu_watch_entry *entry);
	/* So many failures more were passed; so many could not be told; of so many calls more it is not known how they ended. */
	void (*missed)(void *context, uint64_t passed, uint64_t lost, uint64_t unfollowed);
	bool (*stopped)(void *context);
	/* Readable when somebody asks what was told; -1: nobody can. */
	int (*listener)(void *context);
	/* Somebody does, and all that failed before has been told. */
	void (*asked)(void *context);
};

/**
 * iu_watch_run() - until somebody stops it
 * @why: on failure may receive one line
 * Returns: 0, what tell() returned, what iu_failures_open() returned, IU_E_NOMEM.
 */
int iu_watch_run(const struct iu_watch *watch, struct iu_text *why);

#endif
