/* test-guess.c - who stands out among those whose descriptors may not be read */
#include "scene.h"

#include "engine/guess.h"

static struct iu_snapshot snap;

static void hide(int32_t pid, const char *name, uint32_t uid, const char *cgroup)
{
	*iu_list_add(&snap.arena, &snap.unreadable) = (struct iu_unreadable){
		.pid = pid, .name = name, .uid_known = true, .uid = uid, .cgroup = cgroup};
}

/* @pid: 0: nobody stands out. */
static void guess(uint32_t uid, const char *cgroup, int32_t pid)
{
	const struct iu_socket s = {.inode = 7, .uid_known = true, .uid = uid, .cgroup = cgroup};
	const struct iu_unreadable *found = iu_guess_holder(&snap, &s);

	print_message("# of user %u in %s: %d\n", (unsigned int)uid, cgroup ? cgroup : "no cgroup",
		found ? (int)found->pid : 0);
	assert_int_equal(found ? found->pid : 0, pid);
}

static void test_guesses(void **state)
{
	(void)state;
	iu_snapshot_init(&snap);
	guess(33, NULL, 0);
	hide(812, "nginx", 33, "/system.slice/nginx.service");
	hide(811, "nginx", 0, "/system.slice/nginx.service");
	hide(900, "postgres", 70, "/");
	hide(901, "postgres", 70, "/");
	hide(1, "init", 0, "/");
	hide(2, "cron", 0, "/");
	guess(0, "/system.slice/nginx.service", 811); /* one name, the first of them */
	guess(33, NULL, 812);
	guess(70, "/", 900); /* the root's cgroup says nothing, the user does */
	guess(0, "/", 0);    /* three names: none of them stands out */
	guess(99, NULL, 0);
	hide(813, "php", 33, "/system.slice/nginx.service");
	guess(33, "/system.slice/nginx.service", 0); /* not by the user either */
	iu_snapshot_free(&snap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_guesses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
