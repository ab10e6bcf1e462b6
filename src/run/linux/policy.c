/* run/linux/policy.c - what becomes of a call that waits; pure */
#include "run/linux/policy.h"

#include <errno.h>

/* Only where nothing that we may and the thread may not can make a difference. */
bool iu_run_policy_may_perform(const struct iu_run_facts *facts)
{
	return (facts->inet || facts->plain) && facts->equal && !facts->domain;
}

static enum iu_run_way choose_bind(const struct iu_run_facts *facts)
{
	switch (facts->name) {
	case IU_RUN_NAME_FOREIGN:
		return iu_run_policy_may_perform(facts) ? IU_RUN_PERFORM : IU_RUN_LET;
	case IU_RUN_NAME_PATH: return IU_RUN_LOOK;
	case IU_RUN_NAME_ABSTRACT: return facts->equal ? IU_RUN_TRY : IU_RUN_WORKER;
	case IU_RUN_NAME_INET: break;
	}
	if (!facts->inet)
		return iu_run_policy_may_perform(facts) && !facts->privileged ? IU_RUN_PERFORM
									      : IU_RUN_LET;
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
	case IU_RUN_LISTEN:
		if (facts->unix_socket) /* who listens is told to clients: it must not be us */
			return IU_RUN_LOOK;
		return facts->inet && iu_run_policy_may_perform(facts) ? IU_RUN_PERFORM : IU_RUN_LET;
	case IU_RUN_RING:
	case IU_RUN_DOMAIN:
	case IU_RUN_OTHER:
	case IU_RUN_KINDS: break;
	}
	return IU_RUN_LET;
}

/* A signal ended it: the program tries again. Everything else is the program's own result. */
bool iu_run_policy_explains(int error)
{
	return error > 0 && error != EINTR && error != EAGAIN;
}

bool iu_run_policy_looks_after(const struct iu_run_facts *facts)
{
	return facts->kind == IU_RUN_BIND &&
	       (facts->name == IU_RUN_NAME_PATH || facts->domain) && facts->name != IU_RUN_NAME_FOREIGN;
}

bool iu_run_policy_waits(int error)
{
	return error == EADDRINUSE || error == EADDRNOTAVAIL;
}
