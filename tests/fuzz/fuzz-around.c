/* fuzz target: what the kernel says of packet rules and of other network namespaces */
#include <linux/netlink.h>
#include <stdint.h>
#include <string.h>

#include "os/linux/around/far.h"
#include "os/linux/around/legacy-tables.h"
#include "os/linux/around/nftables.h"
#include "os/linux/around/virtual-servers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A packet of each kind: both families, protocols and directions. */
static void each_packet(void (*follow)(void *context, const struct iu_packet *packet), void *context)
{
	for (unsigned int i = 0; i < 8; i++) {
		struct iu_packet packet = {.protocol = i & 1 ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP,
			.to = i & 2 ? iu_address_wildcard(IU_FAMILY_IPV6) : iu_address_ipv4(0x0a090001),
			.port = 8080,
			.outgoing = i & 4};

		packet.to.bytes[15] |= i & 2 ? 1 : 0;
		follow(context, &packet);
	}
}

struct around {
	struct iu_arena arena;
	struct iu_snapshot snapshot;
	struct iu_nft nft;
	struct iu_legacy_table table;
	struct iu_virtual_servers servers;
};

static void follow_nft(void *context, const struct iu_packet *packet)
{
	struct around *a = context;

	iu_nft_follow(&a->nft, packet, &a->snapshot);
}

static void follow_legacy(void *context, const struct iu_packet *packet)
{
	struct around *a = context;

	iu_legacy_tables_follow(&a->table, packet, &a->snapshot);
}

static void follow_servers(void *context, const struct iu_packet *packet)
{
	struct around *a = context;

	iu_virtual_servers_follow(&a->servers, packet, &a->snapshot);
}

static void read_messages(struct around *a, const uint8_t *data, size_t size)
{
	struct nlmsghdr *message;
	uint32_t len;

	while (size >= sizeof(*message)) {
		memcpy(&len, data, sizeof(len));
		if (len < sizeof(*message) || len > size)
			break;
		message = iu_arena_copy(&a->arena, data, len);
		if (!message || iu_nftables_message(&a->nft, message) < 0)
			break;
		len = NLMSG_ALIGN(len);
		data += len < size ? len : size;
		size -= len < size ? len : size;
	}
	each_packet(follow_nft, a);
}

static void read_legacy(struct around *a, bool ipv6, const uint8_t *data, size_t size)
{
	uint32_t places[2];

	if (size < sizeof(places))
		return;
	memcpy(places, data, sizeof(places));
	a->table = (struct iu_legacy_table){.ipv6 = ipv6, .name = "nat",
		.bytes = iu_arena_copy(&a->arena, data + sizeof(places), size - sizeof(places)),
		.len = size - sizeof(places), .has_incoming = true, .has_outgoing = true,
		.incoming = places[0], .outgoing = places[1]};
	if (a->table.bytes)
		each_packet(follow_legacy, a);
}

static void read_text(struct around *a, unsigned int kind, const char *text, size_t len)
{
	struct iu_address four = iu_address_ipv4(0x0a070005), six = iu_address_wildcard(IU_FAMILY_IPV6);
	char device[16];

	six.bytes[15] = 1;
	if (kind == 3) {
		iu_virtual_servers_read(&a->arena, text, len, &a->servers);
		each_packet(follow_servers, a);
	} else if (kind == 4) {
		(void)iu_far_trie_has(text, len, &four);
	} else {
		(void)iu_far_inet6_has(text, len, &six, device);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct around a = {.nft.arena = NULL};
	unsigned int kind = size ? data[0] % 6 : 6;

	a.nft.arena = &a.arena;
	iu_snapshot_init(&a.snapshot);
	if (kind == 0)
		read_messages(&a, data + 1, size - 1);
	else if (kind < 3)
		read_legacy(&a, kind == 2, data + 1, size - 1);
	else if (kind < 6)
		read_text(&a, kind, (const char *)data + 1, size - 1);
	iu_snapshot_free(&a.snapshot);
	iu_arena_free(&a.arena);
	return 0;
}
