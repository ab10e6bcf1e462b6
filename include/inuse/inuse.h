/*
 * inuse.h - why does bind() fail, who is in the way, which cause is it, what helps
 *
 * The library behind the program `inuse`. It never prints, never ends the process, starts no
 * thread and has no state of its own between two calls. It looks and changes nothing, besides
 * inuse_free_target() and inuse_answer_apply(), which ask first. Link: `pkg-config --libs inuse`.
 *
 *	if (bind(fd, address, length) < 0) {
 *		struct inuse_answers *answers;
 *
 *		if (inuse_explain_bind(fd, address, length, errno, NULL, &answers) > 0) {
 *			fputs(inuse_answer_text(inuse_answers_get(answers, 0)), stderr);
 *			inuse_answers_free(answers);
 *		}
 *	}
 *
 * Threads: every function may be called from several threads at once. One object (answers, list,
 * plans, and what they gave out) belongs to one thread at a time. The child of a program with
 * threads may ask, too; objects that its parent's other threads were using are theirs alone.
 *
 * Ownership: what a getter returns belongs to the object it came from and ends with it. Getters
 * take NULL for any object, and an index past the end: they return NULL, 0, -1 or _UNKNOWN then, so
 * that `for (i = 0; (b = inuse_answer_blocker(answer, i)); i++)` is a loop over all.
 *
 * Text: sentences (headline, summary, what, why …) are English, and foreign text in them is
 * escaped. Names, paths and command lines of other programs are their very bytes: use
 * inuse_escape() before a person sees them.
 *
 * Stack: 64 KiB are enough for every call. Signals: none is sent, blocked or handled but by freeing;
 * every call goes on after one, and those that wait look at `stopped` then. errno is kept by
 * inuse_explain_bind(), and may be anything after other calls.
 *
 * Time: some milliseconds; beside 20,000 sockets up to 0.15 s, as docs/performance.md has it. Whoever
 * asks in a place that must not wait sets `timeout_ms`: what was not looked at by then is a gap.
 *
 * Sandboxes: where a seccomp filter is in force, or where `plain` is set, asking and listing make
 * these system calls only: access, bind, brk, capget, clock_gettime, clock_nanosleep, close,
 * faccessat2, fcntl, fstatfs, futex, getdents64, getegid, geteuid, getgid, getgroups, getpeername,
 * getpid, getppid, getrandom, getsockname, getsockopt, gettid, getuid, ioctl, lseek, madvise, mmap,
 * mprotect, mremap, munmap, newfstatat, openat, poll, pread64, prlimit64, read, readlinkat,
 * recvmsg, rt_sigprocmask, sched_yield, sendto, setsockopt, socket, statfs, statx, sysinfo,
 * uname. Freeing and waiting make more of them.
 *
 * Files: those below /proc, /sys and /etc are read. Nothing is written, unless `keeps` is set: then
 * there are BPF programs below /sys/fs/bpf/inuse, which stay. Freeing reads inuse/protected below /etc
 * and the user's ~/.config, too.
 *
 * Environment: asking reads none but INUSE_QUICK (for tests). Freeing looks for the clients of
 * container engines in PATH, unless it is root's, and for the user's bus and configuration. A
 * set-user-ID program is served without any of it.
 *
 * Examples: the files server.c, c89.c, watch.cpp (C++20, an event loop), explain.py (Python, ctypes)
 * and explain.go (Go, cgo) lie in the folder examples/ of the documentation, doc/inuse.
 *
 * Versions: fields are added at the end of a struct, and values at the end of an enum, never
 * changed. Every options struct begins with its size and is otherwise zeroes to begin with, the
 * padding too: struct inuse_options options = INUSE_OPTIONS_INIT; does both.
 */
#ifndef INUSE_INUSE_H
#define INUSE_INUSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of this header; inuse_version() is that of the library. */
#define INUSE_VERSION_MAJOR 0
#define INUSE_VERSION_MINOR 1
#define INUSE_VERSION_PATCH 0
#define INUSE_VERSION_NUMBER \
	(INUSE_VERSION_MAJOR * 1000000 + INUSE_VERSION_MINOR * 1000 + INUSE_VERSION_PATCH)

/* An options struct with its size and zeroes, in C and in C++. */
#if defined(__cplusplus)
#define INUSE_INIT(type) inuse_init<type>()
#elif defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L
#define INUSE_INIT(type) {.size = sizeof(type)}
#else
#define INUSE_INIT(type) {sizeof(type)}
#endif
#define INUSE_OPTIONS_INIT	INUSE_INIT(struct inuse_options)
#define INUSE_LIST_OPTIONS_INIT INUSE_INIT(struct inuse_list_options)
#define INUSE_PICK_OPTIONS_INIT INUSE_INIT(struct inuse_pick_options)
#define INUSE_WAIT_OPTIONS_INIT INUSE_INIT(struct inuse_wait_options)
#define INUSE_FREE_OPTIONS_INIT INUSE_INIT(struct inuse_free_options)

#if defined(__GNUC__)
#define INUSE_CHECK __attribute__((warn_unused_result)) /* the result says whether there is an object */
#pragma GCC visibility push(default)
#else
#define INUSE_CHECK
#endif

#ifdef __cplusplus
template <typename options> inline options inuse_init()
{
	options value = options();

	value.size = sizeof(value);
	return value;
}

extern "C" {
#endif

struct sockaddr; /* <sys/socket.h> */

/* ---- names of things ---- */

/* Negative results, of every function that returns int. */
enum inuse_error {
	INUSE_ERROR_NOMEM = -1,   /* out of memory */
	INUSE_ERROR_INPUT = -2,   /* what was given is wrong; `complaint` says what */
	INUSE_ERROR_PROTO = -3,   /* malformed data came from the system */
	INUSE_ERROR_ACCESS = -4,  /* permission denied */
	INUSE_ERROR_NOENT = -5,   /* there is none */
	INUSE_ERROR_GONE = -6,    /* it vanished meanwhile */
	INUSE_ERROR_AGAIN = -7,   /* interrupted */
	INUSE_ERROR_NOTSUP = -8,  /* not supported here, or by this version of the library */
	INUSE_ERROR_LIMIT = -9,   /* too large */
	INUSE_ERROR_IO = -10,     /* input/output error */
	INUSE_ERROR_SYSTEM = -11  /* the system refused everything */
};

/* What bind() and listen() get; or connect(), where that was asked for. */
enum inuse_status {
	INUSE_FREE = 0,        /* they would work; connect(): somebody listens there */
	INUSE_IN_USE = 1,      /* EADDRINUSE, 10048 */
	INUSE_DENIED = 2,      /* EACCES, EPERM, 10013 */
	INUSE_UNAVAILABLE = 3, /* EADDRNOTAVAIL, 10049, ECONNREFUSED, EINVAL and all that nobody else is the reason of */
	INUSE_UNKNOWN = 4      /* it could not be told; never a guess that it is free */
};

/* How certain the cause is. */
enum inuse_confidence {
	INUSE_POSSIBLE = 0,
	INUSE_LIKELY = 1,
	INUSE_PROVEN = 2  /* rule, blocker and the kernel's own answer agree */
};

/* What a remedy or a step may destroy. */
enum inuse_risk {
	INUSE_RISK_NONE = 0,
	INUSE_RISK_LOW = 1,
	INUSE_RISK_MEDIUM = 2,
	INUSE_RISK_HIGH = 3
};

/* Yes, no, or not known. */
enum inuse_tri {
	INUSE_TRI_UNKNOWN = 0,
	INUSE_TRI_NO = 1,
	INUSE_TRI_YES = 2
};

/* Which call it was that failed. */
enum inuse_operation {
	INUSE_OPERATION_AUTO = 0, /* listen() where no address is given, else bind() */
	INUSE_OPERATION_BIND = 1,
	INUSE_OPERATION_LISTEN = 2,
	INUSE_OPERATION_CONNECT = 3 /* never meant by AUTO */
};

/* What a build can do, as bits; see inuse_features(). */
enum inuse_feature {
	INUSE_FEATURE_BPF = 1,     /* evidence out of the kernel, for root: quicker, and finds more */
	INUSE_FEATURE_SYSTEMD = 2, /* units are stopped through systemd's bus */
	INUSE_FEATURE_WATCH = 4    /* inuse_watch_new() */
};

/* How inuse_wait() and inuse_watch_check() ended. */
enum inuse_waited {
	INUSE_WAITED_TIME_UP = 0, /* of inuse_watch_check(): not yet */
	INUSE_WAITED_DONE = 1,
	INUSE_WAITED_STOPPED = 2  /* the caller's `stopped` said so */
};

/* How freeing one target ended. */
enum inuse_end {
	INUSE_END_NOTHING = 0,     /* nothing stood in the way */
	INUSE_END_PLANNED = 1,     /* dry_run: this would be done */
	INUSE_END_DECLINED = 2,    /* nobody consented: nothing was done */
	INUSE_END_REFUSED = 3,     /* it is not safe: nothing was done; see inuse_plan_refusal() */
	INUSE_END_UNKNOWN = 4,     /* it could not be told what is in the way, or whether it is free now */
	INUSE_END_DONE = 5,        /* it can be bound now; proven by asking again */
	INUSE_END_STILL_HELD = 6,
	INUSE_END_RESPAWNED = 7,   /* a new holder came after the old one */
	INUSE_END_INTERRUPTED = 8  /* the caller's `stopped` said so */
};

/* ---- what is asked for ---- */

/*
 * What the asking socket sets before bind(), and how to ask. All zeroes but the size: a plain
 * socket of this very program.
 */
struct inuse_options {
	size_t size;         /* sizeof(struct inuse_options) */
	bool reuseaddr;      /* SO_REUSEADDR */
	bool reuseport;      /* SO_REUSEPORT */
	bool exclusive;      /* SO_EXCLUSIVEADDRUSE, Windows */
	bool probe;          /* always ask the kernel with a bind() of our own, closed at once */
	bool no_probe;       /* never; neither: only where asking can change nothing */
	bool user_given;     /* another user asks: */
	uint32_t user;       /* … this one */
	enum inuse_tri v6only; /* IPV6_V6ONLY; unknown: the system's default */
	const char *device;  /* SO_BINDTODEVICE: the name of an interface; NULL: none */
	const char *program; /* the program that asks, a path or a name; NULL: this one, "": nobody says */
	char *complaint;     /* on any error receives one line: what, where, what would be right */
	size_t complaint_size; /* bytes there; a longer line is cut short */
	/*
	 * Only system calls that every server makes: files below /proc, /sys and /etc, sockets,
	 * getsockopt(), netlink; inuse(3) lists them. Set by itself where a seccomp filter is in force.
	 * What is left out (bpf(), kcmp(), pidfd_getfd(), open_by_handle_at(), name services) is a gap.
	 */
	bool plain;
	bool keeps; /* as root: may keep BPF programs in /sys/fs/bpf/inuse, for quicker answers later */
	enum inuse_operation operation; /* inuse_explain_bind(): which call it was */
	/*
	 * The most that one look may take; 0: as long as it takes. With it no name service is asked
	 * (LDAP), since nobody can end that. What was cut short is a gap.
	 */
	uint32_t timeout_ms;
	bool (*stopped)(void *context); /* called often while it looks: true ends the look, as the time does */
	void *context;                  /* handed to it */
	uint16_t columns; /* that text is wrapped at; 0: 80, UINT16_MAX: never */
	bool colour;      /* text with ANSI colours */
};

/* Which sockets inuse_list() gives. All conditions must hold; zeroes are none. */
struct inuse_list_options {
	size_t size;
	const char *const *words; /* as of `inuse list`: "tcp", "8080", "127.0.0.1", "/run/app.sock" */
	size_t word_count;
	const char *process; /* name, executable's base name, or pid */
	const char *unit;    /* systemd unit or container */
	bool user_given;
	bool all;            /* connections and TIME-WAIT too */
	uint32_t user;
	char *complaint;
	size_t complaint_size;
	bool plain, keeps;   /* as in struct inuse_options, like all that follows */
	uint32_t timeout_ms;
	bool (*stopped)(void *context);
	void *context;
	uint16_t columns;
	bool colour;
};

/* Which ports inuse_pick() takes. Zeroes: any TCP port below the range the system gives out. */
struct inuse_pick_options {
	size_t size;
	bool udp;
	bool listening;       /* with descriptors: listen on them, too */
	uint16_t near_port;   /* the nearest one; 0: not given */
	uint16_t first, last; /* one of these; 0: not given */
	const char *project;  /* the same port for the same text (a directory), while it is free */
};

/* What inuse_wait() waits for, and who is told. */
struct inuse_wait_options {
	size_t size;
	bool listening;     /* until somebody listens there; else until it can be bound */
	bool timeout_given;
	uint32_t timeout_ms;
	void *context;      /* handed to the functions below, each of which may be NULL */
	/* Four times a second; @left_ms: at most so long, -1: not known. */
	void (*progress)(void *context, const char *headline, int64_t left_ms);
	/* Several times a second, and after a signal: true ends the waiting. */
	bool (*stopped)(void *context);
};

struct inuse_answers; /* one answer for each port, protocol and address that a target names */
struct inuse_answer;
struct inuse_listing;
struct inuse_socket;  /* in an answer: what is in the way; or a row of a list */
struct inuse_holder;  /* a process that has the socket */
struct inuse_remedy;  /* something that helps */
struct inuse_gap;     /* something that could not be seen */
struct inuse_watch;   /* a wait that can be polled */
struct inuse_snapshot; /* all that was seen of a machine at one time */
struct inuse_meaning; /* of an error */
struct inuse_plans;   /* one plan for each answer that was to be freed */
struct inuse_plan;
struct inuse_step;
struct inuse_refusal; /* why something is left alone */

/* What may be done to free a target, who is asked before it is done, and who is told. */
struct inuse_free_options {
	size_t size;
	bool force;            /* SIGKILL for what has not ended after the time of grace */
	bool dry_run;          /* make the plan, ask nobody, do nothing */
	bool user_given;       /* processes of this user may be ended, too */
	bool grace_given;
	uint32_t user;
	uint32_t grace_seconds; /* for a process that was asked to end; not given: 5 */
	void *context;
	/*
	 * Shows or judges the plan. Nothing is done unless this returns true; NULL: never. What was
	 * planned is checked once more at each step, and left alone where anything has changed.
	 */
	bool (*consent)(void *context, struct inuse_plan *plan);
	void (*step)(void *context, const struct inuse_step *step);
	void (*progress)(void *context, const char *what, int64_t left_ms);
	bool (*stopped)(void *context);
};

/* ---- the library itself ---- */

/** inuse_version() - "0.1.0", of the library that runs. Static. */
const char *inuse_version(void);

/** inuse_features() - what this build can do: INUSE_FEATURE_*, as bits. */
uint32_t inuse_features(void);

/** inuse_error_name() - "INUSE_ERROR_NOMEM"; "INUSE_ERROR_UNKNOWN" for other numbers. Static. */
const char *inuse_error_name(int error);

/** inuse_error_text() - the sentence of an INUSE_ERROR_* number. Static, never NULL. */
const char *inuse_error_text(int error);

/**
 * inuse_escape() - foreign bytes so that a terminal shows them harmlessly
 * @text: NUL-terminated; NULL is "?"
 * @buffer: receives at most @size bytes with the final NUL; a longer text ends in "…"
 * Returns: @buffer.
 */
char *inuse_escape(const char *text, char *buffer, size_t size);

/* ---- asking ---- */

/**
 * inuse_why() - would bind() and listen() fail, and why
 * @target: as the program takes it: "8080", "127.0.0.1:8080", "53/udp", "/run/app.sock", or an
 *	error message that names one
 * @options: NULL: a plain socket of this program
 * @ret_answers: receives the answers, to be freed with inuse_answers_free(); on success only
 *
 * Sockets of this very process count: they are told as the cause own-socket.
 * Returns: how many answers there are (at least 1), or INUSE_ERROR_*.
 */
int inuse_why(const char *target, const struct inuse_options *options,
	struct inuse_answers **ret_answers) INUSE_CHECK;

/**
 * inuse_explain_bind() - why did this bind(), listen() or connect() fail, asked right after it did
 * @fd: the socket; its own options are read, it stays as it is
 * @address: what was given to bind() or connect(), @length bytes; NULL: listen() failed, on the bound
 *	socket
 * @error: the errno it failed with
 * @options: what the socket has set is read from it, not from here; NULL is fine. `operation` says
 *	which call it was; it must, where that was connect()
 * @ret_answers: receives one answer, as inuse_why() gives it
 *
 * Knows TCP, UDP and UNIX sockets of this network namespace, and what is wrong with a call that was
 * given a descriptor, an address or a length that cannot be. What the kernel said to the program is
 * taken as its answer. Where it was EADDRINUSE and nothing is in the way any more, the status is
 * INUSE_FREE and a doubt says so: another try works. After any other error it is never INUSE_FREE.
 * Of connect() it is told who listens there, or on which other address, and whether local ports are
 * left; INUSE_FREE only after ECONNREFUSED or ENOENT, where somebody has begun to listen since.
 * Returns: 1; INUSE_ERROR_INPUT: such a call is not told that error; INUSE_ERROR_NOTSUP: a socket of
 * another network namespace; other INUSE_ERROR_*. errno is kept.
 */
int inuse_explain_bind(int fd, const struct sockaddr *address, size_t length, int error,
	const struct inuse_options *options, struct inuse_answers **ret_answers) INUSE_CHECK;

/** inuse_answers_count() - how many there are. */
size_t inuse_answers_count(const struct inuse_answers *answers);

/** inuse_answers_get() - one of them, NULL past the end. */
struct inuse_answer *inuse_answers_get(struct inuse_answers *answers, size_t index);

/** inuse_answers_free() - frees the answers and everything they gave out; NULL is fine. */
void inuse_answers_free(struct inuse_answers *answers);

/* ---- one answer ---- */

/** inuse_answer_target() - what was asked for, in full: "127.0.0.1:8080/tcp". */
const char *inuse_answer_target(const struct inuse_answer *answer);

/** inuse_answer_status() - the verdict. */
enum inuse_status inuse_answer_status(const struct inuse_answer *answer);

/** inuse_answer_errno() - the errno that bind() or listen() gets; 0: none, or not known. */
int inuse_answer_errno(const struct inuse_answer *answer);

/** inuse_answer_error() - its name, "EADDRINUSE"; NULL: none. */
const char *inuse_answer_error(const struct inuse_answer *answer);

/** inuse_answer_operation() - which call fails: "bind", "listen", "connect"; NULL: none. */
const char *inuse_answer_operation(const struct inuse_answer *answer);

/** inuse_answer_cause() - the name of the cause, INUSE_CAUSE_* of inuse/names.h; NULL: none. */
const char *inuse_answer_cause(const struct inuse_answer *answer);

/** inuse_answer_confidence() - how certain the answer is. */
enum inuse_confidence inuse_answer_confidence(const struct inuse_answer *answer);

/** inuse_answer_headline() - the answer in one sentence. */
const char *inuse_answer_headline(const struct inuse_answer *answer);

/** inuse_answer_text() - the whole explanation, made at the first call; NULL: no memory. */
const char *inuse_answer_text(struct inuse_answer *answer);

/** inuse_answer_json() - the inuse.why/1 document, made at the first call; NULL: no memory. */
const char *inuse_answer_json(struct inuse_answer *answer);

/** inuse_answer_warning() - it works, but …: one sentence; NULL past the end. */
const char *inuse_answer_warning(const struct inuse_answer *answer, size_t index);

/** inuse_answer_doubt() - what could be otherwise, one sentence; NULL past the end. */
const char *inuse_answer_doubt(const struct inuse_answer *answer, size_t index);

/** inuse_answer_blocker() - what is in the way, most important first; NULL past the end. */
const struct inuse_socket *inuse_answer_blocker(const struct inuse_answer *answer, size_t index);

/** inuse_answer_remedy() - what helps, best first; NULL past the end. */
const struct inuse_remedy *inuse_answer_remedy(const struct inuse_answer *answer, size_t index);

/** inuse_answer_gap() - what could not be seen and touches this answer; NULL past the end. */
const struct inuse_gap *inuse_answer_gap(const struct inuse_answer *answer, size_t index);

/* ---- a socket, or a file in its place ---- */

/** inuse_socket_name() - "127.0.0.1:8080", "[::]:80", "/run/app.sock", "@name"; escaped. */
const char *inuse_socket_name(const struct inuse_socket *socket);

/** inuse_socket_protocol() - "tcp", "udp", "unix". */
const char *inuse_socket_protocol(const struct inuse_socket *socket);

/** inuse_socket_family() - "ipv4", "ipv6", "unix". */
const char *inuse_socket_family(const struct inuse_socket *socket);

/** inuse_socket_address() - "127.0.0.1", "::"; NULL: a UNIX socket. */
const char *inuse_socket_address(const struct inuse_socket *socket);

/** inuse_socket_port() - 0: a UNIX socket. */
uint16_t inuse_socket_port(const struct inuse_socket *socket);

/** inuse_socket_peer() - "192.0.2.1:50000", the other end of a connection; NULL: none. */
const char *inuse_socket_peer(const struct inuse_socket *socket);

/** inuse_socket_state() - INUSE_STATE_* of inuse/names.h: "listen", "bound", "time-wait" … */
const char *inuse_socket_state(const struct inuse_socket *socket);

/** inuse_socket_inode() - the number that /proc/PID/fd shows; 0: no process has it. */
uint64_t inuse_socket_inode(const struct inuse_socket *socket);

/** inuse_socket_uid() - whose it is; -1: not known. */
int64_t inuse_socket_uid(const struct inuse_socket *socket);

/** inuse_socket_user() - the name of that user; NULL: not known. Foreign bytes. */
const char *inuse_socket_user(const struct inuse_socket *socket);

/** inuse_socket_unit() - the systemd unit it was made in; NULL: none known. Foreign bytes. */
const char *inuse_socket_unit(const struct inuse_socket *socket);

/** inuse_socket_container() - the container it was made in; NULL: none known. Foreign bytes. */
const char *inuse_socket_container(const struct inuse_socket *socket);

/** inuse_socket_timer_ms() - when TIME-WAIT ends, or the next timer fires; -1: none. */
int64_t inuse_socket_timer_ms(const struct inuse_socket *socket);

/** inuse_socket_count() - how many sockets alike this one stands for, mostly 1. */
size_t inuse_socket_count(const struct inuse_socket *socket);

/** inuse_socket_cause() - why it is in the way, "other-program"; NULL in a list. */
const char *inuse_socket_cause(const struct inuse_socket *socket);

/** inuse_socket_evidence() - what led to that, one sentence; NULL past the end. */
const char *inuse_socket_evidence(const struct inuse_socket *socket, size_t index);

/** inuse_socket_holder() - a process that has it; NULL past the end. None known: see the gaps. */
const struct inuse_holder *inuse_socket_holder(const struct inuse_socket *socket, size_t index);

/* ---- a process that has a socket ---- */

/** inuse_holder_pid() - its pid. */
int32_t inuse_holder_pid(const struct inuse_holder *holder);

/** inuse_holder_tid() - the thread with a descriptor table of its own; 0: the whole process. */
int32_t inuse_holder_tid(const struct inuse_holder *holder);

/** inuse_holder_name() - its name, at most 15 bytes on Linux; NULL: not known. Foreign bytes. */
const char *inuse_holder_name(const struct inuse_holder *holder);

/** inuse_holder_exe() - the path of its executable; NULL: not readable. Foreign bytes. */
const char *inuse_holder_exe(const struct inuse_holder *holder);

/** inuse_holder_argument() - one word of its command line; NULL past the end. Foreign bytes. */
const char *inuse_holder_argument(const struct inuse_holder *holder, size_t index);

/** inuse_holder_directory() - where it runs; NULL: not readable. Foreign bytes. */
const char *inuse_holder_directory(const struct inuse_holder *holder);

/** inuse_holder_uid() - whose it is; -1: not known. */
int64_t inuse_holder_uid(const struct inuse_holder *holder);

/** inuse_holder_user() - the name of that user; NULL: not known. Foreign bytes. */
const char *inuse_holder_user(const struct inuse_holder *holder);

/** inuse_holder_started() - when, in seconds since 1970; -1: not known. */
int64_t inuse_holder_started(const struct inuse_holder *holder);

/** inuse_holder_state() - INUSE_PROCESS_* of inuse/names.h: "running" …; NULL: not known. */
const char *inuse_holder_state(const struct inuse_holder *holder);

/** inuse_holder_unit() - its systemd unit; NULL: none, or not known. Foreign bytes. */
const char *inuse_holder_unit(const struct inuse_holder *holder);

/** inuse_holder_container() - its container; NULL: none, or not known. Foreign bytes. */
const char *inuse_holder_container(const struct inuse_holder *holder);

/** inuse_holder_descriptor() - a descriptor it has the socket by; -1 past the end. */
int inuse_holder_descriptor(const struct inuse_holder *holder, size_t index);

/** inuse_holder_is_self() - it is the process that asks. */
bool inuse_holder_is_self(const struct inuse_holder *holder);

/* ---- something that helps ---- */

/** inuse_remedy_id() - INUSE_REMEDY_* of inuse/names.h: "stop-process", "set-reuseaddr" … */
const char *inuse_remedy_id(const struct inuse_remedy *remedy);

/** inuse_remedy_summary() - one sentence. */
const char *inuse_remedy_summary(const struct inuse_remedy *remedy);

/** inuse_remedy_argument() - a word of its command; NULL past the end. Foreign bytes. */
const char *inuse_remedy_argument(const struct inuse_remedy *remedy, size_t index);

/** inuse_remedy_risk() - what it may destroy. */
enum inuse_risk inuse_remedy_risk(const struct inuse_remedy *remedy);

/** inuse_remedy_needs_root() - whether the caller lacks the right to do it. */
bool inuse_remedy_needs_root(const struct inuse_remedy *remedy);

/** inuse_remedy_tried() - whether a bind() or the rules showed that it works now. */
enum inuse_tri inuse_remedy_tried(const struct inuse_remedy *remedy);

/** inuse_remedy_can_apply() - whether inuse_answer_apply() does it; others the program itself. */
bool inuse_remedy_can_apply(const struct inuse_remedy *remedy);

/* ---- something that could not be seen ---- */

/** inuse_gap_what() - "descriptors of pid 77". */
const char *inuse_gap_what(const struct inuse_gap *gap);

/** inuse_gap_why() - "EACCES", or a sentence. */
const char *inuse_gap_why(const struct inuse_gap *gap);

/** inuse_gap_lift() - what would lift it: "run as root"; NULL: nothing. */
const char *inuse_gap_lift(const struct inuse_gap *gap);

/* ---- every bound socket ---- */

/**
 * inuse_list() - every bound socket with its holders
 * @options: NULL: all of them
 * @ret_list: receives it, to be freed with inuse_listing_free(); on success only
 * Returns: how many sockets there are (0: none; see inuse_listing_gap()), or INUSE_ERROR_*.
 */
int inuse_list(const struct inuse_list_options *options, struct inuse_listing **ret_list) INUSE_CHECK;

/** inuse_listing_count() - how many sockets there are. */
size_t inuse_listing_count(const struct inuse_listing *list);

/** inuse_listing_socket() - one of them, by protocol, port and address; NULL past the end. */
const struct inuse_socket *inuse_listing_socket(const struct inuse_listing *list, size_t index);

/** inuse_listing_gap() - what could not be seen; NULL past the end. */
const struct inuse_gap *inuse_listing_gap(const struct inuse_listing *list, size_t index);

/** inuse_listing_text() - a table for people, made at the first call; NULL: no memory. */
const char *inuse_listing_text(struct inuse_listing *list);

/** inuse_listing_json() - the inuse.list/1 document, made at the first call; NULL: no memory. */
const char *inuse_listing_json(struct inuse_listing *list);

/** inuse_listing_free() - frees the list and everything it gave out; NULL is fine. */
void inuse_listing_free(struct inuse_listing *list);

/* ---- what an error means ---- */

/**
 * inuse_explain_error() - what an error number, a name or a message means on each system
 * @error: "98", "WSAEADDRINUSE", "0x80072740", "bind: Address already in use" …
 * @ret_meaning: receives it, to be freed with inuse_meaning_free(); on success only
 * Returns: 1, INUSE_ERROR_NOENT: no error that is known, other INUSE_ERROR_*.
 */
int inuse_explain_error(const char *error, struct inuse_meaning **ret_meaning) INUSE_CHECK;

/** inuse_meaning_text() - the explanation for people, made at the first call; NULL: no memory. */
const char *inuse_meaning_text(struct inuse_meaning *meaning);

/** inuse_meaning_json() - the inuse.error/1 document, made at the first call; NULL: no memory. */
const char *inuse_meaning_json(struct inuse_meaning *meaning);

/** inuse_meaning_free() - frees it and everything it gave out; NULL is fine. */
void inuse_meaning_free(struct inuse_meaning *meaning);

/* ---- a port that is free ---- */

/**
 * inuse_pick() - ports that can be bound on every address, and are nobody's by custom
 * @options: NULL: any
 * @count: how many
 * @ret_ports: receives them, each another one
 * @ret_descriptors: NULL, or receives as many sockets that are bound to them (close-on-exec), the
 *	caller's to close: nobody else can take the port meanwhile
 * Returns: @count, INUSE_ERROR_NOENT: there are not so many, other INUSE_ERROR_*.
 */
int inuse_pick(const struct inuse_pick_options *options, size_t count, uint16_t *ret_ports,
	int *ret_descriptors) INUSE_CHECK;

/* ---- waiting ---- */

/**
 * inuse_wait() - returns the moment the target can be bound, or somebody listens there
 * @options: as for inuse_why(); complaint, too
 * @wait: NULL: until it can be bound, without an end
 *
 * Of several ports or addresses all must be so in one and the same look.
 * Returns: enum inuse_waited, or INUSE_ERROR_*.
 */
int inuse_wait(const char *target, const struct inuse_options *options,
	const struct inuse_wait_options *wait) INUSE_CHECK;

/**
 * inuse_watch_new() - the same wait for a program with an event loop
 * @listening: until somebody listens there; else until it can be bound
 * @ret_watch: receives it, to be freed with inuse_watch_free(); on success only
 * Returns: 1, INUSE_ERROR_NOTSUP: not on this system, other INUSE_ERROR_*.
 */
int inuse_watch_new(const char *target, const struct inuse_options *options, bool listening,
	struct inuse_watch **ret_watch) INUSE_CHECK;

/**
 * inuse_watch_fd() - a descriptor that is readable when inuse_watch_check() is due
 *
 * The same one as long as the watch lives: for poll(), epoll, libuv (uv_poll_t), sd-event. Right
 * after inuse_watch_new() it is readable. Nobody but the watch reads from it or closes it.
 */
int inuse_watch_fd(const struct inuse_watch *watch);

/**
 * inuse_watch_check() - looks, where something may have changed; never waits
 * Returns: INUSE_WAITED_DONE; INUSE_WAITED_TIME_UP: not yet; INUSE_ERROR_NOENT: it never ends by
 * itself; other INUSE_ERROR_*.
 */
int inuse_watch_check(struct inuse_watch *watch) INUSE_CHECK;

/** inuse_watch_headline() - what it is that is waited for, in one sentence; NULL: not looked yet. */
const char *inuse_watch_headline(const struct inuse_watch *watch);

/** inuse_watch_free() - ends it, and closes its descriptor; NULL is fine. */
void inuse_watch_free(struct inuse_watch *watch);

/* ---- another machine, or another time ---- */

/**
 * inuse_snapshot_take() - all sockets of this machine, with all that any answer could need
 * @targets: @count of which more is recorded: what a bind() is told, what lies at a path; or NULL
 * @options: what the asking socket sets, how to look; NULL is fine
 * @ret_snapshot: receives it, to be freed with inuse_snapshot_free(); on success only
 * Returns: 1, or INUSE_ERROR_*.
 */
int inuse_snapshot_take(const char *const *targets, size_t count,
	const struct inuse_options *options, struct inuse_snapshot **ret_snapshot) INUSE_CHECK;

/**
 * inuse_snapshot_read() - the same out of a text, as `inuse why --from` reads it
 * @text: what inuse_snapshot_json() or `inuse report` wrote, or output of ss, netstat, lsof … of
 *	@length bytes; borrowed for the call
 * @options: complaint is read; NULL is fine
 */
int inuse_snapshot_read(const char *text, size_t length, const struct inuse_options *options,
	struct inuse_snapshot **ret_snapshot) INUSE_CHECK;

/**
 * inuse_snapshot_redact() - takes names of users and of the host, arguments, homes and public
 *	addresses out of it, for a report that others may read
 * Returns: 1; INUSE_ERROR_NOMEM: it is half done, and must not be shown.
 */
int inuse_snapshot_redact(struct inuse_snapshot *snapshot) INUSE_CHECK;

/** inuse_snapshot_json() - the inuse.snapshot/1 document, as it is now; NULL: no memory. */
const char *inuse_snapshot_json(struct inuse_snapshot *snapshot);

/**
 * inuse_snapshot_why() - inuse_why(), answered for the machine of a snapshot
 *
 * Nothing of this machine is looked at. The answers end before the snapshot does.
 */
int inuse_snapshot_why(const struct inuse_snapshot *snapshot, const char *target,
	const struct inuse_options *options, struct inuse_answers **ret_answers) INUSE_CHECK;

/** inuse_snapshot_free() - frees it; NULL is fine. */
void inuse_snapshot_free(struct inuse_snapshot *snapshot);

/* ---- acting ---- */

/**
 * inuse_free_target() - makes a target bindable, after asking
 * @options: as for inuse_why(); complaint, too
 * @how: NULL: nothing is done (INUSE_END_DECLINED)
 * @ret_plans: receives one plan for each port, protocol and address with what became of it, to be
 *	freed with inuse_plans_free(); on success only
 *
 * Uses the lever that fits: unit, container, process (SIGTERM), the kernel for closed connections,
 * a dead socket file. Never touches this process, what it runs in, clients of the port, pid 1,
 * protected programs or, unless `user` names it, another user's. Asks the same question afterwards.
 * Returns: how many plans there are, or INUSE_ERROR_*.
 */
int inuse_free_target(const char *target, const struct inuse_options *options,
	const struct inuse_free_options *how, struct inuse_plans **ret_plans) INUSE_CHECK;

/**
 * inuse_answer_apply() - the same for what an answer was about
 * @remedy: one of its remedies, or NULL: whatever frees it
 *
 * The plan is made anew; it may be a gentler way than the remedy that was chosen.
 * Returns: 1, INUSE_ERROR_NOTSUP: a remedy that only the program itself or its user can apply,
 * INUSE_ERROR_*.
 */
int inuse_answer_apply(const struct inuse_answer *answer, const struct inuse_remedy *remedy,
	const struct inuse_free_options *how, struct inuse_plans **ret_plans) INUSE_CHECK;

/** inuse_plans_count() - how many there are. */
size_t inuse_plans_count(const struct inuse_plans *plans);

/** inuse_plans_get() - one of them, NULL past the end. */
struct inuse_plan *inuse_plans_get(struct inuse_plans *plans, size_t index);

/** inuse_plans_free() - frees the plans and everything they gave out; NULL is fine. */
void inuse_plans_free(struct inuse_plans *plans);

/** inuse_plan_target() - what is to be freed: "127.0.0.1:8080/tcp". */
const char *inuse_plan_target(const struct inuse_plan *plan);

/** inuse_plan_end() - how it ended; while consent is asked for: INUSE_END_DECLINED. */
enum inuse_end inuse_plan_end(const struct inuse_plan *plan);

/** inuse_plan_headline() - the plan in one sentence. */
const char *inuse_plan_headline(const struct inuse_plan *plan);

/** inuse_plan_words() - why it ended so; NULL: there is nothing to add. */
const char *inuse_plan_words(const struct inuse_plan *plan);

/** inuse_plan_text() - the plan for people, before it is done; NULL: no memory. */
const char *inuse_plan_text(struct inuse_plan *plan);

/** inuse_plan_json() - the inuse.plan/1 document, as it stands now; NULL: no memory. */
const char *inuse_plan_json(struct inuse_plan *plan);

/** inuse_plan_step() - what is done, in this order; NULL past the end. */
const struct inuse_step *inuse_plan_step(struct inuse_plan *plan, size_t index);

/** inuse_plan_refusal() - why it is left alone; NULL past the end. Any: nothing at all is done. */
const struct inuse_refusal *inuse_plan_refusal(const struct inuse_plan *plan, size_t index);

/** inuse_plan_hint() - another way, one sentence; NULL past the end. */
const char *inuse_plan_hint(const struct inuse_plan *plan, size_t index);

/** inuse_step_kind() - INUSE_STEP_* of inuse/names.h: "terminate", "stop-unit" … */
const char *inuse_step_kind(const struct inuse_step *step);

/** inuse_step_what() - what it does, one sentence. */
const char *inuse_step_what(const struct inuse_step *step);

/** inuse_step_argument() - one word of the command that does the same; NULL past the end. */
const char *inuse_step_argument(const struct inuse_step *step, size_t index);

/** inuse_step_pid() - whom it is meant for; 0: not a process. */
int32_t inuse_step_pid(const struct inuse_step *step);

/** inuse_step_unit() - the systemd unit it is meant for; NULL: none. Foreign bytes. */
const char *inuse_step_unit(const struct inuse_step *step);

/** inuse_step_risk() - what it may destroy. */
enum inuse_risk inuse_step_risk(const struct inuse_step *step);

/** inuse_step_needs_root() - whether it takes more rights than the caller has. */
bool inuse_step_needs_root(const struct inuse_step *step);

/** inuse_step_serves() - what else the target has, "[::]:9090/tcp (listens)"; NULL past the end. */
const char *inuse_step_serves(const struct inuse_step *step, size_t index);

/** inuse_step_loss() - what is lost, or comes back, one sentence; NULL past the end. */
const char *inuse_step_loss(const struct inuse_step *step, size_t index);

/** inuse_step_result() - INUSE_RESULT_* of inuse/names.h: "not-yet", "done", "denied" … */
const char *inuse_step_result(const struct inuse_step *step);

/** inuse_step_detail() - why it went so; NULL: nothing to add. Foreign bytes. */
const char *inuse_step_detail(const struct inuse_step *step);

/** inuse_refusal_pid() - whom it is about; 0: not a process. */
int32_t inuse_refusal_pid(const struct inuse_refusal *refusal);

/** inuse_refusal_what() - what is left alone. */
const char *inuse_refusal_what(const struct inuse_refusal *refusal);

/** inuse_refusal_why() - the reason. */
const char *inuse_refusal_why(const struct inuse_refusal *refusal);

/** inuse_refusal_next() - what could be done instead; NULL: nothing. */
const char *inuse_refusal_next(const struct inuse_refusal *refusal);

#ifdef __cplusplus
}
#endif

#if defined(__GNUC__)
#pragma GCC visibility pop
#endif

#endif
