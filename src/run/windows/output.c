/* run/windows/output.c - what a command prints, heard without changing what it looks like */
#include "run/windows/output.h"

#include <stdlib.h>
#include <string.h>

#include "run/output-tail.h"

#include "base/windows-api.h" /* behind the others: Windows makes "near" a macro */

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

static bool make_pipe(struct iu_run_output *output, size_t i)
{
	SECURITY_ATTRIBUTES inherited = {
		.nLength = sizeof(inherited), .bInheritHandle = TRUE};

	if (!CreatePipe(&output->from[i], &output->to[i], &inherited, PIPE_BYTES))
		return false;
	SetHandleInformation(output->from[i], HANDLE_FLAG_INHERIT, 0);
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
static void remember(struct iu_run_output *output)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	bool full;

	if (!GetConsoleScreenBufferInfo(output->screen, &info))
		return;
	for (SHORT i = 0; i < IU_RUN_OUTPUT_ROWS && info.dwCursorPosition.Y > i; i++)
		output->before[i] = read_row(output->screen,
			(SHORT)(info.dwCursorPosition.Y - 1 - i), info.dwSize.X, &full);
}

/* Whether the rows above @y are those that stood there before the command. */
static bool is_start(const struct iu_run_output *output, SHORT y, SHORT width)
{
	bool same = output->before[0] != NULL, full;

	for (SHORT i = 0; i < IU_RUN_OUTPUT_ROWS && output->before[i] && same; i++) {
		wchar_t *row = y > i ? read_row(output->screen, (SHORT)(y - 1 - i), width, &full)
				     : NULL;

		/* what has scrolled out of the screen cannot differ */
		same = y <= i || (row && !wcscmp(row, output->before[i]));
		free(row);
	}
	return same;
}

static void read_screen(struct iu_run_output *output)
{
	CONSOLE_SCREEN_BUFFER_INFO info;
	struct iu_arena arena = {0};
	SHORT y, end;
	bool full = false;

	if (!GetConsoleScreenBufferInfo(output->screen, &info))
		return;
	end = info.dwCursorPosition.Y;
	for (y = end; y > 0 && end - y < SCREEN_ROWS && !is_start(output, y, info.dwSize.X); y--)
		;
	for (; y <= end; y++) {
		wchar_t *row = read_row(output->screen, y, info.dwSize.X, &full);
		const char *text = iu_utf8(&arena, row);

		if (text)
			iu_text_add(&output->shown, text);
		if (!full)
			iu_text_add(&output->shown, "\n");
		free(row);
	}
	iu_arena_free(&arena);
}

/* ---- one run ---- */

bool iu_run_output_start(struct iu_run_output *output)
{
	static const DWORD numbers[] = {STD_OUTPUT_HANDLE, STD_ERROR_HANDLE};

	*output = (struct iu_run_output){0};
	for (size_t i = 0; i < IU_RUN_OUTPUT_STREAMS; i++) {
		output->ours[i] = output->to[i] = GetStdHandle(numbers[i]);
		if (!output->ours[i] || output->ours[i] == INVALID_HANDLE_VALUE)
			continue;
		if (is_console(output->ours[i]))
			output->screen = output->ours[i];
		else if (i && output->from[0] && is_same(output->ours[0], output->ours[1]))
			output->to[1] = output->to[0];
		else if (!make_pipe(output, i))
			return false;
	}
	if (output->screen)
		remember(output);
	return true;
}

void iu_run_output_started(struct iu_run_output *output)
{
	for (size_t i = 0; i < IU_RUN_OUTPUT_STREAMS; i++) {
		if (output->from[i])
			CloseHandle(output->to[i]);
		output->to[i] = NULL;
	}
}

void iu_run_output_pass(struct iu_run_output *output)
{
	char bytes[4096];
	DWORD there, n, written;

	for (size_t i = 0; i < IU_RUN_OUTPUT_STREAMS; i++)
		while (output->from[i] &&
			PeekNamedPipe(output->from[i], NULL, 0, NULL, &there, NULL) && there &&
			ReadFile(output->from[i], bytes, sizeof(bytes), &n, NULL) && n) {
			WriteFile(output->ours[i], bytes, n, &written, NULL);
			iu_output_tail_keep(&output->kept[i], bytes, n);
		}
}

/* Errors come first: what is wrong is said there, if anywhere. */
void iu_run_output_suspects(struct iu_run_output *output, struct iu_text *suspects)
{
	if (output->screen)
		read_screen(output);
	iu_output_tail_lines(&output->kept[1], suspects);
	iu_output_tail_lines(&output->kept[0], suspects);
	iu_output_tail_lines(&output->shown, suspects);
}

void iu_run_output_end(struct iu_run_output *output)
{
	iu_run_output_started(output);
	for (size_t i = 0; i < IU_RUN_OUTPUT_STREAMS; i++) {
		if (output->from[i])
			CloseHandle(output->from[i]);
		iu_text_free(&output->kept[i]);
	}
	for (size_t i = 0; i < IU_RUN_OUTPUT_ROWS; i++)
		free(output->before[i]);
	iu_text_free(&output->shown);
	*output = (struct iu_run_output){0};
}
