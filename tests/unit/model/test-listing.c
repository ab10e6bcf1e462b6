/* test-listing.c - which sockets are listed, for which filter, in which order */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "base/text.h"
#include "model/listing.h"

static struct iu_snapshot world;

static struct iu_socket *add(const char *address, uint16_t port, enum iu_protocol protocol,
	enum iu_state state, uint64_t inode)
{
	struct iu_socket *s = iu_list_add(&world.arena, &world.sockets);

	s->protocol = protocol;
	s->state = state;
	s->inode = inode;
	s->timer_ms = -1;
	if (protocol == IU_PROTOCOL_UNIX) {
		s->family = IU_FAMILY_UNIX;
		s->path = address;
		s->path_len = address ? strlen(address) : 0;
		return s;
	}
	assert_int_equal(iu_address_parse(address, strlen(address), &s->local), 0);
	s->family = s->local.family;
	s->port = port;
	return s;
}

static void hold(uint64_t inode, int32_t pid, int32_t fd)
{
	*iu_list_add(&world.arena, &world.holds) =
		(struct iu_hold){.inode = inode, .pid = pid, .fd = fd};
}

#define TCP  IU_PROTOCOL_TCP
#define UDP  IU_PROTOCOL_UDP
#define UNIX IU_PROTOCOL_UNIX

static int setup(void **state)
{
	struct iu_process *p;
	struct iu_socket *s;

	iu_snapshot_init(&world);
	add("0.0.0.0", 443, TCP, IU_STATE_LISTEN, 1);             /* 0 */
	s = add("127.0.0.1", 80, TCP, IU_STATE_LISTEN, 2);        /* 1 */
	s->uid_known = true;
	s->uid = 1000;
	s->unit = "web.service";
	s = add("::", 80, TCP, IU_STATE_LISTEN, 3);               /* 2 */
	s->v6only = IU_YES;
	add("127.0.0.1", 80, TCP, IU_STATE_TIME_WAIT, 0);         /* 3 */
	add("127.0.0.1", 80, TCP, IU_STATE_ESTABLISHED, 5);       /* 4 */
	add("127.0.0.1", 9000, TCP, IU_STATE_BOUND, 6);           /* 5 */
	add("127.0.0.1", 0, TCP, IU_STATE_BOUND, 7);              /* 6: holds nothing */
	add("::", 53, UDP, IU_STATE_BOUND, 8);                    /* 7 */
	add("127.0.0.1", 5353, UDP, IU_STATE_ESTABLISHED, 9);     /* 8 */
	add("/run/b.sock", 0, UNIX, IU_STATE_LISTEN, 10);         /* 9 */
	add("/run/b.sock", 0, UNIX, IU_STATE_ESTABLISHED, 11);    /* 10: accepted */
	add("/run/a.sock", 0, UNIX, IU_STATE_BOUND, 12);          /* 11 */
	s = add("x", 0, UNIX, IU_STATE_LISTEN, 13);               /* 12 */
	s->abstract = true;
	s->container = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
	add(NULL, 0, UNIX, IU_STATE_ESTABLISHED, 14);             /* 13 */
	s = add("/run/log", 0, UNIX, IU_STATE_ESTABLISHED, 15);   /* 14: connected datagram */
	s->unix_type = IU_UNIX_DGRAM;
	add("::ffff:10.0.0.1", 81, TCP, IU_STATE_LISTEN, 16);     /* 15 */
	hold(2, 200, 5);
	hold(1, 100, 3);
	hold(2, 200, 4);
	hold(2, 100, 9);
	hold(8, 300, 1);
	hold(0, 666, 1); /* inode 0 is nobody's */
	p = iu_list_add(&world.arena, &world.processes);
	p->pid = 100;
	p->name = "nginx";
	p = iu_list_add(&world.arena, &world.processes);
	p->pid = 200;
	p->name = "node-MainThread";
	p->exe = "/usr/bin/node";
	p->uid_known = true;
	p->uid = 33;
	p->unit = "shop.service";
	return 0;
}

static int teardown(void **state)
{
	iu_snapshot_free(&world);
	return 0;
}

static void check(const struct iu_filter *filter, const char *expected)
{
	struct iu_arena arena = {0};
	struct iu_listing listing;
	struct iu_text got = {0};
	size_t i;

	assert_int_equal(iu_listing_make(&arena, &world, filter, &listing), 0);
	iu_text_add(&got, "");
	for (i = 0; i < listing.rows.n; i++)
		iu_text_printf(&got, "%s%zu", i ? " " : "", listing.rows.v[i].socket);
	assert_string_equal(got.data, expected);
	iu_text_free(&got);
	iu_arena_free(&arena);
}

static void test_rows(void **state)
{
	struct iu_filter filter = {0};

	check(NULL, "1 2 15 0 5 7 8 11 9 14 12");
	check(&filter, "1 2 15 0 5 7 8 11 9 14 12");
	filter.all = true;
	check(&filter, "1 4 3 2 15 0 5 7 8 11 9 10 14 12");
}

static void test_protocols(void **state)
{
	check(&(struct iu_filter){.tcp = true}, "1 2 15 0 5");
	check(&(struct iu_filter){.udp = true}, "7 8");
	check(&(struct iu_filter){.unix_sockets = true}, "11 9 14 12");
	check(&(struct iu_filter){.tcp = true, .udp = true}, "1 2 15 0 5 7 8");
}

static void check_endpoint(enum iu_protocol protocol, const char *address, uint16_t port,
	const char *expected)
{
	struct iu_question q = {.target.protocol = protocol, .target.port = port};
	struct iu_filter filter = {0};

	if (protocol == UNIX) {
		q.target.abstract = *address == '@';
		q.target.path = address + q.target.abstract;
		q.target.path_len = strlen(q.target.path);
	} else if (address) {
		assert_int_equal(iu_address_parse(address, strlen(address), &q.target.address), 0);
		q.target.family = q.target.address.family;
	}
	filter.endpoints.v = &q;
	filter.endpoints.n = 1;
	check(&filter, expected);
}

static void test_endpoints(void **state)
{
	check_endpoint(TCP, NULL, 80, "1 2");
	check_endpoint(TCP, "127.0.0.1", 80, "1");     /* [::] is IPv6 only */
	check_endpoint(TCP, "::1", 80, "2");
	check_endpoint(TCP, "::", 80, "2");
	check_endpoint(TCP, "127.0.0.2", 80, "");
	check_endpoint(TCP, "127.0.0.1", 443, "0");    /* the wildcard covers it */
	check_endpoint(TCP, "::1", 443, "");
	check_endpoint(TCP, "10.0.0.1", 81, "15");     /* mapped */
	check_endpoint(TCP, "::ffff:127.0.0.1", 443, "0");
	check_endpoint(TCP, NULL, 0, "1 2 15 0 5");    /* any port */
	check_endpoint(UDP, "127.0.0.1", 53, "7");     /* dual stack, as far as is known */
	check_endpoint(UDP, NULL, 80, "");
	check_endpoint(UNIX, "/run/b.sock", 0, "9");
	check_endpoint(UNIX, "@x", 0, "12");
	check_endpoint(UNIX, "x", 0, "");
}

static void test_owners(void **state)
{
	check(&(struct iu_filter){.user_given = true, .uid = 1000}, "1");
	check(&(struct iu_filter){.user_given = true, .uid = 33}, "1"); /* through its holder */
	check(&(struct iu_filter){.user_given = true, .uid = 0}, "");
	check(&(struct iu_filter){.process = "nginx"}, "1 0");
	check(&(struct iu_filter){.process = "node"}, "1");
	check(&(struct iu_filter){.process = "/usr/bin/node"}, "1");
	check(&(struct iu_filter){.process = "300"}, "7"); /* only its number was seen */
	check(&(struct iu_filter){.process = "nod"}, "");
	check(&(struct iu_filter){.process = ""}, "1 2 15 0 5 7 8 11 9 14 12");
	check(&(struct iu_filter){.unit = "web"}, "1");
	check(&(struct iu_filter){.unit = "web.service"}, "1");
	check(&(struct iu_filter){.unit = "shop"}, "1");
	check(&(struct iu_filter){.unit = "we"}, "");
	check(&(struct iu_filter){.unit = "01234567"}, "12");
	check(&(struct iu_filter){.unit = "012"}, "");
	check(&(struct iu_filter){.unit = "web", .process = "nginx"}, "1");
	check(&(struct iu_filter){.unit = "web", .process = "300"}, "");
}

static void test_holds(void **state)
{
	struct iu_arena arena = {0};
	struct iu_listing listing;
	const struct iu_row *row;

	assert_int_equal(iu_listing_make(&arena, &world, NULL, &listing), 0);
	row = &listing.rows.v[0];
	assert_int_equal(row->holds.n, 2); /* 100 once, 200 once */
	assert_int_equal(world.holds.v[row->holds.v[0]].pid, 100);
	assert_int_equal(world.holds.v[row->holds.v[1]].pid, 200);
	assert_int_equal(row->descriptors.n, 3);
	assert_int_equal(listing.rows.v[1].holds.n, 0);
	assert_int_equal(listing.rows.v[1].descriptors.n, 0);
	iu_arena_free(&arena);
}

static void test_no_memory(void **state)
{
	struct iu_arena arena = {.limit = 16};
	struct iu_listing listing = {.rows.n = 77};

	assert_int_equal(iu_listing_make(&arena, &world, NULL, &listing), IU_E_NOMEM);
	assert_int_equal(listing.rows.n, 77);
	iu_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_endpoints),
		cmocka_unit_test(test_owners),
		cmocka_unit_test(test_holds),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
