/* model/cause.h - the names of causes, remedies and rules: part of the contract */
#ifndef IU_MODEL_CAUSE_H
#define IU_MODEL_CAUSE_H

/*
 * A cause is one row here and one file in engine/causes/, which defines iu_cause_<its second name>.
 * Behind the contract's name: the sentence for the man page, `inuse error` and JSON readers, then
 * the remedies, best first; whoever reads those defines R() beside X().
 */
#define IU_CAUSES(X)                                                                               \
	X(OTHER_PROGRAM, other_program, "other-program",                                           \
		"another program listens or is bound there, and runs",                             \
		R(STOP_UNIT), R(STOP_CONTAINER), R(STOP_SERVICE), R(STOP_PROCESS),                 \
		R(USE_PORT), R(BIND_ADDRESS))                                                      \
	X(ALREADY_RUNNING, already_running, "already-running",                                     \
		"the holder runs the same program as the one that asks",                           \
		R(REUSE_INSTANCE), R(STOP_PROCESS))                                                \
	X(SUSPENDED_PROCESS, suspended_process, "suspended-process",                               \
		"the holder is stopped (Ctrl-Z, SIGSTOP, a frozen cgroup)",                        \
		R(RESUME_JOB), R(STOP_PROCESS))                                                    \
	X(INHERITED_DESCRIPTOR, inherited_descriptor, "inherited-descriptor",                      \
		"a child program that never serves the socket has the descriptor of a server that is gone", \
		R(STOP_PROCESS), R(CLOSE_ON_EXEC))                                                 \
	X(BOUND_NOT_LISTENING, bound_not_listening, "bound-not-listening",                         \
		"bound, but it never listened: most tools show nothing",                           \
		R(STOP_PROCESS), R(SET_REUSEADDR))                                                 \
	X(OPEN_CONNECTION, open_connection, "open-connection",                                     \
		"no listener, but a live process still has connections on that local port",        \
		R(SET_REUSEADDR), R(STOP_PROCESS), R(WAIT))                                        \
	X(CLOSING_CONNECTION, closing_connection, "closing-connection",                            \
		"a connection that is being closed, left by a process that is gone",               \
		R(WAIT), R(SET_REUSEADDR), R(DESTROY_SOCKET))                                      \
	X(TIME_WAIT, time_wait, "time-wait",                                                       \
		"the kernel keeps a closed connection's port for up to 60 seconds (TIME-WAIT)",    \
		R(WAIT), R(SET_REUSEADDR), R(DESTROY_SOCKET))                                      \
	X(OUTBOUND_CONNECTION, outbound_connection, "outbound-connection",                         \
		"a client connection was given this local port by the system",                     \
		R(RETRY), R(RESERVE_PORT), R(USE_PORT))                                            \
	X(REUSEPORT_MISMATCH, reuseport_mismatch, "reuseport-mismatch",                            \
		"SO_REUSEPORT shares a port only when both sockets set it and both belong to the same user", \
		R(SAME_USER), R(SET_REUSEPORT))                                                    \
	X(SOCKET_ACTIVATION, socket_activation, "socket-activation",                               \
		"systemd (or inetd) listens on behalf of a unit",                                  \
		R(STOP_UNIT))                                                                      \
	X(CONTAINER_PORT, container_port, "container-port",                                        \
		"a container engine's proxy or a container publishes it",                          \
		R(STOP_CONTAINER), R(STOP_PROCESS))                                                \
	X(PORT_FORWARD, port_forward, "port-forward",                                              \
		"ssh, kubectl, an editor or a relay forwards it",                                  \
		R(STOP_PROCESS))                                                                   \
	X(KERNEL_SOCKET, kernel_socket, "kernel-socket",                                           \
		"the kernel itself holds it (a tunnel, NFS, an MPTCP endpoint)",                   \
		R(KERNEL_HINT))                                                                    \
	X(DESCRIPTOR_IN_FLIGHT, descriptor_in_flight, "descriptor-in-flight",                      \
		"the only reference is a message in a UNIX socket's queue, or a descriptor store", \
		R(STOP_UNIT), R(STOP_PROCESS))                                                     \
	X(REGISTERED_FILE, registered_file, "registered-file",                                     \
		"held through io_uring's registered files, with no descriptor",                    \
		R(STOP_PROCESS))                                                                   \
	X(HIDDEN_HOLDER, hidden_holder, "hidden-holder",                                           \
		"the socket is seen, the process that holds it cannot be",                         \
		R(RUN_AS_ROOT), R(USE_PATH))                                                                    \
	X(STALE_SOCKET_FILE, stale_socket_file, "stale-socket-file",                               \
		"a UNIX socket file that nobody listens on",                                       \
		R(REMOVE_SOCKET_FILE), R(USE_PATH))                                                             \
	X(PATH_EXISTS, path_exists, "path-exists",                                                 \
		"the path is taken by a file that is no socket",                                   \
		R(USE_PATH))                                                                       \
	X(LOCK_FILE, lock_file, "lock-file",                                                       \
		"a lock: its program reads the process id in it, and gives up before it binds anything", \
		R(REMOVE_LOCK_FILE), R(STOP_PROCESS))                                              \
	X(EPHEMERAL_EXHAUSTED, ephemeral_exhausted, "ephemeral-exhausted",                         \
		"every port that the system may choose by itself is held",                         \
		R(RESTORE_RANGE), R(WIDEN_RANGE), R(NO_PORT_BEFORE_CONNECT), R(STOP_PROCESS))         \
	X(PRIVILEGED_PORT, privileged_port, "privileged-port",                                     \
		"the port lies below the unprivileged range, and the capability is missing",       \
		R(GRANT_CAPABILITY), R(LOWER_UNPRIVILEGED_START), R(USE_PORT))                                                  \
	X(ADDRESS_NOT_LOCAL, address_not_local, "address-not-local",                               \
		"no interface of this machine has that address",                                   \
		R(BIND_ADDRESS), R(ENABLE_IPV6), R(FREEBIND), R(ALLOW_NONLOCAL))                      \
	X(ADDRESS_TENTATIVE, address_tentative, "address-tentative",                               \
		"IPv6 duplicate address detection is running for the address, or failed",          \
		R(BRING_LINK_UP), R(BIND_ADDRESS), R(WAIT))                                                                           \
	X(POLICY_DENIED, policy_denied, "policy-denied",                                           \
		"a security policy (cgroup program, security module, system call filter) refuses", \
		R(POLICY_HINT))                                                                    \
	X(OWN_SOCKET, own_socket, "own-socket",                                                    \
		"the program that asks has it itself",                                             \
		R(FIX_PROGRAM))                                                                    \
	X(WSL_HOST, wsl_host, "wsl-host",                                                          \
		"inside WSL: the Windows side holds or reserves it",                               \
		R(WINDOWS_HINT))                                                                   \
	X(EXCLUDED_RANGE, excluded_range, "excluded-range",                                        \
		"Windows: the port lies in an excluded port range (WinNAT, Hyper-V, WSL or another reservation)", \
		R(EXCLUDE_PORT), R(RESTORE_RANGE), R(USE_PORT))                                    \
	X(HTTP_SYS, http_sys, "http-sys",                                                          \
		"Windows: the kernel's HTTP server (HTTP.sys, PID 4) holds it for a service or program", \
		R(STOP_SERVICE), R(DISABLE_SERVICE), R(STOP_PROCESS), R(BIND_ADDRESS), R(USE_PORT)) \
	X(ALG_RESERVED, alg_reserved, "alg-reserved",                                              \
		"Windows: the Application Layer Gateway service reserves TCP 5001-5032 for Internet Connection Sharing", \
		R(STOP_SERVICE), R(DISABLE_SERVICE), R(USE_PORT))                                  \
	X(SERVICE, service, "service",                                                             \
		"Windows: a service holds it",                                                     \
		R(STOP_SERVICE), R(DISABLE_SERVICE), R(USE_PORT))                                  \
	X(EXCLUSIVE_USE, exclusive_use, "exclusive-use",                                           \
		"Windows: SO_EXCLUSIVEADDRUSE or another account's socket refuses it, which is no matter of rights", \
		R(STOP_PROCESS), R(USE_PORT))                                                      \
	X(ORPHANED_HANDLE, orphaned_handle, "orphaned-handle",                                     \
		"Windows: the owning process is gone, a child still has the handle",               \
		R(STOP_PROCESS))                                                                   \
	X(PORT_PROXY, port_proxy, "port-proxy",                                                    \
		"Windows: a rule of netsh interface portproxy listens there",                      \
		R(DELETE_PORTPROXY), R(USE_PORT))

enum iu_cause {
	IU_CAUSE_NONE,
#define X(id, file, text, ...) IU_CAUSE_##id,
	IU_CAUSES(X)
#undef X
	IU_CAUSE_COUNT
};

/** iu_cause_name() - "time-wait"; NULL for IU_CAUSE_NONE. Static. */
const char *iu_cause_name(enum iu_cause cause);

#define IU_REMEDIES(X)                                                                             \
	X(STOP_UNIT, "stop-unit")                                                                  \
	X(STOP_CONTAINER, "stop-container")                                                        \
	X(STOP_SERVICE, "stop-service")                                                            \
	X(STOP_PROCESS, "stop-process")                                                            \
	X(USE_PORT, "use-port")                                                                    \
	X(BIND_ADDRESS, "bind-address")                                                            \
	X(REUSE_INSTANCE, "reuse-instance")                                                        \
	X(RESUME_JOB, "resume-job")                                                                \
	X(CLOSE_ON_EXEC, "close-on-exec")                                                          \
	X(SET_REUSEADDR, "set-reuseaddr")                                                          \
	X(SET_REUSEPORT, "set-reuseport")                                                          \
	X(SAME_USER, "same-user")                                                                  \
	X(WAIT, "wait")                                                                            \
	X(DESTROY_SOCKET, "destroy-socket")                                                        \
	X(RETRY, "retry")                                                                          \
	X(RESERVE_PORT, "reserve-port")                                                            \
	X(RUN_AS_ROOT, "run-as-root")                                                              \
	X(REMOVE_SOCKET_FILE, "remove-socket-file")                                                \
	X(REMOVE_LOCK_FILE, "remove-lock-file")                                                    \
	X(USE_PATH, "use-path")                                                                    \
	X(WIDEN_RANGE, "widen-range")                                                              \
	X(GRANT_CAPABILITY, "grant-capability")                                                    \
	X(FREEBIND, "freebind")                                                                    \
	X(KERNEL_HINT, "kernel-hint")                                                              \
	X(POLICY_HINT, "policy-hint")                                                              \
	X(FIX_PROGRAM, "fix-program")                                                              \
	X(DISABLE_SERVICE, "disable-service")                                                      \
	X(EXCLUDE_PORT, "exclude-port")                                                            \
	X(RESTORE_RANGE, "restore-range")                                                          \
	X(DELETE_PORTPROXY, "delete-portproxy")                                                    \
	X(WINDOWS_HINT, "windows-hint")                                                            \
	X(FREE_SPACE, "free-space")                                                                \
	X(BRING_LINK_UP, "bring-link-up")                                                          \
	X(ENABLE_IPV6, "enable-ipv6")                                                            \
	X(RESTART_SERVICE, "restart-service")                                                      \
	X(SET_V6ONLY, "set-v6only")                                                                \
	X(BIND_DEVICE, "bind-device")                                                              \
	X(ALLOW_NONLOCAL, "allow-nonlocal")                                                        \
	X(NO_PORT_BEFORE_CONNECT, "no-port-before-connect")                                     \
	X(ASK_THERE, "ask-there")                                                                  \
	X(SHOW_SOCKETS, "show-sockets")                                                            \
	X(START_SERVER, "start-server")                                                            \
	X(JOIN_GROUP, "join-group")                                                                \
	X(LOWER_UNPRIVILEGED_START, "lower-unprivileged-start")

enum iu_remedy_id {
	IU_REMEDY_NONE,
#define X(name, text) IU_REMEDY_##name,
	IU_REMEDIES(X)
#undef X
	IU_REMEDY_COUNT
};

/** iu_remedy_name() - "set-reuseaddr". Static. */
const char *iu_remedy_name(enum iu_remedy_id remedy);

/* Why a socket is in the way: which addresses meet. */
#define IU_RULES(X)                                                                                \
	X(NONE, "none", "")                                                                        \
	X(SAME_ADDRESS, "same-address", "both want the same address and port")             \
	X(BOTH_WILDCARD, "both-wildcard", "both want all addresses")        \
	X(WILDCARD_COVERS_ADDRESS, "wildcard-covers-address",                                      \
		"the holder has the port on all addresses, so on this one too")                   \
	X(ADDRESS_UNDER_WILDCARD, "address-under-wildcard",                                        \
		"you ask for all addresses, and the holder has the port on one of them") \
	X(DUAL_STACK_COVERS_IPV4, "dual-stack-covers-ipv4",                                        \
		"the holder's [::] is dual-stack, so it has the port on IPv4 too")                \
	X(IPV4_UNDER_DUAL_STACK, "ipv4-under-dual-stack",                                          \
		"a dual-stack [::] asks for IPv4 too, where the holder has the port")          \
	X(IPV6_MEETS_IPV4_WILDCARD, "ipv6-meets-ipv4-wildcard",                                    \
		"Linux counts an IPv6 socket without IPV6_V6ONLY as an IPv4 holder too when 0.0.0.0 is asked for") \
	X(LOOPBACK6_AS_IPV4, "ipv6-counts-as-127.0.0.6",                                           \
		"Linux takes an IPv6 socket without IPV6_V6ONLY for the IPv4 address 127.0.0.6")   \
	X(RANGE_FULL, "range-full", "every port of the ephemeral range is taken")                   \
	X(NAME_TAKEN, "name-taken", "a socket that is open has that abstract name")          \
	X(PATH_TAKEN, "path-taken", "bind() makes a new file, and one of that name is there already") \
	X(PORT_PRIVILEGED, "port-privileged",                                                      \
		"low ports need root or CAP_NET_BIND_SERVICE")     \
	X(ADDRESS_UNKNOWN, "address-unknown", "no interface or local route has this address")      \
	X(ADDRESS_TENTATIVE, "address-tentative",                                                  \
		"the address cannot be used before duplicate address detection has passed")

enum iu_rule {
#define X(name, text, sentence) IU_RULE_##name,
	IU_RULES(X)
#undef X
};

/** iu_rule_name(), iu_rule_sentence() - the contract's name, and what it means. Static. */
const char *iu_rule_name(enum iu_rule rule);
const char *iu_rule_sentence(enum iu_rule rule);

/* Why the two sockets may not share the port, although sharing exists. */
#define IU_SHARINGS(X)                                                                             \
	X(NONE, "none")                                                                            \
	X(NOT_ASKED, "asker-sets-no-option")                                                       \
	X(HOLDER_LISTENS, "holder-listens")           /* SO_REUSEADDR never shares with a listener */ \
	X(HOLDER_WITHOUT_REUSEADDR, "holder-without-reuseaddr")                                    \
	X(HOLDER_WITHOUT_REUSEPORT, "holder-without-reuseport")                                    \
	X(USERS_DIFFER, "users-differ")               /* SO_REUSEPORT on both, different users */  \
	/* Windows */                                                                              \
	X(HOLDER_EXCLUSIVE, "holder-exclusive")       /* it has SO_EXCLUSIVEADDRUSE */             \
	X(ASKER_EXCLUSIVE, "asker-exclusive")         /* who asks for it gets it alone or not */   \
	X(ACCOUNTS_DIFFER, "accounts-differ")         /* sharing is for sockets of one account */  \
	X(OPTIONS_UNKNOWN, "holder-options-unknown")

enum iu_sharing {
#define X(name, text) IU_SHARING_##name,
	IU_SHARINGS(X)
#undef X
};

/** iu_sharing_name() - "holder-listens". Static. */
const char *iu_sharing_name(enum iu_sharing sharing);

#endif
