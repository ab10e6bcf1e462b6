/* os/linux/bpf/no-bpf.c - the twin of the other files here in a build without BPF: nothing can be opened */
#include "os/linux/bpf/bpf.h"

#include "base/err.h"

bool iu_bpf_keeps(enum iu_bpf_mode mode)
{
	return false;
}

void iu_bpf_close(struct iu_bpf *bpf)
{
	(void)bpf;
}

int iu_bpf_bucket_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	(void)ret_bpf;
	return IU_E_NOTSUP;
}

int iu_bpf_tables_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	(void)ret_bpf;
	return IU_E_NOTSUP;
}

int iu_bpf_bucket(struct iu_bpf *bpf, uint16_t first, uint16_t last, struct iu_bpf_found *ret_found)
{
	(void)bpf;
	(void)first;
	(void)last;
	(void)ret_found;
	return IU_E_NOTSUP;
}

int iu_bpf_elsewhere(enum iu_bpf_mode mode, bool udp, uint16_t port)
{
	(void)mode;
	(void)udp;
	(void)port;
	return IU_E_NOTSUP;
}

int iu_bpf_bound(struct iu_bpf *bpf, const uint16_t *ports, size_t n, struct iu_bpf_found *ret_found,
	struct iu_bpf_file_set *ret_files)
{
	(void)bpf;
	(void)ports;
	(void)n;
	(void)ret_found;
	(void)ret_files;
	return IU_E_NOTSUP;
}

int iu_bpf_files(
	struct iu_bpf *bpf, const struct iu_bpf_wanted *wanted, struct iu_bpf_file *ret_files)
{
	(void)bpf;
	(void)wanted;
	(void)ret_files;
	return IU_E_NOTSUP;
}

int iu_bpf_holders_open(enum iu_bpf_mode mode, struct iu_bpf **ret_bpf)
{
	(void)ret_bpf;
	return IU_E_NOTSUP;
}

int iu_bpf_holders_of(struct iu_bpf *bpf, const struct iu_bpf_file *files, size_t n, int canary,
	struct iu_bpf_holders *ret_found)
{
	(void)bpf;
	(void)files;
	(void)n;
	(void)canary;
	(void)ret_found;
	return IU_E_NOTSUP;
}

int iu_bpf_holders_in(struct iu_bpf *bpf, const struct iu_bpf_file_set *set, int canary,
	struct iu_bpf_holders *ret_found)
{
	(void)bpf;
	(void)set;
	(void)canary;
	(void)ret_found;
	return IU_E_NOTSUP;
}

int iu_bpf_hidden_open(enum iu_bpf_mode mode, const struct iu_bpf_ask *ask, struct iu_bpf **ret_bpf,
	const char **ret_why)
{
	(void)ask;
	(void)ret_bpf;
	*ret_why = "this inuse was built without BPF";
	return IU_E_NOTSUP;
}

void iu_bpf_hidden_want(struct iu_bpf *bpf, uint64_t inode)
{
	(void)bpf;
	(void)inode;
}

int iu_bpf_hidden_run(
	struct iu_bpf *bpf, enum iu_bpf_walk walk, iu_bpf_sink *sink, void *context)
{
	(void)bpf;
	(void)walk;
	(void)sink;
	(void)context;
	return IU_E_NOTSUP;
}
