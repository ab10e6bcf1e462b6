/* model/verdict.h - the answer: would bind() fail, who is in the way, which cause, what helps */
#ifndef IU_MODEL_VERDICT_H
#define IU_MODEL_VERDICT_H

#include "base/arena.h"
#include "model/cause.h"
#include "model/snapshot.h"

enum iu_status { IU_STATUS_FREE, IU_STATUS_IN_USE, IU_STATUS_DENIED, IU_STATUS_UNAVAILABLE,
	IU_STATUS_UNKNOWN };
enum iu_operation { IU_OPERATION_NONE, IU_OPERATION_BIND, IU_OPERATION_LISTEN,
	IU_OPERATION_CONNECT };
enum iu_confidence { IU_CONFIDENCE_POSSIBLE, IU_CONFIDENCE_LIKELY, IU_CONFIDENCE_PROVEN };
enum iu_risk { IU_RISK_NONE, IU_RISK_LOW, IU_RISK_MEDIUM, IU_RISK_HIGH };

/** Names as JSON has them: "in-use", "bind" (NULL for none), "proven", "medium". Static. */
const char *iu_status_name(enum iu_status status);
const char *iu_operation_name(enum iu_operation operation);
const char *iu_confidence_name(enum iu_confidence confidence);
const char *iu_risk_name(enum iu_risk risk);

struct iu_strings {
	const char **v;
	size_t n, cap;
};

/* Something in the way: a socket, or for UNIX paths a file. */
struct iu_blocker {
	struct iu_socket socket;   /* a copy; its strings live in the snapshot */
	enum iu_tri certain;       /* IU_YES: it blocks; IU_UNKNOWN: depends on what was not visible */
	enum iu_rule rule;
	enum iu_sharing sharing;
	int error; /* Windows: the WSA number it leads to, which may not be the verdict's; else 0 */
	enum iu_cause cause;
	enum iu_confidence confidence; /* of the cause */
	IU_LIST(size_t) holds;         /* indices into snapshot->holds */
	struct iu_strings evidence;    /* sentences that led to the cause; foreign text is escaped */
	/* Processes that may hold it where none could be shown: indices into snapshot->unreadable. */
	IU_LIST(size_t) candidates;
	size_t likely;          /* so many of the first stand out … */
	const char *likely_why; /* … as each of them "has the port among its arguments" */
	size_t representative; /* how many sockets alike this row stands for (TIME-WAIT), at least 1 */
	size_t found; /* its place in the order of the snapshot, for blockers that weigh the same */
};

struct iu_remedy {
	enum iu_remedy_id id;
	const char *summary;       /* one sentence; foreign text is escaped */
	/* The same where a value is to be used, apart from it: "use a free port", "3001"; NULL: none. */
	const char *title, *value;
	struct iu_strings command; /* an argument vector, raw bytes; n == 0: nothing to run */
	struct iu_strings raw;     /* where command is inuse's own: what does it without; else empty */
	enum iu_risk risk;
	bool needs_root;
	bool acts;         /* it is what `inuse free` does, where that is not forbidden */
	enum iu_tri tried; /* a probe or the rules showed that it works now (or not); IU_UNKNOWN: not tried */
};

struct iu_verdict {
	enum iu_status status;
	enum iu_operation operation;
	int error_number;       /* errno or WSA number; 0: none */
	const char *error;      /* its name on the system that was asked; NULL when free */
	enum iu_cause cause;
	enum iu_confidence confidence;
	const char *probe;      /* "EADDRINUSE", "success", NULL: not asked */
	const char *headline;   /* one sentence; foreign text is escaped */
	/* What led to the cause where no socket is in the way; of a blocker it is in there. */
	struct iu_strings evidence;
	struct iu_strings warnings; /* "shadowed": it works, but … */
	struct iu_strings caveats;   /* what could be otherwise, and why */
	const char *endless; /* why waiting for it changes nothing; NULL: it may end by itself */
	/* Most important first; IU_CAUSE of the verdict is that of v[0], where there is one. */
	IU_LIST(struct iu_blocker) blockers;
	size_t unlisted; /* sockets in the way that no blocker stands for */
	IU_LIST(struct iu_gap) gaps; /* those of the snapshot that touch this question */
	IU_LIST(struct iu_remedy) remedies;
};

/*
 * All that a renderer for people knows. Every string is escaped already and may be wrapped.
 */
struct iu_explanation_step {
	const char *text, *command; /* command: NULL, quoted for a shell, or what is to be used: "3001" */
};

struct iu_explanation_part {
	const char *label; /* "who", "why", "but", "cause" … */
	/* Each a sentence; a tab parts what may be cut to fit into a line from what may not. */
	struct iu_strings lines;
	bool detail; /* only who asks for more (-v) is told */
};

struct iu_explanation {
	enum iu_status status; /* decides the colour */
	const char *headline;
	IU_LIST(struct iu_explanation_part) parts;
	const char *steps_title; /* over the steps; NULL: "What helps:" */
	size_t steps_short;      /* the others only with -v; 0: all of them are told */
	IU_LIST(struct iu_explanation_step) steps;
};

#endif
