/* check.c - runs inuse on a staged scene and compares what it says with table and kernel */
#include "scene.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_MS  8000
#define TEXT_LINES 24

const char *const scene_modes[SCENE_MODES] = {
	"as root", "in words", "unprivileged", "kernel", "what helps"};

/* What one run of inuse gave. */
struct said {
	int exit; /* 128 + signal; -1: it did not end in time */
	char *out, *err;
	json_t *docs[SCENE_ANSWERS];
	size_t n;
	const char *bad_json;
};

/* One TAP line in the making. */
struct line {
	char *complaints, *summary;
	size_t complaints_len, summary_len;
	FILE *wrong, *note;
};

/* errno names that bind() and listen() give; the kernel's numbers in the test's own words */
static const char *error_name(int error)
{
	static const struct {
		int error;
		const char *name;
	} names[] = {{0, "free"}, {EADDRINUSE, "EADDRINUSE"}, {EACCES, "EACCES"},
		{EADDRNOTAVAIL, "EADDRNOTAVAIL"}, {EPERM, "EPERM"}, {ENOENT, "ENOENT"},
		{EINVAL, "EINVAL"}, {ENODEV, "ENODEV"}, {ENOTDIR, "ENOTDIR"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].error == error)
			return names[i].name;
	return "another error";
}

static bool in_list(const char *list, const char *word)
{
	size_t len = word ? strlen(word) : 0;

	for (const char *c = list; c && word; c = strchr(c, '|') ? strchr(c, '|') + 1 : NULL)
		if (strncmp(c, word, len) == 0 && (c[len] == '|' || c[len] == '\0'))
			return true;
	return false;
}

static const char *or_null(const char *text)
{
	return text ? text : "null";
}

static void line_open(struct line *line)
{
	line->wrong = open_memstream(&line->complaints, &line->complaints_len);
	line->note = open_memstream(&line->summary, &line->summary_len);
	if (!line->wrong || !line->note)
		abort();
}

static void complain(struct line *line, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	fputs("#   ", line->wrong);
	vfprintf(line->wrong, format, ap);
	fputc('\n', line->wrong);
	va_end(ap);
}

/* Foreign text as comment lines. */
static void quote(FILE *report, const char *title, const char *text)
{
	size_t shown = 0;

	if (!text || !*text)
		return;
	fprintf(report, "#   %s:\n#   | ", title);
	for (; *text && shown < 6000; text++, shown++) {
		fputc(*text, report);
		if (*text == '\n' && text[1])
			fputs("#   | ", report);
	}
	fputc('\n', report);
}

static void line_close(struct line *line, FILE *report, const struct scene *scene, int mode,
	const struct said *said)
{
	fclose(line->wrong);
	fclose(line->note);
	fprintf(report, "%s - %s, %s: %s\n", line->complaints_len ? "not ok" : "ok", scene->name,
		scene_modes[mode], line->summary);
	fputs(line->complaints, report);
	if (line->complaints_len) {
		fprintf(report, "#   asked: %s\n", scene->args);
		if (said) {
			quote(report, "standard output", said->out);
			quote(report, "standard error", said->err);
		}
	}
	fflush(report);
	free(line->complaints);
	free(line->summary);
}

/* --- running inuse --- */

static int nest(void)
{
	int status;
	pid_t pid;

	if (unshare(CLONE_NEWPID | CLONE_NEWNS) < 0 || (pid = fork()) < 0)
		return -1;
	if (pid > 0) {
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	}
	return mount("proc", "/proc", "proc", 0, NULL);
}

/* One way to call inuse about a scene. */
struct call {
	const char *head[4]; /* command and options */
	enum { WORDS_ALL, WORDS_RECORDED, WORDS_NONE } words;
};

static const struct call call_json = {{"why", "--json"}, WORDS_ALL};
static const struct call call_text = {{"why"}, WORDS_ALL};

/* What `why` alone takes: the options a socket has, and the targets, are what is recorded. */
static size_t skipped_words(const struct call *call, const char *word)
{
	if (call->words == WORDS_NONE)
		return 1;
	if (call->words == WORDS_ALL)
		return 0;
	if (strcmp(word, "--for") == 0 || strcmp(word, "--user") == 0)
		return 2;
	return strcmp(word, "--exclusive") == 0 || strcmp(word, "--probe") == 0 ||
	       strcmp(word, "--no-probe") == 0;
}

static void become_inuse(const struct scene *scene, const struct stage *stage,
	const struct call *call, uid_t uid)
{
	char buffer[2048], path[4096], *words[SCENE_WORDS], *argv[SCENE_WORDS + 6];
	const char *old = getenv("PATH");
	/* Opened as root: the build directory need not be open to everybody. */
	int program = open(getenv("INUSE"), O_RDONLY | O_CLOEXEC);
	size_t n = 0, count = ask_words(scene, stage, buffer, sizeof(buffer), words);

	argv[n++] = (char *)"inuse";
	for (size_t i = 0; i < 4 && call->head[i]; i++)
		argv[n++] = (char *)call->head[i];
	for (size_t i = 0; i < count;) {
		size_t skipped = skipped_words(call, words[i]);

		if (!skipped)
			argv[n++] = words[i++];
		i += skipped;
	}
	argv[n] = NULL;
	snprintf(path, sizeof(path), "%s:%s", stage->dir, old ? old : "/usr/bin:/bin");
	setenv("PATH", path, 1);
	setenv("COLUMNS", "100", 1);
	setenv("LC_ALL", "C.UTF-8", 1);
	unsetenv("NO_COLOR");
	if (program < 0 || (scene->nested && nest() < 0) || stage_user(uid) < 0) {
		perror("starting inuse");
		_exit(125);
	}
	fexecve(program, argv, environ);
	perror("inuse");
	_exit(125);
}

/* Reads both pipes until they end, or the time is up. */
static int drain(int out, int err, struct said *said)
{
	struct pollfd p[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
	char *texts[2], buffer[4096];
	size_t sizes[2];
	FILE *f[2] = {open_memstream(&texts[0], &sizes[0]), open_memstream(&texts[1], &sizes[1])};
	int ready = 1;

	while ((p[0].fd >= 0 || p[1].fd >= 0) && (ready = poll(p, 2, ANSWER_MS)) > 0)
		for (int i = 0; i < 2; i++) {
			ssize_t n = p[i].revents ? read(p[i].fd, buffer, sizeof(buffer)) : 1;

			if (n <= 0)
				p[i].fd = -1;
			else if (p[i].revents)
				fwrite(buffer, 1, (size_t)n, f[i]);
		}
	for (int i = 0; i < 2; i++)
		fclose(f[i]);
	said->out = texts[0];
	said->err = texts[1];
	return ready > 0 ? 0 : -1;
}

/* One document a line; they are kept for the schema as well. */
static void read_documents(struct said *said)
{
	const char *keep = getenv("SCENES_DOCUMENTS");
	FILE *documents = keep ? fopen(keep, "ae") : NULL;
	const char *line = said->out;

	if (documents) {
		fputs(said->out, documents);
		fclose(documents);
	}
	while (*line && said->n < SCENE_ANSWERS) {
		size_t len = strcspn(line, "\n");
		json_error_t error;
		json_t *doc = json_loadb(line, len, 0, &error);

		if (!doc)
			said->bad_json = "standard output is not one JSON document a line";
		else
			said->docs[said->n++] = doc;
		line += len + (line[len] == '\n');
	}
}

static void run_inuse(
	const struct scene *scene, struct stage *stage, const struct call *call, uid_t uid,
	struct said *said)
{
	int out[2], err[2], status = 0;
	pid_t pid;

	memset(said, 0, sizeof(*said));
	if (pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		abort();
	if (pid == 0) {
		dup2(out[1], 1);
		dup2(err[1], 2);
		become_inuse(scene, stage, call, uid);
	}
	close(out[1]);
	close(err[1]);
	if (drain(out[0], err[0], said) < 0) {
		kill(pid, SIGKILL);
		said->exit = -1;
	}
	close(out[0]);
	close(err[0]);
	waitpid(pid, &status, 0);
	if (said->exit == 0)
		said->exit = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
	if (call == &call_json)
		read_documents(said);
}

static void said_free(struct said *said)
{
	for (size_t i = 0; i < said->n; i++)
		json_decref(said->docs[i]);
	free(said->out);
	free(said->err);
}

/* --- reading the answer --- */

static const char *string_at(const json_t *object, const char *group, const char *key)
{
	if (group)
		object = json_object_get(object, group);
	return json_string_value(json_object_get(object, key));
}

static const json_t *first_blocker(const struct said *said)
{
	return said->n ? json_array_get(json_object_get(said->docs[0], "blockers"), 0) : NULL;
}

static const char *status_of(const struct said *said, size_t i)
{
	return i < said->n ? or_null(string_at(said->docs[i], "verdict", "status")) : "nothing";
}

static int exit_of(const struct said *said)
{
	int code = 1;

	for (size_t i = 0; i < said->n; i++) {
		if (strcmp(status_of(said, i), "unknown") == 0)
			code = code == 0 ? 0 : 3;
		else if (strcmp(status_of(said, i), "free") != 0)
			code = 0;
	}
	return code;
}

/* A program that crashed, complained to a sanitizer, or broke the form of its answer. */
static bool sound(struct line *line, const struct said *said, size_t documents)
{
	if (said->exit < 0)
		complain(line, "no answer within %d ms", ANSWER_MS);
	else if (said->exit > 3)
		complain(line, "exit code %d", said->exit);
	if (strstr(said->err, "Sanitizer") || strstr(said->err, "runtime error:"))
		complain(line, "a sanitizer complains");
	if (documents && said->bad_json)
		complain(line, "%s", said->bad_json);
	else if (documents && said->n != documents)
		complain(line, "%zu documents, %zu are right", said->n, documents);
	return !documents || (said->n == documents && !said->bad_json);
}

static bool is_holder(const struct stage *stage, long long pid)
{
	for (size_t i = 0; i < stage->n_holders; i++)
		if (stage->holders[i] == pid)
			return true;
	return false;
}

static void check_word(struct line *line, const char *what, const char *want, const char *got)
{
	if (want && !in_list(want, got))
		complain(line, "%s is %s, right is %s", what, or_null(got), want);
}

/* Programs that change their title leave empty arguments behind; nobody wants to read those. */
static bool ends_empty(const json_t *command)
{
	size_t n = json_array_size(command);
	const char *last = n > 1 ? json_string_value(json_array_get(command, n - 1)) : NULL;

	return last && !*last;
}

/* Holders of the first blocker: those who must be named (@all), and nobody else. */
static void check_holders(struct line *line, const struct scene *scene, const struct stage *stage,
	const json_t *blocker, bool all)
{
	const json_t *holders = json_object_get(blocker, "holders"), *holder;
	bool tid_seen = stage->tid == 0;
	size_t i;

	fputs(" holders", line->note);
	json_array_foreach(holders, i, holder)
	{
		long long pid = json_integer_value(json_object_get(holder, "pid"));

		fprintf(line->note, " %lld", pid);
		if (json_integer_value(json_object_get(holder, "tid")) == stage->tid)
			tid_seen = true;
		if (!is_holder(stage, pid))
			complain(line, "process %lld is named and has nothing to do with it", pid);
		if (all)
			check_word(line, "state of a holder", scene->state,
				string_at(holder, NULL, "state"));
		if (ends_empty(json_object_get(holder, "command")))
			complain(line, "the command of process %lld ends in nothing", pid);
		if (all && !scene->without_fd && !json_array_size(json_object_get(holder, "fds")))
			complain(line, "no descriptor of process %lld is named", pid);
	}
	if (!i)
		fputs(" none", line->note);
	for (size_t k = 0; all && k < stage->n_holders; k++) {
		bool named = false;

		json_array_foreach(holders, i, holder) named =
			named ||
			json_integer_value(json_object_get(holder, "pid")) == stage->holders[k];
		if (!named)
			complain(line, "holder %d is not named", (int)stage->holders[k]);
	}
	if (all && !tid_seen)
		complain(line, "thread %d is not named", (int)stage->tid);
}

static void check_offered(
	struct line *line, const json_t *doc, const char *remedy_id, enum tried want)
{
	const json_t *remedies = json_object_get(doc, "remedies"), *remedy;
	size_t i;

	json_array_foreach(remedies, i, remedy)
	{
		const json_t *tried = json_object_get(remedy, "tried");
		const char *id = string_at(remedy, NULL, "id");
		bool right = want == TRIED_ANY || (want == TRIED_TRUE && json_is_true(tried)) ||
			     (want == TRIED_FALSE && json_is_false(tried)) ||
			     (want == TRIED_NULL && json_is_null(tried));

		if (!id || strcmp(id, remedy_id) != 0)
			continue;
		if (!right)
			complain(line, "remedy %s: \"tried\" is %s", id,
				json_is_true(tried)    ? "true"
				: json_is_false(tried) ? "false"
						       : "null");
		return;
	}
	complain(line, "remedy %s is not offered", remedy_id);
}

static int errno_of(const char *name)
{
	return !name				 ? 0
	       : strcmp(name, "EADDRINUSE") == 0 ? EADDRINUSE
	       : strcmp(name, "EACCES") == 0	 ? EACCES
	       : strcmp(name, "EPERM") == 0	 ? EPERM
						 : EADDRNOTAVAIL;
}

static void check_user(struct line *line, const struct stage *stage, const json_t *blocker)
{
	const json_t *uid = json_object_get(blocker, "uid");

	if (!stage->n_holders)
		return;
	if (!json_is_integer(uid))
		complain(line, "the user of the socket is not named");
	else if ((uid_t)json_integer_value(uid) != stage->uid)
		complain(line, "the user is %lld, right is %d", (long long)json_integer_value(uid),
			(int)stage->uid);
	if (stage->uid == 0)
		check_word(line, "user", "root", string_at(blocker, NULL, "user"));
}

/* The seconds that a TIME-WAIT has left; Linux keeps it for 60. */
static void check_timer(struct line *line, const json_t *blocker)
{
	const json_t *timer = json_object_get(blocker, "timer_ms");
	const char *state = string_at(blocker, NULL, "state");

	if (!state || strcmp(state, "time-wait") != 0)
		return;
	if (json_integer_value(timer) <= 0 || json_integer_value(timer) > 60500)
		complain(line, "timer_ms is %lld", (long long)json_integer_value(timer));
}

/* --- the four modes --- */

static void check_verdict(struct line *line, const struct scene *scene, const json_t *doc)
{
	const json_t *verdict = json_object_get(doc, "verdict");
	const char *operation = string_at(verdict, NULL, "operation");
	const char *error = string_at(verdict, NULL, "error");
	const char *cause = string_at(verdict, NULL, "cause");
	const char *headline = string_at(verdict, NULL, "headline");
	const char *probe = string_at(verdict, NULL, "probe");
	json_int_t number = json_integer_value(json_object_get(verdict, "errno"));

	fprintf(line->note, "%s %s %s %s probe %s", or_null(string_at(verdict, NULL, "status")),
		or_null(operation), or_null(error), or_null(cause), or_null(probe));
	check_word(line, "status", scene->status, string_at(verdict, NULL, "status"));
	if (scene->error) {
		check_word(line, "error", scene->error, error);
		check_word(line, "operation", "bind", operation);
		check_word(line, "cause", scene->cause, cause);
		if (number != errno_of(scene->error))
			complain(line, "errno is %lld", (long long)number);
	} else if (error || operation || cause || number) {
		complain(line, "free, and yet there is an error, operation or cause");
	}
	if (!headline || !*headline)
		complain(line, "no headline");
}

static void check_blocker(struct line *line, const struct scene *scene, const struct stage *stage,
	const json_t *doc, const json_t *blocker)
{
	const char *cause = string_at(doc, "verdict", "cause");

	if (stage->n_holders && !blocker)
		complain(line, "no blocker is named");
	if (!blocker)
		return;
	check_word(line, "cause of the first blocker", or_null(cause),
		string_at(blocker, NULL, "cause"));
	check_word(line, "rule", scene->rule, string_at(blocker, NULL, "rule"));
	check_user(line, stage, blocker);
	check_timer(line, blocker);
	check_word(line, "unit", scene->unit, string_at(blocker, NULL, "unit"));
	check_word(line, "container", scene->container, string_at(blocker, NULL, "container"));
	check_holders(line, scene, stage, blocker, !scene->nameless);
}

static void check_each(struct line *line, const struct scene *scene, const struct said *said)
{
	char copy[128], *rest = copy, *word;
	size_t i = 0;

	snprintf(copy, sizeof(copy), "%s", scene->each);
	while ((word = strsep(&rest, " "))) {
		fprintf(line->note, " %s", status_of(said, i));
		check_word(line, "status of one of them", word, status_of(said, i));
		i++;
	}
}

static void check_root(const struct scene *scene, struct stage *stage, FILE *report,
	const struct said *said, size_t documents)
{
	struct line line;

	line_open(&line);
	if (sound(&line, said, documents)) {
		int code = scene->error || scene->each ? 0 : 1;

		check_verdict(&line, scene, said->docs[0]);
		if (scene->error)
			check_blocker(&line, scene, stage, said->docs[0], first_blocker(said));
		if (scene->each)
			check_each(&line, scene, said);
		if (scene->remedy)
			check_offered(&line, said->docs[0], scene->remedy, scene->tried);
		fprintf(line.note, ", exit %d", said->exit);
		if (said->exit != code)
			complain(&line, "exit code is %d, right is %d", said->exit, code);
	}
	line_close(&line, report, scene, 0, said);
}

/* Columns of clean UTF-8, near enough: one a character. */
static size_t longest(const char *text, size_t *ret_lines)
{
	size_t most = 0, now = 0, lines = 0;

	for (; *text; text++) {
		if (*text == '\n') {
			lines++;
			now = 0;
		} else if (((unsigned char)*text & 0xc0) != 0x80 && ++now > most) {
			most = now;
		}
	}
	*ret_lines = lines;
	return most;
}

static void check_text(const struct scene *scene, FILE *report, const struct said *said, int code,
	size_t documents)
{
	struct line line;
	size_t lines, columns = longest(said->out, &lines);

	line_open(&line);
	sound(&line, said, 0);
	fprintf(line.note, "%zu lines, at most %zu columns, exit %d", lines, columns, said->exit);
	if (!said->out[0] || said->out[0] == '\n')
		complain(&line, "no headline");
	if (lines > TEXT_LINES * documents)
		complain(&line, "more than %zu lines", TEXT_LINES * documents);
	if (said->exit != code)
		complain(&line, "exit code is %d, with --json %d", said->exit, code);
	for (const char *c = said->out; *c; c++)
		if ((unsigned char)*c < ' ' && *c != '\n')
			complain(&line, "control character 0x%02x at %td", *c, c - said->out);
	line_close(&line, report, scene, 1, said);
	if (getenv("SCENES_SHOW"))
		quote(report, "in words", said->out);
}

/* What a user who may not look must still be told, given the kernel's answer to that user. */
static void check_unprivileged_doc(struct line *line, const struct scene *scene,
	const struct stage *stage, const struct said *said, size_t i, int kernel)
{
	const json_t *doc = said->docs[i], *blocker = first_blocker(said);
	const char *status = status_of(said, i), *error = string_at(doc, "verdict", "error");
	const char *cause = string_at(doc, "verdict", "cause");
	bool same = scene->error && kernel == errno_of(scene->error);

	fprintf(line->note, "%s%s %s %s", i ? "; " : "", status, or_null(error), or_null(cause));
	if (strcmp(status, "unknown") == 0)
		return;
	if ((kernel == 0) != (strcmp(status, "free") == 0))
		complain(line, "status is %s, and the kernel says %s", status, error_name(kernel));
	else if (kernel && (!error || strcmp(error, error_name(kernel)) != 0))
		complain(line, "error is %s, the kernel's is %s", or_null(error),
			error_name(kernel));
	if (i > 0 || !kernel || !same)
		return;
	if (!in_list(scene->cause, cause) && !in_list(scene->unprivileged_cause, cause) &&
		!(stage->n_holders && in_list("hidden-holder", cause)))
		complain(line, "cause is %s, right is %s%s", or_null(cause), scene->cause,
			stage->n_holders ? " or hidden-holder" : "");
	check_user(line, stage, blocker);
	if (cause && strcmp(cause, "hidden-holder") == 0) {
		if (!json_array_size(json_object_get(doc, "gaps")))
			complain(line, "the holder is hidden, and no gap says why");
		check_offered(line, doc, "run-as-root", TRIED_ANY);
	}
	check_word(line, "unit", scene->unit, string_at(blocker, NULL, "unit"));
	check_word(line, "container", scene->container, string_at(blocker, NULL, "container"));
	check_holders(line, scene, stage, blocker, scene->own);
}

static void check_unprivileged(const struct scene *scene, const struct stage *stage, FILE *report,
	const struct said *said, const int *kernel, size_t documents)
{
	struct line line;

	line_open(&line);
	if (sound(&line, said, documents)) {
		for (size_t i = 0; i < documents; i++)
			check_unprivileged_doc(&line, scene, stage, said, i, kernel[i]);
		fprintf(line.note, ", exit %d", said->exit);
		if (said->exit != exit_of(said))
			complain(&line, "exit code is %d, right is %d", said->exit, exit_of(said));
	}
	line_close(&line, report, scene, 2, said);
}

/* The kernel against the table, and against what inuse told root. */
static void check_kernel(const struct scene *scene, FILE *report, const struct said *said,
	const int *root, const int *nobody, size_t documents)
{
	struct line line;

	line_open(&line);
	fprintf(line.note, "root %s, uid %d %s", error_name(root[0]), STAGE_NOBODY,
		error_name(nobody[0]));
	if (root[0] != errno_of(scene->error))
		complain(&line, "the kernel says %s, the scene was staged for %s",
			error_name(root[0]), scene->error ? scene->error : "free");
	for (size_t i = 0; said && i < documents && i < said->n; i++) {
		const char *error = string_at(said->docs[i], "verdict", "error");

		if (strcmp(error ? error : status_of(said, i), error_name(root[i])) != 0)
			complain(&line, "answer %zu: inuse says %s, the kernel %s", i + 1,
				error ? error : status_of(said, i), error_name(root[i]));
	}
	line_close(&line, report, scene, 3, said);
}

/* Only what touches nothing but the scene itself: its processes, files and connections. */
static bool may_run(const json_t *remedy)
{
	const json_t *command = json_object_get(remedy, "command");
	const char *program = json_string_value(json_array_get(command, 0));
	const char *verb = json_string_value(json_array_get(command, 1));

	if (strcmp(string_at(remedy, NULL, "id"), "stop-container") == 0)
		return false; /* its engine is not here */

	return program && (in_list("kill|rm|ss", program) ||
				  (strcmp(program, "inuse") == 0 && strcmp(verb, "free") == 0));
}

static void run_command(const struct stage *stage, const json_t *command, struct line *line)
{
	const char *argv[64] = {NULL}, *path = getenv("PATH");
	size_t n = json_array_size(command);
	pid_t pid;

	for (size_t i = 0; i < n && i < 61; i++) {
		argv[i] = json_string_value(json_array_get(command, i));
		fprintf(line->note, "%s%s", i ? " " : "", or_null(argv[i]));
	}
	if (n && strcmp(argv[0], "inuse") == 0) {
		argv[0] = getenv("INUSE");
		argv[n < 61 ? n : 61] = "--yes";
		argv[n < 61 ? n + 1 : 62] = "--force"; /* nobody wants to wait for closing ones */
	}
	fputs("; ", line->note);
	pid = path ? fork() : -1;
	if (pid == 0) {
		dup2(open("/dev/null", O_RDWR), 1);
		execvp(argv[0], (char *const *)argv);
		_exit(127);
	}
	if (pid > 0)
		waitpid(pid, NULL, 0);
}

/* The commands that inuse offers, run in their order, must free what was asked for. */
static void check_help(const struct scene *scene, struct stage *stage, FILE *report,
	const struct said *said, const struct asks *asks)
{
	const json_t *remedies = said->n ? json_object_get(said->docs[0], "remedies") : NULL,
		     *remedy;
	int errors[SCENE_ANSWERS] = {0};
	struct line line;
	bool run = false;
	size_t i;

	line_open(&line);
	json_array_foreach(remedies, i, remedy)
	{
		const json_t *command = json_object_get(remedy, "command");

		if (may_run(remedy)) {
			run_command(stage, command, &line);
			run = true;
		}
	}
	for (int tries = 0; run && tries < 200; tries++) {
		if (ask_kernel(stage, asks, 0, errors) < 0 || errors[0] == 0 || scene->lingers)
			break;
		stage_pause();
	}
	fputs(run ? error_name(errors[0]) : "no command to run here", line.note);
	if (errors[0] && !scene->lingers)
		complain(&line, "the remedies were applied, and the kernel still says %s",
			error_name(errors[0]));
	line_close(&line, report, scene, 4, said);
}

/* --- recording, for replay.py --- */

static void keep(const char *folder, size_t scene, const char *who, const char *what,
	const char *text)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%03zu-%s.%s", folder, scene, who, what);
	f = fopen(path, "we");
	if (!f || fputs(text, f) == EOF || fclose(f) == EOF)
		abort();
}

/* The live answer and, right after it, the report that has to give the same one elsewhere. */
void record_scene(const struct scene *scene, struct stage *stage, const char *folder)
{
	static const struct {
		const char *who;
		uid_t uid;
		struct call live, report;
	} takes[] = {
		{"root", 0, {{"why", "--json"}, WORDS_ALL}, {{"report"}, WORDS_RECORDED}},
		{"nobody", STAGE_NOBODY, {{"why", "--json"}, WORDS_ALL},
			{{"report"}, WORDS_RECORDED}},
		{"unasked", 0, {{"why", "--json", "--no-probe"}, WORDS_ALL},
			{{"report"}, WORDS_NONE}},
		{"redacted", 0, {{"why", "--json"}, WORDS_ALL},
			{{"report", "--redact"}, WORDS_RECORDED}},
	};
	char buffer[2048], *words[SCENE_WORDS], *args;
	size_t n = ask_words(scene, stage, buffer, sizeof(buffer), words), size;
	FILE *f;

	for (size_t t = 0; t < sizeof(takes) / sizeof(takes[0]); t++) {
		struct said live, report;

		run_inuse(scene, stage, &takes[t].live, takes[t].uid, &live);
		run_inuse(scene, stage, &takes[t].report, takes[t].uid, &report);
		f = open_memstream(&args, &size);
		fprintf(f, "%s\n", scene->name);
		for (size_t i = 2; i < 4 && takes[t].live.head[i]; i++)
			fprintf(f, "%s\n", takes[t].live.head[i]);
		for (size_t i = 0; i < n; i++)
			fprintf(f, "%s\n", words[i]);
		fclose(f);
		keep(folder, (size_t)(scene - scene_table), takes[t].who, "args", args);
		keep(folder, (size_t)(scene - scene_table), takes[t].who, "live", live.out);
		keep(folder, (size_t)(scene - scene_table), takes[t].who, "report", report.out);
		keep(folder, (size_t)(scene - scene_table), takes[t].who, "errors", report.err);
		free(args);
		said_free(&live);
		said_free(&report);
	}
}

void check_scene(const struct scene *scene, struct stage *stage, FILE *report)
{
	struct said root = {0}, text = {0}, nobody = {0};
	char buffer[2048], *words[SCENE_WORDS];
	int as_root[SCENE_ANSWERS] = {0}, as_nobody[SCENE_ANSWERS] = {0};
	bool have = getenv("INUSE") != NULL;
	size_t n = ask_words(scene, stage, buffer, sizeof(buffer), words);
	struct asks asks;

	if (ask_read(words, n, &asks) < 0) {
		stage_fail(stage, "the test cannot read \"%s\"", scene->args);
		return;
	}
	if (have) {
		run_inuse(scene, stage, &call_json, 0, &root);
		check_root(scene, stage, report, &root, asks.n);
		run_inuse(scene, stage, &call_text, 0, &text);
		check_text(scene, report, &text, root.exit, asks.n);
		run_inuse(scene, stage, &call_json, STAGE_NOBODY, &nobody);
	}
	/* Last, for a bind that works can change the scene. */
	if (ask_kernel(stage, &asks, 0, as_root) < 0 ||
		ask_kernel(stage, &asks, STAGE_NOBODY, as_nobody) < 0)
		return;
	if (have)
		check_unprivileged(scene, stage, report, &nobody, as_nobody, asks.n);
	for (int i = 0; !have && i < SCENE_MODES; i++)
		if (i != 3)
			fprintf(report, "ok - %s, %s # SKIP the environment names no INUSE\n",
				scene->name, scene_modes[i]);
	check_kernel(scene, report, have ? &root : NULL, as_root, as_nobody, asks.n);
	if (have) {
		check_help(scene, stage, report, &root, &asks);
		said_free(&root);
		said_free(&text);
		said_free(&nobody);
	}
}
