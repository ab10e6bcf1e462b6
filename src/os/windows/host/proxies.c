/* os/windows/host/proxies.c - rules of `netsh interface portproxy`, as the registry has them */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/windows/host/registry.h"
#include "os/windows/scan.h"

#define KEY L"SYSTEM\\CurrentControlSet\\Services\\PortProxy\\"

static const struct {
	const wchar_t *key;
	enum iu_family family;
	enum iu_tri to_ipv6;
} lists[] = {
	{KEY L"v4tov4\\tcp", IU_FAMILY_IPV4, IU_NO},
	{KEY L"v4tov6\\tcp", IU_FAMILY_IPV4, IU_YES},
	{KEY L"v6tov4\\tcp", IU_FAMILY_IPV6, IU_NO},
	{KEY L"v6tov6\\tcp", IU_FAMILY_IPV6, IU_YES},
};

struct reading {
	struct iu_scan *scan;
	enum iu_family family;
	enum iu_tri to_ipv6;
};

/* "192.168.101.100/4000": splits it; the port 0 when it is none. */
static uint16_t split(char *text)
{
	char *slash = strrchr(text, '/'), *end;
	unsigned long port;

	if (!slash)
		return 0;
	*slash = '\0';
	port = strtoul(slash + 1, &end, 10);
	return end == slash + 1 || *end || port > 65535 ? 0 : (uint16_t)port;
}

static int add_rule(void *context, const struct iu_value *value)
{
	const struct reading *reading = context;
	struct iu_snapshot *snapshot = reading->scan->snapshot;
	struct iu_arena *arena = &snapshot->arena;
	char *listen = iu_arena_strdup(arena, iu_utf8(arena, value->name));
	char *to = iu_arena_strdup(arena, iu_utf8(arena, (const wchar_t *)(const void *)value->data));
	struct iu_port_proxy rule = {.listen = iu_address_wildcard(reading->family)}, *slot;

	if (!listen || !to)
		return IU_E_NOMEM;
	if (value->type != REG_SZ)
		return 0;
	rule.port = split(listen);
	rule.connect_port = split(to);
	rule.connect_to = to;
	rule.any = !strcmp(listen, "*");
	rule.to_ipv6 = reading->to_ipv6;
	if (!rule.port || (!rule.any && iu_address_parse(listen, strlen(listen), &rule.listen) < 0))
		return 0;
	slot = iu_list_add(arena, &snapshot->windows.port_proxies);
	*slot = rule;
	return 0;
}

int iu_collect_proxies(struct iu_scan *scan)
{
	bool all = true;

	if (scan->snapshot->seen & IU_FACT_PROXIES)
		return 0;
	for (size_t i = 0; i < IU_COUNT(lists); i++) {
		struct reading reading = {
			.scan = scan, .family = lists[i].family, .to_ipv6 = lists[i].to_ipv6};
		int ret = iu_registry_values(lists[i].key, add_rule, &reading);

		if (ret == IU_E_NOMEM)
			return ret;
		all = all && (ret == 0 || ret == IU_E_NOENT);
	}
	iu_scan_seen(scan, IU_FACT_PROXIES, all);
	if (!all)
		iu_snapshot_gap(scan->snapshot, IU_FACT_PROXIES, 0, "rules of the port proxy",
			"their key of the registry cannot be read", NULL);
	return 0;
}
