/* os/os.h - the seam: everything that looks at a system, and nothing that thinks about it */
#ifndef IU_OS_OS_H
#define IU_OS_OS_H

#include "base/text.h"
#include "knowledge/errors.h"
#include "model/name-tables.h"
#include "model/needs.h"
#include "model/plan.h"
#include "model/snapshot.h"
#include "model/tally.h"

/**
 * iu_os_collect() - looks at this machine and fills in what is wanted
 * @needs: which facts; borrowed
 * @snapshot: receives them. Called a second time it adds to what is there (holders, options).
 *
 * What may not be read becomes a gap in the snapshot, a process that vanishes meanwhile is no
 * error, and a fact's bit in snapshot->seen is set only when everything of it could be looked at.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_os_collect(const struct iu_needs *needs, struct iu_snapshot *snapshot);

/**
 * iu_os_watchdog() - from now on no look of this process takes longer than IU_LOOK_SECONDS
 * @expired: says so, on a thread of its own while the look still hangs; then the process exits with @code
 * @caught: whether a signal that stops the program came already
 *
 * For a program that does nothing else: without it a look may hang as long as the system lets it. While
 * one runs, its thread takes the signals that stop a program, so that they work whatever hangs.
 * Windows: nothing.
 */
#define IU_LOOK_SECONDS 10
void iu_os_watchdog(void (*expired)(void), int (*caught)(void), int code);

/* Where the sockets of a listing go that is too long to be kept. */
struct iu_portions {
	/*
	 * Takes what was seen so far; it is gone when this returns. @last: nothing comes after it.
	 * Returns: 0, or IU_E_* which ends the look.
	 */
	int (*take)(void *context, const struct iu_snapshot *snapshot, bool last);
	void *context;
	size_t most; /* sockets of one portion */
};

/**
 * iu_os_stream() - iu_os_collect() for the sockets of all ports, in memory that does not grow with them
 * @snapshot: receives the last portion
 *
 * What fits in one portion is the same as that of iu_os_collect(). Of more, each portion has the
 * holders of its own sockets, as one look at all descriptors has found them while the first portion
 * was read; a socket that changes meanwhile may come twice, in two portions.
 * Windows: everything is one portion. Returns: 0, IU_E_NOMEM, what @portions returned.
 */
int iu_os_stream(const struct iu_needs *needs, struct iu_snapshot *snapshot,
	const struct iu_portions *portions);

/**
 * iu_os_probe() - asks the kernel with a bind() of our own: no listen(), closed at once
 * @probe: what to bind; receives done and result. A socket that cannot be made leaves done false.
 *
 * Never called for UNIX paths. Whether asking can change anything is the engine's question
 * (iu_probes_wanted()), not this function's.
 */
void iu_os_probe(struct iu_probe *probe);

/** iu_os_names() - the system's name tables: services, hosts file, interfaces, users. Static. */
const struct iu_names *iu_os_names(void);

/**
 * iu_os_people() - accounts of people on this machine, and where they live
 * @users, @homes: receive them; accounts of the system and homes of several are left out
 * Returns: 0, IU_E_NOMEM.
 */
int iu_os_people(struct iu_arena *arena, struct iu_strings *users, struct iu_strings *homes);

/**
 * iu_os_netns_name() - what `ip netns` calls a network namespace; Linux
 * @inode: of the namespace
 * Returns: its name in @arena, as bytes; NULL: it has none, or the folder may not be read.
 */
const char *iu_os_netns_name(struct iu_arena *arena, uint64_t inode);

/** iu_os_interfaces() - adds the names of the network interfaces, the first 16: "lo, eth0". */
void iu_os_interfaces(struct iu_text *out);

/**
 * iu_os_find_program() - the file that --for PROGRAM means: a path, or looked up in PATH
 * Returns: 0, IU_E_NOENT.
 */
int iu_os_find_program(const char *program, struct iu_file_id *ret_file);

/**
 * iu_os_program_folder() - the folder of the file that --for PROGRAM means, or the one it names
 * @ret_is_folder: whether it names a folder
 * Returns: its path without links, in @arena; NULL: there is none, or no memory.
 */
const char *iu_os_program_folder(
	struct iu_arena *arena, const char *program, bool *ret_is_folder);

/**
 * iu_os_program_of() - the file that a process runs; of an interpreter the script
 * @pid: 0: our own
 * @ret_path: receives its path, in @arena
 * Returns: 0, IU_E_NOENT: an interpreter with no script to tell it by, IU_E_NOMEM, other IU_E_*.
 */
int iu_os_program_of(struct iu_arena *arena, int32_t pid, struct iu_file_id *ret_file,
	const char **ret_path);

/**
 * iu_os_asking_socket() - what a socket of our own process wants to bind, and with which options
 * @address: a struct sockaddr of @len bytes; NULL with 0 bytes: the one it is bound to (listen() has
 *	failed), with more: bind() was given none
 * @ret_question: everything but what the program itself says; strings live in @arena
 * Returns: 0; IU_E_INPUT: there is nothing to look for, *@ret_question has symptom.call alone;
 * IU_E_NOTSUP: one of another network namespace than ours; IU_E_NOMEM, IU_E_*.
 */
int iu_os_asking_socket(struct iu_arena *arena, int fd, const void *address, size_t len,
	struct iu_question *ret_question);

/** iu_os_is_sandboxed() - a filter of system calls may end this process for one that it does not know. */
bool iu_os_is_sandboxed(void);

/** iu_os_error_name() - "EADDRINUSE" for an errno of this system; "E…" numbers too. Static. */
const char *iu_os_error_name(int error);

/** iu_os_error_space() - whose numbers this system's socket calls give. */
enum iu_error_space iu_os_error_space(void);

/**
 * iu_os_error_text() - the system's own text of such a number: strerror(), FormatMessage()
 * Returns: 0, IU_E_NOENT: the system does not know the number. Nothing is added then.
 */
int iu_os_error_text(int error, struct iu_text *out);

/* ---- acting: everything that changes a system goes through iu_os_apply() ---- */

/**
 * iu_os_apply() - takes one step of a plan
 * @kill: TERMINATE only: send SIGKILL instead of SIGTERM
 * @ret_result: how it went; never left unwritten
 * @ret_handle: receives a descriptor that becomes readable when the process has ended, the
 *	caller's to iu_os_release(); -1: none
 *
 * What the step is meant for is looked at once more, under a handle that no other process can
 * inherit (pidfd), and left alone when anything of it has changed: start time, executable, the
 * hold on that very socket; device, inode and deadness of a socket file. Only then it acts.
 * IU_STEP_WAIT does nothing. Units and containers are waited for, as their managers do it.
 */
void iu_os_apply(const struct iu_step *step, bool kill, struct iu_step_result *ret_result,
	int *ret_handle);

/**
 * iu_os_undo() - gives services that were disabled by IU_STEP_DISABLE_SERVICE their start type back
 * @visit: called for each: its name, and how it went
 * Returns: how many there were, IU_E_NOTSUP: on this system none is ever disabled, IU_E_ACCESS: not
 * all could be restored, IU_E_NOMEM.
 */
int iu_os_undo(void (*visit)(void *context, const char *name, const struct iu_step_result *result),
	void *context);

/** iu_os_release() - closes a handle of iu_os_apply(); -1 is fine. */
void iu_os_release(int handle);

/**
 * iu_os_rules() - what must be left alone because it carries us, and what the user's file names
 * @on_behalf: another process that is carried, too; 0: none
 * @rules: ancestors, own unit and container, protected names and uids are added
 * @arena: owns them
 *
 * Files: /etc/inuse/protected and inuse/protected below $XDG_CONFIG_HOME or ~/.config: one name of
 * a program, unit or container or path of an executable a line; # begins a comment.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_os_rules(struct iu_arena *arena, int32_t on_behalf, struct iu_plan_rules *rules);

/**
 * iu_os_unit_facts() - what systemd says of a unit: Restart=, what triggers it
 * @facts: name, user and uid are read
 * Returns: 0, IU_E_NOTSUP: no systemd to ask, IU_E_AGAIN: it does not answer, IU_E_NOENT, IU_E_NOMEM.
 */
int iu_os_unit_facts(struct iu_arena *arena, struct iu_unit_facts *facts);

/**
 * iu_os_unit_listening() - the socket unit that listens on @socket
 * @unit: user and uid are read: whose systemd is asked; receives it, with the service it starts
 * Returns: 0, IU_E_NOENT, IU_E_NOTSUP: no systemd to ask, IU_E_AGAIN: it does not answer, IU_E_NOMEM.
 */
int iu_os_unit_listening(
	struct iu_arena *arena, const struct iu_socket *socket, struct iu_step_unit *unit);

/**
 * iu_os_errand() - does what this process was started for by another one of our own program
 * @argc, @argv: as main() got them
 * Only on Windows is it ever: what has to be done on another console.
 * Returns: whether it was; *@ret_code receives its exit code.
 */
bool iu_os_errand(int argc, char **argv, int *ret_code);

/* ---- waiting ---- */

struct iu_os_watch;

/** iu_os_watch_new() - watches nothing yet. Returns: 0, IU_E_NOMEM. */
int iu_os_watch_new(struct iu_os_watch **ret_watch);

/** iu_os_watch_process() - wakes when the process ends; one that is gone already wakes at once. */
void iu_os_watch_process(struct iu_os_watch *watch, int32_t pid);

/** iu_os_watch_handle() - the same for a handle of iu_os_apply(), which stays the caller's. */
void iu_os_watch_handle(struct iu_os_watch *watch, int handle);

/**
 * iu_os_watch_port() - wakes when the kernel frees a socket of the port, of either family; several
 *	ports may be watched
 *
 * Source: sock_diag's destroy groups (sock_diag_broadcast_destroy()), which need no privilege.
 * TIME-WAIT and the like end without such an event. Returns: whether the system tells.
 */
bool iu_os_watch_port(struct iu_os_watch *watch, enum iu_protocol protocol, uint16_t port);

/**
 * iu_os_watch_freed() - wakes when the kernel frees a TCP or UDP socket of any port; Linux
 * @freed: is told each, while somebody waits; the protocol of it is not known (TCP stands there).
 *	NULL for the socket: some were lost, look again
 * Returns: whether the system tells.
 */
bool iu_os_watch_freed(struct iu_os_watch *watch,
	void (*freed)(void *context, const struct iu_socket *socket), void *context);

/** iu_os_watch_input() - wakes as long as @fd is readable, or has hung up; two at most; Linux. */
void iu_os_watch_input(struct iu_os_watch *watch, int fd);

/** iu_os_watch_hung() - whether one of them has hung up: nothing comes any more. */
bool iu_os_watch_hung(const struct iu_os_watch *watch);

/** iu_os_watch_path() - wakes when something changes at a path of the file system. */
void iu_os_watch_path(struct iu_os_watch *watch, const char *path, size_t len);

/**
 * iu_os_watch_wait() - sleeps at most @ms
 * Returns: 1: something watched has changed, 0: the time is up, IU_E_AGAIN: a signal came.
 */
int iu_os_watch_wait(struct iu_os_watch *watch, unsigned int ms);

/*
 * One descriptor for a program that has an event loop of its own: readable when what is watched has
 * changed, or the time is up.
 */
struct iu_os_alarm;

/** iu_os_alarm_new() - is not readable yet. Returns: 0, IU_E_NOTSUP: not on this system, IU_E_*. */
int iu_os_alarm_new(struct iu_os_alarm **ret_alarm);

/** iu_os_alarm_fd() - the descriptor; it stays the same. */
int iu_os_alarm_fd(const struct iu_os_alarm *alarm);

/**
 * iu_os_alarm_set() - in @ms, or when @watch wakes; what was set before is forgotten
 * @watch: NULL: only the time. It may end before the alarm does.
 */
void iu_os_alarm_set(struct iu_os_alarm *alarm, struct iu_os_watch *watch, unsigned int ms);

/** iu_os_alarm_free() - closes the descriptor; NULL is fine. */
void iu_os_alarm_free(struct iu_os_alarm *alarm);

/** iu_os_watch_free() - NULL is fine. */
void iu_os_watch_free(struct iu_os_watch *watch);

/**
 * iu_os_socket_there() - whether exactly this socket still exists, asked without a walk; of a
 *	listener without cookie: whether any listens that takes connections to this address
 * Returns: 1, 0, IU_E_NOTSUP: not to be asked that way (UDP, UNIX, bound only), other IU_E_*.
 */
int iu_os_socket_there(const struct iu_socket *socket);

/** iu_os_now_ms() - milliseconds of a clock that is never set. */
int64_t iu_os_now_ms(void);

/** iu_os_random() - a number that another process started at the same time does not get, too. */
uint32_t iu_os_random(void);

/* ---- a live view; Linux ---- */

/**
 * iu_os_tally() - counts what TCP sockets have a peer, or are in TIME-WAIT
 * @tally: is cleared first. One message of the kernel for each; none is kept
 * Returns: 0, IU_E_*: what was counted so far may lack some.
 */
int iu_os_tally(struct iu_tally *tally);

/**
 * iu_os_socket_count() - how many sockets of any kind this network namespace has; one small file
 * Returns: that, -1: not known.
 */
int64_t iu_os_socket_count(void);

/** iu_os_spent_us() - the time that processors have worked for this process. */
int64_t iu_os_spent_us(void);

/* A thread that runs the same function again and again, whenever it is told to. */
struct iu_os_worker;

/** iu_os_worker_new() - waits to be told. Signals never reach it. Returns: 0, IU_E_*. */
int iu_os_worker_new(void (*run)(void *context), void *context, struct iu_os_worker **ret_worker);

/** iu_os_worker_fd() - readable when a round is over. */
int iu_os_worker_fd(const struct iu_os_worker *worker);

/** iu_os_worker_start() - begins a round; what @context points to is the worker's until it is over. False: one runs. */
bool iu_os_worker_start(struct iu_os_worker *worker);

/** iu_os_worker_is_busy() - whether a round was begun, and its end was not taken note of. */
bool iu_os_worker_is_busy(const struct iu_os_worker *worker);

/** iu_os_worker_done() - takes note of the end of a round. Returns: false: none has ended. */
bool iu_os_worker_done(struct iu_os_worker *worker);

/**
 * iu_os_worker_free() - ends the thread; NULL is fine
 * Returns: false: a round still runs, and everything stays as it is.
 */
bool iu_os_worker_free(struct iu_os_worker *worker);

/**
 * iu_os_terminal_guard() - from now on the terminal is given back however this process ends
 * @restore: bytes that undo what was done to its screen, 255 at most
 *
 * Before its modes are changed. Crashes do it and end as they would have; Ctrl-C, SIGTERM, SIGHUP and
 * SIGQUIT are noted, and the second of them ends the process, too.
 */
void iu_os_terminal_guard(const char *restore, size_t len);

/** iu_os_terminal_given_back() - somebody else has done it. */
void iu_os_terminal_given_back(void);

/** iu_os_terminal_signal() - the number of the signal that was noted, 0: none. */
int iu_os_terminal_signal(void);

/* ---- holding a port for somebody ---- */

/**
 * iu_os_reserve() - binds and keeps a socket
 * @probe: what to bind; result is written. Without its reuse options no other program has it.
 * @used: whoever gets it serves this very socket: TCP listens already, and nobody gets in beside
 *	it; else it is bound only, and a program that sets SO_REUSEADDR can bind the port, too
 * @ret_fd: receives the descriptor; not inherited yet
 * Returns: 0, or IU_E_*; the errno is in probe->result.
 */
int iu_os_reserve(struct iu_probe *probe, bool used, int *ret_fd);

/** iu_os_service_port() - whether the services database gives the port to somebody. */
bool iu_os_service_port(uint16_t port, enum iu_protocol protocol);

/* ---- what a message speaks of without naming it ---- */

/**
 * iu_os_unit_listens() - the targets that the files of a socket unit say it listens on
 * @unit: "web.socket", "web@1.socket"
 * @visit: < 0 ends it
 * Returns: 0, < 0 as @visit returned, IU_E_NOENT: there is no such unit, IU_E_INPUT, IU_E_NOTSUP.
 */
int iu_os_unit_listens(
	const char *unit, int (*visit)(void *context, const char *target), void *context);

/**
 * iu_os_enabled_units() - the units that the system's manager starts with the machine, some of them twice
 * @visit: "web.socket", as the file is called; < 0 ends it
 * Returns: 0, < 0 as @visit returned, IU_E_NOTSUP.
 */
int iu_os_enabled_units(int (*visit)(void *context, const char *unit), void *context);

/**
 * iu_os_idle_ports() - the ports that interfaces will want when they are brought up (VXLAN, Geneve, WireGuard)
 * @visit: the name lives for the call; < 0 ends it
 * Returns: 0, < 0 as @visit returned, IU_E_NOTSUP, IU_E_*.
 */
int iu_os_idle_ports(
	int (*visit)(void *context, const struct iu_kernel_use *use), void *context);

#endif
