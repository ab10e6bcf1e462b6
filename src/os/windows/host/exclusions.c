/* os/windows/host/exclusions.c - port ranges that are kept from programs, and those given out */
#include <string.h>

#include "base/err.h"
#include "captures/capture-out.h"
#include "os/windows/host/netsh.h"
#include "os/windows/host/registry.h"
#include "os/windows/scan.h"

/* Where `netsh … add excludedportrange` keeps what survives a restart. */
static const struct {
	enum iu_protocol protocol;
	const wchar_t *key;
} cache[] = {
	{IU_PROTOCOL_TCP, L"SYSTEM\\CurrentControlSet\\Control\\Nsi\\"
			  L"{eb004a03-9b1a-11d4-9123-0050047759bc}\\29"},
	{IU_PROTOCOL_UDP, L"SYSTEM\\CurrentControlSet\\Control\\Nsi\\"
			  L"{eb004a02-9b1a-11d4-9123-0050047759bc}\\5"},
};

struct reading {
	struct iu_scan *scan;
	enum iu_protocol protocol;
};

static int hex(wchar_t c)
{
	if (c >= L'0' && c <= L'9')
		return c - L'0';
	if (c >= L'a' && c <= L'f')
		return c - L'a' + 10;
	return c >= L'A' && c <= L'F' ? c - L'A' + 10 : -1;
}

/* The name is the range: "cc570100" is the port 0xcc57 (high byte first) and the count 1 (low first). */
static bool read_name(const wchar_t *name, uint16_t *ret_port, uint16_t *ret_count)
{
	uint8_t bytes[4];

	for (size_t i = 0; i < 4; i++) {
		int high = hex(name[2 * i]), low = high < 0 ? -1 : hex(name[2 * i + 1]);

		if (low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret_port = (uint16_t)(bytes[0] << 8 | bytes[1]);
	*ret_count = (uint16_t)(bytes[3] << 8 | bytes[2]);
	return !name[8] && *ret_port && *ret_count && *ret_count - 1 <= 65535 - *ret_port;
}

static int add_kept(void *context, const struct iu_value *value)
{
	const struct reading *reading = context;
	struct iu_snapshot *snapshot = reading->scan->snapshot;
	struct iu_exclusion *slot;
	uint16_t port, count;

	if (!read_name(value->name, &port, &count))
		return 0;
	slot = iu_list_add(&snapshot->arena, &snapshot->windows.exclusions);
	*slot = (struct iu_exclusion){.protocol = reading->protocol,
		.first = port,
		.last = (uint16_t)(port + count - 1),
		.administered = true};
	return 0;
}

/* What netsh keeps in the registry is readable in every case; the rest only netsh knows. */
static int add_all_kept(struct iu_scan *scan)
{
	int ret = 0;

	for (size_t i = 0; i < IU_COUNT(cache) && ret >= 0; i++) {
		struct reading reading = {.scan = scan, .protocol = cache[i].protocol};

		ret = iu_registry_values(cache[i].key, add_kept, &reading);
		if (ret == IU_E_NOENT || ret == IU_E_ACCESS)
			ret = 0;
	}
	return ret;
}

static const struct {
	enum iu_protocol protocol;
	enum iu_fact fact;
	enum iu_gap_kind gap;
	uint32_t given;
	const wchar_t *excluded, *dynamic;
	const char *fix;
} lists[] = {
	{IU_PROTOCOL_TCP, IU_FACT_TCP, IU_GAP_TCP_RANGES, IU_GIVEN_EXCLUDED_TCP,
		L"int ipv4 show excludedportrange protocol=tcp", L"int ipv4 show dynamicport tcp",
		"netsh int ipv4 show excludedportrange protocol=tcp"},
	{IU_PROTOCOL_UDP, IU_FACT_UDP, IU_GAP_UDP_RANGES, IU_GIVEN_EXCLUDED_UDP,
		L"int ipv4 show excludedportrange protocol=udp", L"int ipv4 show dynamicport udp",
		"netsh int ipv4 show excludedportrange protocol=udp"},
};

/* An empty answer is no answer: a machine without exclusions prints a heading and a rule. */
static int add_list(struct iu_scan *scan, size_t i, bool *all)
{
	uint32_t given = 0;
	int ret = iu_netsh(scan->snapshot, lists[i].excluded, lists[i].protocol, &given);

	if (ret < 0 || given & lists[i].given)
		return ret;
	*all = false;
	iu_snapshot_add_gap(scan->snapshot,
		&(struct iu_gap){.kind = lists[i].gap,
			.fact = IU_FACT_EXCLUSIONS,
			.what = "port ranges that the system has set aside",
			.why = "netsh does not tell them here",
			.fix = lists[i].fix});
	return 0;
}

int iu_collect_exclusions(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	uint32_t asked = scan->needs->facts | snapshot->seen, given;
	bool all = true;
	int ret;

	if (!(scan->needs->facts & IU_FACT_EXCLUSIONS) || snapshot->seen & IU_FACT_EXCLUSIONS)
		return 0;
	ret = add_all_kept(scan);
	for (size_t i = 0; i < IU_COUNT(lists) && ret >= 0; i++) {
		if (!(asked & (uint32_t)lists[i].fact))
			continue;
		ret = add_list(scan, i, &all);
		if (ret >= 0 && all)
			ret = iu_netsh(snapshot, lists[i].dynamic, lists[i].protocol, &given);
	}
	iu_scan_seen(scan, IU_FACT_EXCLUSIONS, all && ret >= 0);
	return ret < 0 ? ret : 0;
}
