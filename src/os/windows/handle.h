/* os/windows/handle.h - handles as the numbers of the seam */
#ifndef IU_OS_WINDOWS_HANDLE_H
#define IU_OS_WINDOWS_HANDLE_H

#include "os/windows/system.h"

/*
 * Handles of processes and sockets use 31 bits at most, and their two lowest bits are left to
 * programs by the system: one of them says that closesocket() is due.
 */
static inline int iu_handle_of_socket(SOCKET socket)
{
	return (int)socket | 1;
}

static inline int iu_handle_of_process(HANDLE process)
{
	return (int)(intptr_t)process;
}

static inline bool iu_handle_is_socket(int handle)
{
	return handle & 1;
}

static inline HANDLE iu_handle_process(int handle)
{
	return (HANDLE)(intptr_t)handle;
}

static inline SOCKET iu_handle_socket(int handle)
{
	return (SOCKET)(handle & ~1);
}

#endif
