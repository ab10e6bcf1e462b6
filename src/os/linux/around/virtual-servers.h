/* os/linux/around/virtual-servers.h - IPVS: addresses that the kernel balances over other machines */
#ifndef IU_OS_LINUX_AROUND_VIRTUAL_SERVERS_H
#define IU_OS_LINUX_AROUND_VIRTUAL_SERVERS_H

#include "os/linux/around/packet.h"
#include "os/linux/scan.h"

struct iu_virtual_server {
	enum iu_protocol protocol;
	struct iu_address address, to; /* to: of its first real server; family ANY: it has none */
	uint16_t port, to_port;
};

struct iu_virtual_servers {
	IU_LIST(struct iu_virtual_server) rows;
};

/** iu_virtual_servers_read() - reads /proc/net/ip_vs, whatever is in it */
void iu_virtual_servers_read(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_virtual_servers *servers);

/** iu_virtual_servers_load() - the same from this machine; where there is no IPVS there are none. */
void iu_virtual_servers_load(
	struct iu_scan *scan, struct iu_arena *arena, struct iu_virtual_servers *ret_servers);

/** iu_virtual_servers_follow() - a packet that one of them takes is added to @snapshot. */
void iu_virtual_servers_follow(const struct iu_virtual_servers *servers, const struct iu_packet *packet,
	struct iu_snapshot *snapshot);

#endif
