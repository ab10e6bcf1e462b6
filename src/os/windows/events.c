/* os/windows/events.c - what the event log says of ports */
#include "base/err.h"
#include "os/windows/look.h"

int iu_collect_events(struct iu_look *look)
{
	if (look->snapshot->seen & IU_FACT_EVENTS)
		return 0;
	return iu_snapshot_gap(look->snapshot, IU_FACT_EVENTS, 0, "the event log",
		"this system has none to ask", NULL);
}
