/* os/linux/bpf/spares.c - what a process that looks again and again has loaded, between two looks */
#include "os/linux/bpf/spares.h"

#define SPARES 8 /* more than there are types */

static bool begun;
static struct iu_bpf *spares[SPARES];

void iu_bpf_spares_begin(void)
{
	begun = true;
}

struct iu_bpf *iu_bpf_spare_take(const struct iu_bpf_type *type)
{
	for (size_t i = 0; begun && i < SPARES; i++) {
		struct iu_bpf *bpf = spares[i];

		if (!bpf || bpf->type != type)
			continue;
		spares[i] = NULL;
		return bpf;
	}
	return NULL;
}

bool iu_bpf_spare_put(struct iu_bpf *bpf)
{
	for (size_t i = 0; begun && i < SPARES; i++) {
		if (spares[i])
			continue;
		spares[i] = bpf;
		return true;
	}
	return false;
}
