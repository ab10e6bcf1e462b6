/* run/linux/policy.h - what becomes of a call that waits: the decisions, without looking at anything */
#ifndef IU_RUN_LINUX_POLICY_H
#define IU_RUN_LINUX_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "run/linux/call.h"
#include "run/run.h"

enum iu_run_way {
	IU_RUN_LET,     /* the kernel does it; nothing is said */
	IU_RUN_PERFORM, /* we do it on the duplicate: the result is known, and it is the kernel's */
	IU_RUN_TRY,     /* we try a look-alike, then the kernel does it */
	IU_RUN_LOOK,    /* a path: we look whether something is there, then the kernel does it */
	IU_RUN_HELPER,  /* something slow has to be found out first: a process of its own */
};

/* What is known of a call. */
struct iu_run_facts {
	enum iu_run_kind kind;
	enum iu_run_policy policy;
	enum iu_run_name_kind name; /* of bind() */
	bool inet;        /* the socket is TCP or UDP over IP */
	bool tcp;
	bool equal;       /* the thread may do exactly what we may */
	bool domain;      /* somebody of the command has taken a Landlock domain: it is not visible whose */
	bool privileged;  /* the port needs a right */
	bool shared;      /* the socket sets SO_REUSEADDR or SO_REUSEPORT */
	bool moved;       /* --next has given this port another number already */
};

/** iu_run_choose() - the way of one call. */
enum iu_run_way iu_run_choose(const struct iu_run_facts *facts);

/** iu_run_may_perform() - whether a call may be done by us when the user asked for help (a policy). */
bool iu_run_may_perform(const struct iu_run_facts *facts);

/** iu_run_explains() - whether a failure with this errno has a cause that can be told. */
bool iu_run_explains(int error);

/** iu_run_waits() - whether waiting can end a failure with this errno. */
bool iu_run_waits(int error);

/*
 * What was said already, in memory that helpers share. Open addressing; a full table says nothing
 * more.
 */
#define IU_RUN_SAID_SLOTS 256

#define IU_RUN_HELD_MAX 64

struct iu_run_said {
	uint64_t held[IU_RUN_HELD_MAX]; /* calls in the hands of helpers; 0: none */
	uint64_t key[IU_RUN_SAID_SLOTS]; /* 0: free */
	int64_t value[IU_RUN_SAID_SLOTS];
};

/** iu_run_said_claim() - true for the one who comes first with @key. Safe between processes. */
bool iu_run_said_claim(struct iu_run_said *said, uint64_t key);

/** iu_run_said_has() - whether @key was claimed. */
bool iu_run_said_has(const struct iu_run_said *said, uint64_t key);

/** iu_run_said_put() - remembers a number with @key; iu_run_said_get() finds it, 0: none. */
void iu_run_said_put(struct iu_run_said *said, uint64_t key, int64_t value);
int64_t iu_run_said_get(const struct iu_run_said *said, uint64_t key);

/** iu_run_told_key() - the keys of the explanations, the @n-th from 0. */
uint64_t iu_run_told_key(uint32_t n);

/** iu_run_key() - a number of 64 bits for @len bytes, never 0; @seed: chains several. */
uint64_t iu_run_key(uint64_t seed, const void *bytes, size_t len);

/** iu_run_moved_key() - the key of the number that --next gave in place of @port. */
uint64_t iu_run_moved_key(enum iu_protocol protocol, uint16_t port);

#endif
