/* os/windows/sockets/watch.c - sleeps until something changes: the end of a process, or the clock */
#include <stdlib.h>

#include "base/err.h"
#include "os/os.h"
#include "os/windows/handle.h"

struct iu_os_watch {
	HANDLE handles[MAXIMUM_WAIT_OBJECTS];
	DWORD count;
	bool due; /* something had changed before it could be watched */
};

int iu_os_watch_new(struct iu_os_watch **ret_watch)
{
	struct iu_os_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return IU_E_NOMEM;
	*ret_watch = watch;
	return 0;
}

void iu_os_watch_process(struct iu_os_watch *watch, int32_t pid)
{
	HANDLE process;

	if (watch->count >= MAXIMUM_WAIT_OBJECTS || !pid)
		return; /* the slow look finds out about the rest */
	process = OpenProcess(SYNCHRONIZE, FALSE, (DWORD)pid);
	if (process)
		watch->handles[watch->count++] = process;
	else if (GetLastError() == ERROR_INVALID_PARAMETER)
		watch->due = true; /* there is no such process any more */
}

void iu_os_watch_handle(struct iu_os_watch *watch, int handle)
{
	HANDLE copy, self = GetCurrentProcess();

	if (handle < 0 || iu_handle_is_socket(handle) || watch->count >= MAXIMUM_WAIT_OBJECTS)
		return;
	if (DuplicateHandle(self, iu_handle_process(handle), self, &copy, SYNCHRONIZE, FALSE, 0))
		watch->handles[watch->count++] = copy;
}

bool iu_os_watch_port(struct iu_os_watch *watch, enum iu_protocol protocol, uint16_t port)
{
	(void)watch;
	(void)protocol;
	(void)port;
	return false;
}

void iu_os_watch_path(struct iu_os_watch *watch, const char *path, size_t len)
{
	(void)watch;
	(void)path;
	(void)len;
}

int iu_os_watch_wait(struct iu_os_watch *watch, unsigned int ms)
{
	DWORD r;

	if (watch->due) {
		watch->due = false;
		return 1;
	}
	if (!watch->count) {
		Sleep(ms);
		return 0;
	}
	r = WaitForMultipleObjects(watch->count, watch->handles, FALSE, ms);
	return r < WAIT_OBJECT_0 + watch->count;
}

void iu_os_watch_free(struct iu_os_watch *watch)
{
	for (DWORD i = 0; watch && i < watch->count; i++)
		CloseHandle(watch->handles[i]);
	free(watch);
}

int iu_os_socket_there(const struct iu_socket *socket)
{
	(void)socket;
	return IU_E_NOTSUP;
}

int64_t iu_os_now_ms(void)
{
	return (int64_t)GetTickCount64();
}

uint32_t iu_os_random(void)
{
	LARGE_INTEGER counter = {0};

	QueryPerformanceCounter(&counter);
	return (uint32_t)counter.QuadPart * 2654435761u ^ GetCurrentProcessId() * 40503u;
}

/* No handle serves select() and the completion ports of libuv alike. */
int iu_os_alarm_new(struct iu_os_alarm **ret_alarm)
{
	(void)ret_alarm;
	return IU_E_NOTSUP;
}

int iu_os_alarm_fd(const struct iu_os_alarm *alarm)
{
	(void)alarm;
	return -1;
}

void iu_os_alarm_set(struct iu_os_alarm *alarm, struct iu_os_watch *watch, unsigned int ms)
{
	(void)alarm;
	(void)watch;
	(void)ms;
}

void iu_os_alarm_free(struct iu_os_alarm *alarm)
{
	(void)alarm;
}
