/* windows/test-system.c - what the system's rooms make of names, handles, accounts and numbers */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "os/windows/command.h"
#include "base/find-program.h"
#include "os/windows/host/addresses.h"
#include "os/windows/host/events.h"
#include "os/windows/process/accounts.h"
#include "os/windows/scan.h"
#include "os/windows/sockets/bound.h"
#include "base/start-process.h"
#include "run/windows/spawn.h"

#include <sddl.h>
#include <shellapi.h>

/* ---- which file a name means ---- */

static wchar_t base[MAX_PATH]; /* a folder of our own */

static void make_file(const wchar_t *name)
{
	wchar_t path[2 * MAX_PATH];
	HANDLE file;

	_snwprintf(path, IU_COUNT(path), L"%ls\\%ls", base, name);
	file = CreateFileW(path, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
	assert_ptr_not_equal(file, INVALID_HANDLE_VALUE);
	CloseHandle(file);
}

static int make_folders(void **state)
{
	static const wchar_t *const folders[] = {L"", L"\\one", L"\\two", L"\\here", L"\\two\\a.exe"};
	static const wchar_t *const files[] = {L"one\\npm.cmd", L"two\\npm.exe", L"two\\python3.11.exe",
		L"two\\my.tool", L"two\\my.tool.bat", L"two\\script.js", L"here\\evil.exe", L"here\\npm.exe"};
	wchar_t path[2 * MAX_PATH];

	GetTempPathW(MAX_PATH, base);
	_snwprintf(base + wcslen(base), 64, L"inuse-test-%lu", GetCurrentProcessId());
	for (size_t i = 0; i < IU_COUNT(folders); i++) {
		_snwprintf(path, IU_COUNT(path), L"%ls%ls", base, folders[i]);
		assert_true(CreateDirectoryW(path, NULL));
	}
	for (size_t i = 0; i < IU_COUNT(files); i++)
		make_file(files[i]);
	_snwprintf(path, IU_COUNT(path), L"%ls\\here", base);
	assert_true(SetCurrentDirectoryW(path));
	(void)state;
	return 0;
}

static int remove_folders(void **state)
{
	wchar_t from[MAX_PATH + 2] = {0};
	SHFILEOPSTRUCTW remove = {.wFunc = FO_DELETE,
		.pFrom = from,
		.fFlags = FOF_NOCONFIRMATION | FOF_SILENT | FOF_NOERRORUI};

	SetCurrentDirectoryW(L"C:\\");
	wcscpy(from, base);
	SHFileOperationW(&remove);
	(void)state;
	return 0;
}

/* @want: below the folder; NULL: nothing is found */
static void check_found(const wchar_t *name, const wchar_t *path, const wchar_t *want)
{
	wchar_t full[2 * MAX_PATH], *found;

	found = iu_find_program(name, path, L".COM;.EXE;.BAT;.CMD;.JS");
	print_message("# %ls: %ls\n", name, found ? found : L"none");
	if (!want) {
		assert_null(found);
		return;
	}
	assert_non_null(found);
	_snwprintf(full, IU_COUNT(full), L"%ls\\%ls", base, want);
	assert_int_equal(_wcsicmp(found, full), 0);
	free(found);
}

static void test_found(void **state)
{
	wchar_t path[4 * MAX_PATH], name[2 * MAX_PATH];

	_snwprintf(path, IU_COUNT(path), L"\"%ls\\one\";%ls\\two\\;;.;relative", base, base);
	check_found(L"npm", path, L"one\\npm.cmd"); /* folder by folder, as cmd does */
	check_found(L"npm.exe", path, L"two\\npm.exe");
	check_found(L"python3.11", path, L"two\\python3.11.exe");
	check_found(L"my.tool", path, L"two\\my.tool.bat");
	check_found(L"script", path, NULL); /* a .js is none that can be started by itself */
	check_found(L"evil", path, NULL); /* only in the current folder, which "." in PATH means, too */
	check_found(L"a", path, NULL);	  /* a folder of that name */
	check_found(L"", path, NULL);
	check_found(L"npm", NULL, NULL);
	check_found(L".\\evil", path, L"here\\evil.exe");
	check_found(L"..\\two\\npm", NULL, L"two\\npm.exe");
	_snwprintf(name, IU_COUNT(name), L"%ls\\one\\npm.cmd", base);
	check_found(name, NULL, L"one\\npm.cmd");
	assert_true(iu_is_batch(L"C:\\x\\A.CMD"));
	assert_true(iu_is_batch(L"C:\\x\\a.bat"));
	assert_false(iu_is_batch(L"C:\\x\\a.bat.exe"));
	(void)state;
}

/* ---- batch files ---- */

static void test_batch_line(void **state)
{
	const char *words[] = {"npm", "run", "a b", "--port=3000", "C:\\dir\\", "C:\\my dir\\", "", NULL};
	static const char *const harmful[] = {"a&b", "100%", "\"", "a|b", "x>y", "x<y", "!x!", "^", "a\r\nb"};
	const char *one[] = {"x", NULL, NULL};
	wchar_t *line = iu_batch_line("C:\\Program Files\\nodejs\\npm.cmd", (char *const *)words);

	assert_non_null(line);
	print_message("# %ls\n", line);
	assert_int_equal(wcscmp(line,
		L"cmd.exe /d /e:on /v:off /s /c \"\"C:\\Program Files\\nodejs\\npm.cmd\" run \"a b\" "
		L"\"--port=3000\" C:\\dir\\ \"C:\\my dir\\\\\" \"\"\""), 0);
	free(line);
	for (size_t i = 0; i < IU_COUNT(harmful); i++) {
		one[1] = harmful[i];
		assert_null(iu_batch_line("C:\\x.cmd", (char *const *)one));
	}
	one[1] = "a";
	assert_null(iu_batch_line("C:\\a%b\\x.cmd", (char *const *)one));
	(void)state;
}

/* ---- what is inherited ---- */

static SOCKET listener(unsigned short *port)
{
	struct sockaddr_in name = {.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(*port)};
	int len = sizeof(name);
	SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(s, (struct sockaddr *)&name, sizeof(name)) || listen(s, 1) ||
		getsockname(s, (struct sockaddr *)&name, &len)) {
		closesocket(s);
		return INVALID_SOCKET;
	}
	*port = ntohs(name.sin_port);
	return s;
}

/* A socket that is inherited by default, closed while the child lives: the port is free for all that. */
static void test_inherited(void **state)
{
	wchar_t line[] = L"cmd /c pause", shell[MAX_PATH];
	const char *argv[] = {"cmd.exe", "/c", "pause >nul", NULL}; /* its words are no line of TAP */
	PROCESS_INFORMATION child = {0};
	unsigned short port = 0;
	HANDLE ours = NULL, in, in_end;
	SOCKET s = listener(&port);

	assert_int_not_equal(s, INVALID_SOCKET);
	SetHandleInformation((HANDLE)s, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
	/* a child that waits for input that does not come */
	assert_true(CreatePipe(&in, &in_end, NULL, 0));
	assert_true(iu_system_program(L"cmd.exe", shell));
	assert_true(iu_start_process(shell, line, CREATE_NO_WINDOW, (HANDLE[]){in, NULL, NULL}, &child));
	SetStdHandle(STD_INPUT_HANDLE, in);
	ours = iu_spawn((char *const *)argv);
	assert_non_null(ours);
	Sleep(500);
	closesocket(s);
	s = listener(&port);
	print_message("# port %u while the children live: %s\n", port, s == INVALID_SOCKET ? "taken" : "bound again");
	assert_int_not_equal(s, INVALID_SOCKET);
	assert_int_equal(WaitForSingleObject(child.hProcess, 0), WAIT_TIMEOUT);
	assert_int_equal(WaitForSingleObject(ours, 0), WAIT_TIMEOUT);
	TerminateProcess(child.hProcess, 0);
	TerminateProcess(ours, 0);
	CloseHandle(child.hProcess);
	CloseHandle(child.hThread);
	CloseHandle(ours);
	CloseHandle(in);
	CloseHandle(in_end);
	closesocket(s);
	(void)state;
}

static void test_own_sockets_stay(void **state)
{
	SOCKET s = iu_socket(AF_INET, SOCK_STREAM, 0);
	DWORD flags = HANDLE_FLAG_INHERIT;

	assert_int_not_equal(s, INVALID_SOCKET);
	assert_true(GetHandleInformation((HANDLE)s, &flags));
	assert_false(flags & HANDLE_FLAG_INHERIT);
	closesocket(s);
	(void)state;
}

static void test_command(void **state)
{
	struct iu_text out = {0};
	unsigned long code = 1;

	assert_int_equal(iu_command_execute(L"cmd.exe", L"/c echo said", 30, &out, &code), 0);
	assert_int_equal(code, 0);
	assert_non_null(out.data);
	assert_memory_equal(out.data, "said", 4);
	iu_text_free(&out);
	assert_int_equal(iu_command_execute(L"no-such.exe", NULL, 30, &out, &code) < 0, 1);
	iu_text_free(&out);
	(void)state;
}

/* ---- accounts ---- */

struct domain {
	unsigned int asked;
	DWORD delay_ms;
};

static bool look_up(void *context, PSID sid, wchar_t name[IU_ACCOUNT_UNITS])
{
	struct domain *domain = context;

	(void)sid;
	domain->asked++;
	Sleep(domain->delay_ms);
	_snwprintf(name, IU_ACCOUNT_UNITS, L"CORP\\user%u", domain->asked);
	return true;
}

static PSID sid_of(const char *text)
{
	PSID sid = NULL;

	assert_true(ConvertStringSidToSidA(text, &sid));
	return sid;
}

static void test_accounts(void **state)
{
	PSID first = sid_of("S-1-5-21-1-2-3-1001"), second = sid_of("S-1-5-21-1-2-3-1002");
	PSID third = sid_of("S-1-5-21-1-2-3-1003"), system = sid_of("S-1-5-18");
	struct domain domain = {0};
	struct iu_accounts accounts = {.lookup = look_up, .context = &domain};
	struct iu_arena arena = {0};

	for (int i = 0; i < 100; i++)
		assert_string_equal(iu_account_name(&arena, &accounts, first), "CORP\\user1");
	assert_int_equal(domain.asked, 1);
	domain.delay_ms = 700; /* the controller is far away */
	assert_string_equal(iu_account_name(&arena, &accounts, second), "CORP\\user2");
	assert_string_equal(iu_account_name(&arena, &accounts, third), "S-1-5-21-1-2-3-1003");
	assert_int_equal(domain.asked, 2);
	domain.delay_ms = 0;
	/* who is no domain's is known here */
	assert_string_equal(iu_account_name(&arena, &accounts, system), "CORP\\user3");
	LocalFree(first);
	LocalFree(second);
	LocalFree(third);
	LocalFree(system);
	iu_arena_free(&arena);
	(void)state;
}

/* ---- scopes ---- */

static void test_scopes(void **state)
{
	struct iu_scopes scopes = {0};
	struct iu_arena arena = {0};

	assert_int_equal(iu_scope_of(&scopes, 0x0C000000), 0x0C000000); /* nothing is known */
	*iu_list_add(&arena, &scopes.list) = 12;
	*iu_list_add(&arena, &scopes.list) = 5;
	assert_int_equal(iu_scope_of(&scopes, 12), 12);
	assert_int_equal(iu_scope_of(&scopes, 0x0C000000), 12); /* in network order */
	assert_int_equal(iu_scope_of(&scopes, 7), 7);
	assert_int_equal(iu_scope_of(&scopes, 0x07000000), 0x07000000);
	iu_arena_free(&arena);
	(void)state;
}

/* ---- tables and logs ---- */

/* A listener's own binding is known; another address of the same program is another socket. */
static void test_bound(void **state)
{
	struct iu_needs needs = {.facts = IU_FACT_TCP | IU_FACT_BOUND, .all_ports = true};
	struct iu_snapshot snap;
	struct iu_scan scan = {.needs = &needs, .snapshot = &snap};
	struct iu_socket listener = {.protocol = IU_PROTOCOL_TCP,
		.family = IU_FAMILY_IPV4,
		.state = IU_STATE_LISTEN,
		.local = {.family = IU_FAMILY_IPV4, .bytes = {127, 0, 0, 1}},
		.port = 8080};
	struct iu_socket client = listener;
	struct {
		DWORD count;
		MIB_TCPROW2 rows[3];
	} table = {.count = 3};

	client.state = IU_STATE_ESTABLISHED;
	client.port = 50000;
	iu_snapshot_init(&snap);
	iu_add_socket(&scan, &listener, 77, 0);
	iu_add_socket(&scan, &client, 77, 0);
	for (size_t i = 0; i < 3; i++) {
		table.rows[i].dwOwningPid = 77;
		table.rows[i].dwLocalPort = htons(i < 2 ? 8080 : 50000);
	}
	table.rows[0].dwLocalAddr = htonl(0x7F000001);
	table.rows[1].dwLocalAddr = htonl(0x7F000002); /* bound only */
	assert_int_equal(iu_bound_add4(&scan, &table), 0);
	assert_int_equal(snap.sockets.n, 3);
	assert_int_equal(snap.sockets.v[2].state, IU_STATE_BOUND);
	assert_int_equal(snap.sockets.v[2].local.bytes[3], 2);
	iu_snapshot_free(&snap);
	(void)state;
}

static DWORD log_error; /* with which the log ends */

static EVT_HANDLE WINAPI query(EVT_HANDLE session, LPCWSTR path, LPCWSTR wanted, DWORD flags)
{
	(void)session, (void)path, (void)wanted, (void)flags;
	return &log_error;
}

static BOOL WINAPI next(EVT_HANDLE rows, DWORD size, EVT_HANDLE *entries, DWORD wait, DWORD flags, DWORD *n)
{
	(void)rows, (void)size, (void)entries, (void)wait, (void)flags;
	*n = 0;
	SetLastError(log_error);
	return FALSE;
}

static BOOL WINAPI close_log(EVT_HANDLE rows)
{
	(void)rows;
	SetLastError(0);
	return TRUE;
}

static void test_event_log(void **state)
{
	const struct iu_event_log log = {.query = query, .next = next, .close = close_log};
	struct iu_text text = {0};

	log_error = ERROR_NO_MORE_ITEMS;
	assert_true(iu_event_log_read(&log, &text));
	log_error = ERROR_TIMEOUT; /* nothing was found so far, which is not nothing */
	assert_false(iu_event_log_read(&log, &text));
	assert_int_equal(text.len, 0);
	iu_text_free(&text);
	(void)state;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_found, make_folders, remove_folders),
		cmocka_unit_test(test_batch_line), cmocka_unit_test(test_inherited),
		cmocka_unit_test(test_own_sockets_stay), cmocka_unit_test(test_command),
		cmocka_unit_test(test_accounts), cmocka_unit_test(test_scopes),
		cmocka_unit_test(test_bound), cmocka_unit_test(test_event_log)};
	WSADATA data;

	WSAStartup(MAKEWORD(2, 2), &data);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
