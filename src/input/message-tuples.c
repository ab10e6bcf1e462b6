/* input/message-tuples.c - (HOST, PORT) in a message, as languages print their tuples */
#include <stdio.h>
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "input/message-shapes.h"

/* ('127.0.0.1', 8000), ["::1", 8000, 0, 0], {"0.0.0.0", 80}, ('', 8000) */
static void scan_tuples(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_message_host host;
	struct iu_span quoted;
	size_t at, n;

	for (size_t open = 0; open < line.len; open++) {
		/* Erlang has it in the middle of a longer one: {error,"::",5672,…}. */
		bool middle = open && line.text[open - 1] == ',' && line.text[open] == '"';

		if (!middle && !strchr("([{", line.text[open]))
			continue;
		at = iu_message_hosts_skip(line, open + 1, "\"'");
		quoted = iu_message_hosts_token(line, at);
		at += quoted.len;
		/* An empty host between quotes is Python's every address. */
		if (!iu_message_hosts_form(quoted, &host)) {
			if (quoted.len || middle || at != open + 3)
				continue;
			host = (struct iu_message_host){.text = {"", 0}};
		}
		at = iu_message_hosts_skip(line, at, "\"'");
		if (at >= line.len || line.text[at] != ',')
			continue;
		at = iu_message_hosts_skip(line, at, ", ");
		n = iu_span_digits(line, at);
		if (n && n <= 5 && at + n < line.len && strchr("),]}", line.text[at + n]))
			iu_message_found_keep(scan, line, open, &host,
				(struct iu_message_ports){.first = {line.text + at, n}});
	}
}

/* {0,0,0,0} or {0,0,0,0,0,0,0,1} at @at: how many bytes, 0: it is none. */
static size_t read_address(struct iu_span line, size_t at, struct iu_message_host *ret_host)
{
	uint64_t numbers[8];
	char text[64];
	size_t n = 0, from = at + 1;

	while (n < IU_COUNT(numbers)) {
		size_t digits = iu_span_digits(line, from);

		if (!digits || digits > 5 ||
			!iu_span_number((struct iu_span){line.text + from, digits}, UINT16_MAX,
				&numbers[n++]))
			return 0;
		from += digits;
		if (from >= line.len || line.text[from] != ',')
			break;
		from++;
	}
	if (from >= line.len || line.text[from] != '}' || (n != 4 && n != 8))
		return 0;
	if (n == 4)
		snprintf(text, sizeof(text), "%u.%u.%u.%u", (unsigned)numbers[0],
			(unsigned)numbers[1], (unsigned)numbers[2], (unsigned)numbers[3]);
	else
		snprintf(text, sizeof(text), "%x:%x:%x:%x:%x:%x:%x:%x", (unsigned)numbers[0],
			(unsigned)numbers[1], (unsigned)numbers[2], (unsigned)numbers[3],
			(unsigned)numbers[4], (unsigned)numbers[5], (unsigned)numbers[6],
			(unsigned)numbers[7]);
	if (n == 8 && !(numbers[0] | numbers[1] | numbers[2] | numbers[3] | numbers[4] | numbers[5] |
			      numbers[6] | numbers[7]))
		snprintf(text, sizeof(text), "::");
	return iu_message_hosts_form(iu_span_of(text), ret_host) ? from + 1 - at : 0;
}

/* Erlang: {acceptor,{0,0,0,0},5671}, {{127,0,0,1},80} */
static void scan_erlang(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_message_host host;

	for (size_t at = 0; at < line.len; at++) {
		size_t len = line.text[at] == '{' ? read_address(line, at, &host) : 0;
		size_t number = iu_message_hosts_skip(line, at + len, ", "), n;

		if (!len || at + len >= line.len || line.text[at + len] != ',')
			continue;
		n = iu_span_digits(line, number);
		if (n && n <= 5 && number + n < line.len && strchr("}],", line.text[number + n]))
			iu_message_found_keep(scan, line, at, &host,
				(struct iu_message_ports){.first = {line.text + number, n}});
	}
}

void iu_message_tuples_scan(struct iu_message_scan *scan, struct iu_span line)
{
	scan_tuples(scan, line);
	scan_erlang(scan, line);
}
