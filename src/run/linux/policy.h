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
	IU_RUN_WORKER,  /* something slow has to be found out first: a process of its own */
};

/* What is known of a call. */
struct iu_run_facts {
	enum iu_run_kind kind;
	enum iu_run_policy policy;
	enum iu_run_name_kind name; /* of bind() */
	bool inet;        /* the socket is TCP or UDP over IP */
	bool tcp;
	bool plain;       /* it is of another protocol, to which it makes no difference who calls */
	bool unix_socket;
	bool equal;       /* the thread may do exactly what we may */
	bool domain;      /* somebody of the command has taken a Landlock domain: it is not visible whose */
	bool privileged;  /* the port needs a right */
	bool shared;      /* the socket sets SO_REUSEADDR or SO_REUSEPORT */
	bool moved;       /* --next has given this port another number already */
};

/** iu_run_policy_choose() - the way of one call. */
enum iu_run_way iu_run_policy_choose(const struct iu_run_facts *facts);

/** iu_run_policy_may_perform() - whether a call may be done by us when the user asked for help (a policy). */
bool iu_run_policy_may_perform(const struct iu_run_facts *facts);

/** iu_run_policy_looks_after() - whether the kernel may refuse what nothing shows before. */
bool iu_run_policy_looks_after(const struct iu_run_facts *facts);

/** iu_run_policy_explains() - whether a failure with this errno has a cause that can be told. */
bool iu_run_policy_explains(int error);

/** iu_run_policy_waits() - whether waiting can end a failure with this errno. */
bool iu_run_policy_waits(int error);

#endif
