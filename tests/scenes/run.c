/* run.c - runs every scene in namespaces of its own and prints TAP */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../lib/network.h"

/* Staging, three runs of inuse and the questions to the kernel; then the scene is ended. */
#define SCENE_MS 30000

static volatile sig_atomic_t stopped;

/* A test that is stopped still removes what it made. */
static void stop(int signal_number)
{
	stopped = signal_number;
}

static void set_signals(bool ours)
{
	struct sigaction action = {.sa_handler = ours ? stop : SIG_DFL};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	action.sa_handler = ours ? SIG_IGN : SIG_DFL;
	sigaction(SIGPIPE, &action, NULL);
}

struct tally {
	int lines, bad, skipped;
};

/* A new scene: own processes, network and mounts, so that nothing of it survives or leaks. */
static const char *isolate(void)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return "making mounts private";
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return "mounting /proc";
	if (network_up("lo") < 0)
		return "bringing lo up";
	return NULL;
}

/* What real programs complained about, when a scene could not be staged. */
static void print_log(const struct stage *stage, FILE *report)
{
	char path[PATH_MAX], line[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", stage->dir, STAGE_LOG);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		fprintf(report, "#   %s%s", line, strchr(line, '\n') ? "" : "\n");
	if (f)
		fclose(f);
}

/* The first process of the scene's PID namespace: when it ends, the kernel ends all others. */
static void play(const struct scene *scene, struct stage *stage, FILE *report)
{
	const char *broken = isolate();
	unsigned int by = scene->by ? scene->by : 1;

	if (broken)
		stage_fail(stage, "%s: %s", broken, strerror(errno));
	for (int i = 0; i < SCENE_SOCKS && scene->socks[i].addr && !stage->error[0]; i++) {
		pid_t pid = stage_hold(stage, &scene->socks[i]);

		if (scene->error && !scene->nobody && (by & (1U << i))) {
			stage_holder(stage, pid);
			stage->uid = scene->socks[i].uid;
		}
	}
	if (!stage->error[0] && scene->stage)
		scene->stage(stage);
	if (!stage->error[0] && !stage->skip[0] && getenv("SCENES_RECORDS"))
		record_scene(scene, stage, getenv("SCENES_RECORDS"));
	else if (!stage->error[0] && !stage->skip[0])
		check_scene(scene, stage, report);
	if (stage->error[0] || stage->skip[0])
		for (int i = 0; i < SCENE_MODES; i++)
			fprintf(report, "%s - %s, %s%s%s\n", stage->error[0] ? "not ok" : "ok",
				scene->name, scene_modes[i],
				stage->error[0] ? ": staging failed: " : " # SKIP ",
				stage->error[0] ? stage->error : stage->skip);
	if (stage->error[0])
		print_log(stage, report);
	fflush(report);
}

static pid_t start(const struct scene *scene, struct stage *stage, int *ret_report)
{
	int pipes[2];
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		pid_t init;

		set_signals(false);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		init = unshare(CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS) < 0 ? -1 : fork();
		if (init == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			play(scene, stage, fdopen(pipes[1], "w"));
			_exit(0);
		}
		if (init < 0)
			dprintf(pipes[1], "# unshare: %s\n", strerror(errno));
		close(pipes[1]);
		_exit(init > 0 && waitpid(init, NULL, 0) == init ? 0 : 1);
	}
	close(pipes[1]);
	*ret_report = pipes[0];
	return pid;
}

static long long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}

/* All that the scene says until it ends; NULL when its time is up. */
static char *listen_to(int report)
{
	long long deadline = now_ms() + SCENE_MS;
	struct pollfd p = {.fd = report, .events = POLLIN};
	char *text, buffer[4096];
	size_t size;
	FILE *f = open_memstream(&text, &size);
	ssize_t n = 1;

	while (n > 0) {
		long long left = deadline - now_ms();

		n = left > 0 && poll(&p, 1, (int)left) == 1 ? read(report, buffer, sizeof(buffer))
							    : -1;
		if (n > 0)
			fwrite(buffer, 1, (size_t)n, f);
	}
	if (n < 0)
		fputs("# the time of the scene is up\n", f);
	fclose(f);
	return text;
}

static void print_line(struct tally *tally, const char *line)
{
	bool bad = strncmp(line, "not ok", 6) == 0;

	if (!bad && strncmp(line, "ok", 2) != 0) {
		printf("%s\n", line);
		return;
	}
	tally->lines++;
	tally->bad += bad;
	tally->skipped += strstr(line, "# SKIP") != NULL;
	printf("%s %d%s\n", bad ? "not ok" : "ok", tally->lines, line + (bad ? 6 : 2));
}

static void print_report(const struct scene *scene, struct tally *tally, char *text)
{
	int before = tally->lines;
	char *line, missing[200];

	while ((line = strsep(&text, "\n")))
		if (*line)
			print_line(tally, line);
	for (int i = tally->lines - before; i < SCENE_MODES; i++) {
		snprintf(missing, sizeof(missing), "not ok - %s, %s: the scene ended early",
			scene->name, scene_modes[i]);
		print_line(tally, missing);
	}
	fflush(stdout);
}

/* The scratch directory holds what the scene made there: files, sockets, one level of folders. */
static void remove_tree(const char *path)
{
	const char *const argv[] = {"rm", "-rf", "--one-file-system", path, NULL};
	pid_t pid = fork();

	if (pid == 0) {
		execvp(argv[0], (char *const *)argv);
		_exit(1);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

static void run_scene(const struct scene *scene, struct stage *stage, struct tally *tally)
{
	const char *tmp = getenv("TMPDIR");
	char dir[256], *text;
	int report = -1;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s/inuse-scene-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir) || chmod(dir, 0777) < 0) {
		printf("Bail out! scratch directory %s: %s\n", dir, strerror(errno));
		exit(1);
	}
	stage->dir = dir;
	pid = start(scene, stage, &report);
	text = pid > 0 ? listen_to(report) : strdup("");
	if (pid > 0) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		close(report);
	}
	if (getenv("SCENES_RECORDS"))
		printf("# %s\n%s", scene->name, text); /* nothing but why it was not recorded */
	else
		print_report(scene, tally, text);
	free(text);
	remove_tree(dir);
}

/* A directory of our own in the cgroup2 tree; "" when there is none that can be written. */
static void make_cgroup(char *path, size_t size)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[4096], mounted[PATH_MAX], root[PATH_MAX];

	*path = '\0';
	while (f && !*path && fgets(line, sizeof(line), f)) {
		if (!strstr(line, " - cgroup2 ") ||
			sscanf(line, "%*s %*s %*s %4095s %4095s", root, mounted) != 2)
			continue;
		snprintf(path, size, "%.200s/inuse-scenes-%d", mounted, (int)getpid());
		if (mkdir(path, 0755) < 0)
			*path = '\0';
	}
	if (f)
		fclose(f);
}

/* Empty once the scene's processes are gone; the kernel needs a moment to notice. */
static int remove_one(const char *path, const struct stat *st, int type, struct FTW *place)
{
	if (type != FTW_DP)
		return 0;
	for (int tries = 0; tries < 400 && rmdir(path) < 0 && errno == EBUSY; tries++)
		stage_pause();
	return 0;
}

static void remove_cgroup(const char *path)
{
	if (*path)
		nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

static pid_t start_validator(const char *validator, const char *documents, int *ret_out)
{
	const char *python = getenv("PYTHON");
	int pipes[2], in;
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		in = open(documents, O_RDONLY | O_CLOEXEC);
		if (dup2(in, 0) < 0 || dup2(pipes[1], 1) < 0 || dup2(pipes[1], 2) < 0)
			_exit(126);
		/* its own name tells an interpreter where its libraries are */
		python = python ? python : "python3";
		execlp(python, python, validator, "why", (char *)NULL);
		_exit(127);
	}
	close(pipes[1]);
	*ret_out = pipes[0];
	return pid;
}

/* Every document of the run against the published schema, in one go. */
static void check_schema(struct tally *tally, const char *documents)
{
	const char *validator = getenv("VALIDATE");
	char line[400], *text, *rest, *word;
	int status = -1, out = -1, right = 0;
	pid_t pid;

	if (!getenv("INUSE") || !validator || access(validator, R_OK) < 0) {
		print_line(tally, "ok - schema of every document # SKIP the environment names no "
				  "INUSE or no VALIDATE");
		return;
	}
	pid = start_validator(validator, documents, &out);
	text = rest = pid > 0 ? listen_to(out) : strdup("");
	while ((word = strsep(&rest, "\n"))) {
		right += strncmp(word, "ok", 2) == 0;
		if (*word && strncmp(word, "ok", 2) != 0)
			printf("#   %s\n", word);
	}
	if (pid > 0)
		waitpid(pid, &status, 0);
	close(out);
	snprintf(line, sizeof(line), "%s - schema of every document: %d are right",
		status == 0 && right > 0 ? "ok" : "not ok", right);
	print_line(tally, line);
	free(text);
}

static int run_all(const char *only)
{
	const char *program = getenv("INUSE");
	char self[PATH_MAX] = "", cgroup[512], documents[256];
	struct tally tally = {0};
	const char *tmp = getenv("TMPDIR");
	int count = 0, fd;

	if (program && access(program, X_OK) < 0) {
		printf("Bail out! %s: %s\n", program, strerror(errno));
		return 1;
	}
	snprintf(documents, sizeof(documents), "%.200s/inuse-documents-XXXXXX", tmp ? tmp : "/tmp");
	fd = mkstemp(documents);
	if (fd < 0 || readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	close(fd);
	setenv("SCENES_DOCUMENTS", documents, 1);
	chmod(documents, 0666);
	make_cgroup(cgroup, sizeof(cgroup));
	for (size_t i = 0; i < scene_count && !stopped; i++) {
		struct stage stage = {.self = self, .cgroup = *cgroup ? cgroup : NULL};

		if (only && !strstr(scene_table[i].name, only))
			continue;
		count++;
		run_scene(&scene_table[i], &stage, &tally);
	}
	remove_cgroup(cgroup);
	if (getenv("SCENES_RECORDS")) {
		unlink(documents);
		return stopped ? 1 : 0;
	}
	check_schema(&tally, documents);
	unlink(documents);
	printf("1..%d\n# %d scenes, root and unprivileged: %d answers, %d wrong, %d skipped\n",
		tally.lines, count, tally.lines, tally.bad, tally.skipped);
	if (stopped)
		printf("Bail out! stopped by signal %d\n", (int)stopped);
	return tally.bad || stopped ? 1 : 0;
}

int main(int argc, char **argv)
{
	static const char *const parts[] = {"docker-proxy", "pasta", "slirp4netns", "kubectl"};
	const char *name = strrchr(argv[0], '/');

	name = name ? name + 1 : argv[0];
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strcmp(name, parts[i]) == 0 || (argc > 1 && strcmp(argv[1], "serve") == 0))
			return stage_play(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	set_signals(true);
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root: every scene has network and PID namespaces of its "
		       "own\n# %zu scenes not staged\n",
			scene_count);
		return 0;
	}
	return run_all(argc > 1 ? argv[1] : getenv("SCENES_ONLY"));
}
