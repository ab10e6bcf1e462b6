/* tests/unit/engine/test-local-check.c - errno of a bind() that no socket stands in the way of */
#include "scene.h"

#include "engine/linux/local.h"

#define LO      1u
#define LINK    2u
#define NOWHERE 9u

struct row {
	enum iu_protocol protocol;
	const char *address;
	uint32_t scope, ifindex;
	uint16_t port;
	bool v6only, privileged;
	int error;
};

#define TCP IU_PROTOCOL_TCP
#define UDP IU_PROTOCOL_UDP

static const struct row rows[] = {
	{TCP, "127.0.0.1", 0, 0, 8080, 0, 0, 0},
	{TCP, "9.9.9.9", 0, 0, 8080, 0, 0, EADDRNOTAVAIL},
	{TCP, "127.0.0.1", 0, 0, 80, 0, 0, EACCES},
	{TCP, "127.0.0.1", 0, 0, 80, 0, 1, 0},
	/* IPv4 looks at the address first, IPv6 at the port */
	{TCP, "9.9.9.9", 0, 0, 80, 0, 0, EADDRNOTAVAIL},
	{TCP, "fd00::9", 0, 0, 80, 0, 0, EACCES},
	{TCP, "fd00::9", 0, 0, 80, 0, 1, EADDRNOTAVAIL},
	{TCP, "::ffff:9.9.9.9", 0, 0, 80, 0, 0, EACCES},
	{TCP, "::ffff:127.0.0.1", 0, 0, 8080, 1, 0, EINVAL},
	{TCP, "::ffff:9.9.9.9", 0, 0, 8080, 1, 0, EINVAL},
	{TCP, "::ffff:127.0.0.1", 0, 0, 80, 1, 0, EACCES},
	/* link-local: the scope names the device, over SO_BINDTODEVICE */
	{TCP, "fe80::2", 0, 0, 8080, 0, 0, EINVAL},
	{TCP, "fe80::2", LINK, 0, 8080, 0, 0, 0},
	{TCP, "fe80::2", LO, 0, 8080, 0, 0, EADDRNOTAVAIL},
	{TCP, "fe80::2", 0, LINK, 8080, 0, 0, 0},
	{TCP, "fe80::2", LINK, LO, 8080, 0, 0, 0},
	{TCP, "fe80::2", LO, LINK, 8080, 0, 0, EADDRNOTAVAIL},
	{TCP, "fe80::2", NOWHERE, 0, 8080, 0, 0, ENODEV},
	{TCP, "fe80::2", 0, 0, 80, 0, 0, EACCES},
	/* multicast: TCP never over IPv6, UDP of a link with its device */
	{TCP, "ff02::5", LINK, 0, 80, 0, 0, EINVAL},
	{UDP, "ff02::5", LINK, 0, 8080, 0, 0, 0},
	{UDP, "ff02::5", 0, 0, 8080, 0, 0, EINVAL},
	{UDP, "ff02::5", NOWHERE, 0, 8080, 0, 0, ENODEV},
	{UDP, "ff05::5", 0, 0, 8080, 0, 0, 0},
	{TCP, "224.0.0.251", 0, 0, 8080, 0, 0, 0},
	{TCP, "127.255.255.255", 0, 0, 8080, 0, 0, 0},
	/* with a device, ::1 must be on it; a global address need not */
	{TCP, "::1", 0, LINK, 8080, 0, 0, EADDRNOTAVAIL},
	{TCP, "::1", 0, LO, 8080, 0, 0, 0},
	{TCP, "fd00::1", 0, LINK, 8080, 0, 0, 0},
	{TCP, "fd00:7::1", 0, 0, 8080, 0, 0, EADDRNOTAVAIL}, /* tentative */
	{TCP, "::", 0, 0, 80, 0, 0, EACCES},
	{TCP, "::", 0, 0, 0, 0, 0, 0},
};

static void add_local(struct iu_snapshot *s, const char *text, uint32_t ifindex, bool tentative)
{
	struct iu_local *local = iu_list_add(&s->arena, &s->locals);

	assert_non_null(local);
	*local = (struct iu_local){.kind = IU_LOCAL_ADDRESS, .address = addr(text),
		.bits = 128, .ifindex = ifindex, .tentative = tentative};
}

static void make(struct iu_snapshot *s)
{
	uint32_t i;

	iu_snapshot_init(s);
	s->seen = SEEN_ALL;
	s->host.ipv6 = IU_YES;
	s->sysctls.unprivileged_port_start = 1024;
	add_local(s, "127.0.0.1", LO, false);
	add_local(s, "::1", LO, false);
	add_local(s, "fd00::1", LO, false);
	add_local(s, "fe80::2", LINK, false);
	add_local(s, "fd00:7::1", LINK, true);
	for (i = LO; i <= LINK; i++) {
		struct iu_interface *interface = iu_list_add(&s->arena, &s->interfaces);

		assert_non_null(interface);
		interface->ifindex = i;
	}
}

static void test_rows(void **state)
{
	struct iu_snapshot snapshot;
	size_t i;

	make(&snapshot);
	for (i = 0; i < IU_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct iu_question question = {.target.text = ""};
		struct iu_request r = {.protocol = row->protocol, .address = addr(row->address),
			.port = row->port, .v6only = row->v6only, .ifindex = row->ifindex};
		struct iu_local_check check;

		r.address.scope = row->scope;
		snapshot.host.cap_net_bind = iu_tri(row->privileged);
		check = iu_linux_local_check(&question, &snapshot, &r);
		print_message("# %s scope %u device %u port %u: %d, errno %d\n", row->address,
			row->scope, row->ifindex, row->port, check.ok, check.error);
		assert_int_equal(check.ok, row->error ? IU_NO : IU_YES);
		assert_int_equal(check.error, row->error);
	}
	iu_snapshot_free(&snapshot);
	(void)state;
}

/* Nobody looked at the interfaces: that is no proof that a device is gone. */
static void test_unseen(void **state)
{
	struct iu_question question = {.target.text = ""};
	struct iu_request r = {.protocol = TCP, .address = addr("fe80::9"), .port = 8080};
	struct iu_snapshot snapshot;

	iu_snapshot_init(&snapshot);
	r.address.scope = NOWHERE;
	assert_int_equal(iu_linux_local_check(&question, &snapshot, &r).ok, IU_UNKNOWN);
	make(&snapshot);
	snapshot.seen &= ~(uint32_t)IU_FACT_ADDRESSES;
	assert_int_equal(iu_linux_local_check(&question, &snapshot, &r).ok, IU_UNKNOWN);
	iu_snapshot_free(&snapshot);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_unseen),
	};

	return cmocka_run_group_tests_name("local-check", tests, NULL, NULL);
}
