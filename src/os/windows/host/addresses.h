/* os/windows/host/addresses.h - the adapters' list, and addresses as Windows writes them */
#ifndef IU_OS_WINDOWS_HOST_ADDRESSES_H
#define IU_OS_WINDOWS_HOST_ADDRESSES_H

#include "model/address.h"
#include "base/arena.h"
#include "os/windows/system.h"

#include <iphlpapi.h>

#undef interface /* once more, see system.h */

/** iu_address_of() - the address of a socket name; family IU_FAMILY_ANY when it is neither. */
void iu_address_of(const SOCKADDR *from, struct iu_address *ret);

/** iu_adapters() - GetAdaptersAddresses(), to be freed with free(); NULL: not to be had. */
IP_ADAPTER_ADDRESSES *iu_adapters(void);

struct iu_scopes; /* of a scan */

/**
 * iu_scope_of() - the scope that a table of sockets has told, as the number of an interface
 *
 * One page of Microsoft calls it network order, all that read it take it as it is. What is no interface
 * but would be one the other way round is meant that way: a held address must never be missed.
 */
uint32_t iu_scope_of(const struct iu_scopes *scopes, uint32_t told);

#endif
