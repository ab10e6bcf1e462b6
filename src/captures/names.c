/* captures/names.c - name tables of a machine that is not this one */
#include <string.h>

#include "base/err.h"
#include "captures/captures.h"
#include "knowledge/iana.h"

/* What IANA's names mean: the captured machine's own services database is not known. */
static int find_service(
	void *context, const char *name, enum iu_protocol protocol, uint16_t *ret_port)
{
	uint16_t port = iu_iana_port(iu_span_of(name), protocol);

	(void)context;
	if (!port)
		return IU_E_NOENT;
	*ret_port = port;
	return 0;
}

static int find_host(void *context, const char *name, struct iu_address *ret, size_t max)
{
	(void)context, (void)name, (void)ret, (void)max;
	return IU_E_NOENT;
}

static int find_ifindex(void *context, const char *name, uint32_t *ret_ifindex)
{
	const struct iu_snapshot *snapshot = context;

	for (size_t i = 0; i < snapshot->interfaces.n; i++) {
		const struct iu_interface *row = &snapshot->interfaces.v[i];

		if (!row->name || strcmp(row->name, name) != 0)
			continue;
		*ret_ifindex = row->ifindex;
		return 0;
	}
	return IU_E_NOENT;
}

static int find_interface(void *context, const char *name, struct iu_address *ret, size_t max)
{
	const struct iu_snapshot *snapshot = context;
	uint32_t ifindex = 0;
	size_t n = 0;

	if (find_ifindex(context, name, &ifindex) < 0)
		return IU_E_NOENT;
	for (size_t i = 0; i < snapshot->locals.n && n < max; i++) {
		const struct iu_local *row = &snapshot->locals.v[i];

		if (row->kind != IU_LOCAL_ADDRESS || row->ifindex != ifindex)
			continue;
		ret[n] = row->address;
		if (iu_address_is_link_local(&ret[n]))
			ret[n].scope = ifindex;
		n++;
	}
	return (int)n;
}

static bool is_user(const char *user, const char *name)
{
	return user && !strcmp(user, name);
}

static int find_user(void *context, const char *name, uint32_t *ret_uid)
{
	const struct iu_snapshot *snapshot = context;

	if (is_user(snapshot->host.user, name)) {
		*ret_uid = snapshot->host.uid;
		return 0;
	}
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (!s->uid_known || !is_user(s->user, name))
			continue;
		*ret_uid = s->uid;
		return 0;
	}
	for (size_t i = 0; i < snapshot->processes.n; i++) {
		const struct iu_process *p = &snapshot->processes.v[i];

		if (!p->uid_known || !is_user(p->user, name))
			continue;
		*ret_uid = p->uid;
		return 0;
	}
	return IU_E_NOENT;
}

void iu_captures_names(const struct iu_snapshot *snapshot, struct iu_names *ret_names)
{
	*ret_names = (struct iu_names){
		.context = (void *)snapshot,
		.recorded = true,
		.service = find_service,
		.host = find_host,
		.interface = find_interface,
		.ifindex = find_ifindex,
		.user = find_user,
	};
}
