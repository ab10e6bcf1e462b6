/* engine/conflict.h - who blocks whom, as a pure function of sockets and options */
#ifndef IU_ENGINE_CONFLICT_H
#define IU_ENGINE_CONFLICT_H

#include "model/cause.h"
#include "model/snapshot.h"

/* R of the rule table: the socket that calls bind() or listen(). */
struct iu_request {
	enum iu_protocol protocol; /* TCP or UDP */
	struct iu_address address; /* its family is the socket's family */
	uint16_t port;
	bool reuseaddr, reuseport;
	bool exclusive;   /* SO_EXCLUSIVEADDRUSE, Windows */
	const char *user; /* account that asks, Windows; NULL: not known */
	bool group;       /* SO_ATTACH_REUSEPORT_* before bind(): never joins others */
	bool force;       /* TCP_REPAIR */
	bool v6only;
	uint32_t ifindex; /* SO_BINDTODEVICE, 0: none */
	uint32_t uid;
};

/* Kernel of the snapshot: version and switches that change the rules. */
struct iu_kernel {
	uint32_t version;     /* as struct iu_host; 0: the newest rules */
	bool autobind_reuse;  /* net.ipv4.ip_autobind_reuse */
	bool windows;         /* the rules of Windows: windows/conflict.c */
	bool old_windows;     /* … those before Server 2003 (version 5.2) */
	/* The shortcut of the port that is asked for; NULL: not known, answers may depend on it. */
	const struct iu_reuse_cache *cache;
};

struct iu_conflict {
	enum iu_tri blocks; /* IU_UNKNOWN: depends on an option that is not known */
	enum iu_rule rule;
	enum iu_sharing sharing;
	unsigned int results; /* Windows: IU_BIND_*, what bind() may say because of this one */
};

/**
 * iu_conflict() - whether holder @s stands in the way of @r
 *
 * Ports are compared; the caller leaves out @r's own socket. Rules of TCP bind()/listen()
 * (inet_csk_get_port, inet_bhash2_conflict) and of UDP bind() (udp_lib_lport_inuse) for kernels
 * from 6.1 on; older TCP kernels use the UDP overlap.
 */
struct iu_conflict iu_conflict(const struct iu_request *r, const struct iu_socket *s,
	const struct iu_kernel *kernel);

struct iu_outcome {
	enum iu_tri fails; /* IU_YES: EADDRINUSE */
	/*
	 * The kernel may still say yes: its SO_REUSEPORT fast path accepts without looking when the
	 * last SO_REUSEPORT socket of this user on the port covered the address (sk_reuseport_match).
	 * Never where iu_kernel.cache is given: the answer is certain then.
	 */
	bool cache_dependent;
	/*
	 * Before 6.8, asked with SO_REUSEADDR: the kernel says yes where every holder had the
	 * option when it was bound, even if one took it back since. Nobody does: no doubt.
	 */
	bool fastreuse_dependent;
	/* UDP: IPv4 and IPv6 holders interleave in an order that nobody can see. */
	bool order_dependent;
	/* TCP before 6.8: it matters which wildcard came first, 0.0.0.0 or ::ffff:0.0.0.0. */
	bool history_dependent;
	unsigned int results; /* Windows: IU_BIND_* */
	size_t blocker; /* index of the most important one; SIZE_MAX: none */
};

/**
 * iu_outcome() - what bind() of @r (port != 0), and equally its listen(), would say
 * @skip: index of @r's own socket among @sockets, SIZE_MAX: none
 */
struct iu_outcome iu_outcome(const struct iu_request *r, const struct iu_sockets *sockets,
	size_t skip, const struct iu_kernel *kernel);

/**
 * iu_free_port() - a port that bind(port 0) could choose
 * Returns: such a port of the range without the reserved ones, a certain one where there is any;
 * 0: the range is full for @r (EADDRINUSE); IU_E_NOTSUP when the range is not known.
 */
int iu_free_port(const struct iu_request *r, const struct iu_sockets *sockets,
	const struct iu_sysctls *sysctls, const struct iu_kernel *kernel);

/**
 * iu_range_full() - whether bind(port 0) fails with EADDRINUSE
 * IU_UNKNOWN: the range is not known, an option of a holder is not known, or TCP finds the only
 * port that is left by lot (inet_csk_find_open_port() skips the first or the last port of a range
 * with an odd number of them).
 */
enum iu_tri iu_range_full(const struct iu_request *r, const struct iu_sockets *sockets,
	const struct iu_sysctls *sysctls, const struct iu_kernel *kernel);

/** iu_needs_device() - a link-local address, or IPv6 multicast of a link: its scope is a device. */
bool iu_needs_device(const struct iu_address *address);

/** iu_importance() - LISTEN before bound before connected before closing before TIME-WAIT. */
int iu_importance(const struct iu_socket *s);

#endif
