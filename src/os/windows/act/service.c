/* os/windows/act/service.c - stops services, and switches them off so that it can be undone */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/windows/act/acts.h"
#include "os/windows/act/disabled-services.h"
#include "os/windows/process/service.h"

#define STOP_MS	     60000 /* without a sign of progress */
#define POLL_LEAST   50
#define POLL_MOST    1000
#define STATUS_BYTES sizeof(SERVICE_STATUS_PROCESS)

static bool get_status(SC_HANDLE service, SERVICE_STATUS_PROCESS *ret)
{
	DWORD n;

	return QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)ret, STATUS_BYTES, &n);
}

static SC_HANDLE open_service(SC_HANDLE manager, const char *name, DWORD rights)
{
	wchar_t *wide = iu_wide(name);
	SC_HANDLE service = wide ? OpenServiceW(manager, wide, rights) : NULL;
	DWORD error = GetLastError();

	free(wide);
	SetLastError(error);
	return service;
}

/* The manager says how long the next sign of progress may take: a tenth of it is the custom. */
static bool wait_stopped(SC_HANDLE service, struct iu_step_result *result, const char *name)
{
	SERVICE_STATUS_PROCESS status;
	DWORD check_point = 0;
	ULONGLONG since = GetTickCount64();

	while (get_status(service, &status)) {
		DWORD pause = status.dwWaitHint / 10, most = STOP_MS;

		if (status.dwCurrentState == SERVICE_STOPPED)
			return true;
		if (status.dwCheckPoint != check_point) {
			check_point = status.dwCheckPoint;
			since = GetTickCount64();
		}
		if (status.dwWaitHint > most)
			most = status.dwWaitHint;
		if (GetTickCount64() - since > most) {
			iu_result_say(result, IU_RESULT_FAILED, ERROR_TIMEOUT,
				"service %.60s does not stop: no progress for %lu s", name, most / 1000);
			return false;
		}
		Sleep(pause < POLL_LEAST ? POLL_LEAST : pause > POLL_MOST ? POLL_MOST : pause);
	}
	iu_result_system(result, GetLastError(), "the service's state cannot be read");
	return false;
}

static bool stop_one(SC_HANDLE manager, const char *name, struct iu_step_result *result)
{
	SC_HANDLE service = open_service(manager, name, SERVICE_STOP | SERVICE_QUERY_STATUS);
	SERVICE_STATUS status;
	char what[96];
	bool good;

	snprintf(what, sizeof(what), "service %.60s", name);
	if (!service) {
		iu_result_system(result, GetLastError(), what);
		return false;
	}
	good = ControlService(service, SERVICE_CONTROL_STOP, &status) ||
	       GetLastError() == ERROR_SERVICE_NOT_ACTIVE ||
	       (GetLastError() == ERROR_SERVICE_CANNOT_ACCEPT_CTRL &&
		       status.dwCurrentState == SERVICE_STOP_PENDING);
	if (!good)
		iu_result_system(result, GetLastError(), what);
	good = good && wait_stopped(service, result, name);
	CloseServiceHandle(service);
	return good;
}

static bool is_planned(const struct iu_step_service *target, const char *name)
{
	for (size_t i = 0; name && i < target->dependents.n; i++)
		if (!_stricmp(target->dependents.v[i], name))
			return true;
	return false;
}

/* One more than the plan shows would be stopped without anybody's consent. */
static bool dependents_planned(
	SC_HANDLE service, const struct iu_step_service *target, struct iu_step_result *result)
{
	struct iu_arena arena = {0};
	DWORD count;
	ENUM_SERVICE_STATUSW *list = iu_service_dependents(service, &count);
	bool good = true;

	for (DWORD i = 0; i < count && good; i++) {
		const char *name = iu_utf8(&arena, list[i].lpServiceName);

		good = is_planned(target, name);
		if (!good)
			iu_result_say(result, IU_RESULT_CHANGED, 0,
				"service %.60s depends on it and is not in the plan",
				name ? name : "?");
	}
	free(list);
	iu_arena_free(&arena);
	return good;
}

static bool is_same(SC_HANDLE service, const struct iu_step_service *target,
	struct iu_step_result *result)
{
	SERVICE_STATUS_PROCESS status;

	if (!get_status(service, &status))
		iu_result_system(result, GetLastError(), "the service's state cannot be read");
	else if (status.dwCurrentState == SERVICE_STOPPED)
		iu_result_say(result, IU_RESULT_GONE, 0, "it is stopped already");
	else if (target->pid && status.dwProcessId != (DWORD)target->pid)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "it was started anew meanwhile");
	else
		return dependents_planned(service, target, result);
	return false;
}

void iu_act_stop_service(const struct iu_step_service *target, struct iu_step_result *result)
{
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT), service = NULL;
	bool good = manager != NULL;

	if (good)
		service = open_service(manager, target->name,
			SERVICE_STOP | SERVICE_QUERY_STATUS | SERVICE_ENUMERATE_DEPENDENTS);
	if (!service) {
		iu_result_system(result, GetLastError(), "the service cannot be opened");
		good = false;
	}
	good = good && is_same(service, target, result);
	for (size_t i = 0; i < target->dependents.n && good; i++)
		good = stop_one(manager, target->dependents.v[i], result);
	if (good && stop_one(manager, target->name, result))
		result->kind = IU_RESULT_DONE;
	if (service)
		CloseServiceHandle(service);
	if (manager)
		CloseServiceHandle(manager);
}

/* ---- switched off, and on again ---- */

static DWORD type_of(enum iu_service_start start)
{
	for (DWORD type = SERVICE_BOOT_START; type <= SERVICE_DISABLED; type++)
		if (iu_service_start(type) == start)
			return type;
	return SERVICE_NO_CHANGE;
}

/* Sets the start type where it is @from; returns false with the reason in *@result. */
static bool change_start(const char *name, enum iu_service_start from, enum iu_service_start to,
	struct iu_step_result *result)
{
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
	SC_HANDLE service = manager ? open_service(manager, name,
					      SERVICE_QUERY_CONFIG | SERVICE_CHANGE_CONFIG)
				    : NULL;
	QUERY_SERVICE_CONFIGW *config = service ? iu_service_config(service) : NULL;
	bool good = false;

	if (!config)
		iu_result_system(result, GetLastError(), "the service cannot be opened");
	else if (iu_service_start(config->dwStartType) == to)
		iu_result_say(result, IU_RESULT_GONE, 0, "its start type is that already");
	else if (from && iu_service_start(config->dwStartType) != from)
		iu_result_say(result, IU_RESULT_CHANGED, 0, "its start type was changed meanwhile");
	else if (!ChangeServiceConfigW(service, SERVICE_NO_CHANGE, type_of(to), SERVICE_NO_CHANGE,
			 NULL, NULL, NULL, NULL, NULL, NULL, NULL))
		iu_result_system(result, GetLastError(), "its start type cannot be changed");
	else
		good = true;
	free(config);
	if (service)
		CloseServiceHandle(service);
	if (manager)
		CloseServiceHandle(manager);
	return good;
}

/* What it was is kept before anything is changed: what cannot be undone is not done. */
void iu_act_disable_service(const struct iu_step_service *target, struct iu_step_result *result)
{
	if (target->start == IU_SERVICE_START_UNKNOWN)
		iu_result_say(result, IU_RESULT_FAILED, 0,
			"its start type is not known, so it could not be restored");
	else if (!iu_disabled_services_add(target->name, target->start))
		iu_result_say(result, IU_RESULT_FAILED, 0,
			"its start type cannot be written down, so it could not be restored");
	else if (change_start(target->name, target->start, IU_SERVICE_START_DISABLED, result))
		iu_result_say(result, IU_RESULT_DONE, 0, "inuse free --undo restores it");
	else if (result->kind != IU_RESULT_GONE)
		iu_disabled_services_remove(target->name);
}

bool iu_service_restore(const char *name, enum iu_service_start start, struct iu_step_result *result)
{
	*result = (struct iu_step_result){.kind = IU_RESULT_FAILED};
	if (change_start(name, IU_SERVICE_START_DISABLED, start, result))
		result->kind = IU_RESULT_DONE;
	return result->kind == IU_RESULT_DONE || result->kind == IU_RESULT_GONE;
}
