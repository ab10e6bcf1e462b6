/* os/windows/sockets/no-unix.c - UNIX sockets: Windows has them, and lists them nowhere */
#include "os/windows/scan.h"

int iu_collect_unix(struct iu_scan *scan)
{
	uint32_t facts = scan->needs->facts;

	/* who asks for all kinds is told of those that there are */
	if (facts & IU_FACT_PATHS || !(facts & (IU_FACT_TCP | IU_FACT_UDP)))
		iu_snapshot_gap(scan->snapshot, IU_FACT_UNIX, 0, "UNIX sockets",
			"they are not supported by inuse on Windows, which has no list of them",
			"look for the file: one that an ended server has left is in the way (10048), and may be deleted");
	return 0;
}
