/* output/json-parts.h - the objects that the JSON documents have in common */
#ifndef IU_OUTPUT_JSON_PARTS_H
#define IU_OUTPUT_JSON_PARTS_H

#include <jansson.h>

#include "base/arena.h"
#include "model/snapshot.h"
#include "model/verdict.h"

/*
 * One document in the making. `failed` is sticky: builders may go on, and the one who started the
 * document tests once at the end with iu_json_finish().
 */
struct iu_json {
	const struct iu_snapshot *snapshot; /* borrowed */
	struct iu_arena scratch;            /* cleaned strings, until iu_json_finish() */
	bool failed;
};

/** iu_json_put() - sets @key; takes @value. NULL for either is out of memory. */
void iu_json_put(struct iu_json *json, json_t *object, const char *key, json_t *value);

/** iu_json_append() - adds to a list; takes @value. */
void iu_json_append(struct iu_json *json, json_t *list, json_t *value);

/** iu_json_finish() - frees the scratch memory. Returns @root, or NULL (released) when failed. */
json_t *iu_json_finish(struct iu_json *json, json_t *root);

/** iu_json_text() - any bytes as a string of clean UTF-8; null for NULL. */
json_t *iu_json_text(struct iu_json *json, const char *text);

/** iu_json_bytes() - the same for bytes with a length. */
json_t *iu_json_bytes(struct iu_json *json, const char *bytes, size_t len);

/** iu_json_tri() - true, false, or null for what is not known. */
json_t *iu_json_tri(enum iu_tri tri);

/** iu_json_known() - a number, or null where @known is false. */
json_t *iu_json_known(bool known, uint64_t number);

/** iu_json_strings() - a list of strings. */
json_t *iu_json_strings(struct iu_json *json, const char *const *strings, size_t count);

/** iu_json_path() - "/run/app.sock", "@name" for an abstract name; null for NULL. */
json_t *iu_json_path(struct iu_json *json, const char *path, size_t len, bool abstract);

/** iu_json_address() - "127.0.0.1", or null for none. */
json_t *iu_json_address(const struct iu_address *address);

/** iu_json_request(), iu_json_verdict() - what was asked, and the answer in short. */
json_t *iu_json_request(struct iu_json *json, const struct iu_question *question);
json_t *iu_json_verdict(struct iu_json *json, const struct iu_verdict *verdict);

/** iu_json_host() - which machine was looked at, and with which rights. */
json_t *iu_json_host(struct iu_json *json);

/** iu_json_blocker() - one socket with its holders and, in a verdict, why it is in the way. */
json_t *iu_json_blocker(struct iu_json *json, const struct iu_blocker *blocker);

/** iu_json_gaps() - what could not be seen. */
json_t *iu_json_gaps(struct iu_json *json, const struct iu_gap *gaps, size_t count);

#endif
