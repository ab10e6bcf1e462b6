/* model/zone.c - addresses that say nothing without their interface */
#include "model/zone.h"

bool iu_zone_needed(const struct iu_address *address)
{
	unsigned int scope = address->bytes[1] & 0xf;

	return iu_address_is_link_local(address) ||
	       (address->family == IU_FAMILY_IPV6 && address->bytes[0] == 0xff && scope >= 1 && scope <= 2);
}
