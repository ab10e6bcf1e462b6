/* base/inet-posix.c - addresses as text, as the C library has them */
#include "base/inet.h"

#include <arpa/inet.h>

bool iu_inet_read4(const char *text, uint8_t bytes[4])
{
	return inet_pton(AF_INET, text, bytes) == 1;
}

bool iu_inet_read6(const char *text, uint8_t bytes[16])
{
	return inet_pton(AF_INET6, text, bytes) == 1;
}

void iu_inet_write4(const uint8_t bytes[4], char *text, size_t size)
{
	inet_ntop(AF_INET, bytes, text, (socklen_t)size);
}

void iu_inet_write6(const uint8_t bytes[16], char *text, size_t size)
{
	inet_ntop(AF_INET6, bytes, text, (socklen_t)size);
}
