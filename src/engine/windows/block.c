/* engine/windows/block.c - whether a port lies in a block that is refused as a whole */
#include "engine/windows/block.h"

#include "model/windows.h"

struct iu_request iu_windows_block_request(const struct iu_evaluation *evaluation, uint16_t port)
{
	return (struct iu_request){.protocol = evaluation->question->protocol,
		.port = port,
		.address = {.family = IU_FAMILY_IPV4}};
}

int iu_windows_block_told(const struct iu_evaluation *evaluation, int32_t port)
{
	struct iu_request r = iu_windows_block_request(evaluation, (uint16_t)port);
	const struct iu_probe *probe = port > 0 && port <= UINT16_MAX
		? iu_evaluation_probe(evaluation->snapshot, &r) : NULL;

	return probe ? probe->result : -1;
}

bool iu_windows_is_block(const struct iu_evaluation *evaluation)
{
	int32_t port = evaluation->question->port, first;
	int i, denied;

	for (first = port - IU_BLOCK_LOOK; first <= port; first++) {
		for (i = 0, denied = 0; i <= IU_BLOCK_LOOK; i++)
			denied += iu_windows_block_told(evaluation, first + i) == IU_WSAEACCES;
		if (denied == IU_BLOCK_LOOK + 1)
			return true;
	}
	return false;
}
