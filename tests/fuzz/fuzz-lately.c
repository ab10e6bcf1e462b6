/* tests/fuzz/fuzz-lately.c - any bytes as what a watch answers at its socket */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "session/lately.h"
#include "session/totals.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool sees(int32_t pid)
{
	return pid == 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iu_lately_command command = {.since_ms = 1700000000000, .sees = sees};
	struct iu_text sentence = {0};
	struct iu_metrics metrics = {0};
	struct iu_arena arena = {0};
	int ret = iu_lately_find((const char *)data, size, &command, "/home/alice", &sentence);

	if (ret < 0 || ret != (sentence.len > 0) || (ret && !iu_utf8_valid(sentence.data, sentence.len)))
		abort();
	for (size_t i = 0; i < sentence.len; i++)
		if ((unsigned char)sentence.data[i] < ' ')
			abort();
	iu_text_free(&sentence);
	iu_totals_read((const char *)data, size, &arena, &metrics);
	if (arena.failed || metrics.samples.n > IU_TOTALS_MAX + 4)
		abort();
	iu_arena_free(&arena);
	return 0;
}
