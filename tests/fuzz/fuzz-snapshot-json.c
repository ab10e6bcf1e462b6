/* fuzz-snapshot-json.c - any bytes as a snapshot; what is read is written and read the same */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/listing.h"
#include "model/snapshot-json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct iu_filter everything = {.all = true};
	struct iu_text complaint = {0};
	struct iu_arena arena = {0};
	struct iu_listing listing;
	struct iu_snapshot first, second;
	json_t *once, *twice;
	int error = iu_snapshot_parse((const char *)data, size, &first, &complaint);

	if (error < 0) {
		check(error == IU_E_NOMEM || (complaint.len && !strchr(complaint.data, '\n')));
		iu_text_free(&complaint);
		return 0;
	}
	once = iu_snapshot_to_json(&first);
	check(once != NULL);
	check(iu_snapshot_from_json(once, &second, &complaint) == 0);
	twice = iu_snapshot_to_json(&second);
	check(json_equal(once, twice));
	check(iu_listing_make(&arena, &second, &everything, &listing) == 0);
	check(listing.rows.n <= second.sockets.n);
	json_decref(once);
	json_decref(twice);
	iu_arena_free(&arena);
	iu_snapshot_free(&first);
	iu_snapshot_free(&second);
	iu_text_free(&complaint);
	return 0;
}
