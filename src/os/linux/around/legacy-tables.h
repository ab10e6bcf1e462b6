/* os/linux/around/legacy-tables.h - the tables of iptables-legacy: read as one block, followed for a packet */
#ifndef IU_OS_LINUX_AROUND_LEGACY_TABLES_H
#define IU_OS_LINUX_AROUND_LEGACY_TABLES_H

#include "os/linux/around/packet.h"
#include "os/linux/scan.h"

/* A table as the kernel gives it: entries of its own layout, one behind the other. */
struct iu_legacy_table {
	bool ipv6;
	const char *name; /* "nat", "mangle" */
	const char *bytes;
	size_t len;
	bool has_incoming, has_outgoing;
	size_t incoming, outgoing; /* where PREROUTING and OUTPUT begin */
};

/** iu_legacy_tables_follow() - the way of a packet; what takes it is added to @snapshot. Any bytes are fine. */
void iu_legacy_tables_follow(const struct iu_legacy_table *table, const struct iu_packet *packet,
	struct iu_snapshot *snapshot);

struct iu_legacy_tables {
	IU_LIST(struct iu_legacy_table) rows;
};

/**
 * iu_legacy_tables_load() - those that are there: asking for one that is not would make it
 * Returns: 0, IU_E_ACCESS: only who administers the network may see them, IU_E_NOMEM, other IU_E_*.
 */
int iu_legacy_tables_load(struct iu_scan *scan, struct iu_arena *arena, struct iu_legacy_tables *ret_tables);

#endif
