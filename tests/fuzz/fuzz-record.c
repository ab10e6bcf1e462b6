/* tests/fuzz/fuzz-record.c - any bytes as the record of failed binds */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "session/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iu_question port = {.target.protocol = IU_PROTOCOL_TCP, .target.port = 3000};
	const struct iu_question path = {
		.target.protocol = IU_PROTOCOL_UNIX, .target.path = "/run/app.sock", .target.path_len = 13};
	struct iu_explanation explanation = {.headline = ""};
	struct iu_record_tally tally;
	struct iu_arena arena = {0};

	iu_record_count((const char *)data, size, &port, 4026531840, 1700000000000, &tally);
	check(strlen(tally.name) < sizeof(tally.name) && tally.pid >= 0);
	check(iu_record_tell(&arena, &tally, &explanation) == 0 &&
		explanation.parts.n == (tally.count > 0 || tally.lost > 0));
	iu_record_count((const char *)data, size, &path, 0, 1700000000000, &tally);
	check(strlen(tally.name) < sizeof(tally.name) && tally.pid >= 0);
	iu_record_count((const char *)data, size, NULL, 4026531840, 1700000000000, &tally);
	check(strlen(tally.name) < sizeof(tally.name) && strlen(tally.protocol) < sizeof(tally.protocol));
	iu_arena_free(&arena);
	return 0;
}
