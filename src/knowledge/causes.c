/* knowledge/causes.c - what each cause is and what helps, a row each */
#include "knowledge/causes.h"

#include <stddef.h>

#include "base/compat.h"

#define R(id) IU_REMEDY_##id
#define X(id, file, text, what, ...)                                                               \
	[IU_CAUSE_##id] = {                                                                        \
		.cause = IU_CAUSE_##id,                                                            \
		.name = text,                                                                      \
		.sentence = what,                                                                  \
		.remedies = {__VA_ARGS__, IU_REMEDY_NONE},                                         \
	},

static const struct iu_cause_row causes[] = {IU_CAUSES(X)};
#undef X
#undef R

/* The names of the contract, as constants that a table may start from. */
enum { NAME_BYTES = 32 };
#define X(id, text) static const char remedy_##id[NAME_BYTES] = text;
IU_REMEDIES(X)
#undef X

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
	HELP(STOP_PROCESS, "stop the process", MEDIUM),
	HELP(USE_PORT, "use another port", NONE),
	HELP(BIND_ADDRESS, "bind one address instead of all, or another one", LOW),
	HELP(REUSE_INSTANCE, "use the instance that runs already", NONE),
	HELP(RESUME_JOB, "let the stopped program go on", LOW),
	HELP(CLOSE_ON_EXEC,
		"open sockets with SOCK_CLOEXEC, so that child programs do not inherit them", NONE),
	HELP(SET_REUSEADDR, "set SO_REUSEADDR before bind()", LOW),
	HELP(SET_REUSEPORT, "set SO_REUSEPORT on every socket of the port", LOW),
	HELP(SAME_USER, "run both programs as the same user", LOW),
	HELP(WAIT, "wait until it is gone by itself", NONE),
	HELP(DESTROY_SOCKET, "drop the old connection now", LOW),
	HELP(RETRY,
		"try again: the connection is short-lived, and the next one gets another port", NONE),
	HELP(RESERVE_PORT, "keep the system from choosing this port for connections", LOW),
	HELP(RUN_AS_ROOT, "look again as root: root sees every process", NONE),
	HELP(REMOVE_SOCKET_FILE, "remove the socket file", LOW),
	HELP(REMOVE_LOCK_FILE, "remove the lock", LOW),
	HELP(USE_PATH, "use another path", NONE),
	HELP(FREE_SPACE, "make room on the file system", LOW),
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
	HELP(SET_V6ONLY, "set IPV6_V6ONLY, so that the IPv6 socket leaves IPv4 alone", LOW),
	HELP(BIND_DEVICE, "bind the socket to a device of its own (SO_BINDTODEVICE)", LOW),
	HELP(ALLOW_NONLOCAL, "let every program bind addresses that are not there (ip_nonlocal_bind)", LOW),
	HELP(NO_PORT_BEFORE_CONNECT, "set IP_BIND_ADDRESS_NO_PORT in clients that bind an address", LOW),
	HELP(RESTART_SERVICE, "restart the service, so that it takes another port or lets go of this one", MEDIUM),
	HELP(WINDOWS_HINT, "ask the Windows side", NONE),
	HELP(BRING_LINK_UP, "bring the link up, so that its addresses can be checked", LOW),
	HELP(ENABLE_IPV6, "switch IPv6 on", LOW),
	HELP(ASK_THERE, "ask on the machine whose port it is", NONE),
	HELP(SHOW_SOCKETS, "see the sockets of that protocol", NONE),
	HELP(START_SERVER, "start the server that should listen there", NONE),
	HELP(LOWER_UNPRIVILEGED_START, "let every program bind that port", MEDIUM),
	HELP(JOIN_GROUP, "become a member of the group that may", HIGH),
};

const struct iu_cause_row *iu_cause_row(enum iu_cause cause)
{
	if (cause == IU_CAUSE_NONE || (size_t)cause >= IU_COUNT(causes))
		return NULL;
	return &causes[cause];
}

bool iu_cause_helps(enum iu_cause cause, enum iu_remedy_id remedy)
{
	const struct iu_cause_row *row = iu_cause_row(cause);

	for (size_t i = 0; row && i < IU_CAUSE_REMEDIES_MAX && row->remedies[i]; i++)
		if (row->remedies[i] == remedy)
			return true;
	return false;
}

const struct iu_remedy_row *iu_remedy_row(enum iu_remedy_id id)
{
	if (id == IU_REMEDY_NONE || (size_t)id >= IU_COUNT(remedies))
		return NULL;
	return &remedies[id];
}
