/* engine/causes/wsl-host.c - inside WSL: the kernel refuses what nobody here has, for Windows does */
#include "engine/causes/cause.h"
#include "engine/headline.h"

/* HNS lends mirrored mode a block of so many ports, which WSL takes as its local port range. */
#define MIRRORED_PORTS 4096

static void evidence(struct iu_arena *arena, const struct iu_evaluation *evaluation,
	const struct iu_attempt *attempt, struct iu_verdict *verdict)
{
	const struct iu_sysctls *sysctls = &evaluation->snapshot->sysctls;
	int32_t ports = sysctls->port_last - sysctls->port_first + 1;

	(void)attempt;
	verdict->headline = iu_phrase(arena, "%s is in use: nothing inside WSL has it, so the Windows side holds or reserves it.",
		iu_subject(arena, evaluation->question));
	iu_strings_add(arena, &verdict->evidence,
		"this is WSL, and a trial bind() was refused although no socket here is in the way");
	if (sysctls->port_first > 0 &&
		(ports == MIRRORED_PORTS || ports == MIRRORED_PORTS + 1))
		iu_strings_add(arena, &verdict->evidence,
			iu_phrase(arena, "its network is mirrored: the local port range %d-%d is a block that Windows lends; every other port has to be free on Windows, too",
				(int)sysctls->port_first, (int)sysctls->port_last));
	if (!evaluation->complete)
		iu_strings_add(arena, &verdict->caveats,
			"A socket that is bound without listening may be here as well: this kernel does not list them (Linux 6.8 does).");
}

const struct iu_cause_rule iu_cause_wsl_host = {
	.cause = IU_CAUSE_WSL_HOST,
	.evidence = evidence,
};
