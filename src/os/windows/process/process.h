/* os/windows/process/process.h - processes: the system's list, and what one says of itself */
#ifndef IU_OS_WINDOWS_PROCESS_PROCESS_H
#define IU_OS_WINDOWS_PROCESS_PROCESS_H

#include "model/process.h"
#include "os/windows/scan.h"
#include "os/windows/system.h"

/* A row of the list: known of every process, protected ones too, without any right. */
struct iu_listed {
	int32_t pid, ppid;
	uint32_t session;
	uint64_t created; /* FILETIME: with the pid the identity of the process */
	const wchar_t *name; /* not terminated; NULL for pid 0 */
	size_t name_units;
	bool suspended; /* every thread of it is */
};

struct iu_process_list;

/** iu_process_list_read() - NtQuerySystemInformation(SystemProcessInformation); NULL: refused. */
struct iu_process_list *iu_process_list_read(void);

/** iu_process_list_free() - NULL is fine. */
void iu_process_list_free(struct iu_process_list *list);

/** iu_process_listed() - the row of a pid; false: there is none. NULL is an empty list. */
bool iu_process_listed(const struct iu_process_list *list, int32_t pid, struct iu_listed *ret);

/** iu_process_parent() - the parent, where it still is the one that made @child; else false. */
bool iu_process_parent(const struct iu_process_list *list, const struct iu_listed *child,
	struct iu_listed *ret);

/** iu_process_add() - adds what is known of a process, once. Returns: 0, IU_E_NOMEM. */
int iu_process_add(struct iu_scan *scan, int32_t pid);

/**
 * iu_process_user() - whose process it is: "VM\root", or the SID
 * @ret_uid: its number (iu_sid_number())
 * Returns: NULL: not to be had; *ret_uid is not written then.
 */
const char *iu_process_user(struct iu_scan *scan, HANDLE process, uint32_t *ret_uid);

/** iu_process_account() - the same of a pid. */
const char *iu_process_account(struct iu_scan *scan, int32_t pid, uint32_t *ret_uid);

/** iu_process_uid() - the number of its account alone. */
bool iu_process_uid(int32_t pid, uint32_t *ret_uid);

/** iu_process_file() - the identity of the file at a path; false: not to be had. */
bool iu_file_identity(const wchar_t *path, struct iu_file_id *ret);

/** iu_process_is_guarded() - it is none whose memory or handles may be read: lsass.exe and its like. */
bool iu_process_is_guarded(HANDLE process);

#endif
