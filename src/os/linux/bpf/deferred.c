/* os/linux/bpf/deferred.c - the twin of bpf/evidence.c in a static program: the full inuse has libbpf */
#include "os/linux/bpf/bpf.h"

#include "base/err.h"

int iu_bpf_open(const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf, const char **ret_why)
{
	(void)ask;
	(void)ret_bpf;
	/* without these it could do no more */
	*ret_why = IU_BPF_RIGHTS;
	if (!iu_bpf_allowed())
		return IU_E_ACCESS;
	*ret_why = "the full inuse, which has libbpf, is not installed beside this one";
	return IU_E_NOENT;
}
