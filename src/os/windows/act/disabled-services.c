/* os/windows/act/disabled-services.c - start types of services that were disabled, written down to be restored */
#include "os/windows/act/disabled-services.h"

#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/windows/host/registry.h"
#include "os/windows/system.h"

/* Only administrators write there. Below ProgramData everybody could have made the folder before. */
#define KEY	     L"SOFTWARE\\inuse\\DisabledServices"
#define SERVICES_MAX 4096

struct reader {
	struct iu_arena *arena;
	struct iu_disabled_services *services;
};

/* Drivers start at boot or with the system: they are never disabled by us. */
static bool is_restorable(enum iu_service_start start)
{
	return start == IU_SERVICE_START_AUTO || start == IU_SERVICE_START_DEMAND;
}

/* The name of a service, and the number of its start type. */
static int add_value(void *context, const struct iu_value *value)
{
	struct reader *reader = context;
	struct iu_disabled_service *slot;
	uint32_t start;

	if (value->type != REG_DWORD || value->size != sizeof(start) || !value->name[0] ||
		reader->services->list.n == SERVICES_MAX)
		return 0;
	memcpy(&start, value->data, sizeof(start));
	if (!is_restorable((enum iu_service_start)start))
		return 0;
	slot = iu_list_add(reader->arena, &reader->services->list);
	*slot = (struct iu_disabled_service){
		iu_utf8(reader->arena, value->name), (enum iu_service_start)start};
	return reader->arena->failed ? IU_E_NOMEM : 0;
}

int iu_disabled_services_read(struct iu_arena *arena, struct iu_disabled_services *ret)
{
	struct reader reader = {arena, ret};
	int error;

	*ret = (struct iu_disabled_services){0};
	error = iu_registry_values(KEY, add_value, &reader);
	return error == IU_E_NOENT ? 0 : error;
}

bool iu_disabled_services_add(const char *name, enum iu_service_start start)
{
	struct iu_arena arena = {0};
	struct iu_disabled_services known;
	bool there = false, good = iu_disabled_services_read(&arena, &known) == 0;
	wchar_t *wide = iu_wide(name);
	DWORD value = (DWORD)start;
	HKEY key;

	for (size_t i = 0; good && i < known.list.n; i++)
		there = there || !_stricmp(known.list.v[i].name, name);
	good = good && wide && is_restorable(start);
	if (good && !there) {
		good = RegCreateKeyExW(HKEY_LOCAL_MACHINE, KEY, 0, NULL, 0, KEY_SET_VALUE, NULL, &key,
			       NULL) == ERROR_SUCCESS;
		if (good) {
			good = RegSetValueExW(key, wide, 0, REG_DWORD, (const BYTE *)&value,
				       sizeof(value)) == ERROR_SUCCESS &&
			       RegFlushKey(key) == ERROR_SUCCESS;
			RegCloseKey(key);
		}
	}
	free(wide);
	iu_arena_free(&arena);
	return good;
}

bool iu_disabled_services_remove(const char *name)
{
	wchar_t *wide = iu_wide(name);
	LONG error = ERROR_NOT_ENOUGH_MEMORY;
	HKEY key;

	if (wide)
		error = RegOpenKeyExW(HKEY_LOCAL_MACHINE, KEY, 0, KEY_SET_VALUE, &key);
	if (error == ERROR_SUCCESS) {
		error = RegDeleteValueW(key, wide);
		RegCloseKey(key);
	}
	free(wide);
	return error == ERROR_SUCCESS || error == ERROR_FILE_NOT_FOUND;
}
