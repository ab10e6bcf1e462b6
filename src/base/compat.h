/* base/compat.h - the only file with conditionals about systems and compilers */
#ifndef IU_BASE_COMPAT_H
#define IU_BASE_COMPAT_H

#if defined(__MINGW32__) /* else it means the C library of Windows, which has another %zu */
#define IU_PRINTF(fmt, args) __attribute__((format(gnu_printf, fmt, args)))
#define IU_UNUSED            __attribute__((unused))
#elif defined(__GNUC__)
#define IU_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define IU_UNUSED            __attribute__((unused))
#else
#define IU_PRINTF(fmt, args)
#define IU_UNUSED
#endif

#if defined(_WIN32)
#include <errno.h>
/*
 * What is known of Linux has Linux's numbers, wherever it is read. Those below 35 are the same, and
 * sockets of Windows speak Winsock's (WSAEADDRINUSE), never these.
 */
#undef ENAMETOOLONG
#undef ELOOP
#undef EPROTONOSUPPORT
#undef EAFNOSUPPORT
#undef EADDRINUSE
#undef EADDRNOTAVAIL
#undef ENOBUFS
#define ENAMETOOLONG	36
#define ELOOP		40
#define EPROTONOSUPPORT 93
#define EAFNOSUPPORT	97
#define EADDRINUSE	98
#define EADDRNOTAVAIL	99
#define ENOBUFS		105
#define EDQUOT		122
/* <winsock2.h> brings all of Windows along, with macros like "near": rooms below os do without. */
#define AF_INET	 2
#define AF_INET6 23
__declspec(dllimport) int __stdcall inet_pton(int family, const char *text, void *address);
__declspec(dllimport) const char *__stdcall inet_ntop(
	int family, const void *address, char *text, unsigned long long size);
#else
#include <arpa/inet.h>
#endif

#define IU_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
