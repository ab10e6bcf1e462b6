/* os/linux/around/nftables.h - the rules of nftables: read from netlink messages, followed for a packet */
#ifndef IU_OS_LINUX_AROUND_NFTABLES_H
#define IU_OS_LINUX_AROUND_NFTABLES_H

#include <linux/netlink.h>

#include "os/linux/around/packet.h"
#include "os/linux/scan.h"

#define IU_NFT_KEY 64 /* bytes of all registers, and the longest key of a set */

struct iu_nft_chain {
	uint8_t family;
	const char *table, *name;
	bool base; /* the kernel enters it at a hook */
	uint32_t hook;
	int32_t priority;
};

struct iu_nft_rule {
	uint8_t family;
	const char *table, *chain;
	uint64_t handle;
	const char *expressions; /* nested attributes, as they came */
	size_t len;
};

struct iu_nft_element {
	uint8_t key[IU_NFT_KEY], end[IU_NFT_KEY]; /* end: of a range of concatenated keys */
	size_t key_len, end_len;
	bool closes; /* an interval ends before it */
	bool catches_all;
	bool has_verdict;
	int32_t verdict;
	const char *chain;
	uint8_t data[IU_NFT_KEY];
	size_t data_len;
};

struct iu_nft_set {
	uint8_t family;
	const char *table, *name;
	IU_LIST(struct iu_nft_element) elements;
};

/* Everything lives in the arena. */
struct iu_nft {
	struct iu_arena *arena;
	IU_LIST(struct iu_nft_chain) chains;
	IU_LIST(struct iu_nft_rule) rules;
	IU_LIST(struct iu_nft_set) sets; /* those that rules look into; elements come later */
};

/** iu_nftables_message() - takes a chain, a rule or elements of a set; others are passed over. Returns: 0. */
int iu_nftables_message(struct iu_nft *nft, const struct nlmsghdr *message);

/** iu_nft_follow() - the way of a packet; what takes it is added to @snapshot. */
void iu_nft_follow(
	const struct iu_nft *nft, const struct iu_packet *packet, struct iu_snapshot *snapshot);

/**
 * iu_nftables_load() - asks the kernel for all of it
 * Returns: 0, IU_E_ACCESS: only who administers the network may see them, IU_E_NOTSUP: there are
 * none, other IU_E_*.
 */
int iu_nftables_load(struct iu_nft *nft);

#endif
