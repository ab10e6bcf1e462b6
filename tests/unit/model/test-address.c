/* test-address.c - kinds of addresses, prefixes, text forms */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/compat.h"
#include "base/err.h"
#include "model/address.h"

static struct iu_address read_address(const char *text)
{
	struct iu_address address;

	assert_int_equal(iu_address_parse(text, strlen(text), &address), 0);
	return address;
}

enum { WILDCARD = 1, LOOPBACK = 2, MULTICAST = 4, LINK_LOCAL = 8 };

static const struct {
	const char *text, *formatted, *endpoint;
	enum iu_space space;
	int kind;
	uint32_t v4;
} rows[] = {
	{"0.0.0.0", "0.0.0.0", "0.0.0.0:80", IU_SPACE_V4, WILDCARD, 0},
	{"127.0.0.1", "127.0.0.1", "127.0.0.1:80", IU_SPACE_V4, LOOPBACK, 0x7f000001},
	{"127.255.255.254", "127.255.255.254", "127.255.255.254:80", IU_SPACE_V4, LOOPBACK,
		0x7ffffffe},
	{"128.0.0.1", "128.0.0.1", "128.0.0.1:80", IU_SPACE_V4, 0, 0x80000001},
	{"224.0.0.1", "224.0.0.1", "224.0.0.1:80", IU_SPACE_V4, MULTICAST, 0xe0000001},
	{"239.255.255.255", "239.255.255.255", "239.255.255.255:80", IU_SPACE_V4, MULTICAST,
		0xefffffff},
	{"240.0.0.1", "240.0.0.1", "240.0.0.1:80", IU_SPACE_V4, 0, 0xf0000001},
	{"255.255.255.255", "255.255.255.255", "255.255.255.255:80", IU_SPACE_V4, 0, 0xffffffff},
	{"::", "::", "[::]:80", IU_SPACE_ANY6, WILDCARD, 0},
	{"::1", "::1", "[::1]:80", IU_SPACE_V6, LOOPBACK, 0},
	{"::2", "::2", "[::2]:80", IU_SPACE_V6, 0, 0},
	{"::ffff:0.0.0.0", "::ffff:0.0.0.0", "[::ffff:0.0.0.0]:80", IU_SPACE_MAPPED, WILDCARD, 0},
	{"::ffff:127.0.0.1", "::ffff:127.0.0.1", "[::ffff:127.0.0.1]:80", IU_SPACE_MAPPED, LOOPBACK,
		0x7f000001},
	{"::ffff:224.0.0.1", "::ffff:224.0.0.1", "[::ffff:224.0.0.1]:80", IU_SPACE_MAPPED,
		MULTICAST, 0xe0000001},
	{"fe80::1", "fe80::1", "[fe80::1]:80", IU_SPACE_V6, LINK_LOCAL, 0},
	{"febf::1", "febf::1", "[febf::1]:80", IU_SPACE_V6, LINK_LOCAL, 0},
	{"fec0::1", "fec0::1", "[fec0::1]:80", IU_SPACE_V6, 0, 0},
	{"ff02::1", "ff02::1", "[ff02::1]:80", IU_SPACE_V6, MULTICAST, 0},
	{"2001:DB8:0::1", "2001:db8::1", "[2001:db8::1]:80", IU_SPACE_V6, 0, 0},
	{"64:ff9b::1.2.3.4", "64:ff9b::102:304", "[64:ff9b::102:304]:80", IU_SPACE_V6, 0, 0},
};

static void test_kinds(void **state)
{
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_address a = read_address(rows[i].text);
		char text[IU_ADDRESS_TEXT];
		int kind = (iu_address_is_wildcard(&a) ? WILDCARD : 0) |
			   (iu_address_is_loopback(&a) ? LOOPBACK : 0) |
			   (iu_address_is_multicast(&a) ? MULTICAST : 0) |
			   (iu_address_is_link_local(&a) ? LINK_LOCAL : 0);

		print_message(
			"# %s: space %d, kind %d\n", rows[i].text, iu_address_space(&a), kind);
		assert_int_equal(iu_address_space(&a), rows[i].space);
		assert_int_equal(kind, rows[i].kind);
		assert_int_equal(iu_address_v4(&a), rows[i].v4);
		assert_string_equal(iu_address_format(&a, text), rows[i].formatted);
		assert_string_equal(iu_endpoint_format(&a, 80, text), rows[i].endpoint);
	}
}

static void test_refused(void **state)
{
	static const char *const wrong[] = {"", " ", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1",
		"01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", ":", ":::", "1::2::3", "::g",
		"12345::", "[::1]", "::1%lo", "localhost", "0x7f.1", "1:2:3:4:5:6:7:8:9",
		"::ffff:1.2.3",
		"0000000000000000000000000000000000000000000000000000000000000000000000000000000000"
		"0000000"};
	struct iu_address before = read_address("1.2.3.4"), address = before;

	for (size_t i = 0; i < IU_COUNT(wrong); i++) {
		print_message("# \"%s\"\n", wrong[i]);
		assert_int_equal(
			iu_address_parse(wrong[i], strlen(wrong[i]), &address), IU_E_INPUT);
		assert_memory_equal(&address, &before, sizeof(before));
	}
	assert_int_equal(iu_address_parse("1.2.3.4\0", 8, &address), IU_E_INPUT);
	assert_int_equal(iu_address_parse("1.2.3.45", 7, &address), 0);
	assert_int_equal(iu_address_v4(&address), 0x01020304);
}

static void test_equal(void **state)
{
	struct iu_address v4 = read_address("127.0.0.1"), mapped = read_address("::ffff:127.0.0.1");
	struct iu_address a = read_address("fe80::1"), b = a, none = {0};

	assert_true(iu_address_equal(&v4, &v4));
	assert_false(iu_address_equal(&v4, &mapped));
	assert_true(iu_address_equal(&none, &none));
	assert_false(iu_address_equal(&none, &v4));
	a.scope = 1;
	assert_true(iu_address_equal(&a, &b));
	b.scope = 2;
	assert_false(iu_address_equal(&a, &b));
	v4.bytes[9] = 7; /* beyond the four: no part of the address */
	b = read_address("127.0.0.1");
	assert_true(iu_address_equal(&v4, &b));
}

static void test_prefix(void **state)
{
	static const struct {
		const char *address, *prefix;
		unsigned int bits;
		bool in;
	} cases[] = {
		{"10.1.2.3", "10.0.0.0", 8, true},
		{"11.1.2.3", "10.0.0.0", 8, false},
		{"10.1.2.3", "0.0.0.0", 0, true},
		{"192.168.1.129", "192.168.1.128", 25, true},
		{"192.168.1.127", "192.168.1.128", 25, false},
		{"192.168.1.1", "192.168.1.1", 32, true},
		{"192.168.1.2", "192.168.1.1", 32, false},
		{"192.168.1.1", "192.168.1.1", 33, false},
		{"2001:db8:1::5", "2001:db8::", 32, true},
		{"2001:db8:8000::", "2001:db8::", 33, false},
		{"::1", "::1", 128, true},
		{"::1", "::1", 129, false},
		{"::ffff:10.0.0.1", "10.0.0.0", 8, false},
	};

	for (size_t i = 0; i < IU_COUNT(cases); i++) {
		struct iu_address address = read_address(cases[i].address);
		struct iu_address prefix = read_address(cases[i].prefix);

		print_message("# %s in %s/%u\n", cases[i].address, cases[i].prefix, cases[i].bits);
		assert_int_equal(
			iu_address_in_prefix(&address, &prefix, cases[i].bits), cases[i].in);
	}
}

static void test_longest(void **state)
{
	struct iu_address a = {.family = IU_FAMILY_IPV6, .scope = UINT32_MAX};
	struct iu_address none = {0};
	char text[IU_ADDRESS_TEXT];

	memset(a.bytes, 0xff, sizeof(a.bytes));
	assert_string_equal(iu_endpoint_format(&a, 65535, text),
		"[ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff%4294967295]:65535");
	assert_string_equal(iu_address_format(&none, text), "");
	a = iu_address_ipv4(0xc0000207);
	assert_string_equal(iu_address_format(&a, text), "192.0.2.7");
	a = iu_address_wildcard(IU_FAMILY_IPV6);
	assert_string_equal(iu_endpoint_format(&a, 0, text), "[::]:0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_longest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
