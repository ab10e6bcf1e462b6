/* model/address.h - protocols, families, addresses, three-valued facts */
#ifndef IU_MODEL_ADDRESS_H
#define IU_MODEL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A fact that may not be known. "Could not see" is never "no". */
enum iu_tri { IU_UNKNOWN = 0, IU_NO, IU_YES };

/** iu_tri() - IU_YES or IU_NO. */
static inline enum iu_tri iu_tri(bool yes)
{
	return yes ? IU_YES : IU_NO;
}

struct iu_port_range {
	uint16_t first, last;
};

enum iu_protocol { IU_PROTOCOL_TCP, IU_PROTOCOL_UDP, IU_PROTOCOL_UNIX };
enum iu_family { IU_FAMILY_ANY, IU_FAMILY_IPV4, IU_FAMILY_IPV6, IU_FAMILY_UNIX };

/** Names as JSON has them: "tcp", "ipv6"; IU_FAMILY_ANY is "any". Static. */
const char *iu_protocol_name(enum iu_protocol protocol);
const char *iu_family_name(enum iu_family family);

/*
 * An IPv4 address uses bytes[0..3], IPv6 all sixteen, both in network order. IPv4-mapped addresses
 * (::ffff:a.b.c.d) stay IPv6 here: a socket of that family holds them, and the rules differ.
 */
struct iu_address {
	enum iu_family family; /* IU_FAMILY_ANY: no address */
	uint8_t bytes[16];
	uint32_t scope; /* interface index of a link-local address, 0: none */
};

/* What a socket of this address covers; the vocabulary of the rules. */
enum iu_space {
	IU_SPACE_V4,     /* AF_INET */
	IU_SPACE_MAPPED, /* AF_INET6 with ::ffff:a.b.c.d */
	IU_SPACE_ANY6,   /* AF_INET6 with :: */
	IU_SPACE_V6,     /* AF_INET6, a native address */
};

/** iu_address_space() - which of the four kinds @address (IPv4 or IPv6) is. */
enum iu_space iu_address_space(const struct iu_address *address);

/** iu_address_is_wildcard() - 0.0.0.0, :: or ::ffff:0.0.0.0. */
bool iu_address_is_wildcard(const struct iu_address *address);

/** iu_address_is_multicast() - 224.0.0.0/4 (mapped too) or ff00::/8. */
bool iu_address_is_multicast(const struct iu_address *address);

/** iu_address_is_loopback() - 127.0.0.0/8 (mapped too) or ::1. */
bool iu_address_is_loopback(const struct iu_address *address);

/** iu_address_is_link_local() - fe80::/10. */
bool iu_address_is_link_local(const struct iu_address *address);

/** iu_address_v4() - the IPv4 number in host order; 0 for :: and native IPv6. */
uint32_t iu_address_v4(const struct iu_address *address);

/** iu_address_equal() - same family and bytes; the scope is compared where both have one. */
bool iu_address_equal(const struct iu_address *a, const struct iu_address *b);

/** iu_address_in_prefix() - whether @address lies in @prefix/@bits (same family). */
bool iu_address_in_prefix(
	const struct iu_address *address, const struct iu_address *prefix, unsigned int bits);

/** iu_address_ipv4() - the IPv4 address of a number in host order. */
struct iu_address iu_address_ipv4(uint32_t host_order);

/** iu_address_wildcard() - 0.0.0.0 or ::. */
struct iu_address iu_address_wildcard(enum iu_family family);

/**
 * iu_address_parse() - reads "127.0.0.1", "::1", "::ffff:1.2.3.4" (no brackets, no scope)
 * Returns: 0, or IU_E_INPUT.
 */
int iu_address_parse(const char *text, size_t len, struct iu_address *ret_address);

/* "ffff:…:255.255.255.255%4294967295" and brackets and a port fit. */
#define IU_ADDRESS_TEXT 80

/** iu_address_format() - "127.0.0.1" or "::1"; "" for no address. Returns @text. */
const char *iu_address_format(const struct iu_address *address, char text[IU_ADDRESS_TEXT]);

/** iu_endpoint_format() - "127.0.0.1:80", "[::1]:80". Returns @text. */
const char *iu_endpoint_format(
	const struct iu_address *address, uint16_t port, char text[IU_ADDRESS_TEXT]);

#endif
