/* base/start-process.c - starts a program that inherits its streams, and nothing else */
#include "base/start-process.h"

#include <stdlib.h>

/* What the child gets, and which of it is ours to close again. */
struct inherited {
	HANDLE streams[IU_STREAMS], list[IU_STREAMS], copies[IU_STREAMS];
	size_t n;
};

/* Before Windows 8 a handle of a console is no handle of the kernel, and goes to the child by itself. */
static bool is_console_number(HANDLE handle)
{
	return ((uintptr_t)handle & 3) == 3 && GetFileType(handle) == FILE_TYPE_CHAR;
}

static bool is_listed(const struct inherited *inherited, HANDLE handle)
{
	for (size_t i = 0; i < inherited->n; i++)
		if (inherited->list[i] == handle)
			return true;
	return false;
}

static void inherit(struct inherited *inherited, size_t i, HANDLE handle)
{
	HANDLE self = GetCurrentProcess();
	DWORD flags = 0;

	if (!handle || handle == INVALID_HANDLE_VALUE)
		return;
	inherited->streams[i] = handle;
	if (is_console_number(handle))
		return;
	if (GetHandleInformation(handle, &flags) && !(flags & HANDLE_FLAG_INHERIT) &&
		DuplicateHandle(self, handle, self, &inherited->copies[i], 0, TRUE, DUPLICATE_SAME_ACCESS))
		inherited->streams[i] = inherited->copies[i];
	/* one that is listed twice is refused */
	if (!is_listed(inherited, inherited->streams[i]))
		inherited->list[inherited->n++] = inherited->streams[i];
}

static PPROC_THREAD_ATTRIBUTE_LIST make_list(struct inherited *inherited)
{
	PPROC_THREAD_ATTRIBUTE_LIST list;
	SIZE_T size = 0;

	InitializeProcThreadAttributeList(NULL, 1, 0, &size);
	list = size ? calloc(1, size) : NULL;
	if (!list || !InitializeProcThreadAttributeList(list, 1, 0, &size)) {
		free(list);
		return NULL;
	}
	if (UpdateProcThreadAttribute(list, 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, inherited->list,
		    inherited->n * sizeof(*inherited->list), NULL, NULL))
		return list;
	DeleteProcThreadAttributeList(list);
	free(list);
	return NULL;
}

bool iu_start_process(const wchar_t *path, wchar_t *line, DWORD flags, const HANDLE streams[IU_STREAMS],
	PROCESS_INFORMATION *ret)
{
	STARTUPINFOEXW start = {.StartupInfo = {.cb = sizeof(start), .dwFlags = STARTF_USESTDHANDLES}};
	struct inherited inherited = {0};
	bool good = true;
	DWORD error;

	for (size_t i = 0; i < IU_STREAMS; i++)
		inherit(&inherited, i, streams[i]);
	start.StartupInfo.hStdInput = inherited.streams[0];
	start.StartupInfo.hStdOutput = inherited.streams[1];
	start.StartupInfo.hStdError = inherited.streams[2];
	if (inherited.n) {
		start.lpAttributeList = make_list(&inherited);
		good = start.lpAttributeList != NULL;
	}
	good = good && CreateProcessW(path, line, NULL, NULL, inherited.n > 0,
			       flags | EXTENDED_STARTUPINFO_PRESENT, NULL, NULL, &start.StartupInfo, ret);
	error = GetLastError();
	if (start.lpAttributeList)
		DeleteProcThreadAttributeList(start.lpAttributeList);
	free(start.lpAttributeList);
	for (size_t i = 0; i < IU_STREAMS; i++)
		if (inherited.copies[i])
			CloseHandle(inherited.copies[i]);
	SetLastError(error);
	return good;
}
