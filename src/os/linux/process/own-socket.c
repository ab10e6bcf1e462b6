/* os/linux/process/own-socket.c - a socket of our own process that could not be bound, as a question */
#include <net/if.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/err.h"
#include "knowledge/interpreters.h"
#include "model/zone.h"
#include "os/linux/process/process.h"
#include "os/linux/scan.h"
#include "os/linux/sockets/options.h"
#include "os/os.h"

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

#define PROTOCOL_MPTCP 262 /* IPPROTO_MPTCP, Linux 5.6: headers may be older */
#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71 /* headers may be older than 5.14 */
#endif

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_un un;
	struct sockaddr_storage storage;
};

static int number_option(int fd, int option)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(fd, SOL_SOCKET, option, &value, &len) < 0 ? -1 : value;
}

/*
 * Datagrams that are no UDP (ICMP), SCTP and the like have rules of their own. MPTCP binds a TCP
 * socket inside of it.
 */
static int read_protocol(int fd, enum iu_protocol *ret_protocol)
{
	int domain = number_option(fd, SO_DOMAIN), protocol = number_option(fd, SO_PROTOCOL);

	if (domain == AF_UNIX)
		*ret_protocol = IU_PROTOCOL_UNIX;
	else if ((domain == AF_INET || domain == AF_INET6) &&
		 (protocol == IPPROTO_TCP || protocol == PROTOCOL_MPTCP))
		*ret_protocol = IU_PROTOCOL_TCP;
	else if ((domain == AF_INET || domain == AF_INET6) && protocol == IPPROTO_UDP)
		*ret_protocol = IU_PROTOCOL_UDP;
	else
		return IU_E_INPUT;
	return 0;
}

static bool netns_cookie(int fd, uint64_t *ret_cookie)
{
	socklen_t len = sizeof(*ret_cookie);

	return getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, ret_cookie, &len) == 0;
}

/* Of another network namespace: nothing that is seen here is in its way. Before 5.14 nobody says. */
static bool is_elsewhere(int fd)
{
	int own = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t here = 0, there = 0;
	bool in_other_netns = own >= 0 && netns_cookie(own, &here) && netns_cookie(fd, &there) &&
			 here != there;

	if (own >= 0)
		close(own);
	return in_other_netns;
}

static bool has(int fd, int level, int name)
{
	int value = 0;
	socklen_t len = sizeof(value);

	return getsockopt(fd, level, name, &value, &len) == 0 && value;
}

static int read_options(int fd, struct iu_arena *arena, struct iu_question *q)
{
	struct iu_socket sock = {.family = q->target.family};
	struct stat status;
	int ret;

	if (fstat(fd, &status) < 0)
		return IU_E_SYSTEM;
	ret = iu_options_take(fd, arena, &sock);
	if (ret < 0)
		return ret;
	q->asker.inode = status.st_ino;
	q->options.reuseaddr = sock.reuseaddr == IU_YES;
	q->options.reuseport = sock.reuseport == IU_YES;
	q->options.v6only = sock.v6only;
	q->options.device = sock.device;
	q->options.ifindex = sock.ifindex;
	q->options.nonlocal = has(fd, IPPROTO_IP, IP_FREEBIND) || has(fd, IPPROTO_IP, IP_TRANSPARENT) ||
			      has(fd, IPPROTO_IPV6, IPV6_FREEBIND) ||
			      has(fd, IPPROTO_IPV6, IPV6_TRANSPARENT);
	return 0;
}

static int take_inet(struct iu_arena *arena, const union name *name, size_t len,
	struct iu_question *q)
{
	const char *protocol = iu_protocol_name(q->target.protocol);
	char text[IU_ADDRESS_TEXT], device[IF_NAMESIZE];
	struct iu_address plain;

	if (name->any.sa_family == AF_INET && len >= sizeof(name->v4)) {
		q->target.address = iu_address_ipv4(ntohl(name->v4.sin_addr.s_addr));
		q->target.port = ntohs(name->v4.sin_port);
	} else if (name->any.sa_family == AF_INET6 &&
		   len >= offsetof(struct sockaddr_in6, sin6_scope_id)) { /* as the kernel has it */
		q->target.address.family = IU_FAMILY_IPV6;
		memcpy(q->target.address.bytes, &name->v6.sin6_addr,
			sizeof(q->target.address.bytes));
		q->target.port = ntohs(name->v6.sin6_port);
		if (len >= sizeof(name->v6) && iu_zone_needed(&q->target.address))
			q->target.address.scope = name->v6.sin6_scope_id;
	} else {
		return IU_E_INPUT;
	}
	q->target.family = q->target.address.family;
	plain = q->target.address;
	plain.scope = 0;
	if (q->target.address.scope && if_indextoname(q->target.address.scope, device))
		q->target.text =
			iu_arena_printf(arena, "[%s%%%s]:%u/%s", iu_address_format(&plain, text),
				device, (unsigned int)q->target.port, protocol);
	else
		q->target.text = iu_arena_printf(arena, "%s/%s",
			iu_endpoint_format(&q->target.address, q->target.port, text), protocol);
	return q->target.text ? 0 : IU_E_NOMEM;
}

/* The length counts for an abstract name; a path ends at its first NUL, where there is one. */
static int take_unix(struct iu_arena *arena, const union name *name, size_t len,
	struct iu_question *q)
{
	const char *path = name->un.sun_path, *prefix = "unix:";
	size_t n = len - offsetof(struct sockaddr_un, sun_path);

	if (name->any.sa_family != AF_UNIX || len <= offsetof(struct sockaddr_un, sun_path))
		return IU_E_INPUT; /* no name at all: the system would choose one */
	q->target.family = IU_FAMILY_UNIX;
	q->target.abstract = path[0] == '\0';
	q->target.path_len = q->target.abstract ? n - 1 : strnlen(path, n);
	q->target.path = iu_arena_strndup(arena, path + q->target.abstract, q->target.path_len);
	if (q->target.abstract)
		prefix = "@";
	else if (path[0] == '/')
		prefix = "";
	q->target.text =
		q->target.path ? iu_arena_printf(arena, "%s%s", prefix, q->target.path) : NULL;
	return q->target.text ? 0 : IU_E_NOMEM;
}

int iu_os_asking_socket(struct iu_arena *arena, int fd, const void *address, size_t len,
	struct iu_question *ret_question)
{
	struct iu_question q = {0};
	union name name = {0}, bound = {0};
	socklen_t bound_len = sizeof(bound);
	int ret = read_protocol(fd, &q.target.protocol);

	if (ret < 0 || getsockname(fd, &bound.any, &bound_len) < 0)
		return IU_E_INPUT;
	if (is_elsewhere(fd))
		return IU_E_NOTSUP;
	if (address && (len < sizeof(name.any.sa_family) || len > sizeof(name)))
		return IU_E_INPUT;
	memcpy(&name, address ? address : &bound, address ? len : bound_len);
	if (!address)
		len = bound_len;
	ret = q.target.protocol == IU_PROTOCOL_UNIX ? take_unix(arena, &name, len, &q)
					   : take_inet(arena, &name, len, &q);
	if (ret < 0)
		return ret;
	if (bound.any.sa_family == AF_INET || bound.any.sa_family == AF_INET6)
		q.asker.bound = bound.v4.sin_port != 0; /* the same place in both families */
	ret = read_options(fd, arena, &q);
	if (ret >= 0)
		*ret_question = q;
	return ret;
}

/* The first argument that is no option; of `java -jar x.jar` the x.jar. */
static const char *script_of(const struct iu_process *process)
{
	for (size_t i = 1; i < process->command.n; i++)
		if (process->command.v[i][0] != '-')
			return process->command.v[i];
	return NULL;
}

int iu_os_program_of(struct iu_arena *arena, int32_t pid, struct iu_file_id *ret_file,
	const char **ret_path)
{
	struct iu_snapshot snapshot;
	struct iu_scan scan;
	const struct iu_process *own;
	const char *path = NULL;
	size_t at = 0;
	int ret;

	iu_snapshot_init(&snapshot);
	iu_scan_open(&scan, NULL, &snapshot);
	if (!pid)
		pid = scan.self;
	ret = scan.proc < 0 ? IU_E_NOENT : iu_process_read(&scan, pid);
	own = ret < 0 ? NULL : iu_snapshot_process(&snapshot, pid);
	if (own && own->exe) {
		at = iu_is_interpreter(own->exe);
		path = at ? script_of(own) : own->exe;
	}
	ret = ret < 0 ? ret : path && own->files.n > at ? 0 : IU_E_NOENT;
	if (ret == 0) {
		*ret_file = own->files.v[at];
		*ret_path = iu_arena_strdup(arena, path);
		ret = *ret_path ? 0 : IU_E_NOMEM;
	}
	iu_scan_close(&scan);
	iu_snapshot_free(&snapshot);
	return ret;
}
