/* base/compat.h - the only file with conditionals about systems and compilers */
#ifndef IU_BASE_COMPAT_H
#define IU_BASE_COMPAT_H

#if defined(__MINGW32__) /* else it means the C library of Windows, which has another %zu */
#define IU_PRINTF(fmt, args) __attribute__((format(gnu_printf, fmt, args)))
#define IU_UNUSED            __attribute__((unused))
#elif defined(__GNUC__)
#define IU_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define IU_UNUSED            __attribute__((unused))
/* A function that not every program links; its address is NULL in those that do not. */
#define IU_OPTIONAL __attribute__((weak, visibility("hidden")))
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
#else
#include <arpa/inet.h>
#endif

#define IU_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
