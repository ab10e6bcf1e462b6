/* os/linux/bpf/no-bpf.c - the twin of bpf/evidence.c of a build without BPF */
#include "os/linux/bpf/bpf.h"

#include "base/err.h"

int iu_bpf_open(const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf, const char **ret_why)
{
	(void)ask;
	(void)ret_bpf;
	*ret_why = "this inuse was built without BPF";
	return IU_E_NOTSUP;
}
