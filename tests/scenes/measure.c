/* measure.c - asks ss, lsof, fuser, netstat and inuse, with and without rights, who has a port */
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#define PORT_TEXT "4000"
#define OUTPUT	  (1 << 20)
#define CAP(name) (UINT64_C(1) << CAP_##name)

/* Numbers of Linux 5.8; older headers do not have them. */
#ifndef CAP_PERFMON
#define CAP_PERFMON 38
#endif
#ifndef CAP_BPF
#define CAP_BPF 39
#endif

/* As whom inuse is run; the names are the columns of the table. */
static const struct mode {
	const char *name;
	uid_t uid;
	uint64_t caps; /* root: what is taken away; a user: what is given */
} modes[] = {
	{"root", 0, 0},
	{"root-without-bpf", 0, CAP(BPF) | CAP(PERFMON) | CAP(SYS_ADMIN)},
	{"root-without-ptrace", 0, CAP(SYS_PTRACE) | CAP(BPF) | CAP(PERFMON) | CAP(SYS_ADMIN)},
	{"root-without-net-admin", 0, CAP(NET_ADMIN)},
	{"user", STAGE_NOBODY, 0},
	{"user-net-admin", STAGE_NOBODY, CAP(NET_ADMIN)},
	{"user-ptrace", STAGE_NOBODY, CAP(SYS_PTRACE) | CAP(DAC_READ_SEARCH)},
	{"user-bpf", STAGE_NOBODY, CAP(BPF) | CAP(PERFMON)},
};

/* Another program than inuse, and how its output names a process. */
static const struct tool {
	const char *name, *argv_tcp[8], *argv_udp[8], *argv_unix[8];
	const char *form; /* of a process, in a line about the port; %d: its pid */
} tools[] = {
	{"ss", {"ss", "-Htanp", NULL}, {"ss", "-Huanp", NULL},
		{"ss", "-Hxap", NULL}, "pid=%d,"},
	{"lsof", {"lsof", "-nP", "-iTCP:" PORT_TEXT, NULL}, {"lsof", "-nP", "-iUDP:" PORT_TEXT, NULL},
		{"lsof", "-nP", "-U", NULL}, " %d "},
	{"fuser", {"fuser", "-n", "tcp", PORT_TEXT, NULL}, {"fuser", "-n", "udp", PORT_TEXT, NULL},
		{"fuser", "%s", NULL}, " %d"},
	{"netstat", {"netstat", "-tanp", NULL}, {"netstat", "-uanp", NULL},
		{"netstat", "-xap", NULL}, " %d/"},
};

static void enter_nested(void)
{
	pid_t pid;
	int status;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 || (pid = fork()) < 0)
		_exit(120);
	if (pid > 0) {
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 121);
	}
	if (mount("proc", "/proc", "proc", 0, NULL) < 0)
		_exit(122);
}

static void take_rights(const struct mode *mode)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2] = {0};

	for (int cap = 0; cap < 64 && mode->uid == 0; cap++)
		if (mode->caps >> cap & 1)
			prctl(PR_CAPBSET_DROP, cap);
	if (mode->uid == 0)
		return;
	prctl(PR_SET_KEEPCAPS, 1);
	if (stage_user(mode->uid) < 0)
		_exit(123);
	for (int i = 0; i < 2; i++) {
		uint32_t bits = (uint32_t)(mode->caps >> (32 * i));

		data[i].permitted = data[i].effective = data[i].inheritable = bits;
	}
	if (syscall(SYS_capset, &head, data) < 0)
		_exit(124);
	for (int cap = 0; cap < 64; cap++)
		if (mode->caps >> cap & 1)
			prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
}

/* What a program prints; both streams, because fuser divides its line between them. */
static char *output_of(const struct measure *what, const char *const argv[], const char *path,
	const struct mode *mode, bool both)
{
	char *text = calloc(1, OUTPUT);
	size_t len = 0;
	int pipes[2];
	ssize_t n = 1;
	pid_t pid;

	if (!text || pipe2(pipes, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		int program = open(path, O_RDONLY), null = open("/dev/null", O_RDWR);

		dup2(null, 0);
		dup2(pipes[1], 1);
		dup2(both ? pipes[1] : null, 2);
		if (what->nested)
			enter_nested();
		if (mode)
			take_rights(mode);
		fexecve(program, (char *const *)argv, environ);
		_exit(125);
	}
	close(pipes[1]);
	while (n > 0 && len < OUTPUT - 1) {
		n = read(pipes[0], text + len, OUTPUT - 1 - len);
		if (n > 0)
			len += (size_t)n;
	}
	close(pipes[0]);
	waitpid(pid, NULL, 0);
	return text;
}

static const char *ask_tool(const struct stage *stage, const struct measure *what,
	const struct tool *tool)
{
	static const struct mode user = {"user", STAGE_NOBODY, 0};
	const char *const *argv = what->word  ? tool->argv_unix
				  : what->udp ? tool->argv_udp
					      : tool->argv_tcp;
	const char *asked_path[] = {argv[0], what->word, NULL};
	pid_t pid = stage->n_holders ? stage->holders[0] : 0;
	bool listed = false, named = false;
	char path[4096], wanted[32], *text, *rest, *line;

	if (!stage_program(tool->name, path, sizeof(path)))
		return "not installed";
	snprintf(wanted, sizeof(wanted), tool->form, (int)pid);
	if (argv[1] && strcmp(argv[1], "%s") == 0)
		argv = asked_path;
	text = rest = output_of(what, argv, path, what->as_user ? &user : NULL, true);
	while ((line = strsep(&rest, "\n"))) {
		if (what->word ? !strstr(line, what->word)
			       : !strstr(line, ":" PORT_TEXT) && !strstr(line, PORT_TEXT "/"))
			continue;
		listed = true;
		named |= pid > 0 && !what->nested && strstr(line, wanted) != NULL;
	}
	free(text);
	return named ? "names it" : listed ? "socket only" : "nothing";
}

static bool mentions(const json_t *blocker, pid_t pid)
{
	const json_t *item;
	char text[40];
	size_t i;

	snprintf(text, sizeof(text), "(pid %d)", (int)pid);
	json_array_foreach(json_object_get(blocker, "evidence"), i, item)
		if (strstr(json_string_value(item) ? json_string_value(item) : "", text))
			return true;
	json_array_foreach(json_object_get(blocker, "candidates"), i, item)
		if (json_integer_value(json_object_get(item, "pid")) == pid)
			return true;
	return false;
}

static void ask_inuse(const struct stage *stage, const struct measure *what,
	const struct mode *mode, char *cell, size_t size)
{
	const char *inuse = getenv("INUSE") ? getenv("INUSE") : "inuse", *word = "nobody";
	const char *argv[] = {"inuse", "why", "--json", what->args, NULL};
	char *text = output_of(what, argv, inuse, mode, false);
	json_t *answer = json_loads(text, 0, NULL), *blocker, *holders, *holder;
	const char *cause =
		json_string_value(json_object_get(json_object_get(answer, "verdict"), "cause"));
	pid_t expected = stage->n_holders ? stage->holders[0] : 0;
	size_t i;

	blocker = json_array_get(json_object_get(answer, "blockers"), 0);
	holders = json_object_get(blocker, "holders");
	if (cause && strcmp(cause, "kernel-socket") == 0)
		word = "names it";
	else if (json_array_size(holders))
		word = "WRONG";
	else if (expected && mentions(blocker, expected))
		word = "suspects it";
	json_array_foreach(holders, i, holder)
		if (expected && json_integer_value(json_object_get(holder, "pid")) == expected)
			word = "names it";
	snprintf(cell, size, "%s: %s", cause ? cause : answer ? "free" : "no answer", word);
	json_decref(answer);
	free(text);
}

int measure(struct stage *stage, const struct measure *what)
{
	const char *file = getenv("HIDDEN_ROWS");
	FILE *rows;
	char cell[128];

	if (!file)
		return 0;
	rows = fopen(file, "ae");
	if (!rows)
		return stage_fail(stage, "%s: %s", file, strerror(errno));
	fprintf(rows, "%s", what->title);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		if (what->again && what->again(stage) < 0)
			break;
		ask_inuse(stage, what, &modes[i], cell, sizeof(cell));
		fprintf(rows, "\t%s=%s", modes[i].name, cell);
	}
	for (size_t i = 0; i < sizeof(tools) / sizeof(tools[0]); i++) {
		if (what->again && what->again(stage) < 0)
			break;
		fprintf(rows, "\t%s=%s", tools[i].name, ask_tool(stage, what, &tools[i]));
	}
	fprintf(rows, "\n");
	fclose(rows);
	return 0;
}
