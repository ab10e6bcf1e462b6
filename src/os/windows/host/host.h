/* os/windows/host/host.h - what this process may do here */
#ifndef IU_OS_WINDOWS_HOST_HOST_H
#define IU_OS_WINDOWS_HOST_HOST_H

#include "model/address.h"

/** iu_host_is_elevated() - whether it has the rights of administrators ("Run as administrator"). */
enum iu_tri iu_host_is_elevated(void);

#endif
