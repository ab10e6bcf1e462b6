/* os/journal.h - the system's journal, with fields of one's own; Linux with systemd */
#ifndef IU_OS_JOURNAL_H
#define IU_OS_JOURNAL_H

#include "base/text.h"

/**
 * iu_os_journal_send() - one entry
 * @fields: "NAME=value" each, @n of them; the value may have any bytes
 * Returns: 0, IU_E_NOTSUP: there is no journal, or this build has no systemd; IU_E_SYSTEM: it did not
 * take it.
 */
int iu_os_journal_send(const struct iu_text fields[], size_t n);

#endif
