/* stage.h - the factory: makes the situations in which a bind() fails, with real processes */
#ifndef SCENES_STAGE_H
#define SCENES_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Where real programs of a scene complain, in its scratch directory. */
#define STAGE_LOG     "programs.log"
#define STAGE_HOLDERS 40
#define STAGE_NOBODY  65534
/* A user that is neither root nor the unprivileged one who asks. */
#define STAGE_OTHER 1000

enum proto { TCP, UDP, STREAM, DGRAM, SEQPACKET };

enum {
	LISTEN = 1 << 0,
	REUSEADDR = 1 << 1,
	REUSEPORT = 1 << 2,
	V6ONLY = 1 << 3,
	CONNECT = 1 << 4, /* do not bind: connect() to the address, the system chooses the port */
};

/* One socket; for UNIX the address is a path below the scratch directory, or "@name". */
struct sock {
	enum proto proto;
	const char *addr; /* NULL: no socket in this place of the table */
	int port;
	unsigned int flags;
	const char *device;
	uid_t uid;
};

/* What a stage function builds and tells about it. Lives in the first process of the scene. */
struct stage {
	const char *dir;    /* scratch directory, empty at the start, writable for everybody */
	const char *self;   /* path of this program: it plays any program it is copied to */
	const char *cgroup; /* private directory of the cgroup2 tree, NULL: none can be made */
	int port;	    /* for %p in the arguments */
	pid_t tid;	    /* the thread that must be named, 0: none */
	pid_t holders[STAGE_HOLDERS]; /* who must be named, and nobody else */
	size_t n_holders;
	uid_t uid;	 /* whose socket it is */
	char skip[160];	 /* why the scene cannot be staged on this machine */
	char error[160]; /* why staging went wrong */
};

/* A process of the factory, and the pipe on which it says that it is ready. */
struct proc {
	pid_t pid;
	int ready;
};

/** What runs in a process of the factory; @say is for stage_say(). When it returns, it exits. */
typedef void (*stage_body)(struct stage *stage, const void *arg, int say);

/** stage_fail() - records the first thing that went wrong; returns -1 */
int stage_fail(struct stage *stage, const char *format, ...);
/** stage_skip() - records why the scene cannot be staged here; returns -1 */
int stage_skip(struct stage *stage, const char *format, ...);

/** stage_say() - tells the scene that a step is done */
void stage_say(int say);
/** stage_wait() - waits until the process says so (5 s); 0, or -1 with stage->error */
int stage_wait(struct stage *stage, struct proc *proc);

/** stage_spawn() - forks @body as @uid and waits for its first word; pid 0 when it failed */
struct proc stage_spawn(struct stage *stage, stage_body body, const void *arg, uid_t uid);
/** stage_exec() - starts a real program, with nothing but the descriptors 0 to 2; its pid, or -1 */
pid_t stage_exec(struct stage *stage, const char *const argv[]);
/** stage_copy() - copies the factory to a program of that name in the scratch directory */
int stage_copy(struct stage *stage, const char *name, char *path, size_t size);
/** stage_program() - whether a program is installed; its path into @path */
bool stage_program(const char *name, char *path, size_t size);

/** stage_holder() - @pid must be named as a holder */
void stage_holder(struct stage *stage, pid_t pid);

/** stage_socket() - the socket as described: a descriptor, or -errno */
int stage_socket(const struct stage *stage, const struct sock *sock);
/** stage_hold() - a process that has the socket and serves it; its pid, or -1 */
pid_t stage_hold(struct stage *stage, const struct sock *sock);
/** stage_pause() - a moment between two looks at something that has no event */
void stage_pause(void);
/** stage_serve() - serves a descriptor until killed */
void stage_serve(int fd, const struct sock *sock);
/** stage_port() - the local port of a descriptor */
int stage_port(int fd);

/** stage_state() - waits until a TCP socket of that port has the state (number of the kernel) */
int stage_state(struct stage *stage, int port, unsigned int state);
/** stage_holders_of() - every process that has a descriptor of the listener on that port */
int stage_holders_of(struct stage *stage, int port);
/** stage_write() - writes a text into a file of /proc or the cgroup tree; 0 or -1 with error */
int stage_write(struct stage *stage, const char *path, const char *text);
/** stage_cgroup() - makes a cgroup below the private one and moves the caller in; 0, -errno */
int stage_cgroup(const struct stage *stage, const char *name);
/** stage_user() - becomes that user with nothing left of root; 0, -errno */
int stage_user(uid_t uid);
/** stage_ip() - runs ip(8) with the words of @line; 0, -1 */
int stage_ip(struct stage *stage, const char *line);

/** stage_play() - the part of a copy of this program: "docker-proxy …", "NAME serve ADDR PORT" */
int stage_play(int argc, char **argv);

#endif
