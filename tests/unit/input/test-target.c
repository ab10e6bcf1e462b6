/* test-target.c - every form of TARGET, good and bad, with the exact questions or complaint */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compat.h"
#include "base/err.h"
#include "input/message.h"
#include "input/target.h"

/* ---- names as a machine may have them ---- */

static int find_service(void *context, const char *name, enum iu_protocol protocol, uint16_t *ret)
{
	static const struct {
		const char *name;
		uint16_t port;
		bool tcp, udp;
	} rows[] = {
		{"http", 80, true, false},
		{"http-alt", 8080, true, true},
		{"domain", 53, true, true},
		{"ntp", 123, false, true},
		{"3com-tsmux", 106, true, false},
		{"imaps", 993, true, false},
		{"free", 700, true, false},
	};

	for (size_t i = 0; i < IU_COUNT(rows); i++)
		if (!strcmp(rows[i].name, name) &&
			(protocol == IU_PROTOCOL_TCP ? rows[i].tcp : rows[i].udp)) {
			*ret = rows[i].port;
			return 0;
		}
	return IU_E_NOENT;
}

static int addresses(const char *text, struct iu_address *ret, size_t max)
{
	int n = 0;

	while (*text && (size_t)n < max) {
		size_t len = strcspn(text, " ");

		assert_int_equal(iu_address_parse(text, len, &ret[n]), 0);
		if (iu_address_is_link_local(&ret[n]))
			ret[n].scope = 2;
		n++;
		text += len + (text[len] == ' ');
	}
	return n;
}

static int find_host(void *context, const char *name, struct iu_address *ret, size_t max)
{
	if (!strcmp(name, "web"))
		return addresses("10.0.0.5", ret, max);
	if (!strcmp(name, "both"))
		return addresses("10.0.0.5 fd00::5", ret, max);
	if (!strcmp(name, "twice"))
		return addresses("127.0.0.1 127.0.0.1 ::1", ret, max);
	if (!strcmp(name, "localhost") && context)
		return addresses("127.0.0.1", ret, max);
	return IU_E_NOENT;
}

static int find_interface(void *context, const char *name, struct iu_address *ret, size_t max)
{
	if (!strcmp(name, "eth0"))
		return addresses("192.0.2.7 2001:db8::7 fe80::7", ret, max);
	if (!strcmp(name, "web")) /* the hosts file comes first */
		return addresses("192.0.2.99", ret, max);
	if (!strcmp(name, "down0"))
		return 0;
	return IU_E_NOENT;
}

static int find_ifindex(void *context, const char *name, uint32_t *ret)
{
	*ret = 2;
	return strcmp(name, "eth0") == 0 ? 0 : IU_E_NOENT;
}

static int find_user(void *context, const char *name, uint32_t *ret)
{
	return IU_E_NOENT;
}

static const struct iu_names names = {
	.service = find_service,
	.host = find_host,
	.interface = find_interface,
	.ifindex = find_ifindex,
	.user = find_user,
};

/* ---- one target, as one line of text ---- */

/* "a, b" for questions, "!…" for a complaint, "message", "stdin". */
static void describe(const struct iu_names *with, const char *text, size_t len,
	const struct iu_options *options, struct iu_text *out)
{
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	struct iu_target target = {0};
	int ret = iu_target_parse(&arena, text, len, &target, &complaint);

	if (ret == 0)
		ret = iu_target_questions(&arena, &target, with, options, &questions, &complaint);
	if (ret < 0) {
		assert_int_equal(ret, IU_E_INPUT);
		assert_int_not_equal(complaint.len, 0);
		assert_null(strchr(complaint.data, '\n'));
		iu_text_printf(out, "!%s", complaint.data);
	} else if (target.kind == IU_TARGET_MESSAGE) {
		iu_text_add(out, "message");
	} else if (target.kind == IU_TARGET_STDIN) {
		iu_text_add(out, "stdin");
	} else {
		assert_int_equal(ret, questions.n);
		assert_int_equal(complaint.len, 0);
		for (size_t i = 0; i < questions.n; i++)
			iu_text_printf(out, "%s%s", i ? ", " : "", questions.v[i].target.text);
		if (target.kind == IU_TARGET_OTHER)
			iu_text_printf(out, " = %s %u", questions.v[0].target.other,
				(unsigned int)questions.v[0].target.port);
	}
	iu_text_free(&complaint);
	iu_arena_free(&arena);
}

struct row {
	const char *text, *result;
};

static const struct row good[] = {
	/* ports */
	{"8080", "8080/tcp"},
	{":8080", "8080/tcp"},
	{"*:8080", "8080/tcp"},
	{" 8080\n", "8080/tcp"},
	{"1", "1/tcp"},
	{"65535", "65535/tcp"},
	{"0", "0/tcp"},
	{"127.0.0.1:0", "127.0.0.1:0/tcp"},
	{"3000-3003", "3000/tcp, 3001/tcp, 3002/tcp, 3003/tcp"},
	{"80-80", "80/tcp"},
	{"80,443", "80/tcp, 443/tcp"},
	{"80,8000-8002/tcp", "80/tcp, 8000/tcp, 8001/tcp, 8002/tcp"},
	{"65534-65535", "65534/tcp, 65535/tcp"},
	{"127.0.0.1:80,443", "127.0.0.1:80/tcp, 127.0.0.1:443/tcp"},
	/* protocols */
	{"8080/sctp", "8080/sctp = sctp 8080"},
	{"sctp:3868", "sctp:3868 = sctp 3868"},
	{"SCTP:127.0.0.1:3868", "SCTP:127.0.0.1:3868 = sctp 3868"},
	{"vsock:2:1234", "vsock:2:1234 = vsock 1234"},
	{"vsock://2:1234", "vsock://2:1234 = vsock 1234"},
	{"9/udplite", "9/udplite = udplite 9"},
	{"dccp/5001", "dccp/5001 = dccp 5001"},
	{"netlink:route", "netlink:route = netlink 0"},
	{"8080/tcp", "8080/tcp"},
	{"8080/udp", "8080/udp"},
	{"8080/UDP", "8080/udp"},
	{"udp:8080", "8080/udp"},
	{"udp/53", "53/udp"},
	{"tcp:80", "80/tcp"},
	{"TCP:80", "80/tcp"},
	{"tcp::80", "80/tcp"},
	{"tcp:*:80", "80/tcp"},
	{"53/*", "53/tcp, 53/udp"},
	{"*:53/*", "53/tcp, 53/udp"},
	{"*/53", "53/tcp, 53/udp"},
	{"53,54/*", "53/tcp, 53/udp, 54/tcp, 54/udp"},
	{"tcp:80/tcp", "80/tcp"},
	{"udp:127.0.0.1:53", "127.0.0.1:53/udp"},
	{"udp:[::1]:53", "[::1]:53/udp"},
	{"127.0.0.1:53/*", "127.0.0.1:53/tcp, 127.0.0.1:53/udp"},
	{"tcp4:80", "0.0.0.0:80/tcp"},
	{"tcp6:80", "[::]:80/tcp"},
	{"udp4:53", "0.0.0.0:53/udp"},
	{"udp6:*:53", "[::]:53/udp"},
	{"8080/tcp6", "[::]:8080/tcp"},
	{"8080/udp4", "0.0.0.0:8080/udp"},
	{"tcp4:127.0.0.1:80", "127.0.0.1:80/tcp"},
	{"tcp6:[::1]:80", "[::1]:80/tcp"},
	{"tcp4:both:80", "10.0.0.5:80/tcp"},
	{"tcp6:both:80", "[fd00::5]:80/tcp"},
	/* addresses */
	{"127.0.0.1:8080", "127.0.0.1:8080/tcp"},
	{"0.0.0.0:8080", "0.0.0.0:8080/tcp"},
	{"255.255.255.255:1", "255.255.255.255:1/tcp"},
	{"[::]:8080", "[::]:8080/tcp"},
	{"[::1]:8080", "[::1]:8080/tcp"},
	{":::3000", "[::]:3000/tcp"},
	{":::3000/udp", "[::]:3000/udp"},
	{"[::1]:53/udp", "[::1]:53/udp"},
	{"[0:0:0:0:0:0:0:1]:53", "[::1]:53/tcp"},
	{"[::ffff:127.0.0.1]:80", "[::ffff:127.0.0.1]:80/tcp"},
	{"[2001:DB8::1]:80", "[2001:db8::1]:80/tcp"},
	{"[fe80::1%eth0]:80", "[fe80::1%eth0]:80/tcp"},
	{"[fe80::1%7]:80", "[fe80::1%7]:80/tcp"},
	{"[::1%eth0]:80", "[::1]:80/tcp"},
	{"[ff02::1:2%eth0]:547/udp", "[ff02::1:2%eth0]:547/udp"},
	{"0.0.0.0%eth0:67/udp", "0.0.0.0:67/udp"}, /* the device is an option of the question */
	{"[::1]:80,443", "[::1]:80/tcp, [::1]:443/tcp"},
	{"[::1]:3000-3001", "[::1]:3000/tcp, [::1]:3001/tcp"},
	/* names */
	{"localhost:8080", "127.0.0.1:8080/tcp, [::1]:8080/tcp"},
	{"LOCALHOST:8080", "127.0.0.1:8080/tcp, [::1]:8080/tcp"},
	{"web:80", "10.0.0.5:80/tcp"},
	{"both:80", "10.0.0.5:80/tcp, [fd00::5]:80/tcp"},
	{"twice:80", "127.0.0.1:80/tcp, [::1]:80/tcp"},
	{"eth0:8080", "192.0.2.7:8080/tcp, [2001:db8::7]:8080/tcp, [fe80::7%eth0]:8080/tcp"},
	{"eth0:53/udp", "192.0.2.7:53/udp, [2001:db8::7]:53/udp, [fe80::7%eth0]:53/udp"},
	{"tcp4:eth0:8080", "192.0.2.7:8080/tcp"},
	/* services */
	{"http", "80/tcp"},
	{"http/tcp", "80/tcp"},
	{"tcp:http", "80/tcp"},
	{"*:http", "80/tcp"},
	{":http", "80/tcp"},
	{"127.0.0.1:http", "127.0.0.1:80/tcp"},
	{"[::1]:http", "[::1]:80/tcp"},
	{"http-alt", "8080/tcp"},
	{"3com-tsmux", "106/tcp"},
	{"ntp", "123/udp"},
	{"ntp/udp", "123/udp"},
	{"domain/*", "53/tcp, 53/udp"},
	{"domain", "53/tcp"},
	{"http/*", "80/tcp"},
	{"free", "700/tcp"},
	/* URLs */
	{"http://localhost:3000/x", "127.0.0.1:3000/tcp, [::1]:3000/tcp"},
	{"http://127.0.0.1:3000", "127.0.0.1:3000/tcp"},
	{"HTTP://127.0.0.1:3000/", "127.0.0.1:3000/tcp"},
	{"https://[::1]:8443", "[::1]:8443/tcp"},
	{"https://[::1]", "[::1]:443/tcp"},
	{"http://web/", "10.0.0.5:80/tcp"},
	{"https://web", "10.0.0.5:443/tcp"},
	{"ws://web/socket", "10.0.0.5:80/tcp"},
	{"wss://web?x=1", "10.0.0.5:443/tcp"},
	{"ftp://web", "10.0.0.5:21/tcp"},
	{"postgres://me:secret@web/db", "10.0.0.5:5432/tcp"},
	{"postgresql://web:5433/db", "10.0.0.5:5433/tcp"},
	{"redis://:p%40ss@web:6380/0", "10.0.0.5:6380/tcp"},
	{"redis://web", "10.0.0.5:6379/tcp"},
	{"imaps://web", "10.0.0.5:993/tcp"},
	{"http://a@b@web:81#frag", "10.0.0.5:81/tcp"},
	{"http://+:80/", "80/tcp"},
	{"http://*:5000", "5000/tcp"},
	{"http://web:/", "10.0.0.5:80/tcp"},
	{"http://[fe80::1%25eth0]:80/", "[fe80::1%eth0]:80/tcp"},
	{"tcp://127.0.0.1:2375", "127.0.0.1:2375/tcp"},
	{"tcp://:2375", "2375/tcp"},
	{"udp://0.0.0.0:53", "0.0.0.0:53/udp"},
	{"tcp4://:80", "0.0.0.0:80/tcp"},
	{"http://:::8080/", "[::]:8080/tcp"},
	/* UNIX */
	{"/run/app.sock", "/run/app.sock"},
	{"./app.sock", "./app.sock"},
	{"../x.sock", "../x.sock"},
	{"unix:/run/app.sock", "/run/app.sock"},
	{"unix:///run/app.sock", "/run/app.sock"},
	{"unix:./app.sock", "./app.sock"},
	{"unix:app.sock", "unix:app.sock"},
	{"unix:/run/two\nlines", "unix:/run/two\nlines"},
	{"unix:8080", "unix:8080"},
	{"@name", "@name"},
	{"unix:@name", "@name"},
	{"@name\\x00", "@name\\x00"},
	{"@name\\x00\\x00\\x00", "@name\\x00{3}"},
	{"@n\\x61me\\x00{2}", "@name\\x00{2}"},
	{"@a\\x5cx41", "@a\\x5cx41"},
	{"@a\\xzz{3}", "@a\\xzz{3}"},
	{"seqpacket:@name", "seqpacket:@name"},
	{"unixpacket:@name", "seqpacket:@name"},
	{"u_dgr:@name\\x00", "dgram:@name\\x00"},
	{"stream:@name", "@name"},
	{"dgram:/run/log", "/run/log"}, /* of paths the type is no matter */
	{"/run/with space.sock", "/run/with space.sock"},
	{"@with space", "@with space"},
	{"/run/a:b", "/run/a:b"},
	{"/run/app.sock/tcp", "/run/app.sock/tcp"},
	{"/", "/"},
	/* messages */
	{"-", "stdin"},
	{"listen tcp :80: bind: address already in use", "message"},
	{"EADDRINUSE:::3000", "message"},
	{"WSAEADDRINUSE", "message"},
	{"EADDRNOTAVAIL", "message"},
	{"port 80", "message"},
	{"80, 443", "message"},
	{"./server: bind: Address already in use", "message"},
	{"/usr/sbin/nginx failed to bind", "message"},
	{"/a b\n", "message"},
};

#define P60 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define UNKNOWN_HOST                                                                               \
	": no such interface, nor a name in the hosts file (names are never looked up over the "   \
	"network)"
#define UNKNOWN_SERVICE                                                                            \
	": the services database has no such name; a port is a number from 0 to 65535"
#define UNKNOWN_PROTOCOL ": tcp, udp and * are known (a socket's path begins with / or ./)"
#define MANY_COLONS	 " has too many colons: an IPv6 address with a port is written [::1]:8080"
#define NO_PORT		 "!the port is missing: write for example 8080 or 127.0.0.1:8080"
#define NUMBER		 " is no port: a port is a number from 0 to 65535"

static const struct row bad[] = {
	{"", "!the target is empty: write a port such as 8080"},
	{"  \n", "!the target is empty: write a port such as 8080"},
	/* numbers */
	{"99999", "!port 99999 is out of range: ports are 0 to 65535"},
	{"65536", "!port 65536 is out of range: ports are 0 to 65535"},
	{"4294967376", "!port 4294967376 is out of range: ports are 0 to 65535"},
	{"18446744073709551696",
		"!port 18446744073709551696 is out of range: ports are 0 to 65535"},
	{"999999999999999999999999999999",
		"!port 9999999999999999999… is out of range: ports are 0 to 65535"},
	{"127.0.0.1:70000", "!port 70000 is out of range: ports are 0 to 65535"},
	{"[::1]:70000/udp", "!port 70000 is out of range: ports are 0 to 65535"},
	{"080", "!port 080 has a leading zero: ports are plain decimal numbers"},
	{"00", "!port 00 has a leading zero: ports are plain decimal numbers"},
	{"80,090", "!port 090 has a leading zero: ports are plain decimal numbers"},
	{"-80", "!\"-80\" is no port: a port has no sign"},
	{"+80", "!\"+80\" is no port: a port has no sign"},
	{"127.0.0.1:-1", "!\"-1\" is no port: a port has no sign"},
	{"8080.", "!\"8080.\"" NUMBER},
	{"80.5", "!\"80.5\"" NUMBER},
	{"0x1F90", "!\"0x1F90\" is no port: write it in decimal digits"},
	{"80a", "!unknown service \"80a\"" UNKNOWN_SERVICE},
	{"8080;rm", "!unknown service \"8080;rm\"" UNKNOWN_SERVICE},
	{"\xc3\xa9"
	 "t\xc3\xa9",
		"!\"\xc3\xa9t\xc3\xa9\" is neither a port nor the name of a service"},
	{"\xff\xfe", "!\"\\xff\\xfe\"" NUMBER},
	{"a\x1b[31mb", "!\"a\\x1b[31mb\" is neither a port nor the name of a service"},
	{"a\x1b[31mb:80",
		"!the brackets in \"a\\x1b[31mb:80\" do not match: an IPv6 address with a port is "
		"written [::1]:8080"},
	{"*", "!\"*\"" NUMBER},
	{"?", "!\"?\"" NUMBER},
	/* lists and ranges */
	{"80,,443", "!a port is missing in \"80,,443\": ports are 0 to 65535"},
	{",80", "!a port is missing in \",80\": ports are 0 to 65535"},
	{"80,", "!a port is missing in \"80,\": ports are 0 to 65535"},
	{",", "!a port is missing in \",\": ports are 0 to 65535"},
	{"3010-3000", "!the range \"3010-3000\" runs backwards: the smaller port comes first"},
	{"3000-", "!the range \"3000-\" has no end: write 3000-3010"},
	{"3000-70000", "!port 70000 is out of range: ports are 0 to 65535"},
	{"1-2-3", "!\"2-3\"" NUMBER},
	{"80--90", "!\"-90\" is no port: a port has no sign"},
	{"0-10", "!the range \"0-10\" begins at 0, which means \"any free port\": begin at 1"},
	{"80,http", "!\"http\"" NUMBER},
	{"1-65535,1-65535", "!\"1-65535,1-65535\" names more than 65536 ports"},
	/* protocols */
	{"8080/spx", "!unknown protocol \"spx\"" UNKNOWN_PROTOCOL},
	{"8080/unix", "!unknown protocol \"unix\"" UNKNOWN_PROTOCOL},
	{"run/app.sock", "!unknown protocol \"app.sock\"" UNKNOWN_PROTOCOL},
	{"localhost:3000/path", "!unknown protocol \"path\"" UNKNOWN_PROTOCOL},
	{"8080/", "!the protocol is missing after the slash in \"8080/\": write 8080/tcp or "
		  "8080/udp"},
	{"tcp:80/udp", "!\"tcp:80/udp\" names two protocols: write one, before or after the port"},
	{"tcp4:80/tcp",
		"!\"tcp4:80/tcp\" names two protocols: write one, before or after the port"},
	{"tcp", "!the port is missing after \"tcp\": write for example 8080/tcp"},
	{"udp", "!the port is missing after \"udp\": write for example 8080/tcp"},
	{"udp:", NO_PORT},
	{"udp/",
		"!the protocol is missing after the slash in \"udp/\": write 8080/tcp or 8080/udp"},
	{"/tcp", "/tcp"}, /* a path all the same */
	{"8080/tcp/udp", "!unknown service \"8080/tcp\"" UNKNOWN_SERVICE},
	{"tcp4:[::1]:80", "!\"::1\" is no IPv4 address, and the protocol asks for one"},
	{"tcp6:127.0.0.1:80", "!\"127.0.0.1\" is no IPv6 address, and the protocol asks for one"},
	{"tcp6:web:80", "!\"web\" has no IPv6 address"},
	{"udp4::::53", "!\"::\" is no IPv4 address, and the protocol asks for one"},
	/* hosts */
	{":", NO_PORT},
	{"*:", NO_PORT},
	{"127.0.0.1:", NO_PORT},
	{"[::1]:", NO_PORT},
	{"127.0.0.1", "!\"127.0.0.1\" is an address without a port: write address:port"},
	{"::1", "!\"::1\" is an address without a port: write [address]:port"},
	{"::", "!\"::\" is an address without a port: write [address]:port"},
	{"fe80::1%eth0", "!\"fe80::1%eth0\" is an address without a port: write [address]:port"},
	{"[::1]", "!after the closing bracket a colon and the port are missing: write [::1]:8080"},
	{"[::1]8080",
		"!after the closing bracket a colon and the port are missing: write [::1]:8080"},
	{"::1:8080", "!an IPv6 address with a port is written [address]:port; \"::1:8080\" can be "
		     "read in "
		     "two ways"},
	{"fe80::1%eth0:80",
		"!an IPv6 address with a port is written [address]:port; \"fe80::1%eth0:80\" "
		"can be read in two ways"},
	{"2001:db8::1:443",
		"!an IPv6 address with a port is written [address]:port; \"2001:db8::1:443\" "
		"can be read in two ways"},
	{"1:2:3", "!\"1:2:3\"" MANY_COLONS},
	{"::::80", "!\"::::80\"" MANY_COLONS},
	{"a:b:80", "!\"a:b:80\"" MANY_COLONS},
	{"[::1:8080", "!\"[::1:8080\" has no closing bracket: write [::1]:8080"},
	{"[", "!\"[\" has no closing bracket: write [::1]:8080"},
	{"]", "!\"]\" has a closing bracket only: write [::1]:8080"},
	{"::1]:80", "!\"::1]:80\"" MANY_COLONS},
	{"a]:80", "!the brackets in \"a]:80\" do not match: an IPv6 address with a port is written "
		  "[::1]:8080"},
	{"[]:80", "!\"\" is no IPv6 address, and only these stand in brackets"},
	{"[::g]:80", "!\"::g\" is no IPv6 address, and only these stand in brackets"},
	{"[localhost]:80", "!\"localhost\" is no IPv6 address, and only these stand in brackets"},
	{"[127.0.0.1]:80", "!\"127.0.0.1\" is an IPv4 address: it is written without brackets"},
	{"[fe80::1%]:80",
		"!no interface after '%' in \"fe80::1%\": write for example [fe80::1%eth0]:8080"},
	{"[fe80::1]:80",
		"!the link-local address \"fe80::1\" needs its interface: write for example "
		"[fe80::1%eth0]:8080"},
	{"[fe80::1%nope]:80", "!unknown interface \"nope\": `ip link` lists those there are"},
	{"[fe80::1%99999999999]:80",
		"!unknown interface \"99999999999\": `ip link` lists those there are"},
	{"256.0.0.1:80", "!\"256.0.0.1\" is no IPv4 address: it has four numbers from 0 to 255"},
	{"127.1:80", "!\"127.1\" is no IPv4 address: it has four numbers from 0 to 255"},
	{"127.0.0.01:80", "!\"127.0.0.01\" is no IPv4 address: it has four numbers from 0 to 255"},
	{"1.2.3.4.5:80", "!\"1.2.3.4.5\" is no IPv4 address: it has four numbers from 0 to 255"},
	{"8080:80", "!\"8080:80\" has two numbers: give the port that is bound, and the protocol "
		    "after a slash"},
	{"127.0.0.1%lo:53", "!unknown interface \"lo\": `ip link` lists those there are"},
	{"localhost%eth0:53",
		"!\"localhost%eth0\": only an address takes %interface, an IPv6 one in brackets; see --device "
		"for others"},
	{"nope:80", "!unknown host \"nope\"" UNKNOWN_HOST},
	{"example.com:80", "!unknown host \"example.com\"" UNKNOWN_HOST},
	{"down0:80", "!the interface \"down0\" has no address to bind"},
	{"a\xff:80", "!unknown host \"a\\xff\"" UNKNOWN_HOST},
	/* services */
	{"nosuch", "!unknown service \"nosuch\"" UNKNOWN_SERVICE},
	{"localhost", "!unknown service \"localhost\"" UNKNOWN_SERVICE},
	{"http/udp", "!the service \"http\" is known for tcp, not for udp"},
	{"ntp/tcp", "!the service \"ntp\" is known for udp, not for tcp"},
	/* URLs */
	{"http:///x", "!empty host in \"http:///x\": write for example http://localhost:3000/"},
	{"http://:80/", "!empty host in \"http://:80/\": write for example http://localhost:3000/"},
	{"http://", "!empty host in \"http://\": write for example http://localhost:3000/"},
	{"http://u:secret@:80/",
		"!empty host in \":80\": write for example http://localhost:3000/"},
	{"http://web:99999/", "!port 99999 is out of range: ports are 0 to 65535"},
	{"http://nope/", "!unknown host \"nope\"" UNKNOWN_HOST},
	{"http://u:secret@nope/", "!unknown host \"nope\"" UNKNOWN_HOST},
	{"gopher-x://web", "!unknown service \"gopher-x\"" UNKNOWN_SERVICE},
	{"file:///run/x.sock", "!\"file:///run/x.sock\" names a file: a UNIX socket is written "
			       "unix:/run/app.sock"},
	{"tcp://127.0.0.1", NO_PORT},
	{"http://[::1:80/",
		"!\"[::1:80\" has brackets that do not match: write http://[::1]:8080/"},
	{"http://[::1]x:80/",
		"!\"[::1]x:80\" has brackets that do not match: write http://[::1]:8080/"},
	{"://web", "!unknown protocol \"web\"" UNKNOWN_PROTOCOL},
	{"8x://web", "!\"8x\" is no scheme of a URL"},
	/* UNIX */
	{"@", "!the name after '@' is missing: write @name"},
	{"unix:", "!the path after 'unix:' is missing: write unix:/run/app.sock"},
	{"unix://", "!the path after 'unix:' is missing: write unix:/run/app.sock"},
	{"unix:@", "!the name after '@' is missing: write @name"},
	{"~/x.sock",
		"!\"~/x.sock\" begins with '~', which only the shell knows: write the whole path"},
	/* long ones: the piece is cut */
	{P60 P60,
		"!unknown service "
		"\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…\"" UNKNOWN_SERVICE},
};

static void check(const struct row *rows, size_t n)
{
	static const struct iu_options options = {0};
	size_t wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct iu_text out = {0};

		describe(&names, rows[i].text, strlen(rows[i].text), &options, &out);
		if (strcmp(out.data, rows[i].result) != 0) {
			print_message("# %s\n#   gave     %s\n#   expected %s\n", rows[i].text,
				out.data, rows[i].result);
			wrong++;
		}
		iu_text_free(&out);
	}
	print_message("# %zu targets\n", n);
	assert_int_equal(wrong, 0);
}

static void test_good(void **state)
{
	check(good, IU_COUNT(good));
}

static void test_bad(void **state)
{
	check(bad, IU_COUNT(bad));
}

static void expect(const char *text, size_t len, const char *result)
{
	static const struct iu_options options = {0};
	struct iu_text out = {0};

	describe(&names, text, len, &options, &out);
	assert_string_equal(out.data, result);
	iu_text_free(&out);
}

/* Paths at the limit of sun_path: 108 bytes without a final NUL, an abstract name has one less. */
static void test_path_lengths(void **state)
{
	char path[200];

	memset(path, 'x', sizeof(path));
	path[0] = '/';
	path[108] = '\0';
	expect(path, 108, path);
	path[108] = 'x';
	expect(path, 109, "!the path is 109 bytes long: a UNIX socket's has at most 108");
	expect(path, 200, "!the path is 200 bytes long: a UNIX socket's has at most 108");
	path[0] = '@';
	path[108] = '\0';
	expect(path, 108, path);
	path[108] = 'x';
	expect(path, 109, "!the abstract name is 108 bytes long: the system takes at most 107");
}

static void test_nul(void **state)
{
	expect("80\0"
	       "80",
		5, "!the target \"80\\x0080\" has a NUL byte, and no address has one");
	expect("/run/a\0", 7, "!the target \"/run/a\\x00\" has a NUL byte, and no address has one");
	expect("\0", 1, "!the target \"\\x00\" has a NUL byte, and no address has one");
}

static void test_long(void **state)
{
	const size_t size = 2 * IU_MESSAGE_MAX;
	char *text = malloc(size);

	assert_non_null(text);
	memset(text, '1', size);
	expect(text, size, "!the target is 2097152 bytes long: at most 4096 are read");
	text[100] = ' ';
	expect(text, size, "!the message is 2097152 bytes long: give it on standard input: -");
	expect(text, IU_MESSAGE_MAX, "message");
	memset(text, 'a', size);
	text[300] = ':';
	text[301] = '8';
	expect(text, 302, "!the host name is 300 bytes long: names have at most 253");
	free(text);
}

/* Without a hosts file localhost is the loopback; with one it is what stands there. */
static void test_localhost(void **state)
{
	static const struct iu_options options = {0};
	struct iu_names with = names;
	struct iu_text out = {0};
	int yes = 1;

	with.context = &yes;
	describe(&with, "localhost:80", 12, &options, &out);
	assert_string_equal(out.data, "127.0.0.1:80/tcp");
	iu_text_free(&out);
}

/* SO_BINDTODEVICE gives a link-local address its interface (__inet6_bind). */
static void test_link_local_with_device(void **state)
{
	const struct iu_options options = {.device = "eth0", .ifindex = 2};
	struct iu_text out = {0};

	describe(&names, "[fe80::1]:80", 12, &options, &out);
	assert_string_equal(out.data, "[fe80::1]:80/tcp");
	iu_text_free(&out);
}

static void test_fields(void **state)
{
	const struct iu_options options = {.reuseaddr = true, .v6only = IU_YES};
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	struct iu_target target;

	assert_int_equal(
		iu_target_parse(&arena, "[fe80::1%eth0]:80/udp", 21, &target, &complaint), 0);
	assert_int_equal(
		iu_target_questions(&arena, &target, &names, &options, &questions, &complaint), 1);
	assert_int_equal(questions.v[0].target.protocol, IU_PROTOCOL_UDP);
	assert_int_equal(questions.v[0].target.family, IU_FAMILY_IPV6);
	assert_int_equal(questions.v[0].target.address.family, IU_FAMILY_IPV6);
	assert_int_equal(questions.v[0].target.address.scope, 2);
	assert_int_equal(questions.v[0].target.port, 80);
	assert_true(questions.v[0].options.reuseaddr);
	assert_int_equal(questions.v[0].options.v6only, IU_YES);
	assert_int_equal(iu_target_parse(&arena, "80", 2, &target, &complaint), 0);
	assert_int_equal(
		iu_target_questions(&arena, &target, &names, &options, &questions, &complaint), 1);
	assert_int_equal(questions.n, 2);
	assert_int_equal(questions.v[1].target.family, IU_FAMILY_ANY);
	assert_int_equal(questions.v[1].target.address.family, IU_FAMILY_ANY);
	assert_int_equal(iu_target_parse(&arena, "@a\xff", 3, &target, &complaint), 0);
	assert_int_equal(
		iu_target_questions(&arena, &target, &names, &options, &questions, &complaint), 1);
	assert_int_equal(questions.v[2].target.protocol, IU_PROTOCOL_UNIX);
	assert_int_equal(questions.v[2].target.family, IU_FAMILY_UNIX);
	assert_true(questions.v[2].target.abstract);
	assert_int_equal(questions.v[2].target.path_len, 2);
	assert_memory_equal(questions.v[2].target.path, "a\xff", 2);
	iu_text_free(&complaint);
	iu_arena_free(&arena);
}

/* Every port of both protocols fits; more questions than the limit are refused, not stored. */
static void test_many(void **state)
{
	static const struct iu_options options = {0};
	struct iu_arena arena = {0};
	struct iu_questions questions = {0};
	struct iu_text complaint = {0};
	struct iu_target target;
	int ret = 0;

	assert_int_equal(iu_target_parse(&arena, "1-65535/*", 9, &target, &complaint), 0);
	ret = iu_target_questions(&arena, &target, &names, &options, &questions, &complaint);
	assert_int_equal(ret, 131070);
	for (int i = 0; i < 3 && ret >= 0; i++)
		ret = iu_target_questions(
			&arena, &target, &names, &options, &questions, &complaint);
	assert_int_equal(ret, IU_E_INPUT);
	assert_string_equal(complaint.data,
		"with \"1-65535/*\" there are more than 262144 questions: "
		"ask for fewer ports at a time");
	iu_text_free(&complaint);
	iu_arena_free(&arena);
}

/* A machine without memory gets an error, never half a target. */
static void test_no_memory(void **state)
{
	static const struct iu_options options = {0};
	static const char *const texts[] = {"80,90-95/udp", "/run/x", "http", "http://web:80/",
		"[fe80::1%eth0]:80", "eth0:80", "@x"};

	for (size_t i = 0; i < IU_COUNT(texts); i++)
		for (size_t limit = 16; limit < 4096; limit += 64) {
			struct iu_arena arena = {.limit = limit};
			struct iu_questions questions = {0};
			struct iu_text complaint = {0};
			struct iu_target target;
			int ret = iu_target_parse(
				&arena, texts[i], strlen(texts[i]), &target, &complaint);

			if (ret == 0)
				ret = iu_target_questions(
					&arena, &target, &names, &options, &questions, &complaint);
			assert_true(ret > 0 || ret == IU_E_NOMEM);
			iu_text_free(&complaint);
			iu_arena_free(&arena);
		}
}

/* A complaint is wanted by most, not by all. */
static void test_no_complaint(void **state)
{
	struct iu_arena arena = {0};
	struct iu_target target;

	for (size_t i = 0; i < IU_COUNT(bad); i++)
		iu_target_parse(&arena, bad[i].text, strlen(bad[i].text), &target, NULL);
	iu_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_path_lengths),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_localhost),
		cmocka_unit_test(test_link_local_with_device),
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_complaint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
