/* os/linux/bpf/no-bpf-walks.c - what nobody calls where iu_bpf_open() never succeeds */
#include "os/linux/bpf/bpf.h"

#include "base/err.h"

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
