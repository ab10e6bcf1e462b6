/* knowledge/engines.c - container engines, and whom to tell that a container should stop */
#include "knowledge/engines.h"

#include <stddef.h>
#include <string.h>

#include "base/compat.h"

static const struct iu_engine_row rows[] = {
	{"docker", "docker", true, false},
	{"podman", "podman", false, false},
	{"libpod", "podman", false, false},
	{"nerdctl", "nerdctl", true, false},
	{"containerd", "crictl", false, true},
	{"cri-containerd", "crictl", false, true},
	{"cri-o", "crictl", false, true},
	{"kubepods", NULL, false, true},
	{"kubernetes", NULL, false, true},
};

const struct iu_engine_row *iu_engine(const char *engine)
{
	for (size_t i = 0; engine && i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].engine, engine))
			return &rows[i];
	return NULL;
}
