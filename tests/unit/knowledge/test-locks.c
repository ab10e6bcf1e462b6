/* tests/unit/knowledge/test-locks.c - which files are locks, whose, and what stands beside them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/compat.h"
#include "knowledge/locks.h"
#include "knowledge/ports.h"

static const struct {
	const char *path, *title, *program, *other, *beside;
} rows[] = {
	{"/tmp/.X1-lock", "an X display", "Xtigervnc", "bash", "/tmp/.X11-unix/X1"},
	{"/tmp/.X11-unix/X12", NULL, NULL, NULL, "/tmp/.X12-lock"},
	{"/tmp/.Xauth-lock", "an X display", "Xorg", "node", NULL},
	{"/run/postgresql/.s.PGSQL.5432", NULL, NULL, NULL, "/run/postgresql/.s.PGSQL.5432.lock"},
	{"/tmp/.s.PGSQL.5432.lock", "a PostgreSQL socket", "postgres", "mysqld", "/tmp/.s.PGSQL.5432"},
	{"/data/postmaster.pid", "a PostgreSQL data directory", "postmaster", "sh", NULL},
	{"/run/mysqld/mysqld.sock.lock", "a MySQL or MariaDB socket", "mariadbd", "postgres",
		"/run/mysqld/mysqld.sock"},
	{"/app/tmp/pids/puma.pid", "a Ruby server", "puma 6.4.0 (tcp", "node", NULL},
	{"/app/tmp/pids/server.pid", "a program", NULL, NULL, NULL},
	{"docker.pid", "the Docker engine", "dockerd", "docker-proxy", NULL},
	{"/run/app.sock", NULL, NULL, NULL, "/run/app.sock.lock"},
	{"", NULL, NULL, NULL, NULL},
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		size_t len = strlen(rows[i].path);
		const struct iu_lock_row *row = iu_lock_row(rows[i].path, len);
		char beside[64] = "";
		bool is = iu_lock_beside(rows[i].path, len, beside, sizeof(beside));

		print_message("# \"%s\": %s, beside it %s\n", rows[i].path, row ? row->title : "no lock",
			is ? beside : "nothing");
		assert_true(!row == !rows[i].title);
		if (row)
			assert_string_equal(row->title, rows[i].title);
		assert_true(is == (rows[i].beside != NULL));
		if (is)
			assert_string_equal(beside, rows[i].beside);
		if (!rows[i].program)
			continue;
		assert_true(iu_lock_is_program(row, rows[i].program, NULL));
		assert_true(iu_lock_is_program(row, "renamed", rows[i].program));
		assert_false(iu_lock_is_program(row, rows[i].other, NULL));
		assert_false(iu_lock_beside(rows[i].path, len, beside, 3));
	}
}

static void test_words(void **state)
{
	static const struct {
		const char *text;
		bool names;
	} words[] = {{"8080", true}, {"--port=8080", true}, {"0.0.0.0:8080", true}, {"-p8080", true}, {"app-p8080", false},
		{"18080", false}, {"80801", false}, {"1.8080", false}, {"8080.1", false},
		{"8080:80", true}, {"[::]:8080,", true}, {"", false}};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(words); i++) {
		print_message("# \"%s\": %d\n", words[i].text, words[i].names);
		assert_true(iu_port_is_word(words[i].text, strlen(words[i].text), 8080) == words[i].names);
	}
	assert_true(iu_port_is_customary("postgres", 5432));
	assert_false(iu_port_is_customary("postgres", 5433));
	assert_false(iu_port_is_customary(NULL, 5432));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests_name("locks", tests, NULL, NULL);
}
