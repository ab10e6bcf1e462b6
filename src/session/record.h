/* session/record.h - the failed binds of the last while, which `watch` writes down and others tell */
#ifndef IU_SESSION_RECORD_H
#define IU_SESSION_RECORD_H

#include "model/failure.h"
#include "model/snapshot.h"
#include "model/verdict.h"

#define IU_RECORD_SECONDS 60 /* so far back it is told */

struct iu_os_record;

/**
 * iu_record_add() - writes a failure down
 * @record: of iu_os_record_open()
 */
void iu_record_add(struct iu_os_record *record, const struct iu_failure *failure);

/** iu_record_add_lost() - writes down that so many failures are not known, as the line of that moment. */
void iu_record_add_lost(struct iu_os_record *record, uint64_t lost, int64_t now_ms);

/* What was refused what is asked for. */
struct iu_record_tally {
	uint64_t count;
	uint64_t lost;   /* failures of which nobody knows what they asked for */
	int64_t last_ms;
	int32_t pid;     /* of the last one; 0: not known */
	char name[16];   /* … its name, as bytes; "": not known */
	bool others;     /* another name was among them */
	uint16_t port;   /* of the last one; 0: a path */
	char protocol[8];
};

/**
 * iu_record_count() - reads what iu_record_add() has written
 * @bytes: lines, the oldest first; what is no whole line of ours is passed over
 * @question: what was asked for; NULL: anything
 * @netns: only failures of that network namespace count; of paths those of any
 */
void iu_record_count(const char *bytes, size_t len, const struct iu_question *question,
	uint64_t netns, int64_t now_ms, struct iu_record_tally *ret_tally);

/**
 * iu_record_recall() - the same of this machine's record, if there is one that may be read
 * Returns: whether anything was refused, or may have been: something was lost.
 */
bool iu_record_recall(const struct iu_question *question, const struct iu_snapshot *snapshot,
	struct iu_record_tally *ret_tally);

/**
 * iu_record_lately() - what was refused anybody on this machine
 * @netns: as of iu_record_count()
 * Returns: whether a watch writes it down now. Where none does, what an earlier one wrote is told all the same.
 */
bool iu_record_lately(uint64_t netns, int64_t now_ms, struct iu_record_tally *ret_tally);

/** iu_record_tell() - adds it to an explanation, if there is something. Returns: 0, IU_E_NOMEM. */
int iu_record_tell(struct iu_arena *arena, const struct iu_record_tally *tally,
	struct iu_explanation *explanation);

#endif
