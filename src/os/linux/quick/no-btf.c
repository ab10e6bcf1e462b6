/* os/linux/quick/no-btf.c - the twin of btf.c in a static program: the full inuse has libbpf */
#include "base/err.h"
#include "os/linux/quick/offsets.h"

int iu_quick_read_btf(struct iu_quick_kernel *ret_kernel)
{
	(void)ret_kernel;
	return IU_E_NOENT;
}
