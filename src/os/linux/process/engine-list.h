/* os/linux/process/engine-list.h - the containers that an engine's own API tells of */
#ifndef IU_OS_LINUX_PROCESS_ENGINE_LIST_H
#define IU_OS_LINUX_PROCESS_ENGINE_LIST_H

#include <stddef.h>

#include "base/arena.h"
#include "model/address.h"

struct iu_engine_port {
	uint16_t published;
	enum iu_protocol protocol;
};

struct iu_engine_container {
	const char *id, *name, *image;	/* name without the slash before it */
	const char *project, *service;	/* of a compose file; NULL: none */
	IU_LIST(struct iu_engine_port) ports;
};

struct iu_engine_containers {
	struct iu_engine_container *v;
	size_t n, cap;
};

/**
 * iu_engine_list_parse() - the answer to GET /containers/json, of Docker and of Podman
 * @bytes: a whole HTTP/1.0 response
 * Foreign bytes as they came; everything lives in @arena.
 * Returns: 0, IU_E_PROTO, IU_E_NOMEM.
 */
int iu_engine_list_parse(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_engine_containers *out);

/** iu_engine_list_published() - the container that publishes a port, or NULL. */
const struct iu_engine_container *iu_engine_list_published(
	const struct iu_engine_containers *list, uint16_t port, enum iu_protocol protocol);

#endif
