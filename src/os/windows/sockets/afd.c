/* os/windows/sockets/afd.c - what a handle says of the socket behind it, whoever's socket it is */
#include "os/windows/sockets/afd.h"

#include <string.h>

#include "os/windows/host/addresses.h"

#include <winternl.h>

/*
 * Requests of afd.sys, in no header: the local address, and getsockopt() of the transport below,
 * which answers from its own structures. Source: Hunt & Hackett, "Improving AFD Socket Visibility",
 * 2025, and the headers of System Informer (ntafd.h).
 */
#define AFD_GET_ADDRESS	      0x1202F
#define AFD_GET_CONTEXT	      0x12043
#define AFD_TRANSPORT_REQUEST 0x120BF
#define TRANSPORT_GETSOCKOPT  2
#define CONTEXT_BYTES	      1024
#define CONTEXT_CONNECTED     3 /* the first number of what Winsock keeps there: its own state */
#define STATUS_IS_PENDING     ((LONG)0x103)

struct transport_request {
	ULONG type, level, option;
	BOOLEAN endpoint;
	void *input;
	SIZE_T input_bytes;
};

_Static_assert(sizeof(struct transport_request) == 32, "as on 64 bits");

union name {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	char bytes[256]; /* an older format is longer; it is not understood */
};

/* Without a context for the completion: the port of the socket's owner must not hear of it. */
static bool request(const struct iu_afd *afd, HANDLE handle, ULONG code, void *in, ULONG in_bytes, void *out,
	ULONG out_bytes)
{
	IO_STATUS_BLOCK block = {0};
	LONG status = afd->control(
		handle, afd->event, NULL, NULL, &block, code, in, in_bytes, out, out_bytes);

	if (status == STATUS_IS_PENDING) {
		WaitForSingleObject(afd->event, INFINITE);
		status = block.Status;
	}
	return status >= 0;
}

/* Some options are a byte, some a number: the lowest byte tells for both. */
static bool driver_option(const struct iu_afd *afd, HANDLE handle, int level, int option, DWORD *ret)
{
	struct transport_request ask = {.type = TRANSPORT_GETSOCKOPT,
		.level = (ULONG)level,
		.option = (ULONG)option,
		.endpoint = TRUE};

	*ret = 0;
	return request(afd, handle, AFD_TRANSPORT_REQUEST, &ask, sizeof(ask), ret, sizeof(*ret));
}

static enum iu_tri driver_flag(const struct iu_afd *afd, HANDLE handle, int level, int option)
{
	DWORD value;

	return driver_option(afd, handle, level, option, &value) ? iu_tri((value & 0xFF) != 0)
							    : IU_UNKNOWN;
}

static bool take_name(const union name *name, struct iu_afd_socket *socket)
{
	iu_address_of(&name->any, &socket->local);
	socket->port = ntohs(name->v4.sin_port); /* at the same place in both */
	return socket->local.family != IU_FAMILY_ANY && socket->port;
}

/* Each transport knows its own options only, and by that it is told. */
static bool by_driver(const struct iu_afd *afd, HANDLE handle, struct iu_afd_socket *socket)
{
	ULONG context[CONTEXT_BYTES / sizeof(ULONG)] = {0};
	union name name = {0};
	DWORD value;

	if (!request(afd, handle, AFD_GET_ADDRESS, NULL, 0, &name, sizeof(name)) ||
		!take_name(&name, socket))
		return false;
	if (driver_option(afd, handle, IPPROTO_TCP, TCP_NODELAY, &value))
		socket->protocol = IU_PROTOCOL_TCP;
	else if (driver_option(afd, handle, IPPROTO_UDP, UDP_NOCHECKSUM, &value))
		socket->protocol = IU_PROTOCOL_UDP;
	else
		return false;
	socket->reuseaddr = driver_flag(afd, handle, SOL_SOCKET, SO_REUSEADDR);
	socket->exclusive = driver_flag(afd, handle, SOL_SOCKET, SO_EXCLUSIVEADDRUSE);
	if (socket->local.family == IU_FAMILY_IPV6)
		socket->v6only = driver_flag(afd, handle, IPPROTO_IPV6, IPV6_V6ONLY);
	socket->connected = request(afd, handle, AFD_GET_CONTEXT, NULL, 0, context, sizeof(context)) &&
			    context[0] == CONTEXT_CONNECTED;
	return true;
}

static enum iu_tri winsock_flag(SOCKET s, int level, int option)
{
	DWORD value = 0;
	int len = sizeof(value);

	return getsockopt(s, level, option, (char *)&value, &len) ? IU_UNKNOWN : iu_tri(value != 0);
}

static bool read_winsock(SOCKET s, struct iu_afd_socket *socket)
{
	union name name = {0}, peer;
	int type = 0, len = sizeof(name);

	if (getsockname(s, &name.any, &len) || !take_name(&name, socket))
		return false;
	len = sizeof(type);
	if (getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&type, &len) ||
		(type != SOCK_STREAM && type != SOCK_DGRAM))
		return false;
	socket->protocol = type == SOCK_DGRAM ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
	socket->reuseaddr = winsock_flag(s, SOL_SOCKET, SO_REUSEADDR);
	socket->exclusive = winsock_flag(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE);
	if (socket->local.family == IU_FAMILY_IPV6)
		socket->v6only = winsock_flag(s, IPPROTO_IPV6, IPV6_V6ONLY);
	len = sizeof(peer);
	socket->connected = getpeername(s, &peer.any, &len) == 0;
	return true;
}

static bool by_winsock(HANDLE handle, struct iu_afd_socket *socket)
{
	WSAPROTOCOL_INFOW information;
	union name name;
	int len = sizeof(name);
	bool good;
	SOCKET s;

	if (getsockname((SOCKET)handle, &name.any, &len) ||
		WSADuplicateSocketW((SOCKET)handle, GetCurrentProcessId(), &information))
		return false;
	s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &information, 0,
		0);
	if (s == INVALID_SOCKET)
		return false;
	good = read_winsock(s, socket);
	CloseHandle((HANDLE)s);
	return good;
}

bool iu_afd_is(const struct iu_afd_socket *told, const struct iu_socket *row)
{
	return !told->connected && told->protocol == row->protocol && told->port == row->port &&
	       told->local.family == row->local.family &&
	       !memcmp(told->local.bytes, row->local.bytes, sizeof(row->local.bytes));
}

bool iu_afd_ask(const struct iu_afd *afd, HANDLE handle, struct iu_afd_socket *ret)
{
	struct iu_afd_socket socket = {0};
	bool good = false;

	switch (afd->way) {
	case IU_AFD_NONE: break;
	case IU_AFD_DRIVER: good = by_driver(afd, handle, &socket); break;
	case IU_AFD_WINSOCK: good = by_winsock(handle, &socket); break;
	}
	if (good)
		*ret = socket;
	return good;
}

/* ---- which way ---- */

/* Every answer is met both as yes and as no. */
static const struct {
	int family, type;
	bool reuseaddr, exclusive, dual;
	const char *address; /* the loopback: what can be reached from outside is the firewall's business */
} examples[] = {
	{AF_INET, SOCK_STREAM, true, false, false, "127.0.0.1"},
	{AF_INET, SOCK_DGRAM, false, true, false, "127.0.0.1"},
	{AF_INET6, SOCK_STREAM, false, false, false, "::1"},
	{AF_INET6, SOCK_DGRAM, false, false, true, "::ffff:127.0.0.1"},
};

static bool set(SOCKET s, int level, int option, bool value)
{
	DWORD number = value;

	return setsockopt(s, level, option, (const char *)&number, sizeof(number)) == 0;
}

/* A socket like the example, on a port that the system chooses. */
static SOCKET make_example(size_t i, union name *name)
{
	SOCKET s = iu_socket(examples[i].family, examples[i].type, 0);
	bool six = examples[i].family == AF_INET6;
	int len = six ? sizeof(name->v6) : sizeof(name->v4);

	memset(name, 0, sizeof(*name));
	name->any.sa_family = (ADDRESS_FAMILY)examples[i].family;
	inet_pton(examples[i].family, examples[i].address,
		six ? (void *)&name->v6.sin6_addr : (void *)&name->v4.sin_addr);
	if (s == INVALID_SOCKET)
		return s;
	if ((!examples[i].reuseaddr || set(s, SOL_SOCKET, SO_REUSEADDR, true)) &&
		(!examples[i].exclusive || set(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, true)) &&
		(!six || set(s, IPPROTO_IPV6, IPV6_V6ONLY, !examples[i].dual)) &&
		bind(s, &name->any, len) == 0 && getsockname(s, &name->any, &len) == 0)
		return s;
	closesocket(s);
	return INVALID_SOCKET;
}

static bool is_right(const struct iu_afd_socket *told, size_t i, const union name *name)
{
	struct iu_afd_socket made = {0};

	return take_name(name, &made) && told->port == made.port &&
	       iu_address_equal(&told->local, &made.local) && !told->connected &&
	       told->protocol == (examples[i].type == SOCK_DGRAM ? IU_PROTOCOL_UDP
								 : IU_PROTOCOL_TCP) &&
	       told->reuseaddr == iu_tri(examples[i].reuseaddr) &&
	       told->exclusive == iu_tri(examples[i].exclusive) &&
	       (examples[i].family == AF_INET || told->v6only == iu_tri(!examples[i].dual));
}

static bool tells_right(const struct iu_afd *afd)
{
	struct iu_afd_socket told;
	bool right = true, any = false;
	union name name;

	for (size_t i = 0; i < IU_COUNT(examples) && right; i++) {
		SOCKET s = make_example(i, &name);

		if (s == INVALID_SOCKET)
			continue; /* no IPv6 here: then nobody has such a socket */
		any = true;
		right = iu_afd_ask(afd, (HANDLE)s, &told) && is_right(&told, i, &name);
		closesocket(s);
	}
	return right && any;
}

bool iu_afd_open(struct iu_afd *ret)
{
	struct iu_afd afd = {.way = IU_AFD_DRIVER, .event = CreateEventW(NULL, TRUE, FALSE, NULL)};

	iu_api_into(L"ntdll.dll", afd.control, "NtDeviceIoControlFile");
	if (!afd.control || !afd.event || !tells_right(&afd))
		afd.way = IU_AFD_WINSOCK;
	if (afd.way == IU_AFD_WINSOCK &&
		(!afd.event || !iu_api(L"ntdll.dll", "wine_get_version") || !tells_right(&afd)))
		afd.way = IU_AFD_NONE;
	*ret = afd;
	return afd.way != IU_AFD_NONE;
}

bool iu_afd_again(const struct iu_afd *afd, struct iu_afd *ret)
{
	*ret = *afd;
	ret->event = CreateEventW(NULL, TRUE, FALSE, NULL);
	return ret->event != NULL;
}

void iu_afd_close(struct iu_afd *afd)
{
	if (afd->event)
		CloseHandle(afd->event);
	afd->event = NULL;
}
