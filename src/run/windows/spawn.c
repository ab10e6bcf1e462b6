/* run/windows/spawn.c - starts a program with arguments that reach it as they are */
#include "run/windows/spawn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/find-program.h"
#include "base/start-process.h"

#ifndef ERROR_ELEVATION_REQUIRED
#define ERROR_ELEVATION_REQUIRED 740
#endif
#define LINE_MAX_UNITS 32767

/*
 * Backslashes are doubled before a quote only: that is how the other side reads them.
 * @plain: what may stand without quotes; NULL: all but blanks and quotes
 */
static void add_word(struct iu_text *line, const char *word, const char *plain)
{
	size_t slashes = 0;

	if (line->len)
		iu_text_add(line, " ");
	if (*word && (plain ? !word[strspn(word, plain)] : !strpbrk(word, " \t\n\v\""))) {
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

static wchar_t *wide_line(struct iu_text *line)
{
	wchar_t *wide = line->failed ? NULL : iu_wide(line->data ? line->data : "");

	iu_text_free(line);
	return wide;
}

wchar_t *iu_command_line(char *const argv[])
{
	struct iu_text line = {0};

	for (size_t i = 0; argv[i]; i++)
		add_word(&line, argv[i], NULL);
	return wide_line(&line);
}

/* ---- batch files ---- */

/* What cmd.exe reads as its own in spite of quotes (CVE-2024-24576). */
static bool is_harmless(const char *word)
{
	return !strpbrk(word, "\"%!^&|<>\r\n");
}

/* "=", "," and ";" part words as blanks do; without quotes stands only what is known to be harmless. */
#define PLAIN                                                                                      \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789#$*+-./:?@\\_"

wchar_t *iu_batch_line(const char *path, char *const argv[])
{
	struct iu_text line = {0};

	if (!is_harmless(path))
		return NULL;
	iu_text_add(&line, "cmd.exe /d /e:on /v:off /s /c \"");
	iu_text_printf(&line, "\"%s\"", path);
	for (size_t i = 1; argv[0] && argv[i]; i++) {
		if (!is_harmless(argv[i])) {
			iu_text_free(&line);
			return NULL;
		}
		add_word(&line, argv[i], PLAIN);
	}
	iu_text_add(&line, "\""); /* of the first and the last one /s takes off */
	return wide_line(&line);
}

/* ---- starting ---- */

/*
 * CreateProcessW() makes cmd.exe of a batch file by itself, which then looks for the name once more, in
 * the current folder first, and loses the quotes of a path with blanks: it is started as we mean it.
 * Returns: 0, or an error; both texts are the caller's then.
 */
static DWORD prepare(char *const argv[], wchar_t **ret_program, wchar_t **ret_line)
{
	wchar_t *name = iu_wide(argv[0]), *program = name ? iu_find_program_here(name) : NULL;
	wchar_t shell[MAX_PATH];
	struct iu_arena arena = {0};
	const char *path;

	free(name);
	if (!program)
		return ERROR_FILE_NOT_FOUND;
	*ret_program = program;
	if (!iu_is_batch(program)) {
		*ret_line = iu_command_line(argv);
		return *ret_line ? 0 : ERROR_NOT_ENOUGH_MEMORY;
	}
	path = iu_utf8(&arena, program);
	*ret_line = path ? iu_batch_line(path, argv) : NULL;
	iu_arena_free(&arena);
	if (!*ret_line)
		return ERROR_BAD_ARGUMENTS;
	free(program);
	*ret_program = iu_system_program(L"cmd.exe", shell) ? _wcsdup(shell) : NULL;
	return *ret_program ? 0 : ERROR_FILE_NOT_FOUND;
}

static HANDLE spawn(char *const argv[], const HANDLE streams[IU_STREAMS], HANDLE job)
{
	wchar_t *program = NULL, *line = NULL;
	PROCESS_INFORMATION child = {0};
	DWORD error = prepare(argv, &program, &line);

	if (!error && wcslen(line) >= LINE_MAX_UNITS)
		error = ERROR_FILENAME_EXCED_RANGE;
	if (!error && !iu_start_process(program, line, CREATE_SUSPENDED, streams, &child))
		error = GetLastError();
	free(program);
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
	const HANDLE streams[IU_STREAMS] = {GetStdHandle(STD_INPUT_HANDLE),
		GetStdHandle(STD_OUTPUT_HANDLE), GetStdHandle(STD_ERROR_HANDLE)};

	return spawn(argv, streams, NULL);
}

HANDLE iu_spawn_in_job(char *const argv[], HANDLE output, HANDLE error, HANDLE job)
{
	const HANDLE streams[IU_STREAMS] = {GetStdHandle(STD_INPUT_HANDLE), output, error};

	return spawn(argv, streams, job);
}

/* What the errno says to people: "Permission denied" is not true of everything. */
static const struct {
	DWORD error;
	int number;
	const char *why;
} errors[] = {
	{ERROR_FILE_NOT_FOUND, ENOENT, NULL},
	{ERROR_PATH_NOT_FOUND, ENOENT, NULL},
	{ERROR_BAD_ARGUMENTS, EINVAL,
		"it is a batch file, and its name or an argument has one of \" % ! ^ & | < > in it, which "
		"cmd.exe would read as its own in spite of quotes: start the program behind it instead"},
	{ERROR_FILENAME_EXCED_RANGE, E2BIG, "its command line is longer than Windows takes"},
	{ERROR_BAD_EXE_FORMAT, ENOEXEC, "it is no program for this Windows"},
	{ERROR_NOT_ENOUGH_MEMORY, ENOMEM, NULL},
	{ERROR_OUTOFMEMORY, ENOMEM, NULL},
	{ERROR_ELEVATION_REQUIRED, EPERM,
		"it asks for the rights of an administrator: start inuse from a prompt that was opened with "
		"\"Run as administrator\""},
};

int iu_spawn_error(unsigned long error, const char **ret_why)
{
	*ret_why = NULL;
	for (size_t i = 0; i < IU_COUNT(errors); i++) {
		if (errors[i].error != error)
			continue;
		*ret_why = errors[i].why;
		return errors[i].number;
	}
	return EACCES;
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
