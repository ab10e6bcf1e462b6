/* os/linux/act/socket-file.h - removes the file of a UNIX socket that is gone, and no other */
#ifndef IU_OS_LINUX_ACT_SOCKET_FILE_H
#define IU_OS_LINUX_ACT_SOCKET_FILE_H

#include "model/plan.h"

/**
 * iu_socket_file_remove() - removes @target when it is still that file, and still nobody is bound to it
 *
 * Its folder is opened once; what happens to the path afterwards changes nothing. Where another user can
 * exchange a part of the path, root has no more rights than that user.
 */
void iu_socket_file_remove(const struct iu_step_file *target, struct iu_step_result *ret_result);

#endif
