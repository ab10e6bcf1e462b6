/* knowledge/locks.c - files with a process id that programs read before they bind anything */
#include "knowledge/locks.h"

#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/span.h"
#include "base/text.h"

#define RUBY {"ruby", "puma", "rails", "bundle", "thin", "unicorn", "falcon", "jruby"}

/* Special ones first. */
static const struct iu_lock_row rows[] = {
	{".X", "-lock", "an X display", {"X", "gnome-shell", "kwin", "mutter", "weston", "sway"}},
	{".s.PGSQL.", ".lock", "a PostgreSQL socket", {"postgres", "postmaster"}},
	{"postmaster.pid", "", "a PostgreSQL data directory", {"postgres", "postmaster"}},
	{"mysql", ".lock", "a MySQL or MariaDB socket", {"mysqld", "mariadbd"}},
	{"mysqlx", ".lock", "a MySQL socket", {"mysqld"}},
	{"mariadb", ".lock", "a MariaDB socket", {"mariadbd", "mysqld"}},
	{"mysqld", ".pid", "a MySQL or MariaDB server", {"mysqld", "mariadbd"}},
	{"mariadb", ".pid", "a MariaDB server", {"mariadbd", "mysqld"}},
	{"docker.pid", "", "the Docker engine", {"dockerd"}},
	{"containerd.pid", "", "containerd", {"containerd"}},
	{"redis", ".pid", "a Redis server", {"redis-server", "valkey-server", "redis-sentinel"}},
	{"nginx", ".pid", "nginx", {"nginx", "openresty"}},
	{"httpd", ".pid", "Apache", {"httpd", "apache2"}},
	{"apache2", ".pid", "Apache", {"apache2", "httpd"}},
	{"sshd", ".pid", "sshd", {"sshd"}},
	{"mongod", ".pid", "a MongoDB server", {"mongod"}},
	{"mongod.lock", "", "a MongoDB data directory", {"mongod"}},
	{"squid", ".pid", "Squid", {"squid"}},
	{"unicorn", ".pid", "a Ruby server", RUBY},
	{"puma", ".pid", "a Ruby server", RUBY},
	{"", ".pid", "a program", {NULL}},
	{"", "-lock", "a program", {NULL}},
	{"", ".lock", "a program", {NULL}},
	{"", ".lck", "a program", {NULL}},
};

static bool fits(struct iu_span name, const struct iu_lock_row *row)
{
	size_t begins = strlen(row->begins), ends = strlen(row->ends);

	return name.len >= begins + ends && !memcmp(name.text, row->begins, begins) &&
	       !memcmp(name.text + name.len - ends, row->ends, ends) &&
	       (*row->ends || name.len == begins);
}

const struct iu_lock_row *iu_lock_row(const char *path, size_t len)
{
	struct iu_span name = {path, len};
	const char *slash = iu_span_find_last(name, '/');

	if (slash)
		name = iu_span_from(name, (size_t)(slash - path) + 1);
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (fits(name, &rows[i]))
			return &rows[i];
	return NULL;
}

bool iu_lock_is_program(const struct iu_lock_row *row, const char *name, const char *exe)
{
	const char *base = iu_text_base_name(exe, "/");

	for (size_t i = 0; i < IU_LOCK_PROGRAMS && row->programs[i]; i++) {
		size_t n = strlen(row->programs[i]);

		if ((name && !strncmp(name, row->programs[i], n)) ||
			(base && !strncmp(base, row->programs[i], n)))
			return true;
	}
	return false;
}

/* "/tmp/.X11-unix/X1" and "/tmp/.X1-lock". */
static bool beside_display(struct iu_span path, char *text, size_t size)
{
	static const char folder[] = ".X11-unix/X", begins[] = ".X", ends[] = "-lock";
	const char *slash = iu_span_find_last(path, '/');
	size_t at, n;

	for (at = 0; at < path.len; at++)
		if (iu_span_begins(iu_span_from(path, at), folder))
			break;
	if (at < path.len) {
		n = iu_span_digits(path, at + sizeof(folder) - 1);
		return n && at + sizeof(folder) - 1 + n == path.len &&
		       (size_t)snprintf(text, size, "%.*s.X%.*s-lock", (int)at, path.text, (int)n,
			       path.text + path.len - n) < size;
	}
	at = slash ? (size_t)(slash - path.text) + 1 : 0;
	if (!iu_span_begins(iu_span_from(path, at), begins) || !iu_span_ends(path, ends))
		return false;
	n = iu_span_digits(path, at + sizeof(begins) - 1);
	return n && at + sizeof(begins) - 1 + n + sizeof(ends) - 1 == path.len &&
	       (size_t)snprintf(text, size, "%.*s.X11-unix/X%.*s", (int)at, path.text, (int)n,
		       path.text + at + sizeof(begins) - 1) < size;
}

bool iu_lock_beside(const char *path, size_t len, char *text, size_t size)
{
	static const char ends[] = ".lock";
	struct iu_span whole = {path, len};
	int n;

	if (beside_display(whole, text, size))
		return true;
	if (iu_span_ends(whole, ".pid") || iu_span_ends(whole, "-lock") || !len)
		return false;
	n = iu_span_ends(whole, ends)
		? snprintf(text, size, "%.*s", (int)(len - (sizeof(ends) - 1)), path)
		: snprintf(text, size, "%.*s%s", (int)len, path, ends);
	return n > 0 && (size_t)n < size;
}
