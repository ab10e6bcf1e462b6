/* engine/causes/address-not-local.c - no interface has the address */
#include "engine/causes/cause.h"

int iu_address_not_local(struct iu_arena *arena, const struct iu_view *view,
	const struct iu_ask *ask, struct iu_verdict *verdict)
{
	char address[IU_ADDRESS_TEXT];

	verdict->headline = iu_words(arena, "%s is not an address of this machine, so nothing can be bound to it.",
		iu_address_format(&ask->request.address, address));
	if (!(view->snapshot->seen & IU_FACT_ADDRESSES))
		return iu_strings_add(arena, &verdict->doubts,
			"The list of addresses could not be read completely.");
	return 0;
}
