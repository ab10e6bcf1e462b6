/* os/windows/holders/socket-handles.h - who has handles to sockets, and what those sockets are */
#ifndef IU_OS_WINDOWS_HOLDERS_SOCKET_HANDLES_H
#define IU_OS_WINDOWS_HOLDERS_SOCKET_HANDLES_H

#include "os/windows/sockets/afd.h"
#include "os/windows/holders/handle-table.h"

/**
 * iu_socket_rows() - the rows of the table that may be sockets: the same kind of object, opened for
 *	the same, as a socket of our own; what was opened otherwise could be a pipe that keeps
 *	whoever asks
 * @pid, @socket: ours
 * @rows: room for as many as the table has
 * Returns: how many; 0: not even our own is in it.
 */
size_t iu_socket_rows(const void *table, size_t size, int32_t pid, uintptr_t socket,
	struct iu_handle_row *rows);

struct iu_socket_handles;

/**
 * iu_socket_handles_open() - reads the table of all handles, and learns what a socket looks like
 * Returns: NULL: this system does not tell, or there is no memory. Winsock must be started.
 */
struct iu_socket_handles *iu_socket_handles_open(void);

/** iu_socket_handles_close() - NULL is fine. */
void iu_socket_handles_close(struct iu_socket_handles *handles);

/** iu_socket_handles_next() - the first process above @after that may have sockets; 0: none. */
int32_t iu_socket_handles_next(const struct iu_socket_handles *handles, int32_t after);

/**
 * iu_socket_handles_of() - asks every socket that a process has
 * @visit: called for each that is bound
 *
 * Each handle is duplicated, asked and closed again with CloseHandle(): the socket does not notice.
 * A handle that does not answer at once is given up.
 * Returns: 0, IU_E_ACCESS: its handles may not be duplicated, IU_E_GONE: there is no such process,
 * IU_E_LIMIT: some did not answer, or there were too many, IU_E_NOTSUP: it guards Windows (lsass.exe and
 * its like) and is not asked by anybody.
 */
int iu_socket_handles_of(struct iu_socket_handles *handles, int32_t pid,
	void (*visit)(void *context, const struct iu_afd_socket *socket), void *context);

#endif
