/* run/linux/question.c - the question `why` for a call, with what is known of the one who asks */
#include "run/linux/question.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/err.h"
#include "os/os.h"

#define PATH_BYTES   4096
#define STATUS_BYTES 8192
#define ENVIRON_BYTES 65536
#define HANDED_MAX   1024
#define COMM_BYTES   64
#define LINE_MAX_PID 64
#define NAME_COLUMNS 40
#define TEXT_COLUMNS 120

static const char *link_text(struct iu_arena *arena, int32_t pid, const char *name)
{
	char text[PATH_BYTES];
	ssize_t len = iu_run_proc_files_link(pid, name, text, sizeof(text));

	return len <= 0 ? NULL : iu_arena_strndup(arena, text, (size_t)len);
}

/* 0: it has ended. */
static int32_t parent_of(int32_t pid)
{
	char text[STATUS_BYTES];
	struct iu_run_rights rights;
	ssize_t len = iu_run_proc_files_text(pid, "status", text, sizeof(text));

	if (len <= 0)
		return 0;
	iu_run_rights_parse(text, (size_t)len, &rights);
	return rights.parent;
}

/* The asker and its ancestors as far as they belong to the command. */
static void add_line(const struct iu_run_supervisor *s, struct iu_arena *arena, int32_t pid,
	struct iu_question *question)
{
	int32_t *pids = iu_arena_alloc(arena, LINE_MAX_PID * sizeof(*pids));
	size_t n = 0;
	bool belongs = false;

	while (pids && pid > 1 && n < LINE_MAX_PID && !belongs) {
		pids[n++] = pid;
		belongs = pid == s->command;
		pid = parent_of(pid);
	}
	/* a daemon has left the family: then only itself */
	question->asker.line = pids;
	question->asker.count = !pids ? 0 : belongs ? n : n > 0;
}

/* Any local process may reach a socket with an abstract name. */
bool iu_run_question_allowed(const struct iu_run_supervisor *s, const struct iu_run_case *c)
{
	struct iu_question question = {0};
	struct iu_arena arena = {0};
	bool belongs;

	if (c->credentials.rights.uid[1] == s->ours.rights.uid[1])
		return true;
	add_line(s, &arena, c->credentials.rights.tgid, &question);
	belongs = question.asker.count &&
		  question.asker.line[question.asker.count - 1] == s->command;
	iu_arena_free(&arena);
	return belongs;
}

/* The same program in the same directory is the same server, started twice. */
static void add_program(struct iu_arena *arena, int32_t pid, struct iu_question *question)
{
	struct iu_file_id file;

	question->asker.directory = link_text(arena, pid, "cwd");
	if (!question->asker.directory ||
		iu_os_program_of(arena, pid, &file, &question->asker.program) < 0)
		return;
	question->asker.program_known = true;
	question->asker.program_dev = file.dev;
	question->asker.program_ino = file.ino;
}

/* LISTEN_FDS counts only where LISTEN_PID is its own: children have the words, too. */
static void add_handed(int32_t pid, struct iu_question *question)
{
	static const char fds[] = "LISTEN_FDS=", owner[] = "LISTEN_PID=";
	char text[ENVIRON_BYTES];
	ssize_t len = iu_run_proc_files_text(pid, "environ", text, sizeof(text));
	long count = 0, whose = 0;

	for (ssize_t at = 0; at < len; at += (ssize_t)strnlen(text + at, (size_t)(len - at)) + 1) {
		if (len - at > (ssize_t)sizeof(fds) && !strncmp(text + at, fds, sizeof(fds) - 1))
			count = strtol(text + at + sizeof(fds) - 1, NULL, 10);
		if (len - at > (ssize_t)sizeof(owner) && !strncmp(text + at, owner, sizeof(owner) - 1))
			whose = strtol(text + at + sizeof(owner) - 1, NULL, 10);
	}
	if (whose == pid && count > 0 && count <= HANDED_MAX)
		question->asker.handed = (uint32_t)count;
}

/* listen() names no address: the socket has one. */
static void name_of_socket(const struct iu_run_case *c, struct iu_run_name *name)
{
	union {
		struct sockaddr any;
		unsigned char bytes[IU_RUN_NAME_MAX];
	} local;
	socklen_t len = sizeof(local);

	if (getsockname(c->socket, &local.any, &len) == 0 && len <= sizeof(local))
		iu_run_name_read(local.bytes, len, name);
}

static void set_path(const struct iu_run_case *c, const struct iu_run_name *name,
	struct iu_arena *arena, struct iu_question *question)
{
	struct iu_text text = {0};
	const char *cwd;

	question->target.protocol = IU_PROTOCOL_UNIX;
	question->target.family = IU_FAMILY_UNIX;
	question->target.abstract = name->kind == IU_RUN_NAME_ABSTRACT;
	if (!question->target.abstract && name->path[0] != '/') {
		cwd = link_text(arena, c->notice.tid, "cwd");
		if (cwd) {
			iu_text_add(&text, cwd);
			iu_text_add(&text, "/");
		}
	}
	iu_text_addn(&text, name->path, name->path_len);
	question->target.path = iu_arena_strndup(arena, text.data, text.len);
	question->target.path_len = text.len;
	question->target.text = iu_arena_printf(arena, "%s%s", question->target.abstract ? "@" : "",
		text.failed ? "" : text.data);
	iu_text_free(&text);
}

static void set_options(const struct iu_run_supervisor *s, const struct iu_run_case *c,
	struct iu_arena *arena, struct iu_question *question)
{
	struct iu_run_socket sock = c->sock;

	iu_run_socket_options(c->socket, &sock);
	question->options = (struct iu_options){.reuseaddr = sock.reuseaddr || c->sock.reuseaddr,
		.reuseport = sock.reuseport,
		.v6only = sock.v6only,
		.nonlocal = sock.nonlocal,
		.ifindex = sock.ifindex,
		.device = sock.device[0] ? iu_arena_strdup(arena, sock.device) : NULL,
		.uid_given = c->credentials.rights.uid[1] != s->ours.rights.uid[1],
		.uid = c->credentials.rights.uid[1]};
}

static int make_question(const struct iu_run_supervisor *s, const struct iu_run_case *c,
	int error, struct iu_arena *arena, struct iu_question *question)
{
	struct iu_run_name name = c->name;
	char text[IU_ADDRESS_TEXT];

	if (c->call.kind == IU_RUN_LISTEN)
		name_of_socket(c, &name);
	switch (name.kind) {
	case IU_RUN_NAME_FOREIGN: return IU_E_NOTSUP;
	case IU_RUN_NAME_PATH:
	case IU_RUN_NAME_ABSTRACT: set_path(c, &name, arena, question); break;
	case IU_RUN_NAME_INET:
		question->target.protocol = c->sock.carries;
		question->target.family = name.address.family;
		question->target.address = name.address;
		question->target.port = name.port;
		set_options(s, c, arena, question);
		question->target.text = iu_arena_printf(arena, "%s/%s",
			iu_endpoint_format(&name.address, name.port, text),
			iu_protocol_name(question->target.protocol));
		break;
	}
	question->symptom.from_capture = error;
	add_line(s, arena, c->credentials.rights.tgid, question);
	add_program(arena, c->credentials.rights.tgid, question);
	add_handed(c->credentials.rights.tgid, question);
	return arena->failed ? IU_E_NOMEM : 0;
}

static int answer(const struct iu_run_supervisor *s, const struct iu_run_case *c,
	struct iu_run_question *asked)
{
	const struct iu_questions one = {.v = &asked->question, .n = 1, .cap = 1};
	int ret = iu_session_look(&asked->session, &one);

	if (ret < 0)
		return ret;
	/* what the thread may, not what we may */
	if (c->credentials.userns == s->ours.userns && c->credentials.rights.complete)
		asked->session.snapshot.host.cap_net_bind =
			iu_tri(iu_run_rights_may_bind_low(&c->credentials.rights));
	return iu_session_answer(
		&asked->session, &asked->question, &asked->arena, &asked->answer);
}

int iu_run_question_ask(const struct iu_run_supervisor *s, const struct iu_run_case *c, int error,
	struct iu_run_question *ret_asked)
{
	int ret;

	*ret_asked = (struct iu_run_question){0};
	ret = make_question(s, c, error, &ret_asked->arena, &ret_asked->question);
	if (ret >= 0)
		ret = answer(s, c, ret_asked);
	if (ret < 0) {
		iu_run_question_end(ret_asked);
		return ret;
	}
	if (c->call.kind == IU_RUN_LISTEN && error &&
		ret_asked->answer.verdict.operation == IU_OPERATION_BIND)
		ret_asked->answer.verdict.operation = IU_OPERATION_LISTEN;
	return 0;
}

const char *iu_run_question_target(struct iu_run_question *asked)
{
	return asked->question.target.text
		       ? iu_safe(&asked->arena, asked->question.target.text, TEXT_COLUMNS)
		       : "its address";
}

const char *iu_run_question_name(struct iu_arena *arena, const struct iu_run_case *c)
{
	const char *name = NULL;
	char comm[COMM_BYTES];
	ssize_t len = iu_run_proc_files_text(c->credentials.rights.tgid, "comm", comm, sizeof(comm));

	if (len > 1)
		comm[len - 1] = '\0'; /* a newline */
	if (c->comm[0] || len > 1)
		name = iu_safe(arena, c->comm[0] ? c->comm : comm, NAME_COLUMNS);
	return name ? name : "a program";
}

const char *iu_run_question_intro(
	struct iu_run_question *asked, const struct iu_run_case *c, int error)
{
	const char *text = iu_arena_printf(&asked->arena, "%s (pid %d) cannot %s %s (%s)",
		iu_run_question_name(&asked->arena, c), (int)c->credentials.rights.tgid,
		c->call.kind == IU_RUN_LISTEN ? "listen on" : "bind", iu_run_question_target(asked),
		iu_os_error_name(error));
	return text ? text : "a program cannot bind its address";
}

void iu_run_question_end(struct iu_run_question *asked)
{
	iu_session_free(&asked->session);
	iu_arena_free(&asked->arena);
	*asked = (struct iu_run_question){0};
}
