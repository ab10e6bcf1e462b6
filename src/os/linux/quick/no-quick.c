/* os/linux/quick/no-quick.c - the twin of quick.c, list.c and named.c of a build without BPF */
#include "os/linux/quick/list.h"
#include "os/linux/quick/named.h"
#include "os/linux/quick/quick.h"

#include "base/err.h"

int iu_quick_open(struct iu_quick_look **ret_look)
{
	(void)ret_look;
	return IU_E_NOTSUP;
}

int iu_quick_owners(struct iu_quick_look *scan, uint16_t port, const struct iu_quick **ret_found)
{
	(void)scan;
	(void)port;
	(void)ret_found;
	return IU_E_NOTSUP;
}

int iu_quick_descriptors(struct iu_quick_look *scan, const struct iu_quick_file *files, size_t n,
	int canary, const struct iu_quick **ret_found)
{
	(void)scan;
	(void)files;
	(void)n;
	(void)canary;
	(void)ret_found;
	return IU_E_NOTSUP;
}

int iu_quick_sockets(struct iu_quick_look *scan, int canary,
	int (*row)(void *context, const struct iu_quick_descriptor *found), void *context)
{
	(void)scan;
	(void)canary;
	(void)row;
	(void)context;
	return IU_E_NOTSUP;
}

void iu_quick_close(struct iu_quick_look *scan)
{
	(void)scan;
}

bool iu_quick_list_kept(void)
{
	return false;
}

int iu_quick_named(const struct iu_named_ask *ask, struct iu_quick_file *ret_files)
{
	(void)ask;
	(void)ret_files;
	return IU_E_NOTSUP;
}

int iu_quick_list_open(struct iu_quick_list_look **ret_look)
{
	(void)ret_look;
	return IU_E_NOTSUP;
}

int iu_quick_list_sockets(struct iu_quick_list_look *scan, const uint16_t *ports, size_t n,
	const struct iu_quick_list **ret_found)
{
	(void)scan;
	(void)ports;
	(void)n;
	(void)ret_found;
	return IU_E_NOTSUP;
}

int iu_quick_list_holders(
	struct iu_quick_list_look *scan, int canary, const struct iu_quick_list **ret_found)
{
	(void)scan;
	(void)canary;
	(void)ret_found;
	return IU_E_NOTSUP;
}

const struct iu_quick_row *iu_quick_list_bound(const struct iu_quick_list *found, uint32_t i)
{
	return &found->bound[i];
}

const struct iu_quick_held *iu_quick_list_hit(const struct iu_quick_list *found, uint32_t i)
{
	return &found->hit[i];
}

const struct iu_quick_process *iu_quick_list_process(
	const struct iu_quick_list *found, const struct iu_quick_held *hit)
{
	return &found->process[hit->process];
}

void iu_quick_list_close(struct iu_quick_list_look *scan)
{
	(void)scan;
}
