/* os/windows/process/debugging.c - the right to open processes of other accounts, while it is needed */
#include "os/windows/process/debugging.h"

static void adjust(TOKEN_PRIVILEGES *wanted, TOKEN_PRIVILEGES *ret_before)
{
	DWORD n = sizeof(*ret_before);
	HANDLE token;

	if (!OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES | TOKEN_QUERY, &token))
		return;
	if (!AdjustTokenPrivileges(token, FALSE, wanted, sizeof(*wanted), ret_before,
		    ret_before ? &n : NULL) &&
		ret_before)
		ret_before->PrivilegeCount = 0;
	CloseHandle(token);
}

/* SE_DEBUG_PRIVILEGE of the driver headers: the same on every Windows; to look it up asks lsass.exe. */
#define DEBUG_PRIVILEGE 20

void iu_debugging_begin(struct iu_debugging *debugging)
{
	TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1,
		.Privileges[0] = {.Luid.LowPart = DEBUG_PRIVILEGE, .Attributes = SE_PRIVILEGE_ENABLED}};

	*debugging = (struct iu_debugging){0};
	adjust(&wanted, &debugging->before);
}

void iu_debugging_end(struct iu_debugging *debugging)
{
	if (debugging->before.PrivilegeCount)
		adjust(&debugging->before, NULL);
	debugging->before.PrivilegeCount = 0;
}
