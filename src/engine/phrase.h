/* engine/phrase.h - the turns of phrase that sentences about sockets and processes share */
#ifndef IU_ENGINE_PHRASE_H
#define IU_ENGINE_PHRASE_H

#include "model/snapshot.h"
#include "model/question.h"
#include "model/verdict.h"

/* So wide may a name, a path or a command line of others get inside a sentence. */
#define IU_NAME_COLUMNS    40
#define IU_PATH_COLUMNS    120
#define IU_COMMAND_COLUMNS 1000
/* Arguments of a command line that are looked at. */
#define IU_COMMAND_ARGUMENTS 32

/*
 * All of these return escaped text in @arena, or "?" when out of memory (arena->failed is set,
 * so that the caller may test once).
 */

/** iu_phrase() - printf into the arena; foreign text must have gone through iu_safe(). */
const char *iu_phrase(struct iu_arena *arena, const char *format, ...) IU_PRINTF(2, 3);

/** iu_phrase_safe() - text of others, escaped, so many columns at most */
const char *iu_phrase_safe(struct iu_arena *arena, const char *foreign, size_t columns);

/** iu_phrase_process() - "python3 (pid 4242)". */
const char *iu_phrase_process(struct iu_arena *arena, const struct iu_process *process);

/** iu_phrase_container() - "shop (90dd90e1d955)"; ids as long as engines make them are shortened. */
const char *iu_phrase_container(struct iu_arena *arena, const char *id, const char *name);

/** iu_phrase_pid() - the same for a pid of the snapshot; "pid 4242" where nothing is known. */
const char *iu_phrase_pid(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, int32_t pid);

/** iu_phrase_holders() - "python3 (pid 4242)", "nginx (pid 7) and 3 more"; NULL: none known. */
const char *iu_phrase_holders(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *blocker);

/** iu_phrase_listener() - the same for brackets: "node 4242"; NULL: none known. */
const char *iu_phrase_listener(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *blocker);

/** iu_phrase_command() - the command line, quoted; its name where there is none. */
const char *iu_phrase_command(struct iu_arena *arena, const struct iu_process *process);

/** iu_phrase_short_command() - the same as its user typed it: without the program's folder. */
const char *iu_phrase_short_command(struct iu_arena *arena, const struct iu_process *process);

/** iu_phrase_shell() - an argument vector quoted for a POSIX shell, harmless on a terminal. */
const char *iu_phrase_shell(struct iu_arena *arena, const char *const *argv, size_t n);

/** iu_phrase_abstract() - "@name", as it can be asked for, NUL bytes too. */
const char *iu_phrase_abstract(struct iu_arena *arena, const char *name, size_t len);

/** iu_phrase_endpoint() - "127.0.0.1:80", "[::]:80", the path, "@name". */
const char *iu_phrase_endpoint(struct iu_arena *arena, const struct iu_socket *s);

/** iu_phrase_where() - "all addresses (IPv4 and IPv6)" of a wildcard, else iu_phrase_endpoint(). */
const char *iu_phrase_where(struct iu_arena *arena, const struct iu_socket *s);

/** iu_phrase_target() - the shortest way to write what was asked: "8080" for "8080/tcp". */
const char *iu_phrase_target(struct iu_arena *arena, const struct iu_question *question);

/** iu_phrase_many() - whether more than one process holds it, for verbs. */
bool iu_phrase_many(const struct iu_snapshot *snapshot, const struct iu_blocker *blocker);

/** iu_phrase_state() - "listens on", or of many "listen on". Static. */
const char *iu_phrase_state(const struct iu_socket *s, bool many);

/** iu_phrase_kernel_use() - the part of the kernel that says it uses the socket's port, or NULL. */
const struct iu_kernel_use *iu_phrase_kernel_use(
	const struct iu_snapshot *snapshot, const struct iu_socket *s);

/** iu_phrase_kernel_user() - "the VXLAN interface vxlan0". */
const char *iu_phrase_kernel_user(struct iu_arena *arena, const struct iu_kernel_use *use);

/** iu_phrase_user() - "alice", "uid 1000", "an unknown user". */
const char *iu_phrase_user(struct iu_arena *arena, const char *user, bool known, uint32_t uid);

/** iu_phrase_time() - "2026-01-02 03:04:05 UTC", "2026-01-02 05:04:05 +0200"; @clock: seconds ahead of UTC */
const char *iu_phrase_time(struct iu_arena *arena, int64_t seconds, int32_t clock);

/** iu_phrase_span() - "2 h", "3 days", "41 s". */
const char *iu_phrase_span(struct iu_arena *arena, int64_t seconds);

/** iu_phrase_errno() - "EADDRINUSE" for the numbers bind() gives; NULL for others. Static. */
const char *iu_phrase_errno(int error);

/** iu_strings_add() - appends one string; a NULL text (out of memory) adds nothing. */
void iu_strings_add(struct iu_arena *arena, struct iu_strings *strings, const char *text);

/**
 * iu_phrase_asked() - the words of a command line that ask the same again: options, then the target
 */
void iu_phrase_asked(
	struct iu_arena *arena, const struct iu_question *question, struct iu_strings *words);

/** iu_phrase_there() - the words that have a command act in the network namespace asked about, if any. */
void iu_phrase_there(
	struct iu_arena *arena, const struct iu_question *question, struct iu_strings *words);

/** iu_phrase_free_line() - "inuse free " with those words before it, for a shell. */
const char *iu_phrase_free_line(struct iu_arena *arena, const struct iu_question *question);

/** iu_phrase_asked_line() - the same as one text, quoted for a shell. */
const char *iu_phrase_asked_line(struct iu_arena *arena, const struct iu_question *question);

#endif
