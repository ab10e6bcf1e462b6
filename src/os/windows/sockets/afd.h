/* os/windows/sockets/afd.h - what a handle says of the socket behind it, whoever's socket it is */
#ifndef IU_OS_WINDOWS_SOCKETS_AFD_H
#define IU_OS_WINDOWS_SOCKETS_AFD_H

#include "model/socket.h"
#include "os/windows/system.h"

/* A socket as its driver describes it. */
struct iu_afd_socket {
	enum iu_protocol protocol;
	struct iu_address local;
	uint16_t port;
	bool connected; /* not the listener, but what it accepted, or a client */
	enum iu_tri reuseaddr, exclusive, v6only;
};

/** iu_afd_is() - it is the socket of that row, as far as addresses tell. */
bool iu_afd_is(const struct iu_afd_socket *told, const struct iu_socket *row);

/*
 * How this system is asked. Of sockets of our own it is known what the answer must be: a way that
 * does not tell those is no way.
 */
enum iu_afd_way {
	IU_AFD_NONE,    /* nobody tells */
	IU_AFD_DRIVER,  /* afd.sys itself; Windows Vista and later */
	IU_AFD_WINSOCK, /* Wine, whose driver has no such requests: through Winsock's own duplicates */
};

typedef LONG NTAPI iu_afd_control(HANDLE, HANDLE, void *, void *, void *, ULONG, void *, ULONG, void *,
	ULONG);

/* Made before anything is asked: who asks may be ended at any time, so it calls nothing but the kernel. */
struct iu_afd {
	enum iu_afd_way way;
	iu_afd_control *control; /* NtDeviceIoControlFile() */
	HANDLE event;
};

/**
 * iu_afd_open() - tries the ways on sockets of our own on the loopback, which are closed again
 * Returns: false, IU_AFD_NONE: nobody tells.
 */
bool iu_afd_open(struct iu_afd *ret);

/** iu_afd_again() - the same way once more, for another thread. Returns: false: no memory. */
bool iu_afd_again(const struct iu_afd *afd, struct iu_afd *ret);

/** iu_afd_close() - all zero is fine. */
void iu_afd_close(struct iu_afd *afd);

/**
 * iu_afd_ask() - what the socket says; may block where the handle is of another kind or was opened
 *	for one call at a time
 * @handle: a duplicate in our own process, which stays the caller's: CloseHandle(), never
 *	closesocket(), which would end a connection that is the other's
 * Returns: it is a bound socket of TCP or UDP.
 */
bool iu_afd_ask(const struct iu_afd *afd, HANDLE handle, struct iu_afd_socket *ret);

#endif
