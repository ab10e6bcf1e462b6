/* model/cause.c - the words for causes, remedies and rules */
#include "model/cause.h"

#include <stddef.h>

#include "base/compat.h"

const char *iu_cause_name(enum iu_cause cause)
{
	static const char *const names[] = {
#define X(id, file, text, ...) [IU_CAUSE_##id] = text,
		IU_CAUSES(X)
#undef X
	};

	return (size_t)cause < IU_COUNT(names) ? names[cause] : NULL;
}

const char *iu_remedy_name(enum iu_remedy_id remedy)
{
	static const char *const names[] = {
		[IU_REMEDY_NONE] = "none",
#define X(name, text) [IU_REMEDY_##name] = text,
		IU_REMEDIES(X)
#undef X
	};

	return (size_t)remedy < IU_COUNT(names) ? names[remedy] : "none";
}

const char *iu_rule_name(enum iu_rule rule)
{
	static const char *const names[] = {
#define X(name, text, sentence) [IU_RULE_##name] = text,
		IU_RULES(X)
#undef X
	};

	return (size_t)rule < IU_COUNT(names) ? names[rule] : "none";
}

const char *iu_rule_sentence(enum iu_rule rule)
{
	static const char *const sentences[] = {
#define X(name, text, sentence) [IU_RULE_##name] = sentence,
		IU_RULES(X)
#undef X
	};

	return (size_t)rule < IU_COUNT(sentences) ? sentences[rule] : "";
}

const char *iu_sharing_name(enum iu_sharing sharing)
{
	static const char *const names[] = {
#define X(name, text) [IU_SHARING_##name] = text,
		IU_SHARINGS(X)
#undef X
	};

	return (size_t)sharing < IU_COUNT(names) ? names[sharing] : "none";
}
