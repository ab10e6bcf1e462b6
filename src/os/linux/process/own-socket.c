/* os/linux/process/own-socket.c - a socket of our own process that could not be bound, as a question */
#include <fcntl.h>
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
#include "knowledge/unix-types.h"
#include "model/zone.h"
#include "os/linux/process/process.h"
#include "os/linux/scan.h"
#include "os/linux/sockets/options.h"
#include "os/os.h"

#ifndef IPV6_FREEBIND
#define IPV6_FREEBIND 78
#endif

#define PROTOCOL_MPTCP 262 /* IPPROTO_MPTCP, Linux 5.6: headers may be older */
#ifndef AF_XDP
#define AF_XDP 44
#endif
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
static const struct {
	int domain, type, protocol; /* -1: any */
	enum iu_family family;
	enum iu_protocol carries;
	const char *other; /* of knowledge/other-protocols.c, where nothing is looked at */
} kinds[] = {
	{AF_UNIX, -1, -1, IU_FAMILY_UNIX, IU_PROTOCOL_UNIX, NULL},
	{AF_INET, -1, IPPROTO_TCP, IU_FAMILY_IPV4, IU_PROTOCOL_TCP, NULL},
	{AF_INET6, -1, IPPROTO_TCP, IU_FAMILY_IPV6, IU_PROTOCOL_TCP, NULL},
	{AF_INET, -1, PROTOCOL_MPTCP, IU_FAMILY_IPV4, IU_PROTOCOL_TCP, NULL},
	{AF_INET6, -1, PROTOCOL_MPTCP, IU_FAMILY_IPV6, IU_PROTOCOL_TCP, NULL},
	{AF_INET, SOCK_DGRAM, IPPROTO_UDP, IU_FAMILY_IPV4, IU_PROTOCOL_UDP, NULL},
	{AF_INET6, SOCK_DGRAM, IPPROTO_UDP, IU_FAMILY_IPV6, IU_PROTOCOL_UDP, NULL},
	{-1, -1, IPPROTO_SCTP, IU_FAMILY_ANY, IU_PROTOCOL_TCP, "sctp"},
	{-1, -1, IPPROTO_DCCP, IU_FAMILY_ANY, IU_PROTOCOL_TCP, "dccp"},
	{-1, -1, IPPROTO_UDPLITE, IU_FAMILY_ANY, IU_PROTOCOL_UDP, "udplite"},
	{AF_INET, -1, -1, IU_FAMILY_IPV4, IU_PROTOCOL_TCP, "raw"},
	{AF_INET6, -1, -1, IU_FAMILY_IPV6, IU_PROTOCOL_TCP, "raw"},
	{AF_VSOCK, -1, -1, IU_FAMILY_ANY, IU_PROTOCOL_TCP, "vsock"},
	{AF_NETLINK, -1, -1, IU_FAMILY_ANY, IU_PROTOCOL_TCP, "netlink"},
	{AF_PACKET, -1, -1, IU_FAMILY_ANY, IU_PROTOCOL_TCP, "packet"},
	{AF_TIPC, -1, -1, IU_FAMILY_ANY, IU_PROTOCOL_TCP, "tipc"},
	{AF_XDP, -1, -1, IU_FAMILY_ANY, IU_PROTOCOL_TCP, "xdp"},
};

static bool is_or_any(int wanted, int value)
{
	return wanted < 0 || wanted == value;
}

/* Returns: 0, IU_E_INPUT: of none that is known. */
static int read_kind(int fd, int domain, int type, struct iu_question *q)
{
	int protocol = number_option(fd, SO_PROTOCOL);

	for (size_t i = 0; i < IU_COUNT(kinds); i++) {
		if (!is_or_any(kinds[i].domain, domain) || !is_or_any(kinds[i].type, type) ||
			!is_or_any(kinds[i].protocol, domain == AF_NETLINK || domain == AF_PACKET ? -2 : protocol))
			continue;
		q->target.protocol = kinds[i].carries;
		q->target.other = kinds[i].other;
		q->symptom.call.socket = kinds[i].family;
		return 0;
	}
	return IU_E_INPUT;
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
	struct iu_socket sock = {.family = q->symptom.call.socket};
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

	q->symptom.call.address = name->any.sa_family == AF_INET    ? IU_FAMILY_IPV4
				  : name->any.sa_family == AF_INET6 ? IU_FAMILY_IPV6
								    : IU_FAMILY_ANY;
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
		q->symptom.call.too_short = q->symptom.call.address == q->symptom.call.socket;
		return IU_E_INPUT;
	}
	q->symptom.call.mapped_v6only = q->options.v6only == IU_YES &&
					iu_address_space(&q->target.address) == IU_SPACE_MAPPED;
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

	q->symptom.call.address = name->any.sa_family == AF_UNIX ? IU_FAMILY_UNIX : IU_FAMILY_ANY;
	q->symptom.call.too_long = len > sizeof(name->un);
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
	q->target.text = q->target.path
		? iu_arena_printf(arena, "%s%s%s",
			  q->target.abstract ? iu_unix_type_prefix(q->target.unix_type) : "", prefix,
			  q->target.path)
		: NULL;
	return q->target.text ? 0 : IU_E_NOMEM;
}

/* What the socket itself is. Returns: 0, IU_E_INPUT: nothing that could be looked for. */
static int look_at_socket(int fd, struct iu_question *q)
{
	struct iu_call_facts *call = &q->symptom.call;
	int domain = number_option(fd, SO_DOMAIN), type = number_option(fd, SO_TYPE);

	call->given = true;
	if (domain < 0) {
		call->closed = fcntl(fd, F_GETFD) < 0;
		/* O_PATH: open, and good for nothing */
		call->closed |= !call->closed && fcntl(fd, F_GETFL) >= 0 && fcntl(fd, F_GETFL) & O_PATH;
		call->no_socket = !call->closed;
		return IU_E_INPUT;
	}
	if (domain == AF_UNIX)
		q->target.unix_type = iu_unix_type_numbered((uint64_t)type);
	call->stream = type == SOCK_STREAM || type == SOCK_SEQPACKET;
	call->connected = getpeername(fd, &(struct sockaddr){0}, &(socklen_t){sizeof(struct sockaddr)}) == 0;
	return read_kind(fd, domain, type, q);
}

static bool is_bound(const union name *name, socklen_t len)
{
	if (name->any.sa_family == AF_INET || name->any.sa_family == AF_INET6)
		return name->v4.sin_port != 0; /* the same place in both families */
	return name->any.sa_family == AF_UNIX && len > offsetof(struct sockaddr_un, sun_path);
}

/* The address that was given to the call, or the one the socket has; IU_E_INPUT: none to look for. */
static int look_at_address(struct iu_arena *arena, const void *address, size_t len,
	const union name *bound, socklen_t bound_len, struct iu_question *q)
{
	struct iu_call_facts *call = &q->symptom.call;
	union name name = {0};

	call->address = call->socket;
	call->null = !address && len;
	call->too_long = address && len > sizeof(name);
	call->too_short = address && len < sizeof(name.any.sa_family);
	if (call->null || call->too_long || call->too_short)
		return IU_E_INPUT;
	memcpy(&name, address ? address : bound, address ? len : bound_len);
	if (!address)
		len = bound_len;
	return q->target.protocol == IU_PROTOCOL_UNIX ? take_unix(arena, &name, len, q)
						   : take_inet(arena, &name, len, q);
}

int iu_os_asking_socket(struct iu_arena *arena, int fd, const void *address, size_t len,
	struct iu_question *ret_question)
{
	struct iu_question q = {.target.text = iu_arena_printf(arena, "descriptor %d", fd)};
	union name bound = {0};
	socklen_t bound_len = sizeof(bound);
	int ret = look_at_socket(fd, &q);

	if (ret == 0 && getsockname(fd, &bound.any, &bound_len) < 0)
		ret = IU_E_INPUT;
	if (ret == 0 && q.target.other)
		q.target.text = iu_arena_printf(arena, "a %s socket", q.target.other);
	else if (ret == 0 && is_elsewhere(fd))
		return IU_E_NOTSUP;
	if (ret == 0 && !q.target.other) {
		q.asker.bound = bound.any.sa_family != AF_UNIX && is_bound(&bound, bound_len);
		q.symptom.call.bound = is_bound(&bound, bound_len);
		ret = read_options(fd, arena, &q);
		if (ret == 0)
			ret = look_at_address(arena, address, len, &bound, bound_len, &q);
	}
	q.symptom.call.alone = ret == IU_E_INPUT;
	if (arena->failed)
		return IU_E_NOMEM;
	if (ret >= 0 || ret == IU_E_INPUT)
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
