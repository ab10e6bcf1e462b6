/* os/windows/process/service.h - the service manager */
#ifndef IU_OS_WINDOWS_PROCESS_SERVICE_H
#define IU_OS_WINDOWS_PROCESS_SERVICE_H

#include "model/windows.h"
#include "os/windows/system.h"

/** iu_service_state() - of dwCurrentState. */
enum iu_service_state iu_service_state(DWORD state);

/** iu_service_start() - of dwStartType, and back. */
enum iu_service_start iu_service_start(DWORD type);

/** iu_service_config() - QUERY_SERVICE_CONFIGW, to be freed; NULL: refused. */
QUERY_SERVICE_CONFIGW *iu_service_config(SC_HANDLE service);

/** iu_service_dependents() - those that run and stop with it, to be freed; NULL: none, or refused. */
ENUM_SERVICE_STATUSW *iu_service_dependents(SC_HANDLE service, DWORD *ret_count);

#endif
