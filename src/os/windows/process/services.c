/* os/windows/process/services.c - services: of the processes that have sockets, and those that matter */
#include "os/windows/process/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/windows/scan.h"
#include "os/windows/process/service-tags.h"

#define TRIES 6
#define SLACK 16384

/* Their state decides about ports although no socket of theirs is to be seen. */
static const wchar_t *const named[] = {L"ALG", L"SharedAccess", L"W3SVC", L"WAS", L"IISADMIN",
	L"HTTP", L"iphlpsvc", L"winnat", L"hns", L"WinRM", L"MsDepSvc", L"PeerDistSvc",
	L"SyncShareSvc", L"SstpSvc", L"RemoteAccess", L"ReportServer", L"SQLServerReportingServices",
	L"SMTPSVC", L"vmcompute", L"LanmanServer", L"FDResPub", L"Spooler"};

enum iu_service_state iu_service_state(DWORD state)
{
	static const enum iu_service_state names[] = {
		[SERVICE_STOPPED] = IU_SERVICE_STOPPED,
		[SERVICE_START_PENDING] = IU_SERVICE_STARTING,
		[SERVICE_STOP_PENDING] = IU_SERVICE_STOPPING,
		[SERVICE_RUNNING] = IU_SERVICE_RUNNING,
		[SERVICE_CONTINUE_PENDING] = IU_SERVICE_STARTING,
		[SERVICE_PAUSE_PENDING] = IU_SERVICE_RUNNING,
		[SERVICE_PAUSED] = IU_SERVICE_PAUSED,
	};

	return state < IU_COUNT(names) ? names[state] : IU_SERVICE_UNKNOWN;
}

enum iu_service_start iu_service_start(DWORD type)
{
	static const enum iu_service_start names[] = {
		[SERVICE_BOOT_START] = IU_SERVICE_START_BOOT,
		[SERVICE_SYSTEM_START] = IU_SERVICE_START_SYSTEM,
		[SERVICE_AUTO_START] = IU_SERVICE_START_AUTO,
		[SERVICE_DEMAND_START] = IU_SERVICE_START_DEMAND,
		[SERVICE_DISABLED] = IU_SERVICE_START_DISABLED,
	};

	return type < IU_COUNT(names) ? names[type] : IU_SERVICE_START_UNKNOWN;
}

QUERY_SERVICE_CONFIGW *iu_service_config(SC_HANDLE service)
{
	QUERY_SERVICE_CONFIGW *config;
	DWORD need = 0;

	QueryServiceConfigW(service, NULL, 0, &need);
	config = need ? calloc(1, need) : NULL;
	if (config && !QueryServiceConfigW(service, config, need, &need)) {
		free(config);
		return NULL;
	}
	return config;
}

ENUM_SERVICE_STATUSW *iu_service_dependents(SC_HANDLE service, DWORD *ret_count)
{
	ENUM_SERVICE_STATUSW *list;
	DWORD need = 0, count = 0;

	*ret_count = 0;
	if (EnumDependentServicesW(service, SERVICE_ACTIVE, NULL, 0, &need, &count) || !need)
		return NULL;
	need += SLACK;
	list = calloc(1, need);
	if (!list || !EnumDependentServicesW(service, SERVICE_ACTIVE, list, need, &need, &count)) {
		free(list);
		return NULL;
	}
	*ret_count = count;
	return list;
}

/* ---- the list ---- */

static bool is_named(const wchar_t *name)
{
	for (size_t i = 0; i < IU_COUNT(named); i++)
		if (!_wcsicmp(name, named[i]))
			return true;
	return false;
}

static bool has_socket(const struct iu_snapshot *snapshot, DWORD pid)
{
	for (size_t i = 0; pid && i < snapshot->sockets.n; i++)
		if (iu_owner_of(snapshot->sockets.v[i].inode) == (int32_t)pid)
			return true;
	return false;
}

static void add_dependents(struct iu_arena *arena, SC_HANDLE handle, struct iu_service *service)
{
	DWORD count;
	ENUM_SERVICE_STATUSW *list = iu_service_dependents(handle, &count);

	for (DWORD i = 0; i < count; i++) {
		const char *name = iu_utf8(arena, list[i].lpServiceName);

		*iu_list_add(arena, &service->dependents) = name;
	}
	free(list);
}

static bool is_delayed(SC_HANDLE service)
{
	SERVICE_DELAYED_AUTO_START_INFO delayed = {0};
	DWORD n;

	return QueryServiceConfig2W(service, SERVICE_CONFIG_DELAYED_AUTO_START_INFO, (BYTE *)&delayed,
		       sizeof(delayed), &n) &&
	       delayed.fDelayedAutostart;
}

#ifndef SERVICE_USERSERVICE_INSTANCE
#define SERVICE_USERSERVICE_INSTANCE 0x80
#endif

/* "CDPUserSvc_3f2a1": a session's copy is named after the session. */
static const char *template_of(struct iu_arena *arena, const ENUM_SERVICE_STATUS_PROCESSW *row)
{
	const wchar_t *name = row->lpServiceName, *end = wcsrchr(name, L'_');

	if (!(row->ServiceStatusProcess.dwServiceType & SERVICE_USERSERVICE_INSTANCE) || !end || end == name)
		return NULL;
	return iu_utf8_n(arena, name, (size_t)(end - name));
}

static int add_service(struct iu_scan *scan, SC_HANDLE manager, const ENUM_SERVICE_STATUS_PROCESSW *row)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	const SERVICE_STATUS_PROCESS *status = &row->ServiceStatusProcess;
	struct iu_service service = {
		.name = iu_utf8(arena, row->lpServiceName),
		.display = iu_utf8(arena, row->lpDisplayName),
		.pid = (int32_t)status->dwProcessId,
		.state = iu_service_state(status->dwCurrentState),
		.shared = (status->dwServiceType & SERVICE_WIN32_SHARE_PROCESS) != 0,
		.of_template = template_of(arena, row),
	};
	SC_HANDLE handle = OpenServiceW(
		manager, row->lpServiceName, SERVICE_QUERY_CONFIG | SERVICE_ENUMERATE_DEPENDENTS);
	QUERY_SERVICE_CONFIGW *config = handle ? iu_service_config(handle) : NULL;

	if (config)
		service.start = iu_service_start(config->dwStartType);
	service.delayed = handle && is_delayed(handle);
	if (handle && service.state != IU_SERVICE_STOPPED)
		add_dependents(arena, handle, &service);
	free(config);
	if (handle)
		CloseServiceHandle(handle);
	*iu_list_add(arena, &scan->snapshot->windows.services) = service;
	return 0;
}

/* Returns: NULL: refused. */
static void *read_list(SC_HANDLE manager, DWORD *ret_count)
{
	DWORD size = SLACK, need = 0, count = 0, resume;
	void *list = NULL;

	for (int i = 0; i < TRIES; i++) {
		free(list);
		size += need;
		list = calloc(1, size);
		resume = 0;
		if (list && EnumServicesStatusExW(manager, SC_ENUM_PROCESS_INFO,
				    SERVICE_WIN32 | SERVICE_DRIVER, SERVICE_STATE_ALL, list, size,
				    &need, &count, &resume, NULL)) {
			*ret_count = count;
			return list;
		}
		if (!list || GetLastError() != ERROR_MORE_DATA)
			break;
	}
	free(list);
	return NULL;
}

int iu_collect_services(struct iu_scan *scan)
{
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ENUMERATE_SERVICE);
	ENUM_SERVICE_STATUS_PROCESSW *list;
	DWORD count = 0;
	int ret = 0;

	if (scan->snapshot->seen & IU_FACT_SERVICES) {
		if (manager)
			CloseServiceHandle(manager);
		return 0;
	}
	list = manager ? read_list(manager, &count) : NULL;
	for (DWORD i = 0; i < count && ret == 0; i++)
		if (is_named(list[i].lpServiceName) ||
			has_socket(scan->snapshot, list[i].ServiceStatusProcess.dwProcessId))
			ret = add_service(scan, manager, &list[i]);
	if (ret == 0)
		ret = iu_name_tagged(scan->snapshot, iu_system_tag_name, NULL);
	if (!list && ret == 0)
		iu_snapshot_gap(scan->snapshot, IU_FACT_SERVICES, 0, "the services",
			"the service manager refuses to list them", NULL);
	iu_scan_seen(scan, IU_FACT_SERVICES, list && ret == 0);
	free(list);
	if (manager)
		CloseServiceHandle(manager);
	return ret;
}
