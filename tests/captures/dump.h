/* tests/captures/dump.h - a snapshot out of captures as lines that can be compared */
#ifndef TESTS_CAPTURES_DUMP_H
#define TESTS_CAPTURES_DUMP_H

#include "base/text.h"
#include "model/snapshot.h"

/** dump() - everything a capture can fill, one line each. */
void dump(const struct iu_snapshot *snapshot, struct iu_text *out);

/** read_file() - the whole file; fails the program when it cannot be read. */
struct iu_text read_file(const char *folder, const char *name);

#endif
