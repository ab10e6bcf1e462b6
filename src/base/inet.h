/* base/inet.h - addresses as text, alike on every system */
#ifndef IU_BASE_INET_H
#define IU_BASE_INET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** iu_inet_read4(), iu_inet_read6() - what inet_pton() of POSIX reads; bytes in network order. */
bool iu_inet_read4(const char *text, uint8_t bytes[4]);
bool iu_inet_read6(const char *text, uint8_t bytes[16]);

/** iu_inet_write4(), iu_inet_write6() - as inet_ntop() of the GNU C library; 46 bytes are enough. */
void iu_inet_write4(const uint8_t bytes[4], char *text, size_t size);
void iu_inet_write6(const uint8_t bytes[16], char *text, size_t size);

#endif
