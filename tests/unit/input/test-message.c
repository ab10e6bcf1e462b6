/* test-message.c - endpoints out of error messages as programs print them */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/compat.h"
#include "base/err.h"
#include "input/message.h"
#include "input/target.h"

struct row {
	const char *text, *found; /* "a, b"; "": none */
};

static const struct row rows[] = {
	/* JavaScript */
	{"Error: listen EADDRINUSE: address already in use :::3000", "[::]:3000"},
	{"Error: listen EADDRINUSE: address already in use ::1:3000", "[::1]:3000"},
	{"Error: listen EADDRINUSE: address already in use 127.0.0.1:3000", "127.0.0.1:3000"},
	{"node:events: Error: listen EADDRINUSE: address already in use 0.0.0.0:3000",
		"0.0.0.0:3000"},
	{"Error: listen EADDRINUSE :::3000", "[::]:3000"},
	{"EADDRINUSE:::3000", "[::]:3000"},
	{"Error: listen EACCES: permission denied 0.0.0.0:5037", "0.0.0.0:5037"},
	{"Error: listen EADDRINUSE: address already in use /tmp/app.sock", "unix:/tmp/app.sock"},
	{"Error: listen EADDRINUSE: address already in use /tmp/app", "unix:/tmp/app"},
	{"Error: bind EADDRINUSE 0.0.0.0:5353 (udp4)", "0.0.0.0:5353/udp"},
	{"Error: listen EADDRNOTAVAIL: address not available 192.0.2.1:80", "192.0.2.1:80"},
	{"node:events:491\n      throw er; // Unhandled 'error' event\n\n"
	 "Error: listen EADDRINUSE: address already in use :::3000\n"
	 "    at Server.setupListenHandle [as _listen2] (node:net:1463:16)\n"
	 "    at listenInCluster (node:net:1511:12)\n"
	 "    at Object.<anonymous> (/srv/shop/server.js:12:34)\n"
	 "  code: 'EADDRINUSE',\n  errno: -98,\n  syscall: 'listen',\n  address: '::',\n  port: "
	 "3000\n}",
		"[::]:3000"},
	{"Port 3000 is in use, trying 3001 instead.", ":3000"},
	{"Error: Port 5173 is already in use", ":5173"},
	{"Something is already running on port 3000.", ":3000"},
	/* Python */
	{"OSError: [Errno 98] error while attempting to bind on address ('127.0.0.1', 8000): "
	 "address already in use",
		"127.0.0.1:8000"},
	{"[ERROR] Connection in use: ('0.0.0.0', 8000)", "0.0.0.0:8000"},
	{"[ERROR] Can't connect to ('::1', 8000, 0, 0)", "[::1]:8000"},
	{"sock.bind(('', 8000))\nOSError: [Errno 98] Address already in use", ":8000"},
	{"Traceback (most recent call last):\n  File \"/srv/app.py\", line 5, in <module>\n"
	 "    sock.bind((\"localhost\", 8000))\nOSError: [Errno 98] Address already in use",
		"localhost:8000"},
	{"Address already in use\nPort 5000 is in use by another program. Either identify and stop "
	 "that program, or start the server with a different port.",
		":5000"},
	{"[Errno 98] Address already in use: (127.0.0.1, 8080)", "127.0.0.1:8080"},
	/* Go, Docker */
	{"listen tcp 127.0.0.1:8080: bind: address already in use", "127.0.0.1:8080"},
	{"listen tcp :8080: bind: address already in use", ":8080"},
	{"listen tcp [::1]:8080: bind: address already in use", "[::1]:8080"},
	{"listen tcp myhost:8080: bind: address already in use", "myhost:8080"},
	{"listen udp :53: bind: address already in use", ":53/udp"},
	{"listen udp4 0.0.0.0:53: bind: permission denied", "0.0.0.0:53/udp"},
	{"listen unix /run/app.sock: bind: address already in use", "unix:/run/app.sock"},
	{"listen unixpacket @app: bind: address already in use", "unix:@app"},
	{"listen unixgram /run/log: bind: address already in use", "unix:/run/log"},
	{"2024/01/02 12:34:56 main.go:45: listen tcp :9090: bind: address already in use", ":9090"},
	{"panic: listen tcp :8080: bind: address already in use\n\ngoroutine 1 [running]:\n"
	 "main.main()\n\t/srv/main.go:45 +0x1d",
		":8080"},
	{"Bind for 0.0.0.0:8080 failed: port is already allocated", "0.0.0.0:8080"},
	{"docker: Error response from daemon: driver failed programming external connectivity on "
	 "endpoint web (8f2a): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: "
	 "address already in use.",
		"0.0.0.0:80"},
	{"ports are not available: exposing port TCP 0.0.0.0:54320 -> 127.0.0.1:0: "
	 "/forwards/expose returned unexpected status: 500",
		"0.0.0.0:54320"},
	{"exposing port UDP 0.0.0.0:5353 -> 0.0.0.0:0: listen udp 0.0.0.0:5353: bind: address "
	 "already in use",
		"0.0.0.0:5353/udp"},
	/* web servers */
	{"nginx: [emerg] bind() to 0.0.0.0:80 failed (98: Address already in use)", "0.0.0.0:80"},
	{"nginx: [emerg] bind() to [::]:443 failed (98: Address already in use)", "[::]:443"},
	{"2024/01/01 12:34:56 [emerg] 1234#1234: bind() to 0.0.0.0:80 failed (98: Address already "
	 "in use)",
		"0.0.0.0:80"},
	{"nginx: [emerg] bind() to unix:/run/x.sock failed (98: Address already in use)",
		"unix:/run/x.sock"},
	{"(98)Address already in use: AH00072: make_sock: could not bind to address [::]:80",
		"[::]:80"},
	{"(OS 10048)Only one usage of each socket address (protocol/network address/port) is "
	 "normally permitted.  : AH00072: make_sock: could not bind to address 0.0.0.0:80",
		"0.0.0.0:80"},
	{"[ALERT] 012/123456 (77) : Starting frontend web: cannot bind socket (Address already in "
	 "use) [0.0.0.0:80]",
		"0.0.0.0:80"},
	{"Failed to listen on localhost:8000 (reason: Address already in use)", "localhost:8000"},
	{"bind() to 0.0.0.0:80 failed (10013: An attempt was made to access a socket in a way "
	 "forbidden by its access permissions)",
		"0.0.0.0:80"},
	/* Java, .NET, Ruby */
	{"Web server failed to start. Port 8080 was already in use.", ":8080"},
	{"java.io.IOException: Failed to bind to /0.0.0.0:8080", "0.0.0.0:8080"},
	{"java.net.BindException: Failed to bind to localhost/127.0.0.1:8080", "127.0.0.1:8080"},
	{"java.net.BindException: Address already in use: bind", ""},
	{"java.net.BindException: Address already in use: JVM_Bind <null>:8080", ":8080"},
	{"Failed to bind to address http://127.0.0.1:5000: address already in use.",
		"127.0.0.1:5000"},
	{"Failed to bind to address http://[::]:5000: address already in use.", "[::]:5000"},
	{"Failed to bind to address https://+:5001: address already in use.", ":5001"},
	{"Failed to register URL \"http://localhost:56481/\" for site \"MB5\" application \"/\". "
	 "Error description: The process cannot access the file because it is being used by "
	 "another process. (0x80070020)",
		"localhost:56481"},
	{"Failed to register URL \"http://+:80/\" for site \"x\"", ":80"},
	{"Failed to bind to http://localhost/", "localhost:80"},
	{"Address already in use - bind(2) for \"127.0.0.1\" port 3000 (Errno::EADDRINUSE)",
		"127.0.0.1:3000"},
	{"Address already in use - bind(2) for \"::1\" port 3000 (Errno::EADDRINUSE)",
		"[::1]:3000"},
	{"System.Net.Sockets.SocketException (10013): An attempt was made to access a socket in a "
	 "way forbidden by its access permissions.",
		""},
	/* databases and other servers */
	{"Could not create server TCP listening socket *:6379: bind: Address already in use",
		":6379"},
	{"Could not create server TCP listening socket 127.0.0.1:6379: bind: Address already in "
	 "use",
		"127.0.0.1:6379"},
	{"could not bind IPv4 address \"127.0.0.1\": Address already in use\n"
	 "HINT:  Is another postmaster already running on port 5432? If not, wait a few seconds "
	 "and retry.",
		"127.0.0.1:5432"},
	{"could not bind Unix address \"/tmp/.s.PGSQL.5432\": Address already in use",
		"unix:/tmp/.s.PGSQL.5432"},
	{"FATAL:  lock file \"/tmp/.s.PGSQL.5432.lock\" already exists", "unix:/tmp/.s.PGSQL.5432.lock"},
	{"Can't start server: Bind on TCP/IP port: Address already in use\n"
	 "Do you already have another mysqld server running on port: 3306 ?",
		":3306"},
	{"error: Bind to port 22 on 0.0.0.0 failed: Address already in use.", "0.0.0.0:22"},
	{"error: Bind to port 22 on :: failed: Address already in use.", "[::]:22"},
	{"bind [127.0.0.1]:8080: Address already in use", "127.0.0.1:8080"},
	{"bind [::1]:8080: Address already in use", "[::1]:8080"},
	{"bind [fe80::1%eth0]:8080: Address already in use", "[fe80::1%eth0]:8080"},
	{"channel_setup_fwd_listener_tcpip: cannot listen to port: 8080", ":8080"},
	{"dnsmasq: failed to create listening socket for port 53: Address already in use", ":53/*"},
	{"could not bind to 127.0.0.1#53: address in use", "127.0.0.1:53"},
	{"Failed to create listening socket (0.0.0.0:80): Address already in use", "0.0.0.0:80"},
	{"cannot bind to address 127.0.0.1 and port 6379", "127.0.0.1:6379"},
	{"failed to bind to address 10.0.0.1 port 80: in use", "10.0.0.1:80"},
	{"unable to bind UDP port 514: Permission denied", ":514/udp"},
	{"bind: Address already in use, port=8125 proto=udp", ":8125/udp"},
	{"bind(3, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr(\"0.0.0.0\")}, 16) "
	 "= -1 EADDRINUSE (Address already in use)",
		":8080"},
	{"bind(3, {sa_family=AF_UNIX, sun_path=\"/run/x\"}, 110) = -1 EADDRINUSE", "unix:/run/x"},
	{"bind(3, {sa_family=AF_UNIX, sun_path=@\"abc\"}, 6) = -1 EADDRINUSE", "unix:@abc"},
	{"E bind(5, {AF=2 0.0.0.0:8080}, 16): Address already in use", "0.0.0.0:8080"},
	{"unix:///run/docker.sock: bind: address already in use", "unix:/run/docker.sock"},
	{"Unable to listen on port 8080: Listeners failed to create with the following errors: "
	 "[unable to create listener: Error listen tcp4 127.0.0.1:8080: bind: address already in "
	 "use unable to create listener: Error listen tcp6 [::1]:8080: bind: address already in "
	 "use]",
		"127.0.0.1:8080, [::1]:8080"},
	{"Port 8080 is in use (127.0.0.1:8080)", "127.0.0.1:8080"},
	{"tcp://0.0.0.0:2375: address already in use", "0.0.0.0:2375"},
	{"udp://0.0.0.0:53: address already in use", "0.0.0.0:53/udp"},
	{"8080/udp is in use: port 8080", ":8080/udp"},
	/* looks, and what has to be told from endpoints */
	{"\033[31mError:\033[0m listen tcp \033[1m:8080\033[0m: bind: address already in use",
		":8080"},
	{"\033]8;;http://x:99\a:8080\033]8;;\a address already in use", ":8080"},
	{"p\0o\0r\0t\0 \0008\0000\0", ""},
	{"12:34:56 something happened", ""},
	{"2024-01-02T12:34:56.789Z start\n[12:34:56] done", ""},
	{"version 1.2.3, pid 8080, line 80", ""},
	{"{\"id\":20568,\"code\":9001,\"msg\":\"address already in use\"}", ""},
	{"{'pid':4242,'port':8080,'line':99}: address already in use", ":8080"},
	{"\":8080\": address already in use", ":8080"},
	{"exit code 98: bind failed after 3000 ms, pid=4321, uid:1000, tid:77", ""},
	{"app[4321]: bind failed at 2024-01-02 03:04:05.678 +0100 (build 8080, rev 443)", ""},
	{"01/02/2024 10:20:30 AM bind failed: error:98", ""},
	{"bind failed: HTTP/1.1 500, 8080 bytes, 10:20 left, 1:1 ratio, v2:3", ""},
	{"\"GET /:80 HTTP\" 200 443: cannot bind", ""},
	{"foo.go:443: bind: address already in use\nmain.rs:80:12: bind: permission denied", ""},
	{"C:\\app\\main.cs:line 80: bind failed", ""},
	{"  at java.net.PlainSocketImpl.bind(PlainSocketImpl.java:387): bind failed", ""},
	{"libc6:2.36, gcc-12:12.2.0, ubuntu:22.04, image app:8080: bind failed", ""},
	{"sha256:8080abcd, mac 00:80:41:ae:fd:7e, inode 8080: bind failed", ""},
	{"UUID 12345678-1234-1234-1234-123456789012: bind failed", ""},
	{"took 00:00:08:080, chapter 3:16, score 2:1: bind failed", ""},
	{"bind failed (8080)", ""},
	{"failed to bind to [::1]:[9200]", "[::1]:9200"},
	{"failed to bind to [8080 bytes]", ""},
	{"display 10: Server is already active for display 10", "unix:/tmp/.X10-lock, unix:/tmp/.X11-unix/X10, unix:@/tmp/.X11-unix/X10"},
	{"at server.js:12:34\nmain.go:45\nfoo.c:80: error", ""},
	{"in fe80::1:2:3 and 00:11:22:33:44:55 and std::net:80", ""},
	{"airport 80, viewport 800, port8080, port 80.5, port 99999, port 0, port 080, ports", ""},
	{"127.0.0.1:70000 10.0.0.256:80 1.2.3:80", ""},
	{"peer 10.0.0.9:443 closed\nlisten tcp :80: bind: address already in use\nretry "
	 "10.0.0.8:1234",
		":80"},
	{"GET / from 10.0.0.9:4711\nserver at 127.0.0.1:8000\nError: That port is already in use.\n"
	 "POST / from 10.0.0.7:4712\nready on 127.0.0.1:9999",
		"127.0.0.1:8000"},
	{"Address already in use\nremote=10.0.0.9:4711\nclient 10.0.0.9:4712", ""},
	{"ok 127.0.0.1:1\n127.0.0.1:2\n127.0.0.1:3\n127.0.0.1:4\n127.0.0.1:5\n127.0.0.1:6\n"
	 "127.0.0.1:7\n127.0.0.1:8\n127.0.0.1:9",
		""},
	{"listen on :1234\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\nAddress already in use", ""},
	{"listen on :1234\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\nAddress already in use", ":1234"},
	{"address already in use 127.0.0.1:80, 127.0.0.1:80, 127.0.0.1:81",
		"127.0.0.1:80, 127.0.0.1:81"},
	{"see https://example.com/help and https://localhost/", "localhost:443"},
	{"port 3000", ":3000"},
	{"port: 8000", ":8000"},
	{"PORT=8000", ":8000"},
	{"'8080'", ""},
	{"", ""},
	{":", ""},
	{"port", ""},
	{"[", ""},
	{"(", ""},
	{"\033", ""},
	{"\033[", ""},
};

static int collect(void *context, const char *target)
{
	struct iu_text *out = context;
	struct iu_arena arena = {0};
	struct iu_text complaint = {0};
	struct iu_target parsed;
	int ret = iu_target_parse(&arena, target, strlen(target), &parsed, &complaint);

	/* The promise of the header: what is found can be read. */
	if (ret < 0)
		print_message("# %s: %s\n", target, complaint.data);
	assert_int_equal(ret, 0);
	assert_true(parsed.kind == IU_TARGET_INET || parsed.kind == IU_TARGET_UNIX);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
	iu_text_add(out, out->len ? ", " : "");
	iu_text_add(out, target);
	return 0;
}

static void test_messages(void **state)
{
	size_t wrong = 0;

	for (size_t i = 0; i < IU_COUNT(rows); i++) {
		struct iu_text out = {0};
		int n;

		iu_text_add(&out, "");
		n = iu_message_targets(rows[i].text, strlen(rows[i].text), collect, &out);
		assert_true(n >= 0);
		if (strcmp(out.len ? out.data : "", rows[i].found) != 0) {
			print_message("# %s\n#   gave     %s\n#   expected %s\n", rows[i].text,
				out.len ? out.data : "", rows[i].found);
			wrong++;
		}
		iu_text_free(&out);
	}
	print_message("# %zu messages\n", IU_COUNT(rows));
	assert_int_equal(wrong, 0);
}

/* PowerShell redirects as UTF-16. */
static void test_utf16(void **state)
{
	static const char text[] = "p\0o\0r\0t\0 \0008\0000\0";
	struct iu_text out = {0};

	assert_int_equal(iu_message_targets(text, sizeof(text), collect, &out), 1);
	assert_string_equal(out.data, ":80");
	iu_text_free(&out);
}

static void test_bounded(void **state)
{
	struct iu_text text = {0}, out = {0};

	for (int port = 1; port <= 1000; port++)
		iu_text_printf(&text, "port %d is in use\n", port);
	assert_int_equal(
		iu_message_targets(text.data, text.len, collect, &out), IU_MESSAGE_TARGETS_MAX);
	iu_text_free(&text);
	iu_text_free(&out);
}

static int stop(void *context, const char *target)
{
	return ++*(int *)context == 2 ? IU_E_LIMIT : 0;
}

static void test_visitor_stops(void **state)
{
	static const char text[] = "port 1, port 2, port 3";
	int seen = 0;

	assert_int_equal(iu_message_targets(text, strlen(text), stop, &seen), IU_E_LIMIT);
	assert_int_equal(seen, 2);
}

#define LONG_LINE (128 * 1024)

/* One very long line: each piece is looked at a bounded number of times. */
static void test_long_lines(void **state)
{
	static const char *const pieces[] = {"port 80 ", ":1", "1:", "[", "(", "/a", "=/", "'", "a",
		"::1:", "port ", "unix:/", "@", "http://", "udp ", "\033[", "('',", "in use "};
	char *text = malloc(LONG_LINE);
	clock_t begin = clock();

	assert_non_null(text);
	for (size_t i = 0; i < IU_COUNT(pieces); i++) {
		struct iu_text out = {0};
		size_t n = strlen(pieces[i]);

		for (size_t at = 0; at < LONG_LINE; at++)
			text[at] = pieces[i][at % n];
		assert_true(iu_message_targets(text, LONG_LINE, collect, &out) >= 0);
		iu_text_free(&out);
	}
	print_message("# %zu long lines: %ld ms\n", IU_COUNT(pieces),
		(long)((clock() - begin) * 1000 / CLOCKS_PER_SEC));
	free(text);
}

static void test_suspect(void **state)
{
	assert_true(iu_message_suspect("bind: Address already in use", 28));
	assert_true(iu_message_suspect("ADDRESS ALREADY IN USE", 22));
	assert_false(iu_message_suspect("address already in us", 21));
	assert_false(iu_message_suspect("", 0));
	assert_true(iu_message_suspect("failed: 10048", 13));
	assert_true(iu_message_suspect("(10048: Only", 12));
	assert_false(iu_message_suspect("item 510048", 11));
	assert_false(iu_message_suspect("10.0.0.9:10048", 14));
	assert_false(iu_message_suspect("10048.5 ms", 10));
	assert_true(iu_message_suspect("0x80072740", 10));
	assert_false(iu_message_suspect("listening on 127.0.0.1:80", 25));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_visitor_stops),
		cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_suspect),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
