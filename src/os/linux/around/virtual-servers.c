/* os/linux/around/virtual-servers.c - IPVS: addresses that the kernel balances over other machines */
#include "os/linux/around/virtual-servers.h"

#include <arpa/inet.h>
#include <string.h>

#include "os/linux/file.h"

#define TABLE_MAX (16u << 20)

/* "0A090001:1F90", "[2001:0db8:…:0001]:1F90" */
static bool endpoint(const char *text, size_t len, struct iu_address *address, uint16_t *ret_port)
{
	char name[INET6_ADDRSTRLEN + 8];
	const char *close = len && *text == '[' ? memchr(text, ']', len) : NULL;
	size_t head = close ? (size_t)(close - text) + 1 : 8;
	uint64_t value = 0, port = 0;

	if (len < head + 5 || text[head] != ':' || iu_number(text + head + 1, 4, 16, &port) != 4)
		return false;
	if (close) {
		if (head - 2 >= sizeof(name))
			return false;
		memcpy(name, text + 1, head - 2);
		name[head - 2] = '\0';
		*address = (struct iu_address){.family = IU_FAMILY_IPV6};
		if (inet_pton(AF_INET6, name, address->bytes) != 1)
			return false;
	} else {
		if (iu_number(text, 8, 16, &value) != 8)
			return false;
		*address = iu_address_ipv4((uint32_t)value);
	}
	*ret_port = (uint16_t)port;
	return true;
}

struct reader {
	struct iu_arena *arena;
	struct iu_virtual_servers *servers;
	bool open; /* the row before is one of ours: of a firewall mark ("FWM") or of SCTP there is none */
};

/* "TCP  0A090001:1F90 rr", then "  -> 0A580005:0050      Masq    1      0          0" for each real one. */
static int on_line(void *context, const char *line, size_t len)
{
	struct reader *reader = context;
	struct iu_virtual_servers *servers = reader->servers;
	struct iu_virtual_server server = {.protocol = IU_PROTOCOL_TCP}, *last;
	size_t at = 5, end;

	if (len < 6)
		return 0;
	for (end = at; end < len && line[end] != ' '; end++)
		;
	if (!memcmp(line, "TCP  ", 5) || !memcmp(line, "UDP  ", 5)) {
		if (line[0] == 'U')
			server.protocol = IU_PROTOCOL_UDP;
		reader->open = endpoint(line + at, end - at, &server.address, &server.port);
		if (reader->open)
			*iu_list_add(reader->arena, &servers->rows) = server;
	} else if (memcmp(line, "  -> ", 5) != 0) {
		reader->open = false;
	} else if (reader->open) {
		last = &servers->rows.v[servers->rows.n - 1];
		if (last->to.family == IU_FAMILY_ANY)
			(void)endpoint(line + at, end - at, &last->to, &last->to_port);
	}
	return 0;
}

void iu_virtual_servers_read(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_virtual_servers *servers)
{
	struct reader reader = {.arena = arena, .servers = servers};

	(void)iu_file_lines(bytes, len, on_line, &reader);
}

void iu_virtual_servers_load(
	struct iu_scan *scan, struct iu_arena *arena, struct iu_virtual_servers *ret_servers)
{
	struct iu_text text = {0};

	if (scan->proc >= 0 && iu_file_load(scan->proc, "self/net/ip_vs", TABLE_MAX, &text) == 0 && text.data)
		iu_virtual_servers_read(arena, text.data, text.len, ret_servers);
	iu_text_free(&text);
}

void iu_virtual_servers_follow(const struct iu_virtual_servers *servers, const struct iu_packet *packet,
	struct iu_snapshot *snapshot)
{
	for (size_t i = 0; i < servers->rows.n; i++) {
		const struct iu_virtual_server *s = &servers->rows.v[i];
		const struct iu_taker taker = {.kind = IU_TAKER_IPVS, .to = s->to, .to_port = s->to_port};

		if (s->protocol == packet->protocol && s->port == packet->port &&
			iu_address_equal(&s->address, &packet->to))
			iu_packet_takes(snapshot, packet, &taker);
	}
}
