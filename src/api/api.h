/* api/api.h - what the files of the exported library share */
#ifndef IU_API_API_H
#define IU_API_API_H

#include "inuse/inuse.h"

#include "base/text.h"
#include "model/listing.h"
#include "output/output.h"
#include "session/free.h"
#include "session/session.h"

/* The exported objects: views of what lives as long as the object that gave them out. */

struct inuse_holder {
	const struct iu_hold *hold;
	const struct iu_process *process; /* of whom only the number was seen: nothing known */
	IU_LIST(int) descriptors;
	bool self;
};

struct inuse_socket {
	const struct iu_blocker *blocker;
	const char *name, *address, *peer;
	IU_LIST(struct inuse_holder) holders;
};

struct inuse_remedy {
	struct iu_remedy remedy; /* alone: arrays of both look the same */
};

struct inuse_gap {
	struct iu_gap gap; /* the same */
};

struct inuse_refusal {
	struct iu_refusal refusal; /* the same */
};

/* How a caller wants to be asked and answered. Lives as long as the object it was given for. */
struct iu_api_look {
	struct inuse_options options;
	struct iu_style style;
	struct iu_budget budget;
};

struct inuse_answer {
	struct iu_arena *arena; /* of the answers */
	const struct iu_style *style;
	bool recorded; /* of another machine: nothing is to be done here */
	struct iu_answer answer;
	IU_LIST(struct inuse_socket) blockers;
	const char *text, *json; /* NULL: not made yet */
};

/* Receives the one line about what went wrong. */
struct iu_complaint {
	char *buffer;
	size_t size;
};

/**
 * iu_api_copy() - a caller's options of @given_size bytes into our @size; see inuse.h, Versions
 * Returns: 0, IU_E_INPUT: the size is not set, IU_E_NOTSUP: of a newer version than ours, and what is
 * known of them is copied.
 */
int iu_api_copy(const void *given, size_t given_size, void *ours, size_t size);

/** iu_api_complain() - on an error hands the complaint, or the error's own words, to the caller. Frees it. Returns: @r. */
int iu_api_complain(const struct iu_complaint *to, struct iu_text *complaint, int r);

/**
 * iu_api_begin() - reads the caller's options; complains
 * @ret_look: must not be moved afterwards; written in any case
 * Returns: 0, IU_E_INPUT, IU_E_NOTSUP.
 */
int iu_api_begin(const struct inuse_options *given, struct iu_api_look *ret_look);

/** iu_api_budget() - what was given of it; NULL: as long as it takes. */
static inline struct iu_budget *iu_api_budget(struct iu_api_look *look)
{
	return look->budget.most_ms || look->budget.stopped ? &look->budget : NULL;
}

/** iu_api_style() - how text is rendered for a caller who gave these. */
struct iu_style iu_api_style(uint16_t columns, bool colour);

/**
 * iu_api_questions() - what a target and its options ask for, by ourselves; complains
 * @snapshot: the machine that is asked about; NULL: this one
 * Returns: 0, IU_E_INPUT, IU_E_NOMEM, IU_E_*.
 */
int iu_api_questions(struct iu_arena *arena, const char *target, struct iu_api_look *look,
	const struct iu_snapshot *snapshot, struct iu_questions *ret_questions);

/** iu_api_finish() - what the options say besides the socket's own: the program, and how to ask. */
int iu_api_finish(struct iu_arena *arena, struct iu_api_look *look,
	struct iu_questions *questions, struct iu_text *complaint);

/**
 * iu_api_socket() - the exported view of a blocker, or of a row of a list
 * @blocker: lives as long as @arena
 */
int iu_api_socket(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *blocker, struct inuse_socket *ret_socket);

/**
 * iu_api_answers_replay() - inuse_why() for the machine of a snapshot
 * @snapshot: borrowed until the answers end
 */
int iu_api_answers_replay(const struct iu_snapshot *snapshot, const char *target,
	const struct inuse_options *given, struct inuse_answers **ret_answers);

/** iu_api_dump() - a document as text in @arena; takes @json. NULL: out of memory. */
const char *iu_api_dump(struct iu_arena *arena, json_t *json);

/** iu_api_keep() - the text in @arena; frees it. NULL: out of memory. */
const char *iu_api_keep(struct iu_arena *arena, struct iu_text *text);

#endif
