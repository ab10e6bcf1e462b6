/* model/zone.h - addresses that say nothing without their interface */
#ifndef IU_MODEL_ZONE_H
#define IU_MODEL_ZONE_H

#include "model/address.h"

/** iu_zone_needed() - link-local addresses, and groups of an interface or a link: ff01::, ff02::. */
bool iu_zone_needed(const struct iu_address *address);

#endif
