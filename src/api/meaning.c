/* api/meaning.c - what an error means on each system, as callers see it */
#include "api/api.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "session/error-meaning.h"

struct inuse_meaning {
	struct iu_error_answer meaning;
	char *asked;
	const char *text, *json; /* NULL: not made yet */
};

int inuse_explain_error(const char *error, struct inuse_meaning **ret_meaning)
{
	struct inuse_meaning *meaning = calloc(1, sizeof(*meaning));
	int ret;

	if (!meaning)
		return IU_E_NOMEM;
	meaning->asked = strdup(error ? error : "");
	ret = meaning->asked ? iu_error_meaning_read(meaning->asked, strlen(meaning->asked), &meaning->meaning)
			   : IU_E_NOMEM;
	if (ret < 0) {
		inuse_meaning_free(meaning);
		return ret;
	}
	*ret_meaning = meaning;
	return 1;
}

const char *inuse_meaning_text(struct inuse_meaning *meaning)
{
	const struct iu_style style = iu_api_style(0, false);
	struct iu_text text = {0};

	if (!meaning)
		return NULL;
	if (!meaning->text) {
		if (iu_error_meaning_text(&meaning->meaning, &style, &text) < 0)
			text.failed = true;
		meaning->text = iu_api_keep(&meaning->meaning.arena, &text);
	}
	return meaning->text;
}

const char *inuse_meaning_json(struct inuse_meaning *meaning)
{
	if (!meaning)
		return NULL;
	if (!meaning->json)
		meaning->json = iu_api_dump(
			&meaning->meaning.arena, iu_error_meaning_json(&meaning->meaning));
	return meaning->json;
}

void inuse_meaning_free(struct inuse_meaning *meaning)
{
	if (!meaning)
		return;
	iu_error_meaning_end(&meaning->meaning);
	free(meaning->asked);
	free(meaning);
}
