/* input/message-pairs.c - HOST:PORT in a message, in all its writings */
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "input/message-shapes.h"

/* "[9300-9400]" behind a colon is a list to choose of, and the first is what failed first. */
static struct iu_message_ports ports_at(struct iu_span line, size_t number, bool range)
{
	struct iu_message_ports ports = {
		.first = {line.text + number, iu_span_digits(line, number)}};
	size_t end = number + ports.first.len;

	if (range || end + 1 >= line.len || line.text[end] != '-')
		return ports;
	ports.last = (struct iu_span){line.text + end + 1, iu_span_digits(line, end + 1)};
	if (!ports.last.len || ports.last.len > 5 ||
		!iu_message_found_number_ends(line, end + 1 + ports.last.len, true))
		ports.last.len = 0;
	return ports;
}

/* "/run/ssh/git@host.example:22" is the path of a socket that ssh keeps for a connection. */
static bool is_in_path(struct iu_span line, size_t at)
{
	size_t start = at;
	bool name = false;

	while (start > 0 && at - start < IU_MESSAGE_REACH && !strchr(" \t\"'`(<=,;|", line.text[start - 1])) {
		start--;
		name |= line.text[start] == '@';
	}
	if (!name || iu_span_find((struct iu_span){line.text + start, at - start}, "://") < at - start)
		return false;
	/* "unix:/run/…", "bind:/run/…" */
	while (start < at && line.text[start] != '/' && line.text[start] != '@' && line.text[start] != '~')
		start++;
	return line.text[start] != '@';
}

/* Every "HOST:PORT", named's "127.0.0.1#53", Elasticsearch's "127.0.0.1:[9300-9400]". */
static void scan_pairs(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_message_host host;

	for (size_t at = 0; at + 1 < line.len; at++) {
		bool sharp = line.text[at] == '#', range = line.text[at + 1] == '[';
		size_t number = at + 1 + range, n = iu_span_digits(line, number);
		struct iu_message_ports ports;
		size_t start = at;

		if ((line.text[at] != ':' && !sharp) || !n || n > 5 || is_in_path(line, at))
			continue;
		if (!iu_message_hosts_before(line, at, &host) ||
			((sharp || range) && !host.text.len))
			continue;
		ports = ports_at(line, number, range);
		/* Behind an address "80:80" is Docker's, without one it is line and column. */
		if (!range && !ports.last.len &&
			!iu_message_found_number_ends(line, number + n, !host.text.len))
			continue;
		if (host.text.len <= at)
			start = at - host.text.len;
		iu_message_found_keep(scan, line, start, &host, ports);
	}
}

/* ---- URLs ---- */

/* A port is left out that belongs to the scheme. */
static void scan_urls(struct iu_message_scan *scan, struct iu_span line)
{
	static const struct {
		const char *scheme, *port;
	} schemes[] = {{"http://", "80"}, {"https://", "443"}};
	struct iu_message_host host;

	for (size_t at = 0; at < line.len; at++)
		for (size_t i = 0; i < IU_COUNT(schemes); i++) {
			size_t begin = at + strlen(schemes[i].scheme), end;
			struct iu_span token;

			if (!iu_span_at(line, at, schemes[i].scheme))
				continue;
			token = (struct iu_span){line.text + begin, 0};
			for (end = begin; end < line.len && token.len < IU_MESSAGE_REACH &&
					  !strchr("/\"'`<> ,;", line.text[end]);
				end++)
				token.len++;
			while (token.len && strchr(".:", token.text[token.len - 1]))
				token.len--;
			if (iu_message_hosts_form(token, &host))
				iu_message_found_keep(scan, line, at, &host,
					(struct iu_message_ports){
						.first = iu_span_of(schemes[i].port)});
		}
}

/* ---- shapes with the port apart ---- */

/* SQL Server: "[ 'any' <ipv6> 1433]", "::1 <ipv6> 1431" */
static void scan_families(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_message_host host;

	for (size_t at = 0; at + 8 < line.len; at++) {
		bool six = iu_span_at(line, at, "<ipv6> ");
		size_t number = at + strlen("<ipv6> "), end = at, start;
		struct iu_message_ports ports;

		if (!six && !iu_span_at(line, at, "<ipv4> "))
			continue;
		ports = (struct iu_message_ports){
			.first = {line.text + number, iu_span_digits(line, number)}};
		while (end > 0 && strchr(" '\"", line.text[end - 1]))
			end--;
		for (start = end; start > 0 && end - start < 64 &&
				  !strchr(" '\"[(", line.text[start - 1]);
			start--)
			;
		if (iu_span_is_any_case((struct iu_span){line.text + start, end - start}, "any"))
			iu_message_hosts_form(iu_span_of(six ? "::" : "0.0.0.0"), &host);
		else if (!iu_message_hosts_form(
				 (struct iu_span){line.text + start, end - start}, &host))
			continue;
		iu_message_found_keep(scan, line, start, &host, ports);
	}
}

/* libp2p, Substrate: "/ip4/127.0.0.1/tcp/8080", "/dns/localhost/tcp/8080/http" */
static void scan_multiaddresses(struct iu_message_scan *scan, struct iu_span line)
{
	static const char *const begins[] = {"/ip4/", "/ip6/", "/dns/", "/dns4/", "/dns6/"};

	for (size_t at = 0; at < line.len; at++)
		for (size_t i = 0; i < IU_COUNT(begins); i++) {
			size_t begin = at + strlen(begins[i]), end = begin;
			struct iu_message_host host;
			struct iu_span name;

			if (!iu_span_at(line, at, begins[i]))
				continue;
			while (end < line.len && end - begin < 253 &&
				!strchr("/ \"'`", line.text[end]))
				end++;
			name = (struct iu_span){line.text + begin, end - begin};
			if (!iu_span_at(line, end, "/tcp/") && !iu_span_at(line, end, "/udp/"))
				continue;
			if (!iu_message_hosts_form(name, &host)) {
				if (!name.len || !iu_char_is_letter(name.text[0]))
					continue;
				host = (struct iu_message_host){.text = name, .named = true};
			}
			end += strlen("/tcp/");
			iu_message_found_keep(scan, line, at, &host,
				(struct iu_message_ports){
					.first = {line.text + end, iu_span_digits(line, end)}});
		}
}

/* QEMU's "tcp:127.0.0.1:2222-10.0.2.15:22": what stands behind the dash is the guest's. */
static void scan_forwards(struct iu_message_scan *scan, struct iu_span line)
{
	static const char *const begins[] = {"hostfwd=tcp:", "hostfwd=udp:", "rule 'tcp:", "rule 'udp:"};

	for (size_t at = 0; at < line.len; at++)
		for (size_t i = 0; i < IU_COUNT(begins); i++) {
			size_t begin = at + strlen(begins[i]), colon, digits;
			struct iu_message_host host;

			if (!iu_span_at(line, at, begins[i]))
				continue;
			for (colon = begin; colon < line.len && !strchr(":-'\", ", line.text[colon]); colon++)
				;
			digits = colon < line.len ? iu_span_digits(line, colon + 1) : 0;
			if (colon == begin || !digits || !iu_span_at(line, colon + 1 + digits, "-") ||
				!iu_message_hosts_form((struct iu_span){line.text + begin, colon - begin}, &host))
				continue;
			iu_message_found_keep(scan, line, begin, &host,
				(struct iu_message_ports){.first = {line.text + colon + 1, digits}});
		}
}

void iu_message_pairs_scan(struct iu_message_scan *scan, struct iu_span line)
{
	scan_pairs(scan, line);
	scan_urls(scan, line);
	scan_families(scan, line);
	scan_multiaddresses(scan, line);
	scan_forwards(scan, line);
}
