/* run/linux/supervise.h - the process that answers for the calls of a command, and one call at its hands */
#ifndef IU_RUN_LINUX_SUPERVISE_H
#define IU_RUN_LINUX_SUPERVISE_H

#include "run/linux/policy.h"
#include "run/linux/credentials.h"
#include "run/linux/filter.h"
#include "run/run.h"
#include "run/linux/socket.h"
#include "run/linux/task.h"
#include "run/linux/told.h"

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

/** iu_run_supervise() - answers until nobody is left who could ask. Ends the process. */
_Noreturn void iu_run_supervise(const struct iu_run *run, const struct iu_run_table *table,
	int control, int32_t command);

/** iu_run_worker() - in a process of its own: finds out, helps, tells, answers the notice. */
void iu_run_worker(const struct iu_run_supervisor *s, struct iu_run_case *c);

/**
 * iu_run_answer() - the call is @done, or is left to the kernel
 * Our duplicate is closed before: with it the port would stay taken for a moment after the program
 * has closed its own.
 * Returns: 0, IU_E_GONE, IU_E_SYSTEM.
 */
int iu_run_answer(const struct iu_run_supervisor *s, struct iu_run_case *c, bool done);

/** iu_run_still_waits() - whether somebody waits for the answer. */
bool iu_run_still_waits(const struct iu_run_supervisor *s, const struct iu_run_case *c);

/**
 * iu_run_lost_key() - of a bind() that may be done while its answer comes too late: a signal ended it
 * Then the program asks again, and must hear that it is done. 0: none.
 */
uint64_t iu_run_lost_key(const struct iu_run_case *c);

/** iu_run_perform() - bind() or listen() on the duplicate. Returns: 0 or an errno. */
int iu_run_perform(const struct iu_run_case *c);

/** iu_run_try() - the same with a socket alike, closed at once. Returns: 0, an errno, -1: not tried. */
int iu_run_try(const struct iu_run_case *c);

/** iu_run_look() - what a path, or a UNIX socket itself, shows before the call. Returns: 0 or an errno. */
int iu_run_look(const struct iu_run_case *c);

/** iu_run_tell_port() - writes the port a socket was bound to where the user wants it. */
void iu_run_tell_port(const struct iu_run *run, int socket, uint16_t port);

/** iu_run_worker_is_muted() - this very failure was looked at a moment ago: a program that tries again. */
bool iu_run_worker_is_muted(const struct iu_run_supervisor *s, const struct iu_run_case *c);

/** iu_run_question_allowed() - whether who asks by a library belongs to the command, or is of our user. */
bool iu_run_question_allowed(const struct iu_run_supervisor *s, const struct iu_run_case *c);

/** iu_run_exit_note() - the command has ended: what was not seen of it, where that matters. */
void iu_run_exit_note(struct iu_run_supervisor *s);

#endif
