/* tests/unit/os/test-netlink.c - requests, messages and attributes of netlink, with lengths that lie */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/sockets/netlink.h"

static int count_message(void *context, const struct nlmsghdr *message)
{
	(void)message;
	++*(int *)context;
	return 0;
}

static void test_walk(void **state)
{
	struct nlmsghdr m[4];
	int seen = 0, ignored;
	struct iu_netlink_sink sink = {count_message, NULL, &seen};

	(void)state;
	memset(m, 0, sizeof(m));
	m[0] = m[1] = (struct nlmsghdr){16, 20, 0, 7, 3};
	m[2] = (struct nlmsghdr){16, NLMSG_DONE, 0, 7, 3};
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), 0);
	assert_int_equal(seen, 2);
	assert_int_equal(iu_netlink_walk(m, 32, 7, 3, &sink, &ignored), 1);
	assert_int_equal(iu_netlink_walk(m, 7, 7, 3, &sink, &ignored), 1);
	m[1].nlmsg_seq = 6; /* of an earlier request */
	seen = 0;
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), 0);
	assert_int_equal(seen, 1);
	m[0].nlmsg_len = 0x80000000u;
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), -EBADMSG);
	m[0].nlmsg_len = UINT32_MAX;
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), -EBADMSG);
	m[0].nlmsg_len = 15;
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), -EBADMSG);
	m[0].nlmsg_len = 0;
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), -EBADMSG);
	m[0].nlmsg_len = 16;
	m[0].nlmsg_flags = NLM_F_DUMP_INTR;
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), -EINTR);
	m[0] = (struct nlmsghdr){20, NLMSG_ERROR, 0, 7, 3};
	*(int *)(void *)&m[1] = -EPERM;
	assert_int_equal(iu_netlink_walk(m, 48, 7, 3, &sink, &ignored), -EPERM);
	m[0].nlmsg_len = 16;
	assert_int_equal(iu_netlink_walk(m, 16, 7, 3, &sink, &ignored), -EBADMSG);
}

static void test_payload(void **state)
{
	struct {
		struct nlmsghdr head;
		uint32_t body[3];
	} m = {{sizeof(m), 20, 0, 0, 0}, {1, 2, 3}};
	struct iu_netlink_bytes payload = iu_netlink_payload(&m.head), rest = {"x", 1};
	uint16_t odd[3] = {0};

	(void)state;
	assert_ptr_equal(payload.at, m.body);
	assert_int_equal(payload.len, sizeof(m.body));
	assert_true(iu_netlink_head(payload, odd, sizeof(odd), &rest)); /* 6 bytes, padded to 8 */
	assert_ptr_equal(rest.at, &m.body[2]);
	assert_int_equal(rest.len, 4);
	payload.len = 6;
	assert_true(iu_netlink_head(payload, odd, sizeof(odd), &rest)); /* the padding is not there */
	assert_int_equal(rest.len, 0);
	payload.len = 5;
	rest.len = 77;
	assert_false(iu_netlink_head(payload, odd, sizeof(odd), &rest));
	assert_int_equal(rest.len, 77);
	for (uint32_t len = 0; len < sizeof(m.head); len++) {
		m.head.nlmsg_len = len;
		assert_int_equal(iu_netlink_payload(&m.head).len, 0);
	}
}

/* Takes all attributes off @all, which each lie in it. Returns: how many there were. */
static size_t take_all(struct iu_netlink_bytes all)
{
	const char *end = all.at + all.len;
	struct iu_netlink_bytes value;
	size_t n = 0, most = all.len / sizeof(struct nlattr);
	volatile char sum = 0;
	uint16_t type;

	while (iu_netlink_next(&all, &type, &value)) {
		assert_true(++n <= most);
		assert_true(value.at <= end && value.len <= (size_t)(end - value.at));
		assert_int_equal(type & NLA_F_NESTED, 0);
		for (size_t i = 0; i < value.len; i++) /* reads behind the end are seen */
			sum = (char)(sum + value.at[i]);
	}
	assert_int_equal(all.len, 0);
	assert_false(iu_netlink_next(&all, &type, &value));
	return n;
}

/* Every length an attribute may claim, in every number of bytes that there may be. */
static void test_lengths(void **state)
{
	static const uint16_t lengths[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 255, 0x7fff, 0x8000,
		0xfffc, 0xfffd, 0xffff};

	(void)state;
	for (size_t len = 0; len <= 32; len++) {
		for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
			struct nlattr head = {lengths[i], 3 | NLA_F_NESTED};
			char *bytes = malloc(len ? len : 1);
			size_t n;

			assert_non_null(bytes);
			for (size_t at = 0; at < len; at++) /* the head, again and again */
				bytes[at] = ((const char *)&head)[at % sizeof(head)];
			n = take_all((struct iu_netlink_bytes){bytes, len});
			assert_int_equal(n > 0, len >= 4 && lengths[i] >= 4 && lengths[i] <= len);
			free(bytes);
		}
	}
	assert_int_equal(take_all((struct iu_netlink_bytes){NULL, 0}), 0);
}

static void test_find(void **state)
{
	/* { 1: "a", 2 (nested): { 5: 0x0102 }, 1: "b" }; the last one lacks its padding */
	static const struct {
		struct nlattr one;
		char a[4];
		struct nlattr two, five;
		uint16_t number;
		char padding[2];
		struct nlattr again;
		char b;
	} m = {{5, 1}, "a", {12, 2 | NLA_F_NESTED}, {6, 5}, 0x0102, "", {5, 1}, 'b'};
	struct iu_netlink_bytes all = {(const char *)&m, offsetof(__typeof__(m), b) + 1}, value;
	uint16_t number = 0;
	uint32_t wide = 7;

	(void)state;
	assert_int_equal(take_all(all), 3);
	value = iu_netlink_find(all, 1);
	assert_ptr_equal(value.at, m.a);
	assert_int_equal(value.len, 1);
	value = iu_netlink_find(iu_netlink_find(all, 2), 5);
	assert_true(iu_netlink_copy(value, &number, sizeof(number)));
	assert_int_equal(number, 0x0102);
	assert_false(iu_netlink_copy(value, &wide, sizeof(wide)));
	assert_int_equal(wide, 7);
	assert_null(iu_netlink_find(all, 5).at);
	assert_null(iu_netlink_find(iu_netlink_find(all, 9), 5).at);
}

static void test_request(void **state)
{
	static const char bytes[IU_NETLINK_REQUEST] = "filter";
	struct iu_netlink_request request;
	struct iu_netlink netlink = {0};
	struct iu_netlink_bytes rest, value;
	char head[5];
	uint32_t number = 0;
	uint16_t type;
	uint8_t *body;

	(void)state;
	memset(&request, 0xff, sizeof(request));
	body = iu_netlink_begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(head));
	for (size_t i = 0; i < 8; i++)
		assert_int_equal(body[i], 0);
	body[0] = 9;
	iu_netlink_put(&request, 4, bytes, 6);
	iu_netlink_put_u32(&request, 5, 77);
	assert_int_equal(request.head.nlmsg_len, 16 + 8 + 12 + 8);
	assert_int_equal(request.head.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_true(iu_netlink_head(iu_netlink_payload(&request.head), head, sizeof(head), &rest));
	assert_int_equal(head[0], 9);
	assert_true(iu_netlink_next(&rest, &type, &value));
	assert_int_equal(type, 4);
	assert_int_equal(value.len, 6);
	assert_memory_equal(value.at, "filter\0", 8); /* padded with zeroes */
	assert_true(iu_netlink_next(&rest, &type, &value));
	assert_true(iu_netlink_copy(value, &number, sizeof(number)));
	assert_int_equal(number, 77);
	assert_false(iu_netlink_next(&rest, &type, &value));
	assert_false(request.overrun);

	iu_netlink_begin(&request, RTM_GETLINK, 0, sizeof(head));
	iu_netlink_put(&request, 1, bytes, sizeof(bytes) - 8 - 4);
	assert_false(request.overrun);
	assert_int_equal(request.head.nlmsg_len, sizeof(request.head) + sizeof(request.body));
	iu_netlink_put(&request, 1, bytes, 0);
	assert_true(request.overrun);
	assert_int_equal(request.head.nlmsg_len, sizeof(request.head) + sizeof(request.body));
	assert_int_equal(iu_netlink_dump(&netlink, &request, NULL, NULL), IU_E_LIMIT);
	iu_netlink_begin(&request, RTM_GETLINK, 0, sizeof(head));
	iu_netlink_put(&request, 1, bytes, SIZE_MAX);
	assert_true(request.overrun);
	iu_netlink_begin(&request, RTM_GETLINK, 0, sizeof(head));
	iu_netlink_put(&request, 1, bytes, sizeof(bytes) - 8 - 3);
	assert_true(request.overrun);
	assert_int_equal(request.head.nlmsg_len, 16 + 8);
}

/* What another program sends is not taken for the kernel's word. */
static void test_sender(void **state)
{
	struct sockaddr_nl to = {.nl_family = AF_NETLINK};
	struct nlmsghdr message = {.nlmsg_len = sizeof(message), .nlmsg_type = 20};
	struct iu_netlink netlink = {0};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK);

	(void)state;
	if (fd < 0 || iu_netlink_open(NETLINK_USERSOCK, &netlink) < 0) {
		print_message("# no netlink socket can be had here\n");
		skip();
	}
	to.nl_pid = netlink.port;
	assert_int_equal(sendto(fd, &message, sizeof(message), 0, (struct sockaddr *)&to, sizeof(to)),
		sizeof(message));
	assert_int_equal(iu_netlink_receive(&netlink, MSG_DONTWAIT), 0);
	assert_int_equal(iu_netlink_receive(&netlink, MSG_DONTWAIT), -EAGAIN);
	iu_netlink_close(&netlink);
	iu_netlink_close(&netlink);
	close(fd);
}

/* An answer that does not fit is not read in part: the dump begins anew with a larger buffer. */
static void test_small_buffer(void **state)
{
	int seen = 0;
	const struct iu_netlink_sink sink = {.message = count_message, .context = &seen};
	struct iu_netlink_request request;
	struct iu_netlink netlink = {0};

	(void)state;
	if (iu_netlink_open(NETLINK_ROUTE, &netlink) < 0) {
		print_message("# no netlink socket can be had here\n");
		skip();
	}
	assert_true(netlink.size >= 32768);
	netlink.size = 512;
	iu_netlink_begin(&request, RTM_GETLINK, NLM_F_DUMP, sizeof(struct ifinfomsg));
	assert_int_equal(sendto(netlink.fd, &request.head, request.head.nlmsg_len, 0, NULL, 0),
		request.head.nlmsg_len);
	assert_int_equal(iu_netlink_receive(&netlink, 0), -ENOSPC);
	assert_int_equal(iu_netlink_dump(&netlink, &request, &sink, NULL), 0);
	assert_true(seen > 0); /* lo at least */
	iu_netlink_close(&netlink);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walk),
		cmocka_unit_test(test_payload),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_request),
		cmocka_unit_test(test_sender),
		cmocka_unit_test(test_small_buffer),
	};

	return cmocka_run_group_tests_name("netlink", tests, NULL, NULL);
}
