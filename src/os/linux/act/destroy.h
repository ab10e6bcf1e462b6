/* os/linux/act/destroy.h - SOCK_DESTROY: the kernel drops a closed connection */
#ifndef IU_OS_LINUX_ACT_DESTROY_H
#define IU_OS_LINUX_ACT_DESTROY_H

#include "model/plan.h"

/** iu_destroy_sockets() - drops every socket of the step, each by its cookie; GONE counts as good. */
void iu_destroy_sockets(const struct iu_sockets *sockets, struct iu_step_result *ret_result);

#endif
