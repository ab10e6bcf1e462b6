/* engine/rules.h - what differs from system to system, one record of functions for each */
#ifndef IU_ENGINE_RULES_H
#define IU_ENGINE_RULES_H

#include "engine/conflict.h"
#include "engine/judge.h"
#include "model/question.h"
#include "model/snapshot.h"

/* How far around a port it is asked whether a block is refused; the least one has 100. */
#define IU_BLOCK_LOOK     2
#define IU_BLOCK_REQUESTS (2 * IU_BLOCK_LOOK + 1)

struct iu_attempt;
struct iu_cause_rule;
struct iu_evaluation;
struct iu_needs;
struct iu_planning;
struct iu_remedy_context;

/*
 * The system of the snapshot chooses the record, once for each question. Nothing else in the engine
 * asks which system it is: a question about one passes no function that is there for another.
 */
struct iu_rules {
	/* ---- who blocks whom ---- */

	/* Whether holder @s stands in the way of @r. */
	struct iu_conflict (*conflict)(const struct iu_request *r, const struct iu_socket *s,
		const struct iu_kernel *kernel);
	/* What bind() of @r (port != 0) would say; @skip: index of its own socket, SIZE_MAX: none. */
	struct iu_outcome (*outcome)(const struct iu_request *r, const struct iu_sockets *sockets,
		size_t skip, const struct iu_kernel *kernel);
	/* The same for port 0; fails: IU_YES where the range is full, IU_UNKNOWN without a range. */
	struct iu_outcome (*any_port)(
		const struct iu_evaluation *evaluation, const struct iu_request *request);
	/* Address and port before any other socket matters. */
	struct iu_local_check (*local_check)(const struct iu_question *question,
		const struct iu_snapshot *snapshot, const struct iu_request *request);
	/* Something besides the sockets refuses it, or may: reserved ranges, the system itself. */
	bool (*refuses)(const struct iu_evaluation *evaluation, const struct iu_request *request);

	/* ---- the evaluation ---- */

	/* Options of bind() that exist there; others are as if nobody had set them. */
	bool has_reuseport, has_exclusive;
	/* IU_FACT_* without which "free" cannot be said of @question. */
	uint32_t (*facts)(const struct iu_question *question, const struct iu_snapshot *snapshot);
	/* Fills in kernel and limits. */
	void (*limits)(struct iu_arena *arena, struct iu_evaluation *evaluation);
	/* Fills in what follows for sockets and attempts from each other. */
	void (*infer)(struct iu_evaluation *evaluation);
	/* Every socket of the protocol was looked at, whatever else is missing. */
	bool (*sockets_seen)(const struct iu_evaluation *evaluation);
	/* Where else a stand-in for the port is looked for; 0: nowhere. */
	uint16_t (*beyond)(const struct iu_evaluation *evaluation);

	/* ---- what is looked at, and asked of the system ---- */

	/* Holders were asked for already; and what is wanted once the sockets are known. */
	bool (*holders_asked)(const struct iu_snapshot *snapshot);
	void (*want_holders)(struct iu_arena *arena, const struct iu_question *question,
		const struct iu_snapshot *snapshot, struct iu_needs *needs);
	/* Whether anybody waits on a socket can be seen there. */
	bool has_waiters;
	/* SO_REUSEADDR lets bind() pass TIME-WAIT and connections that are being closed. */
	bool reuseaddr_passes_closing;
	/* Binds to the port and around it that tell a block which is refused; returns how many. */
	size_t (*block)(const struct iu_evaluation *evaluation,
		struct iu_request requests[IU_BLOCK_REQUESTS]);

	/* ---- the verdict ---- */

	/* What the rules, the system and the message say of one attempt. */
	struct iu_judgement (*judge)(
		const struct iu_evaluation *evaluation, const struct iu_attempt *attempt);
	/* Sockets in the way give "denied", too, and not "in use" alone. */
	bool sockets_deny;
	/* The first blocker is the cause, not something that is in the way besides. */
	bool (*explains)(const struct iu_judgement *worst, const struct iu_blocker *blocker);
	/* Who else answers there; what could be otherwise. @attempt: the one that was judged worst. */
	void (*warnings)(struct iu_arena *arena, const struct iu_evaluation *evaluation,
		struct iu_verdict *verdict);
	void (*caveats)(struct iu_arena *arena, const struct iu_evaluation *evaluation,
		const struct iu_judgement *worst, const struct iu_attempt *attempt,
		struct iu_verdict *verdict);
	/* Which gaps of the snapshot say something about the answer, and which it has besides. */
	bool (*gap_matters)(const struct iu_question *question, const struct iu_snapshot *snapshot,
		const struct iu_verdict *verdict, const struct iu_gap *gap);
	void (*gaps)(struct iu_arena *arena, const struct iu_evaluation *evaluation,
		struct iu_verdict *verdict);

	/* The causes in the order in which they are tried, NULL at the end; what a cause is there. */
	const struct iu_cause_rule *const *causes;
	const struct iu_cause_rule *(*cause)(const struct iu_cause_rule *rule);

	/* ---- the words ---- */

	/* "needs root"; what a command begins with that needs it, or NULL; who made the "trial bind()". */
	const char *needs_root, *elevate, *asked;
	/* A command as people type it there. */
	const char *(*quote)(struct iu_arena *arena, const char *const *argv, size_t n);
	/*
	 * "python3 -m http.server", a tab, "(pid 7, user alice)"; @tid: 0, or the thread that has it;
	 * @more: what else is put in brackets, ", on pts/2".
	 */
	const char *(*describe_process)(struct iu_arena *arena, const struct iu_process *process,
		int32_t tid, const char *more);
	/* Why both do not share, or ""; what "free" rests on. */
	const char *(*describe_sharing)(const struct iu_question *question,
		const struct iu_verdict *verdict, const struct iu_blocker *blocker);
	const char *(*describe_free)(
		const struct iu_question *question, const struct iu_verdict *verdict);

	/* ---- what helps ---- */

	/*
	 * Fills in m->remedy, whose id is set; false: it cannot help. @freeing: an `inuse free` was
	 * offered already; set where this one is another.
	 */
	bool (*remedy)(struct iu_remedy_context *m, bool *freeing);
	/* What may help whatever the cause, where asking the rules again says so; NONE at the end. */
	const enum iu_remedy_id *again;
	/* Fills in steps and refusals of the plan for what is in use or refused. */
	void (*plan)(struct iu_planning *p);
};

extern const struct iu_rules iu_rules_linux, iu_rules_windows;

/** iu_rules_of() - the rules of the system of @snapshot; Linux where nothing says which. */
const struct iu_rules *iu_rules_of(const struct iu_snapshot *snapshot);

#endif
