/* errnos.c - every errno that bind() and listen() have, provoked for real
 *
 * errnos CASE explain FOLDER - has the call fail, and prints: errno, status, headline, text
 * errnos CASE fail FOLDER    - has it fail only, for `inuse run`
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <inuse/inuse.h>

#define NOBODY 65534

/* The call that fails. */
struct call {
	int fd;
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un un;
		struct sockaddr_storage room;
	} name;
	socklen_t len;
	bool listen, null;
};

static const char *folder;

static int tcp(void)
{
	return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void four(struct call *call, const char *address, unsigned int port)
{
	call->name.v4.sin_family = AF_INET;
	call->name.v4.sin_port = htons((uint16_t)port);
	inet_pton(AF_INET, address, &call->name.v4.sin_addr);
	call->len = sizeof(call->name.v4);
}

static void six(struct call *call, const char *address, unsigned int scope)
{
	call->fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	call->name.v6.sin6_family = AF_INET6;
	call->name.v6.sin6_port = htons(4711);
	call->name.v6.sin6_scope_id = scope;
	inet_pton(AF_INET6, address, &call->name.v6.sin6_addr);
	call->len = sizeof(call->name.v6);
}

static void path(struct call *call, const char *name)
{
	call->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	call->name.un.sun_family = AF_UNIX;
	if (name[0] == '/')
		snprintf(call->name.un.sun_path, sizeof(call->name.un.sun_path), "%s", name);
	else
		snprintf(call->name.un.sun_path, sizeof(call->name.un.sun_path), "%.60s/%s", folder, name);
	call->len = sizeof(call->name.un);
}

static int become_nobody(void)
{
	return setgid(NOBODY) < 0 || setuid(NOBODY) < 0 ? -1 : 0;
}

/* A filter that answers in the kernel's place, for this socket alone: what a test cannot have the kernel run out of. */
static int answer_bind(int fd, int error)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bind, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned int)fd, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (unsigned int)error),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
	struct sock_fprog program = {6, code};

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
			       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0
		       ? -1
		       : 0;
}

static int stage_twice(struct call *call)
{
	four(call, "127.0.0.1", 4712);
	if (bind(call->fd, &call->name.any, call->len) < 0)
		return -1;
	four(call, "127.0.0.1", 4711);
	return 0;
}

static int stage_mapped(struct call *call)
{
	int on = 1;

	six(call, "::ffff:127.0.0.1", 0);
	return setsockopt(call->fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
}

static int stage_listen_udp(struct call *call)
{
	call->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	four(call, "127.0.0.1", 4711);
	call->listen = true;
	return bind(call->fd, &call->name.any, call->len);
}

static int stage_listen_connected(struct call *call)
{
	int server = tcp();

	four(call, "127.0.0.1", 4713);
	call->listen = true;
	return bind(server, &call->name.any, call->len) < 0 || listen(server, 1) < 0
		       ? -1
		       : connect(call->fd, &call->name.any, call->len);
}

static int stage(const char *name, struct call *call)
{
	static const struct {
		const char *name, *path;
	} paths[] = {{"ENOSPC", "full/x.sock"}, {"EROFS", "readonly/x.sock"}, {"ENOENT", "none/x.sock"},
		{"ENOTDIR", "file/x.sock"}, {"ELOOP", "loop/x.sock"}, {"EPERM", "/sys/x.sock"},
		{"EACCES-path", "private/x.sock"}, {"EADDRINUSE-path", "file"}};
	static const struct {
		const char *name;
		int error;
	} answers[] = {{"ENOMEM", ENOMEM}, {"ENOBUFS", ENOBUFS}, {"EACCES-filter", EACCES}, {"EPERM-filter", EPERM}};

	call->fd = tcp();
	four(call, "127.0.0.1", 4711);
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (!strcmp(paths[i].name, name)) {
			path(call, paths[i].path);
			return !strcmp(name, "EACCES-path") ? become_nobody() : 0;
		}
	for (size_t i = 0; i < sizeof(answers) / sizeof(*answers); i++)
		if (!strcmp(answers[i].name, name))
			return answer_bind(call->fd, answers[i].error);
	if (!strcmp(name, "EADDRINUSE")) {
		int busy = tcp();

		return bind(busy, &call->name.any, call->len) < 0 ? -1 : listen(busy, 1);
	}
	if (!strcmp(name, "EADDRNOTAVAIL"))
		four(call, "192.0.2.77", 4711);
	else if (!strcmp(name, "EACCES")) {
		four(call, "127.0.0.1", 80);
		return become_nobody();
	} else if (!strcmp(name, "EINVAL-twice"))
		return stage_twice(call);
	else if (!strcmp(name, "EINVAL-short"))
		call->len = 7;
	else if (!strcmp(name, "EINVAL-scope"))
		six(call, "fe80::1", 0);
	else if (!strcmp(name, "EINVAL-mapped"))
		return stage_mapped(call);
	else if (!strcmp(name, "EINVAL-multicast"))
		six(call, "ff05::2", 0);
	else if (!strcmp(name, "EINVAL-connected"))
		return stage_listen_connected(call);
	else if (!strcmp(name, "ENODEV"))
		six(call, "fe80::1", 9999);
	else if (!strcmp(name, "EAFNOSUPPORT"))
		call->name.any.sa_family = AF_UNIX;
	else if (!strcmp(name, "EBADF"))
		call->fd = 9999;
	else if (!strcmp(name, "ENOTSOCK"))
		call->fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	else if (!strcmp(name, "EFAULT"))
		call->null = true;
	else if (!strcmp(name, "EOPNOTSUPP"))
		return stage_listen_udp(call);
	else
		return -1;
	return 0;
}

static void explain(const struct call *call, int error)
{
	struct inuse_options options = INUSE_OPTIONS_INIT;
	struct inuse_answers *answers;
	char complaint[200];
	int n;

	options.complaint = complaint;
	options.complaint_size = sizeof(complaint);
	options.operation = call->listen ? INUSE_OPERATION_LISTEN : INUSE_OPERATION_BIND;
	n = inuse_explain_bind(call->fd, call->listen || call->null ? NULL : &call->name.any, call->len, error,
		&options, &answers);
	if (n < 0) {
		printf("%s: %s\n", inuse_error_name(n), complaint);
		return;
	}
	for (int i = 0; i < n; i++) {
		struct inuse_answer *answer = inuse_answers_get(answers, (size_t)i);

		printf("errno %d status %d\n%s\n%s", inuse_answer_errno(answer), (int)inuse_answer_status(answer),
			inuse_answer_headline(answer), inuse_answer_text(answer));
	}
	inuse_answers_free(answers);
}

int main(int argc, char **argv)
{
	struct call call = {.fd = -1};
	int error;

	if (argc != 4)
		return 2;
	folder = argv[3];
	if (stage(argv[1], &call) < 0) {
		printf("cannot be staged: %s\n", strerror(errno));
		return 3;
	}
	errno = 0;
	if ((call.listen ? listen(call.fd, 1)
			 : bind(call.fd, call.null ? NULL : &call.name.any, call.len)) == 0) {
		printf("it works\n");
		return 4;
	}
	error = errno;
	printf("told %d\n", error);
	if (!strcmp(argv[2], "explain"))
		explain(&call, error);
	fflush(stdout);
	return 0;
}
