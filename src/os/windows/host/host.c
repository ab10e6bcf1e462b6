/* os/windows/host/host.c - the system itself: version, user, rights */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/err.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"
#include "os/windows/system.h"
#include "os/windows/host/host.h"

#define NAME_UNITS 256

/* RtlGetVersion: GetVersionEx says 6.2 to whoever has no manifest for what came later. */
static void read_version(struct iu_windows *windows)
{
	LONG(WINAPI * get)(OSVERSIONINFOW *);
	OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof(version)};

	iu_api_into(L"ntdll.dll", get, "RtlGetVersion");
	windows->wine = iu_api(L"ntdll.dll", "wine_get_version") != NULL;
	if (!get || get(&version) < 0)
		return;
	windows->version = (uint32_t)version.dwMajorVersion << 16 | version.dwMinorVersion << 8;
	windows->build = version.dwBuildNumber;
}

enum iu_tri iu_host_is_elevated(void)
{
	TOKEN_ELEVATION elevation;
	enum iu_tri answer = IU_UNKNOWN;
	HANDLE token;
	DWORD n;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token))
		return IU_UNKNOWN;
	if (GetTokenInformation(token, TokenElevation, &elevation, sizeof(elevation), &n))
		answer = iu_tri(elevation.TokenIsElevated != 0);
	CloseHandle(token);
	return answer;
}

static enum iu_tri has_ipv6(void)
{
	SOCKET s = iu_socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP);

	if (s == INVALID_SOCKET)
		return iu_tri(WSAGetLastError() != WSAEAFNOSUPPORT);
	closesocket(s);
	return IU_YES;
}

int iu_collect_host(struct iu_scan *scan)
{
	struct iu_host *host = &scan->snapshot->host;
	struct iu_windows *windows = &scan->snapshot->windows;
	struct iu_arena *arena = &scan->snapshot->arena;
	wchar_t name[NAME_UNITS];
	DWORD n = NAME_UNITS;

	if (scan->snapshot->seen & IU_FACT_HOST)
		return 0;
	host->os = "windows";
	read_version(windows);
	windows->elevated = iu_host_is_elevated();
	host->release = iu_arena_printf(arena, "%u.%u.%u%s", windows->version >> 16,
		windows->version >> 8 & 255, windows->build, windows->wine ? " (Wine)" : "");
	host->hostname = GetComputerNameW(name, &n) ? iu_utf8_n(arena, name, n) : NULL;
	host->pid = (int32_t)GetCurrentProcessId();
	host->user = iu_process_user(scan, GetCurrentProcess(), &host->uid);
	host->privileged = windows->elevated == IU_YES;
	/* No port is privileged here; the word means what may be done to others' sockets. */
	host->cap_net_bind = IU_YES;
	host->cap_net_admin = host->cap_sys_ptrace = windows->elevated;
	host->ipv6 = has_ipv6();
	host->now = (int64_t)time(NULL);
	iu_scan_seen(scan, IU_FACT_HOST, true);
	return arena->failed ? IU_E_NOMEM : 0;
}
