/* test-run.c - notices and socket addresses read, rights compared, what becomes of a call */
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#include "base/compat.h"
#include "run/linux/policy.h"
#include "run/linux/rights.h"
#include "run/linux/told.h"

#define ARCH64 0xc000003eu /* AUDIT_ARCH_X86_64 */
#define ARCH32 0x40000003u /* AUDIT_ARCH_I386 */

static const struct iu_run_table table = {
	.v = {{.arch = ARCH64, .number = {-1, 49, 50, 425, 446}, .socketcall = -1},
		{.arch = ARCH32, .number = {-1, 361, 363, 425, 446}, .socketcall = 102}},
	.n = 2};

static void test_calls(void **state)
{
	static const struct {
		uint32_t arch;
		int32_t number;
		uint64_t first;
		enum iu_run_kind kind;
		bool packed;
	} rows[] = {
		{ARCH64, 49, 7, IU_RUN_BIND, false},
		{ARCH64, 50, 7, IU_RUN_LISTEN, false},
		{ARCH64, 425, 7, IU_RUN_RING, false},
		{ARCH64, 446, 7, IU_RUN_DOMAIN, false},
		{ARCH64, 0x40000000 | 49, 7, IU_RUN_BIND, false}, /* x32 */
		{ARCH64, 361, 7, IU_RUN_OTHER, false},
		{ARCH64, -1, 7, IU_RUN_OTHER, false},
		{ARCH32, 361, 7, IU_RUN_BIND, false},
		{ARCH32, 363, 7, IU_RUN_LISTEN, false},
		{ARCH32, 102, 2, IU_RUN_BIND, true},
		{ARCH32, 102, 4, IU_RUN_LISTEN, true},
		{ARCH32, 102, 3, IU_RUN_OTHER, true},
		{ARCH32, 49, 7, IU_RUN_OTHER, false},
		{0x12345678, 49, 7, IU_RUN_OTHER, false},
	};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		const struct iu_run_notice notice = {.arch = rows[i].arch,
			.number = rows[i].number,
			.args = {rows[i].first, 0x1000, 16}};
		struct iu_run_call call;

		print_message("# arch %x, number %d\n", rows[i].arch, rows[i].number);
		iu_run_call_read(&table, &notice, &call);
		assert_int_equal(call.kind, rows[i].kind);
		if (call.kind == IU_RUN_OTHER)
			continue;
		assert_int_equal(call.packed, rows[i].packed ? 0x1000 : 0);
		if (!rows[i].packed) {
			assert_int_equal(call.fd, 7);
			assert_int_equal(call.address, 0x1000);
			assert_int_equal(call.len, 16);
		}
	}
}

static void test_unpack(void **state)
{
	const uint32_t words[IU_RUN_PACKED_WORDS] = {5, 0xffffd000u, 28};
	struct iu_run_call call = {.kind = IU_RUN_BIND, .packed = 0x1000};

	(void)state;
	iu_run_call_unpack(words, &call);
	assert_int_equal(call.fd, 5);
	assert_int_equal(call.address, 0xffffd000u);
	assert_int_equal(call.len, 28);
	assert_int_equal(call.packed, 0);
}

static void read_name(const void *bytes, size_t len, struct iu_run_name *name)
{
	iu_run_name_read(bytes, len, name);
}

static void test_names(void **state)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(8080)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(53),
		.sin6_scope_id = 3};
	struct sockaddr_un un = {.sun_family = AF_UNIX, .sun_path = "/run/x"};
	struct iu_run_name name;

	(void)state;
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	read_name(&in, sizeof(in), &name);
	assert_int_equal(name.kind, IU_RUN_NAME_INET);
	assert_int_equal(name.port, 8080);
	assert_int_equal(iu_address_v4(&name.address), 0x7f000001);
	read_name(&in, sizeof(in) - 1, &name);
	assert_int_equal(name.kind, IU_RUN_NAME_FOREIGN);
	read_name(&in6, sizeof(in6), &name);
	assert_int_equal(name.kind, IU_RUN_NAME_INET);
	assert_int_equal(name.port, 53);
	assert_int_equal(name.address.family, IU_FAMILY_IPV6);
	assert_int_equal(name.address.scope, 0); /* only link-local addresses have one */
	in6.sin6_addr.s6_addr[0] = 0xfe;
	in6.sin6_addr.s6_addr[1] = 0x80;
	read_name(&in6, sizeof(in6), &name);
	assert_int_equal(name.address.scope, 3);
	read_name(&in6, 24, &name); /* the old form without a scope */
	assert_int_equal(name.kind, IU_RUN_NAME_INET);
	assert_int_equal(name.address.scope, 0);
	read_name(&in6, 23, &name);
	assert_int_equal(name.kind, IU_RUN_NAME_FOREIGN);
	read_name(&un, sizeof(un), &name);
	assert_int_equal(name.kind, IU_RUN_NAME_PATH);
	assert_int_equal(name.path_len, 6);
	un.sun_path[0] = '\0';
	read_name(&un, 2 + 4, &name);
	assert_int_equal(name.kind, IU_RUN_NAME_ABSTRACT);
	assert_int_equal(name.path_len, 3);
	assert_memory_equal(name.path, "run", 3);
	read_name(&un, 2, &name); /* autobind */
	assert_int_equal(name.kind, IU_RUN_NAME_FOREIGN);
	read_name(&un, 1, &name);
	assert_int_equal(name.kind, IU_RUN_NAME_FOREIGN);
	read_name(&un, IU_RUN_NAME_MAX + 1, &name);
	assert_int_equal(name.kind, IU_RUN_NAME_FOREIGN);
}

static const char status_text[] =
	"Name:\tnginx\nUmask:\t0022\nState:\tS (sleeping)\nTgid:\t4242\nNgid:\t0\nPid:\t4243\nPPid:\t77\n"
	"Uid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\nGroups:\t4 24 27 \n"
	"SigPnd:\t0000000000000001\nShdPnd:\t0000000000004000\nSigBlk:\t0000000000000000\n"
	"SigIgn:\t0000000000001000\nSigCgt:\t0000000000004002\nCapInh:\t0000000000000000\n"
	"CapEff:\t0000000000000400\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";

static void test_rights(void **state)
{
	struct iu_run_rights rights, less;

	(void)state;
	iu_run_rights_parse(status_text, sizeof(status_text) - 1, &rights);
	assert_true(rights.complete);
	assert_int_equal(rights.tgid, 4242);
	assert_int_equal(rights.parent, 77);
	assert_int_equal(rights.uid[1], 1001);
	assert_int_equal(rights.uid[3], 1003);
	assert_int_equal(rights.gid[0], 5);
	assert_int_equal(rights.filters, 3);
	assert_true(iu_run_rights_may_bind_low(&rights));
	assert_true(iu_run_rights_asked_to_end(&rights)); /* SIGTERM: pending and caught */
	rights.caught = 2;
	assert_false(iu_run_rights_asked_to_end(&rights));
	assert_false(iu_run_rights_is_to_stop(&rights));
	rights.pending = 1 << 19; /* SIGTSTP */
	assert_true(iu_run_rights_is_to_stop(&rights));
	rights.blocked = 1 << 19;
	assert_false(iu_run_rights_is_to_stop(&rights));
	rights.caught = rights.pending = 1 << 22; /* SIGURG */
	assert_false(iu_run_rights_asked_to_end(&rights));
	/* every line missing: never complete */
	iu_run_rights_parse(status_text, 20, &less);
	assert_false(less.complete);
	assert_int_equal(less.filters, -1);
	assert_false(iu_run_rights_equal(&less, &less));
}

static void test_equal(void **state)
{
	struct iu_run_rights ours, theirs;

	(void)state;
	iu_run_rights_parse(status_text, sizeof(status_text) - 1, &ours);
	theirs = ours;
	assert_true(iu_run_rights_equal(&ours, &theirs));
#define DIFFERS(change)                                                                            \
	do {                                                                                       \
		theirs = ours;                                                                     \
		change;                                                                            \
		print_message("# %s\n", #change);                                                    \
		assert_false(iu_run_rights_equal(&ours, &theirs));                                 \
	} while (0)
	for (int i = 0; i < 4; i++) {
		DIFFERS(theirs.uid[i]++);
		DIFFERS(theirs.gid[i]++);
	}
	DIFFERS(theirs.groups ^= 1);
	DIFFERS(theirs.capabilities = 0);
	DIFFERS(theirs.complete = false);
	DIFFERS(theirs.filters++);
	DIFFERS(theirs.filters--);
	ours.filters = theirs.filters = -1; /* not told: never equal */
	assert_false(iu_run_rights_equal(&ours, &theirs));
#undef DIFFERS
}

/* The ways of a bind() to an IP address, by what is known of it. */
static void test_choice(void **state)
{
	static const struct {
		bool inet, tcp, equal, domain, privileged, shared, moved;
		enum iu_run_policy policy;
		enum iu_run_way way;
	} rows[] = {
		{true, true, true, false, false, false, false, IU_RUN_EXPLAIN, IU_RUN_PERFORM},
		{true, false, true, false, false, true, false, IU_RUN_EXPLAIN, IU_RUN_PERFORM},
		/* never with rights that the thread may lack */
		{true, true, false, false, false, false, false, IU_RUN_EXPLAIN, IU_RUN_WORKER},
		{true, true, true, true, false, false, false, IU_RUN_EXPLAIN, IU_RUN_TRY},
		{true, true, true, false, true, false, false, IU_RUN_EXPLAIN, IU_RUN_TRY},
		{true, true, true, false, true, true, false, IU_RUN_EXPLAIN, IU_RUN_TRY},
		/* a look-alike would be given datagrams */
		{true, false, true, false, true, true, false, IU_RUN_EXPLAIN, IU_RUN_WORKER},
		{true, false, true, false, true, false, false, IU_RUN_EXPLAIN, IU_RUN_TRY},
		{true, true, true, false, false, false, false, IU_RUN_REUSEADDR, IU_RUN_WORKER},
		{true, false, true, false, false, false, false, IU_RUN_REUSEADDR, IU_RUN_PERFORM},
		{true, true, true, false, false, false, true, IU_RUN_NEXT, IU_RUN_WORKER},
		{true, true, true, false, false, false, false, IU_RUN_NEXT, IU_RUN_PERFORM},
		/* SCTP, raw sockets */
		{false, false, true, false, false, false, false, IU_RUN_EXPLAIN, IU_RUN_LET},
	};

	(void)state;
	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		const struct iu_run_facts facts = {.kind = IU_RUN_BIND,
			.name = IU_RUN_NAME_INET,
			.inet = rows[i].inet,
			.tcp = rows[i].tcp,
			.equal = rows[i].equal,
			.domain = rows[i].domain,
			.privileged = rows[i].privileged,
			.shared = rows[i].shared,
			.moved = rows[i].moved,
			.policy = rows[i].policy};

		print_message("# row %zu\n", i);
		assert_int_equal(iu_run_policy_choose(&facts), rows[i].way);
		if (rows[i].way == IU_RUN_PERFORM)
			assert_true(iu_run_policy_may_perform(&facts));
	}
}

static void test_choice_of_others(void **state)
{
	struct iu_run_facts facts = {.kind = IU_RUN_BIND, .name = IU_RUN_NAME_PATH};

	(void)state;
	assert_int_equal(iu_run_policy_choose(&facts), IU_RUN_LOOK);
	facts.name = IU_RUN_NAME_ABSTRACT;
	assert_int_equal(iu_run_policy_choose(&facts), IU_RUN_WORKER);
	facts.equal = true;
	assert_int_equal(iu_run_policy_choose(&facts), IU_RUN_TRY);
	facts.name = IU_RUN_NAME_FOREIGN;
	assert_int_equal(iu_run_policy_choose(&facts), IU_RUN_LET);
	facts = (struct iu_run_facts){.kind = IU_RUN_LISTEN, .inet = true, .equal = true};
	assert_int_equal(iu_run_policy_choose(&facts), IU_RUN_PERFORM);
	facts.domain = true;
	assert_int_equal(iu_run_policy_choose(&facts), IU_RUN_LET);
	facts = (struct iu_run_facts){.kind = IU_RUN_RING, .inet = true, .equal = true};
	assert_int_equal(iu_run_policy_choose(&facts), IU_RUN_LET);
}

static void test_errors(void **state)
{
	(void)state;
	assert_true(iu_run_policy_explains(EADDRINUSE));
	assert_true(iu_run_policy_explains(EACCES));
	assert_true(iu_run_policy_explains(EPERM));
	assert_true(iu_run_policy_explains(EADDRNOTAVAIL));
	assert_false(iu_run_policy_explains(0));
	assert_true(iu_run_policy_explains(EINVAL)); /* the program's own result, whatever it is */
	assert_true(iu_run_policy_explains(ENOENT));
	assert_false(iu_run_policy_explains(EINTR));
	assert_true(iu_run_policy_waits(EADDRINUSE));
	assert_true(iu_run_policy_waits(EADDRNOTAVAIL));
	assert_false(iu_run_policy_waits(EACCES));
}

static void test_told(void **state)
{
	struct iu_run_told told = {0};
	uint64_t key = iu_run_told_key(0, "a", 1);

	(void)state;
	assert_int_not_equal(key, iu_run_told_key(0, "b", 1));
	assert_int_not_equal(key, iu_run_told_key(key, "a", 1));
	assert_false(iu_run_told_has(&told, key));
	assert_true(iu_run_told_claim(&told, key));
	assert_false(iu_run_told_claim(&told, key));
	assert_true(iu_run_told_has(&told, key));
	assert_int_equal(iu_run_told_get(&told, key), 0);
	iu_run_told_put(&told, key, 77);
	assert_int_equal(iu_run_told_get(&told, key), 77);
	/* keys of one slot do not meet; a full table says nothing more */
	memset(&told, 0, sizeof(told));
	for (uint64_t i = 1; i <= IU_RUN_TOLD_SLOTS; i++)
		assert_true(iu_run_told_claim(&told, i * IU_RUN_TOLD_SLOTS));
	assert_false(iu_run_told_claim(&told, 1));
	iu_run_told_put(&told, 1, 5);
	assert_int_equal(iu_run_told_get(&told, 1), 0);
	for (uint64_t i = 1; i <= IU_RUN_TOLD_SLOTS; i++)
		assert_true(iu_run_told_has(&told, i * IU_RUN_TOLD_SLOTS));
	assert_int_not_equal(iu_run_told_moved_key(IU_PROTOCOL_TCP, 80),
		iu_run_told_moved_key(IU_PROTOCOL_UDP, 80));
	assert_int_not_equal(iu_run_told_explained_key(0), iu_run_told_explained_key(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calls),
		cmocka_unit_test(test_unpack),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_equal),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_choice_of_others),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
