/* tests/fuzz/fuzz-sock-diag.c - any bytes as an answer of inet_diag, and any ports as a filter */
#include <linux/inet_diag.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/needs.h"
#include "os/linux/host/addresses.h"
#include "os/linux/sockets/inet-diag.h"
#include "os/linux/sockets/netlink.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool good)
{
	if (!good)
		abort();
}

/* The kernel's interpreter of the filter (inet_diag_bc_run()), as far as we use it. */
static bool passes(const char *code, size_t len, uint16_t port)
{
	size_t at = 0;

	while (at < len) {
		struct inet_diag_bc_op op, next = {0};
		bool yes = true;

		check(at + sizeof(op) <= len);
		memcpy(&op, code + at, sizeof(op));
		if (op.code == INET_DIAG_BC_S_GE || op.code == INET_DIAG_BC_S_LE) {
			check(at + 2 * sizeof(op) <= len);
			memcpy(&next, code + at + sizeof(op), sizeof(next));
			yes = op.code == INET_DIAG_BC_S_GE ? port >= next.no : port <= next.no;
		} else {
			check(op.code == INET_DIAG_BC_JMP);
			yes = false;
		}
		check(op.yes >= sizeof(op) && op.no >= sizeof(op));
		at += yes ? op.yes : op.no;
	}
	return at == len;
}

/* Pairs of bytes are distances: sorted ranges that do not touch. */
static void try_filter(const uint8_t *data, size_t size)
{
	struct iu_port_range ranges[80];
	struct iu_needs wants = {.ports = {ranges, 0, 80}};
	uint32_t at = 0;
	char code[2048];
	size_t i, len;

	for (i = 0; i + 3 <= size && wants.ports.n < 80; i += 3) {
		uint32_t first = at + 1 + data[i] + 16u * data[i + 1], last = first + data[i + 2];

		if (last > 65535)
			break;
		ranges[wants.ports.n].first = (uint16_t)first;
		ranges[wants.ports.n++].last = (uint16_t)last;
		at = last + 1;
	}
	len = iu_inet_diag_filter(&wants, 0, false, code, sizeof(code));
	check(len == 0 ? wants.ports.n == 0 || wants.ports.n > 64 : len % 4 == 0);
	for (i = 0; i < wants.ports.n && len > 0; i++) {
		int32_t edges[4] = {
			ranges[i].first - 1, ranges[i].first, ranges[i].last, ranges[i].last + 1};
		size_t e;

		for (e = 0; e < 4; e++)
			if (edges[e] < 65536)
				check(passes(code, len, (uint16_t)edges[e]) ==
					iu_needs_port(&wants, (uint16_t)edges[e]));
	}
}

/* Attributes each lie in what is left of the message. */
static void take_attributes(struct iu_netlink_bytes rest)
{
	struct iu_netlink_bytes value;
	uint16_t type;

	for (size_t left = rest.len; iu_netlink_next(&rest, &type, &value); left = rest.len)
		check(value.len + sizeof(struct nlattr) <= left && rest.len < left);
	check(rest.len == 0);
}

static int on_message(void *context, const struct nlmsghdr *message)
{
	struct iu_netlink_bytes payload = iu_netlink_payload(message);
	struct iu_snapshot *snapshot = context;
	struct iu_socket sock;

	take_attributes(payload);
	iu_inet_diag_parse(payload.at, payload.len, IU_PROTOCOL_UDP, &sock);
	iu_address_message(snapshot, message);
	iu_route_message(snapshot, message);
	iu_link_message(snapshot, message);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_socket sock = {0};
	struct iu_snapshot snapshot;
	struct iu_netlink_sink sink = {on_message, NULL, &snapshot};
	void *datagram = malloc(size + 1);
	int result, ignored;
	size_t i;

	check(datagram != NULL);
	memcpy(datagram, data, size);
	iu_snapshot_init(&snapshot);
	iu_netlink_walk(datagram, size, 0, 0, &sink, &ignored);
	for (i = 0; i < snapshot.interfaces.n; i++)
		check(strlen(snapshot.interfaces.v[i].name) <= 16);
	iu_snapshot_free(&snapshot);
	free(datagram);
	/* The payload of the first message, at an odd address. */
	for (i = 0; i < 2; i++) {
		result = size < 16 + i ? IU_E_PROTO
				       : iu_inet_diag_parse(data + 16 - i, size - 16 + i,
						 IU_PROTOCOL_TCP, &sock);
		if (result == 1)
			check(sock.port != 0 && sock.local.family == sock.family &&
				(!sock.mini || !sock.uid_known));
	}
	try_filter(data, size);
	return 0;
}
