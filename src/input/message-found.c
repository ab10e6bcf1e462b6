/* input/message-found.c - what was found in a message, and what of it is meant */
#include "input/message-found.h"

#include <stdio.h>
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "input/message-patterns.h"

/* So far in front of a port a word makes it a peer's. */
#define PEER_REACH 40
/* … makes it the next one that is tried. */
#define NEXT_REACH 24

/* ---- what is not meant ---- */

static bool word_within(struct iu_span line, size_t start, size_t end, const char *word)
{
	size_t n = strlen(word);

	for (; start + n <= end; start++)
		if (iu_span_at(line, start, word) &&
			(start == 0 || !iu_char_is_word(line.text[start - 1])))
			return true;
	return false;
}

/* "from 10.0.0.9:4711": the other end of a connection, on a line about something else. */
static bool is_peer(struct iu_span line, size_t at)
{
	static const char *const words[] = {"from ", "peer ", "client ", "remote ", "from=", "peer=",
		"client=", "remote=", "client: ", "peer: ", "remote: ", "from: "};
	size_t start = at > PEER_REACH ? at - PEER_REACH : 0;

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (word_within(line, start, at, words[i]))
			return true;
	return false;
}

/* A word of the next try, not "in use " and not "trying to bind port 80". */
static bool says_next(struct iu_span line, size_t start, size_t end, const char *word)
{
	size_t n = strlen(word);

	for (; start + n <= end; start++)
		if (iu_span_at(line, start, word) && !iu_span_before(line, start, "in ") &&
			!iu_span_at(line, start + n, "to ") &&
			(start == 0 || !iu_char_is_word(line.text[start - 1])))
			return true;
	return false;
}

/* "trying 3001 instead", "Attempting port 1": the next one, not the one that failed. */
static bool is_next(struct iu_span line, size_t at)
{
	static const char *const before[] = {"attempting ", "trying ", "try ", "retrying ", "using ",
		"use ", "switching ", "switched ", "falling back ", "fallback ", "moving ", "next "};
	static const char *const behind[] = {"instead", "will be used"};
	size_t start = at > NEXT_REACH ? at - NEXT_REACH : 0, stop, end;

	/* Not over the end of a sentence or of a part of it. */
	for (size_t i = start; i < at; i++)
		if (strchr(".;!(", line.text[i]) && i + 1 < at && line.text[i + 1] == ' ')
			start = i + 1;
	for (size_t i = 0; i < IU_COUNT(before); i++)
		if (says_next(line, start, at, before[i]))
			return true;
	stop = line.len - at > 2 * NEXT_REACH ? at + 2 * NEXT_REACH : line.len;
	for (end = at; end < stop && !strchr(",;!?", line.text[end]); end++)
		if (line.text[end] == '.' && end + 1 < stop && line.text[end + 1] == ' ')
			break;
	for (size_t i = 0; i < IU_COUNT(behind); i++)
		if (word_within(line, at, end, behind[i]))
			return true;
	return false;
}

/* "10.0.0.1:4711->10.0.0.2:80": which end @at is. */
static bool is_behind_arrow(struct iu_span line, size_t at)
{
	while (at > 0 && strchr(" [\"'", line.text[at - 1]))
		at--;
	return iu_span_before(line, at, "->") || iu_span_before(line, at, "=>");
}

static bool is_before_arrow(struct iu_span line, size_t at)
{
	while (at < line.len && !strchr(" -=,;", line.text[at]))
		at++;
	return iu_span_at(line, at, "->") || iu_span_at(line, at, " ->");
}

/* "listen=tcp:0.0.0.0:80 connect=tcp:127.0.0.1:80", "to guest 10.0.2.15:22": where a forward leads. */
static bool is_led_to(struct iu_span line, size_t at)
{
	static const char *const words[] = {"connect=", "guest ", "guest=", "to container ", "guest: ",
		"forwarding to ", "forwarded to ", "redirecting to ", "backend ", "to-destination "};
	size_t digits = at;

	if (iu_span_before(line, at, "tcp:") || iu_span_before(line, at, "udp:"))
		at -= strlen("tcp:");
	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (iu_span_before(line, at, words[i]))
			return true;
	/* "redirection of 2222 to 10.0.2.15:22" */
	if (!iu_span_before(line, at, " to "))
		return false;
	for (digits -= strlen(" to "); digits && iu_char_is_digit(line.text[digits - 1]); digits--)
		;
	return iu_span_before(line, digits, "redirection of ");
}

static bool is_other_end(const struct iu_message_scan *scan, struct iu_span line, size_t at)
{
	if (scan->call == IU_CALL_CONNECT)
		return is_before_arrow(line, at) || is_peer(line, at) ||
		       iu_span_before(line, at, "local (") || iu_span_before(line, at, "local [");
	return is_behind_arrow(line, at) || is_led_to(line, at) || (scan->guess && is_peer(line, at));
}

/* ---- what was found ---- */

static struct iu_span port_of(const struct iu_message_found *f)
{
	return (struct iu_span){f->text + f->port_at, f->port_len};
}

static bool same_port(const struct iu_message_found *a, const struct iu_message_found *b)
{
	return a->port_at && b->port_at && a->port_len == b->port_len &&
	       !memcmp(port_of(a).text, port_of(b).text, a->port_len);
}

/* Whether @old says all that @f does; or, where it says less, becomes @f. */
static bool covers(struct iu_message_found *old, const struct iu_message_found *f)
{
	if (!strcmp(old->text, f->text))
		return true;
	if (!same_port(old, f))
		return false;
	/* "auth address 127.0.0.1 port 1812", and below only "127.0.0.1 port 1812" */
	if (!f->protocol && f->port_at == old->port_at && !memcmp(f->text, old->text, f->port_at))
		return true;
	/* "bind [127.0.0.1]:80 … cannot listen to port: 80" */
	if (f->bare)
		return old->protocol == f->protocol || !f->protocol || !old->protocol;
	if (old->bare && !f->weak && (old->protocol == f->protocol || !old->protocol)) {
		*old = *f;
		return true;
	}
	return old->every && !old->bare && !memcmp(f->text, "0.0.0.0:", 8);
}

static void keep(struct iu_message_scan *scan, const struct iu_message_found *found)
{
	for (size_t i = 0; i < scan->n; i++)
		if (covers(&scan->found[i], found))
			return;
	if (scan->n == IU_MESSAGE_TARGETS_MAX)
		return;
	scan->found[scan->n] = *found;
	scan->found[scan->n].call = scan->call;
	scan->found[scan->n++].said = scan->said;
}

static bool is_port(struct iu_span port)
{
	if (!port.len || port.len > 5 || (port.len > 1 && port.text[0] == '0'))
		return false; /* "port 08": no program prints a port so */
	return port.len < 5 || memcmp(port.text, "65535", 5) <= 0;
}

/* "-vnc 127.0.0.1:1" of QEMU: the number of a display, whose port is 5900 above. */
static struct iu_span screen_port(
	struct iu_span line, size_t at, struct iu_span port, char room[8])
{
	static const char *const words[] = {"-vnc ", "-vnc=", "-vnc '", "-vnc \"", "vnc="};
	uint64_t display;

	for (size_t i = 0; i < IU_COUNT(words); i++) {
		if (!iu_span_before(line, at, words[i]) ||
			!iu_span_number(port, UINT16_MAX - 5900, &display))
			continue;
		snprintf(room, 8, "%u", 5900 + (unsigned int)display);
		return iu_span_of(room);
	}
	return port;
}

/* Kestrel tries localhost twice: "http://localhost:5000 on the IPv6 loopback interface" is [::1]. */
static bool is_ipv6_localhost(struct iu_span line, const struct iu_message_host *host)
{
	return iu_span_is_any_case(host->text, "localhost") &&
	       iu_span_find(line, "on the ipv6 loopback interface") < line.len;
}

void iu_message_found_keep(struct iu_message_scan *scan, struct iu_span line, size_t at,
	const struct iu_message_host *host, struct iu_message_ports ports)
{
	static const struct iu_message_host ipv6_localhost = {.text = {"[::1]", 5}};
	static const char *const suffixes[] = {
		[IU_MESSAGE_UDP] = "/udp", [IU_MESSAGE_BOTH] = "/*"};
	struct iu_message_found f = {.at = at, .bare = !host->text.text, .named = host->named};
	struct iu_span port = ports.first;
	bool range = ports.last.len && is_port(ports.last) &&
		     !iu_span_is((struct iu_span){ports.last.text, ports.last.len}, "0");
	const char *suffix;
	char room[8];

	port = screen_port(line, at, port, room);
	if (!is_port(port) || host->text.len + 24 > IU_MESSAGE_TARGET_BYTES)
		return;
	if (host->text.len && is_ipv6_localhost(line, host))
		host = &ipv6_localhost;
	f.every = !host->text.len;
	f.weak = port.text[0] == '0';
	if (f.weak && (!f.bare || scan->guess || scan->call != IU_CALL_BIND))
		return;
	if (is_next(line, at) || is_other_end(scan, line, at))
		return;
	f.protocol = iu_message_patterns_protocol(line, at);
	if (!f.protocol)
		f.protocol = scan->protocol;
	suffix = suffixes[f.protocol] ? suffixes[f.protocol] : "";
	f.port_at = host->text.len + 1;
	if (range && (ports.last.len < port.len ||
			     (ports.last.len == port.len &&
				     memcmp(ports.last.text, port.text, port.len) <= 0)))
		range = false;
	snprintf(f.text, sizeof(f.text), "%.*s:%.*s%s%.*s%s", (int)host->text.len,
		host->text.text ? host->text.text : "", (int)port.len, port.text, range ? "-" : "",
		range ? (int)ports.last.len : 0, range ? ports.last.text : "", suffix);
	f.port_len = strlen(f.text) - strlen(suffix) - f.port_at;
	keep(scan, &f);
}

void iu_message_found_keep_path(
	struct iu_message_scan *scan, size_t at, const char *prefix, struct iu_span path)
{
	struct iu_message_found f = {.at = at};

	snprintf(f.text, sizeof(f.text), "%s%.*s", prefix, (int)path.len, path.text);
	keep(scan, &f);
}

bool iu_message_found_number_ends(struct iu_span line, size_t at, bool colon_too)
{
	char c = at < line.len ? line.text[at] : ' ';
	char next = at + 1 < line.len ? line.text[at + 1] : ' ';

	/* Whether a number may end here: "8080", "8080.", "8080/tcp", not "80.5", "80px", "80:12". */
	if (iu_char_is_word(c) || c == '%')
		return false;
	if ((c == '.' || c == '-') && iu_char_is_digit(next))
		return false;
	return !(colon_too && c == ':' && iu_char_is_digit(next));
}

/* ---- the end ---- */

void iu_message_found_drop(struct iu_message_scan *scan, size_t which)
{
	memmove(&scan->found[which], &scan->found[which + 1],
		(scan->n - which - 1) * sizeof(scan->found[0]));
	scan->n--;
}

bool iu_message_found_any(const struct iu_message_scan *scan)
{
	for (size_t i = 0; i < scan->n; i++)
		if (!scan->found[i].weak)
			return true;
	return false;
}

void iu_message_found_end(struct iu_message_scan *scan)
{
	bool strong = iu_message_found_any(scan);

	for (size_t i = scan->n; strong && i-- > 0;)
		if (scan->found[i].weak)
			iu_message_found_drop(scan, i);
}
