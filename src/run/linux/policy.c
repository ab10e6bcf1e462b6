/* run/linux/policy.c - what becomes of a call that waits; pure */
#include "run/linux/policy.h"

#include <errno.h>

#include "base/compat.h"

/* Only where nothing that we may and the thread may not can make a difference. */
bool iu_run_policy_may_perform(const struct iu_run_facts *facts)
{
	return facts->inet && facts->equal && !facts->domain;
}

static enum iu_run_way choose_bind(const struct iu_run_facts *facts)
{
	switch (facts->name) {
	case IU_RUN_NAME_FOREIGN: return IU_RUN_LET;
	case IU_RUN_NAME_PATH: return IU_RUN_LOOK;
	case IU_RUN_NAME_ABSTRACT: return facts->equal ? IU_RUN_TRY : IU_RUN_WORKER;
	case IU_RUN_NAME_INET: break;
	}
	if (!facts->inet)
		return IU_RUN_LET;
	if (facts->moved || (facts->policy == IU_RUN_REUSEADDR && facts->tcp))
		return IU_RUN_WORKER;
	if (iu_run_policy_may_perform(facts) && !facts->privileged)
		return IU_RUN_PERFORM;
	/*
	 * A look-alike UDP socket that shares its port would be given datagrams meant for others, and
	 * as another user it may share what the thread may not: rules first.
	 */
	if (!facts->equal || (facts->shared && !facts->tcp))
		return IU_RUN_WORKER;
	return IU_RUN_TRY;
}

enum iu_run_way iu_run_policy_choose(const struct iu_run_facts *facts)
{
	switch (facts->kind) {
	case IU_RUN_BIND: return choose_bind(facts);
	case IU_RUN_LISTEN: return iu_run_policy_may_perform(facts) ? IU_RUN_PERFORM : IU_RUN_LET;
	case IU_RUN_RING:
	case IU_RUN_DOMAIN:
	case IU_RUN_OTHER:
	case IU_RUN_KINDS: break;
	}
	return IU_RUN_LET;
}

bool iu_run_policy_explains(int error)
{
	static const int known[] = {EADDRINUSE, EACCES, EPERM, EADDRNOTAVAIL};

	for (size_t i = 0; i < IU_COUNT(known); i++)
		if (known[i] == error)
			return true;
	return false;
}

bool iu_run_policy_waits(int error)
{
	return error == EADDRINUSE || error == EADDRNOTAVAIL;
}
