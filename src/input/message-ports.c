/* input/message-ports.c - "port N" in a message, and ranges of ports */
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "input/message-shapes.h"

#define BETWEEN " :=#\"'`("

/* Words in which a range of ports is told, each with what stands between its ends. */
static const struct {
	const char *begins, *between;
} ranges[] = {
	{"between ", " and "},
	{"from ", " to "},
	{"from ", "-"},
	{"from ", " through "},
	{"in range: ", "-"},
	{"in range ", "-"},
	{"range: ", "-"},
	{"range ", "-"},
	{"range [", "-"},
	{"range (", "-"},
	{"range ", " to "},
	{"ports ", "-"},
	{"ports ", " to "},
	{"ports ", " through "},
	{"ports: ", "-"},
	{"port ", "-"},
	{"ports ", ".."},
	{"range ", ".."},
};

/* Words behind that a port stands without the word "port". */
static const char *const begins_port[] = {"starting from ", "starting at "};

static struct iu_span number_at(struct iu_span line, size_t at)
{
	return (struct iu_span){line.text + at, iu_span_digits(line, at)};
}

static bool is_number(struct iu_span n)
{
	return n.len && n.len <= 5;
}

/* "from 7860 to 7959", "in range: 7860-7860" behind whose first words @at stands. */
static bool range_at(struct iu_span line, size_t at, const char *between,
	struct iu_message_ports *ret_ports)
{
	struct iu_message_ports ports = {.first = number_at(line, at)};
	size_t next = at + ports.first.len;

	if (!is_number(ports.first) || !iu_span_at(line, next, between))
		return false;
	next += strlen(between);
	if (iu_span_at(line, next, "port "))
		next += strlen("port ");
	ports.last = number_at(line, next);
	if (!is_number(ports.last) ||
		!iu_message_found_number_ends(line, next + ports.last.len, true))
		return false;
	*ret_ports = ports;
	return true;
}

/* A range needs the word "port" somewhere on its line: others are of pages, lines and times. */
static void scan_ranges(struct iu_message_scan *scan, struct iu_span line)
{
	const struct iu_message_host none = {.text = {NULL, 0}};
	struct iu_message_ports ports;

	if (iu_span_find(line, "port") >= line.len)
		return;
	for (size_t at = 0; at + 4 < line.len; at++)
		for (size_t i = 0; i < IU_COUNT(ranges); i++) {
			size_t behind = at + strlen(ranges[i].begins);

			if (!iu_span_at(line, at, ranges[i].begins) ||
				(at && iu_char_is_word(line.text[at - 1])))
				continue;
			if (iu_span_at(line, behind, "port "))
				behind += strlen("port ");
			else if (iu_span_at(line, behind, "ports "))
				behind += strlen("ports ");
			if (range_at(line, behind, ranges[i].between, &ports)) {
				iu_message_found_keep(scan, line, at, &none, ports);
				break;
			}
		}
}

/* "failed after 16 retries (starting from 7077)" */
static void scan_starts(struct iu_message_scan *scan, struct iu_span line)
{
	const struct iu_message_host none = {.text = {NULL, 0}};

	if (scan->call != IU_CALL_BIND)
		return;
	for (size_t at = 0; at + 4 < line.len; at++)
		for (size_t i = 0; i < IU_COUNT(begins_port); i++) {
			struct iu_message_ports ports;

			if (!iu_span_at(line, at, begins_port[i]))
				continue;
			ports = (struct iu_message_ports){
				.first = number_at(line, at + strlen(begins_port[i]))};
			if (is_number(ports.first))
				iu_message_found_keep(scan, line, at, &none, ports);
		}
}

/* "port", "http_port", "clientPort", not "airport" */
static bool begins_word(struct iu_span line, size_t at)
{
	return at == 0 || !iu_char_is_word(line.text[at - 1]) || line.text[at - 1] == '_' ||
	       (line.text[at] == 'P' && line.text[at - 1] == iu_char_lower(line.text[at - 1]));
}

/* How long the word for a port is that begins at @at; 0: none does. */
static size_t port_word(struct iu_span line, size_t at)
{
	static const char *const words[] = {"portas", "porta", "ports", "port", "puertos", "puerto",
		"порта", "порту", "порт", "Порт", "端口", "ポート", "포트"};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (iu_span_at(line, at, words[i]))
			return strlen(words[i]);
	return 0;
}

/* Where the number begins that a word for a port at @at stands in front of; 0: it is none. */
static size_t number_behind(struct iu_span line, size_t at)
{
	bool htons = iu_span_at(line, at, "htons(");
	size_t word = htons ? 0 : port_word(line, at), number = at + word;

	if ((!htons && !word) || !begins_word(line, at))
		return 0;
	if (htons)
		return at + strlen("htons(");
	/* "{port,5671}" of Erlang, "forwarded port to 8080", "port number 80" */
	if (at && line.text[at - 1] == '{' && number < line.len && line.text[number] == ',')
		number++;
	number = iu_message_hosts_skip(line, number, BETWEEN);
	if (iu_span_at(line, number, "to ") && iu_span_before(line, at, "forwarded "))
		number = iu_message_hosts_skip(line, number + 3, BETWEEN);
	if (iu_span_at(line, number, "number "))
		number = iu_message_hosts_skip(line, number + 7, BETWEEN);
	if (iu_span_at(line, number, "[") && number && line.text[number - 1] == ' ')
		number++; /* "Port [19132] may be in use" */
	/* "port8080" is a name */
	return (unsigned char)line.text[at] >= 0x80 ||
			       strchr(BETWEEN ",[", line.text[number - 1])
		       ? number
		       : 0;
}

/* "ports (8005, 8080, 8009)", "ports 80 and 443": where the next one begins; 0: none does. */
static size_t next_of_list(struct iu_span line, size_t at, size_t end)
{
	static const char *const between[] = {", and ", ", ", " and ", ","};

	if (!iu_span_at(line, at, "ports"))
		return 0;
	for (size_t i = 0; i < IU_COUNT(between); i++) {
		size_t next = end + strlen(between[i]);

		if (iu_span_at(line, end, between[i]) && next < line.len &&
			iu_char_is_digit(line.text[next]))
			return next;
	}
	return 0;
}

void iu_message_ports_scan(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_message_host host;
	struct iu_message_ports ports;

	scan_ranges(scan, line);
	scan_starts(scan, line);
	for (size_t at = 0; at + 4 < line.len; at++) {
		size_t number = number_behind(line, at);

		if (!number)
			continue;
		for (; number; number = next_of_list(line, at, number + ports.first.len)) {
			ports = (struct iu_message_ports){.first = number_at(line, number)};
			if (!is_number(ports.first) ||
				!iu_message_found_number_ends(
					line, number + ports.first.len, true))
				break;
			host = (struct iu_message_host){.text = {NULL, 0}};
			if (!iu_message_hosts_in_front(line, at, &host) &&
				!iu_message_hosts_behind(line, number + ports.first.len, &host))
				host = (struct iu_message_host){.text = {NULL, 0}};
			iu_message_found_keep(scan, line, at, &host, ports);
		}
	}
}
