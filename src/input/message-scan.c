/* input/message-scan.c - the endpoints of one line of a message, by their shapes */
#include "input/message-scan.h"

#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "input/message-call.h"
#include "input/message-lines.h"
#include "input/message-locks.h"
#include "input/message-shapes.h"

#define TRACE_LINES 6

/* ---- what only one program prints so ---- */

static void keep_number(
	struct iu_message_scan *scan, struct iu_span line, size_t at, struct iu_span number)
{
	const struct iu_message_host none = {.text = {NULL, 0}};

	iu_message_found_keep(scan, line, at, &none, (struct iu_message_ports){.first = number});
}

#define VNC_PORT 5900
#define X_PORT	 6000

/* What a display takes: an X server reads the lock before it binds the socket. */
static void keep_display(
	struct iu_message_scan *scan, struct iu_span line, size_t at, bool screen)
{
	struct iu_span number = {line.text + at, iu_span_digits(line, at)};
	char text[24];
	uint64_t display;

	if (!number.len || number.len > 3 || !iu_span_number(number, 999, &display))
		return;
	/* "… is already running as :0 on port 5900" */
	for (size_t i = scan->begun; screen && i < scan->n; i++)
		if (scan->found[i].port_at)
			return;
	snprintf(text, sizeof(text), "%u-lock", (unsigned int)display);
	iu_message_found_keep_path(scan, at, "unix:/tmp/.X", iu_span_of(text));
	iu_message_found_keep_path(scan, at, "unix:/tmp/.X11-unix/X", number);
	iu_message_found_keep_path(scan, at, "unix:@/tmp/.X11-unix/X", number);
	if (!screen)
		return;
	snprintf(text, sizeof(text), "%u", VNC_PORT + (unsigned int)display);
	keep_number(scan, line, at, iu_span_of(text));
	snprintf(text, sizeof(text), "%u", X_PORT + (unsigned int)display);
	keep_number(scan, line, at, iu_span_of(text));
}

/* "localhost:1" of a line about X is a display. */
static void drop_displays(struct iu_message_scan *scan, struct iu_span line)
{
	static const char *const words[] = {
		"/tmp/.x", "x server", "vnc server", "x display", "display :", "display \":"};
	bool of_x = false;
	uint64_t port;

	for (size_t i = 0; i < IU_COUNT(words); i++)
		of_x |= iu_span_find(line, words[i]) < line.len;
	for (size_t i = scan->n; of_x && i-- > scan->begun;) {
		const struct iu_message_found *f = &scan->found[i];

		if (f->port_at && iu_span_number((struct iu_span){f->text + f->port_at, f->port_len},
					  999, &port))
			iu_message_found_drop(scan, i);
	}
}

/* "bind(21) AF_INET 127.0.0.1#123", "bind(12, {AF=2 …": that is the descriptor. */
static bool is_descriptor(struct iu_span line, size_t end)
{
	static const char *const behind[] = {") af_", ", {", ", 0x"};

	for (size_t i = 0; i < IU_COUNT(behind); i++)
		if (iu_span_at(line, end, behind[i]))
			return true;
	return false;
}

/* Behind a pattern's words: @at. */
static void keep_pattern(struct iu_message_scan *scan, struct iu_span line, size_t at,
	const struct iu_message_pattern *pattern)
{
	struct iu_span number = {line.text + at, iu_span_digits(line, at)};
	struct iu_message_host host;
	char port[8];
	size_t had = scan->n;

	switch (pattern->kind) {
	case IU_PATTERN_PROTOCOL: break; /* read before the shapes */
	case IU_PATTERN_PORT:
		if (number.len > 1 && !is_descriptor(line, at + number.len) &&
			(at + number.len == line.len ||
				strchr("]-\":;),}", line.text[at + number.len]) ||
				iu_span_at(line, at + number.len, " to ")))
			keep_number(scan, line, at, number);
		break;
	case IU_PATTERN_DISPLAY:
	case IU_PATTERN_SCREEN:
		keep_display(scan, line, at, pattern->kind == IU_PATTERN_SCREEN);
		break;
	case IU_PATTERN_DEFAULT:
		number = (struct iu_span){
			port, (size_t)snprintf(port, sizeof(port), "%u", pattern->port)};
		/* "… listening socket for 127.0.0.1: Address already in use" has an address */
		if (!iu_message_hosts_behind(line, at, &host))
			host = (struct iu_message_host){.text = {NULL, 0}};
		iu_message_found_keep(scan, line, at, &host, (struct iu_message_ports){.first = number});
		if (scan->n > had)
			scan->found[had].weak = true;
		break;
	}
}

static void scan_patterns(struct iu_message_scan *scan, struct iu_span line)
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

/* Its program reads the process id in it, and never comes to a bind(). */
static void scan_locks(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_span folder = iu_message_locks_folder(line), path;
	char text[IU_UNIX_PATH_MAX + 1];

	if (!iu_message_locks_said(line))
		return;
	for (size_t at = 0; (path = iu_message_locks_next(line, at)).len;
		at = (size_t)(path.text - line.text) + path.len)
		iu_message_found_keep_path(scan, (size_t)(path.text - line.text), "unix:", path);
	if (folder.len && (size_t)snprintf(text, sizeof(text), "%.*s/postmaster.pid", (int)folder.len,
				  folder.text) < sizeof(text))
		iu_message_found_keep_path(
			scan, (size_t)(folder.text - line.text), "unix:", iu_span_of(text));
}

/* ---- the line ---- */

/* The first endpoint of this line that stands right behind the call; n: none does. */
static size_t behind_call(const struct iu_message_scan *scan, struct iu_span line)
{
	size_t best = scan->n;

	for (size_t i = scan->begun; i < scan->n; i++)
		if ((best == scan->n || scan->found[i].at < scan->found[best].at) &&
			iu_message_call_before(line, scan->found[i].at))
			best = i;
	return best;
}

/* "[Leader@317(plain=0.0.0.0:2181)] Couldn't bind to db:2888": what the call names counts. */
static void drop_before_call(struct iu_message_scan *scan, struct iu_span line)
{
	size_t best = behind_call(scan, line), at;

	if (best == scan->n)
		return;
	at = scan->found[best].at;
	for (size_t i = scan->n; i-- > scan->begun;)
		if (scan->found[i].at < at && !scan->found[i].bare)
			iu_message_found_drop(scan, i);
}

/* Of a connection one end is asked for: the one behind the call, or the first. */
static void keep_one(struct iu_message_scan *scan, struct iu_span line)
{
	size_t best = behind_call(scan, line);

	if (best == scan->n)
		for (size_t i = best = scan->begun; i < scan->n; i++)
			if (scan->found[i].at < scan->found[best].at)
				best = i;
	for (size_t i = scan->n; i-- > scan->begun;)
		if (i != best)
			iu_message_found_drop(scan, i);
}

/* "connect EADDRNOTAVAIL 10.0.0.5:443 - Local (10.0.0.9:0)" of Node.js */
static void read_source(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_message_found *f = &scan->found[scan->begun];
	size_t at = iu_span_find(line, "local ("), end, colon;

	if (at >= line.len || scan->n == scan->begun)
		return;
	at += strlen("local (");
	for (end = at; end < line.len && line.text[end] != ')'; end++)
		;
	for (colon = end; colon > at && line.text[colon] != ':'; colon--)
		;
	if (colon == at || colon - at >= sizeof(f->source) - 1 ||
		!iu_message_hosts_literal((struct iu_span){line.text + at, colon - at}))
		return;
	memcpy(f->source, line.text + at, colon - at);
	f->source[colon - at] = '\0';
}

/* "bind EADDRINUSE 0.0.0.0:80" of Node.js is of UDP, but for a worker of a cluster: its trace says that. */
static bool is_of_cluster(const struct iu_message_scan *scan, struct iu_span line)
{
	for (int i = 0; i < TRACE_LINES && line.len; i++) {
		if (iu_span_find(line, "listenincluster") < line.len)
			return true;
		line = iu_message_lines_next(scan->text, line);
	}
	return false;
}

void iu_message_scan_line(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_span whole = line;

	while (line.len && line.text[line.len - 1] == ' ')
		line.len--;
	scan->begun = scan->n;
	scan->protocol = iu_message_patterns_protocol_of(line);
	if (!scan->protocol && scan->said.text != line.text)
		scan->protocol = iu_message_patterns_protocol_of(scan->said);
	if (scan->protocol == IU_MESSAGE_UDP && is_of_cluster(scan, whole))
		scan->protocol = IU_MESSAGE_TCP;
	/* sendto() is of datagrams: a stream has send() and write(). */
	if (!scan->protocol && scan->call == IU_CALL_SEND)
		scan->protocol = IU_MESSAGE_UDP;
	iu_message_pairs_scan(scan, line);
	iu_message_tuples_scan(scan, line);
	drop_displays(scan, line);
	iu_message_paths_scan(scan, line);
	scan_locks(scan, line);
	iu_message_ports_scan(scan, line); /* late: it gives way to what is said with an address */
	scan_patterns(scan, line);
	if (scan->call == IU_CALL_CONNECT || scan->call == IU_CALL_REMOTE) {
		keep_one(scan, line);
		read_source(scan, line);
	} else {
		drop_before_call(scan, line);
	}
}
