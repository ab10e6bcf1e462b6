/* os/windows/host/events.h - the event log, as far as it is read */
#ifndef IU_OS_WINDOWS_HOST_EVENTS_H
#define IU_OS_WINDOWS_HOST_EVENTS_H

#include "base/text.h"
#include "os/windows/system.h"

#include <winevt.h>

/* Functions of wevtapi.dll, asked for at run time. */
struct iu_event_log {
	EVT_HANDLE(WINAPI *query)(EVT_HANDLE, LPCWSTR, LPCWSTR, DWORD);
	BOOL(WINAPI *next)(EVT_HANDLE, DWORD, EVT_HANDLE *, DWORD, DWORD, DWORD *);
	BOOL(WINAPI *render)(EVT_HANDLE, EVT_HANDLE, DWORD, DWORD, void *, DWORD *, DWORD *);
	BOOL(WINAPI *close)(EVT_HANDLE);
};

/**
 * iu_event_log_read() - adds what the last day's entries about ports say, as XML
 * Returns: false: there is no log to ask, or its end was not reached in time; @text may have some.
 */
bool iu_event_log_read(const struct iu_event_log *log, struct iu_text *text);

#endif
