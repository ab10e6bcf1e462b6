/* engine/windows/state.c - what a snapshot of Windows says about a port besides its sockets */
#include "engine/windows/state.h"

#include <string.h>
#include <strings.h>

#include "knowledge/http-urls.h"
#include "knowledge/windows-ports.h"

#define WINNAT_PORTS 100
/* A block that WSL's mirrored mode reserves; some lists show one port more. */
#define WSL_PORTS 4096

bool iu_windows_before(const struct iu_snapshot *snapshot, unsigned int major, unsigned int minor)
{
	uint32_t version = snapshot->windows.version;

	return version && version < (major << 16 | minor << 8);
}

static uint32_t ports_of(const struct iu_exclusion *exclusion)
{
	return (uint32_t)exclusion->last - exclusion->first + 1;
}

/* Of several the largest: that is the one to talk about. */
const struct iu_exclusion *iu_windows_exclusion(
	const struct iu_snapshot *snapshot, enum iu_protocol protocol, uint16_t port)
{
	const struct iu_exclusion *found = NULL;

	for (size_t i = 0; port && i < snapshot->windows.exclusions.n; i++) {
		const struct iu_exclusion *e = &snapshot->windows.exclusions.v[i];

		if (e->administered || e->protocol != protocol || port < e->first ||
			port > e->last)
			continue;
		if (!found || ports_of(e) > ports_of(found))
			found = e;
	}
	return found;
}

enum iu_exclusion_maker iu_exclusion_maker(const struct iu_exclusion *exclusion)
{
	uint32_t ports = ports_of(exclusion);

	if (ports == 1)
		return IU_EXCLUDED_SINGLE;
	if (ports == WSL_PORTS || ports == WSL_PORTS + 1)
		return IU_EXCLUDED_WSL;
	return ports % WINNAT_PORTS == 0 ? IU_EXCLUDED_WINNAT : IU_EXCLUDED_OTHER;
}

bool iu_windows_range(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	struct iu_port_range *ret_range)
{
	size_t best = SIZE_MAX;

	for (size_t i = 0; i < snapshot->windows.ranges.n; i++)
		if (snapshot->windows.ranges.v[i].protocol == protocol &&
			(best == SIZE_MAX ||
				snapshot->windows.ranges.v[i].family == IU_FAMILY_IPV4))
			best = i;
	if (best == SIZE_MAX)
		return false;
	*ret_range = (struct iu_port_range){
		snapshot->windows.ranges.v[best].first, snapshot->windows.ranges.v[best].last};
	return true;
}

bool iu_windows_broken_range(const struct iu_snapshot *snapshot, enum iu_protocol protocol,
	struct iu_port_range *ret_range)
{
	return !iu_windows_before(snapshot, 6, 0) &&
	       iu_windows_range(snapshot, protocol, ret_range) && ret_range->first < IU_DYNAMIC_FIRST;
}

const struct iu_service *iu_windows_service(const struct iu_snapshot *snapshot, const char *name)
{
	for (size_t i = 0; name && i < snapshot->windows.services.n; i++) {
		const struct iu_service *service = &snapshot->windows.services.v[i];

		if (service->name && !strcasecmp(service->name, name))
			return service;
	}
	return NULL;
}

static bool is_running(const struct iu_service *service)
{
	return service->state == IU_SERVICE_RUNNING || service->state == IU_SERVICE_PAUSED ||
	       service->state == IU_SERVICE_STOPPING ||
	       (service->state == IU_SERVICE_UNKNOWN && service->pid > 0);
}

enum iu_tri iu_windows_running(const struct iu_snapshot *snapshot, const char *name)
{
	const struct iu_service *service = iu_windows_service(snapshot, name);

	if (service && (service->state != IU_SERVICE_UNKNOWN || service->pid > 0))
		return iu_tri(is_running(service));
	return !service && (snapshot->seen & IU_FACT_SERVICES) ? IU_NO : IU_UNKNOWN;
}

static bool known_for(const struct iu_service *service, uint16_t port, enum iu_protocol protocol)
{
	return iu_windows_port_of(port, protocol, IU_WINDOWS_SERVICE, service->name) ||
	       iu_windows_port_of(port, protocol, IU_WINDOWS_HTTP, service->name);
}

const struct iu_service *iu_windows_service_at(const struct iu_snapshot *snapshot, int32_t pid,
	uint16_t port, enum iu_protocol protocol, size_t *ret_count)
{
	const struct iu_service *found = NULL;
	bool known = false;
	size_t n = 0;

	for (size_t i = 0; pid > 0 && i < snapshot->windows.services.n; i++) {
		const struct iu_service *service = &snapshot->windows.services.v[i];

		if (service->pid != pid || !service->name || !is_running(service))
			continue;
		n++;
		if (!found || (!known && known_for(service, port, protocol))) {
			found = service;
			known = known_for(service, port, protocol);
		}
	}
	*ret_count = n;
	return found;
}

const struct iu_service *iu_windows_service_of(
	const struct iu_snapshot *snapshot, const struct iu_socket *s, size_t *ret_count)
{
	const struct iu_service *named = iu_windows_service(snapshot, s->unit);
	int32_t pid = iu_windows_owner(snapshot, s);

	if (!named || named->pid != pid || !is_running(named))
		return iu_windows_service_at(snapshot, pid, s->port, s->protocol, ret_count);
	*ret_count = 1;
	return named;
}

const struct iu_http_queue *iu_windows_queue(
	const struct iu_snapshot *snapshot, uint16_t port, const char **ret_url)
{
	for (size_t i = 0; port && i < snapshot->windows.http_queues.n; i++) {
		const struct iu_http_queue *queue = &snapshot->windows.http_queues.v[i];

		for (size_t k = 0; k < queue->urls.n; k++)
			if (queue->urls.v[k] && iu_http_url_port(queue->urls.v[k]) == port) {
				*ret_url = queue->urls.v[k];
				return queue;
			}
	}
	return NULL;
}

const struct iu_port_proxy *iu_windows_proxy(
	const struct iu_snapshot *snapshot, const struct iu_address *address, uint16_t port)
{
	for (size_t i = 0; port && i < snapshot->windows.port_proxies.n; i++) {
		const struct iu_port_proxy *proxy = &snapshot->windows.port_proxies.v[i];

		if (proxy->port != port || proxy->listen.family != address->family)
			continue;
		if (iu_address_is_wildcard(&proxy->listen) || iu_address_is_wildcard(address) ||
			iu_address_equal(&proxy->listen, address))
			return proxy;
	}
	return NULL;
}

int32_t iu_windows_owner(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	for (size_t i = 0; s->inode && i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == s->inode)
			return snapshot->holds.v[i].pid;
	return -1;
}

const struct iu_process *iu_windows_heir(
	const struct iu_snapshot *snapshot, const struct iu_socket *s, size_t *from)
{
	const struct iu_process *heir;

	while (s->inode && *from < snapshot->holds.n) {
		const struct iu_hold *hold = &snapshot->holds.v[(*from)++];

		heir = hold->inode == s->inode ? iu_snapshot_process(snapshot, hold->pid) : NULL;
		if (heir)
			return heir;
	}
	return NULL;
}

bool iu_windows_http_row(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	return s->protocol == IU_PROTOCOL_TCP && s->state == IU_STATE_LISTEN &&
	       iu_windows_owner(snapshot, s) == IU_WINDOWS_SYSTEM_PID &&
	       !iu_windows_port_of(s->port, s->protocol, IU_WINDOWS_KERNEL, NULL);
}

uint32_t iu_windows_wanted(
	const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	uint32_t facts = IU_FACT_EXCLUSIONS;

	if (iu_windows_before(snapshot, 6, 0))
		facts = 0; /* there are none yet */
	if (question->target.protocol == IU_PROTOCOL_UDP)
		return facts | IU_FACT_UDP;
	if (question->target.port >= IU_ALG_FIRST && question->target.port <= IU_ALG_LAST)
		facts |= IU_FACT_SERVICES;
	return facts | IU_FACT_TCP | IU_FACT_BOUND;
}

bool iu_windows_rows_seen(const struct iu_question *question, const struct iu_snapshot *snapshot)
{
	return snapshot->seen &
	       (question->target.protocol == IU_PROTOCOL_UDP ? IU_FACT_UDP : IU_FACT_TCP);
}
