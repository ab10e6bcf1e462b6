/*
 * inuse.h - why does bind() fail, who is in the way, which cause is it, what helps
 *
 * The library behind the program `inuse`. It looks, it never changes anything, never prints and
 * never ends the process. Link with -linuse (pkg-config inuse).
 *
 *	struct inuse_answers *answers;
 *
 *	if (bind(fd, …) < 0 && errno == EADDRINUSE && inuse_why("8080", NULL, &answers) > 0) {
 *		fprintf(stderr, "%s\n", inuse_answer_headline(answers, 0));
 *		inuse_answers_free(answers);
 *	}
 *
 * Functions are safe to call from several threads at once; one answer belongs to one thread.
 */
#ifndef INUSE_INUSE_H
#define INUSE_INUSE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a target would get. The values are stable. */
enum inuse_status {
	INUSE_FREE = 0,        /* bind() and listen() would work */
	INUSE_IN_USE = 1,      /* EADDRINUSE, 10048 */
	INUSE_DENIED = 2,      /* EACCES, EPERM, 10013 */
	INUSE_UNAVAILABLE = 3, /* EADDRNOTAVAIL, 10049 */
	INUSE_UNKNOWN = 4,     /* could not tell; the headline says why */
};

/* Errors: negative results of inuse_why(). The values are stable. */
#define INUSE_ERROR_NOMEM  (-1)  /* out of memory */
#define INUSE_ERROR_TARGET (-2)  /* the target cannot be read; see inuse_complaint() */
#define INUSE_ERROR_SYSTEM (-11) /* the system refused everything */

/* What the asking socket sets before bind(). Zeroes are what a plain socket has. */
struct inuse_options {
	size_t size;      /* sizeof(struct inuse_options): later versions add fields at the end */
	bool reuseaddr;   /* SO_REUSEADDR */
	bool reuseport;   /* SO_REUSEPORT */
	bool v6only;      /* IPV6_V6ONLY; false: the system's default */
	bool no_probe;    /* never ask the kernel with a bind() of our own */
};

struct inuse_answers; /* one for each port, protocol and address that the target names */

/** inuse_version() - "0.1.0". Static. */
const char *inuse_version(void);

/**
 * inuse_why() - would bind() and listen() fail, and why
 * @target: as the program takes it: "8080", "127.0.0.1:8080", "53/udp", "/run/app.sock", …
 * @options: NULL: a plain socket
 * @ret_answers: receives the answers, to be freed with inuse_answers_free(). On
 *	INUSE_ERROR_TARGET it receives an empty list that only carries inuse_complaint().
 *	On other errors it is left alone.
 *
 * Returns: how many answers there are (at least 1), or INUSE_ERROR_*.
 */
int inuse_why(const char *target, const struct inuse_options *options,
	struct inuse_answers **ret_answers);

/** inuse_complaint() - what is wrong with the target, one line; NULL when nothing is. */
const char *inuse_complaint(const struct inuse_answers *answers);

/** inuse_answer_status() - the verdict; INUSE_UNKNOWN for an index out of range. */
enum inuse_status inuse_answer_status(const struct inuse_answers *answers, size_t index);

/** inuse_answer_errno() - the errno that bind() or listen() would set; 0: none or not known. */
int inuse_answer_errno(const struct inuse_answers *answers, size_t index);

/**
 * inuse_answer_cause(), inuse_answer_headline(), inuse_answer_text(), inuse_answer_json()
 *
 * The name of the cause ("time-wait"; NULL when free), one sentence, the whole explanation as
 * plain text, and the inuse.why/1 document. Owned by the answers; NULL for an index out of range.
 * Foreign text (names of processes, paths) is escaped: all four may be printed to a terminal.
 */
const char *inuse_answer_cause(const struct inuse_answers *answers, size_t index);
const char *inuse_answer_headline(const struct inuse_answers *answers, size_t index);
const char *inuse_answer_text(const struct inuse_answers *answers, size_t index);
const char *inuse_answer_json(const struct inuse_answers *answers, size_t index);

/** inuse_answers_free() - frees the answers and every string they gave out; NULL is fine. */
void inuse_answers_free(struct inuse_answers *answers);

#ifdef __cplusplus
}
#endif

#endif
