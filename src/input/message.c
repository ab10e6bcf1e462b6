/* input/message.c - the endpoints that a printed error message speaks of */
#include "input/message.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/compat.h"
#include "base/err.h"
#include "input/message-patterns.h"
#include "input/target.h"

/*
 * No program's wording is matched as a whole: what is looked for are the few shapes in which an
 * endpoint is printed ("HOST:PORT", "port N", "(HOST, PORT)", a socket path), on lines that speak
 * of a failed bind. New wordings then need no new code.
 */

#define TARGET_BYTES 300 /* a host name, or a socket path, with port and protocol */
/* How far one shape may reach: lines have no bound, and every look stays a short one. */
#define REACH 256
/* So far in front of a port a word makes it a peer's. */
#define PEER_REACH 40
/* So many lines of a failed bind are looked around for their endpoint. */
#define SUSPECTS_MAX 64
/* More endpoints than this in a text that speaks of no failed bind are something else. */
#define GUESSES_MAX 8

struct span {
	const char *s;
	size_t n;
};

struct endpoint {
	char text[TARGET_BYTES];
	size_t port_at; /* where the digits of the port begin in text; 0: a path */
	bool bare;	/* only a port was named, no address */
	struct span said; /* the line of the error that it belongs to */
};

struct scan {
	struct endpoint found[IU_MESSAGE_TARGETS_MAX];
	size_t n;
	bool udp;   /* the line that is being read is about UDP */
	bool guess; /* … and it does not speak of a failed bind */
	struct span said; /* the line that does, or the one that is being read */
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_word(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_';
}

static bool is_host(char c)
{
	return is_word(c) || c == '.' || c == '-';
}

static bool at_word(struct span line, size_t at, const char *word)
{
	for (size_t i = 0; word[i]; i++)
		if (at + i >= line.n || lower(line.s[at + i]) != word[i])
			return false;
	return true;
}

/* Whether @word ends right before @at. */
static bool before_word(struct span line, size_t at, const char *word)
{
	size_t n = strlen(word);

	return at >= n && at_word(line, at - n, word);
}

/* Numbers of errors are found within others, and as ports: "item 510048", "10.0.0.9:10048". */
static bool stands_alone(struct span line, size_t at, const char *word)
{
	size_t end = at + strlen(word);
	bool number = is_digit(word[0]) && is_digit(word[strlen(word) - 1]);

	if (!number)
		return true;
	if (at && (is_word(line.s[at - 1]) || strchr(":.-/", line.s[at - 1])))
		return false;
	return end >= line.n || !(is_word(line.s[end]) || strchr(".-/", line.s[end]));
}

static uint64_t second_bit(char c)
{
	return UINT64_C(1) << ((unsigned char)c & 63);
}

bool iu_message_suspect(const char *line, size_t len)
{
	struct span s = {line, len};
	size_t count;
	const char *const *words = iu_message_words(&count);
	/* By the first byte which second bytes follow it: a log of 100 MB is looked at so. */
	uint64_t begins[256] = {0};

	for (size_t i = 0; i < count; i++)
		begins[(unsigned char)words[i][0]] |= second_bit(words[i][1]);
	for (size_t at = 0; at + 1 < len; at++) {
		char c = lower(line[at]);

		if (!(begins[(unsigned char)c] & second_bit(lower(line[at + 1]))))
			continue;
		for (size_t i = 0; i < count; i++)
			if (c == words[i][0] && at_word(s, at, words[i]) &&
				stands_alone(s, at, words[i]))
				return true;
	}
	return false;
}

/* ---- what was found ---- */

static bool same_port(const struct endpoint *a, const struct endpoint *b)
{
	return a->port_at && b->port_at && !strcmp(a->text + a->port_at, b->text + b->port_at);
}

static void keep(struct scan *scan, const struct endpoint *endpoint)
{
	for (size_t i = 0; i < scan->n; i++)
		if (!strcmp(scan->found[i].text, endpoint->text))
			return;
	/* "bind [127.0.0.1]:80 … cannot listen to port: 80": it says less than what is there. */
	for (size_t i = 0; i < scan->n && endpoint->bare; i++)
		if (same_port(&scan->found[i], endpoint))
			return;
	if (scan->n == IU_MESSAGE_TARGETS_MAX)
		return;
	scan->found[scan->n] = *endpoint;
	scan->found[scan->n++].said = scan->said;
}

/*
 * Whether the endpoint at @at is UDP: the last protocol word before it on the line, else one after
 * it. "listen udp :53", "UDP port 53", "53/udp".
 */
static bool is_udp(struct span line, size_t at)
{
	bool any_tcp = false, any_udp = false, last_udp = false, before = false;
	size_t end = line.n - at > REACH ? at + REACH : line.n;

	for (size_t i = at > REACH ? at - REACH : 0; i + 3 <= end; i++) {
		bool tcp = at_word(line, i, "tcp"), udp = at_word(line, i, "udp");

		if ((!tcp && !udp) || (i && is_word(line.s[i - 1])))
			continue;
		if (i + 3 < line.n && is_word(line.s[i + 3]) && !is_digit(line.s[i + 3]))
			continue;
		if (i < at) {
			before = true;
			last_udp = udp;
		}
		any_tcp |= tcp;
		any_udp |= udp;
	}
	return before ? last_udp : any_udp && !any_tcp;
}

/* "from 10.0.0.9:4711": the other end of a connection, on a line about something else. */
static bool is_peer(struct span line, size_t at)
{
	static const char *const words[] = {"from", "peer", "client", "remote"};
	size_t start = at > PEER_REACH ? at - PEER_REACH : 0;

	for (; start < at; start++)
		for (size_t i = 0; i < IU_COUNT(words); i++) {
			size_t end = start + strlen(words[i]);

			if (at_word(line, start, words[i]) && end < line.n && !is_word(line.s[end]))
				return true;
		}
	return false;
}

/* @host: "" for every address, NULL for none named, else as it stands before a colon. */
static void keep_inet(
	struct scan *scan, struct span line, size_t at, struct span host, struct span port)
{
	struct endpoint e = {.port_at = host.n + 1};
	size_t len = 0;

	while (port.n > 1 && port.s[0] == '0')
		return; /* "port 08": no program prints a port so */
	if (host.n + port.n + 6 > sizeof(e.text) || (port.n == 1 && port.s[0] == '0'))
		return;
	if (scan->guess && is_peer(line, at))
		return;
	if (port.n > 5 || (port.n == 5 && memcmp(port.s, "65535", 5) > 0))
		return;
	if (host.n)
		memcpy(e.text, host.s, host.n);
	len = host.n;
	e.text[len++] = ':';
	memcpy(e.text + len, port.s, port.n);
	len += port.n;
	e.bare = !host.s;
	if (scan->udp || is_udp(line, at))
		memcpy(e.text + len, "/udp", 5);
	keep(scan, &e);
}

/* ---- hosts ---- */

static bool is_literal(struct span s)
{
	struct iu_address address;

	return iu_address_parse(s.s, s.n, &address) == 0;
}

static bool is_ipv6(struct span s)
{
	return is_literal(s) && memchr(s.s, ':', s.n);
}

static bool same_word(struct span s, const char *word)
{
	return s.n == strlen(word) && at_word(s, 0, word);
}

/* What programs print in place of "every address". */
static bool is_wildcard_word(struct span s)
{
	static const char *const words[] = {"any", "tcp", "udp"};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (same_word(s, words[i]))
			return true;
	return false;
}

static bool is_localhost(struct span s)
{
	return same_word(s, "localhost");
}

/* An unquoted or quoted host in any form: gives the form before a colon; false: it is none. */
static bool host_form(struct span s, char text[TARGET_BYTES], struct span *ret_host)
{
	size_t n = 0;

	if (s.n > 2 && s.s[0] == '[' && s.s[s.n - 1] == ']')
		s = (struct span){s.s + 1, s.n - 2};
	if (s.n == 1 && (s.s[0] == '*' || s.s[0] == '+')) {
		*ret_host = (struct span){"", 0};
		return true;
	}
	if (s.n + 2 >= TARGET_BYTES || (!is_localhost(s) && !is_literal(s)))
		return false;
	if (is_ipv6(s))
		text[n++] = '[';
	memcpy(text + n, s.s, s.n);
	n += s.n;
	if (is_ipv6(s))
		text[n++] = ']';
	*ret_host = (struct span){text, n};
	return true;
}

static size_t digits_at(struct span line, size_t at)
{
	size_t n = 0;

	while (at + n < line.n && n < REACH && is_digit(line.s[at + n]))
		n++;
	return n;
}

/* Whether a number may end here: "8080", "8080.", "8080/tcp", not "80.5", "80px", "80:12". */
static bool number_ends(struct span line, size_t at, bool colon_too)
{
	char c = at < line.n ? line.s[at] : ' ';
	char next = at + 1 < line.n ? line.s[at + 1] : ' ';

	if (is_word(c) || c == '%')
		return false;
	if ((c == '.' || c == '-') && is_digit(next))
		return false;
	return !(colon_too && c == ':' && is_digit(next));
}

/* ---- HOST:PORT ---- */

/* Where the run of @accept bytes that ends before @end begins. */
static size_t run_start(struct span line, size_t end, bool (*accept)(char))
{
	size_t start = end;

	while (start > 0 && end - start < REACH && accept(line.s[start - 1]))
		start--;
	return start;
}

static bool is_ipv6_byte(char c)
{
	return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'f') || c == ':' || c == '.';
}

/* "id":20568 is a key of JSON: the quote in front of @at ends a word. */
static bool ends_key(struct span line, size_t at)
{
	return at >= 2 && strchr("\"'", line.s[at - 1]) && is_word(line.s[at - 2]);
}

static bool begins_token(struct span line, size_t at)
{
	if (at && !line.s[at - 1])
		return false;
	return at == 0 || strchr(" \t\"'`(<={,@|/[", line.s[at - 1]) ||
	       before_word(line, at, "tcp:") || before_word(line, at, "udp:") ||
	       before_word(line, at, "[af_inet]") || before_word(line, at, "[af_inet6]");
}

static bool ends_scheme(struct span line, size_t at)
{
	return before_word(line, at, "://") || (at && line.s[at - 1] == '@');
}

/* After these words a host without brackets or known form is one all the same. */
static bool after_protocol(struct span line, size_t at)
{
	static const char *const words[] = {"tcp ", "tcp4 ", "tcp6 ", "udp ", "udp4 ", "udp6 "};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (before_word(line, at, words[i]))
			return true;
	return false;
}

/*
 * "[::1]" ends at @end: what stands there as a target has it. ssh puts IPv4 addresses between
 * brackets as well; an IPv6 one may have an %interface.
 */
static bool bracketed_before(struct span line, size_t end, struct span *ret_host)
{
	size_t at = end - 1, literal;

	while (at > 0 && end - at < 100 && line.s[at - 1] != '[')
		at--;
	if (at == 0 || line.s[at - 1] != '[')
		return false;
	for (literal = 0; at + literal < end - 1 && line.s[at + literal] != '%'; literal++)
		;
	if (is_literal((struct span){line.s + at, end - 1 - at}) &&
		!is_ipv6((struct span){line.s + at, end - 1 - at})) {
		*ret_host = (struct span){line.s + at, end - 1 - at};
		return true;
	}
	if (!is_ipv6((struct span){line.s + at, literal}))
		return false;
	for (size_t i = at + literal; i < end - 1; i++)
		if (!is_host(line.s[i]) && line.s[i] != '%')
			return false;
	*ret_host = (struct span){line.s + at - 1, end - at + 1};
	return true;
}

/* "::1:3000" and ":::3000", as Node prints them; @colon is the last colon. */
static bool bare_ipv6_before(
	struct span line, size_t colon, char text[TARGET_BYTES], struct span *ret_host)
{
	size_t start = run_start(line, colon, is_ipv6_byte);
	struct span host = {line.s + start, colon - start};

	if (before_word(line, colon, "::") &&
		(colon == 2 || (line.s[colon - 3] != ':' && !is_digit(line.s[colon - 3]))))
		return host_form((struct span){"::", 2}, text, ret_host);
	/* "::" in front: full ones are too easily something else ("12:34:56", a trace). */
	if (host.n < 2 || host.s[0] != ':' || host.s[1] != ':' || !begins_token(line, start))
		return false;
	return host_form(host, text, ret_host);
}

static bool host_before(
	struct span line, size_t colon, char text[TARGET_BYTES], struct span *ret_host)
{
	size_t start = run_start(line, colon, is_host);
	struct span host = {line.s + start, colon - start};

	if (before_word(line, colon, "[undef]") || before_word(line, colon, "<null>") ||
		before_word(line, colon, "tcp:") || before_word(line, colon, "udp:")) {
		*ret_host = (struct span){"", 0};
		return true;
	}
	if (colon && line.s[colon - 1] == ']')
		return bracketed_before(line, colon, ret_host);
	if (colon && (line.s[colon - 1] == '*' || line.s[colon - 1] == '+')) {
		*ret_host = (struct span){"", 0};
		return begins_token(line, colon - 1);
	}
	if (colon && line.s[colon - 1] == ':')
		return bare_ipv6_before(line, colon, text, ret_host);
	if (!host.n || is_wildcard_word(host)) {
		*ret_host = (struct span){"", 0};
		return begins_token(line, start) && !ends_key(line, start) &&
		       (!start || line.s[start - 1] != '/' || ends_scheme(line, start));
	}
	if (host_form(host, text, ret_host))
		return begins_token(line, start);
	if (bare_ipv6_before(line, colon, text, ret_host))
		return true;
	*ret_host = host;
	return host.n <= 253 && lower(host.s[0]) >= 'a' && lower(host.s[0]) <= 'z' &&
	       !(host.n == 4 && at_word(host, 0, "unix")) &&
	       (ends_scheme(line, start) || after_protocol(line, start));
}

/* Every "HOST:PORT", named's "127.0.0.1#53", Elasticsearch's "127.0.0.1:[9300-9400]". */
static void scan_pairs(struct scan *scan, struct span line)
{
	char text[TARGET_BYTES];
	struct span host;

	for (size_t at = 0; at + 2 < line.n || (at + 1 < line.n && line.s[at + 1] != '['); at++) {
		bool sharp = line.s[at] == '#', range = line.s[at + 1] == '[';
		size_t number = at + 1 + range, n = digits_at(line, number);

		if ((line.s[at] != ':' && !sharp) || !n || n > 5)
			continue;
		if (!host_before(line, at, text, &host) || ((sharp || range) && !host.n))
			continue;
		/* Behind an address "80:80" is Docker's, without one it is line and column. */
		if (!range && !number_ends(line, number + n, !host.n))
			continue;
		keep_inet(scan, line, at, host, (struct span){line.s + number, n});
	}
}

/* ---- "port N" ---- */

static size_t skip(struct span line, size_t at, const char *bytes)
{
	size_t end = line.n - at > REACH ? at + REACH : line.n;

	while (at < end && strchr(bytes, line.s[at]))
		at++;
	return at;
}

static bool is_address_byte(char c)
{
	return is_host(c) || c == ':' || c == '*' || c == '[' || c == ']';
}

static struct span without_tail(struct span s)
{
	while (s.n && strchr(".:,-", s.s[s.n - 1]) && !(s.n >= 2 && s.s[s.n - 2] == ':'))
		s.n--;
	return s;
}

/* The token that begins at @at, when it is a host. */
static bool host_at(struct span line, size_t at, char text[TARGET_BYTES], struct span *ret_host)
{
	struct span token = {line.s + at, 0};

	while (at + token.n < line.n && token.n < REACH && is_address_byte(line.s[at + token.n]))
		token.n++;
	return host_form(without_tail(token), text, ret_host);
}

/* "… 127.0.0.1 and port": the host in the words before @at. */
static bool host_in_front(
	struct span line, size_t at, char text[TARGET_BYTES], struct span *ret_host)
{
	static const char *const between[] = {
		" and", " on", " with", " tcp", " udp", " the", " at"};
	size_t start;

	for (int words = 0; words < 4; words++) {
		for (int i = 0; i < 8 && at > 0 && strchr(" ,;\"'`()", line.s[at - 1]); i++)
			at--;
		for (size_t i = 0; i < IU_COUNT(between); i++)
			if (before_word(line, at, between[i]))
				at -= strlen(between[i]);
	}
	start = run_start(line, at, is_address_byte);
	return start < at && host_form((struct span){line.s + start, at - start}, text, ret_host);
}

/* "port N on address 127.0.0.1": the host in the words behind @at. */
static bool host_behind(struct span line, size_t at, char text[TARGET_BYTES], struct span *ret_host)
{
	static const char *const between[] = {
		"on ", "at ", "of ", "for ", "the ", "address ", "host ", "interface ", "ip ",
		"socket_addr ", "= "};
	bool any = false;

	for (int words = 0; words < 4; words++) {
		at = skip(line, at, " ,\"'`(");
		for (size_t i = 0; i < IU_COUNT(between); i++)
			if (at_word(line, at, between[i])) {
				at += strlen(between[i]);
				any = true;
			}
	}
	return any && host_at(line, at, text, ret_host);
}

/* "port 3000", "Port: 8000", "port=80", "ports 80", "htons(80)". */
static void scan_ports(struct scan *scan, struct span line)
{
	char text[TARGET_BYTES];
	struct span host;

	for (size_t at = 0; at + 4 < line.n; at++) {
		bool htons = at_word(line, at, "htons(");
		size_t number, n;

		if ((!htons && !at_word(line, at, "port")) || (at && is_word(line.s[at - 1])))
			continue;
		number = at + (htons ? strlen("htons(") : strlen("port"));
		if (!htons && number < line.n && lower(line.s[number]) == 's')
			number++;
		if (!htons)
			number = skip(line, number, " :=#\"'`(");
		n = digits_at(line, number);
		if (!n || n > 5 || !number_ends(line, number + n, true))
			continue;
		if (!htons && !strchr(" :=#\"'`(", line.s[number - 1]))
			continue; /* "port8080" is a name */
		host = (struct span){NULL, 0};
		if (!host_in_front(line, at, text, &host))
			host_behind(line, number + n, text, &host);
		keep_inet(scan, line, at, host, (struct span){line.s + number, n});
	}
}

/* ---- ('HOST', PORT) ---- */

static void scan_tuples(struct scan *scan, struct span line)
{
	char text[TARGET_BYTES];
	struct span host, quoted;
	size_t at, n;

	for (size_t open = 0; open < line.n; open++) {
		/* Erlang has it in the middle of a longer one: {error,"::",5672,…}. */
		bool middle = open && line.s[open - 1] == ',' && line.s[open] == '"';

		if (!middle && !strchr("([{", line.s[open]))
			continue;
		at = skip(line, open + 1, "\"'");
		quoted = (struct span){line.s + at, 0};
		while (at < line.n && quoted.n < REACH && is_address_byte(line.s[at])) {
			at++;
			quoted.n++;
		}
		/* An empty host between quotes is Python's every address. */
		if (!host_form(quoted, text, &host)) {
			if (quoted.n || middle || at != open + 3)
				continue;
			host = (struct span){"", 0};
		}
		at = skip(line, at, "\"'");
		if (at >= line.n || line.s[at] != ',')
			continue;
		at = skip(line, at, ", ");
		n = digits_at(line, at);
		if (n && n <= 5 && at + n < line.n && strchr("),]}", line.s[at + n]))
			keep_inet(scan, line, open, host, (struct span){line.s + at, n});
	}
}

/* ---- URLs without a port, socket paths ---- */

static void scan_urls(struct scan *scan, struct span line)
{
	static const char *const schemes[] = {"http://", "https://"};
	char text[TARGET_BYTES];
	struct span host;

	for (size_t at = 0; at < line.n; at++)
		for (size_t i = 0; i < IU_COUNT(schemes); i++) {
			struct span token = {line.s + at + strlen(schemes[i]), 0};
			size_t end;

			if (!at_word(line, at, schemes[i]))
				continue;
			for (end = at + strlen(schemes[i]); end < line.n && token.n < REACH;
				end++, token.n++)
				if (!is_address_byte(line.s[end]) && line.s[end] != '+')
					break;
			if (host_form(without_tail(token), text, &host))
				keep_inet(scan, line, at, host,
					i ? (struct span){"443", 3} : (struct span){"80", 2});
		}
}

static bool is_path_byte(char c)
{
	return (unsigned char)c > ' ' && !strchr("\"'`()<>,;|", c);
}

static bool contains(struct span s, const char *word)
{
	for (size_t at = 0; at < s.n; at++)
		if (at_word(s, at, word))
			return true;
	return false;
}

static bool ends_with(struct span s, const char *word)
{
	size_t n = strlen(word);

	return s.n >= n && at_word(s, s.n - n, word);
}

/* A path that is a socket's by its name, or by the words in front of it. */
static bool is_socket_path(struct span line, size_t at, struct span path)
{
	static const char *const in_front[] = {"unix ", "unix:", "unix://", "unix address \"",
		"unix socket ", "unix socket \"", "unix socket '", "unix domain socket ",
		"unix domain socket \"", "in use ", "sun_path=\"", "sun_path=@\"", "bind() to "};

	if (ends_with(path, ".lock") || ends_with(path, ".c") || ends_with(path, ".pid"))
		return false;
	for (size_t i = 0; i < IU_COUNT(in_front); i++)
		if (before_word(line, at, in_front[i]))
			return true;
	return ends_with(path, ".sock") || ends_with(path, ".socket") || ends_with(path, ".ipc") ||
	       contains(path, "/.s.pgsql.") || ends_with(path, ".sock.0");
}

static void scan_paths(struct scan *scan, struct span line)
{
	struct endpoint e;

	for (size_t at = 0; at < line.n; at++) {
		struct span path = {line.s + at, 0};
		bool abstract = line.s[at] == '@' || before_word(line, at, "sun_path=@\"");

		if (line.s[at] != '/' && !abstract)
			continue;
		if (!abstract && at && !strchr(" \t\"'`(<=:[", line.s[at - 1]))
			if (!before_word(line, at, "unix://"))
				continue;
		while (at + path.n < line.n && path.n < REACH && is_path_byte(line.s[at + path.n]))
			path.n++;
		while (path.n && strchr(".:]", path.s[path.n - 1]))
			path.n--;
		if (path.n < 2 || path.n > IU_UNIX_PATH_MAX || path.s[1] == '/' ||
			!is_socket_path(line, at, path))
			continue;
		e = (struct endpoint){.port_at = 0};
		memcpy(e.text, "unix:@", 6);
		memcpy(e.text + (abstract && path.s[0] != '@' ? 6 : 5), path.s, path.n);
		keep(scan, &e);
		at += path.n - 1;
	}
}

/* ---- what only one program prints so ---- */

/* Behind a pattern's words: @at. */
static void keep_pattern(
	struct scan *scan, struct span line, size_t at, const struct iu_message_pattern *pattern)
{
	static const char display[] = "unix:/tmp/.X11-unix/X";
	struct endpoint e = {.port_at = 0};
	struct span number = {line.s + at, digits_at(line, at)};
	char port[8];
	size_t n;

	switch (pattern->kind) {
	case IU_PATTERN_UDP: break; /* read before the shapes */
	case IU_PATTERN_PORT:
		if (number.n && number.n <= 5 && at + number.n < line.n &&
			strchr("]-\"", line.s[at + number.n]))
			keep_inet(scan, line, at, (struct span){NULL, 0}, number);
		break;
	case IU_PATTERN_DISPLAY:
		if (!number.n || number.n > 3)
			break;
		memcpy(e.text, display, sizeof(display));
		memcpy(e.text + sizeof(display) - 1, number.s, number.n);
		keep(scan, &e);
		break;
	case IU_PATTERN_DEFAULT:
		n = (size_t)snprintf(port, sizeof(port), "%u", pattern->port);
		if (!scan->n)
			keep_inet(scan, line, at, (struct span){NULL, 0}, (struct span){port, n});
		break;
	}
}

static void scan_patterns(struct scan *scan, struct span line)
{
	size_t count;
	const struct iu_message_pattern *patterns = iu_message_patterns(&count);

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(patterns[i].words);

		for (size_t at = 0; at + n <= line.n; at++)
			if (at_word(line, at, patterns[i].words))
				keep_pattern(scan, line, at + n, &patterns[i]);
	}
}

static bool says_udp(struct span line)
{
	size_t count;
	const struct iu_message_pattern *patterns = iu_message_patterns(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; patterns[i].kind == IU_PATTERN_UDP && at < line.n; at++)
			if (at_word(line, at, patterns[i].words))
				return true;
	return false;
}

/* ---- the whole text ---- */

static void scan_line(struct scan *scan, struct span line)
{
	scan->udp = says_udp(line);
	scan_pairs(scan, line);
	scan_tuples(scan, line);
	scan_urls(scan, line);
	scan_paths(scan, line);
	scan_ports(scan, line); /* late: it gives way to what is said with an address */
	scan_patterns(scan, line);
}

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

/* The line that begins at or after @at and is not empty; n == 0: there is none. */
static struct span line_from(struct span text, size_t at)
{
	struct span line;

	while (at < text.n && is_end(text.s[at]))
		at++;
	line = (struct span){text.s + at, 0};
	while (at + line.n < text.n && !is_end(line.s[line.n]))
		line.n++;
	return line;
}

static struct span next_line(struct span text, struct span line)
{
	return line_from(text, (size_t)(line.s - text.s) + line.n);
}

static struct span previous_line(struct span text, struct span line)
{
	size_t end = (size_t)(line.s - text.s), start;

	while (end > 0 && is_end(text.s[end - 1]))
		end--;
	for (start = end; start > 0 && !is_end(text.s[start - 1]); start--)
		;
	return (struct span){text.s + start, end - start};
}

/* The lines that speak of a failed bind. Returns how many there are; the first are kept. */
static size_t scan_suspects(struct scan *scan, struct span text, struct span lines[SUSPECTS_MAX])
{
	size_t n = 0;

	for (struct span line = line_from(text, 0); line.n; line = next_line(text, line)) {
		if (!iu_message_suspect(line.s, line.n))
			continue;
		scan->said = line;
		scan_line(scan, line);
		if (n < SUSPECTS_MAX)
			lines[n++] = line;
	}
	return n;
}

/*
 * Programs often name the endpoint some lines before or after the error: the nearest line that
 * names one. In a long log all others are peers and the like.
 */
static void scan_around(struct scan *scan, struct span text, struct span line)
{
	struct span before = line, after = line;
	size_t had = scan->n;

	scan->said = line;
	for (int i = 0; i < IU_MESSAGE_NEAR && scan->n == had; i++) {
		before = previous_line(text, before);
		after = next_line(text, after);
		scan_line(scan, before);
		if (scan->n == had)
			scan_line(scan, after);
	}
}

static void scan_all(struct scan *scan, struct span text)
{
	for (struct span line = line_from(text, 0); line.n; line = next_line(text, line)) {
		scan->said = line;
		scan_line(scan, line);
	}
	if (scan->n > GUESSES_MAX)
		scan->n = 0;
}

static void scan_text(struct scan *scan, struct span text)
{
	struct span lines[SUSPECTS_MAX];
	size_t suspects = scan_suspects(scan, text, lines);

	if (scan->n)
		return;
	scan->guess = true;
	for (size_t i = 0; i < suspects; i++)
		scan_around(scan, text, lines[i]);
	if (!suspects)
		scan_all(scan, text);
}

/* Past an escape sequence: ESC [ … letter, ESC ] … BEL, ESC and one byte. */
static size_t skip_escape(struct span text, size_t at)
{
	char kind = at + 1 < text.n ? text.s[at + 1] : '\0';

	at += 2;
	if (kind == '[')
		while (at < text.n && (unsigned char)text.s[at] < 0x40)
			at++;
	else if (kind == ']')
		while (at < text.n && text.s[at] != '\a' && text.s[at] != '\033')
			at++;
	else
		return at;
	return at + 1;
}

/* Without colours and NUL bytes; tabs become spaces. */
static size_t clean(struct span text, char *ret)
{
	size_t n = 0;

	for (size_t at = 0; at < text.n;) {
		if (text.s[at] == '\033') {
			at = skip_escape(text, at);
			continue;
		}
		if (text.s[at])
			ret[n++] = text.s[at] == '\t' ? ' ' : text.s[at];
		at++;
	}
	return n;
}

/* The promise to visitors; odd names ("EPERM:80") and paths would be read as something else. */
static bool is_target(const char *text)
{
	struct iu_arena arena = {0};
	struct iu_target target;
	bool good = iu_target_parse(&arena, text, strlen(text), &target, NULL) == 0 &&
		    (target.kind == IU_TARGET_INET || target.kind == IU_TARGET_UNIX);

	iu_arena_free(&arena);
	return good;
}

static int visit_all(const struct scan *scan, iu_message_visit *visit, void *context)
{
	int seen = 0, ret = 0;

	for (size_t i = 0; i < scan->n && ret >= 0; i++) {
		if (!is_target(scan->found[i].text))
			continue;
		seen++;
		ret = visit(context, scan->found[i].text, scan->found[i].said.s,
			scan->found[i].said.n);
	}
	return ret < 0 ? ret : seen;
}

int iu_message_endpoints(const char *text, size_t len, iu_message_visit *visit, void *context)
{
	struct span raw = {text, len < IU_MESSAGE_MAX ? len : IU_MESSAGE_MAX};
	struct scan *scan = calloc(1, sizeof(*scan));
	char *copy = malloc(raw.n + 1);
	int ret = IU_E_NOMEM;

	if (!scan || !copy)
		goto out;
	raw = (struct span){copy, clean(raw, copy)};
	scan_text(scan, raw);
	ret = visit_all(scan, visit, context);
out:
	free(copy);
	free(scan);
	return ret;
}

struct targets {
	int (*visit)(void *context, const char *target);
	void *context;
};

static int visit_target(void *context, const char *target, const char *said, size_t len)
{
	const struct targets *targets = context;

	return targets->visit(targets->context, target);
}

int iu_message_targets(const char *text, size_t len,
	int (*visit)(void *context, const char *target), void *context)
{
	struct targets targets = {visit, context};

	return iu_message_endpoints(text, len, visit_target, &targets);
}
