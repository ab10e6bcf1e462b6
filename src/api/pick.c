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
	int r = given ? iu_api_copy(given, given->size, &options, sizeof(options)) : 0;

	if (r < 0)
		return r;
	/* Half a range is none: a slip that would pick anywhere. */
	if (!options.first != !options.last || options.first > options.last || count > UINT16_MAX)
		return IU_E_INPUT;
	pick = (struct iu_pick){.udp = options.udp,
		.near = options.near_port,
		.first = options.first,
		.last = options.last,
		.for_directory = options.project};
	r = iu_pick_run_start(&pick, &picking);
	if (r < 0)
		return r;
	r = iu_pick_run_several(&picking, count, options.listening, ret_ports, ret_descriptors);
	iu_pick_run_end(&picking);
	return r < 0 ? r : (int)count;
}
