/* os/windows/act/process.c - asks a process to end, or ends it, under one handle */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/os.h"
#include "os/windows/act/acts.h"
#include "os/windows/handle.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"
#include "os/windows/process/debugging.h"
#include "base/start-process.h"

#define PATH_UNITS 32768
#define PIDS_MAX   256
#define HELPER_MS  5000
#define BREAK_ON_TERMINATION 29 /* ProcessBreakOnTermination; IsProcessCritical() is 8.1's */

/* It is the owner, or it has a handle to that very socket. */
static bool has(int32_t pid, const struct iu_socket *socket)
{
	return iu_owner_of(socket->inode) == pid || iu_process_has(pid, socket);
}

/* Whether it still has a socket of that address and port. */
static bool still_has(const struct iu_step_process *target)
{
	struct iu_needs needs = {
		.facts = target->protocol == IU_PROTOCOL_UDP ? IU_FACT_UDP : IU_FACT_TCP | IU_FACT_BOUND};
	struct iu_port_range range = {target->port, target->port};
	struct iu_snapshot snapshot;
	bool found = false;

	if (!target->port)
		return true; /* the plan names no row */
	needs.ports.v = &range;
	needs.ports.n = needs.ports.cap = 1;
	iu_snapshot_init(&snapshot);
	if (iu_os_collect(&needs, &snapshot) == 0)
		for (size_t i = 0; i < snapshot.sockets.n && !found; i++)
			found = snapshot.sockets.v[i].protocol == target->protocol &&
				snapshot.sockets.v[i].port == target->port &&
				iu_address_equal(&snapshot.sockets.v[i].local, &target->local) &&
				has(target->pid, &snapshot.sockets.v[i]);
	iu_snapshot_free(&snapshot);
	return found;
}

static bool same_path(HANDLE process, const char *path)
{
	wchar_t *now = calloc(PATH_UNITS, sizeof(*now)), *then = iu_wide(path);
	DWORD n = PATH_UNITS;
	bool same = now && then && QueryFullProcessImageNameW(process, 0, now, &n) &&
		    !_wcsicmp(now, then);

	free(now);
	free(then);
	return same;
}

/* What Windows itself would not survive. The rule has refused them before; a handle says it for sure. */
static bool is_critical(HANDLE process)
{
	LONG(NTAPI * query)(HANDLE, int, void *, ULONG, ULONG *);
	ULONG critical = 0;

	iu_api_into(L"ntdll.dll", query, "NtQueryInformationProcess");
	return query && query(process, BREAK_ON_TERMINATION, &critical, sizeof(critical), NULL) >= 0 &&
	       critical;
}

/* The same process, the same program, the same hold on the port. */
static bool is_same(HANDLE process, const struct iu_step_process *target, struct iu_step_result *result)
{
	FILETIME created, ended, kernel, user;

	if (WaitForSingleObject(process, 0) == WAIT_OBJECT_0)
		iu_result_say(result, IU_RESULT_GONE, 0, "it has ended already");
	else if (!GetProcessTimes(process, &created, &ended, &kernel, &user))
		iu_result_system(result, GetLastError(), "its start time cannot be read");
	else if (iu_ticks_of(created) != target->start_ticks)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "the pid belongs to another process now");
	else if (target->path && !same_path(process, target->path))
		iu_result_say(result, IU_RESULT_CHANGED, 0, "it runs another program now");
	else if (is_critical(process))
		iu_result_say(result, IU_RESULT_DENIED, 0, "Windows cannot do without this process");
	else if (!still_has(target))
		iu_result_say(result, IU_RESULT_CHANGED, 0, "it does not hold the port any more");
	else
		return true;
	return false;
}

/* ---- asking ---- */

struct windows {
	DWORD pid;
	unsigned int asked;
};

/*
 * Windows tells the program that a console was made for as the owner of the console's window. What closes
 * that one ends everybody on the console, and Windows Terminal's stand-in ignores it.
 */
static bool is_console_window(HWND window)
{
	wchar_t name[32] = L"";

	GetClassNameW(window, name, IU_COUNT(name));
	return !wcscmp(name, L"ConsoleWindowClass") || !wcscmp(name, L"PseudoConsoleWindow");
}

/* Those that a user could close, too: visible and owned by no other. */
static BOOL CALLBACK close_window(HWND window, LPARAM parameter)
{
	struct windows *windows = (struct windows *)parameter;
	DWORD pid = 0;

	GetWindowThreadProcessId(window, &pid);
	if (pid == windows->pid && IsWindowVisible(window) && !GetWindow(window, GW_OWNER) &&
		!is_console_window(window) &&
		PostMessageW(window, WM_CLOSE, 0, 0))
		windows->asked++;
	return TRUE;
}

static bool descends(const struct iu_process_list *list, int32_t pid, int32_t from)
{
	struct iu_listed row, parent;
	bool found = iu_process_listed(list, pid, &row);

	for (int i = 0; found && i < PIDS_MAX; i++) {
		if (row.pid == from)
			return true;
		found = iu_process_parent(list, &row, &parent);
		row = parent;
	}
	return false;
}

/* The first argument of our own program when it is the helper; the pid follows. */
#define INTERRUPT_WORD "--interrupt-console-of"

enum interrupted {
	INTERRUPT_SENT,
	INTERRUPT_SHARED,     /* others are on that console, too: nothing was sent */
	INTERRUPT_NO_CONSOLE, /* it has none, or it may not be attached to */
};

/* Everybody on its console must be the target or started by it: Ctrl-C reaches all of them. */
static enum interrupted interrupt_here(int32_t pid)
{
	struct iu_process_list *list = NULL;
	DWORD pids[PIDS_MAX], n, self = GetCurrentProcessId();
	enum interrupted answer = INTERRUPT_SENT;

	FreeConsole();
	if (!AttachConsole((DWORD)pid))
		return INTERRUPT_NO_CONSOLE;
	SetConsoleCtrlHandler(NULL, TRUE);
	n = GetConsoleProcessList(pids, PIDS_MAX);
	list = iu_process_list_read();
	if (!n || n > PIDS_MAX || !list)
		answer = INTERRUPT_SHARED;
	for (DWORD i = 0; i < n && answer == INTERRUPT_SENT; i++)
		if (pids[i] != self && !descends(list, (int32_t)pids[i], pid))
			answer = INTERRUPT_SHARED;
	if (answer == INTERRUPT_SENT && !GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0))
		answer = INTERRUPT_NO_CONSOLE;
	iu_process_list_free(list);
	FreeConsole();
	return answer;
}

bool iu_os_errand(int argc, char **argv, int *ret_code)
{
	if (argc != 3 || strcmp(argv[1], INTERRUPT_WORD) != 0)
		return false;
	*ret_code = (int)interrupt_here((int32_t)strtol(argv[2], NULL, 10));
	return true;
}

/*
 * A process has one console at a time, and ours may be where the answer is printed: a second
 * process of our own program goes to the target's console.
 */
static enum interrupted interrupt_from_outside(int32_t pid)
{
	wchar_t *program = iu_own_program(), line[64];
	DWORD code = INTERRUPT_NO_CONSOLE;
	PROCESS_INFORMATION child;
	bool started;

	_snwprintf(line, IU_COUNT(line), L"inuse.exe %hs %ld", INTERRUPT_WORD, (long)pid);
	started = program && iu_start_process(program, line, DETACHED_PROCESS, (HANDLE[IU_STREAMS]){0}, &child);
	free(program);
	if (!started)
		return INTERRUPT_NO_CONSOLE;
	if (WaitForSingleObject(child.hProcess, HELPER_MS) != WAIT_OBJECT_0)
		TerminateProcess(child.hProcess, 1);
	GetExitCodeProcess(child.hProcess, &code);
	CloseHandle(child.hProcess);
	CloseHandle(child.hThread);
	return (enum interrupted)code;
}

/* Returns: somebody was asked. */
static bool ask_to_end(const struct iu_step_process *target, struct iu_step_result *result)
{
	struct windows windows = {.pid = (DWORD)target->pid};

	EnumWindows(close_window, (LPARAM)&windows);
	if (windows.asked) {
		iu_result_say(result, IU_RESULT_DONE, 0, "WM_CLOSE to %u of its windows", windows.asked);
		return true;
	}
	switch (interrupt_from_outside(target->pid)) {
	case INTERRUPT_SENT:
		iu_result_say(result, IU_RESULT_DONE, 0, "Ctrl-C on its console");
		return true;
	case INTERRUPT_SHARED:
		iu_result_say(result, IU_RESULT_FAILED, 0,
			"it has no window, and others share its console, who would get its Ctrl-C "
			"too; press Ctrl-C there, or --force terminates it");
		return false;
	case INTERRUPT_NO_CONSOLE: break;
	}
	iu_result_say(result, IU_RESULT_FAILED, 0,
		"it has neither a window nor a console to be asked through; --force terminates it");
	return false;
}

void iu_act_end_process(const struct iu_step_process *target, bool may_kill, bool force,
	struct iu_step_result *result, int *ret_handle)
{
	struct iu_debugging debugging;
	bool done = false;
	HANDLE process;
	DWORD error;

	iu_debugging_begin(&debugging);
	process = OpenProcess(PROCESS_TERMINATE | PROCESS_QUERY_LIMITED_INFORMATION | SYNCHRONIZE,
		FALSE, (DWORD)target->pid);
	error = GetLastError();
	iu_debugging_end(&debugging);
	if (!process && error == ERROR_INVALID_PARAMETER) {
		iu_result_say(result, IU_RESULT_GONE, 0, "it has ended already");
		return;
	}
	if (!process) {
		iu_result_system(result, error, "the process cannot be opened");
		return;
	}
	if (is_same(process, target, result)) {
		done = !force && ask_to_end(target, result);
		/* Nobody can be asked: waiting for the end of it would be for nothing. */
		if (!done && (force || may_kill)) {
			done = TerminateProcess(process, 1);
			if (done)
				iu_result_say(result, IU_RESULT_DONE, 0, "TerminateProcess()");
			else
				iu_result_system(result, GetLastError(), "TerminateProcess()");
			result->killed = done;
		}
	}
	if (done)
		*ret_handle = iu_handle_of_process(process);
	else
		CloseHandle(process);
}
