/* bench/timed.c - runs commands in turn, many times, and says what each run took */
#include <fcntl.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * timed ROUNDS SECONDS < COMMANDS
 *
 * A command a line, words separated by blanks; "@UID" before it runs it as that user, "!" without
 * the right to use BPF (and inuse does not take the programs that are kept loaded). Each round runs
 * every command once, in random order, because other load comes and goes: only figures of one round
 * are compared. Ends after ROUNDS rounds, or with the first one that ends after SECONDS.
 * Prints "ROUND COMMAND NANOSECONDS KIB EXIT" lines.
 */

#define COMMANDS_MAX  64
#define WORDS_MAX     32
#define VARIABLES_MAX 1000

struct command {
	char *words[WORDS_MAX + 1];
	long uid; /* -1: as ourselves */
	bool no_bpf;
};

/* Without changing our own environment, which a child of vfork() shares. */
static char off[] = "INUSE_QUICK=off", *no_bpf[VARIABLES_MAX + 2] = {off};

static void copy_environment(void)
{
	int i;

	for (i = 0; environ[i] && i < VARIABLES_MAX; i++)
		no_bpf[i + 1] = environ[i];
}

static int read_commands(struct command *commands)
{
	static char line[65536];
	int n = 0;

	while (n < COMMANDS_MAX && fgets(line, sizeof(line), stdin)) {
		struct command *command = &commands[n];
		int words = 0;
		char *word;

		command->uid = -1;
		command->no_bpf = false;
		for (word = strtok(strdup(line), " \n"); word; word = strtok(NULL, " \n")) {
			if (words == 0 && command->uid < 0 && word[0] == '@')
				command->uid = strtol(word + 1, NULL, 10);
			else if (words == 0 && !strcmp(word, "!"))
				command->no_bpf = true;
			else if (words < WORDS_MAX)
				command->words[words++] = word;
		}
		n += words > 0;
	}
	return n;
}

static void child(const struct command *command)
{
	static const int rights[] = {CAP_SYS_ADMIN, CAP_PERFMON, CAP_BPF};
	int null = open("/dev/null", O_RDWR);
	size_t i;

	dup2(null, 0);
	dup2(null, 1);
	dup2(null, 2);
	/* what is not in the bounding set root does not get with the program either */
	for (i = 0; command->no_bpf && i < sizeof(rights) / sizeof(*rights); i++)
		if (prctl(PR_CAPBSET_DROP, rights[i]) < 0)
			_exit(126);
	if (command->uid >= 0 && setresuid((uid_t)command->uid, (uid_t)command->uid,
					 (uid_t)command->uid) < 0)
		_exit(126);
	execvpe(command->words[0], command->words, command->no_bpf ? no_bpf : environ);
	_exit(127);
}

static void run(const struct command *command, int round, int number)
{
	struct timespec before, after;
	struct rusage usage = {0};
	int status = 0;
	pid_t pid;

	clock_gettime(CLOCK_MONOTONIC, &before);
	pid = vfork(); /* a fork would copy our tables for the small commands to pay */
	if (pid == 0)
		child(command);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
		exit(1);
	clock_gettime(CLOCK_MONOTONIC, &after);
	printf("%d %d %lld %ld %d\n", round, number,
		(after.tv_sec - before.tv_sec) * 1000000000LL + after.tv_nsec - before.tv_nsec,
		usage.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : 128);
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	int rounds = argc > 1 ? atoi(argv[1]) : 10, order[COMMANDS_MAX], round, i, n;
	time_t end = time(NULL) + (argc > 2 ? atoi(argv[2]) : 60);

	copy_environment();
	n = read_commands(commands);
	srand(1);
	for (i = 0; i < n; i++)
		order[i] = i;
	for (round = 0; round < rounds && (round == 0 || time(NULL) < end); round++) {
		for (i = n - 1; i > 0; i--) {
			int other = rand() % (i + 1), kept = order[i];

			order[i] = order[other];
			order[other] = kept;
		}
		for (i = 0; i < n; i++)
			run(&commands[order[i]], round, order[i]);
	}
	return 0;
}
