/* run/start-windows.c - runs a command and waits for it */
#include <errno.h>
#include <stdlib.h>

#include "os/windows/spawn.h"
#include "run/run.h"

int iu_run_start(const struct iu_run *run)
{
	HANDLE process = iu_spawn(run->argv);
	unsigned long code = 0;

	if (!process)
		return GetLastError() == ERROR_FILE_NOT_FOUND ? ENOENT : EACCES;
	SetConsoleCtrlHandler(NULL, TRUE); /* Ctrl-C is for the command: we end when it does */
	WaitForSingleObject(process, INFINITE);
	GetExitCodeProcess(process, &code);
	CloseHandle(process);
	exit((int)code);
}
