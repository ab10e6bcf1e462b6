/* run/linux/result.c - what a call of the command was told, where the port is not the reason */
#include "run/linux/result.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "engine/engine.h"
#include "engine/phrase.h"
#include "os/os.h"

static bool is_link_local(const struct iu_run_case *c)
{
	return c->name.kind == IU_RUN_NAME_INET && iu_address_is_link_local(&c->name.address) &&
	       c->name.address.family == IU_FAMILY_IPV6 && !c->name.address.scope;
}

static bool is_bind(const struct iu_run_case *c)
{
	return c->call.kind == IU_RUN_BIND;
}

static bool is_bound(const struct iu_run_case *c)
{
	return is_bind(c) && c->sock.bound;
}

static bool is_scopeless(const struct iu_run_case *c)
{
	return is_bind(c) && is_link_local(c);
}

static bool is_other_family(const struct iu_run_case *c)
{
	return is_bind(c) && c->name.kind == IU_RUN_NAME_INET &&
	       (c->sock.domain == AF_INET) != (c->name.address.family == IU_FAMILY_IPV4);
}

static bool listens_unbound(const struct iu_run_case *c)
{
	return c->call.kind == IU_RUN_LISTEN && !c->sock.bound;
}

static bool listens(const struct iu_run_case *c)
{
	return c->call.kind == IU_RUN_LISTEN;
}

static bool is_domain(const struct iu_run_case *c)
{
	return c->facts.domain;
}

/* The first row whose error and condition fit. */
static const struct {
	int error; /* 0: any */
	bool (*fits)(const struct iu_run_case *c);
	enum iu_cause cause;
	const char *why;
} rows[] = {
	{EINVAL, is_bound, IU_CAUSE_OWN_SOCKET,
		"the socket has an address already, and bind() works once: a second one needs a socket of its own"},
	{EINVAL, is_scopeless, IU_CAUSE_ADDRESS_NOT_LOCAL,
		"a link-local address says nothing without its interface: which one? (scope id, as in fe80::1%eth0)"},
	{EINVAL, is_other_family, IU_CAUSE_NONE,
		"the address is of another family than the socket, or too short for it"},
	{EAFNOSUPPORT, NULL, IU_CAUSE_NONE, "the address is of another family than the socket"},
	{EINVAL, listens_unbound, IU_CAUSE_NONE, "the socket has no address yet: bind() comes before listen()"},
	{EINVAL, listens, IU_CAUSE_NONE, "the socket is connected already, and then it cannot listen"},
	{EOPNOTSUPP, listens, IU_CAUSE_NONE, "a socket of this type takes no connections: only stream sockets listen"},
	{EINVAL, is_bind, IU_CAUSE_NONE, "the address does not fit the socket: its length or a part of it is wrong"},
	{EACCES, is_domain, IU_CAUSE_POLICY_DENIED,
		"the command has put itself under Landlock, and that policy of its own refuses; nothing else does"},
	{EACCES, NULL, IU_CAUSE_POLICY_DENIED,
		"a policy refuses it to this program (cgroup program, security module, system call filter); the port itself is not the reason"},
	{EPERM, NULL, IU_CAUSE_POLICY_DENIED,
		"a policy refuses it to this program, or its file system takes no sockets"},
	{EADDRNOTAVAIL, NULL, IU_CAUSE_ADDRESS_NOT_LOCAL, "the address is not one that this socket may have here"},
	{ENOENT, NULL, IU_CAUSE_NONE, "a folder of the path does not exist"},
	{ENOTDIR, NULL, IU_CAUSE_NONE, "a part of the path is no folder"},
	{ENAMETOOLONG, NULL, IU_CAUSE_NONE, "a name of the path is longer than its file system takes"},
	{EROFS, NULL, IU_CAUSE_NONE, "the file system is read-only"},
	{ENOSPC, NULL, IU_CAUSE_NONE, "the file system has no room for another file"},
	{ELOOP, NULL, IU_CAUSE_NONE, "its symbolic links lead round in a circle"},
	{ENODEV, NULL, IU_CAUSE_NONE, "the device of the address or the socket is not there any more"},
	{0, NULL, IU_CAUSE_NONE, "that is the program's own result; nothing that can be seen from outside explains it"},
};

static size_t row_of(const struct iu_run_case *c, int error)
{
	size_t i = 0;

	while (i + 1 < IU_COUNT(rows) &&
		(rows[i].error != error || (rows[i].fits && !rows[i].fits(c))))
		i++;
	return i;
}

const char *iu_run_result_why(const struct iu_run_case *c, int error)
{
	return rows[row_of(c, error)].why;
}

static enum iu_status status_of(int error)
{
	return error == EACCES || error == EPERM ? IU_STATUS_DENIED : IU_STATUS_UNAVAILABLE;
}

void iu_run_result_apply(const struct iu_run_supervisor *s, const struct iu_run_case *c, int error,
	struct iu_run_question *asked)
{
	struct iu_verdict *verdict = &asked->answer.verdict;
	struct iu_explanation explanation;
	size_t row = row_of(c, error);

	(void)s;
	/* its own reasons, where the rules have found the same; a path says more with them */
	if (error <= 0 || error == EADDRINUSE ||
		(verdict->error_number == error && verdict->status != IU_STATUS_FREE && error != EINVAL))
		return;
	*verdict = (struct iu_verdict){.status = status_of(error),
		.operation = listens(c) ? IU_OPERATION_LISTEN : IU_OPERATION_BIND,
		.error_number = error,
		.error = iu_os_error_name(error),
		.cause = rows[row].cause,
		.confidence = rows[row].fits ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY,
		.probe = iu_os_error_name(error)};
	verdict->headline = iu_phrase(&asked->arena, "%s (%s): %s.", iu_run_question_target(asked),
		verdict->error, rows[row].why);
	if (iu_describe(&asked->arena, &asked->question, &asked->session.snapshot, verdict,
		    &explanation) >= 0)
		asked->answer.explanation = explanation;
}

/* "vsock port 1024 of CID 2", "127.0.0.1:7001 (UDP-Lite)". */
static const char *endpoint(struct iu_arena *arena, const struct iu_run_case *c, const char *protocol)
{
	const struct sockaddr_vm *vm = (const struct sockaddr_vm *)(const void *)c->bytes;
	char text[IU_ADDRESS_TEXT];

	if (c->sock.domain == AF_VSOCK)
		return iu_phrase(arena, "vsock port %u%s", (unsigned int)vm->svm_port,
			vm->svm_cid == VMADDR_CID_ANY
				? "" : iu_phrase(arena, " of CID %u", (unsigned int)vm->svm_cid));
	if (c->name.kind != IU_RUN_NAME_INET)
		return protocol;
	return iu_phrase(arena, "%s (%s)",
		iu_endpoint_format(&c->name.address, c->name.port, text), protocol);
}

const char *iu_run_result_line(
	struct iu_arena *arena, const struct iu_run_case *c, const char *name, int error)
{
	static const struct {
		const char *protocol, *shows;
	} tools[] = {{"UDP-Lite", "cat /proc/net/udplite /proc/net/udplite6"}, {"SCTP", "ss -S -a -n -p"},
		{"DCCP", "ss -d -a -n -p"}, {"vsock", "ss --vsock -a -n -p"}};
	const char *protocol = iu_run_socket_protocol(&c->sock), *next = "";

	if (!protocol)
		protocol = "an address";
	for (size_t i = 0; i < IU_COUNT(tools) && error == EADDRINUSE; i++)
		if (!strcmp(tools[i].protocol, protocol))
			next = iu_phrase(arena, "; who has it shows: %s", tools[i].shows);
	if (error != EADDRINUSE)
		next = iu_phrase(arena, ": %s", rows[row_of(c, error)].why);
	return iu_phrase(arena, "%s (pid %d) cannot %s %s (%s)%s", name,
		(int)c->credentials.rights.tgid, listens(c) ? "listen on" : "bind",
		endpoint(arena, c, protocol), iu_os_error_name(error), next);
}
