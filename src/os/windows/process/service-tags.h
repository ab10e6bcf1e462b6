/* os/windows/process/service-tags.h - which service of a process made a socket, by the tag of its row */
#ifndef IU_OS_WINDOWS_PROCESS_SERVICE_TAGS_H
#define IU_OS_WINDOWS_PROCESS_SERVICE_TAGS_H

#include "model/snapshot.h"

/* The service of a process that has a tag; in @arena, NULL: none, or it is not told. */
typedef const char *iu_tag_name(
	void *context, struct iu_arena *arena, int32_t pid, uint32_t tag);

/**
 * iu_name_tagged() - names the services of sockets with a tag, in socket->unit
 *
 * Threads of a service carry its tag, and what a thread binds has it, too: of several services in
 * one svchost it tells which. One question for all sockets of a pid and tag.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_name_tagged(struct iu_snapshot *snapshot, iu_tag_name *name, void *context);

/** iu_system_tag_name() - asks I_QueryTagInformation(), in no header; older systems have none. */
iu_tag_name iu_system_tag_name;

#endif
