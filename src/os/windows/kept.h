/* os/windows/kept.h - start types of services that were disabled, written down to be restored */
#ifndef IU_OS_WINDOWS_KEPT_H
#define IU_OS_WINDOWS_KEPT_H

#include "base/arena.h"
#include "model/plan.h"
#include "model/windows.h"

struct iu_scan_cache {
	const char *name;
	enum iu_service_start start;
};

struct iu_kept_list {
	IU_LIST(struct iu_scan_cache) list;
};

/**
 * iu_kept_read() - inuse\disabled-services below ProgramData: a line each, "demand ALG"
 * Returns: 0 (no file: none), IU_E_NOMEM, IU_E_IO.
 */
int iu_kept_read(struct iu_arena *arena, struct iu_kept_list *ret);

/** iu_kept_add() - writes one down; one that is there already keeps its first start type. */
bool iu_kept_add(const char *name, enum iu_service_start start);

/** iu_kept_remove() - forgets one. */
bool iu_kept_remove(const char *name);

/** iu_service_restore() - gives a disabled service its start type back; false: see *result. */
bool iu_service_restore(const char *name, enum iu_service_start start, struct iu_step_result *result);

#endif
