/* os/linux/bpf/rights.c - whether this process may load BPF programs */
#include "os/linux/bpf/bpf.h"

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Headers of older kernels lack them (5.8). */
#ifndef CAP_BPF
#define CAP_PERFMON 38
#define CAP_BPF	    39
#endif

static bool has(const struct __user_cap_data_struct data[2], unsigned int capability)
{
	return data[capability / 32].effective & 1u << (capability % 32);
}

bool iu_bpf_allowed(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {{0}};

	return syscall(SYS_capget, &head, data) == 0 &&
	       (has(data, CAP_SYS_ADMIN) || (has(data, CAP_BPF) && has(data, CAP_PERFMON)));
}
