/* engine/linux/causes.c - the causes of Linux, in the order in which they are tried */
#include "engine/linux/causes.h"

#include "engine/causes/cause.h"

/* From what the kernel itself says, over who holds it, to what remains. */
const struct iu_cause_rule *const iu_linux_causes[] = {
	&iu_cause_stale_socket_file,
	&iu_cause_lock_file,
	&iu_cause_path_exists,
	&iu_cause_time_wait,
	&iu_cause_closing_connection,
	&iu_cause_reuseport_mismatch,
	&iu_cause_own_socket,
	&iu_cause_kernel_socket,
	&iu_cause_descriptor_in_flight,
	&iu_cause_registered_file,
	&iu_cause_suspended_process,
	&iu_cause_socket_activation,
	&iu_cause_container_port,
	&iu_cause_port_forward,
	&iu_cause_already_running,
	&iu_cause_inherited_descriptor,
	&iu_cause_outbound_connection,
	&iu_cause_hidden_holder,
	&iu_cause_open_connection,
	&iu_cause_bound_not_listening,
	&iu_cause_other_program,
	NULL,
};

const struct iu_cause_rule *iu_linux_cause(const struct iu_cause_rule *rule)
{
	return rule;
}
