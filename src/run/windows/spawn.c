/* run/windows/spawn.c - starts a program with arguments that reach it as they are */
#include "run/windows/spawn.h"

#include <stdlib.h>
#include <string.h>

#define LINE_MAX_UNITS 32767

/* Backslashes are doubled before a quote only: that is how the other side reads them. */
static void add_word(struct iu_text *line, const char *word)
{
	size_t slashes = 0;

	if (line->len)
		iu_text_add(line, " ");
	if (*word && !strpbrk(word, " \t\n\v\"")) {
		iu_text_add(line, word);
		return;
	}
	iu_text_add(line, "\"");
	for (; *word; word++) {
		if (*word == '"')
			for (slashes++; slashes; slashes--)
				iu_text_add(line, "\\");
		slashes = *word == '\\' ? slashes + 1 : 0;
		iu_text_addn(line, word, 1);
	}
	for (; slashes; slashes--)
		iu_text_add(line, "\\");
	iu_text_add(line, "\"");
}

wchar_t *iu_command_line(char *const argv[])
{
	struct iu_text line = {0};
	wchar_t *wide;

	for (size_t i = 0; argv[i]; i++)
		add_word(&line, argv[i]);
	wide = line.failed ? NULL : iu_wide(line.data ? line.data : "");
	iu_text_free(&line);
	return wide;
}

static bool find(const wchar_t *name, wchar_t path[MAX_PATH], bool *ret_batch)
{
	static const wchar_t *const extensions[] = {L".exe", L".com", L".cmd", L".bat"};
	const wchar_t *dot;
	wchar_t *base;

	for (size_t i = 0; i < IU_COUNT(extensions); i++) {
		DWORD n = SearchPathW(NULL, name, extensions[i], MAX_PATH, path, &base);

		if (!n || n >= MAX_PATH)
			continue;
		dot = wcsrchr(path, L'.');
		*ret_batch = dot && (!_wcsicmp(dot, L".cmd") || !_wcsicmp(dot, L".bat"));
		return true;
	}
	return false;
}

/* What cmd.exe would read as its own in spite of quotes. */
static bool is_harmless(char *const argv[])
{
	for (size_t i = 0; argv[i]; i++)
		if (strpbrk(argv[i], "\"%!^&|<>\r\n"))
			return false;
	return true;
}

static HANDLE spawn(char *const argv[], STARTUPINFOW *start, HANDLE job)
{
	wchar_t path[MAX_PATH], *name = iu_wide(argv[0]), *line = iu_command_line(argv);
	PROCESS_INFORMATION child = {0};
	bool batch = false;
	DWORD error = ERROR_FILE_NOT_FOUND;

	if (name && line && find(name, path, &batch)) {
		error = ERROR_BAD_ARGUMENTS;
		if ((!batch || is_harmless(argv)) && wcslen(line) < LINE_MAX_UNITS) {
			error = 0;
			if (!CreateProcessW(path, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL,
				    start, &child))
				error = GetLastError();
		}
	}
	free(name);
	free(line);
	if (child.hThread) {
		/* In the job before it can start anything. Within other jobs before Windows 8: not. */
		if (job)
			AssignProcessToJobObject(job, child.hProcess);
		ResumeThread(child.hThread);
		CloseHandle(child.hThread);
	}
	SetLastError(error);
	return error ? NULL : child.hProcess;
}

HANDLE iu_spawn(char *const argv[])
{
	STARTUPINFOW start = {.cb = sizeof(start)};

	return spawn(argv, &start, NULL);
}

HANDLE iu_spawn_in_job(char *const argv[], HANDLE output, HANDLE error, HANDLE job)
{
	STARTUPINFOW start = {.cb = sizeof(start),
		.dwFlags = STARTF_USESTDHANDLES,
		.hStdInput = GetStdHandle(STD_INPUT_HANDLE),
		.hStdOutput = output,
		.hStdError = error};

	return spawn(argv, &start, job);
}

static volatile LONG left; /* a handler of Ctrl-C gets no context */

static BOOL WINAPI leave(DWORD event)
{
	if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
		return FALSE;
	InterlockedIncrement(&left);
	return TRUE;
}

long iu_interrupts_left(void)
{
	return left;
}

void iu_leave_interrupts(void)
{
	SetConsoleCtrlHandler(leave, TRUE);
}
