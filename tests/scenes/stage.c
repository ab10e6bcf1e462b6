/* stage.c - the primitives of the factory: processes, sockets, programs, namespaces */
#include "stage.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 5000

union any_address {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
};

int stage_fail(struct stage *stage, const char *format, ...)
{
	va_list ap;

	if (stage->error[0])
		return -1;
	va_start(ap, format);
	vsnprintf(stage->error, sizeof(stage->error), format, ap);
	va_end(ap);
	return -1;
}

int stage_skip(struct stage *stage, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	vsnprintf(stage->skip, sizeof(stage->skip), format, ap);
	va_end(ap);
	return -1;
}

void stage_say(int say)
{
	if (write(say, "!", 1) != 1)
		_exit(90);
}

int stage_wait(struct stage *stage, struct proc *proc)
{
	struct pollfd p = {.fd = proc->ready, .events = POLLIN};
	char word;

	if (poll(&p, 1, PATIENCE_MS) != 1)
		return stage_fail(stage, "process %d was not ready in time", (int)proc->pid);
	if (read(proc->ready, &word, 1) != 1)
		return stage_fail(stage, "process %d ended before it was ready", (int)proc->pid);
	return 0;
}

int stage_user(uid_t uid)
{
	if (uid == 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid(uid, uid, uid) < 0 || setresuid(uid, uid, uid) < 0)
		return -errno;
	return 0;
}

struct proc stage_spawn(struct stage *stage, stage_body body, const void *arg, uid_t uid)
{
	struct proc proc = {.pid = 0, .ready = -1};
	int pipes[2];
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) < 0) {
		stage_fail(stage, "pipe: %s", strerror(errno));
		return proc;
	}
	pid = fork();
	if (pid < 0) {
		stage_fail(stage, "fork: %s", strerror(errno));
		return proc;
	}
	if (pid == 0) {
		close(pipes[0]);
		prctl(PR_SET_NAME, "scene-holder");
		if (stage_user(uid) == 0) {
			/* After setresuid() nobody may look in, not even its own user. */
			prctl(PR_SET_DUMPABLE, 1);
			body(stage, arg, pipes[1]);
		}
		_exit(0);
	}
	close(pipes[1]);
	proc.pid = pid;
	proc.ready = pipes[0];
	if (stage_wait(stage, &proc) < 0)
		proc.pid = 0;
	return proc;
}

pid_t stage_exec(struct stage *stage, const char *const argv[])
{
	pid_t pid = fork();
	char path[4096];
	int null, log;

	if (pid < 0)
		return stage_fail(stage, "fork: %s", strerror(errno));
	if (pid > 0)
		return pid;
	snprintf(path, sizeof(path), "%s/%s", stage->dir, STAGE_LOG);
	null = open("/dev/null", O_RDWR);
	log = open(path, O_WRONLY | O_CREAT | O_APPEND, 0644);
	if (dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(log, 2) < 0)
		_exit(91);
	for (int fd = 3; fd < 64; fd++)
		close(fd);
	execv(argv[0], (char *const *)argv);
	perror(argv[0]);
	_exit(92);
}

int stage_copy(struct stage *stage, const char *name, char *path, size_t size)
{
	char buffer[65536];
	ssize_t n = 0;
	int in, out;

	snprintf(path, size, "%s/%s", stage->dir, name);
	in = open(stage->self, O_RDONLY | O_CLOEXEC);
	out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	while (in >= 0 && out >= 0 && (n = read(in, buffer, sizeof(buffer))) > 0)
		if (write(out, buffer, (size_t)n) != n)
			n = -1;
	if (in < 0 || out < 0 || n < 0)
		stage_fail(stage, "%s: %s", path, strerror(errno));
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	return stage->error[0] ? -1 : 0;
}

bool stage_program(const char *name, char *path, size_t size)
{
	static const char *const system_places = ":/usr/sbin:/usr/bin:/sbin:/bin";
	const char *env = getenv("PATH");
	char places[4096], *place, *rest = places;

	snprintf(places, sizeof(places), "%s%s", env ? env : "", system_places);
	while ((place = strsep(&rest, ":"))) {
		snprintf(path, size, "%s/%s", place, name);
		if (*place == '/' && access(path, X_OK) == 0)
			return true;
	}
	return false;
}

void stage_holder(struct stage *stage, pid_t pid)
{
	if (stage->n_holders < STAGE_HOLDERS)
		stage->holders[stage->n_holders++] = pid;
}

/* The address of a socket; -EINVAL when the table has a mistake. */
static int address_of(const struct stage *stage, const struct sock *sock, union any_address *a,
	socklen_t *ret_len)
{
	memset(a, 0, sizeof(*a));
	if (sock->proto != TCP && sock->proto != UDP) {
		a->un.sun_family = AF_UNIX;
		if (sock->addr[0] == '@') {
			size_t n = strlen(sock->addr);

			memcpy(a->un.sun_path + 1, sock->addr + 1, n - 1);
			*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
			return 0;
		}
		if (snprintf(a->un.sun_path, sizeof(a->un.sun_path), "%s/%s", stage->dir,
			    sock->addr) >= (int)sizeof(a->un.sun_path))
			return -ENAMETOOLONG;
		*ret_len = sizeof(a->un);
		return 0;
	}
	if (strchr(sock->addr, ':')) {
		a->in6.sin6_family = AF_INET6;
		a->in6.sin6_port = htons((uint16_t)sock->port);
		*ret_len = sizeof(a->in6);
		return inet_pton(AF_INET6, sock->addr, &a->in6.sin6_addr) == 1 ? 0 : -EINVAL;
	}
	a->in.sin_family = AF_INET;
	a->in.sin_port = htons((uint16_t)sock->port);
	*ret_len = sizeof(a->in);
	return inet_pton(AF_INET, sock->addr, &a->in.sin_addr) == 1 ? 0 : -EINVAL;
}

static int set_options(int fd, const struct sock *sock, bool inet6)
{
	int one = 1;

	if ((sock->flags & REUSEADDR) &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) < 0)
		return -errno;
	if ((sock->flags & REUSEPORT) &&
		setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) < 0)
		return -errno;
	if (inet6 && (sock->flags & V6ONLY) &&
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one)) < 0)
		return -errno;
	if (sock->device && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, sock->device,
				    (socklen_t)strlen(sock->device)) < 0)
		return -errno;
	return 0;
}

int stage_socket(const struct stage *stage, const struct sock *sock)
{
	static const int types[] = {
		SOCK_STREAM, SOCK_DGRAM, SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
	union any_address a;
	socklen_t len;
	int fd, r = address_of(stage, sock, &a, &len);

	if (r < 0)
		return r;
	fd = socket(a.any.sa_family, types[sock->proto] | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	r = set_options(fd, sock, a.any.sa_family == AF_INET6);
	if (r == 0 && (sock->flags & CONNECT))
		r = connect(fd, &a.any, len) < 0 ? -errno : 0;
	else if (r == 0)
		r = bind(fd, &a.any, len) < 0 ? -errno : 0;
	if (r == 0 && (sock->flags & LISTEN))
		r = listen(fd, 16) < 0 ? -errno : 0;
	if (r < 0) {
		close(fd);
		return r;
	}
	return fd;
}

int stage_port(int fd)
{
	union any_address a;
	socklen_t len = sizeof(a);

	if (getsockname(fd, &a.any, &len) < 0)
		return 0;
	return ntohs(a.any.sa_family == AF_INET6 ? a.in6.sin6_port : a.in.sin_port);
}

void stage_serve(int fd, const struct sock *sock)
{
	char byte;

	for (;;) {
		if (sock->flags & LISTEN) {
			int client = accept4(fd, NULL, NULL, SOCK_CLOEXEC);

			if (client >= 0)
				close(client);
		} else if (sock->proto == UDP || sock->proto == DGRAM) {
			if (recv(fd, &byte, 1, 0) < 0)
				pause();
		} else {
			pause();
		}
	}
}

static void hold(struct stage *stage, const void *arg, int say)
{
	const struct sock *sock = arg;
	int fd = stage_socket(stage, sock);

	if (fd < 0) {
		fprintf(stderr, "# staging %s:%d: %s\n", sock->addr, sock->port, strerror(-fd));
		return;
	}
	stage_say(say);
	stage_serve(fd, sock);
}

pid_t stage_hold(struct stage *stage, const struct sock *sock)
{
	struct proc proc = stage_spawn(stage, hold, sock, sock->uid);

	/* It says nothing more; thousands of them are made by one process. */
	if (proc.ready >= 0)
		close(proc.ready);
	return proc.pid > 0 ? proc.pid : -1;
}

/* Whether the table has a row of that port and state. Text, because diag is what is tested. */
static bool has_state(const char *table, int port, unsigned int state)
{
	FILE *f = fopen(table, "re");
	unsigned int row_port, row_state;
	char line[512];
	bool found = false;

	while (f && !found && fgets(line, sizeof(line), f))
		found = sscanf(line, " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x", &row_port,
				&row_state) == 2 &&
			row_port == (unsigned int)port && row_state == state;
	if (f)
		fclose(f);
	return found;
}

void stage_pause(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
}

int stage_state(struct stage *stage, int port, unsigned int state)
{
	for (int ms = 0; ms < PATIENCE_MS; ms += 5) {
		if (has_state("/proc/net/tcp", port, state) ||
			has_state("/proc/net/tcp6", port, state))
			return 0;
		stage_pause();
	}
	return stage_fail(stage, "port %d never came into state %u", port, state);
}

/* The inode of the listener on that port, 0: none. */
static unsigned long listener_inode(const char *table, int port)
{
	FILE *f = fopen(table, "re");
	unsigned int row_port, row_state;
	unsigned long inode = 0, row_inode;
	char line[512];

	while (f && !inode && fgets(line, sizeof(line), f))
		if (sscanf(line,
			    " %*d: %*[0-9A-Fa-f]:%x %*[0-9A-Fa-f]:%*x %x %*s %*s %*s %*s %*s %lu",
			    &row_port, &row_state, &row_inode) == 3 &&
			row_port == (unsigned int)port && row_state == 10)
			inode = row_inode;
	if (f)
		fclose(f);
	return inode;
}

static bool has_descriptor(const char *pid, const char *link)
{
	char path[300], target[64];
	struct dirent *entry;
	bool found = false;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%.20s/fd", pid);
	dir = opendir(path);
	while (dir && !found && (entry = readdir(dir))) {
		ssize_t n = readlinkat(dirfd(dir), entry->d_name, target, sizeof(target) - 1);

		target[n > 0 ? n : 0] = '\0';
		found = strcmp(target, link) == 0;
	}
	if (dir)
		closedir(dir);
	return found;
}

int stage_holders_of(struct stage *stage, int port)
{
	unsigned long inode = listener_inode("/proc/net/tcp", port);
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	char link[64];

	if (!inode)
		inode = listener_inode("/proc/net/tcp6", port);
	snprintf(link, sizeof(link), "socket:[%lu]", inode);
	while (proc && inode && (entry = readdir(proc)))
		if (atoi(entry->d_name) > 0 && has_descriptor(entry->d_name, link))
			stage_holder(stage, atoi(entry->d_name));
	if (proc)
		closedir(proc);
	return stage->n_holders ? 0 : stage_fail(stage, "nobody has the listener on %d", port);
}

int stage_write(struct stage *stage, const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, text, strlen(text));
	int error = errno;

	if (fd >= 0)
		close(fd);
	return n >= 0 ? 0 : stage_fail(stage, "%s: %s", path, strerror(error));
}

int stage_cgroup(const struct stage *stage, const char *name)
{
	char path[4096];
	size_t start = strlen(stage->cgroup) + 1;
	int fd, r = 0;

	snprintf(path, sizeof(path), "%s/%s/", stage->cgroup, name);
	for (char *slash = path + start; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		if (mkdir(path, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	strncat(path, "cgroup.procs", sizeof(path) - strlen(path) - 1);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		r = -errno;
	if (fd >= 0)
		close(fd);
	return r;
}

int stage_ip(struct stage *stage, const char *line)
{
	char path[256], copy[256], *rest = copy;
	const char *argv[32] = {path};
	size_t n = 1;
	int status;
	pid_t pid;

	if (!stage_program("ip", path, sizeof(path)))
		return stage_skip(stage, "ip (iproute2) is not installed");
	snprintf(copy, sizeof(copy), "%s", line);
	while (n < 31 && (argv[n] = strsep(&rest, " ")))
		n++;
	argv[n] = NULL;
	pid = stage_exec(stage, argv);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return stage_fail(stage, "ip %s failed", line);
	return 0;
}

int stage_play(int argc, char **argv)
{
	struct sock sock = {.proto = TCP, .addr = "0.0.0.0", .flags = LISTEN};
	int fd;

	if (argc == 4 && strcmp(argv[1], "serve") == 0) {
		sock.addr = argv[2];
		sock.port = atoi(argv[3]);
	}
	if (argc > 3 && strcmp(argv[1], "port-forward") == 0) {
		sock.addr = "127.0.0.1";
		sock.port = atoi(argv[argc - 1]);
	}
	for (int i = 1; i + 1 < argc; i++) {
		if (strcmp(argv[i], "-host-ip") == 0)
			sock.addr = argv[i + 1];
		if (strcmp(argv[i], "-host-port") == 0)
			sock.port = atoi(argv[i + 1]);
	}
	fd = stage_socket(NULL, &sock);
	if (fd < 0)
		return 93;
	stage_serve(fd, &sock);
	return 0;
}
