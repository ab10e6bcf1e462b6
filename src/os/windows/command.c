/* os/windows/command.c - runs a program of the system without a console, and takes what it says */
#include "os/windows/command.h"

#include "base/err.h"
#include "base/start-process.h"

#define LINE_UNITS 1024
#define OUT_MAX	   (1u << 20)
#define POLL_MS	   5

/* The reading end is ours alone: nothing that is started meanwhile inherits it. */
static bool make_pipe(HANDLE *ret_read, HANDLE *ret_write)
{
	SECURITY_ATTRIBUTES inherited = {.nLength = sizeof(inherited), .bInheritHandle = TRUE};

	return CreatePipe(ret_read, ret_write, &inherited, 0) &&
	       SetHandleInformation(*ret_read, HANDLE_FLAG_INHERIT, 0);
}

static void drain(HANDLE pipe, struct iu_text *out)
{
	char bytes[4096];
	DWORD there = 0, n = 0;

	while (PeekNamedPipe(pipe, NULL, 0, NULL, &there, NULL) && there &&
		ReadFile(pipe, bytes, sizeof(bytes), &n, NULL) && n)
		if (out->len < OUT_MAX)
			iu_text_addn(out, bytes, n);
}

static int attend(HANDLE process, HANDLE pipe, unsigned int seconds, struct iu_text *out)
{
	ULONGLONG end = GetTickCount64() + seconds * 1000ull;
	DWORD r;

	do {
		drain(pipe, out);
		r = WaitForSingleObject(process, POLL_MS);
	} while (r == WAIT_TIMEOUT && GetTickCount64() < end);
	drain(pipe, out);
	if (r == WAIT_OBJECT_0)
		return out->failed ? IU_E_NOMEM : 0;
	TerminateProcess(process, 1);
	return IU_E_AGAIN;
}

int iu_command_execute(const wchar_t *program, const wchar_t *arguments, unsigned int seconds,
	struct iu_text *out, unsigned long *ret_code)
{
	wchar_t path[MAX_PATH], line[LINE_UNITS];
	HANDLE read = NULL, write = NULL;
	PROCESS_INFORMATION child;
	int ret = IU_E_SYSTEM;

	if (!iu_system_program(program, path) ||
		_snwprintf(line, LINE_UNITS, L"\"%ls\" %ls", path, arguments ? arguments : L"") < 0)
		return IU_E_NOENT;
	if (!make_pipe(&read, &write))
		return IU_E_SYSTEM;
	if (iu_start_process(path, line, CREATE_NO_WINDOW, (HANDLE[]){NULL, write, write}, &child)) {
		CloseHandle(write);
		write = NULL;
		ret = attend(child.hProcess, read, seconds, out);
		GetExitCodeProcess(child.hProcess, ret_code);
		CloseHandle(child.hProcess);
		CloseHandle(child.hThread);
	} else if (GetLastError() == ERROR_FILE_NOT_FOUND) {
		ret = IU_E_NOENT;
	}
	if (write)
		CloseHandle(write);
	CloseHandle(read);
	return ret;
}
