/* os/windows/act/result.c - how a step went, in words */
#include "os/windows/act/result.h"

#include <stdarg.h>
#include <stdio.h>

#include "os/os.h"
#include "os/windows/host/host.h"

void iu_result_say(struct iu_step_result *result, enum iu_result_kind kind, DWORD error,
	const char *format, ...)
{
	va_list args;

	*result = (struct iu_step_result){.kind = kind, .error_number = (int)error};
	va_start(args, format);
	vsnprintf(result->detail, sizeof(result->detail), format, args);
	va_end(args);
}

void iu_result_system(struct iu_step_result *result, DWORD error, const char *what)
{
	if (error == ERROR_ACCESS_DENIED)
		iu_result_say(result, IU_RESULT_DENIED, error,
			iu_host_is_elevated() == IU_YES ? "%s: access denied, also to administrators"
						   : "%s: access denied; an elevated prompt may",
			what);
	else
		iu_result_say(result, IU_RESULT_FAILED, error, "%s: error %lu, %s", what, error,
			iu_os_error_name((int)error));
}
