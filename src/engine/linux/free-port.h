/* engine/linux/free-port.h - bind(port 0): whether the system finds a port in its range */
#ifndef IU_ENGINE_LINUX_FREE_PORT_H
#define IU_ENGINE_LINUX_FREE_PORT_H

#include "engine/conflict.h"

/**
 * iu_linux_free_port() - a port that bind(port 0) could choose
 * Returns: such a port of the range without the reserved ones, a certain one where there is any;
 * 0: the range is full for @r (EADDRINUSE); IU_E_NOTSUP when the range is not known.
 */
int iu_linux_free_port(const struct iu_request *r, const struct iu_sockets *sockets,
	const struct iu_sysctls *sysctls, const struct iu_kernel *kernel);

/**
 * iu_linux_range_full() - whether bind(port 0) fails with EADDRINUSE
 * IU_UNKNOWN: the range is not known, an option of a holder is not known, or TCP finds the only
 * port that is left by lot (inet_csk_find_open_port() skips the first or the last port of a range
 * with an odd number of them).
 */
enum iu_tri iu_linux_range_full(const struct iu_request *r, const struct iu_sockets *sockets,
	const struct iu_sysctls *sysctls, const struct iu_kernel *kernel);

#endif
