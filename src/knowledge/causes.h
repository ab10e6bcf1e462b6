/* knowledge/causes.h - what each cause is and what helps, a row each */
#ifndef IU_KNOWLEDGE_CAUSES_H
#define IU_KNOWLEDGE_CAUSES_H

#include "model/cause.h"
#include "model/verdict.h"

#define IU_CAUSE_REMEDIES_MAX 8

struct iu_cause_row {
	enum iu_cause cause;
	const char *name;
	const char *sentence; /* for the man page, `inuse error` and JSON readers */
	enum iu_remedy_id remedies[IU_CAUSE_REMEDIES_MAX]; /* best first, ends with IU_REMEDY_NONE */
};

/** iu_cause_row() - the row of a cause; NULL for IU_CAUSE_NONE. Static. */
const struct iu_cause_row *iu_cause_row(enum iu_cause cause);

/** iu_cause_helps() - the remedy is one for that cause. */
bool iu_cause_helps(enum iu_cause cause, enum iu_remedy_id remedy);

struct iu_remedy_row {
	enum iu_remedy_id id;
	const char *name;
	const char *sentence;
	enum iu_risk risk;
};

/** iu_remedy_row() - the row of a remedy; NULL for IU_REMEDY_NONE. Static. */
const struct iu_remedy_row *iu_remedy_row(enum iu_remedy_id id);

#endif
