/* cli/system-windows.c - console, command line and descriptors of Windows */
#include "cli/system.h"

#include <errno.h>
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/compat.h"
#include "os/os.h"
#include "run/windows/spawn.h"

#include <shellapi.h>

#define COLUMNS_MIN    20
#define COLUMNS_MAX    1000
#define CTRL_C	       2 /* as POSIX numbers it */

static const DWORD handles[] = {
	[IU_STREAM_RESULTS] = STD_OUTPUT_HANDLE,
	[IU_STREAM_MESSAGES] = STD_ERROR_HANDLE,
};

/* What belongs to the console outlives us: it is given back. Both streams may be one screen. */
static struct {
	HANDLE handle; /* NULL: not changed */
	DWORD mode;
} changed[IU_COUNT(handles)];

static void restore_console(void)
{
	for (size_t i = IU_COUNT(changed); i-- > 0;)
		if (changed[i].handle)
			SetConsoleMode(changed[i].handle, changed[i].mode);
}

/* Ctrl-C ends a program past atexit(). Where somebody catches it, this one is not reached. */
static BOOL WINAPI restore_at_event(DWORD event)
{
	(void)event;
	restore_console();
	return FALSE;
}

/* Sequences for colours where the console knows them (Windows 10). */
static void prepare_console(void)
{
	for (size_t i = 0; i < IU_COUNT(handles); i++) {
		HANDLE handle = GetStdHandle(handles[i]);
		DWORD mode, wanted = ENABLE_PROCESSED_OUTPUT | ENABLE_VIRTUAL_TERMINAL_PROCESSING;

		if (!GetConsoleMode(handle, &mode) || (mode & wanted) == wanted ||
			!SetConsoleMode(handle, mode | wanted))
			continue;
		changed[i].handle = handle;
		changed[i].mode = mode;
	}
	atexit(restore_console);
	SetConsoleCtrlHandler(restore_at_event, TRUE);
}

/* The system's own split of the command line, in UTF-8: the C library's is in the code page. */
static void read_arguments(int *argc, char ***argv)
{
	int count = 0;
	wchar_t **wide = CommandLineToArgvW(GetCommandLineW(), &count);
	char **words = wide ? calloc((size_t)count + 1, sizeof(*words)) : NULL;
	static struct iu_arena arena; /* as long as the program runs */

	for (int i = 0; i < count && words; i++) {
		const char *word = iu_utf8(&arena, wide[i]);

		words[i] = word ? iu_arena_strdup(&arena, word) : NULL;
		if (!words[i])
			count = 0;
	}
	if (words && count) {
		*argc = count;
		*argv = words;
	}
	if (wide)
		LocalFree(wide);
}

void iu_system_prepare(int *argc, char ***argv)
{
	WSADATA data;

	iu_windows_api_system_only();
	WSAStartup(MAKEWORD(2, 2), &data);
	_setmode(_fileno(stdout), _O_BINARY);
	_setmode(_fileno(stderr), _O_BINARY);
	_setmode(_fileno(stdin), _O_BINARY);
	prepare_console();
	read_arguments(argc, argv);
}

enum iu_system_kind iu_system_kind(void)
{
	return IU_ON_WINDOWS;
}

void iu_system_restore(void)
{
	restore_console();
}

int iu_system_end_like(int status)
{
	return status;
}

bool iu_system_is_open(int fd)
{
	return fd >= 0; /* the C runtime ends the program that asks about one that is not */
}

int iu_system_open(const char *file)
{
	wchar_t *wide = iu_wide(file);
	int fd = wide ? _wopen(wide, _O_WRONLY | _O_CREAT | _O_TRUNC | _O_BINARY | _O_NOINHERIT,
				_S_IREAD | _S_IWRITE)
		      : -1;

	free(wide);
	return fd;
}

/* The console is opened anew for each question. */
int iu_system_terminal(void)
{
	return -1;
}

int iu_system_ask_on(int terminal, const char *question)
{
	(void)terminal;
	return iu_system_ask(question);
}

static bool is_console(DWORD number)
{
	DWORD mode;

	return GetConsoleMode(GetStdHandle(number), &mode);
}

bool iu_system_is_terminal(void)
{
	return is_console(STD_OUTPUT_HANDLE);
}

bool iu_system_has_keys(void)
{
	return is_console(STD_INPUT_HANDLE);
}

bool iu_system_wants_color(enum iu_stream stream)
{
	const char *no = getenv("NO_COLOR");
	DWORD mode;

	if ((no && *no) || !GetConsoleMode(GetStdHandle(handles[stream]), &mode))
		return false;
	return mode & ENABLE_VIRTUAL_TERMINAL_PROCESSING;
}

static unsigned int clamp(unsigned long columns)
{
	if (!columns)
		return 0;
	if (columns < COLUMNS_MIN)
		return COLUMNS_MIN;
	return columns > COLUMNS_MAX ? COLUMNS_MAX : (unsigned int)columns;
}

unsigned int iu_system_columns(enum iu_stream stream)
{
	const char *variable = getenv("COLUMNS");
	CONSOLE_SCREEN_BUFFER_INFO screen;
	unsigned long columns;
	char *end;

	if (variable && *variable >= '0' && *variable <= '9') {
		columns = strtoul(variable, &end, 10);
		if (!*end && columns)
			return clamp(columns);
	}
	if (!GetConsoleScreenBufferInfo(GetStdHandle(handles[stream]), &screen))
		return 0;
	/* A full line would move to the next one by itself, and the newline makes an empty one. */
	return clamp((unsigned long)(screen.srWindow.Right - screen.srWindow.Left));
}

const char *iu_system_home(void)
{
	return NULL; /* no shell here writes ~ */
}

int32_t iu_system_clock(void)
{
	TIME_ZONE_INFORMATION zone;
	DWORD season = GetTimeZoneInformation(&zone);
	LONG bias = zone.Bias;

	if (season == TIME_ZONE_ID_INVALID)
		return 0;
	bias += season == TIME_ZONE_ID_DAYLIGHT ? zone.DaylightBias
		: season == TIME_ZONE_ID_STANDARD ? zone.StandardBias : 0;
	return (int32_t)(-60 * bias);
}

bool iu_system_has_utf8(void)
{
	return true; /* a console is told characters */
}

/* Pieces of one write may stay behind in part; a console takes so much at a time. */
#define CONSOLE_UNITS 4096

static bool write_console(HANDLE console, const char *text, size_t len)
{
	struct iu_arena arena = {0};
	wchar_t *wide;
	int n = len > INT_MAX ? 0 : MultiByteToWideChar(CP_UTF8, 0, text, (int)len, NULL, 0);
	DWORD written = 0;
	bool good = true;

	wide = n > 0 ? iu_arena_alloc(&arena, (size_t)n * sizeof(*wide)) : NULL;
	if (wide)
		MultiByteToWideChar(CP_UTF8, 0, text, (int)len, wide, n);
	for (int at = 0; wide && good && at < n; at += (int)written) {
		DWORD piece = (DWORD)(n - at < CONSOLE_UNITS ? n - at : CONSOLE_UNITS);

		good = WriteConsoleW(console, wide + at, piece, &written, NULL) && written;
	}
	iu_arena_free(&arena);
	if (!wide || !good)
		errno = wide ? EIO : ENOMEM;
	return wide && good;
}

bool iu_system_write(enum iu_stream stream, const char *text, size_t len)
{
	FILE *file = stream == IU_STREAM_RESULTS ? stdout : stderr;

	if (!len)
		return true;
	if (!is_console(handles[stream]))
		return fwrite(text, 1, len, file) == len;
	return fflush(file) == 0 && write_console(GetStdHandle(handles[stream]), text, len);
}

void iu_system_cry(enum iu_stream stream, const char *message)
{
	iu_system_write(stream, message, strlen(message));
}

bool iu_system_says_progress(void)
{
	return is_console(STD_ERROR_HANDLE);
}

/* The console itself, whatever the standard streams are. */
int iu_system_ask(const char *question)
{
	HANDLE in = CreateFileW(L"CONIN$", GENERIC_READ | GENERIC_WRITE,
		FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
	HANDLE out = CreateFileW(L"CONOUT$", GENERIC_READ | GENERIC_WRITE,
		FILE_SHARE_READ | FILE_SHARE_WRITE, NULL, OPEN_EXISTING, 0, NULL);
	wchar_t *wide = iu_wide(question), line[64] = L"";
	DWORD n = 0;
	int answer = -1;

	if (in != INVALID_HANDLE_VALUE && out != INVALID_HANDLE_VALUE && wide &&
		WriteConsoleW(out, wide, (DWORD)wcslen(wide), &n, NULL) &&
		ReadConsoleW(in, line, IU_COUNT(line) - 1, &n, NULL)) {
		line[n < IU_COUNT(line) ? n : 0] = 0;
		line[wcscspn(line, L"\r\n")] = 0;
		answer = !_wcsicmp(line, L"y") || !_wcsicmp(line, L"yes");
	}
	free(wide);
	if (in != INVALID_HANDLE_VALUE)
		CloseHandle(in);
	if (out != INVALID_HANDLE_VALUE)
		CloseHandle(out);
	return answer;
}

static volatile LONG caught;

static BOOL WINAPI note(DWORD event)
{
	if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
		return FALSE;
	InterlockedExchange(&caught, CTRL_C);
	return TRUE;
}

void iu_system_catch(void)
{
	SetConsoleCtrlHandler(note, TRUE);
}

int iu_system_caught(void)
{
	return (int)caught;
}

/* Between closing the socket and the program's bind() another one may take the port. */
int iu_system_exec(char *const argv[], int fd)
{
	unsigned long code = 0;
	const char *why;
	HANDLE process;

	iu_os_release(fd);
	iu_leave_interrupts();
	restore_console();
	process = iu_spawn(argv);
	if (!process)
		return iu_spawn_error(GetLastError(), &why);
	WaitForSingleObject(process, INFINITE);
	GetExitCodeProcess(process, &code);
	CloseHandle(process);
	exit((int)code);
}

bool iu_system_here(struct iu_text *ret_path)
{
	(void)ret_path; /* directories of other processes are not told there */
	return false;
}

bool iu_system_directory(const char *name, struct iu_text *ret_path)
{
	wchar_t *wide = iu_wide(name), *path = wide ? iu_full_path(wide) : NULL;
	struct iu_arena arena = {0};
	DWORD kind = path ? GetFileAttributesW(path) : INVALID_FILE_ATTRIBUTES;
	bool found = kind != INVALID_FILE_ATTRIBUTES && (kind & FILE_ATTRIBUTE_DIRECTORY);

	if (found)
		iu_text_add(ret_path, iu_utf8(&arena, path));
	iu_arena_free(&arena);
	free(path);
	free(wide);
	return found;
}

FILE *iu_system_create(const char *path)
{
	wchar_t *wide = iu_wide(path);
	HANDLE file = wide ? CreateFileW(wide, GENERIC_WRITE, 0, NULL, CREATE_NEW, FILE_ATTRIBUTE_NORMAL,
				     NULL)
			   : INVALID_HANDLE_VALUE;
	int fd = -1;

	errno = wide ? GetLastError() == ERROR_FILE_EXISTS ? EEXIST : EACCES : ENOENT;
	free(wide);
	if (file != INVALID_HANDLE_VALUE)
		fd = _open_osfhandle((intptr_t)file, _O_BINARY);
	return fd < 0 ? NULL : _fdopen(fd, "wb");
}

static bool write_whole(const wchar_t *path, const char *bytes, size_t len)
{
	HANDLE file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
	DWORD done = 0;
	bool good = file != INVALID_HANDLE_VALUE && len <= MAXDWORD &&
		    WriteFile(file, bytes, (DWORD)len, &done, NULL) && done == len && FlushFileBuffers(file);

	if (file != INVALID_HANDLE_VALUE)
		CloseHandle(file);
	return good;
}

bool iu_system_replace(const char *path, const char *bytes, size_t len)
{
	struct iu_text beside = {0};
	wchar_t *to = iu_wide(path), *from = NULL;
	bool good;

	iu_text_addn(&beside, path, strlen(path));
	iu_text_add(&beside, ".new");
	if (!beside.failed)
		from = iu_wide(beside.data);
	good = to && from && write_whole(from, bytes, len);
	if (good && !MoveFileExW(from, to, MOVEFILE_REPLACE_EXISTING | MOVEFILE_WRITE_THROUGH)) {
		DeleteFileW(from);
		good = false;
	}
	if (!good)
		errno = to && from ? EACCES : ENOMEM;
	iu_text_free(&beside);
	free(from);
	free(to);
	return good;
}
