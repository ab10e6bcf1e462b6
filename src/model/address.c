/* model/address.c - what kind of address it is, and addresses as text */
#include "model/address.h"

#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "base/inet.h"

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};

static bool all_zero(const uint8_t *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (bytes[i])
			return false;
	return true;
}

static bool is_mapped(const struct iu_address *address)
{
	return address->family == IU_FAMILY_IPV6 &&
	       !memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix));
}

/* The four bytes of an IPv4 address, mapped or not; NULL for others. */
static const uint8_t *ipv4_bytes(const struct iu_address *address)
{
	if (address->family == IU_FAMILY_IPV4)
		return address->bytes;
	return is_mapped(address) ? address->bytes + 12 : NULL;
}

static size_t address_size(enum iu_family family)
{
	switch (family) {
	case IU_FAMILY_IPV4: return 4;
	case IU_FAMILY_IPV6: return 16;
	case IU_FAMILY_ANY:
	case IU_FAMILY_UNIX: break;
	}
	return 0;
}

enum iu_space iu_address_space(const struct iu_address *address)
{
	if (address->family != IU_FAMILY_IPV6)
		return IU_SPACE_V4;
	if (is_mapped(address))
		return IU_SPACE_MAPPED;
	return all_zero(address->bytes, 16) ? IU_SPACE_ANY6 : IU_SPACE_V6;
}

bool iu_address_is_wildcard(const struct iu_address *address)
{
	const uint8_t *v4 = ipv4_bytes(address);

	if (v4)
		return all_zero(v4, 4);
	return address->family == IU_FAMILY_IPV6 && all_zero(address->bytes, 16);
}

bool iu_address_is_multicast(const struct iu_address *address)
{
	const uint8_t *v4 = ipv4_bytes(address);

	if (v4)
		return v4[0] >> 4 == 0xe;
	return address->family == IU_FAMILY_IPV6 && address->bytes[0] == 0xff;
}

bool iu_address_is_loopback(const struct iu_address *address)
{
	const uint8_t *v4 = ipv4_bytes(address);

	if (v4)
		return v4[0] == 127;
	return address->family == IU_FAMILY_IPV6 && all_zero(address->bytes, 15) &&
	       address->bytes[15] == 1;
}

bool iu_address_is_link_local(const struct iu_address *address)
{
	return address->family == IU_FAMILY_IPV6 && address->bytes[0] == 0xfe &&
	       (address->bytes[1] & 0xc0) == 0x80;
}

uint32_t iu_address_v4(const struct iu_address *address)
{
	const uint8_t *v4 = ipv4_bytes(address);

	if (!v4)
		return 0;
	return (uint32_t)v4[0] << 24 | (uint32_t)v4[1] << 16 | (uint32_t)v4[2] << 8 | v4[3];
}

bool iu_address_equal(const struct iu_address *a, const struct iu_address *b)
{
	if (a->family != b->family || memcmp(a->bytes, b->bytes, address_size(a->family)) != 0)
		return false;
	return !a->scope || !b->scope || a->scope == b->scope;
}

bool iu_address_in_prefix(
	const struct iu_address *address, const struct iu_address *prefix, unsigned int bits)
{
	size_t size = address_size(address->family);
	size_t whole = bits / 8;
	unsigned int rest = bits % 8;

	if (!size || address->family != prefix->family || bits > size * 8)
		return false;
	if (memcmp(address->bytes, prefix->bytes, whole) != 0)
		return false;
	return !rest || (address->bytes[whole] ^ prefix->bytes[whole]) >> (8 - rest) == 0;
}

struct iu_address iu_address_ipv4(uint32_t host_order)
{
	struct iu_address address = {.family = IU_FAMILY_IPV4};

	for (int i = 0; i < 4; i++)
		address.bytes[i] = (uint8_t)(host_order >> (24 - 8 * i));
	return address;
}

struct iu_address iu_address_wildcard(enum iu_family family)
{
	return (struct iu_address){.family = family};
}

int iu_address_parse(const char *text, size_t len, struct iu_address *ret_address)
{
	struct iu_address address = {0};
	char copy[IU_ADDRESS_TEXT];

	if (!len || len >= sizeof(copy) || memchr(text, '\0', len))
		return IU_E_INPUT;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (iu_inet_read4(copy, address.bytes))
		address.family = IU_FAMILY_IPV4;
	else if (iu_inet_read6(copy, address.bytes))
		address.family = IU_FAMILY_IPV6;
	else
		return IU_E_INPUT;
	*ret_address = address;
	return 0;
}

const char *iu_address_format(const struct iu_address *address, char text[IU_ADDRESS_TEXT])
{
	size_t len;

	text[0] = '\0';
	if (address->family == IU_FAMILY_IPV4)
		iu_inet_write4(address->bytes, text, IU_ADDRESS_TEXT);
	else if (address->family == IU_FAMILY_IPV6)
		iu_inet_write6(address->bytes, text, IU_ADDRESS_TEXT);
	len = strlen(text);
	if (len && address->scope)
		snprintf(text + len, IU_ADDRESS_TEXT - len, "%%%u", (unsigned int)address->scope);
	return text;
}

const char *iu_endpoint_format(
	const struct iu_address *address, uint16_t port, char text[IU_ADDRESS_TEXT])
{
	bool six = address->family == IU_FAMILY_IPV6;
	char digits[5];
	size_t len, n = 0;

	/* 46 bytes of address and 11 of scope at most: with brackets and port it fits. */
	iu_address_format(address, text);
	len = strnlen(text, 60);
	if (six) {
		memmove(text + 1, text, len);
		text[0] = '[';
		text[++len] = ']';
		len++;
	}
	text[len++] = ':';
	do
		digits[n++] = (char)('0' + port % 10);
	while (port /= 10);
	while (n)
		text[len++] = digits[--n];
	text[len] = '\0';
	return text;
}
