/* os/windows/host/units.c - systemd and tunnel interfaces of a kernel are Linux's */
#include "base/err.h"
#include "os/os.h"

int iu_os_unit_listens(
	const char *unit, int (*visit)(void *context, const char *target), void *context)
{
	(void)unit;
	(void)visit;
	(void)context;
	return IU_E_NOTSUP;
}

int iu_os_enabled_units(int (*visit)(void *context, const char *unit), void *context)
{
	(void)visit;
	(void)context;
	return IU_E_NOTSUP;
}

int iu_os_idle_ports(
	int (*visit)(void *context, const struct iu_kernel_use *use), void *context)
{
	(void)visit;
	(void)context;
	return IU_E_NOTSUP;
}
