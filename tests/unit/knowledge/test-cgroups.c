/* tests/unit/knowledge/test-cgroups.c - what a cgroup path says */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "knowledge/cgroups.h"

#define ID	   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define POD	   "1a2b3c4d_1111_2222_3333_444455556666"
#define POD_DASHES "1a2b3c4d-1111-2222-3333-444455556666"

static const struct row {
	const char *path, *unit, *container, *engine, *pod;
	int user; /* -1: none */
	bool user_unit;
} rows[] = {
	{"/", NULL, NULL, NULL, NULL, -1, false},
	{"", NULL, NULL, NULL, NULL, -1, false},
	{"/init.scope", "init.scope", NULL, NULL, NULL, -1, false},
	{"/system.slice/web.service", "web.service", NULL, NULL, NULL, -1, false},
	{"/system.slice/system-getty.slice/getty@tty1.service", "getty@tty1.service", NULL, NULL,
		NULL, -1, false},
	{"/system.slice/web.service/worker-3", "web.service", NULL, NULL, NULL, -1, false},
	{"/user.slice/user-1000.slice/session-3.scope", "session-3.scope", NULL, NULL, NULL, 1000,
		false},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/foo.service", "foo.service", NULL,
		NULL, NULL, 1000, true},
	{"/user.slice/user-1000.slice/user@1000.service/app.slice/app-gnome-my\\x2dapp-12.scope",
		"app-gnome-my\\x2dapp-12.scope", NULL, NULL, NULL, 1000, true},
	{"/user.slice/user-1000.slice/user@1000.service/init.scope", "init.scope", NULL, NULL, NULL,
		1000, true},
	{"/user.slice/user-1000.slice/user@1000.service", "user@1000.service", NULL, NULL, NULL,
		1000, false},
	{"/system.slice/docker-" ID ".scope", "docker-" ID ".scope", ID, "docker", NULL, -1, false},
	{"/docker/" ID, NULL, ID, "docker", NULL, -1, false},
	/* units of a systemd that is not the one of this machine */
	{"/docker/" ID "/system.slice/nginx.service", NULL, ID, "docker", NULL, -1, false},
	{"/jobs/system.slice/nginx.service", "nginx.service", NULL, NULL, NULL, -1, false},
	{"/jobs/evil.slice/nginx.service", NULL, NULL, NULL, NULL, -1, false},
	{"/nginx.service", NULL, NULL, NULL, NULL, -1, false},
	{"/system.slice/app/nginx.service", NULL, NULL, NULL, NULL, -1, false},
	{"/machine.slice/libpod-" ID ".scope", "libpod-" ID ".scope", ID, "podman", NULL, -1,
		false},
	{"/machine.slice/libpod-" ID ".scope/container", "libpod-" ID ".scope", ID, "podman", NULL,
		-1, false},
	{"/machine.slice/libpod-conmon-" ID ".scope", "libpod-conmon-" ID ".scope", NULL, NULL,
		NULL, -1, false},
	{"/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID ".scope",
		"libpod-" ID ".scope", ID, "podman", NULL, 1000, true},
	{"/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod" POD
	 ".slice/cri-containerd-" ID ".scope",
		"cri-containerd-" ID ".scope", ID, "containerd", POD_DASHES, -1, false},
	{"/kubepods.slice/kubepods-pod" POD ".slice/crio-" ID ".scope", "crio-" ID ".scope", ID,
		"cri-o", POD_DASHES, -1, false},
	{"/kubepods/burstable/pod" POD_DASHES "/" ID, NULL, ID, "kubepods", POD_DASHES, -1, false},
	{"/lxc/box", NULL, "box", "lxc", NULL, -1, false},
	{"/lxc.payload.box/system.slice/ssh.service", NULL, "box", "lxc", NULL, -1, false},
	{"/lxc.payload/box/init.scope", NULL, "box", "lxc", NULL, -1, false},
	{"/machine.slice/machine-my\\x2dbox.scope", "machine-my\\x2dbox.scope", "my-box",
		"systemd-nspawn", NULL, -1, false},
	/* machines of libvirt: the name that virsh takes */
	{"/machine.slice/machine-qemu\\x2d1\\x2dvm1.scope/libvirt/emulator",
		"machine-qemu\\x2d1\\x2dvm1.scope", "vm1", "libvirt", NULL, -1, false},
	{"/machine.slice/machine-qemu\\x2d12\\x2dmy\\x2dvm\\x2d3.scope",
		"machine-qemu\\x2d12\\x2dmy\\x2dvm\\x2d3.scope", "my-vm-3", "libvirt", NULL, -1, false},
	{"/machine.slice/machine-lxc\\x2d7\\x2dbox.scope", "machine-lxc\\x2d7\\x2dbox.scope", "box",
		"libvirt", NULL, -1, false},
	{"/machine/vm1.libvirt-qemu/emulator", NULL, "vm1", "libvirt", NULL, -1, false},
	{"/machine.slice/machine-qemu\\x2dvm1.scope", "machine-qemu\\x2dvm1.scope", "qemu-vm1",
		"systemd-nspawn", NULL, -1, false},
	/* runc's form for the driver of systemd, under the one of cgroupfs */
	{"/system.slice/containerd.service/kubepods-burstable-pod" POD ".slice:cri-containerd:" ID, NULL,
		ID, "containerd", POD_DASHES, -1, false},
	{"/kubepods-pod" POD ".slice:crio:" ID, NULL, ID, "cri-o", POD_DASHES, -1, false},
	{"/system.slice:docker:" ID, NULL, ID, "docker", NULL, -1, false},
	{"/system.slice/a.service/b.slice:other:" ID, "a.service", NULL, NULL, NULL, -1, false},
	{"/system.slice/a.service/b.slice:docker:short", "a.service", NULL, NULL, NULL, -1, false},
	/* odd and hostile ones */
	{"system.slice/web.service", "web.service", NULL, NULL, NULL, -1, false},
	{"//system.slice///web.service//", "web.service", NULL, NULL, NULL, -1, false},
	{"/docker/short", NULL, NULL, NULL, NULL, -1, false},
	{"/docker/0123456789ABCDEF", NULL, NULL, NULL, NULL, -1, false},
	{"/docker-.scope", NULL, NULL, NULL, NULL, -1, false},
	{"/.service", NULL, NULL, NULL, NULL, -1, false},
	{"/user-99999999999.slice/x.service", "x.service", NULL, NULL, NULL, -1, false},
	{"/user-.slice", NULL, NULL, NULL, NULL, -1, false},
	{"/lxc/..", NULL, NULL, NULL, NULL, -1, false},
	{"/kubepods-pod.slice", NULL, NULL, NULL, NULL, -1, false},
	{"/kubepods-podzz.slice", NULL, NULL, NULL, NULL, -1, false},
	{"/lxc/a\\x", NULL, "a\\x", "lxc", NULL, -1, false},
	{"/lxc/a\\x0", NULL, "a\\x0", "lxc", NULL, -1, false},
	{"/system.slice/\033[31m.service", "\033[31m.service", NULL, NULL, NULL, -1, false},
};

static void same(const char *what, const char *path, const char *seen, const char *expected)
{
	if (!seen != !expected || (seen && strcmp(seen, expected) != 0))
		print_message("# %s of %s: \"%s\", expected \"%s\"\n", what, path, seen ? seen : "",
			expected ? expected : "");
	assert_true(!seen == !expected);
	if (seen && expected)
		assert_string_equal(seen, expected);
}

static void test_rows(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct iu_arena arena = {0};
		struct iu_cgroup_names names;
		const struct row *row = &rows[i];

		assert_int_equal(iu_cgroup_names(&arena, row->path, &names), 0);
		same("unit", row->path, names.unit, row->unit);
		same("container", row->path, names.container, row->container);
		same("engine", row->path, names.engine, row->engine);
		same("pod", row->path, names.pod, row->pod);
		assert_int_equal(names.user_known, row->user >= 0);
		if (row->user >= 0)
			assert_int_equal(names.user, row->user);
		assert_int_equal(names.user_unit, row->user_unit);
		iu_arena_free(&arena);
	}
	print_message("# %zu paths compared\n", i);
}

static void test_long(void **state)
{
	static char path[8192];
	struct iu_arena arena = {0};
	struct iu_cgroup_names names;
	size_t at;

	(void)state;
	memset(path, 'a', sizeof(path) - 1);
	path[0] = '/';
	memcpy(path + sizeof(path) - 9, ".service", 8);
	assert_int_equal(iu_cgroup_names(&arena, path, &names), 0);
	assert_null(names.unit); /* no directory has such a name */
	for (at = 0; at + 1 < sizeof(path); at++)
		path[at] = at % 2 ? 'a' : '/';
	assert_int_equal(iu_cgroup_names(&arena, path, &names), 0);
	assert_int_equal(iu_cgroup_names(&arena, NULL, &names), 0);
	iu_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_long),
	};

	return cmocka_run_group_tests_name("cgroup paths", tests, NULL, NULL);
}
