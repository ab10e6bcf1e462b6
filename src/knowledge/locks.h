/* knowledge/locks.h - files with a process id that programs read before they bind anything */
#ifndef IU_KNOWLEDGE_LOCKS_H
#define IU_KNOWLEDGE_LOCKS_H

#include <stdbool.h>
#include <stddef.h>

#define IU_LOCK_PROGRAMS 8

struct iu_lock_row {
	const char *begins, *ends; /* of the file's name */
	const char *title;	   /* "an X display" */
	/* How names of the programs begin that write it; none: anybody. */
	const char *programs[IU_LOCK_PROGRAMS];
};

/** iu_lock_row() - what kind of lock a path is by its name; NULL: none. Static. */
const struct iu_lock_row *iu_lock_row(const char *path, size_t len);

/** iu_lock_is_program() - whether a program of that name, or of that file, writes such locks. */
bool iu_lock_is_program(const struct iu_lock_row *row, const char *name, const char *exe);

/**
 * iu_lock_beside() - the lock that a server keeps beside its socket, or of a lock the socket
 * @text: receives the path, NUL-terminated
 * Returns: false: none is kept, or there is no room.
 */
bool iu_lock_beside(const char *path, size_t len, char *text, size_t size);

#endif
