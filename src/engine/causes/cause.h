/* engine/causes/cause.h - what a cause's file gets to see, and the table of them all */
#ifndef IU_ENGINE_CAUSES_CAUSE_H
#define IU_ENGINE_CAUSES_CAUSE_H

#include "engine/evaluation.h"
#include "engine/phrase.h"
#include "knowledge/proxies.h"
#include "model/verdict.h"

/* One blocker, with everything that may tell why it is there. */
struct iu_case {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_evaluation *evaluation;
	const struct iu_request *request; /* the bind that it blocks; NULL for UNIX sockets */
	const struct iu_path *path;       /* UNIX paths: what lies there */
	struct iu_blocker *blocker;
	/* The holders, each process once; a process of which nothing is known is left out. */
	IU_LIST(const struct iu_process *) holders;
	size_t holder_count; /* all, the unknown ones too */
};

/*
 * A cause: whether it explains a blocker. When it does it says how sure it is and appends the
 * evidence to the blocker; otherwise it changes nothing.
 */
struct iu_cause_rule {
	enum iu_cause cause;
	bool (*applies)(struct iu_case *c, enum iu_confidence *ret_confidence);
};

extern const struct iu_cause_rule iu_cause_other_program;
extern const struct iu_cause_rule iu_cause_own_socket;
extern const struct iu_cause_rule iu_cause_already_running;
extern const struct iu_cause_rule iu_cause_suspended_process;
extern const struct iu_cause_rule iu_cause_inherited_descriptor;
extern const struct iu_cause_rule iu_cause_bound_not_listening;
extern const struct iu_cause_rule iu_cause_open_connection;
extern const struct iu_cause_rule iu_cause_closing_connection;
extern const struct iu_cause_rule iu_cause_time_wait;
extern const struct iu_cause_rule iu_cause_outbound_connection;
extern const struct iu_cause_rule iu_cause_reuseport_mismatch;
extern const struct iu_cause_rule iu_cause_socket_activation;
extern const struct iu_cause_rule iu_cause_container_port;
extern const struct iu_cause_rule iu_cause_port_forward;
extern const struct iu_cause_rule iu_cause_kernel_socket;
extern const struct iu_cause_rule iu_cause_descriptor_in_flight;
extern const struct iu_cause_rule iu_cause_registered_file;
extern const struct iu_cause_rule iu_cause_hidden_holder;
extern const struct iu_cause_rule iu_cause_stale_socket_file;
extern const struct iu_cause_rule iu_cause_path_exists;
/* Windows */
extern const struct iu_cause_rule iu_cause_http_sys;
extern const struct iu_cause_rule iu_cause_alg_reserved;
extern const struct iu_cause_rule iu_cause_port_proxy;
extern const struct iu_cause_rule iu_cause_service;
extern const struct iu_cause_rule iu_cause_exclusive_use;
extern const struct iu_cause_rule iu_cause_orphaned_handle;
extern const struct iu_cause_rule iu_cause_windows_driver;

/*
 * The causes without a socket to look at are found by the order of checks alone; their files only
 * add what there is to say (counts, the missing right, the missing address) to the verdict.
 */
int iu_ephemeral_exhausted(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	struct iu_verdict *verdict);
int iu_privileged_port(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict);
int iu_address_not_local(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict);
int iu_address_tentative(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict);
int iu_wsl_host(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict);
int iu_policy_denied(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict);

/** iu_case_only_via() - it has holders, and all of them hold it in this way. */
bool iu_case_only_via(const struct iu_case *c, enum iu_via via);

/** iu_case_suspects() - says who may have it in this way, where its user fits. Returns how many. */
size_t iu_case_suspects(struct iu_case *c, enum iu_via via, const char *sentence);

/** iu_case_suspected() - how many may have it in this way. */
size_t iu_case_suspected(const struct iu_case *c, enum iu_via via);

/** iu_cause_find() - the first cause that explains the blocker; fills its cause and evidence. */
int iu_cause_find(struct iu_case *c);

/** iu_case_say() - appends one sentence of evidence. */
void iu_case_say(struct iu_case *c, const char *format, ...) IU_PRINTF(2, 3);

/**
 * iu_perhaps_inherited() - whether all that hold the socket may have inherited it from one who is gone
 * If nobody waits on it, that is the cause; before, nobody needs to look.
 */
bool iu_perhaps_inherited(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	bool by_self);

/** iu_case_alive() - the state is one that a live process keeps: it listens, is bound, is open. */
bool iu_case_has_owner(const struct iu_case *c);

#endif
