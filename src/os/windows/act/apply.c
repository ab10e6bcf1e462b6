/* os/windows/act/apply.c - takes one step of a plan, after a last look at what it is meant for */
#include "base/err.h"
#include "os/os.h"
#include "os/windows/act/acts.h"
#include "os/windows/handle.h"
#include "os/windows/act/disabled-services.h"

static void say_not_here(struct iu_step_result *result, const char *what)
{
	iu_result_say(result, IU_RESULT_FAILED, 0, "Windows has no %s", what);
}

void iu_os_apply(const struct iu_step *step, bool force, struct iu_step_result *ret_result,
	int *ret_handle)
{
	struct iu_step_result result = {.kind = IU_RESULT_FAILED};

	*ret_handle = -1;
	switch (step->lever.kind) {
	case IU_STEP_WAIT: result.kind = IU_RESULT_DONE; break;
	case IU_STEP_TERMINATE:
		iu_act_end_process(&step->lever.process, step->kill, force, &result, ret_handle);
		break;
	case IU_STEP_STOP_SERVICE: iu_act_stop_service(&step->lever.service, &result); break;
	case IU_STEP_DISABLE_SERVICE: iu_act_disable_service(&step->lever.service, &result); break;
	case IU_STEP_DELETE_PORTPROXY: iu_act_delete_proxy(&step->lever.proxy, &result); break;
	case IU_STEP_EXCLUDE_PORT: iu_act_exclude(&step->lever.exclusion, &result); break;
	case IU_STEP_STOP_UNIT: say_not_here(&result, "systemd"); break;
	case IU_STEP_STOP_CONTAINER: say_not_here(&result, "container engine to ask"); break;
	case IU_STEP_DESTROY: say_not_here(&result, "way to destroy a socket"); break;
	case IU_STEP_REMOVE_FILE: say_not_here(&result, "socket files to remove"); break;
	case IU_STEP_COLLECT_GARBAGE: say_not_here(&result, "collector of sockets"); break;
	}
	*ret_result = result;
}

int iu_os_undo(void (*visit)(void *context, const char *name, const struct iu_step_result *result),
	void *context)
{
	struct iu_arena arena = {0};
	struct iu_disabled_services known;
	int ret = iu_disabled_services_read(&arena, &known), all = 0;

	for (size_t i = 0; ret == 0 && i < known.list.n; i++) {
		struct iu_step_result result;

		if (!iu_service_restore(known.list.v[i].name, known.list.v[i].start, &result))
			all = IU_E_ACCESS;
		else if (!iu_disabled_services_remove(known.list.v[i].name))
			all = IU_E_ACCESS;
		visit(context, known.list.v[i].name, &result);
	}
	ret = ret < 0 ? ret : all < 0 ? all : (int)known.list.n;
	iu_arena_free(&arena);
	return ret;
}

void iu_os_release(int handle)
{
	if (handle < 0)
		return;
	if (iu_handle_is_socket(handle))
		closesocket(iu_handle_socket(handle));
	else
		CloseHandle(iu_handle_process(handle));
}

int iu_os_unit_facts(struct iu_arena *arena, struct iu_unit_facts *facts)
{
	(void)arena;
	(void)facts;
	return IU_E_NOTSUP;
}

int iu_os_unit_listening(
	struct iu_arena *arena, const struct iu_socket *socket, struct iu_step_unit *unit)
{
	(void)arena;
	(void)socket;
	(void)unit;
	return IU_E_NOTSUP;
}
