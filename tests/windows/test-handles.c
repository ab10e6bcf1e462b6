/* windows/test-handles.c - the table of all handles, whose counts are not trusted, and what sockets say */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "os/windows/process/debugging.h"
#include "os/windows/process/process.h"
#include "os/windows/scan.h"
#include "os/windows/holders/socket-handles.h"

#include <tlhelp32.h>

/* A row as Windows writes it, on 64 bits. */
struct row {
	uint64_t object, pid, handle;
	uint32_t access;
	uint16_t trace, type;
	uint32_t attributes, reserved;
};

struct table {
	uint64_t count, reserved;
	struct row rows[6];
};

#define SOCKET_ACCESS 0x16019F

static struct table sample(void)
{
	return (struct table){.count = 6,
		.rows = {
			{.pid = 4, .handle = 0x10, .access = SOCKET_ACCESS, .type = 37},
			{.pid = 100, .handle = 0x20, .access = 0x12019F, .type = 37}, /* a pipe */
			{.pid = 100, .handle = 0x24, .access = SOCKET_ACCESS, .type = 40}, /* no file */
			{.pid = 100, .handle = 0x28, .access = SOCKET_ACCESS, .type = 37},
			{.pid = 7, .handle = 0x2C, .access = SOCKET_ACCESS, .type = 37}, /* ours */
			{.pid = 300, .handle = 0x2C, .access = SOCKET_ACCESS, .type = 37},
		}};
}

static void test_rows(void **state)
{
	struct table table = sample();
	struct iu_handle_row rows[6];

	assert_int_equal(iu_socket_rows(&table, sizeof(table), 7, 0x2C, rows), 4);
	assert_int_equal(rows[0].pid, 4);
	assert_int_equal(rows[1].pid, 100);
	assert_int_equal(rows[1].handle, 0x28);
	assert_int_equal(rows[3].pid, 300);
	/* without our own socket nothing is known of others */
	assert_int_equal(iu_socket_rows(&table, sizeof(table), 7, 0x30, rows), 0);
	assert_int_equal(iu_socket_rows(&table, sizeof(table), 8, 0x2C, rows), 0);
	(void)state;
}

static void test_hostile_counts(void **state)
{
	struct table table = sample();
	struct iu_handle_row rows[6];

	table.count = UINT64_MAX;
	assert_int_equal(iu_handle_table_count(&table, sizeof(table)), 6);
	assert_int_equal(iu_handle_table_count(&table, sizeof(table) - 1), 5);
	assert_int_equal(iu_handle_table_count(&table, 16), 0);
	assert_int_equal(iu_handle_table_count(&table, 3), 0);
	table.count = 2;
	assert_int_equal(iu_handle_table_count(&table, sizeof(table)), 2);
	assert_int_equal(iu_socket_rows(&table, sizeof(table), 7, 0x2C, rows), 0);
	(void)state;
}

/* The way that is taken has told sockets of our own; sockets of our own are then found by it. */
static void test_own_sockets(void **state)
{
	struct iu_afd afd;
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int len = sizeof(name);
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0), plain = socket(AF_INET, SOCK_STREAM, 0);
	struct iu_afd_socket told;
	DWORD yes = 1;

	assert_true(iu_afd_open(&afd));
	print_message("# asked by way %d\n", (int)afd.way);
	assert_false(iu_afd_ask(&afd, (HANDLE)plain, &told)); /* not bound */
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&yes, sizeof(yes));
	assert_int_equal(bind(s, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&name, &len), 0);
	assert_int_equal(listen(s, 1), 0);
	assert_true(iu_afd_ask(&afd, (HANDLE)s, &told));
	assert_int_equal(told.port, ntohs(name.sin_port));
	assert_int_equal(told.reuseaddr, IU_YES);
	assert_int_equal(told.exclusive, IU_NO);
	assert_false(told.connected);
	/* what connects to it, and what it accepts, is not the one that keeps the port */
	assert_int_equal(connect(plain, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_true(iu_afd_ask(&afd, (HANDLE)plain, &told));
	assert_true(told.connected);
	closesocket(plain);
	plain = accept(s, NULL, NULL);
	assert_true(iu_afd_ask(&afd, (HANDLE)plain, &told));
	assert_true(told.connected);
	closesocket(plain);
	closesocket(s);
	iu_afd_close(&afd);
	(void)state;
}

static void count(void *context, const struct iu_afd_socket *socket)
{
	*(unsigned int *)context += socket->port != 0;
}

/* A pipe that nobody writes to, and that is being read from, keeps nobody. */
static DWORD WINAPI read_on(void *pipe)
{
	char byte;
	DWORD n;

	ReadFile(pipe, &byte, 1, &n, NULL);
	return 0;
}

static void test_blocking_pipe(void **state)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct iu_socket_handles *handles;
	HANDLE from, to, thread;
	unsigned int found = 0;
	ULONGLONG began;

	assert_int_equal(bind(s, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_true(CreatePipe(&from, &to, NULL, 0));
	thread = CreateThread(NULL, 0, read_on, from, 0, NULL);
	began = GetTickCount64();
	handles = iu_socket_handles_open();
	assert_non_null(handles);
	assert_int_equal(
		iu_socket_handles_of(handles, (int32_t)GetCurrentProcessId(), count, &found), 0);
	assert_int_equal(found, 1);
	assert_true(GetTickCount64() - began < 3000);
	assert_true(iu_socket_handles_next(handles, 0) > 0);
	assert_int_equal(iu_socket_handles_next(handles, INT32_MAX), 0);
	iu_socket_handles_close(handles);
	CloseHandle(to);
	WaitForSingleObject(thread, 5000);
	CloseHandle(thread);
	CloseHandle(from);
	closesocket(s);
	(void)state;
}

static bool may_debug(void)
{
	PRIVILEGE_SET set = {.PrivilegeCount = 1, .Control = PRIVILEGE_SET_ALL_NECESSARY};
	BOOL has = FALSE;
	HANDLE token;

	assert_true(LookupPrivilegeValueA(NULL, "SeDebugPrivilege", &set.Privilege[0].Luid));
	assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token));
	assert_true(PrivilegeCheck(token, &set, &has));
	CloseHandle(token);
	return has;
}

static void set_debug(DWORD attributes)
{
	TOKEN_PRIVILEGES wanted = {.PrivilegeCount = 1, .Privileges[0].Attributes = attributes};
	HANDLE token;

	LookupPrivilegeValueA(NULL, "SeDebugPrivilege", &wanted.Privileges[0].Luid);
	assert_true(OpenProcessToken(GetCurrentProcess(), TOKEN_ADJUST_PRIVILEGES, &token));
	AdjustTokenPrivileges(token, FALSE, &wanted, 0, NULL, NULL);
	CloseHandle(token);
}

/* It is on while others' handles are looked at, and afterwards what it was. */
static void test_privilege(void **state)
{
	struct iu_socket_handles *handles;
	struct iu_debugging debugging;

	set_debug(SE_PRIVILEGE_ENABLED);
	if (!may_debug()) {
		print_message("# this account has no SeDebugPrivilege\n");
		skip();
	}
	iu_debugging_begin(&debugging);
	assert_true(may_debug());
	iu_debugging_end(&debugging);
	assert_true(may_debug()); /* it was on before */
	set_debug(0);
	assert_false(may_debug());
	iu_debugging_begin(&debugging);
	assert_true(may_debug());
	iu_debugging_end(&debugging);
	assert_false(may_debug());
	/* programs that are started while handles are open do not inherit it */
	handles = iu_socket_handles_open();
	assert_false(may_debug());
	iu_socket_handles_close(handles);
	(void)state;
}

static int32_t pid_of(const wchar_t *name)
{
	HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
	PROCESSENTRY32W row = {.dwSize = sizeof(row)};
	int32_t pid = 0;

	for (BOOL more = Process32FirstW(list, &row); more && !pid; more = Process32NextW(list, &row))
		if (!_wcsicmp(row.szExeFile, name))
			pid = (int32_t)row.th32ProcessID;
	CloseHandle(list);
	return pid;
}

static void visit_none(void *context, const struct iu_afd_socket *socket)
{
	(void)socket;
	++*(int *)context;
}

/* What guards Windows is opened for its name alone; what could not be opened for that is asked for nothing. */
static void test_guards(void **state)
{
	struct iu_socket_handles *handles = iu_socket_handles_open();
	int32_t pid = pid_of(L"services.exe");
	int visited = 0;

	if (!handles || !pid) {
		print_message("# no table of handles, or no services.exe\n");
		iu_socket_handles_close(handles);
		skip();
	}
	assert_int_equal(iu_socket_handles_of(handles, pid, visit_none, &visited), IU_E_NOTSUP);
	assert_int_equal(iu_socket_handles_of(handles, 0x7ffffff0, visit_none, &visited), IU_E_GONE);
	assert_int_equal(visited, 0);
	print_message("# services.exe (pid %d): its handles are not asked for\n", (int)pid);
	iu_socket_handles_close(handles);
	(void)state;
}

/* A row of our own pid that says it is older than we are: then our handles decide. */
static void test_number_given_again(void **state)
{
	struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int len = sizeof(name);
	SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
	struct iu_needs needs = {.all_inodes = true};
	struct iu_snapshot snap;
	struct iu_scan look = {.needs = &needs, .snapshot = &snap};
	uint64_t own = (uint64_t)GetCurrentProcessId() << 32;

	assert_int_equal(bind(s, (struct sockaddr *)&name, sizeof(name)), 0);
	assert_int_equal(getsockname(s, (struct sockaddr *)&name, &len), 0);
	iu_snapshot_init(&snap);
	look.list = iu_process_list_read();
	for (uint32_t i = 1; i <= 4; i++) {
		struct iu_socket *row = iu_list_add(&snap.arena, &snap.sockets);

		*row = (struct iu_socket){.protocol = IU_PROTOCOL_UDP,
			.state = IU_STATE_BOUND,
			.local = {.family = IU_FAMILY_IPV4, .bytes = {127, 0, 0, 1}},
			.port = ntohs(name.sin_port),
			.inode = own | i,
			.since = 1000};
	}
	snap.sockets.v[1].local.bytes[3] = 9; /* no such socket is ours */
	snap.sockets.v[2].local.bytes[3] = 9;
	snap.sockets.v[2].since = 0; /* the system does not say how old it is */
	snap.sockets.v[3].local.bytes[3] = 9;
	snap.sockets.v[3].since = INT64_C(1) << 40; /* younger than we are */
	assert_int_equal(iu_collect_holders(&look), 0);
	assert_true(iu_holds(&snap, own | 1, (int32_t)GetCurrentProcessId()));
	assert_false(iu_holds(&snap, own | 2, (int32_t)GetCurrentProcessId()));
	assert_true(iu_holds(&snap, own | 3, (int32_t)GetCurrentProcessId()));
	assert_true(iu_holds(&snap, own | 4, (int32_t)GetCurrentProcessId()));
	assert_false(snap.seen & IU_FACT_HOLDERS);
	assert_int_equal(snap.gaps.n, 1);
	assert_non_null(strstr(snap.gaps.v[0].why, "another process has its number"));
	iu_socket_handles_close(look.handles);
	iu_process_list_free(look.list);
	iu_snapshot_free(&snap);
	closesocket(s);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_rows),
		cmocka_unit_test(test_hostile_counts), cmocka_unit_test(test_own_sockets),
		cmocka_unit_test(test_blocking_pipe),
		cmocka_unit_test(test_number_given_again), cmocka_unit_test(test_privilege),
		cmocka_unit_test(test_guards)};
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
