/* knowledge/iana.c - ports by the names that IANA gave them */
#include "knowledge/iana.h"

#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "knowledge/iana-names.h"

static int by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct iu_iana_name *)row)->name);
}

uint16_t iu_iana_port(struct iu_span name, enum iu_protocol protocol)
{
	const uint8_t wanted = protocol == IU_PROTOCOL_UDP ? IU_IANA_UDP : IU_IANA_TCP;
	const struct iu_iana_name *row;
	char key[sizeof(row->name)];

	if (!name.len || name.len >= sizeof(key))
		return 0;
	memcpy(key, name.text, name.len);
	key[name.len] = '\0';
	row = bsearch(key, iu_iana_names, IU_COUNT(iu_iana_names), sizeof(*row), by_name);
	/* of the few with a port of its own for each protocol one stands behind the other */
	while (row && row > iu_iana_names && !strcmp(row[-1].name, key))
		row--;
	for (; row && row < iu_iana_names + IU_COUNT(iu_iana_names) && !strcmp(row->name, key); row++)
		if (row->protocols & wanted)
			return row->port;
	return 0;
}
