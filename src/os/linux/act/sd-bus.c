/* os/linux/act/sd-bus.c - loads libsystemd when sd-bus is first needed */
#include <pthread.h>

#include "base/compat.h"
#include "base/err.h"
#include "base/library.h"
#include "os/linux/act/sd-bus.h"

/* Once for the process: a library cannot be loaded per call. Written under the once only. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static union {
	struct iu_sd_bus functions;
	void *plain[sizeof(struct iu_sd_bus) / sizeof(void *)];
} loaded;
static int result;

static void load(void)
{
#define X(name) #name,
	static const char *const names[] = {IU_SD_BUS(X)};
#undef X

	result = iu_library_load("libsystemd.so.0", names, IU_COUNT(names), loaded.plain);
}

const struct iu_sd_bus *iu_sd_bus(void)
{
	pthread_once(&once, load);
	return result == 0 ? &loaded.functions : NULL;
}
