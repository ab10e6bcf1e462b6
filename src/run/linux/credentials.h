/* run/linux/credentials.h - as whom and where a thread runs, compared with ourselves */
#ifndef IU_RUN_LINUX_CREDENTIALS_H
#define IU_RUN_LINUX_CREDENTIALS_H

#include "run/linux/proc-files.h"
#include "run/linux/rights.h"

/* What is compared: taken once of ourselves, then of each thread. */
struct iu_run_credentials {
	struct iu_run_rights rights;
	uint64_t netns, userns; /* 0: not readable */
	uint64_t cgroup, label; /* hashes of the cgroup path and of the security label */
};

/** iu_run_credentials_read() - those of the thread of @files. Returns: 0, IU_E_GONE. */
int iu_run_credentials_read(
	const struct iu_run_proc_files *files, struct iu_run_credentials *ret_credentials);

/**
 * iu_run_credentials_may_bind_low() - it has CAP_NET_BIND_SERVICE where that counts: in the user namespace
 *	that owns its network namespace, or in one above
 */
bool iu_run_credentials_may_bind_low(int32_t tid, const struct iu_run_credentials *credentials);

/** iu_run_credentials_equal() - same rights, namespaces, cgroup and label. */
bool iu_run_credentials_equal(
	const struct iu_run_credentials *ours, const struct iu_run_credentials *theirs);

#endif
