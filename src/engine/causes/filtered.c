/* engine/causes/filtered.c - Windows: WSAEACCES that no socket, range or service explains */
#include "base/err.h"
#include "engine/causes/windows.h"

/* policy-denied on Windows: what is left of "how can 10013 be" when all else was looked at. */
int iu_filtered(struct iu_arena *arena, const struct iu_evaluation *evaluation, struct iu_verdict *verdict)
{
	int err = iu_strings_add(arena, &verdict->evidence,
		"no socket and no excluded range refuses it; what remains is a filter of the Windows Filtering Platform (security software, event 5159 where auditing is on), or a reservation that belongs to one program");

	(void)evaluation;
	if (err < 0)
		return err;
	return iu_strings_add(arena, &verdict->evidence,
		"it is no matter of rights: Windows has no privileged ports");
}
