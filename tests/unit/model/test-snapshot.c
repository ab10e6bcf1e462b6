/* test-snapshot.c - an empty snapshot, lookups, gaps */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "model/snapshot.h"

static void test_init(void **state)
{
	struct iu_snapshot s;

	memset(&s, 0x5a, sizeof(s));
	iu_snapshot_init(&s);
	assert_int_equal(s.seen, 0);
	assert_int_equal(s.sockets.n + s.holds.n + s.processes.n + s.gaps.n, 0);
	assert_int_equal(s.sysctls.port_first, -1);
	assert_int_equal(s.sysctls.port_last, -1);
	assert_int_equal(s.sysctls.unprivileged_port_start, -1);
	assert_int_equal(s.sysctls.nonlocal_bind4, -1);
	assert_int_equal(s.sysctls.nonlocal_bind6, -1);
	assert_int_equal(s.sysctls.bindv6only, -1);
	assert_int_equal(s.sysctls.autobind_reuse, -1);
	assert_int_equal(s.sysctls.l3mdev_accept, -1);
	assert_int_equal(s.sysctls.fin_timeout, -1);
	assert_int_equal(s.host.ipv6, IU_UNKNOWN);
	iu_snapshot_free(&s);
	iu_snapshot_free(&s);
	iu_snapshot_free(NULL);
}

static void test_lookups(void **state)
{
	struct iu_snapshot s;
	struct iu_path *path;

	iu_snapshot_init(&s);
	assert_null(iu_snapshot_process(&s, 1));
	assert_null(iu_snapshot_path(&s, "/a", 2));
	assert_null(iu_snapshot_path(&s, NULL, 0));
	iu_list_add(&s.arena, &s.processes)->pid = 7;
	iu_list_add(&s.arena, &s.processes)->pid = 9;
	assert_ptr_equal(iu_snapshot_process(&s, 9), &s.processes.v[1]);
	assert_null(iu_snapshot_process(&s, 8));
	path = iu_list_add(&s.arena, &s.paths);
	path->path = iu_arena_strndup(&s.arena, "/a\0b", 4);
	path->path_len = 4;
	assert_ptr_equal(iu_snapshot_path(&s, "/a\0b", 4), path);
	assert_null(iu_snapshot_path(&s, "/a\0c", 4));
	assert_null(iu_snapshot_path(&s, "/a", 2));
	iu_snapshot_free(&s);
	assert_int_equal(s.processes.n, 0);
}

static void test_gaps(void **state)
{
	struct iu_snapshot s;
	char what[] = "descriptors of pid 77";

	iu_snapshot_init(&s);
	iu_snapshot_gap(&s, IU_FACT_HOLDERS, 77, what, "EACCES", "run as root");
	iu_snapshot_gap(&s, IU_FACT_HOLDERS, 77, what, "EACCES", NULL);
	assert_int_equal(s.gaps.n, 1);
	iu_snapshot_gap(&s, IU_FACT_HOLDERS, 77, what, "EPERM", NULL);
	iu_snapshot_gap(&s, IU_FACT_TCP, 0, what, NULL, NULL);
	iu_snapshot_gap(&s, IU_FACT_TCP, 0, what, NULL, NULL);
	assert_int_equal(s.gaps.n, 3);
	memset(what, 'x', sizeof(what) - 1); /* the sentences were copied */
	assert_string_equal(s.gaps.v[0].what, "descriptors of pid 77");
	assert_string_equal(s.gaps.v[0].why, "EACCES");
	assert_string_equal(s.gaps.v[0].fix, "run as root");
	assert_null(s.gaps.v[2].why);
	iu_snapshot_free(&s);
	s.arena.limit = 8;
	iu_snapshot_gap(&s, IU_FACT_TCP, 0, "a", "b", "c");
	assert_true(s.arena.failed);
	s.arena.limit = 0;
	iu_snapshot_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_init),
		cmocka_unit_test(test_lookups),
		cmocka_unit_test(test_gaps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
