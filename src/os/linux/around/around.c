/* os/linux/around/around.c - what has a say in a port besides sockets: programs, rules, other namespaces */
#include "base/err.h"
#include "os/linux/around/bpf-query.h"
#include "os/linux/around/far.h"
#include "os/linux/around/legacy-tables.h"
#include "os/linux/around/nftables.h"
#include "os/linux/around/virtual-servers.h"
#include "os/linux/file.h"
#include "os/linux/scan.h"

#define ADDRESSES_MAX 64 /* of this machine, to which a packet is followed */

int iu_collect_policy(struct iu_scan *scan)
{
	int ret;

	if (scan->plain || scan->snapshot->seen & IU_FACT_POLICY)
		return 0;
	ret = iu_bpf_query_binds(scan);
	/* without the right nothing is said: bind() is asked itself wherever that can change nothing */
	iu_scan_seen(scan, IU_FACT_POLICY, ret >= 0);
	return ret == IU_E_NOMEM ? ret : 0;
}

/* ---- rules ---- */

struct rules {
	struct iu_arena arena;
	struct iu_nft nft;
	struct iu_legacy_tables legacy;
	struct iu_virtual_servers servers;
};

static void follow(const struct rules *rules, const struct iu_packet *packet, struct iu_snapshot *snapshot)
{
	iu_nft_follow(&rules->nft, packet, snapshot);
	for (size_t i = 0; i < rules->legacy.rows.n; i++)
		iu_legacy_tables_follow(&rules->legacy.rows.v[i], packet, snapshot);
	if (!packet->outgoing)
		iu_virtual_servers_follow(&rules->servers, packet, snapshot);
}

/* An address of this machine that the question means. */
static bool is_meant(const struct iu_endpoint *asked, const struct iu_local *local)
{
	if (local->kind != IU_LOCAL_ADDRESS)
		return false;
	return asked->address.family == IU_FAMILY_ANY ||
	       (asked->address.family == local->address.family &&
		       (iu_address_is_wildcard(&asked->address) ||
			       iu_address_equal(&asked->address, &local->address)));
}

static void follow_endpoint(const struct rules *rules, const struct iu_endpoint *asked, struct iu_snapshot *snapshot)
{
	size_t n = 0;

	for (size_t i = 0; i < snapshot->locals.n && n < ADDRESSES_MAX; i++) {
		const struct iu_local *local = &snapshot->locals.v[i];
		struct iu_packet packet = {asked->protocol, local->address, asked->port, true};

		if (!is_meant(asked, local))
			continue;
		n++;
		packet.to.scope = 0;
		follow(rules, &packet, snapshot);
		packet.outgoing = false;
		if (!iu_address_is_loopback(&local->address)) /* nothing comes in from outside to these */
			follow(rules, &packet, snapshot);
	}
}

/* Rules that change addresses have connections tracked; everybody may read how many are. */
static bool tracks(struct iu_scan *scan)
{
	char text[32];
	uint64_t n = 0;
	ssize_t len = scan->proc < 0 ? -1
		: iu_file_read(scan->proc, "sys/net/netfilter/nf_conntrack_count", text, sizeof(text));

	return len > 0 && iu_number(text, (size_t)len, 10, &n) && n > 0;
}

static int collect_rules(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	struct rules rules = {.nft.arena = &rules.arena};
	int nft = iu_nftables_load(&rules.nft), legacy = nft == IU_E_NOMEM ? 0 : iu_legacy_tables_load(scan, &rules.arena, &rules.legacy);
	int lookups = scan->plain ? 0 : iu_bpf_query_lookups(scan);

	if (nft != IU_E_NOMEM && legacy != IU_E_NOMEM)
		iu_virtual_servers_load(scan, &rules.arena, &rules.servers);
	if ((nft == IU_E_ACCESS || legacy == IU_E_ACCESS || lookups == IU_E_ACCESS) && tracks(scan))
		iu_snapshot_gap(snapshot, IU_FACT_AROUND, 0,
			"rules that send what arrives on the port elsewhere (nftables, iptables, sk_lookup)",
			"it takes CAP_NET_ADMIN", "run as root");
	for (size_t i = 0; i < scan->needs->around.n; i++)
		follow_endpoint(&rules, &scan->needs->around.v[i], snapshot);
	nft = rules.arena.failed ? IU_E_NOMEM : 0;
	iu_arena_free(&rules.arena);
	return nft;
}

int iu_collect_around(struct iu_scan *scan)
{
	const struct iu_far_wanted wanted = {scan->needs->around.v, scan->needs->around.n};
	int ret;

	if (!wanted.n || scan->snapshot->seen & IU_FACT_AROUND)
		return 0;
	ret = collect_rules(scan);
	if (ret == 0 && scan->proc >= 0 && !scan->needs->first)
		ret = iu_far_look(scan, &wanted);
	iu_scan_seen(scan, IU_FACT_AROUND, true);
	return ret;
}
