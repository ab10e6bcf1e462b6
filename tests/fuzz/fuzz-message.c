/* fuzz-message.c - any bytes as an error message: what is found is a target, and bounded */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "input/message-pid.h"
#include "input/message.h"
#include "input/target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

static int visit(void *context, const char *text)
{
	struct iu_arena arena = {0};
	struct iu_text complaint = {0};
	struct iu_target target;

	check(iu_target_parse(&arena, text, strlen(text), &target, &complaint) == 0);
	check(target.kind == IU_TARGET_INET || target.kind == IU_TARGET_UNIX);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
	++*(int *)context;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int32_t pid = iu_message_pid((struct iu_span){(const char *)data, size});
	int seen = 0, found = iu_message_targets((const char *)data, size, visit, &seen);

	check(pid >= 0);
	check(found == seen && found <= IU_MESSAGE_TARGETS_MAX);
	iu_message_suspect((const char *)data, size);
	return 0;
}
