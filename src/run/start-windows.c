/* run/start-windows.c - runs a command and waits for it */
#include <errno.h>

#include "os/windows/spawn.h"
#include "run/run.h"

int iu_run_start(struct iu_run *run, int *ret_status)
{
	HANDLE process = iu_spawn(run->argv);
	unsigned long code = 0;

	if (!process)
		return GetLastError() == ERROR_FILE_NOT_FOUND ? ENOENT : EACCES;
	SetConsoleCtrlHandler(NULL, TRUE); /* Ctrl-C is for the command: we end when it does */
	WaitForSingleObject(process, INFINITE);
	GetExitCodeProcess(process, &code);
	CloseHandle(process);
	*ret_status = (int)code;
	return 0;
}
