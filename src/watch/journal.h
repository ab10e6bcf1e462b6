/* watch/journal.h - a failed bind as an entry of the journal, also of the unit that was refused */
#ifndef IU_WATCH_JOURNAL_H
#define IU_WATCH_JOURNAL_H

#include "watch/watch.h"

/* Fixed for ever: journalctl MESSAGE_ID=…, and what the catalogue explains. */
#define IU_JOURNAL_REFUSED  "c09b6f6ba39d452dbe09685f0083378f"
#define IU_JOURNAL_REPEATED "643a1deee98b485d8a27e4bfce949f03"

/**
 * iu_journal_send() - writes the entry
 * Returns: 0, IU_E_NOTSUP: there is no journal, IU_E_SYSTEM, IU_E_NOMEM.
 */
int iu_journal_send(const struct iu_watch_entry *entry);

#endif
