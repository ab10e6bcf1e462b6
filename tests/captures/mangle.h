/* tests/captures/mangle.h - what copying, mailing and editing do to a capture */
#ifndef TESTS_CAPTURES_MANGLE_H
#define TESTS_CAPTURES_MANGLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct dice {
	uint64_t seed;
};

uint32_t roll(struct dice *dice, uint32_t sides);

/* What leaves every word in its place. */
enum harmless {
	UTF16_LE, UTF16_LE_BARE, UTF16_BE, UTF8_MARK, LF, CRLF, CRCRLF, PROMPTS, COLOURS,
	MIXED_ENCODINGS, QUOTED, QUOTED_TWICE, CODE, JOURNAL, JOURNAL_ISO, COMPOSE, KUBELET,
	DOCKER_TIMES, JSON_LINES, JSON_LIST, JSON_WHOLE, NO_TABS, BLANKS_BEHIND, HARMLESS_KINDS
};

/** harmless_name() - for messages. */
const char *harmless_name(enum harmless kind);

/** harmless() - @from in another dress; false: this text cannot be written so. */
bool harmless(const struct iu_text *from, enum harmless kind, struct iu_text *to);

/** damage() - @from with lines cut left and right, left out, doubled, with others in between */
void damage(struct dice *dice, const struct iu_text *from, struct iu_text *to);

#endif
