/* captures/port-proxy.h - one port proxy rule, wherever it was found */
#ifndef IU_CAPTURES_PORT_PROXY_H
#define IU_CAPTURES_PORT_PROXY_H

#include "captures/capture-out.h"

/**
 * iu_capture_port_proxy_rule() - adds a rule
 * @family: what "*" means
 * @words: listen address, listen port, target, target port
 * Returns: 1 a rule, 0 no rule, IU_E_NOMEM.
 */
int iu_capture_port_proxy_rule(struct iu_capture_out *out, enum iu_family family,
	const struct iu_span words[4]);

#endif
