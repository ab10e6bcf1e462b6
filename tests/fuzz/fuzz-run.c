/* tests/fuzz/fuzz-run.c - any bytes as a socket address of a task, and as /proc/TID/status */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "run/linux/call.h"
#include "run/linux/rights.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct iu_run_rights rights;
	struct iu_run_name name;

	iu_run_name_read(data, size, &name);
	if (name.kind == IU_RUN_NAME_PATH || name.kind == IU_RUN_NAME_ABSTRACT)
		check(name.path >= bytes && name.path + name.path_len <= bytes + size);
	if (name.kind == IU_RUN_NAME_INET)
		check(name.address.family == IU_FAMILY_IPV4 ||
			name.address.family == IU_FAMILY_IPV6);
	iu_run_rights_parse(bytes, size, &rights);
	check(iu_run_rights_equal(&rights, &rights) == (rights.complete && rights.filters >= 0));
	return 0;
}
