/* tests/unit/knowledge/test-causes.c - the tables of causes, remedies and takers are complete */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compat.h"
#include "knowledge/causes.h"
#include "knowledge/protected.h"
#include "knowledge/proxies.h"

static void test_causes(void **state)
{
	int cause;
	size_t i;

	assert_null(iu_cause_row(IU_CAUSE_NONE));
	assert_null(iu_cause_row(IU_CAUSE_COUNT));
	for (cause = 1; cause < IU_CAUSE_COUNT; cause++) {
		const struct iu_cause_row *row = iu_cause_row((enum iu_cause)cause);

		assert_non_null(row);
		print_message("# %s\n", row->name);
		assert_int_equal(row->cause, cause);
		assert_string_equal(row->name, iu_cause_name((enum iu_cause)cause));
		assert_true(strlen(row->sentence) > 10);
		assert_int_not_equal(row->remedies[0], IU_REMEDY_NONE);
		for (i = 0; i < IU_CAUSE_REMEDIES_MAX && row->remedies[i]; i++)
			assert_non_null(iu_remedy_row(row->remedies[i]));
		assert_true(i < IU_CAUSE_REMEDIES_MAX); /* the end is marked */
	}
	(void)state;
}

static void test_remedies(void **state)
{
	int id;

	assert_null(iu_remedy_row(IU_REMEDY_NONE));
	assert_null(iu_remedy_row(IU_REMEDY_COUNT));
	for (id = 1; id < IU_REMEDY_COUNT; id++) {
		const struct iu_remedy_row *row = iu_remedy_row((enum iu_remedy_id)id);

		assert_non_null(row);
		assert_int_equal(row->id, id);
		assert_string_equal(row->name, iu_remedy_name((enum iu_remedy_id)id));
		assert_true(strlen(row->sentence) > 10);
	}
	(void)state;
}

static void test_takers(void **state)
{
	static const struct {
		const char *name, *exe, *argument;
		int kind; /* -1: no taker */
		const char *second;
	} rows[] = {
		{"systemd", NULL, NULL, IU_PROXY_ACTIVATION},
		{"systemd", "/usr/lib/systemd/systemd", NULL, IU_PROXY_ACTIVATION},
		{"systemd-resolve", "/usr/lib/systemd/systemd-resolved", NULL, -1},
		{"docker-proxy", "/usr/bin/docker-proxy", NULL, IU_PROXY_CONTAINER},
		{"docker-proxy", "/tmp/docker-proxy", "serve", -1}, /* the name alone is no proof */
		{"docker-proxy", "/usr/bin/docker-proxy", "-container-ip", IU_PROXY_CONTAINER},
		{"socat", "/usr/bin/socat", "TCP-LISTEN:80,fork", IU_PROXY_FORWARD, "TCP:10.0.0.1:80"},
		{"socat", "/usr/bin/socat", "tcp-l:80", IU_PROXY_FORWARD, "unix:/run/app.sock"},
		{"socat", "/usr/bin/socat", "TCP-LISTEN:80,fork", -1, "EXEC:/bin/cat"},
		{"socat", "/usr/bin/socat", "-d", -1, "-d"},
		{"passt.avx2", "/usr/bin/passt.avx2", "-t", IU_PROXY_CONTAINER, "80:80"},
		{"rootlessport-ch", NULL, NULL, IU_PROXY_CONTAINER}, /* comm is cut at 15 bytes */
		{"sshd", "/usr/sbin/sshd", "-D", -1},
		{"sshd", "/usr/sbin/sshd", "sshd: alice@pts/0", IU_PROXY_FORWARD},
		{"sshd", "/usr/sbin/sshd", "sshd: alice", IU_PROXY_FORWARD},
		{"sshd", "/usr/sbin/sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", -1},
		{"ssh", "/usr/bin/ssh", "-L", IU_PROXY_FORWARD},
		{"kubectl", NULL, "port-forward", IU_PROXY_FORWARD},
		{"kubectl", NULL, "get", -1},
		{"node", "/usr/bin/node", "/home/a/.vscode-server/bin/x/out/server-main.js",
			IU_PROXY_FORWARD},
		{"node", "/usr/bin/node", "server.js", -1},
		{"ssh", "/home/a/ssh-agent-ui", NULL, -1}, /* the file counts, not the name it took */
		{"wslrelay.exe", NULL, NULL, IU_PROXY_FORWARD},
		{"WSLHost.exe", "C:\\Program Files\\WSL\\wslhost.exe", NULL, IU_PROXY_FORWARD},
		{"com.docker.backend.exe", NULL, NULL, IU_PROXY_CONTAINER},
		{"node.exe", "C:\\nodejs\\node.exe", NULL, -1},
		{"python3", NULL, NULL, -1},
		{NULL, NULL, NULL, -1},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(rows); i++) {
		const char *words[4] = {rows[i].name, rows[i].argument, rows[i].second, NULL};
		struct iu_process p = {.pid = 7, .name = rows[i].name, .exe = rows[i].exe};
		const struct iu_proxy_row *row;

		p.command.v = words;
		p.command.n = rows[i].second ? 3 : rows[i].argument ? 2 : 0;
		row = iu_proxy_of(&p);
		print_message("# taker %s %s\n", rows[i].name ? rows[i].name : "-",
			rows[i].argument ? rows[i].argument : "");
		assert_int_equal(row ? (int)row->kind : -1, rows[i].kind);
		/* a login would end with its connection; one that only forwards has none */
		if (rows[i].argument && !strncmp(rows[i].argument, "sshd: alice", 11))
			assert_int_equal(row->shared != NULL, strchr(rows[i].argument, '@') != NULL);
	}
	(void)state;
}

/* The daemon is left alone, a session that forwards a port is a program like another. */
static void test_protected(void **state)
{
	static const struct {
		const char *name, *title;
		int is_protected;
	} rows[] = {
		{"sshd", "/usr/sbin/sshd", 1},
		{"sshd", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", 1},
		{"sshd", "sshd: alice@pts/0", 0},
		{"ssh", "ssh", 0},
		{"dockerd", "/usr/bin/dockerd", 1},
		{"node", "node", 0},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(rows); i++) {
		const char *title = rows[i].title;
		struct iu_process process = {.name = rows[i].name};

		process.command.v = &title;
		process.command.n = 1;
		print_message("# %s: %s\n", title, rows[i].is_protected ? "protected" : "not");
		assert_int_equal(iu_protected_process(&process) != NULL, rows[i].is_protected);
	}
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_remedies),
		cmocka_unit_test(test_takers),
		cmocka_unit_test(test_protected),
	};

	return cmocka_run_group_tests_name("causes", tests, NULL, NULL);
}
