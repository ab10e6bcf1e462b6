/* os/windows/no-failures.c - Windows: nothing tells of failed binds of others; the event log has some (115) */
#include "base/err.h"
#include "os/failures.h"

int iu_failures_open(struct iu_failures **ret_failures, struct iu_text *why)
{
	(void)ret_failures;
	iu_text_add(why, "watch is for Linux: Windows tells nobody of the failed binds of other programs");
	return IU_E_NOTSUP;
}
