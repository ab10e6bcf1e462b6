/* engine/causes/cause.h - what a cause is, and what its file gets to see */
#ifndef IU_ENGINE_CAUSES_CAUSE_H
#define IU_ENGINE_CAUSES_CAUSE_H

#include "engine/evaluation.h"
#include "engine/phrase.h"
#include "knowledge/proxies.h"
#include "model/verdict.h"

/* One blocker, with everything that may tell why it is there. */
struct iu_case {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_evaluation *evaluation;
	const struct iu_request *request; /* the bind that it blocks; NULL for UNIX sockets */
	const struct iu_path *path;       /* UNIX paths: what lies there */
	struct iu_blocker *blocker;
	/* The holders, each process once; a process of which nothing is known is left out. */
	IU_LIST(const struct iu_process *) holders;
	size_t holder_count; /* all, the unknown ones too */
};

/* What has to let go of the port. By what means that is done is a matter of each system's plan. */
enum iu_way {
	IU_WAY_NONE,      /* nothing may or can be ended: see the refusal */
	IU_WAY_HOLDERS,   /* the containers, units or services of the holders, else their processes */
	IU_WAY_PROCESSES, /* the processes themselves */
	IU_WAY_TIME,      /* it ends by itself; on demand the kernel drops it at once */
	IU_WAY_ACTIVATOR, /* whoever listens for a program that starts on demand */
	IU_WAY_CONTAINER, /* the container that publishes the port, not its proxy */
	IU_WAY_MESSAGE,   /* a message with the descriptor, or a store of systemd for a service */
	IU_WAY_RING,      /* an io_uring that has it among its files */
	IU_WAY_FILE,      /* the file of a UNIX socket that is gone */
	IU_WAY_LOCK,      /* a lock whose program is gone */
	IU_WAY_ADDRESS,   /* the check of the address, which ends by itself */
	/* Windows */
	IU_WAY_SERVICE,
	IU_WAY_URL,        /* who serves a URL of HTTP.sys */
	IU_WAY_PROXY_RULE, /* a rule of netsh interface portproxy */
	IU_WAY_RANGE,      /* whoever reserved a range of ports */
	IU_WAY_HANDLE,     /* a process that inherited the handle of one that is gone */
};

/*
 * A cause, whole. What is NULL has nothing of its own to say: the general answer holds.
 */
struct iu_cause_rule {
	enum iu_cause cause;
	/*
	 * Whether it explains a blocker. When it does it says how sure it is and appends the evidence to
	 * the blocker; otherwise it changes nothing. NULL: no socket shows it, only the order of
	 * checks finds it.
	 */
	bool (*applies)(struct iu_case *c, enum iu_confidence *ret_confidence);
	/* Who is in the way, where "PROGRAM listens on ADDRESS" is not the point; may return NULL. */
	const char *(*headline)(struct iu_arena *arena, const struct iu_snapshot *snapshot,
		const struct iu_blocker *b);
	/* What the verdict has to say where no blocker did: evidence, caveats, mostly a headline. */
	void (*evidence)(struct iu_arena *arena, const struct iu_evaluation *evaluation,
		const struct iu_attempt *attempt, struct iu_verdict *verdict);
	enum iu_way lever;
	/* Why nothing is ended for it. */
	struct {
		const char *what, *why;
	} refusal;
	const struct iu_cause_rule *windows; /* the same cause there; NULL: no difference */
};

#define X(id, file, ...) extern const struct iu_cause_rule iu_cause_##file;
IU_CAUSES(X)
#undef X

/** iu_cause_rule() - the rule of a cause on the snapshot's system. Static; never NULL. */
const struct iu_cause_rule *iu_cause_rule(
	const struct iu_snapshot *snapshot, enum iu_cause cause);

/** iu_case_only_via() - it has holders, and all of them hold it in this way. */
bool iu_case_only_via(const struct iu_case *c, enum iu_via via);

/** iu_case_runs() - a holder is this program ("alg.exe"), whatever its case. */
bool iu_case_runs(const struct iu_case *c, const char *name);

/** iu_case_suspects() - says who may have it in this way, where its user fits. Returns how many. */
size_t iu_case_suspects(struct iu_case *c, enum iu_via via, const char *sentence);

/** iu_case_suspected() - how many may have it in this way. */
size_t iu_case_suspected(const struct iu_case *c, enum iu_via via);

/** iu_cause_find() - the first cause that explains the blocker; fills its cause and evidence. */
void iu_cause_find(struct iu_case *c);

/** iu_case_say() - appends one sentence of evidence. */
void iu_case_say(struct iu_case *c, const char *format, ...) IU_PRINTF(2, 3);

/** iu_cause_left_worker() - what it is of a server whose main process is gone; NULL: it is no such. */
const char *iu_cause_left_worker(const struct iu_process *process);

/** iu_cause_is_reaper() - pid 1, or who takes over orphans in its place: the parent of a process says nothing then. */
bool iu_cause_is_reaper(const struct iu_process *process);

/** iu_cause_say_worker() - what of a program a holder is, where its main process is gone. */
void iu_cause_say_worker(struct iu_case *c, const struct iu_process *process);

/**
 * iu_perhaps_inherited() - whether all that hold the socket may have inherited it from one who is gone
 * If nobody waits on it, that is the cause; before, nobody needs to look.
 */
bool iu_perhaps_inherited(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	bool by_self);

/** iu_own_socket_sister() - the command whose workers both the asker and @holder are; NULL: they are not. */
const struct iu_parent *iu_own_socket_sister(const struct iu_question *q, const struct iu_process *holder);

/** iu_cause_meets_itself() - a client whose connection has itself at the other end. */
bool iu_cause_meets_itself(const struct iu_socket *s);

/** iu_case_alive() - the state is one that a live process keeps: it listens, is bound, is open. */
bool iu_case_has_owner(const struct iu_case *c);

#endif
