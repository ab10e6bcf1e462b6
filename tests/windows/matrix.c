/* windows/matrix.c - the rules of engine/windows/conflict.c against bind() of the system that runs */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "engine/windows/conflict.h"

/* Option and address: D plain, R SO_REUSEADDR, E SO_EXCLUSIVEADDRUSE; W wildcard, S one address. */
static const struct {
	const char *name;
	struct iu_bind_kind kind;
} kinds[] = {
	{"DW", {IU_BIND_PLAIN, true}},	   {"DS", {IU_BIND_PLAIN, false}},
	{"RW", {IU_BIND_REUSE, true}},	   {"RS", {IU_BIND_REUSE, false}},
	{"EW", {IU_BIND_EXCLUSIVE, true}}, {"ES", {IU_BIND_EXCLUSIVE, false}},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

struct way {
	const char *name;
	int family, type;
	bool listens; /* the first one */
};

static const struct way ways[] = {
	{"tcp4 bound", AF_INET, SOCK_STREAM, false},
	{"tcp6 bound", AF_INET6, SOCK_STREAM, false},
	{"tcp4 listening", AF_INET, SOCK_STREAM, true},
	{"tcp6 listening", AF_INET6, SOCK_STREAM, true},
	{"udp4", AF_INET, SOCK_DGRAM, false},
	{"udp6", AF_INET6, SOCK_DGRAM, false},
};

/*
 * Where Wine 8 answers otherwise than Microsoft's table, measured and stable: it asks Linux, which
 * refuses wildcard and address together once one of them listens, and has no such option as
 * SO_EXCLUSIVEADDRUSE for UDP. "first second answer"; I in use, A access, s success.
 */
static const char *const deviations[][2] = {
	{"tcp bound", "EW DW A, EW EW A"},
	{"tcp listening", "DW DS I, DW RS A, DW ES I, DS DW I, DS RW A, RW DS I, RW RW A, RW RS A, "
			  "RW ES I, RS DW I, RS RW A, RS RS A, EW DW A, EW EW A, ES DW I, ES RW A"},
	{"udp", "DW DS I, DW RS A, DW ES I, DS DW I, DS RW A, RW DS I, RW ES I, RS DW I, EW DS I, "
		"EW ES I, ES DW I, ES RW A"},
};

static SOCKET make(const struct way *way, struct iu_bind_kind kind, unsigned short *port, int *error)
{
	SOCKET s = socket(way->family, way->type, 0);
	struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(*port)};
	struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(*port)};
	bool is_six = way->family == AF_INET6;
	int n = is_six ? sizeof(six) : sizeof(four);
	struct sockaddr *name = is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	DWORD yes = 1;

	if (!kind.wildcard) {
		six.sin6_addr.s6_addr[15] = 1;
		four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	}
	if (kind.option == IU_BIND_REUSE)
		setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&yes, sizeof(yes));
	if (kind.option == IU_BIND_EXCLUSIVE)
		setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&yes, sizeof(yes));
	*error = bind(s, name, n) ? WSAGetLastError() : 0;
	if (!*error && !*port && getsockname(s, name, &n) == 0)
		*port = ntohs(four.sin_port ? four.sin_port : six.sin6_port);
	return s;
}

static unsigned int result_of(int error)
{
	return error == 0		   ? IU_BIND_OK
	       : error == WSAEADDRINUSE ? IU_BIND_INUSE
	       : error == WSAEACCES	   ? IU_BIND_ACCESS
					   : 0;
}

/* What Wine is known to answer; 0: as the table. */
static unsigned int deviation(const struct way *way, size_t first, size_t second)
{
	const char *list, *at;
	char cell[16];

	snprintf(cell, sizeof(cell), "%s %s ", kinds[first].name, kinds[second].name);
	list = deviations[way->type == SOCK_DGRAM ? 2 : way->listens][1];
	at = strstr(list, cell);
	return !at ? 0 : at[strlen(cell)] == 'I' ? IU_BIND_INUSE : IU_BIND_ACCESS;
}

static const char *words(unsigned int bits)
{
	static const char *const names[] = {"?", "success", "10048", "success or 10048", "10013",
		"success or 10013", "10048 or 10013", "anything"};

	return names[bits & 7];
}

static bool cell(const struct way *way, size_t i, size_t k, bool wine, unsigned int number)
{
	unsigned int rule = iu_windows_bind(kinds[i].kind, kinds[k].kind, IU_YES), got = 0, known;
	unsigned short port = 0;
	int error;
	SOCKET first = make(way, kinds[i].kind, &port, &error), second = INVALID_SOCKET;
	bool good, deviates;

	if (!error && way->listens && listen(first, 4))
		error = WSAGetLastError();
	if (!error) {
		second = make(way, kinds[k].kind, &port, &error);
		got = result_of(error);
	}
	closesocket(first);
	if (second != INVALID_SOCKET)
		closesocket(second);
	known = wine ? deviation(way, i, k) : 0;
	good = known ? got == known : (got & rule) != 0;
	deviates = known && !(known & rule);
	printf("%s %u - %s %s then %s: %s, rule %s%s\n", good ? "ok" : "not ok", number, way->name,
		kinds[i].name, kinds[k].name, words(got), words(rule),
		deviates ? " (known deviation of Wine)" : "");
	return good;
}

int main(void)
{
	bool wine = GetProcAddress(GetModuleHandleA("ntdll.dll"), "wine_get_version") != NULL;
	size_t count = sizeof(ways) / sizeof(ways[0]);
	unsigned int number = 0, bad = 0, same = 0;
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	printf("1..%u\n", (unsigned int)(count * KINDS * KINDS));
	for (size_t w = 0; w < count; w++) {
		for (size_t i = 0; i < KINDS; i++)
			for (size_t k = 0; k < KINDS; k++) {
				bad += !cell(&ways[w], i, k, wine, ++number);
				same += !wine || !deviation(&ways[w], i, k);
			}
	}
	printf("# %u of %u cells are as Microsoft's table says%s\n", same, number,
		wine ? "; the rest are known deviations of Wine" : "");
	return bad != 0;
}
