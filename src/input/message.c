/* input/message.c - the endpoints that a printed error message speaks of */
#include "input/message.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/span.h"
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

struct endpoint {
	char text[TARGET_BYTES];
	size_t port_at; /* where the digits of the port begin in text; 0: a path */
	bool bare;	/* only a port was named, no address */
	struct iu_span said; /* the line of the error that it belongs to */
};

struct scan {
	struct endpoint found[IU_MESSAGE_TARGETS_MAX];
	size_t n;
	bool udp;   /* the line that is being read is about UDP */
	bool guess; /* … and it does not speak of a failed bind */
	struct iu_span said; /* the line that does, or the one that is being read */
};

static bool is_host(char c)
{
	return iu_char_is_word(c) || c == '.' || c == '-';
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
static bool is_udp(struct iu_span line, size_t at)
{
	bool any_tcp = false, any_udp = false, last_udp = false, before = false;
	size_t end = line.len - at > REACH ? at + REACH : line.len;

	for (size_t i = at > REACH ? at - REACH : 0; i + 3 <= end; i++) {
		bool tcp = iu_span_at(line, i, "tcp"), udp = iu_span_at(line, i, "udp");

		if ((!tcp && !udp) || (i && iu_char_is_word(line.text[i - 1])))
			continue;
		if (i + 3 < line.len && iu_char_is_word(line.text[i + 3]) &&
			!iu_char_is_digit(line.text[i + 3]))
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
static bool is_peer(struct iu_span line, size_t at)
{
	static const char *const words[] = {"from", "peer", "client", "remote"};
	size_t start = at > PEER_REACH ? at - PEER_REACH : 0;

	for (; start < at; start++)
		for (size_t i = 0; i < IU_COUNT(words); i++) {
			size_t end = start + strlen(words[i]);

			if (iu_span_at(line, start, words[i]) && end < line.len &&
				!iu_char_is_word(line.text[end]))
				return true;
		}
	return false;
}

/* @host: "" for every address, NULL for none named, else as it stands before a colon. */
static void keep_inet(
	struct scan *scan, struct iu_span line, size_t at, struct iu_span host, struct iu_span port)
{
	struct endpoint e = {.port_at = host.len + 1};
	size_t len = 0;

	while (port.len > 1 && port.text[0] == '0')
		return; /* "port 08": no program prints a port so */
	if (host.len + port.len + 6 > sizeof(e.text) || (port.len == 1 && port.text[0] == '0'))
		return;
	if (scan->guess && is_peer(line, at))
		return;
	if (port.len > 5 || (port.len == 5 && memcmp(port.text, "65535", 5) > 0))
		return;
	if (host.len)
		memcpy(e.text, host.text, host.len);
	len = host.len;
	e.text[len++] = ':';
	memcpy(e.text + len, port.text, port.len);
	len += port.len;
	e.bare = !host.text;
	if (scan->udp || is_udp(line, at))
		memcpy(e.text + len, "/udp", 5);
	keep(scan, &e);
}

/* ---- hosts ---- */

static bool is_literal(struct iu_span s)
{
	struct iu_address address;

	return iu_address_parse(s.text, s.len, &address) == 0;
}

static bool is_ipv6(struct iu_span s)
{
	return is_literal(s) && memchr(s.text, ':', s.len);
}

/* What programs print in place of "every address". */
static bool is_wildcard_word(struct iu_span s)
{
	static const char *const words[] = {"any", "tcp", "udp"};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (iu_span_is_any_case(s, words[i]))
			return true;
	return false;
}

static bool is_localhost(struct iu_span s)
{
	return iu_span_is_any_case(s, "localhost");
}

/* An unquoted or quoted host in any form: gives the form before a colon; false: it is none. */
static bool host_form(struct iu_span s, char text[TARGET_BYTES], struct iu_span *ret_host)
{
	size_t n = 0;

	if (s.len > 2 && s.text[0] == '[' && s.text[s.len - 1] == ']')
		s = (struct iu_span){s.text + 1, s.len - 2};
	if (s.len == 1 && (s.text[0] == '*' || s.text[0] == '+')) {
		*ret_host = (struct iu_span){"", 0};
		return true;
	}
	if (s.len + 2 >= TARGET_BYTES || (!is_localhost(s) && !is_literal(s)))
		return false;
	if (is_ipv6(s))
		text[n++] = '[';
	memcpy(text + n, s.text, s.len);
	n += s.len;
	if (is_ipv6(s))
		text[n++] = ']';
	*ret_host = (struct iu_span){text, n};
	return true;
}

/* Whether a number may end here: "8080", "8080.", "8080/tcp", not "80.5", "80px", "80:12". */
static bool number_ends(struct iu_span line, size_t at, bool colon_too)
{
	char c = at < line.len ? line.text[at] : ' ';
	char next = at + 1 < line.len ? line.text[at + 1] : ' ';

	if (iu_char_is_word(c) || c == '%')
		return false;
	if ((c == '.' || c == '-') && iu_char_is_digit(next))
		return false;
	return !(colon_too && c == ':' && iu_char_is_digit(next));
}

/* ---- HOST:PORT ---- */

/* Where the run of @accept bytes that ends before @end begins. */
static size_t run_start(struct iu_span line, size_t end, bool (*accept)(char))
{
	size_t start = end;

	while (start > 0 && end - start < REACH && accept(line.text[start - 1]))
		start--;
	return start;
}

static bool is_ipv6_byte(char c)
{
	return iu_char_is_digit(c) || (iu_char_lower(c) >= 'a' && iu_char_lower(c) <= 'f') ||
	       c == ':' || c == '.';
}

/* "id":20568 is a key of JSON: the quote in front of @at ends a word. */
static bool ends_key(struct iu_span line, size_t at)
{
	return at >= 2 && strchr("\"'", line.text[at - 1]) && iu_char_is_word(line.text[at - 2]);
}

static bool begins_token(struct iu_span line, size_t at)
{
	if (at && !line.text[at - 1])
		return false;
	return at == 0 || strchr(" \t\"'`(<={,@|/[", line.text[at - 1]) ||
	       iu_span_before(line, at, "tcp:") || iu_span_before(line, at, "udp:") ||
	       iu_span_before(line, at, "[af_inet]") || iu_span_before(line, at, "[af_inet6]");
}

static bool ends_scheme(struct iu_span line, size_t at)
{
	return iu_span_before(line, at, "://") || (at && line.text[at - 1] == '@');
}

/* After these words a host without brackets or known form is one all the same. */
static bool after_protocol(struct iu_span line, size_t at)
{
	static const char *const words[] = {"tcp ", "tcp4 ", "tcp6 ", "udp ", "udp4 ", "udp6 "};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (iu_span_before(line, at, words[i]))
			return true;
	return false;
}

/*
 * "[::1]" ends at @end: what stands there as a target has it. ssh puts IPv4 addresses between
 * brackets as well; an IPv6 one may have an %interface.
 */
static bool bracketed_before(struct iu_span line, size_t end, struct iu_span *ret_host)
{
	size_t at = end - 1, literal;

	while (at > 0 && end - at < 100 && line.text[at - 1] != '[')
		at--;
	if (at == 0 || line.text[at - 1] != '[')
		return false;
	for (literal = 0; at + literal < end - 1 && line.text[at + literal] != '%'; literal++)
		;
	if (is_literal((struct iu_span){line.text + at, end - 1 - at}) &&
		!is_ipv6((struct iu_span){line.text + at, end - 1 - at})) {
		*ret_host = (struct iu_span){line.text + at, end - 1 - at};
		return true;
	}
	if (!is_ipv6((struct iu_span){line.text + at, literal}))
		return false;
	for (size_t i = at + literal; i < end - 1; i++)
		if (!is_host(line.text[i]) && line.text[i] != '%')
			return false;
	*ret_host = (struct iu_span){line.text + at - 1, end - at + 1};
	return true;
}

/* "::1:3000" and ":::3000", as Node prints them; @colon is the last colon. */
static bool bare_ipv6_before(
	struct iu_span line, size_t colon, char text[TARGET_BYTES], struct iu_span *ret_host)
{
	size_t start = run_start(line, colon, is_ipv6_byte);
	struct iu_span host = {line.text + start, colon - start};

	if (iu_span_before(line, colon, "::") &&
		(colon == 2 ||
			(line.text[colon - 3] != ':' && !iu_char_is_digit(line.text[colon - 3]))))
		return host_form((struct iu_span){"::", 2}, text, ret_host);
	/* "::" in front: full ones are too easily something else ("12:34:56", a trace). */
	if (host.len < 2 || host.text[0] != ':' || host.text[1] != ':' ||
		!begins_token(line, start))
		return false;
	return host_form(host, text, ret_host);
}

static bool host_before(
	struct iu_span line, size_t colon, char text[TARGET_BYTES], struct iu_span *ret_host)
{
	size_t start = run_start(line, colon, is_host);
	struct iu_span host = {line.text + start, colon - start};

	if (iu_span_before(line, colon, "[undef]") || iu_span_before(line, colon, "<null>") ||
		iu_span_before(line, colon, "tcp:") || iu_span_before(line, colon, "udp:")) {
		*ret_host = (struct iu_span){"", 0};
		return true;
	}
	if (colon && line.text[colon - 1] == ']')
		return bracketed_before(line, colon, ret_host);
	if (colon && (line.text[colon - 1] == '*' || line.text[colon - 1] == '+')) {
		*ret_host = (struct iu_span){"", 0};
		return begins_token(line, colon - 1);
	}
	if (colon && line.text[colon - 1] == ':')
		return bare_ipv6_before(line, colon, text, ret_host);
	if (!host.len || is_wildcard_word(host)) {
		*ret_host = (struct iu_span){"", 0};
		return begins_token(line, start) && !ends_key(line, start) &&
		       (!start || line.text[start - 1] != '/' || ends_scheme(line, start));
	}
	if (host_form(host, text, ret_host))
		return begins_token(line, start);
	if (bare_ipv6_before(line, colon, text, ret_host))
		return true;
	*ret_host = host;
	return host.len <= 253 && iu_char_lower(host.text[0]) >= 'a' &&
	       iu_char_lower(host.text[0]) <= 'z' &&
	       !(host.len == 4 && iu_span_at(host, 0, "unix")) &&
	       (ends_scheme(line, start) || after_protocol(line, start));
}

/* Every "HOST:PORT", named's "127.0.0.1#53", Elasticsearch's "127.0.0.1:[9300-9400]". */
static void scan_pairs(struct scan *scan, struct iu_span line)
{
	char text[TARGET_BYTES];
	struct iu_span host;

	for (size_t at = 0; at + 2 < line.len || (at + 1 < line.len && line.text[at + 1] != '[');
		at++) {
		bool sharp = line.text[at] == '#', range = line.text[at + 1] == '[';
		size_t number = at + 1 + range, n = iu_span_digits(line, number);

		if ((line.text[at] != ':' && !sharp) || !n || n > 5)
			continue;
		if (!host_before(line, at, text, &host) || ((sharp || range) && !host.len))
			continue;
		/* Behind an address "80:80" is Docker's, without one it is line and column. */
		if (!range && !number_ends(line, number + n, !host.len))
			continue;
		keep_inet(scan, line, at, host, (struct iu_span){line.text + number, n});
	}
}

/* ---- "port N" ---- */

static size_t skip(struct iu_span line, size_t at, const char *bytes)
{
	size_t end = line.len - at > REACH ? at + REACH : line.len;

	while (at < end && strchr(bytes, line.text[at]))
		at++;
	return at;
}

static bool is_address_byte(char c)
{
	return is_host(c) || c == ':' || c == '*' || c == '[' || c == ']';
}

static struct iu_span without_tail(struct iu_span s)
{
	while (s.len && strchr(".:,-", s.text[s.len - 1]) &&
		!(s.len >= 2 && s.text[s.len - 2] == ':'))
		s.len--;
	return s;
}

/* The token that begins at @at, when it is a host. */
static bool host_at(
	struct iu_span line, size_t at, char text[TARGET_BYTES], struct iu_span *ret_host)
{
	struct iu_span token = {line.text + at, 0};

	while (at + token.len < line.len && token.len < REACH &&
		is_address_byte(line.text[at + token.len]))
		token.len++;
	return host_form(without_tail(token), text, ret_host);
}

/* "… 127.0.0.1 and port": the host in the words before @at. */
static bool host_in_front(
	struct iu_span line, size_t at, char text[TARGET_BYTES], struct iu_span *ret_host)
{
	static const char *const between[] = {
		" and", " on", " with", " tcp", " udp", " the", " at"};
	size_t start;

	for (int words = 0; words < 4; words++) {
		for (int i = 0; i < 8 && at > 0 && strchr(" ,;\"'`()", line.text[at - 1]); i++)
			at--;
		for (size_t i = 0; i < IU_COUNT(between); i++)
			if (iu_span_before(line, at, between[i]))
				at -= strlen(between[i]);
	}
	start = run_start(line, at, is_address_byte);
	return start < at &&
	       host_form((struct iu_span){line.text + start, at - start}, text, ret_host);
}

/* "port N on address 127.0.0.1": the host in the words behind @at. */
static bool host_behind(
	struct iu_span line, size_t at, char text[TARGET_BYTES], struct iu_span *ret_host)
{
	static const char *const between[] = {
		"on ", "at ", "of ", "for ", "the ", "address ", "host ", "interface ", "ip ",
		"socket_addr ", "= "};
	bool any = false;

	for (int words = 0; words < 4; words++) {
		at = skip(line, at, " ,\"'`(");
		for (size_t i = 0; i < IU_COUNT(between); i++)
			if (iu_span_at(line, at, between[i])) {
				at += strlen(between[i]);
				any = true;
			}
	}
	return any && host_at(line, at, text, ret_host);
}

/* "port 3000", "Port: 8000", "port=80", "ports 80", "htons(80)". */
static void scan_ports(struct scan *scan, struct iu_span line)
{
	char text[TARGET_BYTES];
	struct iu_span host;

	for (size_t at = 0; at + 4 < line.len; at++) {
		bool htons = iu_span_at(line, at, "htons(");
		size_t number, n;

		if ((!htons && !iu_span_at(line, at, "port")) ||
			(at && iu_char_is_word(line.text[at - 1])))
			continue;
		number = at + (htons ? strlen("htons(") : strlen("port"));
		if (!htons && number < line.len && iu_char_lower(line.text[number]) == 's')
			number++;
		if (!htons)
			number = skip(line, number, " :=#\"'`(");
		n = iu_span_digits(line, number);
		if (!n || n > 5 || !number_ends(line, number + n, true))
			continue;
		if (!htons && !strchr(" :=#\"'`(", line.text[number - 1]))
			continue; /* "port8080" is a name */
		host = (struct iu_span){NULL, 0};
		if (!host_in_front(line, at, text, &host))
			host_behind(line, number + n, text, &host);
		keep_inet(scan, line, at, host, (struct iu_span){line.text + number, n});
	}
}

/* ---- ('HOST', PORT) ---- */

static void scan_tuples(struct scan *scan, struct iu_span line)
{
	char text[TARGET_BYTES];
	struct iu_span host, quoted;
	size_t at, n;

	for (size_t open = 0; open < line.len; open++) {
		/* Erlang has it in the middle of a longer one: {error,"::",5672,…}. */
		bool middle = open && line.text[open - 1] == ',' && line.text[open] == '"';

		if (!middle && !strchr("([{", line.text[open]))
			continue;
		at = skip(line, open + 1, "\"'");
		quoted = (struct iu_span){line.text + at, 0};
		while (at < line.len && quoted.len < REACH && is_address_byte(line.text[at])) {
			at++;
			quoted.len++;
		}
		/* An empty host between quotes is Python's every address. */
		if (!host_form(quoted, text, &host)) {
			if (quoted.len || middle || at != open + 3)
				continue;
			host = (struct iu_span){"", 0};
		}
		at = skip(line, at, "\"'");
		if (at >= line.len || line.text[at] != ',')
			continue;
		at = skip(line, at, ", ");
		n = iu_span_digits(line, at);
		if (n && n <= 5 && at + n < line.len && strchr("),]}", line.text[at + n]))
			keep_inet(scan, line, open, host, (struct iu_span){line.text + at, n});
	}
}

/* ---- URLs without a port, socket paths ---- */

static void scan_urls(struct scan *scan, struct iu_span line)
{
	static const char *const schemes[] = {"http://", "https://"};
	char text[TARGET_BYTES];
	struct iu_span host;

	for (size_t at = 0; at < line.len; at++)
		for (size_t i = 0; i < IU_COUNT(schemes); i++) {
			struct iu_span token = {line.text + at + strlen(schemes[i]), 0};
			size_t end;

			if (!iu_span_at(line, at, schemes[i]))
				continue;
			for (end = at + strlen(schemes[i]); end < line.len && token.len < REACH;
				end++, token.len++)
				if (!is_address_byte(line.text[end]) && line.text[end] != '+')
					break;
			if (host_form(without_tail(token), text, &host))
				keep_inet(scan, line, at, host,
					i ? (struct iu_span){"443", 3} : (struct iu_span){"80", 2});
		}
}

static bool is_path_byte(char c)
{
	return (unsigned char)c > ' ' && !strchr("\"'`()<>,;|", c);
}

/* A path that is a socket's by its name, or by the words in front of it. */
static bool is_socket_path(struct iu_span line, size_t at, struct iu_span path)
{
	static const char *const in_front[] = {"unix ", "unix:", "unix://", "unix address \"",
		"unix socket ", "unix socket \"", "unix socket '", "unix domain socket ",
		"unix domain socket \"", "in use ", "sun_path=\"", "sun_path=@\"", "bind() to "};

	if (iu_span_ends(path, ".lock") || iu_span_ends(path, ".c") || iu_span_ends(path, ".pid"))
		return false;
	for (size_t i = 0; i < IU_COUNT(in_front); i++)
		if (iu_span_before(line, at, in_front[i]))
			return true;
	return iu_span_ends(path, ".sock") || iu_span_ends(path, ".socket") ||
	       iu_span_ends(path, ".ipc") || iu_span_find(path, "/.s.pgsql.") < path.len ||
	       iu_span_ends(path, ".sock.0");
}

static void scan_paths(struct scan *scan, struct iu_span line)
{
	struct endpoint e;

	for (size_t at = 0; at < line.len; at++) {
		struct iu_span path = {line.text + at, 0};
		bool abstract = line.text[at] == '@' || iu_span_before(line, at, "sun_path=@\"");

		if (line.text[at] != '/' && !abstract)
			continue;
		if (!abstract && at && !strchr(" \t\"'`(<=:[", line.text[at - 1]))
			if (!iu_span_before(line, at, "unix://"))
				continue;
		while (at + path.len < line.len && path.len < REACH &&
			is_path_byte(line.text[at + path.len]))
			path.len++;
		while (path.len && strchr(".:]", path.text[path.len - 1]))
			path.len--;
		if (path.len < 2 || path.len > IU_UNIX_PATH_MAX || path.text[1] == '/' ||
			!is_socket_path(line, at, path))
			continue;
		e = (struct endpoint){.port_at = 0};
		memcpy(e.text, "unix:@", 6);
		memcpy(e.text + (abstract && path.text[0] != '@' ? 6 : 5), path.text, path.len);
		keep(scan, &e);
		at += path.len - 1;
	}
}

/* ---- what only one program prints so ---- */

/* Behind a pattern's words: @at. */
static void keep_pattern(
	struct scan *scan, struct iu_span line, size_t at, const struct iu_message_pattern *pattern)
{
	static const char display[] = "unix:/tmp/.X11-unix/X";
	struct endpoint e = {.port_at = 0};
	struct iu_span number = {line.text + at, iu_span_digits(line, at)};
	char port[8];
	size_t n;

	switch (pattern->kind) {
	case IU_PATTERN_UDP: break; /* read before the shapes */
	case IU_PATTERN_PORT:
		if (number.len && number.len <= 5 && at + number.len < line.len &&
			strchr("]-\"", line.text[at + number.len]))
			keep_inet(scan, line, at, (struct iu_span){NULL, 0}, number);
		break;
	case IU_PATTERN_DISPLAY:
		if (!number.len || number.len > 3)
			break;
		memcpy(e.text, display, sizeof(display));
		memcpy(e.text + sizeof(display) - 1, number.text, number.len);
		keep(scan, &e);
		break;
	case IU_PATTERN_DEFAULT:
		n = (size_t)snprintf(port, sizeof(port), "%u", pattern->port);
		if (!scan->n)
			keep_inet(scan, line, at, (struct iu_span){NULL, 0},
				(struct iu_span){port, n});
		break;
	}
}

static void scan_patterns(struct scan *scan, struct iu_span line)
{
	size_t count;
	const struct iu_message_pattern *patterns = iu_message_patterns(&count);

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(patterns[i].words);

		for (size_t at = 0; at + n <= line.len; at++)
			if (iu_span_at(line, at, patterns[i].words))
				keep_pattern(scan, line, at + n, &patterns[i]);
	}
}

static bool says_udp(struct iu_span line)
{
	size_t count;
	const struct iu_message_pattern *patterns = iu_message_patterns(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t at = 0; patterns[i].kind == IU_PATTERN_UDP && at < line.len; at++)
			if (iu_span_at(line, at, patterns[i].words))
				return true;
	return false;
}

/* ---- the whole text ---- */

static void scan_line(struct scan *scan, struct iu_span line)
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
static struct iu_span line_from(struct iu_span text, size_t at)
{
	struct iu_span line;

	while (at < text.len && is_end(text.text[at]))
		at++;
	line = (struct iu_span){text.text + at, 0};
	while (at + line.len < text.len && !is_end(line.text[line.len]))
		line.len++;
	return line;
}

static struct iu_span next_line(struct iu_span text, struct iu_span line)
{
	return line_from(text, (size_t)(line.text - text.text) + line.len);
}

static struct iu_span previous_line(struct iu_span text, struct iu_span line)
{
	size_t end = (size_t)(line.text - text.text), start;

	while (end > 0 && is_end(text.text[end - 1]))
		end--;
	for (start = end; start > 0 && !is_end(text.text[start - 1]); start--)
		;
	return (struct iu_span){text.text + start, end - start};
}

/* The lines that speak of a failed bind. Returns how many there are; the first are kept. */
static size_t scan_suspects(
	struct scan *scan, struct iu_span text, struct iu_span lines[SUSPECTS_MAX])
{
	size_t n = 0;

	for (struct iu_span line = line_from(text, 0); line.len; line = next_line(text, line)) {
		if (!iu_message_suspect(line.text, line.len))
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
static void scan_around(struct scan *scan, struct iu_span text, struct iu_span line)
{
	struct iu_span before = line, after = line;
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

static void scan_all(struct scan *scan, struct iu_span text)
{
	for (struct iu_span line = line_from(text, 0); line.len; line = next_line(text, line)) {
		scan->said = line;
		scan_line(scan, line);
	}
	if (scan->n > GUESSES_MAX)
		scan->n = 0;
}

static void scan_text(struct scan *scan, struct iu_span text)
{
	struct iu_span lines[SUSPECTS_MAX];
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
static size_t skip_escape(struct iu_span text, size_t at)
{
	char kind = at + 1 < text.len ? text.text[at + 1] : '\0';

	at += 2;
	if (kind == '[')
		while (at < text.len && (unsigned char)text.text[at] < 0x40)
			at++;
	else if (kind == ']')
		while (at < text.len && text.text[at] != '\a' && text.text[at] != '\033')
			at++;
	else
		return at;
	return at + 1;
}

/* Without colours and NUL bytes; tabs become spaces. */
static size_t clean(struct iu_span text, char *ret)
{
	size_t n = 0;

	for (size_t at = 0; at < text.len;) {
		if (text.text[at] == '\033') {
			at = skip_escape(text, at);
			continue;
		}
		if (text.text[at])
			ret[n++] = text.text[at] == '\t' ? ' ' : text.text[at];
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
		ret = visit(context, scan->found[i].text, scan->found[i].said.text,
			scan->found[i].said.len);
	}
	return ret < 0 ? ret : seen;
}

int iu_message_endpoints(const char *text, size_t len, iu_message_visit *visit, void *context)
{
	struct iu_span raw = {text, len < IU_MESSAGE_MAX ? len : IU_MESSAGE_MAX};
	struct scan *scan = calloc(1, sizeof(*scan));
	char *copy = malloc(raw.len + 1);
	int ret = IU_E_NOMEM;

	if (!scan || !copy)
		goto out;
	raw = (struct iu_span){copy, clean(raw, copy)};
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
