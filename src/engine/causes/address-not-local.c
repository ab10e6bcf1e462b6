/* engine/causes/address-not-local.c - no interface has the address */
#include "engine/causes/cause.h"

int iu_address_not_local(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	char address[IU_ADDRESS_TEXT];

	verdict->headline = iu_phrase(arena, "%s is not an address of this machine, so nothing can be bound to it.",
		iu_address_format(&attempt->request.address, address));
	if (!(evaluation->snapshot->seen & IU_FACT_ADDRESSES))
		return iu_strings_add(arena, &verdict->caveats,
			"The list of addresses could not be read completely.");
	return 0;
}
