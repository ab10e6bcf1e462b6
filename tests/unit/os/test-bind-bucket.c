/* tests/unit/os/test-bind-bucket.c - the owners of a port out of the kernel's bind bucket, against sock_diag's walk over all sockets */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/bpf/bpf.h"
#include "os/linux/sockets/bind-bucket.h"
#include "os/os.h"
#include "stage.h"
#include "../../lib/namespaces.h"

#define PORT 7100

static const char *no_stage, *no_bpf;

static void need_stage(void)
{
	if (no_stage) {
		print_message("# SKIP %s\n", no_stage);
		skip();
	}
}

static void need_bpf(void)
{
	need_stage();
	if (no_bpf) {
		print_message("# SKIP %s\n", no_bpf);
		skip();
	}
}

static int bound(int family, const char *address, uint16_t port, bool v6only)
{
	struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0), value = v6only;
	bool good;

	if (family == AF_INET) {
		inet_pton(AF_INET, address, &v4.sin_addr);
		good = bind(fd, (struct sockaddr *)&v4, sizeof(v4)) == 0;
	} else {
		inet_pton(AF_INET6, address, &v6.sin6_addr);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &value, sizeof(value));
		good = bind(fd, (struct sockaddr *)&v6, sizeof(v6)) == 0;
	}
	assert_true(good);
	return fd;
}

static int connected(uint16_t port, int server, int *ret_client)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd;

	*ret_client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(*ret_client, (struct sockaddr *)&to, sizeof(to)), 0);
	fd = accept(server, NULL, NULL);
	assert_true(fd >= 0);
	return fd;
}

/* Whatever has the port, one bind() tells; and only where nothing has it. */
static void test_none(void **state)
{
	int server, near, far, fd, yes = 1;

	(void)state;
	need_stage();
	assert_true(iu_bind_bucket_is_empty(PORT));
	fd = bound(AF_INET, "127.0.0.1", PORT, false);
	assert_false(iu_bind_bucket_is_empty(PORT)); /* bound only, one address */
	close(fd);
	fd = bound(AF_INET6, "::1", PORT, true);
	assert_false(iu_bind_bucket_is_empty(PORT));
	close(fd);
	fd = bound(AF_INET6, "::", PORT, true);
	assert_int_equal(listen(fd, 1), 0);
	assert_false(iu_bind_bucket_is_empty(PORT)); /* IPv6 only: a wildcard of IPv4 could be bound */
	close(fd);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) == 0) {
		struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(PORT)};

		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
		assert_int_equal(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
		assert_false(iu_bind_bucket_is_empty(PORT)); /* on a device */
	}
	close(fd);
	server = bound(AF_INET, "127.0.0.1", PORT, false);
	assert_int_equal(listen(server, 1), 0);
	near = connected(PORT, server, &far);
	close(server);
	assert_false(iu_bind_bucket_is_empty(PORT)); /* a connection */
	close(near);
	close(far);
	usleep(20000);
	assert_false(iu_bind_bucket_is_empty(PORT)); /* TIME-WAIT */
	assert_true(iu_bind_bucket_is_empty(PORT + 1));
}

static void look(bool quick, uint16_t port, struct iu_snapshot *snapshot)
{
	struct iu_port_range range = {port, port};
	struct iu_needs needs = {.facts = IU_FACT_HOST | IU_FACT_TCP | IU_FACT_BOUND};

	needs.ports.v = &range;
	needs.ports.n = 1;
	needs.asked.v = &port;
	needs.asked.n = 1;
	setenv("INUSE_QUICK", quick ? "on" : "off", 1);
	iu_snapshot_init(snapshot);
	assert_int_equal(iu_os_collect(&needs, snapshot), 0);
	assert_true(snapshot->seen & IU_FACT_TCP);
	/* where their numbers are others here, /proc has to say who holds what */
	assert_int_equal(snapshot->fd_candidates.known, quick && !hides_processes());
}

static const struct iu_socket *find(const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	size_t i;

	for (i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *o = &snapshot->sockets.v[i];

		if (o->inode == s->inode && o->peer_port == s->peer_port && o->family == s->family)
			return o;
	}
	return NULL;
}

static void test_same(void **state)
{
	int server = bound(AF_INET6, "::", PORT + 10, false), near[4], far[4], only, i;
	struct iu_snapshot quick, walked;
	size_t k;

	(void)state;
	need_bpf();
	assert_int_equal(listen(server, 8), 0);
	only = bound(AF_INET, "127.0.0.9", PORT + 11, false);
	for (i = 0; i < 4; i++)
		near[i] = connected(PORT + 10, server, &far[i]);
	close(near[0]); /* FIN-WAIT-2, then TIME-WAIT of the port */
	close(far[0]);
	close(far[1]); /* CLOSE-WAIT */
	usleep(20000);
	for (i = 0; i < 2; i++) {
		look(true, (uint16_t)(PORT + 10 + i), &quick);
		look(false, (uint16_t)(PORT + 10 + i), &walked);
		print_message("# port %d: %zu sockets quickly, %zu by the walk\n", PORT + 10 + i,
			quick.sockets.n, walked.sockets.n);
		assert_int_equal(quick.sockets.n, i ? 1 : 5);
		/* before 6.8 no dump has what is bound only */
		assert_int_equal(walked.sockets.n, i && !(walked.seen & IU_FACT_BOUND) ? 0 : quick.sockets.n);
		for (k = 0; k < walked.sockets.n; k++) {
			const struct iu_socket *a = &quick.sockets.v[k], *b = find(&walked, a);

			assert_non_null(b);
			assert_int_equal(a->state, b->state);
			assert_int_equal(a->mini, b->mini);
			assert_int_equal(a->uid, b->uid);
			assert_int_equal(a->uid_known, b->uid_known);
			assert_true(iu_address_equal(&a->local, &b->local));
			assert_true(iu_address_equal(&a->peer, &b->peer));
			assert_int_equal(a->cgroup_id, b->cgroup_id);
			if (a->cookie) /* one that was never told has none yet */
				assert_int_equal(a->cookie, b->cookie);
			if (!a->mini)
				assert_int_equal(a->explicit_port, b->explicit_port);
			if (b->v6only != IU_UNKNOWN)
				assert_int_equal(a->v6only, b->v6only);
			assert_int_equal(a->timer_ms < 0, b->timer_ms < 0);
			assert_int_equal(a->reuseaddr, IU_NO); /* the walk does not know it */
		}
		iu_snapshot_free(&quick);
		iu_snapshot_free(&walked);
	}
	for (i = 1; i < 4; i++)
		close(near[i]);
	close(far[2]);
	close(far[3]);
	close(only);
	close(server);
}

/* Thousands of connections: counted, and the listener is still told. */
static void test_crowd(void **state)
{
	enum { CROWD = 600 };
	static int near[CROWD], far[CROWD];
	int server = bound(AF_INET, "127.0.0.1", PORT + 20, false), i;
	struct iu_snapshot quick;
	size_t k, all = 0, listeners = 0;

	(void)state;
	need_bpf();
	assert_int_equal(listen(server, 64), 0);
	for (i = 0; i < CROWD; i++)
		near[i] = connected(PORT + 20, server, &far[i]);
	look(true, PORT + 20, &quick);
	for (k = 0; k < quick.sockets.n; k++) {
		all += 1 + quick.sockets.v[k].more_like_it;
		listeners += quick.sockets.v[k].state == IU_STATE_LISTEN;
	}
	print_message("# %zu sockets told, %zu counted, %zu listeners\n", quick.sockets.n, all, listeners);
	assert_int_equal(all, CROWD + 1);
	assert_int_equal(listeners, 1);
	assert_true(quick.sockets.n < IU_BPF_OWNERS);
	iu_snapshot_free(&quick);
	for (i = 0; i < CROWD; i++) {
		close(near[i]);
		close(far[i]);
	}
	close(server);
}

#define FOLDER "/sys/fs/bpf/inuse"

/* What is kept in the folder, by the end of its name. Returns: whether it is there. */
static bool find_kept(const char *end, char path[300])
{
	DIR *folder = opendir(FOLDER);
	struct dirent *entry;
	bool found = false;

	while (folder && !found && (entry = readdir(folder))) {
		size_t len = strlen(entry->d_name), n = strlen(end);

		found = len > n && strcmp(entry->d_name + len - n, end) == 0;
		if (found)
			snprintf(path, 300, FOLDER "/%s", entry->d_name);
	}
	if (folder)
		closedir(folder);
	return found;
}

/* A line of /proc/self/fdinfo of a kept object. */
static unsigned int kept_number(const char *end, const char *format)
{
	char line[128], path[300];
	unsigned int number = 0;
	union bpf_attr attr;
	FILE *info;
	int fd;

	if (!find_kept(end, path))
		return 0;
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	fd = (int)syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	info = fopen(path, "r");
	while (info && fgets(line, sizeof(line), info))
		sscanf(line, format, &number);
	if (info)
		fclose(info);
	close(fd);
	return number;
}

/* Which kept program it is, as the kernel counts them; 0: none is kept. */
static unsigned int kept_program(void)
{
	return kept_number("-bucket-program", "prog_id: %u");
}

static void expect_one(uint16_t port, int server)
{
	struct iu_snapshot quick;

	look(true, port, &quick);
	assert_int_equal(quick.sockets.n, 1);
	assert_int_equal(quick.sockets.v[0].inode, stage_inode(server));
	iu_snapshot_free(&quick);
}

/* In a mount namespace of our own, where the test stays. */
static void new_bpffs(const char *options)
{
	umount2("/sys/fs/bpf", MNT_DETACH);
	if (mount("bpf", "/sys/fs/bpf", "bpf", 0, options) < 0) {
		print_message("# SKIP bpffs cannot be mounted here\n");
		skip();
	}
}

static void stay_alone(void)
{
	assert_int_equal(unshare(CLONE_NEWNS), 0);
	assert_int_equal(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL), 0);
}

/* Without a bpffs each run loads its own. */
static void test_once(void **state)
{
	int server;

	(void)state;
	need_bpf();
	stay_alone();
	umount2("/sys/fs/bpf", MNT_DETACH);
	server = bound(AF_INET, "127.0.0.1", PORT + 30, false);
	expect_one(PORT + 30, server);
	expect_one(PORT + 30, server);
	assert_int_equal(access(FOLDER, F_OK), -1);
	close(server);
}

/* Programs stay in bpffs; a second look at the same time loads its own; others' are not believed. */
static void test_kept(void **state)
{
	struct iu_bpf *first;
	unsigned int id;
	int server;

	(void)state;
	need_bpf();
	new_bpffs("mode=700");
	server = bound(AF_INET, "127.0.0.1", PORT + 40, false);
	assert_int_equal(kept_program(), 0);
	expect_one(PORT + 40, server);
	id = kept_program();
	expect_one(PORT + 40, server);
	print_message("# program %u after one look, %u after two\n", id, kept_program());
	assert_int_not_equal(id, 0);
	assert_int_equal(kept_program(), id);
	assert_int_equal(iu_bpf_bucket_open(IU_BPF_KEEP, &first), 0);
	expect_one(PORT + 40, server);
	iu_bpf_close(first);
	assert_int_equal(kept_program(), id);
	chmod(FOLDER, 0777);
	expect_one(PORT + 40, server);
	new_bpffs("mode=700");
	mkdir(FOLDER, 0777);
	chmod(FOLDER, 0777);
	expect_one(PORT + 40, server);
	print_message("# in a folder that all may write to: program %u\n", kept_program());
	assert_int_equal(kept_program(), 0);
	chmod(FOLDER, 0700);
	assert_int_equal(chown(FOLDER, 65534, 65534), 0);
	expect_one(PORT + 40, server);
	print_message("# in a folder of somebody else: program %u\n", kept_program());
	assert_int_equal(kept_program(), 0);
	close(server);
}

/* What other versions have kept goes; what is not whole is loaded anew; what cannot be kept is not. */
static void test_versions(void **state)
{
	char path[300];
	unsigned int id;
	int server;

	(void)state;
	need_bpf();
	new_bpffs("mode=700");
	server = bound(AF_INET, "127.0.0.1", PORT + 50, false);
	assert_int_equal(mkdir(FOLDER, 0700), 0);
	expect_one(PORT + 50, server);
	id = kept_program();
	assert_int_not_equal(id, 0);
	assert_true(find_kept("-bucket-rows", path));
	assert_int_equal(rename(path, FOLDER "/0123456789abcdef-bucket-rows"), 0);
	expect_one(PORT + 50, server);
	print_message("# program %u, and %u after a part was taken away\n", id, kept_program());
	assert_int_not_equal(kept_program(), 0);
	assert_int_not_equal(kept_program(), id);
	assert_int_equal(access(FOLDER "/0123456789abcdef-bucket-rows", F_OK), -1);
	assert_true(find_kept("-bucket-rows", path));

	new_bpffs("mode=700");
	assert_int_equal(mkdir(FOLDER, 0700), 0);
	assert_int_equal(mount("none", "/sys/fs/bpf", NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	expect_one(PORT + 50, server);
	print_message("# in a bpffs that cannot be written to: program %u\n", kept_program());
	assert_int_equal(kept_program(), 0);
	umount2("/sys/fs/bpf", MNT_DETACH);
	close(server);
}

/* Standard input closed: skeletons take descriptor 0 for none. */
static void test_closed_input(void **state)
{
	int server, input;

	(void)state;
	need_bpf();
	server = bound(AF_INET, "127.0.0.1", PORT + 60, false);
	input = dup(STDIN_FILENO);
	close(STDIN_FILENO);
	expect_one(PORT + 60, server);
	assert_int_equal(fcntl(STDIN_FILENO, F_GETFD), -1);
	if (input >= 0) {
		assert_int_equal(dup2(input, STDIN_FILENO), STDIN_FILENO);
		close(input);
	}
	close(server);
}

/* bpftool shows whose programs they are. */
static void test_names(void **state)
{
	struct bpf_prog_info info;
	char path[300];
	union bpf_attr attr;
	int server, fd;

	(void)state;
	need_bpf();
	new_bpffs("mode=700");
	server = bound(AF_INET, "127.0.0.1", PORT + 70, false);
	expect_one(PORT + 70, server);
	assert_true(find_kept("-bucket-program", path));
	memset(&attr, 0, sizeof(attr));
	attr.pathname = (uintptr_t)path;
	fd = (int)syscall(SYS_bpf, BPF_OBJ_GET, &attr, sizeof(attr));
	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	assert_int_equal(syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attr, sizeof(attr)), 0);
	print_message("# the program is called %s\n", info.name);
	assert_string_equal(info.name, "inuse_bucket");
	umount2("/sys/fs/bpf", MNT_DETACH);
	close(fd);
	close(server);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_none),
		cmocka_unit_test(test_same),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_closed_input),
		cmocka_unit_test(test_once), /* in a mount namespace, where the next ones stay */
		cmocka_unit_test(test_kept),
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_names),
	};
	struct iu_bpf *bpf = NULL;

	no_stage = stage_enter();
	if (iu_bpf_bucket_open(IU_BPF_KEEP, &bpf) < 0)
		no_bpf = "no rights for BPF here, no BTF, or Linux before 5.17";
	iu_bpf_close(bpf);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
