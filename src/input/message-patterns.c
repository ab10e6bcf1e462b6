/* input/message-patterns.c - what only one program prints so, a row each */
#include "input/message-patterns.h"

#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/span.h"
#include "input/message-locks.h"
#include "knowledge/errors.h"

/* What the general shapes of message.c do not read, or would read as something else. */
static const struct iu_message_pattern patterns[] = {
	{"Tomcat", "connector[http/1.1-", IU_PATTERN_PORT},
	{"Tomcat", "connector[ajp/1.3-", IU_PATTERN_PORT},
	{"Tomcat", "\"http-nio-", IU_PATTERN_PORT},
	{"Tomcat", "\"http-apr-", IU_PATTERN_PORT},
	{"Tomcat", "\"http-bio-", IU_PATTERN_PORT},
	{"Tomcat", "\"https-jsse-nio-", IU_PATTERN_PORT},
	{"Tomcat", "\"https-openssl-nio-", IU_PATTERN_PORT},
	{"Elasticsearch, OpenSearch", "failed to bind to [", IU_PATTERN_PORT},
	{"X11", "already active for display ", IU_PATTERN_DISPLAY},
	{"X11", "already active for display :", IU_PATTERN_DISPLAY},
	{"vncserver", "vnc server is already running as :", IU_PATTERN_SCREEN},
	{"vncserver", "vnc server already running as :", IU_PATTERN_SCREEN},
	{"vncserver", "vnc server is already running on :", IU_PATTERN_SCREEN},
	{"vncserver", "vnc server is already running for display :", IU_PATTERN_SCREEN},
	{"MonetDB", "stream socket (", IU_PATTERN_PORT},
	{"many", "socket.bind(", IU_PATTERN_PORT},
	{"many", ".listen(", IU_PATTERN_PORT},
	{"many", "bind(", IU_PATTERN_PORT},
	{"Java RMI", "port already in use: ", IU_PATTERN_PORT},
	{"many", "port is already in use: ", IU_PATTERN_PORT},
	{"many", "port in use: ", IU_PATTERN_PORT},
	{"Kubernetes", "nodeport: invalid value: ", IU_PATTERN_PORT},
	{"Kubernetes", "hostport: invalid value: ", IU_PATTERN_PORT},
	{"Kubernetes", "healthchecknodeport: invalid value: ", IU_PATTERN_PORT},
	{"Dovecot", "listen(*, ", IU_PATTERN_PORT},
	{"VirtualBox", "failed to set up redirection of ", IU_PATTERN_PORT},
	{"IIS, event 115 of W3SVC", "could not bind instance", IU_PATTERN_DEFAULT, 80},
	{"dnsmasq", "dnsmasq: failed to create listening socket ", IU_PATTERN_DEFAULT, 53},
	{"adb", "*smartsocket* listener", IU_PATTERN_DEFAULT, 5037},
	{"adb", "_smartsocket_ listener", IU_PATTERN_DEFAULT, 5037},
	{"ISC dhcpd", "can't bind to dhcp address", IU_PATTERN_DEFAULT, 67},
	{"ntpd", "unable to bind to wildcard address ", IU_PATTERN_DEFAULT, 123},
	{"sendmail", "opendaemonsocket: daemon mta: cannot bind", IU_PATTERN_DEFAULT, 25},
	{"sendmail", "opendaemonsocket: daemon msa: cannot bind", IU_PATTERN_DEFAULT, 587},
	{"vsftpd", "oops: could not bind listening ipv", IU_PATTERN_DEFAULT, 21},
#define TCP IU_PATTERN_PROTOCOL, .protocol = IU_MESSAGE_TCP
#define UDP IU_PATTERN_PROTOCOL, .protocol = IU_MESSAGE_UDP
#define BOTH IU_PATTERN_PROTOCOL, .protocol = IU_MESSAGE_BOTH
	{"Node.js, a worker of a cluster", "bind eaddrinuse null:", TCP},
	{"Node.js, a worker of a cluster", "bind eacces null:", TCP},
	{"Node.js: TCP says \"listen\"", "bind eaddrinuse", UDP},
	{"Node.js: TCP says \"listen\"", "bind eacces", UDP},
	{"Node.js: TCP says \"listen\"", "bind eaddrnotavail", UDP},
	{"C", "udp_", UDP},
	{"C", "_udp", UDP},
	{"many", "udpsocket", UDP},
	{"many", "udpserver", UDP},
	{"many", "udptransport", UDP},
	{"Java, Qt", "datagram", UDP},
	{"many", "dgram", UDP},
	{"DHCP servers and clients", "dhcp", UDP},
	{"IPsec", "isakmp", UDP},
	{"IPsec", "ike ", UDP},
	{"IPsec", "ikev2", UDP},
	{"IPsec", "charon", UDP},
	{"RADIUS", "radius", UDP},
	{"RADIUS", "freeradius", UDP},
	{"FreeRADIUS", "binding to auth address", UDP},
	{"FreeRADIUS", "binding to acct address", UDP},
	{"FreeRADIUS", "binding to authentication address", UDP},
	{"FreeRADIUS", "binding to accounting address", UDP},
	{"mDNS", "mdns", UDP},
	{"mDNS", "avahi", UDP},
	{"Minecraft", "bedrock", UDP},
	{"Minecraft Bedrock", "ipv4 supported, port", UDP},
	{"Minecraft Bedrock", "ipv6 supported, port", UDP},
	{"Minecraft Bedrock", "] may be in use by another process", UDP},
	{"Source, Steam", "createboundsocket", UDP},
	{"Source, Steam", "dedicated server ip port", UDP},
	{"Source, Steam", "steam", UDP},
	{"Source, Steam", "srcds", UDP},
	{"QUIC", "quic", UDP},
	{"WireGuard", "wireguard", UDP},
	{"NTP", "ntpd", UDP},
	{"NTP", "chronyd", UDP},
	{"SNMP", "snmp", UDP},
	{"TFTP", "tftp", UDP},
	{"StatsD", "statsd", UDP},
	{"rsyslog", "imudp", UDP},
	{"dnsmasq", "dnsmasq", BOTH},
	{"Unbound", "unbound", BOTH},
	{"Kerberos", "krb5kdc", BOTH},
	{"rpcbind", "rpcbind", BOTH},
#undef TCP
#undef UDP
#undef BOTH
};

static const char *const words[] = {
	"address already in use",
	"already in use",
	"is in use",
	"port in use",
	"address in use",
	"connection in use",
	"was in use",
	"being used by another",
	"already being used",
	"already allocated",
	"already used",
	"only one usage",
	"eaddrinuse",
	"addrinuse",
	"eaddrnotavail",
	"eacces",
	"wsaeacces",
	"10048",
	"10013",
	"10049",
	"0x80072740",
	"0x8007271d",
	"0x80070020",
	"errno 98",
	"errno 48",
	"error 98",
	"(98)",
	"(98:",
	"cannot bind",
	"can't bind",
	"could not bind",
	"couldn't bind",
	"failed to bind",
	"unable to bind",
	"bind failed",
	"failed to listen",
	"cannot listen",
	"could not listen",
	"unable to listen",
	"can't listen",
	"bind:",
	"bind(",
	"bind for ",
	"listen tcp",
	"listen udp",
	"listen unix",
	"permission denied",
	"cannot assign requested",
	"can't assign requested",
	"ports are not available",
	"forbidden by its access",
	"failed to register url",
	"bind to address",
	"binding to",
	"cannot bind '",
	"not valid in its context",
	"couldn't listen",
	"unable to start listener",
	"already active for display",
	"is taken because of",
	"server is already running as :",
	"server already running as :",
	"server is already running on :",
	"server is already running for display",
	"could not set up host forwarding",
	"failed to set up redirection",
	"seems to already listen",
	"in use)",
	"with bind",
	"failed to create listening socket",
	"failed to create listen socket",
	"could not create listen socket",
	"failed to listen on prefix",
	"conflicts with an existing registration",
	"couldn't find an open port",
	"cannot find empty port",
	"cannot forward the specified ports",
	"failed listening",
	"could not set up a listener",
	"already listening on",
	"register/listen error",
	"bindexception",
	"is already running on",
	"another instance is listening on",
	"another process is listening on",
	"failed to start component [connector[",
	"failed to initialize component [connector[",
};

const struct iu_message_pattern *iu_message_patterns(size_t *ret_count)
{
	*ret_count = IU_COUNT(patterns);
	return patterns;
}

/* Numbers of errors are found within others, and as ports: "item 510048", "10.0.0.9:10048". */
static bool stands_alone(struct iu_span line, size_t at, const char *word)
{
	size_t end = at + strlen(word);
	bool number = iu_char_is_digit(word[0]) && iu_char_is_digit(word[strlen(word) - 1]);

	if (!number)
		return true;
	if (at && (iu_char_is_word(line.text[at - 1]) || strchr(":.-/", line.text[at - 1])))
		return false;
	return end >= line.len ||
	       !(iu_char_is_word(line.text[end]) || strchr(".-/", line.text[end]));
}

/* By the first byte which second bytes follow it: a log of 100 MB is looked at so. */
struct begins {
	uint64_t second[256];
};

static void add_begin(struct begins *begins, const char *word)
{
	begins->second[(unsigned char)word[0]] |= UINT64_C(1) << ((unsigned char)word[1] & 63);
}

static bool may_begin(const struct begins *begins, struct iu_span line, size_t at)
{
	return begins->second[(unsigned char)iu_char_lower(line.text[at])] &
	       UINT64_C(1) << ((unsigned char)iu_char_lower(line.text[at + 1]) & 63);
}

/* The first byte tells most of them apart, and needs no call. */
static bool word_at(struct iu_span line, size_t at, const char *word)
{
	return iu_char_lower(line.text[at]) == word[0] && iu_span_at(line, at, word);
}

/* Errors of bind() in the texts of systems, in every language. */
static bool is_error(const struct iu_error_phrase *phrase)
{
	return phrase->id == IU_ERROR_ADDRINUSE || phrase->id == IU_ERROR_ACCES ||
	       phrase->id == IU_ERROR_ADDRNOTAVAIL || phrase->id == IU_ERROR_SHARING;
}

/* Files are refused so as well: it takes another word to make it a socket's. */
static bool is_weak(const char *word)
{
	return !strcmp(word, "permission denied") || !strcmp(word, "eacces");
}

static bool has(struct iu_span line, const char *word)
{
	return iu_span_find(line, word) < line.len;
}

static bool of_socket(struct iu_span line)
{
	static const char *const sockets[] = {
		"bind", "listen", "port", "eaddr", "socket", "addr", "://", "server", "ipv4", "ipv6",
		"adresse", "direcci", "puerto", "绑定", "监听", "套接字", "端口", "バインド", "ソケット",
		"ポート", "сокет", "порт", "адрес"};

	for (size_t i = 0; i < IU_COUNT(sockets); i++)
		if (has(line, sockets[i]))
			return true;
	return false;
}

static bool has_words(struct iu_span line)
{
	size_t count;
	const struct iu_error_phrase *phrases = iu_error_phrases(&count);
	struct begins begins = {{0}};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		add_begin(&begins, words[i]);
	for (size_t i = 0; i < count; i++)
		add_begin(&begins, phrases[i].text);
	for (size_t at = 0; at + 1 < line.len; at++) {
		if (!may_begin(&begins, line, at))
			continue;
		for (size_t i = 0; i < IU_COUNT(words); i++)
			if (word_at(line, at, words[i]) && stands_alone(line, at, words[i]) &&
				(!is_weak(words[i]) || of_socket(line)))
				return true;
		for (size_t i = 0; i < count; i++)
			if (word_at(line, at, phrases[i].text) && is_error(&phrases[i]) &&
				(!is_weak(phrases[i].text) || of_socket(line)))
				return true;
	}
	return false;
}

/* "Port '8786' is already occupied": the word and one of these, in whatever sentence. */
static bool port_is_taken(struct iu_span line)
{
	static const char *const taken[] = {" in use", "occupied", " taken", "is not available",
		"are not available", "no free port", "no available port", "find a free port",
		"find an available port", "collide with", "conflicts with", "already bound",
		"already exists", "already running", "another process", "another program",
		"another application", "used by", "couldn't allocate", "could not allocate"};

	struct begins begins = {{0}};

	if (!has(line, "port"))
		return false;
	for (size_t i = 0; i < IU_COUNT(taken); i++)
		add_begin(&begins, taken[i]);
	for (size_t at = 0; at + 1 < line.len; at++)
		for (size_t i = 0; i < IU_COUNT(taken) && may_begin(&begins, line, at); i++)
			if (word_at(line, at, taken[i]))
				return true;
	return false;
}

/* Other things that are in use, or denied; unless the line speaks of a socket all the same. */
bool iu_message_patterns_other(struct iu_span line)
{
	static const char *const things[] = {"email", "e-mail", "username", "user name", "phone number",
		"nickname", "publickey", "resource busy", "another account", "mailbox", "subnet", "container name", "by container", "pool overlaps"};
	static const char *const sockets[] = {"bind", "listen", "port", "eaddr", "socket"};

	for (size_t i = 0; i < IU_COUNT(sockets); i++)
		if (has(line, sockets[i]))
			return false;
	for (size_t i = 0; i < IU_COUNT(things); i++)
		if (has(line, things[i]))
			return true;
	return false;
}

bool iu_message_patterns_bind(struct iu_span line)
{
	return iu_message_locks_said(line) ||
	       ((has_words(line) || port_is_taken(line)) && !iu_message_patterns_other(line));
}

/* ---- protocols ---- */

enum iu_message_protocol iu_message_patterns_protocol_of(struct iu_span line)
{
	for (size_t i = 0; i < IU_COUNT(patterns); i++) {
		size_t at;

		if (patterns[i].kind != IU_PATTERN_PROTOCOL)
			continue;
		at = iu_span_find(line, patterns[i].words);
		if (at < line.len && (!at || !iu_char_is_word(patterns[i].words[0]) ||
					     patterns[i].words[0] == '_' ||
					     !iu_char_is_word(line.text[at - 1])))
			return patterns[i].protocol;
	}
	return IU_MESSAGE_UNSAID;
}

#define REACH 256

/* "tcp", "udp4", "TCP/UDP" at @at; IU_MESSAGE_UNSAID: none. */
static enum iu_message_protocol protocol_at(struct iu_span line, size_t at)
{
	static const char *const both[] = {"tcp/udp ", "udp/tcp ", "tcp/udp:", "tcp and udp ", "tcp & udp ",
		"udp and tcp ", "tcp+udp "};
	bool udp = iu_span_at(line, at, "udp");

	if ((!udp && !iu_span_at(line, at, "tcp")) || (at && iu_char_is_word(line.text[at - 1])))
		return IU_MESSAGE_UNSAID;
	for (size_t i = 0; i < IU_COUNT(both); i++)
		if (iu_span_at(line, at, both[i]))
			return IU_MESSAGE_BOTH;
	if (at + 3 < line.len && iu_char_is_word(line.text[at + 3]) &&
		!iu_char_is_digit(line.text[at + 3]))
		return IU_MESSAGE_UNSAID;
	return udp ? IU_MESSAGE_UDP : IU_MESSAGE_TCP;
}

enum iu_message_protocol iu_message_patterns_protocol(struct iu_span line, size_t at)
{
	enum iu_message_protocol last = IU_MESSAGE_UNSAID, behind = IU_MESSAGE_UNSAID;
	size_t end = line.len - at > REACH ? at + REACH : line.len;

	/* The last word before it, "listen udp :53", else one after it, "53/udp". */
	for (size_t i = at > REACH ? at - REACH : 0; i + 3 <= end; i++) {
		enum iu_message_protocol p = protocol_at(line, i);

		if (!p)
			continue;
		if (i < at)
			last = p;
		else if (behind != IU_MESSAGE_TCP)
			behind = p;
		if (p == IU_MESSAGE_BOTH)
			i += strlen("tcp/udp");
	}
	return last ? last : behind;
}
