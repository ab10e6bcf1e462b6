/* tests/kernel/errors.c - bind() that fails before any socket is compared: which errno is first */
#include "scene.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "engine/linux/local.h"

static const char *const targets[] = {
	"0.0.0.0", "127.0.0.1", "127.9.9.9", "9.9.9.9", "224.0.0.251", "127.255.255.255",
	"255.255.255.255", "::", "::1", "fd00::1", "fd00::2", "fd00::9", "fd00:7::1", "fe80::1",
	"fe80::2", "fe80::9", "ff02::5", "ff01::5", "ff05::5", "::ffff:127.0.0.1",
	"::ffff:9.9.9.9", "::ffff:0.0.0.0", "::ffff:224.0.0.251",
};

static const int ports[] = {1, 80, 1023, 1024, 1499, 1500};
static const int starts[] = {1024, 1024, 0, 80, 1500};

/* An index that no device has. */
#define NO_DEVICE 9999

static void add_local(struct iu_snapshot *snapshot, enum iu_local_kind kind, const char *text,
	uint8_t bits, uint32_t ifindex, bool tentative)
{
	struct iu_local *local = iu_list_add(&snapshot->arena, &snapshot->locals);

	if (!local)
		return;
	*local = (struct iu_local){.kind = kind, .bits = bits, .ifindex = ifindex,
		.tentative = tentative};
	(void)iu_address_parse(text, strlen(text), &local->address);
}

static void add_interface(struct iu_snapshot *snapshot, uint32_t ifindex, const char *name)
{
	struct iu_interface *interface = iu_list_add(&snapshot->arena, &snapshot->interfaces);

	if (interface)
		*interface = (struct iu_interface){.ifindex = ifindex, .name = name, .up = true};
}

/* The world as the collectors would describe it. */
static void describe_world(struct iu_snapshot *snapshot)
{
	iu_snapshot_init(snapshot);
	snapshot->seen = IU_FACT_ADDRESSES | IU_FACT_SYSCTLS | IU_FACT_HOST;
	snapshot->host.kernel = world.kernel.version;
	snapshot->host.ipv6 = IU_YES;
	add_local(snapshot, IU_LOCAL_ADDRESS, "127.0.0.1", 32, world.lo, false);
	add_local(snapshot, IU_LOCAL_ROUTE, "127.0.0.0", 8, world.lo, false);
	add_local(snapshot, IU_LOCAL_BROADCAST, "127.255.255.255", 32, world.lo, false);
	add_local(snapshot, IU_LOCAL_ADDRESS, "::1", 128, world.lo, false);
	add_local(snapshot, IU_LOCAL_ADDRESS, "fd00::1", 128, world.lo, false);
	add_local(snapshot, IU_LOCAL_ADDRESS, "fe80::1", 128, world.lo, false);
	add_interface(snapshot, world.lo, "lo");
	if (!world.veth)
		return;
	add_interface(snapshot, world.veth, "iu0");
	add_local(snapshot, IU_LOCAL_ADDRESS, "fe80::2", 128, world.veth, false);
	add_local(snapshot, IU_LOCAL_ADDRESS, "fd00::2", 128, world.veth, false);
	/* nobody answers on the veth, not even "this address is not taken" */
	add_local(snapshot, IU_LOCAL_ADDRESS, "fd00:7::1", 128, world.veth, true);
}

static void write_number(const char *path, int value)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", value);
	(void)network_write(path, text);
}

static void random_policy(struct scene *s, struct iu_snapshot *snapshot)
{
	struct iu_sysctls *sysctls = &snapshot->sysctls;

	sysctls->unprivileged_port_start = starts[rnd(s, IU_COUNT(starts))];
	sysctls->nonlocal_bind4 = (int8_t)chance(s, 10);
	sysctls->nonlocal_bind6 = (int8_t)chance(s, 10);
	write_number("/proc/sys/net/ipv4/ip_unprivileged_port_start",
		sysctls->unprivileged_port_start);
	write_number("/proc/sys/net/ipv4/ip_nonlocal_bind", sysctls->nonlocal_bind4);
	write_number("/proc/sys/net/ipv6/ip_nonlocal_bind", sysctls->nonlocal_bind6);
}

static struct iu_request random_target(struct scene *s)
{
	struct iu_request r = {.protocol = s->udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP,
		.port = s->port};
	const char *text = targets[rnd(s, IU_COUNT(targets))];
	uint32_t scopes[] = {0, world.lo, world.veth, NO_DEVICE};

	(void)iu_address_parse(text, strlen(text), &r.address);
	/* the kernel ignores the scope of any other address */
	if (iu_linux_needs_device(&r.address))
		r.address.scope = scopes[rnd(s, IU_COUNT(scopes))];
	r.v6only = r.address.family == IU_FAMILY_IPV6 && chance(s, 40);
	r.ifindex = chance(s, 30) ? random_device(s) : 0;
	if (chance(s, 60))
		r.port = (uint16_t)ports[rnd(s, IU_COUNT(ports))];
	r.uid = !world.one_user && chance(s, 50) ? USER_NOBODY : 0;
	return r;
}

static void ask(struct scene *s, struct iu_snapshot *snapshot)
{
	struct iu_request r = random_target(s);
	struct iu_question question = {.target.text = "", .target.protocol = r.protocol};
	struct iu_outcome outcome = predict(s, &r, SIZE_MAX);
	struct iu_local_check check;
	int predicted, actual;
	char text[256];

	snapshot->host.uid = r.uid;
	snapshot->host.cap_net_bind = iu_tri(r.uid == 0);
	check = iu_linux_local_check(&question, snapshot, &r);
	predicted = check.ok == IU_NO ? check.error : outcome.fails == IU_YES ? EADDRINUSE : 0;
	/* the capabilities go with the effective user */
	if (seteuid(r.uid))
		return;
	actual = ask_kernel(s, &r);
	if (seteuid(0))
		return;
	describe(&r, text, sizeof(text));
	note(s, "#   bind %s: %s\n", text, actual ? strerror(actual) : "success");
	s->counts->answers++;
	s->counts->refused += actual == EADDRINUSE;
	s->counts->other += actual && actual != EADDRINUSE;
	if (predicted != actual || check.ok == IU_UNKNOWN)
		difference(s, "#   privileged below %d, nonlocal %d %d: rules say %s%s\n",
			snapshot->sysctls.unprivileged_port_start,
			snapshot->sysctls.nonlocal_bind4, snapshot->sysctls.nonlocal_bind6,
			check.ok == IU_UNKNOWN ? "unknown, " : "",
			predicted ? strerror(predicted) : "success");
}

bool play_errors(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud)
{
	struct iu_snapshot snapshot;
	struct scene s;
	int i;

	begin(&s, seed, port, udp, counts);
	describe_world(&snapshot);
	/* something that is in the way, too: which errno comes first? */
	if (chance(&s, 40))
		do_bind(&s, true);
	random_policy(&s, &snapshot);
	for (i = 0; i < 5 && !s.different; i++)
		ask(&s, &snapshot);
	write_number("/proc/sys/net/ipv4/ip_unprivileged_port_start", 1024);
	write_number("/proc/sys/net/ipv4/ip_nonlocal_bind", 0);
	write_number("/proc/sys/net/ipv6/ip_nonlocal_bind", 0);
	iu_snapshot_free(&snapshot);
	return end(&s, seed, loud);
}
