/* os/desk.h - where a `watch` that runs answers those who ask, knowing who they are; Linux */
#ifndef IU_OS_DESK_H
#define IU_OS_DESK_H

#include "base/text.h"
#include "os/record.h"

#define IU_DESK	      IU_RECORD_FOLDER "/desk"
#define IU_DESK_BYTES (64 * 1024) /* of an answer, at most */

struct iu_os_desk;

/**
 * iu_os_desk_open() - from now on anybody may ask
 * Only while a record is open (os/record.h): so there is one desk, in a folder that is root's.
 * Returns: 0, IU_E_NOTSUP, IU_E_NOMEM, IU_E_*.
 */
int iu_os_desk_open(struct iu_os_desk **ret_desk);

/** iu_os_desk_door() - readable when somebody asks; -1: nobody is let in now, or @desk is NULL. */
int iu_os_desk_door(struct iu_os_desk *desk);

/* Who asks, as the kernel says. */
struct iu_desk_caller {
	uint32_t uid;
	int32_t session; /* of processes, as a terminal has one; 0: not known */
};

/** iu_os_desk_next() - Returns: 1: somebody asks, and waits for iu_os_desk_answer(); 0: nobody does. */
int iu_os_desk_next(struct iu_os_desk *desk, struct iu_desk_caller *ret_caller);

/** iu_os_desk_answer() - sends it and lets the caller go; what he does not take at once is lost. */
void iu_os_desk_answer(struct iu_os_desk *desk, const struct iu_text *answer);

/** iu_os_desk_close() - NULL is fine. */
void iu_os_desk_close(struct iu_os_desk *desk);

/* ---- the other side ---- */

/**
 * iu_os_desk_ask() - what a watch of root's answers
 * Returns: 0, IU_E_NOENT: none runs here, IU_E_AGAIN: it does not answer in @ms, IU_E_ACCESS: it is not
 * root's, IU_E_NOTSUP, IU_E_NOMEM. *@text is the caller's to free either way.
 */
int iu_os_desk_ask(unsigned int ms, struct iu_text *text);

/** iu_os_desk_clock_ms() - milliseconds since 1970, on the clock that failures are told with. */
int64_t iu_os_desk_clock_ms(void);

/** iu_os_desk_sees() - whether a process of that number is there. */
bool iu_os_desk_sees(int32_t pid);

#endif
