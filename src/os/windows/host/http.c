/* os/windows/host/http.c - what HTTP.sys says: URL reservations, the listen list */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "captures/capture-out.h"
#include "os/windows/host/addresses.h"
#include "os/windows/host/netsh.h"
#include "os/windows/scan.h"

#include <http.h>

#define ROWS_MAX 4096
#define INITIALIZE_CONFIG 2

/* All of httpapi.dll is asked for at run time: a server without HTTP.sys lacks it. */
struct http {
	ULONG(WINAPI * start)(HTTPAPI_VERSION, ULONG, void *);
	ULONG(WINAPI * end)(ULONG, void *);
	ULONG(WINAPI * query)
	(HANDLE, HTTP_SERVICE_CONFIG_ID, void *, ULONG, void *, ULONG, ULONG *, OVERLAPPED *);
};

/* Whoever opens the interface starts the driver: where it is stopped nobody is served, and it stays so. */
static bool is_stopped(void)
{
	SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
	SC_HANDLE driver = manager ? OpenServiceW(manager, L"HTTP", SERVICE_QUERY_STATUS) : NULL;
	SERVICE_STATUS status;
	bool stopped = driver && QueryServiceStatus(driver, &status) &&
		       status.dwCurrentState == SERVICE_STOPPED;

	if (driver)
		CloseServiceHandle(driver);
	if (manager)
		CloseServiceHandle(manager);
	return stopped;
}

static bool find_http(struct http *http)
{
	iu_api_into(L"httpapi.dll", http->start, "HttpInitialize");
	iu_api_into(L"httpapi.dll", http->end, "HttpTerminate");
	iu_api_into(L"httpapi.dll", http->query, "HttpQueryServiceConfiguration");
	return http->start && http->end && http->query;
}

static ULONG ask(const struct http *http, HTTP_SERVICE_CONFIG_ID id, void *in, ULONG in_size,
	void **ret_out)
{
	ULONG size = 0, error = http->query(NULL, id, in, in_size, NULL, 0, &size, NULL);
	void *out;

	if (error != ERROR_INSUFFICIENT_BUFFER || !size)
		return error ? error : ERROR_NO_MORE_ITEMS;
	out = calloc(1, size);
	if (!out)
		return ERROR_NOT_ENOUGH_MEMORY;
	error = http->query(NULL, id, in, in_size, out, size, &size, NULL);
	if (error)
		free(out);
	else
		*ret_out = out;
	return error;
}

static void add_reservation(struct iu_scan *scan, const HTTP_SERVICE_CONFIG_URLACL_SET *set)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	struct iu_http_reservation *slot =
		iu_list_add(arena, &scan->snapshot->windows.http_reservations);

	slot->url = iu_utf8(arena, set->KeyDesc.pUrlPrefix);
	slot->user = iu_utf8(arena, set->ParamDesc.pStringSecurityDescriptor);
}

static int add_reservations(struct iu_scan *scan, const struct http *http, bool *all)
{
	for (DWORD i = 0; i < ROWS_MAX; i++) {
		HTTP_SERVICE_CONFIG_URLACL_QUERY in = {
			.QueryDesc = HttpServiceConfigQueryNext, .dwToken = i};
		void *out = NULL;
		ULONG error = ask(http, HttpServiceConfigUrlAclInfo, &in, sizeof(in), &out);

		if (error) {
			*all = *all && error == ERROR_NO_MORE_ITEMS;
			return error == ERROR_NOT_ENOUGH_MEMORY ? IU_E_NOMEM : 0;
		}
		add_reservation(scan, out);
		free(out);
	}
	*all = false;
	return 0;
}

static void add_listen(struct iu_scan *scan, const struct http *http, bool *all)
{
	void *out = NULL;
	ULONG error = ask(http, HttpServiceConfigIPListenList, NULL, 0, &out);
	const HTTP_SERVICE_CONFIG_IP_LISTEN_QUERY *list = out;

	if (error) {
		*all = *all && (error == ERROR_NO_MORE_ITEMS || error == ERROR_FILE_NOT_FOUND);
		return;
	}
	for (ULONG i = 0; i < list->AddrCount && i < ROWS_MAX; i++) {
		struct iu_http_listen *slot = iu_list_add(
			&scan->snapshot->arena, &scan->snapshot->windows.http_listen);

		iu_address_of((const SOCKADDR *)(const void *)&list->AddrList[i], &slot->address);
	}
	free(out);
}

int iu_collect_http(struct iu_scan *scan)
{
	struct http http;
	uint32_t given = 0;
	bool all = true, found;
	int ret;

	if (scan->snapshot->seen & IU_FACT_HTTP)
		return 0;
	found = find_http(&http);
	if (found && is_stopped()) {
		iu_scan_seen(scan, IU_FACT_HTTP, true);
		return 0;
	}
	if (!found || http.start((HTTPAPI_VERSION){1, 0}, INITIALIZE_CONFIG, NULL) != NO_ERROR) {
		iu_snapshot_gap(scan->snapshot, IU_FACT_HTTP, 0, "what HTTP.sys serves",
			"its interface cannot be opened", NULL);
		return 0;
	}
	ret = add_reservations(scan, &http, &all);
	if (ret == 0)
		add_listen(scan, &http, &all);
	http.end(INITIALIZE_CONFIG, NULL);
	if (ret < 0)
		return ret;
	/* Which program serves which URL has no documented interface: netsh prints it. */
	ret = iu_netsh(scan->snapshot, L"http show servicestate view=requestq", IU_PROTOCOL_TCP, &given);
	if (ret < 0)
		return ret;
	all = all && (given & IU_GIVEN_HTTP);
	iu_scan_seen(scan, IU_FACT_HTTP, all);
	if (!all)
		iu_snapshot_gap(scan->snapshot, IU_FACT_HTTP, 0, "the programs behind HTTP.sys",
			"netsh does not tell them here",
			"netsh http show servicestate view=requestq");
	return 0;
}
