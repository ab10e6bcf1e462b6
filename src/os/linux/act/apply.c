/* os/linux/act/apply.c - takes one step of a plan, after a last look at what it is meant for */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/act/command.h"
#include "os/linux/act/destroy.h"
#include "os/linux/act/identity.h"
#include "os/linux/act/socket-file.h"
#include "os/linux/act/systemd.h"
#include "os/linux/file.h"
#include "os/os.h"

/* `docker stop` gives 10 s by itself. */
#define CONTAINER_SECONDS 60
#define COLLECT_MS	  300
#define IDS_BYTES	  512
#define LIST_BYTES	  65536

static void end_process(const struct iu_step *step, bool force, struct iu_step_result *result,
	int *ret_handle)
{
	int pidfd;

	if (iu_identity_open(&step->lever.process, &pidfd, result) < 0)
		return;
	if (iu_identity_signal(pidfd, force ? SIGKILL : SIGTERM, result) < 0 ||
		(!force && step->lever.process.resume &&
			iu_identity_signal(pidfd, SIGCONT, result) < 0 &&
			result->kind != IU_RESULT_GONE)) {
		close(pidfd);
		return;
	}
	result->kind = IU_RESULT_DONE;
	result->killed = force;
	*ret_handle = pidfd;
}

/* ---- containers ---- */

/* Several lines of a program as one: what it complains about stands in the last ones. */
static void join_lines(char *text)
{
	size_t n = strlen(text), to = 0;

	while (n && strchr(" \t\r\n", text[n - 1]))
		n--;
	for (size_t i = 0; i < n; i++) {
		bool is_end = text[i] == '\n' || text[i] == '\r';

		if (is_end && to && text[to - 1] == ' ')
			continue;
		text[to++] = is_end || text[i] == '\t' ? ' ' : text[i];
	}
	text[to] = '\0';
}

static void say_command(struct iu_step_result *result, int r, const char *program, char *err)
{
	join_lines(err);
	if (r == IU_E_NOENT)
		iu_result_say(result, IU_RESULT_FAILED, ENOENT, "%s is not installed here", program);
	else if (r == IU_E_AGAIN)
		iu_result_say(result, IU_RESULT_FAILED, ETIMEDOUT, "%s took longer than %d s",
			program, CONTAINER_SECONDS);
	else
		iu_result_say(result, IU_RESULT_FAILED, 0, "%s: %.150s", program, err);
}

/* Which ports of the host a piece of the column says: ":8080->80/tcp", ":8000-8010->80-90/tcp". */
static bool publishes(const char *piece, size_t len, const struct iu_step_container *target)
{
	const char *arrow = memmem(piece, len, "->", 2), *protocol, *at;
	uint64_t first = 0, last = 0;
	size_t n, took;

	protocol = arrow ? memchr(arrow, '/', len - (size_t)(arrow - piece)) : NULL;
	at = arrow ? memrchr(piece, ':', (size_t)(arrow - piece)) : NULL;
	if (!protocol || !at)
		return false;
	at++;
	n = (size_t)(arrow - at);
	took = iu_number(at, n, 10, &first);
	last = first;
	if (took > 0 && took < n && at[took] == '-')
		iu_number(at + took + 1, n - took - 1, 10, &last);
	protocol++;
	n = len - (size_t)(protocol - piece);
	return took > 0 && target->port >= first && target->port <= last && n >= 3 &&
	       !memcmp(protocol, target->protocol == IU_PROTOCOL_UDP ? "udp" : "tcp", 3);
}

bool iu_container_line(const char *line, size_t len, const struct iu_step_container *target,
	size_t *ret_id_len)
{
	const size_t id = strspn(line, "0123456789abcdef");
	size_t at, end;

	if (id < 12 || id > 64 || id >= len || line[id] != ' ')
		return false;
	for (at = id + 1; at < len; at = end + 1) {
		const char *comma = memchr(line + at, ',', len - at);

		end = comma ? (size_t)(comma - line) : len;
		if (publishes(line + at, end - at, target)) {
			*ret_id_len = id;
			return true;
		}
	}
	return false;
}

/* Finds the one container that publishes the port in what the engine lists; takes its id. */
static size_t choose_container(
	const char *list, const struct iu_step_container *target, char id[IDS_BYTES])
{
	size_t found = 0, n = 0;

	for (const char *line = list; *line; line += line[0] == '\n') {
		size_t len = strcspn(line, "\n");

		if (iu_container_line(line, len, target, &n)) {
			memcpy(id, line, n);
			id[n] = '\0';
			found++;
		}
		line += len;
	}
	return found;
}

/*
 * The one container that publishes the port; several or none is no answer. The list is read rather
 * than filtered: podman has no filter for it.
 */
static int find_container(const struct iu_step_container *target, char id[IDS_BYTES],
	struct iu_step_result *result)
{
	const char *argv[] = {
		target->program, "ps", "--no-trunc", "--format", "{{.ID}} {{.Ports}}", NULL};
	char *list = calloc(2, LIST_BYTES);
	size_t found;
	int ret;

	if (!list) {
		iu_result_say(result, IU_RESULT_FAILED, ENOMEM, "out of memory");
		return -1;
	}
	ret = iu_command_execute(argv, CONTAINER_SECONDS, list, list + LIST_BYTES, LIST_BYTES);
	if (ret != 0) {
		say_command(result, ret, target->program, list + LIST_BYTES);
		if (ret == IU_E_NOENT) /* and so no container of it either */
			result->kind = IU_RESULT_GONE;
		free(list);
		return -1;
	}
	found = choose_container(list, target, id);
	free(list);
	if (found == 1)
		return 0;
	iu_result_say(result, found ? IU_RESULT_FAILED : IU_RESULT_GONE, 0,
		found ? "%s knows several containers that publish the port"
		      : "%s knows no container that publishes the port",
		target->program);
	return -1;
}

static void stop_container(const struct iu_step *step, struct iu_step_result *result)
{
	char found[IDS_BYTES], out[IDS_BYTES], err[IDS_BYTES];
	const struct iu_step_container *target = &step->lever.container;
	const char *argv[] = {target->program, "stop", target->id, NULL};
	int ret;

	if (!target->id) {
		if (find_container(target, found, result) < 0)
			return;
		argv[2] = found;
	}
	ret = iu_command_execute(argv, CONTAINER_SECONDS, out, err, sizeof(err));
	if (ret == 0)
		iu_result_say(result, IU_RESULT_DONE, 0, "container %.12s", argv[2]);
	else
		say_command(result, ret, target->program, err);
}

/* The collector of unreachable sockets runs when any UNIX socket is released (unix_gc()). */
static void collect_garbage(struct iu_step_result *result)
{
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		iu_result_say(result, IU_RESULT_FAILED, errno, "socketpair(): %s",
			iu_os_error_name(errno));
		return;
	}
	close(pair[0]);
	close(pair[1]);
	usleep(COLLECT_MS * 1000);
	result->kind = IU_RESULT_DONE;
}

/* Whoever had the port may have gone since, or let go of it: then nothing is stopped for its sake. */
static bool is_witness_there(const struct iu_lever *lever, struct iu_step_result *result)
{
	if (iu_identity_check(&lever->witness, result) < 0)
		return false;
	return lever->kind != IU_STEP_STOP_UNIT || !lever->witness_is_member ||
	       iu_systemd_has(&lever->unit, lever->witness.pid, result);
}

void iu_os_apply(const struct iu_step *step, bool force, struct iu_step_result *ret_result,
	int *ret_handle)
{
	struct iu_step_result result = {.kind = IU_RESULT_FAILED};

	*ret_handle = -1;
	if (step->lever.witness.pid && !is_witness_there(&step->lever, &result)) {
		*ret_result = result;
		return;
	}
	switch (step->lever.kind) {
	case IU_STEP_WAIT: result.kind = IU_RESULT_DONE; break;
	case IU_STEP_TERMINATE: end_process(step, force, &result, ret_handle); break;
	case IU_STEP_STOP_UNIT: iu_systemd_stop(&step->lever.unit, &result); break;
	case IU_STEP_STOP_CONTAINER: stop_container(step, &result); break;
	case IU_STEP_DESTROY: iu_destroy_sockets(&step->lever.sockets, &result); break;
	case IU_STEP_REMOVE_FILE: iu_socket_file_remove(&step->lever.file, &result); break;
	case IU_STEP_COLLECT_GARBAGE: collect_garbage(&result); break;
	case IU_STEP_STOP_SERVICE:
	case IU_STEP_DISABLE_SERVICE:
	case IU_STEP_DELETE_PORTPROXY:
	case IU_STEP_EXCLUDE_PORT:
		iu_result_say(&result, IU_RESULT_FAILED, 0, "this step is for Windows");
		break;
	}
	*ret_result = result;
}

int iu_os_undo(void (*visit)(void *context, const char *name, const struct iu_step_result *result),
	void *context)
{
	return IU_E_NOTSUP;
}

void iu_os_release(int handle)
{
	if (handle >= 0)
		close(handle);
}

bool iu_os_errand(int argc, char **argv, int *ret_code)
{
	(void)argc;
	(void)argv;
	(void)ret_code;
	return false;
}
