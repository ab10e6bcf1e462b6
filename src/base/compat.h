/* base/compat.h - the only file with conditionals about systems and compilers */
#ifndef IU_BASE_COMPAT_H
#define IU_BASE_COMPAT_H

#if defined(__GNUC__)
#define IU_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define IU_UNUSED            __attribute__((unused))
#else
#define IU_PRINTF(fmt, args)
#define IU_UNUSED
#endif

#if defined(_WIN32)
#include <winsock2.h>
#include <ws2tcpip.h>
#else
#include <arpa/inet.h>
#endif

#define IU_COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
