/* os/windows/process/accounts.c - names of accounts, each asked for once a look */
#include "os/windows/process/accounts.h"

#include <stdio.h>

#include <sddl.h>

#define USER_UNITS   256
#define SLOW_MS	     500
#define DOMAIN_FIRST 21 /* S-1-5-21-…: of a domain, or of this machine */

static bool look_up(void *context, PSID sid, wchar_t both[IU_ACCOUNT_UNITS])
{
	wchar_t name[USER_UNITS], domain[USER_UNITS];
	DWORD n = USER_UNITS, m = USER_UNITS;
	SID_NAME_USE use;

	(void)context;
	if (!LookupAccountSidW(NULL, sid, name, &n, domain, &m, &use))
		return false;
	_snwprintf(both, IU_ACCOUNT_UNITS, m ? L"%ls\\%ls" : L"%ls%ls", domain, name);
	both[IU_ACCOUNT_UNITS - 1] = 0;
	return true;
}

static bool is_of_domain(PSID sid)
{
	static const SID_IDENTIFIER_AUTHORITY nt = {SECURITY_NT_AUTHORITY};

	return !memcmp(GetSidIdentifierAuthority(sid), &nt, sizeof(nt)) &&
	       *GetSidSubAuthorityCount(sid) > 1 && *GetSidSubAuthority(sid, 0) == DOMAIN_FIRST;
}

static const char *as_number(struct iu_arena *arena, PSID sid)
{
	wchar_t *text = NULL;
	const char *utf8;

	if (!ConvertSidToStringSidW(sid, &text))
		return NULL;
	utf8 = iu_utf8(arena, text);
	LocalFree(text);
	return utf8;
}

static const char *ask(struct iu_arena *arena, struct iu_accounts *accounts, PSID sid)
{
	wchar_t name[IU_ACCOUNT_UNITS];
	ULONGLONG began = GetTickCount64();
	bool found = (accounts->lookup ? accounts->lookup : look_up)(accounts->context, sid, name);

	accounts->is_slow |= GetTickCount64() - began > SLOW_MS;
	return found ? iu_utf8(arena, name) : as_number(arena, sid);
}

const char *iu_account_name(struct iu_arena *arena, struct iu_accounts *accounts, PSID sid)
{
	struct iu_account account = {.sid = sid}, *slot;

	for (size_t i = 0; i < accounts->list.n; i++)
		if (EqualSid(accounts->list.v[i].sid, sid))
			return accounts->list.v[i].name;
	account.name = accounts->is_slow && is_of_domain(sid) ? as_number(arena, sid)
							      : ask(arena, accounts, sid);
	account.sid = iu_arena_copy(arena, sid, GetLengthSid(sid));
	if (!account.name || !account.sid)
		return NULL;
	slot = iu_list_add(arena, &accounts->list);
	*slot = account;
	return account.name;
}
