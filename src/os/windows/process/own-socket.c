/* os/windows/process/own-socket.c - a socket of our own process that could not be bound, as a question */
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "os/os.h"
#include "os/windows/host/addresses.h"
#include "os/windows/process/process.h"
#include "os/windows/system.h"

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage storage;
};

static DWORD option(SOCKET s, int level, int number)
{
	DWORD value = 0;
	int len = sizeof(value);

	return getsockopt(s, level, number, (char *)&value, &len) ? 0 : value;
}

static int read_kind(SOCKET s, struct iu_question *q)
{
	WSAPROTOCOL_INFOW information;
	int len = sizeof(information);

	if (getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&information, &len))
		return IU_E_INPUT;
	if (information.iProtocol != IPPROTO_TCP && information.iProtocol != IPPROTO_UDP)
		return IU_E_INPUT;
	q->target.protocol =
		information.iProtocol == IPPROTO_UDP ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
	return 0;
}

int iu_os_asking_socket(struct iu_arena *arena, int fd, const void *address, size_t len,
	struct iu_question *ret_question)
{
	SOCKET s = (SOCKET)(unsigned int)fd;
	struct iu_question q = {0};
	char text[IU_ADDRESS_TEXT];
	union name name = {0}, bound = {0};
	int n = sizeof(bound), r = read_kind(s, &q);

	q.symptom.call.alone = true;
	q.target.text = iu_arena_printf(arena, "socket %d", fd);
	*ret_question = q;
	if (r < 0)
		return q.target.text ? r : IU_E_NOMEM;
	q.symptom.call.alone = false;
	/* Of a socket that is not bound yet Winsock tells no name at all. */
	q.asker.bound = getsockname(s, &bound.any, &n) == 0 && bound.v4.sin_port;
	if (address)
		memcpy(&name, address, len < sizeof(name) ? len : sizeof(name));
	else
		name = bound;
	iu_address_of(&name.any, &q.target.address);
	if (q.target.address.family == IU_FAMILY_ANY)
		return IU_E_INPUT;
	q.target.family = q.target.address.family;
	/* The port lies at the same place in both. */
	q.target.port = ntohs(name.v4.sin_port);
	q.options.reuseaddr = option(s, SOL_SOCKET, SO_REUSEADDR) != 0;
	q.options.exclusive = option(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE) != 0;
	if (q.target.family == IU_FAMILY_IPV6)
		q.options.v6only = iu_tri(option(s, IPPROTO_IPV6, IPV6_V6ONLY) != 0);
	q.target.text = iu_arena_printf(arena, "%s/%s",
		iu_endpoint_format(&q.target.address, q.target.port, text),
		iu_protocol_name(q.target.protocol));
	if (!q.target.text)
		return IU_E_NOMEM;
	*ret_question = q;
	return 0;
}

int iu_os_program_of(struct iu_arena *arena, int32_t pid, struct iu_file_id *ret_file,
	const char **ret_path)
{
	wchar_t *path = pid ? NULL : iu_own_program();
	int ret = path && iu_file_identity(path, ret_file) ? 0 : IU_E_NOENT;

	if (ret == 0) {
		*ret_path = iu_utf8(arena, path);
		ret = *ret_path ? 0 : IU_E_NOMEM;
	}
	free(path);
	return ret;
}
