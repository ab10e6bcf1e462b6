/* engine/judge.h - what rules, system and message together say about one bind() */
#ifndef IU_ENGINE_JUDGE_H
#define IU_ENGINE_JUDGE_H

#include "model/verdict.h"

struct iu_judgement {
	enum iu_status status;
	int error;
	enum iu_cause cause; /* without a socket in the way */
	enum iu_confidence confidence;
	bool disagree; /* rules and kernel say different things */
	bool settled;  /* the system's own answer: a single socket that may be meant is meant */
	bool cache;    /* free only because the kernel's SO_REUSEPORT fast path said so */
	int other;     /* Windows: the error it may be as well, 0: none */
};

/** iu_judge() - a judgement of these four */
struct iu_judgement iu_judge(enum iu_status status, int error, enum iu_cause cause,
	enum iu_confidence confidence);

/** iu_judge_unknown() - it could not be told */
struct iu_judgement iu_judge_unknown(void);

/** iu_judge_disagreement() - rules and system say different things */
struct iu_judgement iu_judge_disagreement(void);

/** iu_judge_probe() - what a bind() that was tried was told: "success", "EADDRINUSE"; NULL: none was. */
const char *iu_judge_probe(const struct iu_probe *probe);

/** iu_judge_unlisted() - the caveat for sockets that no blocker stands for. */
void iu_judge_unlisted(struct iu_arena *arena, struct iu_verdict *verdict);

#endif
