/* os/windows/host/addresses.h - the adapters' list, and addresses as Windows writes them */
#ifndef IU_OS_WINDOWS_HOST_ADDRESSES_H
#define IU_OS_WINDOWS_HOST_ADDRESSES_H

#include "model/address.h"
#include "os/windows/system.h"

#include <iphlpapi.h>

#undef interface /* once more, see system.h */

/** iu_address_of() - the address of a socket name; family IU_FAMILY_ANY when it is neither. */
void iu_address_of(const SOCKADDR *from, struct iu_address *ret);

/** iu_adapters() - GetAdaptersAddresses(), to be freed with free(); NULL: not to be had. */
IP_ADAPTER_ADDRESSES *iu_adapters(void);

#endif
