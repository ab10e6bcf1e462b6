/* engine/windows/block.c - whether a port lies in a block that is refused as a whole */
#include "engine/windows/block.h"

#include "model/windows.h"

/* The plain bind() to IPv4's wildcard by which a block is told. */
static struct iu_request block_request(const struct iu_evaluation *evaluation, uint16_t port)
{
	return (struct iu_request){.protocol = evaluation->question->target.protocol,
		.port = port,
		.address = {.family = IU_FAMILY_IPV4}};
}

size_t iu_windows_block(
	const struct iu_evaluation *evaluation, struct iu_request requests[IU_BLOCK_REQUESTS])
{
	int32_t port = evaluation->question->target.port, next;
	size_t n = 0;

	if (!port || evaluation->question->symptom.connects ||
		(evaluation->snapshot->seen & IU_FACT_EXCLUSIONS))
		return 0;
	for (next = port - IU_BLOCK_LOOK; next <= port + IU_BLOCK_LOOK; next++)
		if (next > 0 && next <= UINT16_MAX)
			requests[n++] = block_request(evaluation, (uint16_t)next);
	return n;
}

int iu_windows_block_told(const struct iu_evaluation *evaluation, int32_t port)
{
	struct iu_request r = block_request(evaluation, (uint16_t)port);
	const struct iu_probe *probe = port > 0 && port <= UINT16_MAX
		? iu_evaluation_probe(evaluation->snapshot, &r) : NULL;

	return probe ? probe->result : -1;
}

bool iu_windows_is_block(const struct iu_evaluation *evaluation)
{
	int32_t port = evaluation->question->target.port, first;
	int i, denied;

	for (first = port - IU_BLOCK_LOOK; first <= port; first++) {
		for (i = 0, denied = 0; i <= IU_BLOCK_LOOK; i++)
			denied += iu_windows_block_told(evaluation, first + i) == IU_WSAEACCES;
		if (denied == IU_BLOCK_LOOK + 1)
			return true;
	}
	return false;
}
