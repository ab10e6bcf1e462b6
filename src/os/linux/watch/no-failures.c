/* os/linux/watch/no-failures.c - the twin of failures.c in a build without BPF */
#include "base/err.h"
#include "os/failures.h"

int iu_failures_open(struct iu_failures **ret_failures, struct iu_text *why)
{
	(void)ret_failures;
	iu_text_add(why, "this inuse was built without BPF, so it cannot watch");
	return IU_E_NOTSUP;
}
