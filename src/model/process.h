/* model/process.h - one process, and who holds which socket */
#ifndef IU_MODEL_PROCESS_H
#define IU_MODEL_PROCESS_H

#include "base/arena.h"
#include "model/address.h"

#define IU_PROCESS_STATES(X)                                                                       \
	X(UNKNOWN, "unknown")                                                                      \
	X(RUNNING, "running") /* R, S, D, I: the scheduler decides, nobody stopped it */           \
	X(STOPPED, "stopped") /* T: Ctrl-Z or SIGSTOP */                                           \
	X(TRACED, "traced")   /* t: a debugger holds it */                                         \
	X(FROZEN, "frozen")   /* its cgroup is frozen */                                           \
	X(ZOMBIE, "zombie")   /* the leader has ended; threads may live on */

enum iu_process_state {
#define X(name, text) IU_PROCESS_##name,
	IU_PROCESS_STATES(X)
#undef X
};

/** iu_process_state_name() - "running", "stopped". Static. */
const char *iu_process_state_name(enum iu_process_state state);

struct iu_parent {
	int32_t pid;
	const char *name;
	const char *script; /* what an interpreter runs: "nodemon"; NULL: it is none, or not known */
	enum iu_tri loops;  /* a shell that runs a script or a loop; IU_NO: somebody types, or it ends with this (a copy of its parent, too) */
	/* The argument that makes it start its program again ("--watch"); NULL: none is known. */
	const char *mode;
	/* Looked at only where the process is to be ended: it waits for its children (wait4(), SIGCHLD) … */
	enum iu_tri waits;
	enum iu_tri names;   /* … its arguments hold the command of one below it … */
	enum iu_tri repeats; /* … and it has more children of that kind, or had one before */
};

/* A file by identity. */
struct iu_file_id {
	uint64_t dev, ino;
};

/*
 * Process ids from here on are made up: a capture named the program and not its number. No system
 * gives out such ones; they are never told to anybody.
 */
#define IU_PID_MADE_UP (INT32_C(1) << 30)

/** iu_process_tty() - "pts/2" of a terminal's device number; false: it is none that has a name. */
bool iu_process_tty(int32_t tty, char text[24]);

struct iu_process {
	int32_t pid;
	const char *name; /* comm: at most 15 bytes, chosen by the program itself */
	const char *exe;  /* NULL: not readable */
	bool exe_deleted; /* the file was replaced or removed since the start */
	IU_LIST(const char *) command;
	const char *cwd;
	bool uid_known;
	uint32_t uid;
	const char *user;
	int64_t started;      /* seconds since 1970, -1: not known */
	uint64_t start_ticks; /* clock ticks since boot: with the pid the identity of the process */
	enum iu_process_state state;
	int32_t ppid, pgid, sid; /* -1: not known */
	int32_t tty;             /* device number of the terminal, 0: none */
	IU_LIST(struct iu_parent) parents; /* nearest first, up to the session leader … */
	/* … or, of one that leads a session itself, only who started it */
	/* Its program, or a library of it, names bind(): else a socket cannot be of its making. */
	enum iu_tri binds;
	/* Its parent lives and runs the very same command: it is a copy that never called exec(). */
	enum iu_tri forked;
	/* It never called exec() since it was forked, whoever its parent was. */
	enum iu_tri copied;
	/* The executable and the files its first arguments name (a script), by identity. */
	IU_LIST(struct iu_file_id) files;
	const char *cgroup, *unit, *container;
	const char *engine; /* of the container: "docker", "podman", "containerd", … */
	enum iu_tri left_over; /* it publishes a port for a container or engine that is gone */
	const char *container_name; /* as people call it; NULL: not known */
	const char *control; /* ssh: the socket by which other sessions use its connection; NULL: none */
	uint32_t sessions;   /* … and how many do now */
	const char *image;		  /* of the container */
	const char *project, *service; /* of a compose file that made the container */
	/* The first of those that started it which has a name: "tmux", "sshd", "code"; NULL: none. */
	struct {
		const char *kind; /* "terminal", "ssh", "editor" …, as knowledge/origins.h has them */
		const char *name; /* "tmux", "VS Code" */
		const char *from; /* ssh: the other end; screen: the session */
		int32_t pid;
	} origin;
	const char *branch; /* of git, in the directory it runs in or above; NULL: none, or not looked */
};

struct iu_processes {
	struct iu_process *v;
	size_t n, cap;
};

/* What of a process keeps a socket alive. */
enum iu_via {
	IU_VIA_DESCRIPTOR,
	IU_VIA_MESSAGE, /* a message with the descriptor, in the queue of a UNIX socket it has */
	IU_VIA_RING,    /* a file registered with its io_uring */
	IU_VIA_MAPPING, /* the socket is mapped into its memory, the descriptor is closed */
	IU_VIA_CALL,    /* a system call that still runs on a descriptor closed meanwhile */
};

/* One descriptor, or something else, that keeps a socket alive. */
struct iu_hold {
	uint64_t inode;
	int32_t pid;
	int32_t tid; /* a thread with a descriptor table of its own, or the one that waits; 0: all */
	int32_t fd;  /* -1: none; IU_VIA_CALL: the number it had */
	enum iu_tri cloexec;
	enum iu_via via;
};

/* A process that may keep a socket alive in a way whose content cannot be read. */
struct iu_suspect {
	uint64_t inode; /* 0: any socket of which nobody is known to have it */
	int32_t pid, tid;
	enum iu_via via;
};

struct iu_holds {
	struct iu_hold *v;
	size_t n, cap;
};

#endif
