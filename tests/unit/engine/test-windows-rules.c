/* tests/unit/engine/test-windows-rules.c - Microsoft's bind tables, cell by cell, and what follows */
#include "scene.h"

#include "engine/windows/conflict.h"

static const struct iu_kernel windows = {0};
static const struct iu_kernel xp = {.old_windows = true};

static const struct iu_bind_kind kinds[] = {
	{IU_BIND_PLAIN, true}, {IU_BIND_PLAIN, false}, {IU_BIND_REUSE, true},
	{IU_BIND_REUSE, false}, {IU_BIND_EXCLUSIVE, true}, {IU_BIND_EXCLUSIVE, false},
};
static const char *const kind_names[] = {"D *", "D S", "R *", "R S", "E *", "E S"};

/*
 * The two tables of "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE" as they are printed there: rows
 * the first bind(), columns the second, S success, I WSAEADDRINUSE, A WSAEACCES.
 */
static const char *const same_account[] = {
	"ISASIS", "SISAII", "ISSSIS", "SISSII", "IAAAIA", "SISAII",
};
static const char *const other_account[] = {
	"IAAAIA", "SISAII", "IASSIA", "SISSII", "IAAAIA", "SISAII",
};
/* "Sharing Transport Addresses" (Winsock Kernel), printed with the second bind() down. */
static const char *const kernel_table[] = {
	/* first: D*   DS   R*   RS   E*   ES */
	"ISISIS", /* D * */
	"CICAAI", /* D S: the cell R S / D S is DENIED here, INUSE in the Winsock tables */
	"ASSSAS", /* R * */
	"CASSAA", /* R S */
	"IIIIII", /* E * */
	"CICIAI", /* E S */
};

static unsigned int results(char letter, enum iu_tri same)
{
	switch (letter) {
	case 'S': return IU_BIND_OK;
	case 'I': return IU_BIND_INUSE;
	case 'A': return IU_BIND_ACCESS;
	default: break;
	}
	if (same == IU_UNKNOWN)
		return IU_BIND_OK | IU_BIND_ACCESS;
	return same == IU_YES ? IU_BIND_OK : IU_BIND_ACCESS;
}

/* The one cell where the pages disagree holds both codes. */
static bool is_disputed(size_t first, size_t second)
{
	return first == 3 && second == 1;
}

static void check_table(const char *const *table, enum iu_tri same)
{
	size_t i, k;

	for (i = 0; i < IU_COUNT(kinds); i++)
		for (k = 0; k < IU_COUNT(kinds); k++) {
			unsigned int got = iu_windows_bind(kinds[i], kinds[k], same);
			unsigned int want = results(table[i][k], same);

			if (is_disputed(i, k))
				want = IU_BIND_INUSE | IU_BIND_ACCESS;
			print_message("# first %s, second %s, %s account: %u (%u)\n",
				kind_names[i], kind_names[k], same == IU_YES ? "same" : "other",
				got, want);
			assert_int_equal(got, want);
		}
}

static void test_same_account(void **state)
{
	check_table(same_account, IU_YES);
	(void)state;
}

static void test_other_account(void **state)
{
	check_table(other_account, IU_NO);
	(void)state;
}

static void test_kernel_table(void **state)
{
	enum iu_tri accounts[] = {IU_NO, IU_YES, IU_UNKNOWN};
	size_t i, k, a;

	for (a = 0; a < IU_COUNT(accounts); a++)
		for (i = 0; i < IU_COUNT(kinds); i++)
			for (k = 0; k < IU_COUNT(kinds); k++)
				if (!is_disputed(i, k))
					assert_int_equal(iu_windows_bind(kinds[i], kinds[k],
								 accounts[a]),
						results(kernel_table[k][i], accounts[a]));
	/* the disputed cell contains what each page says */
	assert_true(iu_windows_bind(kinds[3], kinds[1], IU_YES) & IU_BIND_INUSE);
	assert_true(iu_windows_bind(kinds[3], kinds[1], IU_YES) & IU_BIND_ACCESS);
	(void)state;
}

static void test_old_table(void **state)
{
	/* rows first D R E, columns second D R E */
	static const char *const table[] = {"ISI", "ISI", "IAI"};
	int i, k;

	for (i = 0; i < 3; i++)
		for (k = 0; k < 3; k++)
			assert_int_equal(iu_windows_bind_old((enum iu_bind_option)i,
						 (enum iu_bind_option)k),
				results(table[i][k], IU_YES));
	(void)state;
}

/* What each bind() can get, read by columns: the diagnosis. */
static void test_columns(void **state)
{
	static const struct {
		size_t second;
		bool inuse, access;
	} rows[] = {
		{0, true, false}, /* D *: never 10013 */
		{1, true, true},
		{2, false, true}, /* R *: never 10048 */
		{3, false, true},
		{4, true, false}, /* E *: never 10013 */
		{5, true, true},
	};
	size_t i, k;

	for (i = 0; i < IU_COUNT(rows); i++) {
		unsigned int all = 0;

		for (k = 0; k < IU_COUNT(kinds); k++)
			all |= iu_windows_bind(kinds[k], kinds[rows[i].second], IU_UNKNOWN);
		assert_int_equal(!!(all & IU_BIND_INUSE), rows[i].inuse);
		assert_int_equal(!!(all & IU_BIND_ACCESS), rows[i].access);
	}
	(void)state;
}

/* "::" is dual-stack here, as in Wine's test, whose expectations come from Windows. */
static void test_dual_stack(void **state)
{
	static const struct {
		const char *first, *first_option, *second, *second_option;
		unsigned int want;
		bool or_more; /* text and test name different codes: at least this one */
	} rows[] = {
		{"::", "E", "127.0.0.1", "D", IU_BIND_ACCESS, false},
		{"::", "E", "0.0.0.0", "D", IU_BIND_ACCESS, false},
		{"::", "E", "0.0.0.0", "R", IU_BIND_ACCESS, false},
		{"::", "D", "0.0.0.0", "D", IU_BIND_OK, false},
		{"::", "D", "0.0.0.0", "E", IU_BIND_OK, false},
		{"127.0.0.1", "D", "::", "E", IU_BIND_INUSE, true},
		{"::1", "D", "0.0.0.0", "E", IU_BIND_OK, false},
		{"::1", "E", "127.0.0.1", "E", IU_BIND_OK, false},
		{"::ffff:127.0.0.1", "D", "0.0.0.0", "E", IU_BIND_INUSE, false},
		{"::ffff:0.0.0.0", "D", "0.0.0.0", "D", IU_BIND_INUSE, false},
		{"::ffff:127.0.0.1", "D", "127.0.0.1", "D", IU_BIND_INUSE, false},
		{"127.0.0.1", "D", "::ffff:127.0.0.1", "D", IU_BIND_INUSE, false},
		{"0.0.0.0", "E", "127.0.0.1", "D", IU_BIND_ACCESS, false},
		{"0.0.0.0", "E", "127.0.0.1", "E", IU_BIND_ACCESS, false},
		{"0.0.0.0", "D", "127.0.0.1", "E", IU_BIND_OK, false},
		{"127.0.0.1", "E", "0.0.0.0", "D", IU_BIND_OK, false},
		{"127.0.0.1", "D", "0.0.0.0", "E", IU_BIND_INUSE, false},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(rows); i++) {
		struct iu_socket s = sock(IU_PROTOCOL_TCP, rows[i].first, IU_STATE_LISTEN);
		struct iu_request r = {.protocol = IU_PROTOCOL_TCP,
			.address = addr(rows[i].second),
			.port = TEST_PORT,
			.reuseaddr = *rows[i].second_option == 'R',
			.exclusive = *rows[i].second_option == 'E',
			.user = "alice"};
		unsigned int got;

		s.user = "alice";
		s.reuseaddr = iu_tri(*rows[i].first_option == 'R');
		s.exclusive = iu_tri(*rows[i].first_option == 'E');
		got = iu_windows_conflict(&r, &s, &windows).results;
		print_message("# %s %s, then %s %s: %u (%u)\n", rows[i].first, rows[i].first_option,
			rows[i].second, rows[i].second_option, got, rows[i].want);
		if (rows[i].or_more)
			assert_true(got & rows[i].want && !(got & IU_BIND_OK));
		else
			assert_int_equal(got, rows[i].want);
	}
	(void)state;
}

static struct iu_conflict meet(const char *asked, const char *held, enum iu_state held_state,
	bool exclusive, const struct iu_kernel *kernel)
{
	struct iu_socket s = sock(IU_PROTOCOL_TCP, held, held_state);
	struct iu_request r = {.protocol = IU_PROTOCOL_TCP,
		.address = addr(asked),
		.port = TEST_PORT,
		.exclusive = exclusive,
		.v6only = true};

	s.reuseaddr = s.exclusive = s.v6only = IU_UNKNOWN;
	s.peer = addr("192.0.2.99");
	return iu_windows_conflict(&r, &s, kernel);
}

/* What netstat shows is enough for the common questions: options matter for few of them. */
static void test_unknown_options(void **state)
{
	struct iu_conflict c = meet("0.0.0.0", "0.0.0.0", IU_STATE_LISTEN, false, &windows);

	assert_int_equal(c.blocks, IU_YES);
	assert_int_equal(c.results, IU_BIND_INUSE);
	assert_int_equal(c.rule, IU_RULE_BOTH_WILDCARD);
	c = meet("0.0.0.0", "127.0.0.1", IU_STATE_LISTEN, false, &windows);
	assert_int_equal(c.blocks, IU_NO); /* a specific holder never stops a plain wildcard */
	c = meet("127.0.0.1", "127.0.0.1", IU_STATE_LISTEN, false, &windows);
	assert_int_equal(c.blocks, IU_YES);
	assert_true(c.results & IU_BIND_INUSE);
	c = meet("127.0.0.1", "0.0.0.0", IU_STATE_LISTEN, false, &windows);
	assert_int_equal(c.blocks, IU_UNKNOWN);
	assert_int_equal(c.results, IU_BIND_OK | IU_BIND_ACCESS); /* never 10048 */
	assert_int_equal(c.rule, IU_RULE_WILDCARD_COVERS_ADDRESS);
	c = meet("0.0.0.0", "127.0.0.1", IU_STATE_LISTEN, true, &windows);
	assert_int_equal(c.blocks, IU_YES); /* E wants all of it */
	c = meet("0.0.0.0", "::", IU_STATE_LISTEN, false, &windows);
	assert_int_equal(c.blocks, IU_NO); /* V6ONLY unless somebody says otherwise */
	c = meet("127.0.0.1", "127.0.0.2", IU_STATE_LISTEN, true, &windows);
	assert_int_equal(c.blocks, IU_NO);
	/* Windows XP looks at the options only, and any overlap counts */
	c = meet("0.0.0.0", "127.0.0.1", IU_STATE_LISTEN, false, &xp);
	assert_int_equal(c.blocks, IU_YES);
	assert_int_equal(c.results, IU_BIND_INUSE);
	(void)state;
}

/* Of what is left of connections only SO_EXCLUSIVEADDRUSE takes notice. */
static void test_connections(void **state)
{
	static const enum iu_state left[] = {IU_STATE_TIME_WAIT, IU_STATE_FIN_WAIT1,
		IU_STATE_FIN_WAIT2, IU_STATE_CLOSING, IU_STATE_LAST_ACK};
	size_t i;

	for (i = 0; i < IU_COUNT(left); i++) {
		assert_int_equal(
			meet("0.0.0.0", "192.0.2.7", left[i], false, &windows).blocks, IU_NO);
		assert_int_equal(
			meet("192.0.2.7", "192.0.2.7", left[i], false, &windows).blocks, IU_NO);
		assert_int_equal(meet("0.0.0.0", "192.0.2.7", left[i], true, &windows).blocks,
			left[i] == IU_STATE_TIME_WAIT ? IU_UNKNOWN : IU_YES);
	}
	assert_int_equal(
		meet("0.0.0.0", "192.0.2.7", IU_STATE_ESTABLISHED, true, &windows).results,
		IU_BIND_INUSE);
	assert_int_equal(
		meet("0.0.0.0", "192.0.2.7", IU_STATE_CLOSE_WAIT, false, &windows).blocks, IU_NO);
	(void)state;
}

static void test_accounts(void **state)
{
	assert_int_equal(iu_windows_same_account("VM\\alice", "vm\\ALICE"), IU_YES);
	assert_int_equal(iu_windows_same_account("VM\\alice", "DOMAIN\\alice"), IU_NO);
	assert_int_equal(iu_windows_same_account("VM\\alice", "bob"), IU_NO);
	assert_int_equal(iu_windows_same_account("VM\\alice", "alice"), IU_UNKNOWN);
	assert_int_equal(iu_windows_same_account("alice", "Alice"), IU_YES);
	assert_int_equal(iu_windows_same_account(NULL, "alice"), IU_UNKNOWN);
	(void)state;
}

static struct iu_socket holder(const char *address, uint64_t inode)
{
	struct iu_socket s = sock(IU_PROTOCOL_TCP, address, IU_STATE_LISTEN);

	s.inode = inode;
	s.reuseaddr = s.exclusive = s.v6only = s.explicit_port = IU_UNKNOWN;
	s.options_source = IU_SOURCE_NONE;
	return s;
}

/* Two holders of one address have SO_REUSEADDR; nothing else lets them be there. */
static void test_inference(void **state)
{
	struct iu_socket both[] = {holder("0.0.0.0", 1), holder("0.0.0.0", 2)};
	struct iu_socket under[] = {holder("0.0.0.0", 1), holder("127.0.0.1", 2)};
	struct iu_socket connection[] = {holder("0.0.0.0", 1), holder("192.0.2.7", 2)};
	struct iu_sockets list = {both, 2, 2};

	iu_windows_conflict_infer(&list, IU_NO, &windows);
	assert_int_equal(both[0].reuseaddr, IU_YES);
	assert_int_equal(both[1].reuseaddr, IU_YES);
	assert_int_equal(both[0].options_source, IU_SOURCE_INFERRED);
	list.v = under;
	iu_windows_conflict_infer(&list, IU_NO, &windows);
	assert_int_not_equal(under[0].reuseaddr, IU_YES);
	list.v = connection;
	connection[1].state = IU_STATE_ESTABLISHED;
	iu_windows_conflict_infer(&list, IU_YES, &windows);
	assert_int_equal(connection[1].explicit_port, IU_YES);
	connection[0].port = 1;
	connection[1].explicit_port = IU_UNKNOWN;
	iu_windows_conflict_infer(&list, IU_YES, &windows);
	assert_int_equal(connection[1].explicit_port, IU_NO);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_same_account),
		cmocka_unit_test(test_other_account),
		cmocka_unit_test(test_kernel_table),
		cmocka_unit_test(test_old_table),
		cmocka_unit_test(test_columns),
		cmocka_unit_test(test_dual_stack),
		cmocka_unit_test(test_unknown_options),
		cmocka_unit_test(test_connections),
		cmocka_unit_test(test_accounts),
		cmocka_unit_test(test_inference),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
