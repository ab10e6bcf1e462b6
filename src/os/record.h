/* os/record.h - where `watch` keeps the failed binds of the last while: a bounded file of root's */
#ifndef IU_OS_RECORD_H
#define IU_OS_RECORD_H

#include "base/text.h"

#define IU_RECORD_FOLDER "/run/inuse"
#define IU_RECORD_BYTES (256 * 1024) /* of each of the two files: the newer one and the one before it */
#define IU_RECORD_OLD	120 /* seconds after which a line is of no interest */

struct iu_os_record;

/**
 * iu_os_record_open() - to write; one process at a time
 * Returns: 0, IU_E_AGAIN: another one writes, IU_E_ACCESS, IU_E_NOTSUP, IU_E_NOMEM, IU_E_SYSTEM.
 */
int iu_os_record_open(struct iu_os_record **ret_record);

/** iu_os_record_add() - one more line, without its newline; what cannot be written is left out. */
void iu_os_record_add(struct iu_os_record *record, const char *line, size_t len);

/** iu_os_record_renew() - in a new process: the one before it may have begun another file. */
void iu_os_record_renew(struct iu_os_record *record);

/** iu_os_record_close() - the lines stay; NULL is fine. */
void iu_os_record_close(struct iu_os_record *record);

/**
 * iu_os_record_read() - all lines of files that got one in the last IU_RECORD_OLD seconds, the oldest first
 * A file that anybody but root could have written is not read. Returns: 0, IU_E_NOENT, IU_E_ACCESS,
 * IU_E_NOTSUP. *@text is the caller's to free either way.
 */
int iu_os_record_read(struct iu_text *text);

/** iu_os_record_is_kept() - whether somebody writes it now, as far as this user may see. */
bool iu_os_record_is_kept(void);

#endif
