/* os/windows/holders/socket-handles.c - who has handles to sockets, and what those sockets are */
#include "os/windows/holders/socket-handles.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/windows/process/debugging.h"
#include "os/windows/process/process.h"

#define PATIENCE_MS  500   /* a busy machine may let a thread wait for its turn that long */
#define BEGIN_MS     5000
#define ALL_MS	     3000  /* for all questions together */
#define ASKED_MAX    65536
#define STUCK_MAX    8
#define NAME_BYTES   2048
#define OBJECT_NAME  1 /* ObjectNameInformation */

typedef LONG NTAPI query_object(HANDLE, int, void *, ULONG, ULONG *);

/*
 * What asks. A handle that was opened for one call at a time (somebody accepts with it, and nobody
 * comes) lets nobody in until that call ends. Then the thread is ended, which has nothing but its
 * stack: our duplicate must not outlive the look, or it would be us who keep the port. Once it has begun it
 * calls the kernel alone: ended while it has the loader's lock, it would take us with it.
 */
struct asker {
	HANDLE thread, asked, answered;
	struct iu_afd afd;
	query_object *query;
	HANDLE handle;    /* the duplicate; NULL: the end */
	struct iu_afd_socket socket;
	bool good;
	char own_name[NAME_BYTES];
};

struct iu_socket_handles {
	struct iu_handle_row *rows; /* those that may be sockets; a process's rows follow each other */
	size_t count;
	struct iu_afd afd;
	query_object *query; /* NtQueryObject() */
	char name[NAME_BYTES];
	struct asker *asker; /* NULL: none yet */
	ULONGLONG deadline;
	size_t asked, stuck;
};

/* The name of the object without the pointer before it: "\Device\Afd", on Wine nothing. */
static bool object_name(query_object *query, HANDLE handle, char name[NAME_BYTES])
{
	struct {
		USHORT bytes, room;
		wchar_t *units;
		char rest[NAME_BYTES];
	} told = {0};
	ULONG n = 0;
	size_t bytes;

	if (!query || query(handle, OBJECT_NAME, &told, sizeof(told), &n) < 0)
		return false;
	bytes = told.bytes;
	memset(name, 0, NAME_BYTES);
	if (!told.units || !bytes)
		return true;
	if (told.units != (wchar_t *)told.rest || bytes > sizeof(told.rest) - sizeof(wchar_t) ||
		bytes > NAME_BYTES)
		return false;
	memcpy(name, told.rest, bytes);
	return true;
}

/* Only what is a socket by its name is sent requests that other drivers may take for theirs. */
static DWORD WINAPI ask_on(void *parameter)
{
	struct asker *asker = parameter;

	SetEvent(asker->answered); /* it has begun */
	while (WaitForSingleObject(asker->asked, INFINITE) == WAIT_OBJECT_0 && asker->handle) {
		char name[NAME_BYTES];

		asker->good = object_name(asker->query, asker->handle, name) &&
			      !memcmp(name, asker->own_name, NAME_BYTES) &&
			      iu_afd_ask(&asker->afd, asker->handle, &asker->socket);
		SetEvent(asker->answered);
	}
	return 0;
}

static void free_asker(struct asker *asker)
{
	if (asker->thread)
		CloseHandle(asker->thread);
	if (asker->asked)
		CloseHandle(asker->asked);
	if (asker->answered)
		CloseHandle(asker->answered);
	iu_afd_close(&asker->afd);
	free(asker);
}

static void end_asker(struct asker *asker)
{
	if (!asker)
		return;
	asker->handle = NULL;
	SetEvent(asker->asked);
	WaitForSingleObject(asker->thread, INFINITE);
	free_asker(asker);
}

/* It waits within the system. Where even that does not end it, all of it is left to it. */
static void give_up(struct asker *asker)
{
	HANDLE handle = asker->handle;

	if (!TerminateThread(asker->thread, 0) ||
		WaitForSingleObject(asker->thread, PATIENCE_MS) != WAIT_OBJECT_0)
		return;
	CloseHandle(handle);
	free_asker(asker);
}

static struct asker *make_asker(const struct iu_socket_handles *handles)
{
	struct asker *asker = calloc(1, sizeof(*asker));

	if (!asker)
		return NULL;
	asker->query = handles->query;
	memcpy(asker->own_name, handles->name, NAME_BYTES);
	asker->asked = CreateEventW(NULL, FALSE, FALSE, NULL);
	asker->answered = CreateEventW(NULL, FALSE, FALSE, NULL);
	if (asker->asked && asker->answered && iu_afd_again(&handles->afd, &asker->afd))
		asker->thread = CreateThread(NULL, 0, ask_on, asker, 0, NULL);
	if (!asker->thread) {
		free_asker(asker);
		return NULL;
	}
	/* a thread begins in the loader: one that has not begun is left alone, with what it has */
	return WaitForSingleObject(asker->answered, BEGIN_MS) == WAIT_OBJECT_0 ? asker : NULL;
}

/* ---- opening ---- */

size_t iu_socket_rows(const void *table, size_t size, int32_t pid, uintptr_t socket,
	struct iu_handle_row *rows)
{
	size_t count = iu_handle_table_count(table, size), n = 0;
	const struct iu_handle_row none = {0};
	struct iu_handle_row own = none, row;

	for (size_t i = 0; i < count && !own.handle; i++) {
		row = iu_handle_table_row(table, i);
		own = row.pid == pid && row.handle == socket ? row : none;
	}
	for (size_t i = 0; i < count && own.handle; i++) {
		row = iu_handle_table_row(table, i);
		if (row.type == own.type && row.access == own.access && row.pid > 0)
			rows[n++] = row;
	}
	return n;
}

/* A socket as any program makes one is in the table, too: its row says what to look for. */
static bool learn(struct iu_socket_handles *handles)
{
	SOCKET s = iu_socket(AF_INET, SOCK_STREAM, 0);
	size_t size = 0;
	void *table = s == INVALID_SOCKET ? NULL : iu_handle_table_read(&size);

	if (table)
		handles->rows = calloc(iu_handle_table_count(table, size) + 1, sizeof(*handles->rows));
	if (handles->rows && object_name(handles->query, (HANDLE)s, handles->name))
		handles->count = iu_socket_rows(table, size, (int32_t)GetCurrentProcessId(), s,
			handles->rows);
	free(table);
	if (s != INVALID_SOCKET)
		closesocket(s);
	return handles->count > 0;
}

struct iu_socket_handles *iu_socket_handles_open(void)
{
	struct iu_socket_handles *handles = calloc(1, sizeof(*handles));

	if (!handles)
		return NULL;
	iu_api_into(L"ntdll.dll", handles->query, "NtQueryObject");
	handles->deadline = GetTickCount64() + ALL_MS;
	if (iu_afd_open(&handles->afd) && learn(handles))
		return handles;
	iu_socket_handles_close(handles);
	return NULL;
}

void iu_socket_handles_close(struct iu_socket_handles *handles)
{
	if (!handles)
		return;
	end_asker(handles->asker);
	iu_afd_close(&handles->afd);
	free(handles->rows);
	free(handles);
}

/* ---- asking ---- */

int32_t iu_socket_handles_next(const struct iu_socket_handles *handles, int32_t after)
{
	int32_t next = 0;

	for (size_t i = 0; i < handles->count; i++)
		if (handles->rows[i].pid > after && (!next || handles->rows[i].pid < next))
			next = handles->rows[i].pid;
	return next;
}

/* Returns: it was answered at all. @handle is closed. */
static bool ask(struct iu_socket_handles *handles, HANDLE handle, bool *ret_good,
	struct iu_afd_socket *ret)
{
	if (!handles->asker)
		handles->asker = make_asker(handles);
	if (!handles->asker) {
		CloseHandle(handle);
		return false;
	}
	handles->asker->handle = handle;
	SetEvent(handles->asker->asked);
	if (WaitForSingleObject(handles->asker->answered, PATIENCE_MS) != WAIT_OBJECT_0) {
		give_up(handles->asker);
		handles->asker = NULL;
		handles->stuck++;
		return false;
	}
	*ret_good = handles->asker->good;
	*ret = handles->asker->socket;
	CloseHandle(handle);
	return true;
}

static bool is_tired(const struct iu_socket_handles *handles)
{
	return handles->asked >= ASKED_MAX || handles->stuck >= STUCK_MAX ||
	       GetTickCount64() > handles->deadline;
}

/* As an administrator one of another account's, too. Returns: 0, IU_E_GONE, IU_E_ACCESS. */
static int open_other(int32_t pid, DWORD rights, HANDLE *ret_process)
{
	struct iu_debugging debugging;
	DWORD error;

	iu_debugging_begin(&debugging);
	*ret_process = OpenProcess(rights, FALSE, (DWORD)pid);
	error = GetLastError();
	iu_debugging_end(&debugging);
	if (*ret_process)
		return 0;
	return error == ERROR_INVALID_PARAMETER ? IU_E_GONE : IU_E_ACCESS;
}

int iu_socket_handles_of(struct iu_socket_handles *handles, int32_t pid,
	void (*visit)(void *context, const struct iu_afd_socket *socket), void *context)
{
	HANDLE process, copy;
	bool guarded;
	int ret = open_other(pid, PROCESS_QUERY_LIMITED_INFORMATION, &process);

	if (ret < 0) /* what cannot even be told apart is not asked for its handles */
		return ret;
	guarded = iu_process_is_guarded(process);
	CloseHandle(process);
	ret = guarded ? IU_E_NOTSUP : open_other(pid, PROCESS_DUP_HANDLE, &process);
	if (ret < 0)
		return ret;
	for (size_t i = 0; i < handles->count; i++) {
		struct iu_afd_socket socket;
		bool good = false;

		if (handles->rows[i].pid != pid)
			continue;
		if (is_tired(handles)) {
			ret = IU_E_LIMIT;
			break;
		}
		/* closed since: nobody has it any more */
		if (!DuplicateHandle(process, (HANDLE)handles->rows[i].handle,
			    GetCurrentProcess(), &copy, 0, FALSE, DUPLICATE_SAME_ACCESS))
			continue;
		handles->asked++;
		if (!ask(handles, copy, &good, &socket))
			ret = IU_E_LIMIT;
		else if (good)
			visit(context, &socket);
	}
	CloseHandle(process);
	return ret;
}
