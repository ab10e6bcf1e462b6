/* knowledge/interpreters.c - programs that run other programs: their own file says nothing */
#include "knowledge/interpreters.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

/* A version may follow: "python3.11", "ruby2.7", "lua5.4", "php8.2". */
static const char *const names[] = {
	"ash", "bash", "beam.smp", "bun", "busybox", "dash", "deno", "dotnet", "erl", "fish", "guile",
	"java", "ksh", "lua", "luajit", "mono", "node", "nodejs", "perl", "php", "php-cgi", "pypy",
	"python", "qemu-x86_64", "racket", "Rscript", "ruby", "sh", "tclsh", "wine", "wine64", "zsh",
};

bool iu_is_interpreter(const char *exe)
{
	const char *slash = strrchr(exe, '/'), *name = slash ? slash + 1 : exe;

	for (size_t i = 0; i < IU_COUNT(names); i++) {
		size_t len = strlen(names[i]);

		if (strncmp(name, names[i], len) == 0 &&
			strspn(name + len, "0123456789.-") == strlen(name + len))
			return true;
	}
	return false;
}
