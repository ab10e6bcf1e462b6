/* os/windows/process/accounts.h - names of accounts, each asked for once a look */
#ifndef IU_OS_WINDOWS_PROCESS_ACCOUNTS_H
#define IU_OS_WINDOWS_PROCESS_ACCOUNTS_H

#include "base/arena.h"
#include "os/windows/system.h"

#define IU_ACCOUNT_UNITS 520

/* One that was asked for. */
struct iu_account {
	PSID sid;
	const char *name;
};

/**
 * struct iu_accounts - all zero at the beginning; what it remembers lies in the arena given
 * @lookup: NULL: LookupAccountSidW(); returns false where it finds no name
 */
struct iu_accounts {
	IU_LIST(struct iu_account) list;
	bool is_slow; /* a domain controller took its time: no further ones are asked for */
	bool (*lookup)(void *context, PSID sid, wchar_t name[IU_ACCOUNT_UNITS]);
	void *context;
};

/**
 * iu_account_name() - "PC\\alice"; the SID where the name is not to be had, or not in time
 *
 * Accounts of another domain are asked of its controller, each time anew, and away from the office that is
 * seconds for each. After the first slow answer those that can be anybody's domain's stay SIDs.
 * Returns: NULL: out of memory.
 */
const char *iu_account_name(struct iu_arena *arena, struct iu_accounts *accounts, PSID sid);

#endif
