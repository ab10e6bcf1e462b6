/* model/cause.h - the names of causes, remedies and rules: part of the contract */
#ifndef IU_MODEL_CAUSE_H
#define IU_MODEL_CAUSE_H

/* A cause is one row here, one row in knowledge/causes.c and one file in engine/causes/. */
#define IU_CAUSES(X)                                                                               \
	X(OTHER_PROGRAM, "other-program")                                                          \
	X(ALREADY_RUNNING, "already-running")                                                      \
	X(SUSPENDED_PROCESS, "suspended-process")                                                  \
	X(INHERITED_DESCRIPTOR, "inherited-descriptor")                                            \
	X(BOUND_NOT_LISTENING, "bound-not-listening")                                              \
	X(OPEN_CONNECTION, "open-connection")                                                      \
	X(CLOSING_CONNECTION, "closing-connection")                                                \
	X(TIME_WAIT, "time-wait")                                                                  \
	X(OUTBOUND_CONNECTION, "outbound-connection")                                              \
	X(REUSEPORT_MISMATCH, "reuseport-mismatch")                                                \
	X(SOCKET_ACTIVATION, "socket-activation")                                                  \
	X(CONTAINER_PORT, "container-port")                                                        \
	X(PORT_FORWARD, "port-forward")                                                            \
	X(KERNEL_SOCKET, "kernel-socket")                                                          \
	X(DESCRIPTOR_IN_FLIGHT, "descriptor-in-flight")                                            \
	X(REGISTERED_FILE, "registered-file")                                                      \
	X(HIDDEN_HOLDER, "hidden-holder")                                                          \
	X(STALE_SOCKET_FILE, "stale-socket-file")                                                  \
	X(PATH_EXISTS, "path-exists")                                                              \
	X(EPHEMERAL_EXHAUSTED, "ephemeral-exhausted")                                              \
	X(PRIVILEGED_PORT, "privileged-port")                                                      \
	X(ADDRESS_NOT_LOCAL, "address-not-local")                                                  \
	X(ADDRESS_TENTATIVE, "address-tentative")                                                  \
	X(POLICY_DENIED, "policy-denied")                                                          \
	X(OWN_SOCKET, "own-socket")                                                                \
	X(WSL_HOST, "wsl-host")                                                                    \
	X(EXCLUDED_RANGE, "excluded-range")                                                        \
	X(HTTP_SYS, "http-sys")                                                                    \
	X(ALG_RESERVED, "alg-reserved")                                                            \
	X(SERVICE, "service")                                                                      \
	X(EXCLUSIVE_USE, "exclusive-use")                                                          \
	X(ORPHANED_HANDLE, "orphaned-handle")                                                      \
	X(PORT_PROXY, "port-proxy")

enum iu_cause {
	IU_CAUSE_NONE,
#define X(name, text) IU_CAUSE_##name,
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
	X(WINDOWS_HINT, "windows-hint")

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
	X(SAME_ADDRESS, "same-address", "both sockets want the same address and port")             \
	X(BOTH_WILDCARD, "both-wildcard", "both sockets want every address of the machine")        \
	X(WILDCARD_COVERS_ADDRESS, "wildcard-covers-address",                                      \
		"the holder has the port on every address, so also on this one")                   \
	X(ADDRESS_UNDER_WILDCARD, "address-under-wildcard",                                        \
		"the wildcard asks for every address, and the holder has the port on one of them") \
	X(DUAL_STACK_COVERS_IPV4, "dual-stack-covers-ipv4",                                        \
		"the holder's [::] is dual-stack, so it has the port for IPv4 too")                \
	X(IPV4_UNDER_DUAL_STACK, "ipv4-under-dual-stack",                                          \
		"a dual-stack [::] asks for IPv4 too, and there the holder has the port")          \
	X(IPV6_MEETS_IPV4_WILDCARD, "ipv6-meets-ipv4-wildcard",                                    \
		"Linux counts an IPv6 socket without IPV6_V6ONLY as an IPv4 holder too when 0.0.0.0 is asked for") \
	X(LOOPBACK6_AS_IPV4, "ipv6-counts-as-127.0.0.6",                                           \
		"Linux takes an IPv6 socket without IPV6_V6ONLY for the IPv4 address 127.0.0.6")   \
	X(RANGE_FULL, "range-full", "every port of the ephemeral range is held")                   \
	X(NAME_TAKEN, "name-taken", "the abstract name belongs to a socket that is open")          \
	X(PATH_TAKEN, "path-taken", "bind() makes a new file, and something has that name already") \
	X(PORT_PRIVILEGED, "port-privileged",                                                      \
		"ports below the unprivileged range need the capability CAP_NET_BIND_SERVICE")     \
	X(ADDRESS_UNKNOWN, "address-unknown", "no interface or local route has this address")      \
	X(ADDRESS_TENTATIVE, "address-tentative",                                                  \
		"the address is not usable until duplicate address detection has passed")

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
