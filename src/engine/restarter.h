/* engine/restarter.h - who above a process would start it again */
#ifndef IU_ENGINE_RESTARTER_H
#define IU_ENGINE_RESTARTER_H

#include "model/plan.h"

struct iu_supervisor_row;

/* How it is known of. */
enum iu_restarter_kind {
	IU_RESTARTER_NONE,
	IU_RESTARTER_KNOWN, /* a supervisor by its name, a shell with a loop */
	IU_RESTARTER_SHOWN, /* it waits for its children, and has more of that kind or was told its command */
	IU_RESTARTER_ALIVE, /* the nearest one that is no wrapper: what it does nobody knows */
};

struct iu_restarter {
	enum iu_restarter_kind kind;
	const struct iu_parent *parent;
	const struct iu_supervisor_row *row; /* KNOWN */
	bool direct; /* nothing but wrappers is between the two */
};

/**
 * iu_restarter_of() - the best of those above @process; kind IU_RESTARTER_NONE: there is none
 * @plan: whom it ends does not start anything again
 * @rules: inuse's own ancestors, which are never named
 */
struct iu_restarter iu_restarter_of(const struct iu_plan *plan, const struct iu_plan_rules *rules,
	const struct iu_process *process);

/** iu_restarter_stop() - what ends all that it keeps running: "sv stop NAME", "end that first (kill 7)". */
const char *iu_restarter_stop(struct iu_arena *arena, const struct iu_restarter *restarter);

/** iu_restarter_name() - "guard (pid 7)", "node --watch (pid 9)": of an interpreter the script says more. */
const char *iu_restarter_name(struct iu_arena *arena, const struct iu_parent *parent);

#endif
