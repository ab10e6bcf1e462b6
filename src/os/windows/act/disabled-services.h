/* os/windows/act/disabled-services.h - start types of services that were disabled, written down to be restored */
#ifndef IU_OS_WINDOWS_ACT_DISABLED_SERVICES_H
#define IU_OS_WINDOWS_ACT_DISABLED_SERVICES_H

#include "base/arena.h"
#include "model/plan.h"
#include "model/windows.h"

struct iu_disabled_service {
	const char *name;
	enum iu_service_start start;
};

struct iu_disabled_services {
	IU_LIST(struct iu_disabled_service) list;
};

/**
 * iu_disabled_services_read() - HKLM\SOFTWARE\inuse\DisabledServices: a value each
 * Returns: 0 (no key: none), IU_E_NOMEM, IU_E_ACCESS.
 */
int iu_disabled_services_read(struct iu_arena *arena, struct iu_disabled_services *ret);

/** iu_disabled_services_add() - writes one down; one that is there already keeps its first start type. */
bool iu_disabled_services_add(const char *name, enum iu_service_start start);

/** iu_disabled_services_remove() - forgets one. */
bool iu_disabled_services_remove(const char *name);

/** iu_service_restore() - gives a disabled service its start type back; false: see *result. */
bool iu_service_restore(const char *name, enum iu_service_start start, struct iu_step_result *result);

#endif
