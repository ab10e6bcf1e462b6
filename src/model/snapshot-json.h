/* model/snapshot-json.h - a snapshot as JSON ("inuse.snapshot/1"), and back */
#ifndef IU_MODEL_SNAPSHOT_JSON_H
#define IU_MODEL_SNAPSHOT_JSON_H

#include <jansson.h>

#include "base/text.h"
#include "model/snapshot.h"

/*
 * The form: one object a struct, with the names of its members as keys. A key that is missing has
 * the value of a fresh snapshot: "not known", false, 0, empty. Facts of three values are true,
 * false or missing; enumerations are words; addresses are "127.0.0.1", "::1" or "fe80::1%2"
 * (with an interface index). A number beyond 2^63-1 is a decimal string. Text that is no valid
 * UTF-8 or has a NUL in it is {"bytes": "hex digits"}, so every name and path comes back exactly.
 */

/* More than this is refused on reading: elements of a list, bytes of a string, of a document. */
#define IU_SNAPSHOT_LIST_MAX     1000000
#define IU_SNAPSHOT_TEXT_MAX     (1 << 20)
#define IU_SNAPSHOT_DOCUMENT_MAX (256 << 20)
/* "{}" in a list costs three bytes to write and some hundred to read: the sum is bounded too. */
#define IU_SNAPSHOT_MEMORY_MAX   (512 << 20)

/** iu_snapshot_to_json() - the whole snapshot; a new reference, NULL when out of memory. */
json_t *iu_snapshot_to_json(const struct iu_snapshot *snapshot);

/* Receives pieces of a document. Returns: 0, or an IU_E_* that ends the writing. */
typedef int iu_snapshot_sink(void *context, const char *bytes, size_t len);

/**
 * iu_snapshot_write() - the same document as text, piece by piece, one element of a list a line
 * @about: an object whose keys come after "schema": who wrote it, when; borrowed, NULL: none
 *
 * A snapshot of 100,000 sockets needs no more memory than its largest element.
 * Returns: 0, IU_E_NOMEM, or what @sink returned.
 */
int iu_snapshot_write(const struct iu_snapshot *snapshot, const json_t *about,
	iu_snapshot_sink *sink, void *context);

/**
 * iu_snapshot_from_json() - the snapshot that a document describes
 * @root: borrowed; nothing of it is kept
 * @ret_snapshot: on success takes a new snapshot, to be freed with iu_snapshot_free()
 * @complaint: on IU_E_PROTO receives one line that says where and what; NULL: not wanted
 *
 * Keys that are not known are ignored, so that documents of later versions can be read. Wrong
 * types, numbers out of range and words that are not known are refused, except where the
 * enumeration has a value for "unknown".
 * Returns: 0, IU_E_PROTO, IU_E_NOMEM.
 */
int iu_snapshot_from_json(
	const json_t *root, struct iu_snapshot *ret_snapshot, struct iu_text *complaint);

/** iu_snapshot_parse() - the same from @len bytes of text. */
int iu_snapshot_parse(const char *text, size_t len, struct iu_snapshot *ret_snapshot,
	struct iu_text *complaint);

#endif
