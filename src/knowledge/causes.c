/* knowledge/causes.c - what each cause is and what helps, a row each */
#include "knowledge/causes.h"

#include <stddef.h>

#include "base/compat.h"

/* The names of the contract, as constants that a table may start from. */
enum { NAME_BYTES = 24 };
#define X(id, text) static const char cause_##id[NAME_BYTES] = text;
IU_CAUSES(X)
#undef X
#define X(id, text) static const char remedy_##id[NAME_BYTES] = text;
IU_REMEDIES(X)
#undef X

#define ROW(id, text, ...)                                                                         \
	[IU_CAUSE_##id] = {                                                                        \
		.cause = IU_CAUSE_##id,                                                            \
		.name = cause_##id,                                                                \
		.sentence = text,                                                                  \
		.remedies = {__VA_ARGS__, IU_REMEDY_NONE},                                         \
	}
#define R(id) IU_REMEDY_##id

static const struct iu_cause_row causes[] = {
	ROW(OTHER_PROGRAM, "another program listens or is bound there, and runs", R(STOP_UNIT),
		R(STOP_CONTAINER), R(STOP_SERVICE), R(STOP_PROCESS), R(USE_PORT), R(BIND_ADDRESS)),
	ROW(ALREADY_RUNNING, "the holder runs the same program as the one that asks",
		R(REUSE_INSTANCE), R(STOP_PROCESS)),
	ROW(SUSPENDED_PROCESS, "the holder is stopped (Ctrl-Z, SIGSTOP, a frozen cgroup)",
		R(RESUME_JOB), R(STOP_PROCESS)),
	ROW(INHERITED_DESCRIPTOR,
		"a child program that never serves the socket has the descriptor of a server that is gone",
		R(STOP_PROCESS), R(CLOSE_ON_EXEC)),
	ROW(BOUND_NOT_LISTENING, "bound, but it never listened: most tools show nothing",
		R(STOP_PROCESS), R(SET_REUSEADDR)),
	ROW(OPEN_CONNECTION,
		"no listener, but a live process still has connections on that local port",
		R(SET_REUSEADDR), R(STOP_PROCESS), R(WAIT)),
	ROW(CLOSING_CONNECTION,
		"a connection that is being closed, left by a process that is gone", R(WAIT),
		R(SET_REUSEADDR), R(DESTROY_SOCKET)),
	ROW(TIME_WAIT,
		"the kernel keeps a closed connection's port for up to 60 seconds (TIME-WAIT)",
		R(WAIT), R(SET_REUSEADDR), R(DESTROY_SOCKET)),
	ROW(OUTBOUND_CONNECTION, "a client connection was given this local port by the system",
		R(RETRY), R(RESERVE_PORT), R(USE_PORT)),
	ROW(REUSEPORT_MISMATCH,
		"SO_REUSEPORT shares a port only when both sockets set it and both belong to the same user",
		R(SAME_USER), R(SET_REUSEPORT)),
	ROW(SOCKET_ACTIVATION, "systemd (or inetd) listens on behalf of a unit", R(STOP_UNIT)),
	ROW(CONTAINER_PORT, "a container engine's proxy or a container publishes it",
		R(STOP_CONTAINER)),
	ROW(PORT_FORWARD, "ssh, kubectl, an editor or a relay forwards it", R(STOP_PROCESS)),
	ROW(KERNEL_SOCKET, "the kernel itself holds it (a tunnel, NFS, an MPTCP endpoint)",
		R(KERNEL_HINT)),
	ROW(DESCRIPTOR_IN_FLIGHT,
		"the only reference is a message in a UNIX socket's queue, or a descriptor store",
		R(STOP_UNIT), R(STOP_PROCESS)),
	ROW(REGISTERED_FILE, "held through io_uring's registered files, with no descriptor",
		R(STOP_PROCESS)),
	ROW(HIDDEN_HOLDER, "the socket is seen, the process that holds it cannot be",
		R(RUN_AS_ROOT)),
	ROW(STALE_SOCKET_FILE, "a UNIX socket file that nobody listens on", R(REMOVE_SOCKET_FILE)),
	ROW(PATH_EXISTS, "the path is taken by a file that is no socket", R(USE_PATH)),
	ROW(EPHEMERAL_EXHAUSTED, "every port that the system may choose by itself is held",
		R(WIDEN_RANGE), R(STOP_PROCESS)),
	ROW(PRIVILEGED_PORT,
		"the port lies below the unprivileged range, and the capability is missing",
		R(GRANT_CAPABILITY), R(USE_PORT)),
	ROW(ADDRESS_NOT_LOCAL, "no interface of this machine has that address", R(BIND_ADDRESS),
		R(FREEBIND)),
	ROW(ADDRESS_TENTATIVE,
		"IPv6 duplicate address detection is running for the address, or failed", R(WAIT)),
	ROW(POLICY_DENIED,
		"a security policy (cgroup program, security module, system call filter) refuses",
		R(POLICY_HINT)),
	ROW(OWN_SOCKET, "the program that asks has it itself", R(FIX_PROGRAM)),
	ROW(WSL_HOST, "inside WSL: the Windows side holds or reserves it", R(WINDOWS_HINT)),
	ROW(EXCLUDED_RANGE,
		"Windows: the port lies in an excluded port range (WinNAT, Hyper-V, WSL or another reservation)",
		R(EXCLUDE_PORT), R(RESTORE_RANGE), R(USE_PORT)),
	ROW(HTTP_SYS,
		"Windows: the kernel's HTTP server (HTTP.sys, PID 4) holds it for a service or program",
		R(STOP_SERVICE), R(DISABLE_SERVICE), R(STOP_PROCESS), R(BIND_ADDRESS), R(USE_PORT)),
	ROW(ALG_RESERVED,
		"Windows: the Application Layer Gateway service reserves TCP 5001-5032 for Internet Connection Sharing",
		R(STOP_SERVICE), R(DISABLE_SERVICE), R(USE_PORT)),
	ROW(SERVICE, "Windows: a service holds it", R(STOP_SERVICE), R(DISABLE_SERVICE),
		R(USE_PORT)),
	ROW(EXCLUSIVE_USE,
		"Windows: SO_EXCLUSIVEADDRUSE or another account's socket refuses it, which is no matter of rights",
		R(STOP_PROCESS), R(USE_PORT)),
	ROW(ORPHANED_HANDLE, "Windows: the owning process is gone, a child still has the handle",
		R(STOP_PROCESS)),
	ROW(PORT_PROXY, "Windows: a rule of netsh interface portproxy listens there",
		R(DELETE_PORTPROXY), R(USE_PORT)),
};

#define HELP(which, text, how)                                                                     \
	[IU_REMEDY_##which] = {                                                                    \
		.id = IU_REMEDY_##which,                                                           \
		.name = remedy_##which,                                                            \
		.sentence = text,                                                                  \
		.risk = IU_RISK_##how,                                                             \
	}

static const struct iu_remedy_row remedies[] = {
	HELP(STOP_UNIT, "stop the unit, so that its manager does not start it again", MEDIUM),
	HELP(STOP_CONTAINER, "stop the container, not its proxy", MEDIUM),
	HELP(STOP_SERVICE, "stop the service", MEDIUM),
	HELP(STOP_PROCESS, "ask the process to end", MEDIUM),
	HELP(USE_PORT, "use another port", NONE),
	HELP(BIND_ADDRESS, "bind one address instead of all, or another one", LOW),
	HELP(REUSE_INSTANCE, "use the instance that runs already", NONE),
	HELP(RESUME_JOB, "let the stopped program go on, then end it properly", LOW),
	HELP(CLOSE_ON_EXEC,
		"open sockets with SOCK_CLOEXEC, so that child programs do not inherit them", NONE),
	HELP(SET_REUSEADDR, "set SO_REUSEADDR before bind()", LOW),
	HELP(SET_REUSEPORT, "set SO_REUSEPORT on every socket of the port", LOW),
	HELP(SAME_USER, "run both programs as the same user", LOW),
	HELP(WAIT, "wait until it is gone by itself", NONE),
	HELP(DESTROY_SOCKET, "have the kernel drop the closed connection", LOW),
	HELP(RETRY,
		"try again: the connection is short-lived, and the next one gets another port", NONE),
	HELP(RESERVE_PORT, "keep the system from choosing this port for connections", LOW),
	HELP(RUN_AS_ROOT, "look again as root, who may see every process", NONE),
	HELP(REMOVE_SOCKET_FILE, "remove the socket file", LOW),
	HELP(USE_PATH, "use another path", NONE),
	HELP(WIDEN_RANGE, "widen the range of ports the system may choose from", LOW),
	HELP(GRANT_CAPABILITY, "give the program the capability CAP_NET_BIND_SERVICE", MEDIUM),
	HELP(FREEBIND, "set IP_FREEBIND to bind an address that is not there yet", LOW),
	HELP(KERNEL_HINT, "tell the part of the kernel that holds it to let go", MEDIUM),
	HELP(POLICY_HINT, "look into the policies that may refuse a bind()", NONE),
	HELP(FIX_PROGRAM, "bind the address once, or close the first socket before the second bind()",
		NONE),
	HELP(DISABLE_SERVICE, "keep the service from starting again", MEDIUM),
	HELP(EXCLUDE_PORT, "keep the port out of what WinNAT reserves", MEDIUM),
	HELP(RESTORE_RANGE, "put the dynamic port range back to where Windows has it", MEDIUM),
	HELP(DELETE_PORTPROXY, "delete the port proxy rule", LOW),
	HELP(WINDOWS_HINT, "ask the Windows side", NONE),
};


const struct iu_cause_row *iu_cause_row(enum iu_cause cause)
{
	if (cause == IU_CAUSE_NONE || (size_t)cause >= IU_COUNT(causes))
		return NULL;
	return &causes[cause];
}

const struct iu_remedy_row *iu_remedy_row(enum iu_remedy_id id)
{
	if (id == IU_REMEDY_NONE || (size_t)id >= IU_COUNT(remedies))
		return NULL;
	return &remedies[id];
}
