/* engine/evaluation.h - a question as the binds it stands for, and the sockets that matter to it */
#ifndef IU_ENGINE_EVALUATION_H
#define IU_ENGINE_EVALUATION_H

#include "engine/conflict.h"
#include "model/needs.h"
#include "model/question.h"
#include "model/snapshot.h"

struct iu_rules;

/* A port without an address asks twice, for 0.0.0.0 and for [::]. */
#define IU_ATTEMPTS_MAX 2
/* How far a free neighbour of the asked port is looked for. */
#define IU_NEIGHBOURS 20
/* Ports below 1024 have their usual stand-in so far above: 8080, 8443. */
#define IU_STAND_IN 8000

struct iu_attempt {
	struct iu_request request;
	struct iu_local_check check;
	struct iu_outcome outcome; /* of view->sockets; for port 0: fails when the range is full */
	const struct iu_probe *probe; /* what the kernel said to exactly this, or NULL */
};

struct iu_evaluation {
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	const struct iu_rules *rules; /* of the snapshot's system */
	struct iu_kernel kernel;
	/* snapshot->sysctls; on Windows the dynamic range and the excluded ports in their place. */
	struct iu_sysctls limits;
	/*
	 * Windows: the asker was told an error that its sockets give only with this option, which
	 * nobody said it sets. "SO_REUSEADDR"; NULL: nothing is assumed.
	 */
	const char *assumed;
	/*
	 * Copies of the sockets of the asked port (port 0: of every port), their unknown options
	 * inferred from what they coexist with.
	 */
	struct iu_sockets sockets;
	struct iu_attempt attempts[IU_ATTEMPTS_MAX];
	size_t attempt_count;
	bool complete; /* every kind of socket that could be in the way was looked at */
};

/** iu_evaluation_make() - everything the rules need for one question. */
void iu_evaluation_make(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_evaluation *ret_view);

/** iu_evaluation_port_range() - the window in which a free neighbour of @port is looked for. */
struct iu_port_range iu_evaluation_port_range(uint16_t port);

/** iu_evaluation_port_held() - whether any socket of the protocol has this port number. */
bool iu_evaluation_port_held(const struct iu_evaluation *evaluation, uint16_t port);

/** iu_evaluation_neighbour() - a port of the window that nothing holds and nothing forbids; 0: none. */
uint16_t iu_evaluation_neighbour(const struct iu_evaluation *evaluation);

/** iu_evaluation_probe() - what the kernel said to exactly this bind, or NULL. */
const struct iu_probe *iu_evaluation_probe(
	const struct iu_snapshot *snapshot, const struct iu_request *request);

/** iu_evaluation_only_closing() - sockets are on the port, and all are TIME-WAIT or closing. */
bool iu_evaluation_only_closing(const struct iu_evaluation *evaluation);

/**
 * iu_evaluation_told_refused() - a message says that bind() was refused (EACCES, EPERM)
 * What another program may, the one that asks here among them, says nothing against it.
 */
bool iu_evaluation_told_refused(const struct iu_question *question);

/** iu_evaluation_foreign_user() - the asker is another user than the one who looks. */
bool iu_evaluation_foreign_user(const struct iu_question *question, const struct iu_snapshot *snapshot);

/** iu_evaluation_address() - an address of this machine that could be bound instead; ANY: none. */
struct iu_address iu_evaluation_address(const struct iu_evaluation *evaluation);

/** iu_in_range() - whether the system may choose @port by itself; IU_UNKNOWN: range not known. */
enum iu_tri iu_in_range(const struct iu_sysctls *sysctls, uint16_t port);

#endif
