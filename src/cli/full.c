/* cli/full.c - a static program becomes the full one where it would see or do less */
#include "cli/full.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/compat.h"
#include "base/err.h"
#include "cli/full-place.h" /* made by the build */

/* From the folder of this program: in a build, installed. */
static const char *const places[] = {"src/full/inuse", IU_FULL_PLACE};

static char **arguments; /* NULL: no way, or no way any more */

void iu_full_prepare(int argc, char **argv)
{
	size_t size = ((size_t)argc + 1) * sizeof(*argv);

	arguments = malloc(size); /* getopt() puts argv into another order */
	if (arguments)
		memcpy(arguments, argv, size);
}

void iu_full_too_late(void)
{
	arguments = NULL;
}

static bool is_input(const char *word)
{
	return !strcmp(word, "-");
}

bool iu_full_suits(const struct iu_invocation *invocation)
{
	static const bool always[IU_COMMAND_COUNT] = {
		[IU_COMMAND_FREE] = true,   /* systemd */
		[IU_COMMAND_WAIT] = true,   /* no hurry */
		[IU_COMMAND_PICK] = true,   /* names of services */
		[IU_COMMAND_ERROR] = true,  /* the texts of errors are the C library's */
		[IU_COMMAND_REPORT] = true, /* everything is asked for */
		[IU_COMMAND_RUN] = true,    /* seccomp */
	};
	const struct iu_arguments *given = &invocation->arguments;
	bool suits = always[invocation->command->id];
	size_t i;

	/* rows are written while others are still looked for: too late to find out what is missing */
	suits = suits || given->all;
	for (i = 0; i < invocation->count; i++)
		suits = suits || is_input(invocation->words[i]);
	for (i = 0; i < given->from.n; i++)
		suits = suits || is_input(given->from.v[i]);
	return suits;
}

/* A program, and not this one under another name: that would start itself for ever. */
static bool is_other(const char *path)
{
	struct stat own, other;

	return access(path, X_OK) == 0 && stat(path, &other) == 0 &&
	       stat("/proc/self/exe", &own) == 0 &&
	       (own.st_ino != other.st_ino || own.st_dev != other.st_dev);
}

/*
 * With more rights than its user's this program must not start what lies beside a link to it that the
 * user made: then only the installed path counts. Capabilities of a file end with exec: where the
 * full program has none of its own it would see less than this one.
 */
static bool find_secure(char *path, size_t size)
{
	snprintf(path, size, "%s", IU_FULL_PATH);
	return is_other(path) && (getuid() != geteuid() || getgid() != getegid() ||
					 getxattr(path, "security.capability", NULL, 0) > 0);
}

static bool find(char *path, size_t size)
{
	char self[PATH_MAX], *slash;
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n <= 0)
		return false;
	self[n] = '\0';
	slash = strrchr(self, '/');
	for (size_t i = 0; slash && i < IU_COUNT(places); i++) {
		int folder = *places[i] == '/' ? 0 : (int)(slash + 1 - self);
		int len = snprintf(path, size, "%.*s%s", folder, self, places[i]);

		if (len > 0 && (size_t)len < size && is_other(path))
			return true;
	}
	return false;
}

void iu_full_start(void)
{
	char path[PATH_MAX];

	if (arguments && (getauxval(AT_SECURE) ? find_secure : find)(path, sizeof(path))) {
		iu_system_restore();
		execv(path, arguments);
		iu_system_prepare(NULL, NULL);
	}
	arguments = NULL;
}

struct iu_session iu_full_session(void)
{
	return (struct iu_session){.defer = arguments != NULL};
}

bool iu_full_again(struct iu_session *session, int result)
{
	if (result != IU_E_NOTSUP || !session->defer)
		return false;
	iu_full_start();
	iu_session_free(session);
	session->defer = false;
	return true;
}
