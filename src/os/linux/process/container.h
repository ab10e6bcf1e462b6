/* os/linux/process/container.h - what people call the container that a process runs in */
#ifndef IU_OS_LINUX_PROCESS_CONTAINER_H
#define IU_OS_LINUX_PROCESS_CONTAINER_H

#include <stddef.h>

#include "os/linux/scan.h"

/**
 * iu_conmon_name() - the name in the command line of Podman's conmon: "-c ID … -n NAME"
 * @bytes: /proc/PID/cmdline
 * @id: of which container; of another one there is no answer
 * Returns: the name within @bytes, not terminated; NULL: none.
 */
const char *iu_conmon_name(const char *bytes, size_t len, const char *id, size_t *ret_len);

/**
 * iu_docker_name() - the name in Docker's config.v2.json of a container
 * Returns: the name in @arena; NULL: none, or out of memory (the arena knows).
 */
const char *iu_docker_name(struct iu_arena *arena, const char *bytes, size_t len);

/**
 * iu_container_name() - fills in container_name, where the engine leaves it in a readable place
 * @process: ppid, container and engine are read
 *
 * For people only: nothing is ever done to a container because of its name.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_container_name(struct iu_scan *scan, struct iu_process *process);

#endif
