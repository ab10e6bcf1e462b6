/* session/pick.c - a port that can be bound now and is nobody's by custom */
#include "session/pick.h"

#include <stdlib.h>

#include "base/err.h"
#include "knowledge/ports.h"
#include "os/os.h"

#define FIRST_PORT 1024
#define LAST_PORT  65535
/* Where projects like to have their ports: above what is known by name, below what Linux gives out. */
#define HOME_FIRST 10000
#define HOME_LAST  32767

static bool is_reserved(const struct iu_sysctls *sysctls, uint32_t port)
{
	for (size_t i = 0; i < sysctls->reserved.n; i++)
		if (port >= sysctls->reserved.v[i].first && port <= sysctls->reserved.v[i].last)
			return true;
	return false;
}

static bool is_ephemeral(const struct iu_sysctls *sysctls, uint32_t port)
{
	return sysctls->port_first >= 0 && (int32_t)port >= sysctls->port_first &&
	       (int32_t)port <= sysctls->port_last;
}

/* Whether nobody has a claim on it by custom. The system's own reservations are never broken. */
static bool is_nobodys(const struct iu_pick_run *p, uint32_t port)
{
	enum iu_protocol protocol = p->pick.udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
	const struct iu_sysctls *sysctls = &p->snapshot.sysctls;

	if (is_reserved(sysctls, port))
		return false;
	if (p->forgiving || port == p->pick.near)
		return true;
	return !is_ephemeral(sysctls, port) && !iu_port_taken_by((uint16_t)port) &&
	       !iu_os_service_port((uint16_t)port, protocol);
}

/* FNV-1a: spreads directory names over the range, the same on every machine. */
static uint32_t hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619u;
	return h;
}

int iu_pick_run_start(const struct iu_pick *pick, struct iu_pick_run *ret_picking)
{
	const struct iu_needs needs = {.facts = IU_FACT_HOST | IU_FACT_SYSCTLS};
	struct iu_pick_run p = {.pick = *pick};
	int ret;

	iu_snapshot_init(&p.snapshot);
	p.snapshot.sysctls.port_first = p.snapshot.sysctls.port_last = -1;
	ret = iu_os_collect(&needs, &p.snapshot);
	if (ret < 0) {
		iu_snapshot_free(&p.snapshot);
		return ret;
	}
	p.first = pick->first ? pick->first : pick->near ? FIRST_PORT : HOME_FIRST;
	p.last = pick->last ? pick->last : pick->near ? LAST_PORT : HOME_LAST;
	p.seed = pick->for_directory ? hash(pick->for_directory)
		: pick->first	     ? 0 /* a range is tried from its start */
				     : iu_os_random();
	*ret_picking = p;
	return 0;
}

/* The port of a try; 0: none in this place. Near: 0, +1, -1, +2, -2 … */
static uint32_t candidate(const struct iu_pick_run *p)
{
	uint32_t size = p->last - p->first + 1, step = (p->at + 1) / 2;
	int64_t port;

	if (!p->pick.near)
		return p->first + (uint32_t)(((uint64_t)p->seed + p->at) % size);
	port = (int64_t)p->pick.near + (p->at % 2 ? (int64_t)step : -(int64_t)step);
	return port < p->first || port > p->last ? 0 : (uint32_t)port;
}

static bool has_tries(const struct iu_pick_run *p)
{
	uint32_t size = p->last - p->first + 1;

	return p->at < (p->pick.near ? 2 * size : size);
}

/* Dual-stack, so that nobody has it in either family; IPv4 alone where there is no IPv6. */
static int take(const struct iu_pick_run *p, uint16_t port, bool used, int *ret_fd)
{
	struct iu_probe probe = {
		.protocol = p->pick.udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP,
		.address = iu_address_wildcard(
			p->snapshot.host.ipv6 == IU_NO ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6),
		.port = port,
		.v6only = IU_NO,
	};

	return iu_os_reserve(&probe, used, ret_fd);
}

/* Rules send what arrives there elsewhere: a server on it would never hear of it. */
static bool is_taken_away(const struct iu_pick_run *p, uint16_t port)
{
	struct iu_endpoint asked = {.protocol = p->pick.udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP, .port = port};
	struct iu_needs needs = {.facts = IU_FACT_ADDRESSES | IU_FACT_AROUND, .first = true};
	struct iu_snapshot snapshot;
	bool taken = false;

	needs.around.v = &asked;
	needs.around.n = needs.around.cap = 1;
	iu_snapshot_init(&snapshot);
	if (iu_os_collect(&needs, &snapshot) >= 0)
		for (size_t i = 0; i < snapshot.takers.n; i++)
			taken |= snapshot.takers.v[i].kind != IU_TAKER_SK_LOOKUP;
	iu_snapshot_free(&snapshot);
	return taken;
}

int iu_pick_run_next(struct iu_pick_run *p, bool used, int *hold)
{
	for (;;) {
		uint32_t port;
		int fd;

		if (!has_tries(p)) {
			if (p->forgiving)
				return IU_E_NOENT;
			p->forgiving = true;
			p->at = 0;
		}
		port = candidate(p);
		/* In the second round only what the first one left out. */
		if (!port || !is_nobodys(p, port)) {
			p->at++;
			continue;
		}
		if (p->forgiving) {
			p->forgiving = false;
			if (is_nobodys(p, port))
				port = 0;
			p->forgiving = true;
		}
		p->at++;
		if (!port || take(p, (uint16_t)port, used, &fd) < 0)
			continue;
		if (is_taken_away(p, (uint16_t)port)) {
			iu_os_release(fd);
			continue;
		}
		if (hold)
			*hold = fd;
		else
			iu_os_release(fd);
		return (int)port;
	}
}

/* They are held until all are there, so that none comes twice. */
int iu_pick_run_several(struct iu_pick_run *picking, size_t count, bool used, uint16_t *ret_ports,
	int *ret_holds)
{
	int *holds = ret_holds ? ret_holds : calloc(count, sizeof(*holds));
	size_t n = 0;
	int port = 0;

	if (!holds)
		return count ? IU_E_NOMEM : 0;
	while (n < count && port >= 0) {
		port = iu_pick_run_next(picking, used, &holds[n]);
		if (port >= 0)
			ret_ports[n++] = (uint16_t)port;
	}
	for (size_t i = 0; i < n && (port < 0 || !ret_holds); i++)
		iu_os_release(holds[i]);
	if (!ret_holds)
		free(holds);
	return port < 0 ? port : 0;
}

void iu_pick_run_end(struct iu_pick_run *picking)
{
	iu_snapshot_free(&picking->snapshot);
}
