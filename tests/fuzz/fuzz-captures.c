/* tests/fuzz/fuzz-captures.c - any bytes as a file for --from, and as two files of one machine */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "captures/captures.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_captures(const struct iu_capture *captures, size_t n)
{
	struct iu_text complaint = {0};
	struct iu_snapshot snapshot;
	int err = iu_captures_read(captures, n, &snapshot, &complaint);

	if (err == 0)
		iu_snapshot_free(&snapshot);
	else if (err != IU_E_INPUT || !complaint.data)
		abort();
	iu_text_free(&complaint);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	struct iu_capture captures[2] = {
		{"one", bytes, size / 2}, {"two", bytes + size / 2, size - size / 2}};
	struct iu_capture whole = {"-", bytes, size};

	read_captures(&whole, 1);
	read_captures(captures, 2);
	return 0;
}
