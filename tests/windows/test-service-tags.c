/* windows/test-service-tags.c - sockets are named by the tags of services, with a manager of our own */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "os/windows/process/service-tags.h"

#define OWNED(pid, number) ((uint64_t)(pid) << 32 | (number))

static struct iu_snapshot snap;
static unsigned int asked;

static struct iu_socket *row(int32_t pid, uint32_t tag)
{
	struct iu_socket *s = iu_list_add(&snap.arena, &snap.sockets);

	*s = (struct iu_socket){.inode = OWNED(pid, snap.sockets.n), .service_tag = tag};
	return s;
}

/* What the service manager would say: tags are counted in each process by itself. */
static const char *name(void *context, struct iu_arena *arena, int32_t pid, uint32_t tag)
{
	static const struct {
		int32_t pid;
		uint32_t tag;
		const char *name;
	} services[] = {{20, 7, "iphlpsvc"}, {20, 8, "Schedule"}, {30, 7, "Dnscache"}};

	(void)context;
	(void)arena;
	asked++;
	for (size_t i = 0; i < IU_COUNT(services); i++)
		if (services[i].pid == pid && services[i].tag == tag)
			return services[i].name;
	return NULL;
}

static const char *named(size_t i)
{
	return snap.sockets.v[i].unit ? snap.sockets.v[i].unit : "-";
}

static void test_tags(void **state)
{
	iu_snapshot_init(&snap);
	row(20, 7);
	row(20, 8);
	row(30, 7);
	row(20, 7); /* asked once */
	row(20, 0);
	row(4, 7); /* the kernel's */
	row(0, 7);
	row(20, 99);
	row(30, 7)->unit = "known";
	asked = 0;
	assert_int_equal(iu_name_tagged(&snap, name, NULL), 0);
	assert_string_equal(named(0), "iphlpsvc");
	assert_string_equal(named(1), "Schedule");
	assert_string_equal(named(2), "Dnscache");
	assert_string_equal(named(3), "iphlpsvc");
	for (size_t i = 4; i < 8; i++)
		assert_string_equal(named(i), "-");
	assert_string_equal(named(8), "known");
	assert_int_equal(asked, 4);
	iu_snapshot_free(&snap);
	(void)state;
}

/* The system itself, which may lack the function, does not name what has no service. */
static void test_system(void **state)
{
	struct iu_arena arena = {0};

	assert_null(iu_system_tag_name(NULL, &arena, 0x7FFFFFF0, 4711));
	iu_arena_free(&arena);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_tags), cmocka_unit_test(test_system)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
