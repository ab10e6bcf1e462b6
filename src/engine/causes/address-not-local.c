/* engine/causes/address-not-local.c - no interface has the address */
#include "engine/causes/cause.h"

static int evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
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

const struct iu_cause_rule iu_cause_address_not_local = {
	.cause = IU_CAUSE_ADDRESS_NOT_LOCAL,
	.evidence = evidence,
	.refusal = {"nothing is in the way", "the address is not one of this machine"},
};
