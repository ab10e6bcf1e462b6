/* run/linux/case.h - one call of a command that waits, and whom it is answered by */
#ifndef IU_RUN_LINUX_CASE_H
#define IU_RUN_LINUX_CASE_H

#include "run/linux/credentials.h"
#include "run/linux/filter.h"
#include "run/linux/policy.h"
#include "run/linux/socket.h"
#include "run/linux/task.h"
#include "run/linux/told.h"
#include "run/run.h"

struct iu_run_supervisor {
	const struct iu_run *run;
	struct iu_run_notices *notices; /* NULL: preloaded libraries ask, not the kernel */
	struct iu_run_table table;
	struct iu_run_credentials ours;
	int32_t command;         /* its pid */
	int command_handle;      /* its pidfd; -1: it has ended */
	bool command_ended;
	bool domain, ring;       /* a Landlock domain, an io_uring was made by somebody of the command */
	int32_t unprivileged;    /* the first port that needs no right */
	struct iu_run_told *told; /* shared with the workers */
};

/* One call that waits, with everything read of it. */
struct iu_run_case {
	struct iu_run_notice notice;
	int reply;         /* a preloaded library waits there; -1: the kernel does */
	struct iu_run_call call;
	struct iu_run_credentials credentials;
	unsigned char bytes[IU_RUN_NAME_MAX]; /* the socket address, copied once */
	struct iu_run_name name;
	struct iu_run_facts facts;
	int handle;        /* pidfd of its process; borrowed */
	int socket;        /* a duplicate; -1: none */
	struct iu_run_socket sock;
	int error;         /* what the kernel said; -1: not asked yet */
	bool blind;        /* its memory may not be read */
	bool after;        /* the kernel does it when the worker says so: whether it did is to be seen */
	int signal;        /* after: it was on its way when the thread was stopped; 0: none */
	char comm[24];     /* after: whose it was */
};

/**
 * iu_run_case_answer() - the call is @done, or is left to the kernel
 * Our duplicate is closed before: with it the port would stay taken for a moment after the program
 * has closed its own.
 * Returns: 0, IU_E_GONE, IU_E_SYSTEM.
 */
int iu_run_case_answer(const struct iu_run_supervisor *s, struct iu_run_case *c, bool done);

/** iu_run_case_waits() - whether somebody waits for the answer. */
bool iu_run_case_waits(const struct iu_run_supervisor *s, const struct iu_run_case *c);

/**
 * iu_run_case_lost_key() - of a bind() that may be done while its answer comes too late: a signal ended it
 * Then the program asks again, and must hear that it is done. 0: none.
 */
uint64_t iu_run_case_lost_key(const struct iu_run_case *c);

#endif
