/* knowledge/interpreters.c - programs that run other programs: their own file says nothing */
#include "knowledge/interpreters.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

/* A version may follow: "python3.11", "ruby2.7", "lua5.4", "php8.2". */
static const struct {
	const char *name;
	bool shell;
} rows[] = {
	{"ash", true},
	{"bash", true},
	{"beam.smp", false},
	{"bun", false},
	{"busybox", true},
	{"dash", true},
	{"deno", false},
	{"dotnet", false},
	{"erl", false},
	{"fish", true},
	{"guile", false},
	{"java", false},
	{"ksh", true},
	{"lua", false},
	{"luajit", false},
	{"MainThread", false}, /* what newer versions of Node call their process */
	{"mono", false},
	{"node", false},
	{"nodejs", false},
	{"perl", false},
	{"php", false},
	{"php-cgi", false},
	{"pypy", false},
	{"python", false},
	{"qemu-x86_64", false},
	{"racket", false},
	{"Rscript", false},
	{"ruby", false},
	{"sh", true},
	{"tclsh", true},
	{"wine", false},
	{"wine64", false},
	{"zsh", true},
};

/* "python3" is a row, too: what follows a row's name is a version. */
static const char *version(const char *exe, const char *row)
{
	const char *slash = strrchr(exe, '/'), *name = slash ? slash + 1 : exe;
	size_t len = strlen(row);

	if (strncmp(name, row, len) != 0 || name[len + strspn(name + len, "0123456789.-")])
		return NULL;
	return name + len;
}

static bool is_row(const char *name, bool shells)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (version(name, rows[i].name))
			return shells || !rows[i].shell;
	return false;
}

bool iu_is_interpreter(const char *exe)
{
	return is_row(exe, true);
}

bool iu_interpreter(const char *name)
{
	return is_row(name, false);
}

bool iu_interpreter_is_shell(const char *name)
{
	return is_row(name, true) && !is_row(name, false);
}

/* PEP 446, libuv, Ruby 2.0, $^F of Perl. PHP, Lua and Java leave sockets open. */
bool iu_interpreter_closes(const char *exe)
{
	static const char *const names[] = {
		"python", "node", "nodejs", "bun", "deno", "ruby", "perl"};

	for (size_t i = 0; i < IU_COUNT(names); i++) {
		const char *number = version(exe, names[i]);

		if (number && (i || number[0] != '2'))
			return true;
	}
	return false;
}
