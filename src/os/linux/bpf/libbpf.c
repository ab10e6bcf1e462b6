/* os/linux/bpf/libbpf.c - loads libbpf when it is first needed */
#include <pthread.h>

#include "base/compat.h"
#include "base/err.h"
#include "os/linux/bpf/libbpf.h"
#include "os/linux/lazy.h"

/* Once for the process: a library cannot be loaded per call. Written under the once only. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static union {
	struct iu_libbpf functions;
	void *plain[sizeof(struct iu_libbpf) / sizeof(void *)];
} loaded;
static int result;

static void load(void)
{
#define X(name) #name,
	static const char *const names[] = {IU_LIBBPF(X)};
#undef X

	result = iu_lazy_load("libbpf.so.1", names, IU_COUNT(names), loaded.plain);
}

const struct iu_libbpf *iu_libbpf(void)
{
	pthread_once(&once, load);
	return result == 0 ? &loaded.functions : NULL;
}
