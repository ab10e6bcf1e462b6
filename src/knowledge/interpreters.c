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

static bool is_row(const char *name, bool shells)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		size_t len = strlen(rows[i].name);

		if (strncmp(name, rows[i].name, len) == 0 &&
			strspn(name + len, "0123456789.-") == strlen(name + len))
			return shells || !rows[i].shell;
	}
	return false;
}

bool iu_is_interpreter(const char *exe)
{
	const char *slash = strrchr(exe, '/');

	return is_row(slash ? slash + 1 : exe, true);
}

bool iu_interpreter(const char *name)
{
	return is_row(name, false);
}
