/* os/windows/host/registry.h - values of one key */
#ifndef IU_OS_WINDOWS_HOST_REGISTRY_H
#define IU_OS_WINDOWS_HOST_REGISTRY_H

#include "os/windows/system.h"

#define IU_VALUE_UNITS 512
#define IU_VALUE_BYTES 4096

struct iu_value {
	wchar_t name[IU_VALUE_UNITS];
	DWORD type, size;
	BYTE data[IU_VALUE_BYTES + 2]; /* text is terminated */
};

/**
 * iu_registry_values() - calls @visit for each value of a key of HKEY_LOCAL_MACHINE
 *
 * A value that does not fit is left out.
 * Returns: 0; IU_E_NOENT: no such key; IU_E_ACCESS; what @visit returned below 0.
 */
int iu_registry_values(const wchar_t *key, int (*visit)(void *context, const struct iu_value *value),
	void *context);

#endif
