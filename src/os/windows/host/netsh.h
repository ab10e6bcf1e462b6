/* os/windows/host/netsh.h - what only netsh tells, read as a capture of it would be */
#ifndef IU_OS_WINDOWS_HOST_NETSH_H
#define IU_OS_WINDOWS_HOST_NETSH_H

#include "model/snapshot.h"
#include "os/windows/system.h"

/**
 * iu_netsh() - runs netsh and adds what its output has the shape of
 * @protocol: what the list is of, where the output itself does not say it
 * @ret_given: receives IU_GIVEN_* of what could be read; 0 where netsh printed nothing of that shape
 *
 * Only shape counts: Wine's netsh prints nothing and says that all went well.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_netsh(struct iu_snapshot *snapshot, const wchar_t *arguments, enum iu_protocol protocol,
	uint32_t *ret_given);

#endif
