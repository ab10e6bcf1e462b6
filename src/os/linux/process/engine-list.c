/* os/linux/process/engine-list.c - the containers that an engine's own API tells of */
#include "os/linux/process/engine-list.h"

#include <jansson.h>
#include <string.h>

#include "base/err.h"

#define TEXT_BYTES     255
#define CONTAINERS_MAX 4096
#define PORTS_MAX      1024

static const char *text(struct iu_arena *arena, const json_t *value)
{
	const char *string = json_string_value(value);

	return string && *string && strlen(string) <= TEXT_BYTES ? iu_arena_strdup(arena, string) : NULL;
}

/* Podman has labels of its own for what Docker's compose calls so. */
static const char *label(struct iu_arena *arena, const json_t *labels, const char *docker, const char *podman)
{
	const char *found = text(arena, json_object_get(labels, docker));

	return found ? found : text(arena, json_object_get(labels, podman));
}

static void add_ports(struct iu_arena *arena, const json_t *ports, struct iu_engine_container *out)
{
	for (size_t i = 0; i < json_array_size(ports) && i < PORTS_MAX; i++) {
		const json_t *row = json_array_get(ports, i);
		json_int_t number = json_integer_value(json_object_get(row, "PublicPort"));
		const char *type = json_string_value(json_object_get(row, "Type"));
		struct iu_engine_port *port;

		if (number < 1 || number > UINT16_MAX || !type || (strcmp(type, "tcp") && strcmp(type, "udp")))
			continue;
		port = iu_list_add(arena, &out->ports);
		*port = (struct iu_engine_port){(uint16_t)number,
			!strcmp(type, "udp") ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP};
	}
}

static void add_container(struct iu_arena *arena, const json_t *row, struct iu_engine_containers *out)
{
	const json_t *labels = json_object_get(row, "Labels");
	struct iu_engine_container container = {.id = text(arena, json_object_get(row, "Id"))};
	const char *name = json_string_value(json_array_get(json_object_get(row, "Names"), 0));

	if (!container.id)
		return;
	if (name && *name == '/')
		name++;
	if (name && *name && strlen(name) <= TEXT_BYTES)
		container.name = iu_arena_strdup(arena, name);
	container.image = text(arena, json_object_get(row, "Image"));
	container.project =
		label(arena, labels, "com.docker.compose.project", "io.podman.compose.project");
	container.service = label(arena, labels, "com.docker.compose.service", "io.podman.compose.service");
	add_ports(arena, json_object_get(row, "Ports"), &container);
	*iu_list_add(arena, out) = container;
}

/* Where the body of a good answer begins. */
static const char *body_of(const char *bytes, size_t len)
{
	static const char good[] = "HTTP/1.";
	const char *end = memmem(bytes, len, "\r\n\r\n", 4);

	if (!end || len < 13 || memcmp(bytes, good, sizeof(good) - 1) != 0 || memcmp(bytes + 8, " 200", 4) != 0)
		return NULL;
	return end + 4;
}

int iu_engine_list_parse(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_engine_containers *out)
{
	const char *body = body_of(bytes, len);
	json_t *root = body ? json_loadb(body, len - (size_t)(body - bytes), 0, NULL) : NULL;

	if (!json_is_array(root)) {
		json_decref(root);
		return IU_E_PROTO;
	}
	for (size_t i = 0; i < json_array_size(root) && i < CONTAINERS_MAX; i++)
		add_container(arena, json_array_get(root, i), out);
	json_decref(root);
	return arena->failed ? IU_E_NOMEM : 0;
}

const struct iu_engine_container *iu_engine_list_published(
	const struct iu_engine_containers *list, uint16_t port, enum iu_protocol protocol)
{
	for (size_t i = 0; i < list->n; i++)
		for (size_t k = 0; k < list->v[i].ports.n; k++)
			if (list->v[i].ports.v[k].published == port &&
				list->v[i].ports.v[k].protocol == protocol)
				return &list->v[i];
	return NULL;
}
