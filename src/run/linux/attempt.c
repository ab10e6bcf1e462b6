/* run/linux/attempt.c - asks the kernel: with the socket itself, with one alike, at a path */
#include "run/linux/attempt.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "os/os.h"

int iu_run_attempt_perform(const struct iu_run_case *c)
{
	const struct sockaddr *name = (const struct sockaddr *)(const void *)c->bytes;
	int ret = c->call.kind == IU_RUN_LISTEN ? listen(c->socket, (int)c->call.address)
					      : bind(c->socket, name, c->call.len);

	return ret < 0 ? errno : 0;
}

/* Each type of socket has abstract names of its own. */
static int try_abstract(const struct iu_run_case *c)
{
	int fd = socket(AF_UNIX, c->sock.type | SOCK_CLOEXEC, 0), error = -1;

	if (fd < 0)
		return -1;
	error = bind(fd, (const struct sockaddr *)(const void *)c->bytes, c->call.len) < 0 ? errno
											    : 0;
	close(fd);
	return error;
}

/* A socket that is not this one does not know that this one has an address already (__inet_bind()). */
static int with_address(const struct iu_run_case *c, int error)
{
	return c->sock.bound && (error == 0 || error == EADDRINUSE) ? EINVAL : error;
}

int iu_run_attempt_try(const struct iu_run_case *c)
{
	struct iu_probe probe = {.protocol = c->sock.carries,
		.address = c->name.address,
		.port = c->name.port,
		.reuseaddr = c->sock.reuseaddr,
		.reuseport = c->sock.reuseport,
		.v6only = c->sock.v6only,
		.nonlocal = c->sock.nonlocal,
		.device = c->sock.device[0] ? c->sock.device : NULL,
		.ifindex = c->sock.ifindex};

	if (c->name.kind == IU_RUN_NAME_ABSTRACT)
		return with_address(c, try_abstract(c));
	if (c->name.kind != IU_RUN_NAME_INET || !c->sock.inet)
		return -1;
	iu_os_probe(&probe);
	return probe.done ? with_address(c, probe.result) : -1;
}

/* The folder of a path as the thread sees it: below its root no link leads out of that. */
static int open_folder(const struct iu_run_case *c, const char *folder)
{
	const struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT};
	bool absolute = folder[0] == '/';
	char path[64];
	int base, fd, error;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)c->notice.tid, absolute ? "root" : "cwd");
	base = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (base < 0)
		return -1;
	fd = absolute ? (int)syscall(SYS_openat2, base, folder, &how, sizeof(how)) : -1;
	if (!absolute || (fd < 0 && errno == ENOSYS)) { /* before 5.6 */
		folder += strspn(folder, "/");
		fd = openat(base, *folder ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	}
	error = errno;
	close(base);
	errno = error;
	return fd;
}

/* What the folder says to a new file; rights only for whom the same ones count as for us. */
static int look_at_name(const struct iu_run_case *c, int folder, const char *name)
{
	struct stat status;

	if (fstatat(folder, *name ? name : ".", &status, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT) == 0)
		return EADDRINUSE;
	if (errno != ENOENT)
		return errno;
	if (!c->facts.equal || c->facts.domain || faccessat(folder, ".", W_OK | X_OK, AT_EACCESS) == 0)
		return 0;
	return errno;
}

#define FOLDER_BYTES 256

/* The folder of the path, its end, then the name; NULL: it is too long. */
static const char *split_path(const struct iu_run_case *c, char folder[FOLDER_BYTES])
{
	const char *slash = memrchr(c->name.path, '/', c->name.path_len);
	size_t len = slash ? (size_t)(slash - c->name.path) : 0;
	char *name;

	if (c->name.path_len + 2 > FOLDER_BYTES / 2)
		return NULL;
	snprintf(folder, FOLDER_BYTES, "%.*s", (int)len, c->name.path);
	if (!len)
		strcpy(folder, slash ? "/" : ".");
	name = folder + strlen(folder) + 1;
	len = slash ? len + 1 : 0;
	snprintf(name, FOLDER_BYTES - (size_t)(name - folder), "%.*s", (int)(c->name.path_len - len),
		c->name.path + len);
	return name;
}

static int look_at_path(const struct iu_run_case *c)
{
	char folder[FOLDER_BYTES];
	const char *name = split_path(c, folder);
	int fd, error;

	if (!name)
		return 0;
	fd = open_folder(c, folder);
	if (fd < 0)
		return errno;
	error = look_at_name(c, fd, name);
	close(fd);
	return error;
}

bool iu_run_attempt_can_break_off(const struct iu_run_case *c)
{
	char folder[FOLDER_BYTES];
	struct statfs status = {.f_type = FUSE_SUPER_MAGIC};
	int fd;

	if (c->name.kind != IU_RUN_NAME_PATH)
		return false;
	fd = split_path(c, folder) ? open_folder(c, folder) : -1;
	if (fd < 0)
		return true;
	(void)fstatfs(fd, &status);
	close(fd);
	return status.f_type == FUSE_SUPER_MAGIC;
}

int iu_run_attempt_look(const struct iu_run_case *c)
{
	if (c->call.kind == IU_RUN_LISTEN) {
		if (c->sock.type != SOCK_STREAM && c->sock.type != SOCK_SEQPACKET)
			return EOPNOTSUPP;
		return c->sock.bound ? 0 : EINVAL;
	}
	return c->sock.bound ? EINVAL : look_at_path(c);
}

static uint16_t port_of(int socket)
{
	union {
		struct sockaddr any;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
	} name;
	socklen_t len = sizeof(name);

	if (socket < 0 || getsockname(socket, &name.any, &len) < 0)
		return 0;
	/* the port lies in the same place of both */
	return ntohs(name.in.sin_port);
}

void iu_run_attempt_tell_port(const struct iu_run *run, int socket, uint16_t port)
{
	char text[16];
	int n;

	if (run->port_fd < 0)
		return;
	if (!port)
		port = port_of(socket);
	if (!port)
		return;
	n = snprintf(text, sizeof(text), "%u\n", (unsigned int)port);
	/* a file has one port, the last one; a pipe gets one line for each */
	if (pwrite(run->port_fd, text, (size_t)n, 0) == n)
		(void)!ftruncate(run->port_fd, n);
	else if (errno == ESPIPE)
		(void)!write(run->port_fd, text, (size_t)n);
}
