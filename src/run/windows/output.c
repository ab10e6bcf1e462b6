/* run/windows/output.c - what a command prints, heard without changing what it looks like */
#include "run/windows/output.h"

#include <stdlib.h>
#include <string.h>

#include "run/output-tail.h"

#include "os/windows/system.h" /* behind the others: Windows makes "near" a macro */

#define PIPE_BYTES   65536
#define SCREEN_ROWS  400 /* so much of a screen is read back at most: a failure stands at its end */
#define SCREEN_WIDTH 1024

/* ---- pipes ---- */

static bool is_console(HANDLE handle)
{
	DWORD mode;

	return GetConsoleMode(handle, &mode);
}

/* `>log 2>&1`: two handles, one file, whose order is that of the writes. */
static bool is_same(HANDLE a, HANDLE b)
{
	BOOL(WINAPI * compare)(HANDLE, HANDLE);

	iu_api_into(L"kernelbase.dll", compare, "CompareObjectHandles");
	return a == b || (compare && compare(a, b));
}

static bool make_pipe(struct iu_hearing *hearing, size_t i)
{
	SECURITY_ATTRIBUTES inherited = {
		.nLength = sizeof(inherited), .bInheritHandle = TRUE};

	if (!CreatePipe(&hearing->from[i], &hearing->to[i], &inherited, PIPE_BYTES))
		return false;
	SetHandleInformation(hearing->from[i], HANDLE_FLAG_INHERIT, 0);
	return true;
}

/* ---- the screen ---- */

/* One row without the blanks at its end; *ret_full: the next one goes on with the same line. */
static wchar_t *read_row(HANDLE screen, SHORT y, SHORT width, bool *ret_full)
{
	wchar_t *row;
	DWORD n = 0;

	if (width > SCREEN_WIDTH)
		width = SCREEN_WIDTH;
	row = calloc((size_t)width + 1, sizeof(*row));
	if (!row || !ReadConsoleOutputCharacterW(screen, row, (DWORD)width, (COORD){0, y}, &n)) {
		free(row);
		return NULL;
	}
	n = n < (DWORD)width ? n : (DWORD)width;
	*ret_full = n == (DWORD)width && row[n - 1] != L' ';
	while (n && (row[n - 1] == L' ' || !row[n - 1]))
		n--;
	row[n] = 0;
	return row;
}

/* The rows above the cursor, by which the place is found again when the screen has scrolled. */
static void remember(struct iu_hearing *hearing)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	bool full;

	if (!GetConsoleScreenBufferInfo(hearing->screen, &info))
		return;
	for (SHORT i = 0; i < IU_HEARING_ROWS && info.dwCursorPosition.Y > i; i++)
		hearing->before[i] = read_row(hearing->screen,
			(SHORT)(info.dwCursorPosition.Y - 1 - i), info.dwSize.X, &full);
}

/* Whether the rows above @y are those that stood there before the command. */
static bool is_start(const struct iu_hearing *hearing, SHORT y, SHORT width)
{
	bool same = hearing->before[0] != NULL, full;

	for (SHORT i = 0; i < IU_HEARING_ROWS && hearing->before[i] && same; i++) {
		wchar_t *row = y > i ? read_row(hearing->screen, (SHORT)(y - 1 - i), width, &full)
				     : NULL;

		/* what has scrolled out of the screen cannot differ */
		same = y <= i || (row && !wcscmp(row, hearing->before[i]));
		free(row);
	}
	return same;
}

static void read_screen(struct iu_hearing *hearing)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	struct iu_arena arena = {0};
	SHORT y, end;
	bool full = false;

	if (!GetConsoleScreenBufferInfo(hearing->screen, &info))
		return;
	end = info.dwCursorPosition.Y;
	for (y = end; y > 0 && end - y < SCREEN_ROWS && !is_start(hearing, y, info.dwSize.X); y--)
		;
	for (; y <= end; y++) {
		wchar_t *row = read_row(hearing->screen, y, info.dwSize.X, &full);
		const char *text = iu_utf8(&arena, row);

		if (text)
			iu_text_add(&hearing->shown, text);
		if (!full)
			iu_text_add(&hearing->shown, "\n");
		free(row);
	}
	iu_arena_free(&arena);
}

/* ---- one run ---- */

bool iu_hearing_start(struct iu_hearing *hearing)
{
	static const DWORD numbers[] = {STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

	*hearing = (struct iu_hearing){0};
	for (size_t i = 0; i < IU_HEARING_STREAMS; i++) {
		hearing->ours[i] = hearing->to[i] = GetStdHandle(numbers[i]);
		if (!hearing->ours[i] || hearing->ours[i] == INVALID_HANDLE_VALUE)
			continue;
		if (is_console(hearing->ours[i]))
			hearing->screen = hearing->ours[i];
		else if (i && hearing->from[0] && is_same(hearing->ours[0], hearing->ours[1]))
			hearing->to[1] = hearing->to[0];
		else if (!make_pipe(hearing, i))
			return false;
	}
	if (hearing->screen)
		remember(hearing);
	return true;
}

void iu_hearing_started(struct iu_hearing *hearing)
{
	for (size_t i = 0; i < IU_HEARING_STREAMS; i++) {
		if (hearing->from[i])
			CloseHandle(hearing->to[i]);
		hearing->to[i] = NULL;
	}
}

void iu_hearing_pass(struct iu_hearing *hearing)
{
	char bytes[4096];
	DWORD there, n, written;

	for (size_t i = 0; i < IU_HEARING_STREAMS; i++)
		while (hearing->from[i] &&
			PeekNamedPipe(hearing->from[i], NULL, 0, NULL, &there, NULL) && there &&
			ReadFile(hearing->from[i], bytes, sizeof(bytes), &n, NULL) && n) {
			WriteFile(hearing->ours[i], bytes, n, &written, NULL);
			iu_said_keep(&hearing->kept[i], bytes, n);
		}
}

/* Errors come first: what is wrong is said there, if anywhere. */
void iu_hearing_suspects(struct iu_hearing *hearing, struct iu_text *suspects)
{
	if (hearing->screen)
		read_screen(hearing);
	iu_said_lines(&hearing->kept[1], suspects);
	iu_said_lines(&hearing->kept[0], suspects);
	iu_said_lines(&hearing->shown, suspects);
}

void iu_hearing_end(struct iu_hearing *hearing)
{
	iu_hearing_started(hearing);
	for (size_t i = 0; i < IU_HEARING_STREAMS; i++) {
		if (hearing->from[i])
			CloseHandle(hearing->from[i]);
		iu_text_free(&hearing->kept[i]);
	}
	for (size_t i = 0; i < IU_HEARING_ROWS; i++)
		free(hearing->before[i]);
	iu_text_free(&hearing->shown);
	*hearing = (struct iu_hearing){0};
}
