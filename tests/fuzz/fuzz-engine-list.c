/* tests/fuzz/fuzz-engine-list.c - any bytes as a container engine's answer */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/process/engine-list.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_engine_containers list = {0};
	struct iu_arena arena = {0};
	int ret = iu_engine_list_parse(&arena, (const char *)data, size, &list);

	check(ret == 0 || ret == IU_E_PROTO);
	check(ret == 0 || !list.n);
	for (size_t i = 0; i < list.n; i++) {
		check(list.v[i].id && strlen(list.v[i].id) < 256);
		for (size_t k = 0; k < list.v[i].ports.n; k++)
			check(iu_engine_list_published(&list, list.v[i].ports.v[k].published,
				      list.v[i].ports.v[k].protocol) != NULL);
	}
	iu_arena_free(&arena);
	return 0;
}
