/* captures/linux-row.h - what the listings of ss, netstat and lsof have in common */
#ifndef IU_CAPTURES_LINUX_ROW_H
#define IU_CAPTURES_LINUX_ROW_H

#include "captures/capture-out.h"

/** iu_linux_state() - "LISTEN", "ESTAB", "TIME-WAIT", "TIME_WAIT", "UNCONN" …; false: no state. */
bool iu_linux_state(struct iu_span word, enum iu_state *ret);

/**
 * iu_linux_socket() - the socket between two ends as Linux tools print them
 * @family: IPv6 where the row says so ("tcp6", "IPv6"); ANY: as the addresses have it
 * @star: what "*" as an address means: 0.0.0.0 or [::]
 * @ret: protocol must be set; receives the rest
 * Returns: 1; 0: it is a name or a port that no socket is bound to (counted in @out).
 */
int iu_linux_socket(struct iu_capture_out *out, const struct iu_capture_endpoint *local,
	const struct iu_capture_endpoint *peer, enum iu_family family, enum iu_family star,
	struct iu_socket *ret);

/** iu_linux_user() - a user as printed, number or name, for a socket. Returns: 0, IU_E_NOMEM. */
int iu_linux_user(struct iu_capture_out *out, struct iu_span word, struct iu_socket *s);

#endif
