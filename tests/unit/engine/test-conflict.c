/* tests/unit/engine/test-conflict.c - the rule table row by row */
#include "scene.h"

#include "base/err.h"
#include "engine/linux/free-port.h"
#include "engine/linux/infer.h"

#define OLD_KERNEL (5u << 16 | 15u << 8)

struct row {
	const char *request;
	bool request_v6only;
	const char *holder;
	enum iu_tri holder_v6only;
	enum iu_tri tcp, udp; /* UDP is also TCP before 6.1 */
	enum iu_rule rule;    /* of TCP where it blocks, else of UDP */
};

#define N IU_NO
#define Y IU_YES
#define U IU_UNKNOWN

static const struct row rows[] = {
	{"0.0.0.0", 0, "0.0.0.0", N, Y, Y, IU_RULE_BOTH_WILDCARD},
	{"0.0.0.0", 0, "127.0.0.1", N, Y, Y, IU_RULE_ADDRESS_UNDER_WILDCARD},
	{"0.0.0.0", 0, "::", N, Y, Y, IU_RULE_DUAL_STACK_COVERS_IPV4},
	{"0.0.0.0", 0, "::", Y, N, N, IU_RULE_NONE},
	{"0.0.0.0", 0, "::", U, U, U, IU_RULE_DUAL_STACK_COVERS_IPV4},
	{"0.0.0.0", 0, "::1", N, Y, Y, IU_RULE_IPV6_MEETS_IPV4_WILDCARD},
	{"0.0.0.0", 0, "::1", Y, N, N, IU_RULE_NONE},
	{"0.0.0.0", 0, "::ffff:127.0.0.1", N, Y, Y, IU_RULE_ADDRESS_UNDER_WILDCARD},
	{"0.0.0.0", 0, "::ffff:0.0.0.0", N, Y, Y, IU_RULE_BOTH_WILDCARD},
	{"::ffff:0.0.0.0", 0, "127.0.0.1", N, Y, Y, IU_RULE_ADDRESS_UNDER_WILDCARD},
	{"::ffff:0.0.0.0", 0, "::", N, Y, Y, IU_RULE_DUAL_STACK_COVERS_IPV4},
	{"::ffff:0.0.0.0", 0, "::", Y, N, N, IU_RULE_NONE},
	{"::ffff:0.0.0.0", 0, "::1", N, N, N, IU_RULE_NONE},
	{"::", 0, "0.0.0.0", N, Y, Y, IU_RULE_IPV4_UNDER_DUAL_STACK},
	{"::", 1, "0.0.0.0", N, N, N, IU_RULE_NONE},
	{"::", 0, "127.0.0.1", N, Y, Y, IU_RULE_IPV4_UNDER_DUAL_STACK},
	{"::", 1, "127.0.0.1", N, N, N, IU_RULE_NONE},
	{"::", 0, "::ffff:127.0.0.1", N, Y, Y, IU_RULE_IPV4_UNDER_DUAL_STACK},
	{"::", 1, "::ffff:127.0.0.1", N, N, N, IU_RULE_NONE},
	{"::", 1, "::", Y, Y, Y, IU_RULE_BOTH_WILDCARD},
	{"::", 0, "::", Y, Y, Y, IU_RULE_BOTH_WILDCARD},
	{"::", 1, "::1", Y, Y, Y, IU_RULE_ADDRESS_UNDER_WILDCARD},
	{"127.0.0.1", 0, "127.0.0.1", N, Y, Y, IU_RULE_SAME_ADDRESS},
	{"127.0.0.1", 0, "127.0.0.2", N, N, N, IU_RULE_NONE},
	{"127.0.0.1", 0, "0.0.0.0", N, Y, Y, IU_RULE_WILDCARD_COVERS_ADDRESS},
	{"127.0.0.1", 0, "::ffff:127.0.0.1", N, Y, Y, IU_RULE_SAME_ADDRESS},
	{"127.0.0.1", 0, "::ffff:0.0.0.0", N, Y, Y, IU_RULE_WILDCARD_COVERS_ADDRESS},
	{"127.0.0.1", 0, "::", N, Y, Y, IU_RULE_DUAL_STACK_COVERS_IPV4},
	{"127.0.0.1", 0, "::", Y, N, N, IU_RULE_NONE},
	{"127.0.0.1", 0, "::1", N, N, N, IU_RULE_NONE},
	{"127.0.0.6", 0, "::1", N, N, Y, IU_RULE_LOOPBACK6_AS_IPV4},
	{"127.0.0.6", 0, "::1", Y, N, N, IU_RULE_NONE},
	{"127.0.0.6", 0, "::1", U, N, U, IU_RULE_LOOPBACK6_AS_IPV4},
	{"::ffff:127.0.0.1", 0, "127.0.0.1", N, Y, Y, IU_RULE_SAME_ADDRESS},
	{"::ffff:127.0.0.1", 0, "::", N, Y, Y, IU_RULE_DUAL_STACK_COVERS_IPV4},
	{"::ffff:127.0.0.1", 0, "::", Y, N, N, IU_RULE_NONE},
	{"::ffff:127.0.0.6", 0, "::1", N, N, N, IU_RULE_NONE},
	{"::1", 0, "::", Y, Y, Y, IU_RULE_WILDCARD_COVERS_ADDRESS},
	{"::1", 0, "::1", Y, Y, Y, IU_RULE_SAME_ADDRESS},
	{"::1", 0, "fd00::1", Y, N, N, IU_RULE_NONE},
	{"::1", 0, "0.0.0.0", N, N, N, IU_RULE_NONE},
	{"::1", 0, "::ffff:127.0.0.1", N, N, N, IU_RULE_NONE},
};

static struct iu_request req(enum iu_protocol protocol, const char *address)
{
	return (struct iu_request){
		.protocol = protocol, .address = addr(address), .port = TEST_PORT, .uid = TEST_UID};
}

static void test_rows(void **state)
{
	const struct iu_kernel old = {OLD_KERNEL, false};
	size_t i;

	for (i = 0; i < IU_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct iu_request r = req(IU_PROTOCOL_TCP, row->request);
		struct iu_socket s = sock(IU_PROTOCOL_TCP, row->holder, IU_STATE_LISTEN);
		struct iu_conflict tcp, before, udp;

		r.v6only = row->request_v6only;
		s.v6only = row->holder_v6only;
		tcp = iu_linux_conflict(&r, &s, NULL);
		before = iu_linux_conflict(&r, &s, &old);
		r.protocol = s.protocol = IU_PROTOCOL_UDP;
		s.state = IU_STATE_BOUND;
		udp = iu_linux_conflict(&r, &s, NULL);
		print_message("# %s%s meets %s v6only %d: tcp %d udp %d\n", row->request,
			row->request_v6only ? " v6only" : "", row->holder, row->holder_v6only,
			tcp.blocks, udp.blocks);
		assert_int_equal(tcp.blocks, row->tcp);
		assert_int_equal(udp.blocks, row->udp);
		assert_int_equal(before.blocks, row->udp);
		assert_int_equal(row->tcp != N ? tcp.rule : udp.rule, row->rule);
	}
	(void)state;
}

struct share {
	bool ra, rp, group;
	enum iu_tri holder_ra, holder_rp;
	enum iu_state state;
	bool mini, other_user, user_unknown;
	enum iu_tri tcp;
	enum iu_sharing sharing;
};

static const struct share shares[] = {
	{0, 0, 0, Y, Y, IU_STATE_BOUND, 0, 0, 0, Y, IU_SHARING_NOT_ASKED},
	{1, 0, 0, Y, N, IU_STATE_BOUND, 0, 1, 0, N, IU_SHARING_NONE},
	{1, 0, 0, Y, N, IU_STATE_LISTEN, 0, 0, 0, Y, IU_SHARING_HOLDER_LISTENS},
	{1, 0, 0, U, N, IU_STATE_LISTEN, 0, 0, 0, Y, IU_SHARING_HOLDER_LISTENS},
	{1, 0, 0, N, N, IU_STATE_BOUND, 0, 0, 0, Y, IU_SHARING_HOLDER_WITHOUT_REUSEADDR},
	{1, 0, 0, U, N, IU_STATE_BOUND, 0, 0, 0, U, IU_SHARING_OPTIONS_UNKNOWN},
	{1, 0, 0, Y, N, IU_STATE_ESTABLISHED, 0, 0, 0, N, IU_SHARING_NONE},
	{1, 0, 0, Y, N, IU_STATE_TIME_WAIT, 1, 0, 0, N, IU_SHARING_NONE},
	{1, 0, 0, U, U, IU_STATE_TIME_WAIT, 1, 0, 0, U, IU_SHARING_OPTIONS_UNKNOWN},
	{0, 1, 0, N, Y, IU_STATE_LISTEN, 0, 0, 0, N, IU_SHARING_NONE},
	{0, 1, 0, N, Y, IU_STATE_LISTEN, 0, 1, 0, Y, IU_SHARING_USERS_DIFFER},
	{0, 1, 0, N, Y, IU_STATE_LISTEN, 0, 0, 1, U, IU_SHARING_OPTIONS_UNKNOWN},
	{0, 1, 0, N, N, IU_STATE_LISTEN, 0, 0, 0, Y, IU_SHARING_HOLDER_WITHOUT_REUSEPORT},
	{0, 1, 0, N, U, IU_STATE_LISTEN, 0, 0, 0, U, IU_SHARING_OPTIONS_UNKNOWN},
	{0, 1, 0, N, Y, IU_STATE_TIME_WAIT, 1, 1, 1, N, IU_SHARING_NONE},
	{0, 1, 0, N, Y, IU_STATE_FIN_WAIT2, 1, 1, 1, N, IU_SHARING_NONE},
	{0, 1, 0, N, Y, IU_STATE_FIN_WAIT2, 0, 1, 0, Y, IU_SHARING_USERS_DIFFER},
	{0, 1, 1, N, Y, IU_STATE_LISTEN, 0, 0, 0, Y, IU_SHARING_NONE},
	{1, 1, 0, N, Y, IU_STATE_LISTEN, 0, 0, 0, N, IU_SHARING_NONE},
	{1, 1, 0, Y, N, IU_STATE_BOUND, 0, 0, 0, N, IU_SHARING_NONE},
	{0, 1, 0, Y, N, IU_STATE_BOUND, 0, 0, 0, Y, IU_SHARING_HOLDER_WITHOUT_REUSEPORT},
	{1, 0, 0, N, Y, IU_STATE_BOUND, 0, 0, 0, Y, IU_SHARING_HOLDER_WITHOUT_REUSEADDR},
};

static void test_sharing(void **state)
{
	size_t i;

	for (i = 0; i < IU_COUNT(shares); i++) {
		const struct share *row = &shares[i];
		struct iu_request r = req(IU_PROTOCOL_TCP, "0.0.0.0");
		struct iu_socket s = sock(IU_PROTOCOL_TCP, "0.0.0.0", row->state);
		struct iu_conflict c;

		r.reuseaddr = row->ra;
		r.reuseport = row->rp;
		r.group = row->group;
		s.reuseaddr = row->holder_ra;
		s.reuseport = row->holder_rp;
		s.mini = row->mini;
		s.uid = row->other_user ? 33 : TEST_UID;
		s.uid_known = !row->user_unknown;
		c = iu_linux_conflict(&r, &s, NULL);
		print_message("# sharing row %zu: blocks %d, %s\n", i, c.blocks,
			iu_sharing_name(c.sharing));
		assert_int_equal(c.blocks, row->tcp);
		assert_int_equal(c.sharing, row->sharing);
	}
	(void)state;
}

static void test_devices_and_states(void **state)
{
	struct iu_request r = req(IU_PROTOCOL_TCP, "0.0.0.0");
	struct iu_socket s = sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN);

	r.ifindex = 1;
	s.ifindex = 2;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, N);
	s.ifindex = 1;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, Y);
	r.ifindex = 0;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, Y);
	s.port++;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, N);
	s.port--;
	s.protocol = IU_PROTOCOL_UDP;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, N);
	s.protocol = IU_PROTOCOL_TCP;
	s.state = IU_STATE_SYN_RECV;
	s.inode = 0;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, N);
	/* link-local addresses of two links are two addresses */
	r = req(IU_PROTOCOL_TCP, "fe80::1");
	s = sock(IU_PROTOCOL_TCP, "fe80::1", IU_STATE_LISTEN);
	r.address.scope = 2;
	s.local.scope = 3;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, N);
	s.local.scope = 2;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, Y);
	/* the scope goes over a device that was bound before */
	r.ifindex = 3;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, Y);
	/* multicast of a link likewise, of a site not */
	r = req(IU_PROTOCOL_UDP, "ff02::5");
	s = sock(IU_PROTOCOL_UDP, "ff02::5", IU_STATE_BOUND);
	r.address.scope = 2;
	s.ifindex = 3;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, N);
	r.address = s.local = addr("ff05::5");
	r.address.scope = 2;
	assert_int_equal(iu_linux_conflict(&r, &s, NULL).blocks, Y);
	(void)state;
}

static void test_outcome_tcp(void **state)
{
	struct iu_socket v[3];
	struct iu_sockets sockets = {v, 3, 3};
	struct iu_request r = req(IU_PROTOCOL_TCP, "0.0.0.0");
	struct iu_outcome o;

	v[0] = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_TIME_WAIT);
	v[1] = sock(IU_PROTOCOL_TCP, "127.0.0.2", IU_STATE_LISTEN);
	v[2] = sock(IU_PROTOCOL_TCP, "127.0.0.3", IU_STATE_BOUND);
	o = iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL);
	assert_int_equal(o.fails, Y);
	assert_int_equal(o.blocker, 1);
	assert_int_equal(iu_linux_outcome(&r, &sockets, 1, NULL).blocker, 2);
	r.force = true;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, N);
	r.force = false;
	r.reuseaddr = true;
	v[0].reuseaddr = U;
	v[1].state = IU_STATE_ESTABLISHED;
	v[1].reuseaddr = v[2].reuseaddr = Y;
	o = iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL);
	assert_int_equal(o.fails, U);
	assert_int_equal(o.blocker, 0);
	v[0].reuseaddr = Y;
	o = iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL);
	assert_int_equal(o.fails, N);
	assert_true(o.blocker == SIZE_MAX);
	(void)state;
}

static void test_cache(void **state)
{
	struct iu_socket v[2];
	struct iu_sockets sockets = {v, 2, 2};
	struct iu_request r = req(IU_PROTOCOL_TCP, "0.0.0.0");

	v[0] = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_LISTEN);
	v[1] = sock(IU_PROTOCOL_TCP, "127.0.0.2", IU_STATE_LISTEN);
	v[1].reuseport = Y;
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).cache_dependent);
	r.reuseport = true;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, Y);
	assert_true(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).cache_dependent);
	r.group = true;
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).cache_dependent);
	r.group = false;
	v[1].uid = 33;
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).cache_dependent);
	(void)state;
}

/* A 127.0.0.1 plain, then B 127.0.0.2 reuseport, then C 0.0.0.0 reuseport: order decides. */
static void test_udp_order(void **state)
{
	struct iu_socket v[2];
	struct iu_sockets sockets = {v, 2, 2};
	struct iu_request r = req(IU_PROTOCOL_UDP, "0.0.0.0");

	r.reuseport = true;
	v[0] = sock(IU_PROTOCOL_UDP, "127.0.0.1", IU_STATE_BOUND);
	v[1] = sock(IU_PROTOCOL_UDP, "127.0.0.2", IU_STATE_BOUND);
	v[1].reuseport = Y;
	v[0].order = 2;
	v[1].order = 1;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, N);
	v[0].order = 0;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, Y);
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).order_dependent);
	/* across families nobody sees the order */
	v[1] = sock(IU_PROTOCOL_UDP, "::", IU_STATE_BOUND);
	v[1].reuseport = Y;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, U);
	assert_true(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).order_dependent);
	v[1].reuseport = N;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, Y);
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).order_dependent);
	/* SO_REUSEADDR on both is enough for UDP */
	r.reuseport = false;
	r.reuseaddr = true;
	v[0].reuseaddr = v[1].reuseaddr = Y;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, N);
	(void)state;
}

static void test_udp_crowded(void **state)
{
	struct iu_socket v[12];
	struct iu_sockets sockets = {v, 12, 12};
	struct iu_request r = req(IU_PROTOCOL_UDP, "127.0.0.6");
	size_t i;

	for (i = 0; i < 12; i++) {
		v[i] = sock(IU_PROTOCOL_UDP, "127.0.0.9", IU_STATE_BOUND);
		v[i].order = (uint32_t)i;
	}
	/* a native IPv6 socket counts as 127.0.0.6, but lies in another chain of a crowded slot */
	v[11] = sock(IU_PROTOCOL_UDP, "::1", IU_STATE_BOUND);
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, U);
	assert_true(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).order_dependent);
	sockets.n = 2;
	v[1] = v[11];
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, Y);
	/* both ways refuse, or both let in */
	sockets.n = 12;
	v[1] = v[2];
	v[11] = sock(IU_PROTOCOL_UDP, "127.0.0.6", IU_STATE_BOUND);
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, Y);
	v[11].reuseport = Y;
	r.reuseport = true;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, N);
	/* two of one chain that say different things: a connect() may have turned them round */
	v[10] = v[11];
	v[10].reuseport = N;
	v[10].order = 11;
	v[11].order = 10;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fails, U);
	assert_true(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).order_dependent);
	(void)state;
}

static void test_free_port(void **state)
{
	struct iu_socket v[3];
	struct iu_sockets sockets = {v, 3, 3};
	struct iu_reserved reserved = {40002, 40002};
	struct iu_sysctls sysctls = {.port_first = 40000, .port_last = 40002};
	struct iu_kernel kernel = {0};
	struct iu_request r = req(IU_PROTOCOL_TCP, "0.0.0.0");
	size_t i;

	r.port = 0;
	for (i = 0; i < 3; i++) {
		v[i] = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_TIME_WAIT);
		v[i].port = (uint16_t)(40000 + i);
	}
	sockets.n = 2;
	/* of three ports TCP never looks at the last one */
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 0);
	sysctls.port_last = 40003;
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 40002);
	sysctls.port_last = 40002;
	sysctls.reserved.v = &reserved;
	sysctls.reserved.n = 1;
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 0);
	sysctls.reserved.n = 0;
	sockets.n = 3;
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 0);
	/* options do not help TCP, except with ip_autobind_reuse */
	r.reuseaddr = r.reuseport = true;
	v[1].reuseaddr = v[1].reuseport = Y;
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 0);
	kernel.autobind_reuse = true;
	/* … and not where SO_REUSEPORT of one user would let them share */
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 0);
	r.reuseport = false;
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 40001);
	r.address = addr("127.0.0.2");
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), 40000);
	sysctls.port_first = -1;
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, &kernel), IU_E_NOTSUP);
	(void)state;
}

/* TCP goes through an even number of ports; of an odd number it leaves one end out by lot. */
static void test_range_full(void **state)
{
	struct iu_socket v[8];
	struct iu_sockets sockets = {v, 4, 8};
	struct iu_sysctls sysctls = {.port_first = 40000, .port_last = 40004};
	struct iu_request r = req(IU_PROTOCOL_TCP, "0.0.0.0");
	size_t i;

	r.port = 0;
	for (i = 0; i < 8; i++) {
		v[i] = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_BOUND);
		v[i].port = (uint16_t)(40000 + i);
	}
	/* only the last of five is free */
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), U);
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, NULL), 40004);
	/* the first one too: either is found */
	v[0].port = 40001;
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), N);
	v[0].port = 40004;
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), U);
	v[1].port = 40000;
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), N);
	assert_int_equal(iu_linux_free_port(&r, &sockets, &sysctls, NULL), 40001);
	/* UDP finds every port */
	for (i = 0; i < 4; i++) {
		v[i].protocol = IU_PROTOCOL_UDP;
		v[i].port = (uint16_t)(40000 + i);
	}
	r.protocol = IU_PROTOCOL_UDP;
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), N);
	sysctls.port_last = 40003;
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), Y);
	/* an option that is not known */
	r.reuseaddr = true;
	v[2].reuseaddr = U;
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), U);
	sysctls.port_last = -1;
	assert_int_equal(iu_linux_range_full(&r, &sockets, &sysctls, NULL), U);
	(void)state;
}

/* What a kernel before 6.8 or 6.17 does otherwise. */
static void test_old_kernels(void **state)
{
	const struct iu_kernel k6_1 = {6u << 16 | 1u << 8 | 192u, false};
	const struct iu_kernel k6_12 = {6u << 16 | 12u << 8 | 95u, false};
	const struct iu_kernel k6_18 = {6u << 16 | 18u << 8, false};
	struct iu_socket v[2];
	struct iu_sockets sockets = {v, 1, 2};
	struct iu_request r = req(IU_PROTOCOL_TCP, "0.0.0.0");

	/* SO_REUSEADDR taken back after bind(): the port's shortcut does not notice */
	v[0] = v[1] = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_BOUND);
	r.reuseaddr = true;
	assert_true(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fastreuse_dependent);
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_12).fastreuse_dependent);
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, NULL).fastreuse_dependent);
	v[1].state = IU_STATE_LISTEN;
	sockets.n = 2;
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fastreuse_dependent);
	sockets.n = 1;
	r.reuseaddr = false;
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fastreuse_dependent);
	/* ::ffff:0.0.0.0 is found by ::ffff:127.0.0.1 only where 0.0.0.0 was there before it */
	r.address = addr("::ffff:127.0.0.1");
	v[0] = sock(IU_PROTOCOL_TCP, "::ffff:0.0.0.0", IU_STATE_BOUND);
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_12).fails, Y);
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fails, U);
	assert_true(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).history_dependent);
	v[1] = sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_BOUND);
	sockets.n = 2;
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fails, U);
	v[0].local = addr("::ffff:127.0.0.9");
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fails, Y);
	assert_false(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).history_dependent);
	v[0].local = addr("::ffff:0.0.0.0");
	v[1].local = addr("127.0.0.1");
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fails, Y);
	sockets.n = 1;
	/* an AF_INET socket finds it */
	r.address = addr("127.0.0.1");
	assert_int_equal(iu_linux_outcome(&r, &sockets, SIZE_MAX, &k6_1).fails, Y);
	r = req(IU_PROTOCOL_TCP, "0.0.0.0");
	v[0] = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_BOUND);
	/* an orphan of our own user: root's before 6.17 */
	v[0].state = IU_STATE_FIN_WAIT1;
	v[0].inode = 0;
	v[0].reuseport = Y;
	r.reuseport = true;
	assert_int_equal(iu_linux_conflict(&r, &v[0], &k6_18).blocks, N);
	assert_int_equal(iu_linux_conflict(&r, &v[0], NULL).blocks, N);
	assert_int_equal(iu_linux_conflict(&r, &v[0], &k6_12).blocks, Y);
	assert_int_equal(iu_linux_conflict(&r, &v[0], &k6_12).sharing, IU_SHARING_USERS_DIFFER);
	r.uid = 0;
	assert_int_equal(iu_linux_conflict(&r, &v[0], &k6_12).blocks, N);
	/* what a process has keeps its user */
	v[0].inode = 77;
	assert_int_equal(iu_linux_conflict(&r, &v[0], &k6_12).blocks, Y);
	(void)state;
}

static void test_infer(void **state)
{
	struct iu_socket v[3];
	struct iu_sockets sockets = {v, 2, 3};
	size_t i;

	for (i = 0; i < 3; i++) {
		v[i] = sock(IU_PROTOCOL_TCP, "0.0.0.0", IU_STATE_LISTEN);
		v[i].reuseaddr = v[i].reuseport = v[i].v6only = U;
		v[i].options_source = IU_SOURCE_NONE;
	}
	iu_linux_infer(&sockets, NULL);
	assert_int_equal(v[0].reuseport, Y);
	assert_int_equal(v[1].reuseport, Y);
	assert_int_equal(v[0].reuseaddr, U);
	assert_int_equal(v[0].options_source, IU_SOURCE_INFERRED);
	/* different users, one bound: both have SO_REUSEADDR */
	for (i = 0; i < 2; i++)
		v[i].reuseport = U;
	v[1].state = IU_STATE_BOUND;
	v[1].uid = 33;
	iu_linux_infer(&sockets, NULL);
	assert_int_equal(v[0].reuseaddr, Y);
	assert_int_equal(v[1].reuseaddr, Y);
	assert_int_equal(v[0].reuseport, U);
	/* addresses that do not meet tell nothing */
	v[0].reuseaddr = v[1].reuseaddr = U;
	v[0].local = addr("127.0.0.1");
	v[1].local = addr("127.0.0.2");
	iu_linux_infer(&sockets, NULL);
	assert_int_equal(v[0].reuseaddr, U);
	/* children have their listener's options */
	v[0].reuseaddr = Y;
	v[0].reuseport = N;
	v[1] = sock(IU_PROTOCOL_TCP, "127.0.0.1", IU_STATE_TIME_WAIT);
	v[1].reuseaddr = v[1].reuseport = U;
	iu_linux_infer(&sockets, NULL);
	assert_int_equal(v[1].reuseaddr, Y);
	assert_int_equal(v[1].reuseport, N);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_sharing),
		cmocka_unit_test(test_devices_and_states),
		cmocka_unit_test(test_outcome_tcp),
		cmocka_unit_test(test_cache),
		cmocka_unit_test(test_udp_order),
		cmocka_unit_test(test_udp_crowded),
		cmocka_unit_test(test_free_port),
		cmocka_unit_test(test_range_full),
		cmocka_unit_test(test_old_kernels),
		cmocka_unit_test(test_infer),
	};

	return cmocka_run_group_tests_name("conflict", tests, NULL, NULL);
}
