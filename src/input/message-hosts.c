/* input/message-hosts.c - addresses and host names as messages write them, beside a port */
#include "input/message-hosts.h"

#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "model/address.h"

#define HOST_MAX 253

static bool is_host(char c)
{
	return iu_char_is_word(c) || c == '.' || c == '-';
}

static bool is_ipv6_byte(char c)
{
	return iu_char_hex(c) >= 0 || c == ':' || c == '.';
}

static bool is_address_byte(char c)
{
	return is_host(c) || c == ':' || c == '*' || c == '[' || c == ']';
}

bool iu_message_hosts_literal(struct iu_span s)
{
	struct iu_address address;

	return iu_address_parse(s.text, s.len, &address) == 0;
}

static bool is_ipv6(struct iu_span s)
{
	return iu_message_hosts_literal(s) && memchr(s.text, ':', s.len);
}

/* What programs print in place of "every address". */
static bool is_wildcard_word(struct iu_span s)
{
	static const char *const words[] = {"any", "tcp", "udp", "null"};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (iu_span_is_any_case(s, words[i]))
			return true;
	return false;
}

static bool is_localhost(struct iu_span s)
{
	return iu_span_is_any_case(s, "localhost");
}

static const struct iu_span every = {"", 0};

/* "0:0:0:0:0:0:0:1" of Java, all of it: nothing else has seven colons between numbers. */
static bool is_full(struct iu_span s)
{
	size_t colons = 0;

	for (size_t i = 0; i < s.len; i++)
		colons += s.text[i] == ':';
	return colons == 7 && is_ipv6(s);
}

bool iu_message_hosts_form(struct iu_span s, struct iu_message_host *ret_host)
{
	struct iu_message_host *host = ret_host;
	struct iu_address address;
	char text[IU_ADDRESS_TEXT];
	size_t n = 0;

	host->named = false;
	if (s.len > 2 && s.text[0] == '[' && s.text[s.len - 1] == ']')
		s = (struct iu_span){s.text + 1, s.len - 2};
	if (s.len == 1 && (s.text[0] == '*' || s.text[0] == '+')) {
		host->text = every;
		return true;
	}
	if (s.len + 2 >= sizeof(host->room) || (!is_localhost(s) && !iu_message_hosts_literal(s)))
		return false;
	if (is_full(s) && iu_address_parse(s.text, s.len, &address) == 0)
		s = iu_span_of(iu_address_format(&address, text));
	if (is_ipv6(s))
		host->room[n++] = '[';
	memcpy(host->room + n, s.text, s.len);
	n += s.len;
	if (is_ipv6(s))
		host->room[n++] = ']';
	host->text = (struct iu_span){host->room, n};
	return true;
}

/* ---- before a colon ---- */

/* Where the run of @accept bytes that ends before @end begins. */
static size_t run_start(struct iu_span line, size_t end, bool (*accept)(char))
{
	size_t start = end;

	while (start > 0 && end - start < IU_MESSAGE_REACH && accept(line.text[start - 1]))
		start--;
	return start;
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
	       iu_span_before(line, at, "->") ||
	       iu_span_before(line, at, "[af_inet]") || iu_span_before(line, at, "[af_inet6]");
}

static bool ends_scheme(struct iu_span line, size_t at)
{
	return iu_span_before(line, at, "://") || (at && line.text[at - 1] == '@');
}

/* After these words a host without brackets or known form is one all the same. */
static bool after_words(struct iu_span line, size_t at)
{
	static const char *const words[] = {"tcp ", "tcp4 ", "tcp6 ", "udp ", "udp4 ", "udp6 ",
		"bind to ", "bind on ", "bind() to ", "bind for ", "binding to ", "bind address ",
		"bind to address ", "listen on ", "listening on ", "listen to ", "connect to ",
		"connect() to ", "connecting to ", "redis at ", "server at ", "host at ",
		"database at ", "daemon at ", "broker at ", "service at ", "connect at ", "to host ", "connection to ", "econnrefused ",
		"etimedout ", "connect eaddrnotavail ", "connect eaddrinuse ", "connect eacces ",
		"address already in use ", "address not available ", "permission denied "};

	if (at && strchr("\"'`", line.text[at - 1]))
		at--;
	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (iu_span_before(line, at, words[i]))
			return true;
	return false;
}

/* "XXX.XXX.XXX.XXX", "x.x.0.x": somebody hid an address. */
static bool is_masked(struct iu_span s)
{
	size_t dots = 0, hidden = 0;

	for (size_t i = 0; i < s.len; i++) {
		char c = iu_char_lower(s.text[i]);

		dots += c == '.';
		hidden += c == 'x' || c == '*';
		if (c != '.' && c != 'x' && c != '*' && !iu_char_is_digit(c))
			return false;
	}
	return dots == 3 && hidden;
}

/*
 * "[::1]" ends at @end: what stands there as a target has it. ssh puts IPv4 addresses between
 * brackets as well; an IPv6 one may have an %interface.
 */
static bool bracketed_before(struct iu_span line, size_t end, struct iu_message_host *host)
{
	size_t at = end - 1, literal;

	while (at > 0 && end - at < 100 && line.text[at - 1] != '[')
		at--;
	if (at == 0 || line.text[at - 1] != '[')
		return false;
	for (literal = 0; at + literal < end - 1 && line.text[at + literal] != '%'; literal++)
		;
	if (iu_message_hosts_literal((struct iu_span){line.text + at, end - 1 - at}) &&
		!is_ipv6((struct iu_span){line.text + at, end - 1 - at})) {
		host->text = (struct iu_span){line.text + at, end - 1 - at};
		return true;
	}
	if (!is_ipv6((struct iu_span){line.text + at, literal}))
		return false;
	for (size_t i = at + literal; i < end - 1; i++)
		if (!is_host(line.text[i]) && line.text[i] != '%')
			return false;
	host->text = (struct iu_span){line.text + at - 1, end - at + 1};
	return true;
}

/* "::1:3000" and ":::3000", as Node prints them; @colon is the last colon. */
static bool bare_ipv6_before(struct iu_span line, size_t colon, struct iu_message_host *host)
{
	size_t start = run_start(line, colon, is_ipv6_byte);
	struct iu_span s = {line.text + start, colon - start};

	if (iu_span_before(line, colon, "::") &&
		(colon == 2 ||
			(line.text[colon - 3] != ':' && !iu_char_is_digit(line.text[colon - 3]))))
		return iu_message_hosts_form((struct iu_span){"::", 2}, host);
	/* "::" in front: others are too easily something else ("12:34:56", a trace). */
	if (s.len < 2 || !begins_token(line, start))
		return false;
	if ((s.text[0] != ':' || s.text[1] != ':') && !is_full(s) &&
		!(is_ipv6(s) && after_words(line, start)))
		return false;
	return iu_message_hosts_form(s, host);
}

/* What is written where nothing is: the port counts. */
static bool nothing_before(struct iu_span line, size_t colon)
{
	static const char *const forms[] = {"[undef]", "<null>", "tcp:", "udp:", "<unresolved>"};

	for (size_t i = 0; i < IU_COUNT(forms); i++)
		if (iu_span_before(line, colon, forms[i]))
			return true;
	return false;
}

/* "<your-ip>:8080", "[redacted]:8080", "x.x.x.x:8080": the port is all that is told. */
static bool hidden_before(struct iu_span line, size_t colon)
{
	static const char *const words[] = {"ip", "host", "addr", "redacted", "hidden", "removed",
		"server", "domain", "xxx"};
	char close = line.text[colon - 1], open = close == '>' ? '<' : close == ']' ? '[' : '\0';
	size_t at = colon - 1;

	if (!open)
		return false;
	while (at > 0 && colon - at < 40 && line.text[at - 1] != open)
		at--;
	if (at == 0 || line.text[at - 1] != open)
		return false;
	for (size_t i = 0; i < IU_COUNT(words); i++)
		for (size_t k = at; k < colon; k++)
			if (iu_span_at(line, k, words[i]) && k + strlen(words[i]) < colon)
				return true;
	return false;
}

static bool starts_like_name(struct iu_span host)
{
	return host.len && host.len <= HOST_MAX && iu_char_is_letter(host.text[0]);
}

/* "db.internal:9092": a name, where names stand. */
static bool name_before(struct iu_span line, size_t start, struct iu_span s)
{
	if (is_masked(s))
		return begins_token(line, start);
	if (!starts_like_name(s) || (s.len == 4 && iu_span_at(s, 0, "unix")))
		return false;
	/* "0.0.0.0:80:172.17.0.2:80/tcp", "postgres:5432/5" */
	return ends_scheme(line, start) || after_words(line, start);
}

bool iu_message_hosts_before(struct iu_span line, size_t colon, struct iu_message_host *ret_host)
{
	size_t start = run_start(line, colon, is_host);
	struct iu_span host = {line.text + start, colon - start};

	*ret_host = (struct iu_message_host){.text = every};
	if (nothing_before(line, colon))
		return true;
	if (colon && (line.text[colon - 1] == ']' || line.text[colon - 1] == '>'))
		return hidden_before(line, colon) ||
		       (line.text[colon - 1] == ']' && bracketed_before(line, colon, ret_host));
	if (colon && (line.text[colon - 1] == '*' || line.text[colon - 1] == '+')) {
		/* "***.***.***.***:80" is a hidden address, "*:80" every one. */
		while (start > 1 && strchr("*.", line.text[start - 1]))
			start--;
		return begins_token(line, colon - 1) || begins_token(line, start);
	}
	if (colon && line.text[colon - 1] == ':')
		return bare_ipv6_before(line, colon, ret_host);
	if (!host.len || is_wildcard_word(host))
		return begins_token(line, start) && !ends_key(line, start) &&
		       (!start || line.text[start - 1] != '/' || ends_scheme(line, start));
	if (iu_message_hosts_form(host, ret_host))
		return begins_token(line, start);
	if (bare_ipv6_before(line, colon, ret_host))
		return true;
	ret_host->text = host;
	ret_host->named = true;
	return name_before(line, start, host);
}

/* ---- in words ---- */

size_t iu_message_hosts_skip(struct iu_span line, size_t at, const char *bytes)
{
	size_t end = line.len - at > IU_MESSAGE_REACH ? at + IU_MESSAGE_REACH : line.len;

	while (at < end && line.text[at] && strchr(bytes, line.text[at]))
		at++;
	return at;
}

struct iu_span iu_message_hosts_token(struct iu_span line, size_t at)
{
	struct iu_span token = {line.text + at, 0};

	while (at + token.len < line.len && token.len < IU_MESSAGE_REACH &&
		is_address_byte(line.text[at + token.len]))
		token.len++;
	return token;
}

static struct iu_span without_tail(struct iu_span s)
{
	while (s.len && strchr(".:,-", s.text[s.len - 1]) &&
		!(s.len >= 2 && s.text[s.len - 2] == ':'))
		s.len--;
	return s;
}

bool iu_message_hosts_in_front(struct iu_span line, size_t at, struct iu_message_host *ret_host)
{
	static const char *const between[] = {
		" and", " on", " with", " tcp", " udp", " the", " at", " failed"};
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
	       iu_message_hosts_form((struct iu_span){line.text + start, at - start}, ret_host);
}

bool iu_message_hosts_behind(struct iu_span line, size_t at, struct iu_message_host *ret_host)
{
	static const char *const between[] = {
		"on ", "at ", "of ", "for ", "the ", "address ", "host ", "interface ", "ip ",
		"socket_addr ", "= "};
	bool any = false;

	for (int words = 0; words < 4; words++) {
		at = iu_message_hosts_skip(line, at, " ,\"'`(");
		for (size_t i = 0; i < IU_COUNT(between); i++)
			if (iu_span_at(line, at, between[i])) {
				at += strlen(between[i]);
				any = true;
			}
	}
	return any && iu_message_hosts_form(
			      without_tail(iu_message_hosts_token(line, at)), ret_host);
}
