/* os/windows/system.c - time and accounts of Windows as the model has them */
#include "os/windows/system.h"

/* FILETIME counts 100 ns since 1601. */
#define EPOCH_DIFFERENCE 116444736000000000ull
#define TICKS_OF_SECOND	 10000000

int64_t iu_seconds_of(uint64_t filetime)
{
	if (filetime < EPOCH_DIFFERENCE)
		return -1;
	return (int64_t)((filetime - EPOCH_DIFFERENCE) / TICKS_OF_SECOND);
}

SOCKET iu_socket(int family, int type, int protocol)
{
	SOCKET s = WSASocketW(family, type, protocol, NULL, 0,
		WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);

	/* Windows 7 without its service pack does not know the second flag */
	if (s == INVALID_SOCKET && WSAGetLastError() == WSAEINVAL)
		s = socket(family, type, protocol);
	return s;
}

/* FNV-1a over the bytes of the SID. */
uint32_t iu_sid_number(PSID sid)
{
	const unsigned char *bytes = sid;
	DWORD n = GetLengthSid(sid);
	uint32_t h = 2166136261u;

	for (DWORD i = 0; i < n; i++)
		h = (h ^ bytes[i]) * 16777619u;
	return h == UINT32_MAX ? 0 : h;
}
