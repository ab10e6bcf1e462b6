/* os/linux/no-bpf.c - the twin of bpf/evidence.c of a build without BPF */
#include "os/linux/bpf.h"

#include "base/err.h"

int iu_bpf_open(const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf, const char **ret_why)
{
	(void)ask;
	(void)ret_bpf;
	*ret_why = "this inuse was built without BPF";
	return IU_E_NOTSUP;
}

int iu_bpf_want(struct iu_bpf *bpf, uint64_t inode)
{
	(void)bpf;
	(void)inode;
	return IU_E_NOTSUP;
}

int iu_bpf_run(struct iu_bpf *bpf, enum iu_bpf_walk walk, iu_bpf_sink *sink, void *context)
{
	(void)bpf;
	(void)walk;
	(void)sink;
	(void)context;
	return IU_E_NOTSUP;
}

void iu_bpf_close(struct iu_bpf *bpf)
{
	(void)bpf;
}
