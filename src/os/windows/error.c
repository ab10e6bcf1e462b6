/* os/windows/error.c - Winsock's errors: their names, and the system's own words */
#include "base/err.h"
#include "os/os.h"
#include "os/windows/system.h"

#define TEXT_UNITS 512

#define ROW(name) {name, #name}

static const struct {
	int number;
	const char *name;
} names[] = {
	ROW(WSAEINTR), ROW(WSAEBADF), ROW(WSAEACCES), ROW(WSAEFAULT), ROW(WSAEINVAL), ROW(WSAEMFILE),
	ROW(WSAEWOULDBLOCK), ROW(WSAEINPROGRESS), ROW(WSAEALREADY), ROW(WSAENOTSOCK),
	ROW(WSAEDESTADDRREQ), ROW(WSAEMSGSIZE), ROW(WSAEPROTOTYPE), ROW(WSAENOPROTOOPT),
	ROW(WSAEPROTONOSUPPORT), ROW(WSAESOCKTNOSUPPORT), ROW(WSAEOPNOTSUPP),
	ROW(WSAEPFNOSUPPORT), ROW(WSAEAFNOSUPPORT), ROW(WSAEADDRINUSE), ROW(WSAEADDRNOTAVAIL),
	ROW(WSAENETDOWN), ROW(WSAENETUNREACH), ROW(WSAENETRESET), ROW(WSAECONNABORTED),
	ROW(WSAECONNRESET), ROW(WSAENOBUFS), ROW(WSAEISCONN), ROW(WSAENOTCONN), ROW(WSAESHUTDOWN),
	ROW(WSAETIMEDOUT), ROW(WSAECONNREFUSED), ROW(WSAEHOSTDOWN), ROW(WSAEHOSTUNREACH),
	ROW(WSAEPROCLIM), ROW(WSASYSNOTREADY), ROW(WSAVERNOTSUPPORTED), ROW(WSANOTINITIALISED),
	ROW(ERROR_ACCESS_DENIED), ROW(ERROR_SHARING_VIOLATION), ROW(ERROR_INVALID_PARAMETER),
	ROW(ERROR_DEPENDENT_SERVICES_RUNNING), ROW(ERROR_INVALID_SERVICE_CONTROL),
	ROW(ERROR_SERVICE_REQUEST_TIMEOUT), ROW(ERROR_SERVICE_DISABLED),
	ROW(ERROR_SERVICE_DOES_NOT_EXIST), ROW(ERROR_SERVICE_NOT_ACTIVE),
	ROW(ERROR_SERVICE_CANNOT_ACCEPT_CTRL),
};

const char *iu_os_error_name(int error)
{
	for (size_t i = 0; i < IU_COUNT(names); i++)
		if (names[i].number == error)
			return names[i].name;
	return "unknown error";
}

enum iu_error_space iu_os_error_space(void)
{
	return IU_SPACE_WINSOCK;
}

/* Its texts end in a line break, and Wine knows few of them. */
int iu_os_error_text(int error, struct iu_text *out)
{
	wchar_t text[TEXT_UNITS];
	struct iu_arena arena = {0};
	const char *utf8;
	DWORD n = FormatMessageW(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL,
		(DWORD)error, 0, text, TEXT_UNITS, NULL);

	while (n && wcschr(L"\r\n \t", text[n - 1]))
		n--;
	utf8 = n ? iu_utf8_n(&arena, text, n) : NULL;
	iu_text_add(out, utf8);
	iu_arena_free(&arena);
	return utf8 ? 0 : IU_E_NOENT;
}
