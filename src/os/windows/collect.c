/* os/windows/collect.c - serves what is wanted: each collector in its turn */
#include "base/err.h"
#include "os/os.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"
#include "os/windows/holders/socket-handles.h"
#include "os/windows/system.h"

/* In the order of need: sockets before what is told of their owners. */
static const struct {
	uint32_t facts; /* any of them wants it */
	iu_collector *collect;
} collectors[] = {
	{IU_FACT_HOST, iu_collect_host},
	{IU_FACT_ADDRESSES, iu_collect_addresses},
	{IU_FACT_TCP | IU_FACT_UDP, iu_collect_inet},
	{IU_FACT_BOUND, iu_collect_bound},
	{IU_FACT_UNIX, iu_collect_unix},
	{IU_FACT_HOLDERS, iu_collect_holders},
	{IU_FACT_OPTIONS, iu_collect_options},
	{IU_FACT_SERVICES, iu_collect_services},
	{IU_FACT_SYSCTLS | IU_FACT_EXCLUSIONS, iu_collect_exclusions},
	{IU_FACT_PROXIES, iu_collect_proxies},
	{IU_FACT_HTTP, iu_collect_http},
	{IU_FACT_EVENTS, iu_collect_events},
};

bool iu_holds(const struct iu_snapshot *snapshot, uint64_t inode, int32_t pid)
{
	for (size_t i = 0; i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == inode && snapshot->holds.v[i].pid == pid)
			return true;
	return false;
}

struct iu_socket_handles *iu_scan_handles(struct iu_scan *scan)
{
	if (!scan->handles_read)
		scan->handles = iu_socket_handles_open();
	scan->handles_read = true;
	return scan->handles;
}

void iu_os_watchdog(void (*expired)(void), int (*caught)(void), int code)
{
	(void)caught;
	(void)expired;
	(void)code;
}

int iu_os_collect(const struct iu_needs *needs, struct iu_snapshot *snapshot)
{
	struct iu_scan scan = {.needs = needs, .snapshot = snapshot};
	WSADATA data;
	int ret = 0;

	WSAStartup(MAKEWORD(2, 2), &data);
	scan.list = iu_process_list_read();
	for (size_t i = 0; i < IU_COUNT(collectors) && ret == 0 && !snapshot->arena.failed; i++)
		if (needs->facts & collectors[i].facts)
			ret = collectors[i].collect(&scan);
	iu_socket_handles_close(scan.handles);
	iu_process_list_free(scan.list);
	WSACleanup();
	return ret < 0 ? ret : snapshot->arena.failed ? IU_E_NOMEM : 0;
}

int iu_os_stream(const struct iu_needs *needs, struct iu_snapshot *snapshot,
	const struct iu_portions *portions)
{
	int ret = iu_os_collect(needs, snapshot);

	return ret < 0 ? ret : portions->take(portions->context, snapshot, true);
}
