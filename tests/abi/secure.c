/* secure.c - commands that are run for the user: of a set-user-ID program, and of one that ignores its children
 *
 * Prints TAP. Started once more as a set-user-ID program it runs env(1) and prints what it says.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "os/linux/act/command.h"

#define NOBODY 65534
#define BYTES  8192

static int number, bad;

static void point(int good, const char *name, const char *said)
{
	bad += !good;
	if (!good)
		printf("# %s\n", said);
	printf("%s %d - %s\n", good ? "ok" : "not ok", ++number, name);
}

static void take_all(int signal)
{
	(void)signal;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void run(const char *name)
{
	static const char *const argv[] = {"sh", "-c", "echo said; exit 3", NULL};
	char out[BYTES], err[BYTES], line[100];
	int ret = iu_command_execute(argv, 20, out, err, sizeof(out));

	snprintf(line, sizeof(line), "%s: the exit code is %d", name, ret);
	point(ret == 3 && !strcmp(out, "said\n"), line, out);
}

/* With an environment of another user: nothing of it is there, and PATH is the system's. */
static int say_environment(void)
{
	static const char *const argv[] = {"env", NULL};
	char out[BYTES], err[BYTES];
	int ret = iu_command_execute(argv, 20, out, err, sizeof(out));

	printf("secure %lu, exit %d\n%s", getauxval(AT_SECURE), ret, out);
	return 0;
}

static void run_set_user_id(void)
{
	char own[4096], copy[] = "/var/tmp/inuse-secure-XXXXXX", command[8300], said[BYTES] = "";
	ssize_t n = readlink("/proc/self/exe", own, sizeof(own) - 1);
	int fd = mkstemp(copy);
	FILE *output = NULL;
	size_t len;

	own[n > 0 ? n : 0] = '\0';
	snprintf(command, sizeof(command), "cat '%s' > '%s'", own, copy);
	if (fd < 0 || system(command) != 0 || chown(copy, NOBODY, NOBODY) < 0 || chmod(copy, 04755) < 0) {
		printf("ok %d - set-user-ID # SKIP it takes root to make such a file: %s\n", ++number, strerror(errno));
	} else {
		close(fd);
		fd = -1;
		snprintf(command, sizeof(command), "EVIL=1 PATH=/evil:/usr/bin:/bin %s say", copy);
		output = popen(command, "r");
	}
	if (output) {
		len = fread(said, 1, sizeof(said) - 1, output);
		said[len] = '\0';
		pclose(output);
		if (strncmp(said, "secure 1", 8) != 0)
			printf("ok %d - set-user-ID # SKIP not on this file system: %.40s\n", ++number, said);
		else
			point(strstr(said, "exit 0") && !strstr(said, "EVIL") && !strstr(said, "/evil") &&
					strstr(said, "PATH=/usr/local/sbin:"),
				"set-user-ID: commands get the system's PATH, and nothing else", said);
	}
	if (fd >= 0)
		close(fd);
	unlink(copy);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = take_all};

	if (argc > 1 && !strcmp(argv[1], "say"))
		return say_environment();
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..4\n");
	run("as always");
	signal(SIGCHLD, SIG_IGN);
	run("SIGCHLD is ignored");
	sigaction(SIGCHLD, &action, NULL);
	run("a handler takes all children");
	signal(SIGCHLD, SIG_DFL);
	run_set_user_id();
	return bad ? 1 : 0;
}
