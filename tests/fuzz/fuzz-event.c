/* tests/fuzz/fuzz-event.c - any bytes as what a hook has written of a failed call */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/watch/event.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iu_event_place place = {.boot_ms = 1700000000000, .netns = 4026531840, .cookie = 1};
	struct iu_snapshot snapshot;
	struct iu_failure failure;
	uint64_t group = 0;
	int ret;

	iu_snapshot_init(&snapshot);
	ret = iu_event_read(data, size, &place, &snapshot, &failure, &group);
	check(ret == 0 || ret == IU_E_PROTO);
	if (ret == 0) {
		check(failure.question.target.text != NULL);
		check(failure.question.target.path_len <= IU_UNIX_PATH_MAX);
		check(failure.question.target.path_len == 0 || failure.question.target.path);
		check(!failure.process.name || strlen(failure.process.name) < 17);
		check(snapshot.sockets.n <= 4 && failure.owners.n <= snapshot.sockets.n);
		for (size_t i = 0; i < failure.process.command.n; i++)
			check(failure.process.command.v[i] != NULL);
	}
	iu_snapshot_free(&snapshot);
	return 0;
}
