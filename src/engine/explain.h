/* engine/explain.h - what an error means on each system, in words */
#ifndef IU_ENGINE_EXPLAIN_H
#define IU_ENGINE_EXPLAIN_H

#include "input/error-text.h"
#include "model/verdict.h"

struct iu_explain {
	const struct iu_error_readings *readings;
	size_t which;		  /* the reading to explain; its id is not IU_ERROR_OTHER */
	const char *asked;	  /* what was asked, escaped */
	const char *endpoint;	  /* the endpoint a message names, escaped; NULL: none */
	enum iu_error_space here; /* the numbers of this machine */
	const char *text;	  /* this system's own text of the error, escaped; or NULL */
	const char *foreign;	  /* why: what a message of another system says; NULL: `error` */
};

/**
 * iu_explain() - one reading in words
 * Returns: 0, IU_E_NOMEM.
 */
int iu_explain(
	struct iu_arena *arena, const struct iu_explain *explain, struct iu_explanation *ret_story);

#endif
