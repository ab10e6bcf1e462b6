/* test-origin.c - whose server it is: first ancestors with a name, git branches, containers by name */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/err.h"
#include "knowledge/origins.h"
#include "os/linux/process/branch.h"
#include "os/linux/process/engine-list.h"
#include "os/linux/process/origin.h"

static void test_names(void **state)
{
	static const struct {
		const char *name, *script, *kind, *origin; /* kind NULL: it has no name */
	} rows[] = {
		{"tmux: server", NULL, "tmux", "tmux"},
		{"sshd", NULL, "ssh", "ssh"},
		{"sshd-session", NULL, "ssh", "ssh"},
		{"node", "claude", "agent", "Claude Code"},
		{"claude", NULL, "agent", "Claude Code"},
		{"code", NULL, "editor", "VS Code"},
		{"cron", NULL, "cron", "cron"},
		{"PM2 v5.3.0: God", NULL, "manager", "pm2"},
		{"crontab", NULL, NULL, NULL}, /* a name that only begins like one of them */
		{"codecov", NULL, NULL, NULL},
		{"node", "server.js", NULL, NULL},
		{"bash", NULL, NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct iu_origin_row *row = iu_origin(rows[i].name, rows[i].script);

		print_message("# %s %s: %s\n", rows[i].name, rows[i].script ? rows[i].script : "-",
			row ? row->name : "none");
		assert_int_equal(row != NULL, rows[i].kind != NULL);
		if (row) {
			assert_string_equal(row->kind, rows[i].kind);
			assert_string_equal(row->name, rows[i].origin);
		}
	}
}

static void test_variables(void **state)
{
	static const char bytes[] = "XSSH_CONNECTION=no\0SSH_CONNECTION=192.0.2.7 50000 192.0.2.1 22\0EMPTY=\0LAST=cut";
	const char *value;
	size_t len = 0;

	(void)state;
	value = iu_origin_variable(bytes, sizeof(bytes) - 1, "SSH_CONNECTION", &len);
	assert_non_null(value);
	assert_int_equal(len, strlen("192.0.2.7 50000 192.0.2.1 22"));
	assert_memory_equal(value, "192.0.2.7 ", 10);
	assert_non_null(iu_origin_variable(bytes, sizeof(bytes) - 1, "EMPTY", &len));
	assert_int_equal(len, 0);
	/* the bytes end without a NUL */
	value = iu_origin_variable(bytes, sizeof(bytes) - 1, "LAST", &len);
	assert_non_null(value);
	assert_int_equal(len, 3);
	assert_null(iu_origin_variable(bytes, sizeof(bytes) - 1, "SSH", &len));
	assert_null(iu_origin_variable(bytes, 0, "LAST", &len));
}

static void test_sessions(void **state)
{
	struct iu_arena arena = {0};

	(void)state;
	assert_string_equal(iu_origin_session(&arena, "/tmp/tmux-1000/default,1234,2"), "session $2");
	assert_null(iu_origin_session(&arena, "/tmp/tmux-1000/default,1234,"));
	assert_null(iu_origin_session(&arena, "/tmp/tmux-1000/default,1234,x"));
	assert_null(iu_origin_session(&arena, "default"));
	assert_null(iu_origin_session(&arena, NULL));
	iu_arena_free(&arena);
}

static void write_head(const char *text)
{
	FILE *file = fopen(".git/HEAD", "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

/* What is read in @path below the folder of the test. */
static const char *branch_at(const char *path)
{
	static char branch[IU_BRANCH_BYTES];
	int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	iu_branch_read(fd, branch);
	close(fd);
	print_message("# %s: \"%s\"\n", path, branch);
	return branch;
}

static void test_branches(void **state)
{
	char folder[] = "/tmp/inuse-branch-XXXXXX", back[4096];

	(void)state;
	assert_non_null(getcwd(back, sizeof(back)));
	assert_non_null(mkdtemp(folder));
	assert_int_equal(chdir(folder), 0);
	assert_int_equal(mkdir(".git", 0755), 0);
	assert_int_equal(mkdir("src", 0755), 0);
	assert_int_equal(mkdir("src/deep", 0755), 0);
	write_head("ref: refs/heads/fix/port-3000\n");
	assert_string_equal(branch_at("."), "fix/port-3000");
	assert_string_equal(branch_at("src/deep"), "fix/port-3000");
	/* a commit, no branch; nothing; no regular file: neither waited for nor followed */
	write_head("90dd90e1d9550123456789abcdef0123456789ab\n");
	assert_string_equal(branch_at("src"), "");
	write_head("");
	assert_string_equal(branch_at("."), "");
	assert_int_equal(unlink(".git/HEAD"), 0);
	assert_int_equal(mkfifo(".git/HEAD", 0644), 0);
	assert_string_equal(branch_at("."), "");
	assert_int_equal(unlink(".git/HEAD"), 0);
	assert_int_equal(symlink("/etc/hostname", ".git/HEAD"), 0);
	assert_string_equal(branch_at("src"), "");
	assert_int_equal(unlink(".git/HEAD"), 0);
	assert_int_equal(rmdir("src/deep"), 0);
	assert_int_equal(rmdir("src"), 0);
	assert_int_equal(rmdir(".git"), 0);
	assert_int_equal(chdir(back), 0);
	assert_int_equal(rmdir(folder), 0);
}

#define OK "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"

static void test_containers(void **state)
{
	static const char answer[] = OK
		"[{\"Id\":\"90dd\",\"Names\":[\"/shop-db-1\"],\"Image\":\"postgres:16\","
		"\"Labels\":{\"com.docker.compose.project\":\"shop\",\"com.docker.compose.service\":\"db\"},"
		"\"Ports\":[{\"PrivatePort\":9},{\"PublicPort\":5432,\"Type\":\"tcp\"},"
		"{\"IP\":\"127.0.0.2\",\"PublicPort\":8080,\"Type\":\"tcp\"}]},"
		"{\"Id\":\"a1\",\"Names\":[\"web\"],\"Image\":\"web\",\"Labels\":{\"io.podman.compose.project\":\"p\"},"
		"\"Ports\":[{\"PublicPort\":70000,\"Type\":\"tcp\"},{\"PublicPort\":53,\"Type\":\"udp\"},"
		"{\"IP\":\"127.0.0.3\",\"PublicPort\":8080,\"Type\":\"tcp\"}]},{\"Names\":[]},7]";
	static const char *const bad[] = {"", "HTTP/1.0 200 OK\r\n", OK, OK "{}", OK "[",
		"HTTP/1.0 404 Not Found\r\n\r\n[]", "[]"};
	struct iu_engine_containers list = {0};
	struct iu_arena arena = {0};

	(void)state;
	assert_int_equal(iu_engine_list_parse(&arena, answer, sizeof(answer) - 1, &list), 0);
	assert_int_equal(list.n, 2);
	assert_string_equal(list.v[0].name, "shop-db-1");
	assert_string_equal(list.v[0].image, "postgres:16");
	assert_string_equal(list.v[0].project, "shop");
	assert_string_equal(list.v[0].service, "db");
	assert_string_equal(list.v[1].name, "web");
	assert_string_equal(list.v[1].project, "p");
	assert_null(list.v[1].service);
	assert_ptr_equal(iu_engine_list_published(&list, 5432, IU_PROTOCOL_TCP), &list.v[0]);
	assert_ptr_equal(iu_engine_list_published(&list, 53, IU_PROTOCOL_UDP), &list.v[1]);
	assert_null(iu_engine_list_published(&list, 5432, IU_PROTOCOL_UDP));
	assert_null(iu_engine_list_published(&list, 70000 & 0xffff, IU_PROTOCOL_TCP));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(iu_engine_list_parse(&arena, bad[i], strlen(bad[i]), &list), IU_E_PROTO);
	iu_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_variables),
		cmocka_unit_test(test_sessions),
		cmocka_unit_test(test_branches),
		cmocka_unit_test(test_containers),
	};

	return cmocka_run_group_tests_name("origin", tests, NULL, NULL);
}
