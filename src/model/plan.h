/* model/plan.h - what `free` would do, as plain data: made before, shown before, applied by the os */
#ifndef IU_MODEL_PLAN_H
#define IU_MODEL_PLAN_H

#include "base/arena.h"
#include "model/snapshot.h"
#include "model/verdict.h"

#define IU_STEPS(X)                                                                                \
	X(WAIT, "wait")                          /* nothing to do: it ends by itself */            \
	X(TERMINATE, "terminate")                /* asks one process to end */                     \
	X(STOP_UNIT, "stop-unit")                /* through systemd */                             \
	X(STOP_CONTAINER, "stop-container")      /* through the engine's own client */             \
	X(DESTROY, "destroy-socket")             /* SOCK_DESTROY of what a gone process left */    \
	X(REMOVE_FILE, "remove-socket-file")     /* unlink() of a dead socket file */              \
	X(COLLECT_GARBAGE, "collect-garbage")    /* has the kernel look for unreachable sockets */ \
	/* Windows */                                                                              \
	X(STOP_SERVICE, "stop-service")          /* through the service manager, dependents too */ \
	X(DISABLE_SERVICE, "disable-service")    /* start type disabled; the old one is kept */    \
	X(DELETE_PORTPROXY, "delete-portproxy")  /* a rule of netsh interface portproxy */         \
	X(EXCLUDE_PORT, "exclude-port")          /* takes ports out of WinNAT's reach */

enum iu_step_kind {
#define X(name, text) IU_STEP_##name,
	IU_STEPS(X)
#undef X
};

/** iu_step_name() - "terminate". Static. */
const char *iu_step_name(enum iu_step_kind kind);

/*
 * A process by identity: whatever of it has changed when the signal is due, none is sent. The pid
 * alone says nothing, for pids are given again.
 *
 * Windows: start_ticks is the creation time as the collector wrote it into iu_process, path the
 * image's. The socket's inode is made up there: protocol, local and port say which row the process
 * must still own (port 0: none, it serves a URL of HTTP.sys). It is asked to end by WM_CLOSE to
 * its windows and by Ctrl-C to its console where nobody else hears that; TerminateProcess() is for
 * iu_step.kill.
 */
struct iu_step_process {
	int32_t pid;
	uint64_t start_ticks;
	bool exe_known;
	struct iu_file_id exe;
	/* The socket it must still hold, and through which descriptor it did. */
	uint64_t inode, cookie; /* cookie 0: not known */
	int32_t tid, fd;
	enum iu_via via;     /* how it has the socket, where that is not by the descriptor */
	enum iu_state state; /* of the socket */
	enum iu_protocol protocol;
	struct iu_address local;
	uint16_t port;
	const char *path; /* of the image; NULL: not known */
	bool resume; /* stopped (Ctrl-Z): SIGTERM acts only once it goes on, so SIGCONT follows */
	bool childless; /* it may be ended only while it has no child: what it kept is gone */
};

struct iu_step_unit {
	const char *name, *second; /* second: the service of a socket unit, or NULL */
	bool user;                 /* of a user's systemd */
	uint32_t uid;              /* whose */
};

struct iu_step_container {
	const char *program; /* "docker", "podman", …; NULL: no client that would surely fit */
	const char *id;      /* NULL: the one that publishes the port */
	const char *name;    /* as people call it; NULL: not known */
	const char *engine;  /* as its cgroup tells it; NULL: not known */
	bool owner_known;    /* a rootless engine's user … */
	uint32_t owner;      /* … and no other is obeyed by it */
	uint16_t port;
	enum iu_protocol protocol;
};

/* Windows: a service by name. STOP_SERVICE ends the dependents before it, in this order. */
struct iu_step_service {
	const char *name;
	int32_t pid; /* of its process when it was looked at: another one by now: leave it; 0: not known */
	enum iu_service_start start;        /* DISABLE_SERVICE: what it was, to undo it */
	IU_LIST(const char *) dependents;   /* that run; one that is not listed: leave all alone */
};

/* Windows: a port proxy rule as netsh names it; what it leads to must still be the same. */
struct iu_step_proxy {
	const char *table; /* "v4tov4", "v4tov6", "v6tov4", "v6tov6" */
	struct iu_address listen;
	bool any; /* netsh's "*" */
	uint16_t port;
	const char *connect_to;
	uint16_t connect_port;
};

/*
 * Windows: ports to be excluded by hand (administered), so that WinNAT does not take them again:
 * `net stop winnat`, `netsh int ipv4 add excludedportrange`, `net start winnat`. The last one is
 * due whatever became of the second.
 */
struct iu_step_exclusion {
	enum iu_protocol protocol;
	uint16_t first, count;
};

struct iu_step_file {
	const char *path; /* NUL-terminated */
	size_t path_len;
	int32_t root_pid; /* as in struct iu_path */
	uint64_t dev, ino;
	int32_t lock_pid; /* it is a lock that names this process, which must not be its writer; 0: a socket */
};

/*
 * What lets go of the port when it is pulled. It is made once of what is in the way: the remedies
 * put it into words, the plan judges and orders it, and it is applied as it is.
 */
struct iu_lever {
	enum iu_step_kind kind; /* says which of the union counts */
	bool needs_root;
	struct iu_strings argv; /* what would do the same by hand, raw bytes; n == 0: nothing */
	/*
	 * STOP_UNIT, STOP_CONTAINER: the holder for whose sake it is stopped. Unless it still is that
	 * process with that socket, nothing is. pid 0: none is known.
	 */
	struct iu_step_process witness;
	bool witness_is_member; /* it runs in the unit, and its systemd must say so */
	union {
		struct iu_step_process process;     /* TERMINATE */
		struct iu_step_unit unit;           /* STOP_UNIT */
		struct iu_step_container container; /* STOP_CONTAINER */
		struct iu_step_file file;           /* REMOVE_FILE */
		struct iu_sockets sockets;          /* DESTROY */
		struct iu_step_service service;     /* STOP_SERVICE, DISABLE_SERVICE */
		struct iu_step_proxy proxy;         /* DELETE_PORTPROXY */
		struct iu_step_exclusion exclusion; /* EXCLUDE_PORT */
	};
};

/* A document of its own: everything in it lives in its arena or in the snapshot it was made of. */
struct iu_step {
	struct iu_lever lever;
	const char *what;  /* one sentence; foreign text is escaped */
	enum iu_risk risk;
	bool if_it_stays;  /* only when the steps before were not enough */
	bool comes_back;   /* somebody is known to start it again … */
	int64_t back_ms;   /* … within so long, if at once; 0: no matter */
	bool kill;         /* TERMINATE: SIGKILL when it has not ended after the time of grace */
	int64_t wait_ms;   /* WAIT: at most so long; -1: not known */
	struct iu_strings serves; /* what else the target has: "127.0.0.1:9090/tcp (listens)" */
	struct iu_strings losses; /* what is lost, or comes back */
};

/* Why something is left alone, and what could be done instead. */
struct iu_refusal {
	int32_t pid; /* 0: not about a process */
	const char *what, *why, *next; /* sentences; next may be NULL */
};

#define IU_PLAN_KINDS(X)                                                                           \
	X(NOTHING, "nothing-to-do")                                                                \
	X(READY, "ready")                                                                          \
	X(REFUSED, "refused")                                                                      \
	X(UNKNOWN, "unknown")

enum iu_plan_kind {
#define X(name, text) IU_PLAN_##name,
	IU_PLAN_KINDS(X)
#undef X
};

/** iu_plan_kind_name() - "ready". Static. */
const char *iu_plan_kind_name(enum iu_plan_kind kind);

struct iu_plan {
	enum iu_plan_kind kind;
	const char *headline;
	IU_LIST(struct iu_step) steps;
	IU_LIST(struct iu_refusal) refusals; /* any of them: nothing at all is done */
	struct iu_strings hints;             /* other ways, one sentence each */
};

/* What the session knows besides the snapshot. */
struct iu_unit_facts {
	const char *name;
	bool user;    /* of a user's systemd … */
	uint32_t uid; /* … and whose */
	const char *restart;      /* "no", "always" … NULL: not known */
	const char *triggered_by; /* units that start it again, separated by blanks; NULL: none */
	bool silent;              /* systemd does not answer: neither is known */
};

struct iu_plan_rules {
	bool force;
	bool disable; /* Windows: a service that is stopped is kept from starting again */
	unsigned int grace_seconds;
	/* Our own process and all its ancestors. */
	const int32_t *ancestors;
	size_t ancestor_count;
	bool ancestors_unknown; /* some of them: then no process is ended */
	const char *own_unit, *own_container; /* where we run; NULL: none */
	/* More names, executables or units that are never touched, besides our own list. */
	struct iu_strings protected_names;
	/* A list that is there and could not be read, and why: then nothing is done. NULL: none. */
	const char *list_error;
	/* Whose processes may be ended; the one who looks is among them. */
	uint32_t uids[4];
	size_t uid_count;
	bool asks; /* somebody is asked who sees whose they are: root may end those of every user */
	IU_LIST(struct iu_unit_facts) units;
	/* The socket unit that listens there, where only its systemd could tell; name NULL: none. */
	struct iu_step_unit activator;
	bool activator_silent; /* its systemd does not answer */
};

/* How a step went. */
#define IU_RESULTS(X)                                                                             \
	X(NOT_YET, "not-yet")   /* not applied */                                                  \
	X(DONE, "done")                                                                            \
	X(GONE, "gone")         /* what it was meant for does not exist any more */                \
	X(CHANGED, "changed")   /* it is something else now: left alone */                         \
	X(DENIED, "denied")     /* no right to */                                                  \
	X(FAILED, "failed")                                                                        \
	X(NEEDLESS, "needless") /* the steps before were enough */

enum iu_result_kind {
#define X(name, text) IU_RESULT_##name,
	IU_RESULTS(X)
#undef X
};

/** iu_result_name() - "changed". Static. */
const char *iu_result_name(enum iu_result_kind kind);

#define IU_RESULT_TEXT 200

struct iu_step_result {
	enum iu_result_kind kind;
	int error_number;               /* errno of what failed; 0: none */
	char detail[IU_RESULT_TEXT];   /* our own words or bytes of a program: escape before showing */
	bool killed;                    /* TERMINATE: it did not end in time and got SIGKILL */
	int64_t took_ms;                /* from the first call to the end */
};

#endif
