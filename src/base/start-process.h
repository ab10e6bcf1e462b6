/* base/start-process.h - starts a program that inherits its streams, and nothing else */
#ifndef IU_BASE_START_PROCESS_H
#define IU_BASE_START_PROCESS_H

#include "base/windows-api.h"

#define IU_STREAMS 3 /* input, output, errors */

/**
 * iu_start_process() - CreateProcessW() with a list of what is inherited
 * @path: the program itself; @line: its command line, which the system may write into
 * @flags: of CreateProcessW()
 * @streams: NULL: none. One that cannot be inherited is duplicated for that
 * @ret: both handles are the caller's
 * Returns: false: see GetLastError().
 *
 * Sockets are inherited by default on Windows: without a list a child would keep the ports of the
 * process that the library lives in.
 */
bool iu_start_process(const wchar_t *path, wchar_t *line, DWORD flags, const HANDLE streams[IU_STREAMS],
	PROCESS_INFORMATION *ret);

#endif
