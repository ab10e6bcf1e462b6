/* engine/windows/causes.c - the causes of Windows, in the order in which they are tried */
#include "engine/windows/causes.h"

#include "engine/causes/cause.h"

/* What stands for somebody else first, then who it is, then what kind of socket it is. */
const struct iu_cause_rule *const iu_windows_causes[] = {
	&iu_cause_stale_socket_file,
	&iu_cause_path_exists,
	&iu_cause_time_wait,
	&iu_cause_closing_connection,
	&iu_cause_own_socket,
	&iu_cause_kernel_socket,
	&iu_cause_http_sys,
	&iu_cause_port_proxy,
	&iu_cause_alg_reserved,
	&iu_cause_orphaned_handle,
	&iu_cause_suspended_process,
	&iu_cause_container_port,
	&iu_cause_port_forward,
	&iu_cause_already_running,
	&iu_cause_service,
	&iu_cause_outbound_connection,
	&iu_cause_exclusive_use,
	&iu_cause_hidden_holder,
	&iu_cause_open_connection,
	&iu_cause_bound_not_listening,
	&iu_cause_other_program,
	NULL,
};

const struct iu_cause_rule *iu_windows_cause(const struct iu_cause_rule *rule)
{
	return rule->windows ? rule->windows : rule;
}
