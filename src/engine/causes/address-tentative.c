/* engine/causes/address-tentative.c - duplicate address detection is not through with it */
#include <string.h>

#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/linux/ipv6.h"

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = evaluation->snapshot;
	const char *address = iu_linux_ipv6_text(arena, snapshot, &attempt->request.address);
	const struct iu_interface *idle;
	bool failed = false;

	for (size_t i = 0; i < snapshot->locals.n; i++)
		if (snapshot->locals.v[i].address.family == IU_FAMILY_IPV6 &&
			!memcmp(snapshot->locals.v[i].address.bytes, attempt->request.address.bytes, 16))
			failed |= snapshot->locals.v[i].dad_failed;
	idle = failed ? NULL : iu_linux_ipv6_idle(snapshot, &attempt->request.address);
	if (failed)
		verdict->headline = iu_phrase(arena, "%s cannot be used: another machine on the network has the same address (duplicate address detection failed).",
			address);
	else if (idle)
		verdict->headline = iu_phrase(arena, "%s cannot be used: %s %s, so duplicate address detection cannot run, and the address stays tentative.",
			address, iu_safe(arena, idle->name, 32),
			idle->up ? "has no carrier" : "is down");
	else
		verdict->headline = iu_phrase(arena, "%s cannot be used yet: duplicate address detection is still running, which takes a second or two.",
			address);
	if (failed)
		verdict->endless = "the address stays unusable as long as another machine has it";
	else if (idle)
		verdict->endless = "the check of the address does not begin before its link is up";
}

const struct iu_cause_rule iu_cause_address_tentative = {
	.cause = IU_CAUSE_ADDRESS_TENTATIVE,
	.evidence = evidence,
	.lever = IU_WAY_ADDRESS,
	.refusal = {"nothing is in the way", "the address itself cannot be used"},
};
