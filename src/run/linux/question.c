/* run/linux/question.c - the question `why` for a call, with what is known of the one who asks */
#include "run/linux/question.h"

#include <endian.h>
#include <errno.h>
#include <linux/capability.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/err.h"
#include "knowledge/inherited-options.h"
#include "knowledge/unix-types.h"
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

	question->asker.exe = link_text(arena, pid, "exe");
	question->asker.directory = link_text(arena, pid, "cwd");
	if (!question->asker.directory ||
		iu_os_program_of(arena, pid, &file, &question->asker.program) < 0)
		return;
	question->asker.program_known = true;
	question->asker.program_dev = file.dev;
	question->asker.program_ino = file.ino;
}

/* VFS_CAP_REVISION_2 and 3 begin alike: a head, then what is permitted. */
static enum iu_tri file_has_cap(int32_t pid)
{
	uint32_t words[6];
	char path[64];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	len = getxattr(path, "security.capability", words, sizeof(words));
	if (len < 0)
		return errno == ENODATA ? IU_NO : IU_UNKNOWN;
	return iu_tri(len >= 8 && le32toh(words[1]) >> CAP_NET_BIND_SERVICE & 1);
}

/*
 * What the program has without us: who may not install the filter otherwise has taken no_new_privs for
 * it, and then only what was there before tells something.
 */
static void add_rights(const struct iu_run_rights *rights, const struct iu_run_rights *ours,
	struct iu_question *question)
{
	bool taken = !(ours->capabilities >> CAP_SYS_ADMIN & 1);
	struct iu_asker *asker = &question->asker;

	asker->rights_known = rights->no_new_privs_known && rights->bounding_known;
	asker->no_new_privs = iu_tri(taken ? ours->no_new_privs : rights->no_new_privs);
	asker->net_bind_dropped = iu_tri(!(rights->bounding >> CAP_NET_BIND_SERVICE & 1));
	asker->program_has_cap = file_has_cap(rights->tgid);
}

/* "JAVA_TOOL_OPTIONS=-Dcom.sun.management.jmxremote.port=9000": every Java gets it. */
static void add_variable(struct iu_arena *arena, const char *text, struct iu_question *question)
{
	if (!question->asker.variable && question->target.port &&
		iu_inherited_option(text, question->target.port))
		question->asker.variable = iu_arena_strndup(arena, text, strcspn(text, "="));
}

/*
 * What it was started with. LISTEN_FDS counts only where LISTEN_PID is its own: children have the words,
 * too.
 */
static void add_surroundings(struct iu_arena *arena, int32_t pid, struct iu_question *question)
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
		add_variable(arena, text + at, question);
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

static bool status_of(int32_t pid, const char *name, struct stat *ret_status)
{
	char path[PATH_BYTES];
	int n = pid ? snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name)
		    : snprintf(path, sizeof(path), "/proc/self/%s", name);

	return name && n > 0 && (size_t)n < sizeof(path) && stat(path, ret_status) == 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* Whether the thread finds the same files under the same names as we do. */
static bool shares_root(int32_t tid)
{
	struct stat ours, theirs;

	return status_of(0, "ns/mnt", &ours) && status_of(tid, "ns/mnt", &theirs) &&
	       is_same(&ours, &theirs) && status_of(0, "root/", &ours) &&
	       status_of(tid, "root/", &theirs) && is_same(&ours, &theirs);
}

/*
 * The directory of the thread below its own root. Links of /proc say it from the root of its mount
 * namespace on; whether that is right shows when it is looked up. NULL: it cannot be said.
 */
static const char *directory_in_root(struct iu_arena *arena, int32_t tid)
{
	const char *cwd = link_text(arena, tid, "cwd"), *root = link_text(arena, tid, "root");
	size_t len = root && strcmp(root, "/") ? strlen(root) : 0;
	struct stat said, meant;

	if (!cwd || !root || strncmp(cwd, root, len) || (cwd[len] && cwd[len] != '/'))
		return NULL;
	cwd += len;
	return status_of(tid, iu_arena_printf(arena, "root/%s", cwd), &said) &&
			status_of(tid, "cwd/", &meant) && is_same(&said, &meant)
		? cwd : NULL;
}

static int set_path(const struct iu_run_case *c, const struct iu_run_name *name,
	struct iu_arena *arena, struct iu_question *question)
{
	struct iu_text text = {0};
	const char *cwd;

	question->target.protocol = IU_PROTOCOL_UNIX;
	question->target.family = IU_FAMILY_UNIX;
	question->target.abstract = name->kind == IU_RUN_NAME_ABSTRACT;
	question->target.unix_type = iu_unix_type_numbered((uint64_t)c->sock.type);
	if (!question->target.abstract && !shares_root(c->notice.tid))
		question->asker.root_pid = c->notice.tid;
	if (!question->target.abstract && name->path[0] != '/') {
		cwd = question->asker.root_pid ? directory_in_root(arena, c->notice.tid)
					       : link_text(arena, c->notice.tid, "cwd");
		if (!cwd && question->asker.root_pid)
			return IU_E_NOTSUP;
		if (cwd) {
			iu_text_add(&text, cwd);
			iu_text_add(&text, "/");
		}
	}
	iu_text_addn(&text, name->path, name->path_len);
	question->target.path = iu_arena_strndup(arena, text.data, text.len);
	question->target.path_len = text.len;
	question->target.text = iu_arena_printf(arena, "%s%s%s",
		question->target.abstract ? iu_unix_type_prefix(question->target.unix_type) : "",
		question->target.abstract ? "@" : "", text.failed ? "" : text.data);
	iu_text_free(&text);
	return 0;
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
	int ret = 0;

	if (c->call.kind == IU_RUN_LISTEN)
		name_of_socket(c, &name);
	switch (name.kind) {
	case IU_RUN_NAME_FOREIGN: return IU_E_NOTSUP;
	case IU_RUN_NAME_PATH:
	case IU_RUN_NAME_ABSTRACT:
		ret = set_path(c, &name, arena, question);
		break;
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
	if (ret < 0)
		return ret;
	question->symptom.from_capture = error;
	if (c->credentials.userns != s->ours.userns)
		question->how.probe = IU_PROBE_NEVER; /* rights of ours that the thread has not */
	add_line(s, arena, c->credentials.rights.tgid, question);
	add_program(arena, c->credentials.rights.tgid, question);
	add_surroundings(arena, c->credentials.rights.tgid, question);
	if (error == EACCES)
		add_rights(&c->credentials.rights, &s->ours.rights, question);
	return arena->failed ? IU_E_NOMEM : 0;
}

/* Somebody who stays in the namespace of the question: a holder, else the one who asks. */
static void name_netns(const struct iu_run_case *c, struct iu_run_question *asked)
{
	const struct iu_holds *holds = &asked->session.snapshot.holds;
	struct stat ours, theirs;

	asked->question.asker.netns_pid = c->credentials.rights.tgid;
	if (!status_of(0, "ns/net", &ours))
		return;
	for (size_t i = 0; i < holds->n; i++)
		if (holds->v[i].pid != c->credentials.rights.tgid &&
			status_of(holds->v[i].pid, "ns/net", &theirs) && is_same(&ours, &theirs)) {
			asked->question.asker.netns_pid = holds->v[i].pid;
			return;
		}
}

static int answer(const struct iu_run_supervisor *s, const struct iu_run_case *c,
	struct iu_run_question *asked)
{
	const struct iu_questions one = {.v = &asked->question, .n = 1, .cap = 1};
	int ret = iu_session_look(&asked->session, &one);

	if (ret < 0)
		return ret;
	if (c->credentials.netns != s->ours.netns)
		name_netns(c, asked);
	/* what the thread may, not what we may */
	if (c->credentials.rights.complete)
		asked->session.snapshot.host.cap_net_bind =
			iu_tri(iu_run_credentials_may_bind_low(c->notice.tid, &c->credentials));
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

/* Where it is, if its names and ports are not ours: ", in the network namespace pod". */
static const char *place_of(struct iu_run_question *asked)
{
	const char *name = NULL, *text;

	if (asked->question.asker.root_pid)
		return ", which sees other files than inuse";
	if (!asked->question.asker.netns_pid)
		return "";
	name = iu_os_netns_name(&asked->arena, asked->session.snapshot.host.netns);
	text = name ? iu_arena_printf(&asked->arena, ", in the network namespace %s",
			      iu_safe(&asked->arena, name, NAME_COLUMNS))
		    : iu_arena_printf(&asked->arena, ", in the network namespace of pid %d",
			      (int)asked->question.asker.netns_pid);
	return text ? text : "";
}

const char *iu_run_question_intro(
	struct iu_run_question *asked, const struct iu_run_case *c, int error)
{
	const char *text = iu_arena_printf(&asked->arena, "%s (pid %d%s) cannot %s %s (%s)",
		iu_run_question_name(&asked->arena, c), (int)c->credentials.rights.tgid,
		place_of(asked),
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
