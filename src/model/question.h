/* model/question.h - what somebody wants to bind, with which options */
#ifndef IU_MODEL_QUESTION_H
#define IU_MODEL_QUESTION_H

#include "base/arena.h"
#include "model/address.h"

/* sun_path on Linux: 108 bytes, with or without the final NUL. */
#define IU_UNIX_PATH_MAX 108

enum iu_probe_mode { IU_PROBE_AUTO, IU_PROBE_ALWAYS, IU_PROBE_NEVER };

/* What the asking socket sets before bind(). */
struct iu_options {
	bool reuseaddr, reuseport;
	bool exclusive;        /* SO_EXCLUSIVEADDRUSE, Windows only */
	enum iu_tri v6only;    /* IU_UNKNOWN: the system's default (net.ipv6.bindv6only) */
	const char *device;    /* SO_BINDTODEVICE, NULL: none */
	uint32_t ifindex;      /* its index, 0: none */
	bool uid_given;        /* --user: ask as somebody else */
	uint32_t uid;
};

/*
 * One question, one answer. Family IU_FAMILY_ANY (a port without an address) means both wildcards,
 * 0.0.0.0 and [::]; the answer is the worse one. Borrowed strings live in the arena of whoever
 * made the question (iu_target_questions()).
 */
struct iu_question {
	const char *text; /* the target in canonical form: "127.0.0.1:8080/tcp", "/run/app.sock" */
	enum iu_protocol protocol;
	enum iu_family family;
	struct iu_address address;
	uint16_t port;     /* 0: "any free port" */
	const char *path;  /* UNIX: the bytes of the path or of the abstract name (without its NUL) */
	size_t path_len;
	bool abstract;
	struct iu_options options;
	enum iu_probe_mode probe;
	/*
	 * What the one who asks was told already, as its message says: an errno or a WSA number of the
	 * system in question; 0: not known. And whether it was connect() that failed.
	 */
	int reported_error;
	bool connects;
	/*
	 * Read out of a message: the error it names (enum iu_error_id, 0: none), the system it is from
	 * (enum iu_error_system; IU_ERROR_ANY where the words do not tell), and both in words:
	 * "EADDRINUSE (98, Linux)". All of them only where of_message is set.
	 */
	bool of_message;
	int said_error, said_system;
	const char *said;
	bool every;   /* each socket is wanted by itself, of thousands too: it may be acted upon */
	bool first;   /* the first listener and its first holder are enough */
	bool by_self; /* the process that looks is the one that asks (libinuse) */
	/*
	 * A socket whose bind() or listen() has failed just now: it is not in its own way, and what
	 * the kernel said to it needs no second asking. Zeroes: nobody has tried yet.
	 */
	uint64_t asking_inode;
	int seen_error;
	bool seen_listen, already_bound; /* listen() failed; the socket has an address already */
	/* --for PROGRAM: the file that wants the port; known when it was found. */
	const char *program;
	bool program_known;
	uint64_t program_dev, program_ino;
	/* Where the asker runs (`run`): a holder must run the file in the same directory; NULL: any. */
	const char *program_directory;
	/*
	 * The process that asks, where that is not the one that looks (`run`), and its ancestors up to
	 * the command that all of them belong to.
	 */
	const int32_t *asker_line;
	size_t asker_count;
};

struct iu_questions {
	struct iu_question *v;
	size_t n, cap;
};

#endif
