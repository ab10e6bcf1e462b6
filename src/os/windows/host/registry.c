/* os/windows/host/registry.c - values of one key */
#include "os/windows/host/registry.h"

#include <string.h>

#include "base/err.h"

int iu_registry_values(const wchar_t *key, int (*visit)(void *context, const struct iu_value *value),
	void *context)
{
	struct iu_value value;
	HKEY handle;
	LONG error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, key, 0, KEY_READ, &handle);
	int ret = 0;

	if (error != ERROR_SUCCESS)
		return error == ERROR_FILE_NOT_FOUND ? IU_E_NOENT : IU_E_ACCESS;
	for (DWORD i = 0; ret >= 0; i++) {
		DWORD units = IU_VALUE_UNITS;

		memset(&value, 0, sizeof(value));
		value.size = IU_VALUE_BYTES;
		error = RegEnumValueW(handle, i, value.name, &units, NULL, &value.type, value.data,
			&value.size);
		if (error == ERROR_MORE_DATA)
			continue;
		if (error != ERROR_SUCCESS)
			break;
		ret = visit(context, &value);
	}
	RegCloseKey(handle);
	return ret < 0 ? ret : 0;
}
