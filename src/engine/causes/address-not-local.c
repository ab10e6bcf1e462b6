/* engine/causes/address-not-local.c - no interface has the address */
#include "base/text.h"
#include "engine/causes/cause.h"
#include "engine/linux/around.h"
#include "engine/linux/ipv6.h"

static const char *name_of(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, uint32_t ifindex)
{
	const struct iu_interface *interface = iu_linux_interface(snapshot, ifindex);

	return interface ? iu_safe(arena, interface->name, 32)
			 : iu_phrase(arena, "interface %u", (unsigned int)ifindex);
}

/* What is more to the point than that it is not there; NULL: nothing. */
static const char *not_here(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_request *request, const char *address)
{
	const struct iu_local *other = iu_linux_ipv6_elsewhere(snapshot, request);
	uint32_t device = request->address.scope ? request->address.scope : request->ifindex;

	if (other)
		return iu_phrase(arena, "%s is an address of %s, not of %s: link-local addresses belong to one interface.",
			address, name_of(arena, snapshot, other->ifindex),
			name_of(arena, snapshot, device));
	if (iu_linux_ipv6(snapshot, &request->address) != IU_IPV6_DISABLED)
		return NULL;
	return iu_phrase(arena, "%s cannot be bound: IPv6 is switched off here (net.ipv6.conf.%s.disable_ipv6=1), so this machine has no such address.",
		address, iu_safe(arena, iu_linux_ipv6_switch(snapshot, &request->address), 32));
}

static void tell(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	verdict->headline = iu_phrase(arena, "%s is not an address of this machine.",
		iu_linux_ipv6_text(arena, evaluation->snapshot, &attempt->request.address));
	if (!(evaluation->snapshot->seen & IU_FACT_ADDRESSES))
		iu_strings_add(arena, &verdict->caveats,
			"The list of addresses could not be read completely.");
}

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const char *address =
		iu_linux_ipv6_text(arena, evaluation->snapshot, &attempt->request.address);
	const struct iu_far_address *far =
		iu_linux_far_address(evaluation->snapshot, &attempt->request.address);
	const char *where, *why = not_here(arena, evaluation->snapshot, &attempt->request, address);

	tell(arena, evaluation, attempt, verdict);
	if (why)
		verdict->headline = why;
	if (!far)
		return;
	/* another namespace's address may be moved here at any time, and its programs mean that one */
	verdict->confidence = IU_CONFIDENCE_LIKELY;
	where = iu_linux_namespace(arena, far->netns, far->pid);
	verdict->headline = far->device
		? iu_phrase(arena, "%s is no address of this network namespace: it is one of %s, in %s.", address,
			  iu_safe(arena, far->device, 32), where)
		: iu_phrase(arena, "%s is no address of this network namespace, but of %s.", address, where);
}

#define REFUSAL "nothing is in the way", "the address is not one of this machine"

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_ADDRESS_NOT_LOCAL,
	.evidence = tell,
	.refusal = {REFUSAL},
};

const struct iu_cause_rule iu_cause_address_not_local = {
	.cause = IU_CAUSE_ADDRESS_NOT_LOCAL,
	.evidence = evidence,
	.refusal = {REFUSAL},
	.windows = &on_windows,
};
