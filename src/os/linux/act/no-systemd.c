/* os/linux/act/no-systemd.c - the twin of systemd.c in a build without libsystemd */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/act/command.h"
#include "os/linux/act/identity.h"
#include "os/linux/act/systemd.h"
#include "os/os.h"

#define STOP_SECONDS 120

void iu_systemd_stop(const struct iu_step_unit *unit, struct iu_step_result *ret_result)
{
	const char *argv[7] = {"systemctl"};
	char out[256], err[IU_RESULT_TEXT], machine[40];
	size_t n = 1;
	int ret;

	if (unit->user)
		argv[n++] = "--user";
	if (unit->user && unit->uid != geteuid()) {
		snprintf(machine, sizeof(machine), "--machine=%u@.host", (unsigned int)unit->uid);
		argv[n++] = machine;
	}
	argv[n++] = "stop";
	argv[n++] = unit->name;
	if (unit->second)
		argv[n++] = unit->second;
	argv[n] = NULL;
	ret = iu_command_execute(argv, STOP_SECONDS, out, err, sizeof(err));
	if (ret == 0)
		iu_result_say(ret_result, IU_RESULT_DONE, 0, "%s", "");
	else if (ret == IU_E_NOENT)
		iu_result_say(ret_result, IU_RESULT_FAILED, 0, "systemctl is not installed here");
	else
		iu_result_say(ret_result, IU_RESULT_FAILED, 0, "systemctl: %.150s", err);
}

/* systemctl tells no unit by a pid; the cgroup below systemd's own slices has told it. */
bool iu_systemd_has(
	const struct iu_step_unit *unit, int32_t pid, struct iu_step_result *ret_result)
{
	(void)unit;
	(void)pid;
	(void)ret_result;
	return true;
}

int iu_os_unit_listening(
	struct iu_arena *arena, const struct iu_socket *socket, struct iu_step_unit *unit)
{
	(void)arena;
	(void)socket;
	(void)unit;
	return IU_E_NOTSUP;
}

int iu_os_unit_facts(struct iu_arena *arena, struct iu_unit_facts *facts)
{
	(void)arena;
	(void)facts;
	return IU_E_NOTSUP;
}
