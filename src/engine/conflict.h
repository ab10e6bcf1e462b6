/* engine/conflict.h - a bind() and what stands in its way, in the terms that the rules of every system share */
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
	bool old_windows;     /* Windows before Server 2003 (version 5.2) */
	/* The shortcut of the port that is asked for; NULL: not known, answers may depend on it. */
	const struct iu_reuse_cache *cache;
};

struct iu_conflict {
	enum iu_tri blocks; /* IU_UNKNOWN: depends on an option that is not known */
	enum iu_rule rule;
	enum iu_sharing sharing;
	unsigned int results; /* Windows: IU_BIND_*, what bind() may say because of this one */
	int error;            /* Windows: the likeliest of them that is an error */
};

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

/* Why a bind fails before any socket is compared, or IU_YES: nothing of that kind. */
struct iu_local_check {
	enum iu_tri ok;
	int error;           /* errno where ok is IU_NO */
	enum iu_cause cause; /* IU_CAUSE_NONE: an errno with a headline of its own */
	enum iu_rule rule;
	bool excepted;       /* the asking socket may what ours may not: no bind of ours tells */
};

/** iu_importance() - LISTEN before bound before connected before closing before TIME-WAIT. */
int iu_importance(const struct iu_socket *s);

/** iu_is_closing() - TIME-WAIT, or a connection being closed that no process has. */
bool iu_is_closing(const struct iu_socket *s);

#endif
