/* run/farewell.c - the command has ended: what was not seen of it, where that matters */
#include "run/supervise.h"

void iu_run_farewell(struct iu_run_supervisor *s)
{
	(void)s;
}
