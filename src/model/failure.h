/* model/failure.h - a bind() or listen() of any process that failed, as it was seen at that moment */
#ifndef IU_MODEL_FAILURE_H
#define IU_MODEL_FAILURE_H

#include "model/process.h"
#include "model/question.h"

/* The program that began to listen on a socket, noted when it did: it may be gone meanwhile. */
struct iu_failure_owner {
	uint64_t inode;
	struct iu_process process; /* pid, name, started are known */
};

/*
 * What was seen of the sockets in the way lies in the snapshot that comes with it. Strings live in the
 * arena of that snapshot.
 */
struct iu_failure {
	int64_t time_ms;  /* since 1970 */
	uint64_t repeats; /* the same failure, not told since it was told last */
	bool only_count;  /* nothing but: repeats, time, target, name and cgroup of the process */
	bool listen;      /* it was listen(), else bind() */
	int error;        /* errno; 0: the hook does not see it */
	int32_t tid;      /* 0: not known */
	bool here;        /* it is of the network namespace of the one who looks */
	uint64_t netns;
	const char *netns_name; /* as `ip netns` calls it; NULL: it has no name */
	bool captured;    /* the sockets of that port were seen at that moment, all of them or the first */
	enum iu_tri may_low; /* the right to bind the ports below … */
	uint16_t low_ports;  /* … this one */
	struct iu_process process;
	struct iu_question question; /* what it asked for; asker and symptom are filled in, too */
	IU_LIST(struct iu_failure_owner) owners;
};

/* How the failures of a machine are seen. All of it is static. */
#define IU_FAILURE_BLIND 6

struct iu_failure_source {
	const char *name;  /* "fexit", "cgroup" */
	const char *where; /* which hooks, for people */
	const char *blind[IU_FAILURE_BLIND]; /* what they do not see; NULL ends it */
};

struct iu_failure_counters {
	uint64_t failed;     /* failures that were seen, told or only counted */
	uint64_t told;
	uint64_t lost;       /* that would have been told: there was no room */
	uint64_t unfollowed; /* calls of which nobody knows how they ended */
};

#endif
