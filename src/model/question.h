/* model/question.h - what somebody wants to bind, with which options */
#ifndef IU_MODEL_QUESTION_H
#define IU_MODEL_QUESTION_H

#include "base/arena.h"
#include "model/address.h"
#include "model/socket.h"

/* sun_path on Linux: 108 bytes, with or without the final NUL. */
#define IU_UNIX_PATH_MAX 108

struct iu_budget;

enum iu_probe_mode { IU_PROBE_AUTO, IU_PROBE_ALWAYS, IU_PROBE_NEVER };

/* What the asking socket sets before bind(). */
struct iu_options {
	bool reuseaddr, reuseport;
	bool exclusive;        /* SO_EXCLUSIVEADDRUSE, Windows only */
	bool nonlocal;         /* IP_FREEBIND, IP_TRANSPARENT: an address need not be there */
	enum iu_tri v6only;    /* IU_UNKNOWN: the system's default (net.ipv6.bindv6only) */
	const char *device;    /* SO_BINDTODEVICE, NULL: none */
	uint32_t ifindex;      /* its index, 0: none */
	bool uid_given;        /* --user: ask as somebody else */
	uint32_t uid;
};

/* Which call it was that failed. */
enum iu_call {
	IU_CALL_NONE, /* not told: bind() */
	IU_CALL_BIND, /* bind() or listen() */
	IU_CALL_REMOTE, /* the same of another machine: ssh -R */
	IU_CALL_CONNECT,
	IU_CALL_ACCEPT,
	IU_CALL_SEND,
	IU_CALLS
};

/* What was given to bind() or listen(): many failures have their whole reason there. Zeroes: not known. */
struct iu_call_facts {
	bool given;
	bool alone;     /* nothing else is known: there is no socket or address that could be looked for */
	bool closed;    /* the descriptor is not open */
	bool no_socket; /* it is something else */
	bool null;      /* no address was given */
	bool too_short, too_long; /* the length, for the family of the address */
	bool connected; /* the socket is */
	bool bound;     /* it has an address already */
	bool stream;    /* of a type that can listen */
	bool mapped_v6only; /* an IPv4-mapped address, and IPV6_V6ONLY is set */
	bool own_policy;    /* a policy that the program gave itself (Landlock) may refuse */
	enum iu_family socket, address; /* IU_FAMILY_ANY: none of those known here, or not looked at */
};

/* What the asker was told already. Zeroes: nobody has tried yet. */
struct iu_symptom {
	/*
	 * Read out of a message: the error it names (enum iu_error_id, 0: none), the system it is from
	 * (enum iu_error_system; IU_ERROR_ANY where the words do not tell), and both in words:
	 * "EADDRINUSE (98, Linux)". All of them only where it is given.
	 */
	struct {
		bool given;
		bool engine_list; /* it speaks of a container engine's own list of ports */
		const char *book; /* it speaks of a list that is not this machine's: a row of knowledge/books.h */
		int error, system;
		const char *text;
		enum iu_call call;
		const char *host;   /* a name that nobody here knows; NULL: none */
		const char *note;   /* what of the message was not taken as it stands; NULL: nothing */
		const char *source; /* connect(): the address it was made from; NULL: not told */
		int32_t pid;        /* of the program that wrote this line of a log; 0: not told */
		bool windows_likely; /* the words are a runtime's, of Windows where no right is missing */
	} from_message;
	/* The number that a message or a wrapped program was told, of the system in question. */
	int from_capture; /* errno or WSA number; 0: not known */
	/* bind() or listen() has failed just now, and needs no second asking. */
	int from_call; /* errno; 0: no */
	bool listen;   /* it was listen() */
	struct iu_call_facts call;
	bool connects; /* it was connect() that failed */
};

/* Who asks. */
struct iu_asker {
	bool by_self; /* the process that looks is the one that asks (libinuse) */
	/* Its socket, which is not in its own way (0: none); whether it has an address already. */
	uint64_t inode;
	bool bound;
	/* Whether it may bind ports below the unprivileged range, where its error proves that. */
	enum iu_tri low_ports;
	/* --for PROGRAM: the file that wants the port; known when it was found. */
	const char *program;
	bool program_known;
	uint64_t program_dev, program_ino;
	/* The folder of that file, or the one that --for named itself; NULL: not known. */
	const char *folder;
	bool folder_only;
	/* Where it runs (`run`): a holder must run the file in the same directory; NULL: any. */
	const char *directory;
	/*
	 * The process that asks, where that is not the one that looks (`run`), and its ancestors up to
	 * the command that all of them belong to.
	 */
	const int32_t *line;
	size_t count;
	/*
	 * `run`: the process in whose root directory and mount namespace paths are looked up, and the
	 * one whose network namespace is looked at; 0: they are those of the one who looks.
	 */
	int32_t root_pid, netns_pid;
	/* `run`: why a file's capabilities would not count for it, and whether its file has some. */
	bool rights_known;
	enum iu_tri no_new_privs, net_bind_dropped, program_has_cap;
	const char *exe; /* the file of that process itself, an interpreter's too; NULL: not known */
	/* A variable by which whoever starts it hands the port down to every program ("NODE_OPTIONS"); NULL: none. */
	const char *variable;
	const char *home, *here; /* of who reads the answer: "~", "in this directory"; NULL: not told */
	int32_t clock;           /* seconds that the clock of who reads is ahead of UTC */
	uint32_t handed; /* sockets that it was started with, from descriptor 3 on (LISTEN_FDS) */
};

/*
 * One question, one answer. Family IU_FAMILY_ANY (a port without an address) means both wildcards,
 * 0.0.0.0 and [::]; the answer is the worse one. Borrowed strings live in the arena of whoever
 * made the question (iu_target_questions()).
 */
struct iu_question {
	struct {
		const char *text; /* in canonical form: "127.0.0.1:8080/tcp", "/run/app.sock" */
		enum iu_protocol protocol;
		enum iu_family family;
		struct iu_address address;
		uint16_t port;    /* 0: "any free port" */
		const char *path; /* UNIX: bytes of the path or abstract name (without its NUL) */
		size_t path_len;
		bool abstract;
		enum iu_unix_type unix_type; /* IU_UNIX_UNKNOWN: not told, mostly a stream */
		bool one_of_many; /* the target named several ports: people want one line of each */
		const char *other; /* of no protocol above: "sctp", "vsock"; NULL. Static. */
	} target;
	struct iu_options options;
	struct iu_asker asker;
	struct iu_symptom symptom;
	struct {
		enum iu_probe_mode probe;
		bool every; /* each socket by itself, of thousands too, and who starts its holders: it may be acted upon */
		bool first; /* the first listener and its first holder are enough */
		bool plain, leaves_nothing; /* as in struct iu_needs */
		bool around; /* also what takes the port away from whoever binds it (IU_FACT_AROUND) */
		struct iu_budget *budget;   /* the same; one for all questions of a look */
	} how;
};

struct iu_questions {
	struct iu_question *v;
	size_t n, cap;
};

/** iu_question_call_name() - "connect"; NULL for IU_CALL_NONE. Static. */
const char *iu_question_call_name(enum iu_call call);

#endif
