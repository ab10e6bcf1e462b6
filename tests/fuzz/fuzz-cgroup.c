/* tests/fuzz/fuzz-cgroup.c - any bytes as a cgroup path, /proc/PID/cgroup and mountinfo */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/cgroups.h"
#include "os/linux/process/cgroup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

static bool within(const char *text, size_t len, const char *bytes, size_t size)
{
	return !text || (text >= bytes && text + len <= bytes + size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct iu_arena arena = {0};
	struct iu_cgroup_names names = {0};
	struct iu_cgroup_mounts mounts = {0};
	struct iu_cgroup_lines lines;
	char *path = iu_arena_strndup(&arena, bytes, size);

	check(path && iu_cgroup_names(&arena, path, &names) == 0);
	check(!names.container == !names.engine);
	check(!names.unit || strlen(names.unit) < 256);
	check(!names.container || strlen(names.container) < 256);
	iu_cgroup_lines_parse(bytes, size, &lines);
	check(within(lines.unified, lines.unified_len, bytes, size));
	check(within(lines.systemd, lines.systemd_len, bytes, size));
	check(within(lines.freezer, lines.freezer_len, bytes, size));
	check(within(lines.other, lines.other_len, bytes, size));
	check(iu_mountinfo_parse(&arena, bytes, size, &mounts) == 0);
	iu_arena_free(&arena);
	return 0;
}
