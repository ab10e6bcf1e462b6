/* api/pick.c - ports that can be bound */
#include "api/api.h"

#include <stdint.h>

#include "base/err.h"
#include "session/pick.h"

int inuse_pick(const struct inuse_pick_options *given, size_t count, uint16_t *ret_ports,
	int *ret_descriptors)
{
	struct inuse_pick_options options = {0};
	struct iu_pick_run picking;
	struct iu_pick pick;
	int ret = given ? iu_api_copy(given, given->size, &options, sizeof(options)) : 0;

	if (ret < 0)
		return ret;
	/* Half a range is none: a slip that would pick anywhere. */
	if (!options.first != !options.last || options.first > options.last || count > UINT16_MAX)
		return IU_E_INPUT;
	pick = (struct iu_pick){.udp = options.udp,
		.near = options.near_port,
		.first = options.first,
		.last = options.last,
		.for_directory = options.project};
	ret = iu_pick_run_start(&pick, &picking);
	if (ret < 0)
		return ret;
	ret = iu_pick_run_several(&picking, count, options.listening, ret_ports, ret_descriptors);
	iu_pick_run_end(&picking);
	return ret < 0 ? ret : (int)count;
}
