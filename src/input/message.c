/* input/message.c - the endpoints that a printed error message speaks of */
#include "input/message.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/err.h"
#include "input/message-clean.h"
#include "input/message-lines.h"
#include "input/target.h"

/*
 * No program's wording is matched as a whole: what is looked for are the few shapes in which an
 * endpoint is printed ("HOST:PORT", "port N", "(HOST, PORT)", a socket path), on lines that speak
 * of a failed call. New wordings then need no new code.
 */

/* So many lines of a failed call are looked around for their endpoint. */
#define SUSPECTS_MAX 64
/* More endpoints than this in a text that speaks of no failed bind are something else. */
#define GUESSES_MAX 8

static bool is_of(enum iu_call call, enum iu_call wanted)
{
	return wanted == IU_CALL_BIND ? call == IU_CALL_BIND || call == IU_CALL_REMOTE
				      : call > IU_CALL_REMOTE;
}

/* The lines that speak of a failed call. Returns how many there are; the first are kept. */
static size_t scan_suspects(struct iu_message_scan *scan, struct iu_span text,
	enum iu_call wanted, struct iu_span lines[SUSPECTS_MAX])
{
	size_t n = 0;

	for (struct iu_span line = iu_message_lines_from(text, 0); line.len;
		line = iu_message_lines_next(text, line)) {
		enum iu_call call = iu_message_call_read(line);

		if (!is_of(call, wanted))
			continue;
		scan->said = line;
		scan->call = call;
		iu_message_scan_line(scan, line);
		if (n < SUSPECTS_MAX)
			lines[n++] = line;
	}
	return n;
}

/*
 * Programs often name the endpoint some lines before or after the error: the nearest line that
 * names one. In a long log all others are peers and the like.
 */
static void scan_around(struct iu_message_scan *scan, struct iu_span text, struct iu_span line)
{
	struct iu_span before = line, after = line;
	size_t had = scan->n;

	scan->said = line;
	scan->call = iu_message_call_read(line);
	for (int i = 0; i < IU_MESSAGE_NEAR && scan->n == had && (before.len || after.len); i++) {
		before = iu_message_lines_previous(text, before);
		after = iu_message_lines_next(text, after);
		iu_message_scan_line(scan, before);
		if (scan->n == had)
			iu_message_scan_line(scan, after);
	}
}

/* 'could not bind IPv4 address "127.0.0.1"', and the port on another line. */
static void add_address(struct iu_message_scan *scan, struct iu_span line)
{
	struct iu_message_found *f = &scan->found[0];
	struct iu_message_host host;
	struct iu_span quoted;
	size_t open = iu_span_find(line, "address \"");
	char old[sizeof(f->text)];

	if (scan->n != 1 || !f->bare || open >= line.len)
		return;
	open += strlen("address \"");
	quoted = iu_message_hosts_token(line, open);
	if (!iu_message_hosts_form(quoted, &host) ||
		host.text.len + strlen(f->text) >= sizeof(f->text))
		return;
	memcpy(old, f->text, sizeof(old));
	memcpy(f->text, host.text.text, host.text.len);
	memcpy(f->text + host.text.len, old, strlen(old) + 1);
	f->port_at += host.text.len;
	f->bare = false;
}

static void scan_all(struct iu_message_scan *scan, struct iu_span text)
{
	for (struct iu_span line = iu_message_lines_from(text, 0); line.len;
		line = iu_message_lines_next(text, line)) {
		scan->said = line;
		scan->call = IU_CALL_NONE;
		if (!iu_message_call_well(line) && !iu_message_patterns_other(line))
			iu_message_scan_line(scan, line);
	}
	if (scan->n > GUESSES_MAX)
		scan->n = 0;
}

static void scan_text(struct iu_message_scan *scan, struct iu_span text)
{
	static const enum iu_call order[] = {IU_CALL_BIND, IU_CALL_CONNECT};
	struct iu_span lines[SUSPECTS_MAX];
	size_t suspects = 0;

	scan->text = text;
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]) && !suspects; k++) {
		scan->guess = false;
		suspects = scan_suspects(scan, text, order[k], lines);
		scan->guess = true;
		for (size_t i = 0; i < suspects && i < SUSPECTS_MAX; i++) {
			if (!iu_message_found_any(scan))
				scan_around(scan, text, lines[i]);
			add_address(scan, lines[i]);
		}
	}
	if (!suspects)
		scan_all(scan, text);
	iu_message_found_end(scan);
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

static int visit_all(const struct iu_message_scan *scan, iu_message_visit *visit, void *context)
{
	int seen = 0, ret = 0;

	for (size_t i = 0; i < scan->n && ret >= 0; i++) {
		const struct iu_message_found *f = &scan->found[i];
		const struct iu_message_endpoint endpoint = {
			.target = f->text,
			.said = f->said,
			.call = f->call,
			.named = f->named,
			.both = f->protocol == IU_MESSAGE_BOTH,
			.port = f->port_at ? f->text + f->port_at : NULL,
			.source = *f->source ? f->source : NULL,
		};

		if (!is_target(f->text))
			continue;
		seen++;
		ret = visit(context, &endpoint);
	}
	return ret < 0 ? ret : seen;
}

int iu_message_endpoints(const char *text, size_t len, iu_message_visit *visit, void *context)
{
	struct iu_span raw = {text, len < IU_MESSAGE_MAX ? len : IU_MESSAGE_MAX};
	struct iu_message_scan *scan = calloc(1, sizeof(*scan));
	char *copy = malloc(raw.len * IU_MESSAGE_CLEAN_GROWS + 1);
	int ret = IU_E_NOMEM;

	if (!scan || !copy)
		goto out;
	raw = (struct iu_span){copy, iu_message_clean(raw, copy)};
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

static int visit_target(void *context, const struct iu_message_endpoint *endpoint)
{
	const struct targets *targets = context;

	return targets->visit(targets->context, endpoint->target);
}

int iu_message_targets(const char *text, size_t len,
	int (*visit)(void *context, const char *target), void *context)
{
	struct targets targets = {visit, context};

	return iu_message_endpoints(text, len, visit_target, &targets);
}

bool iu_message_suspect(const char *line, size_t len)
{
	enum iu_call call = iu_message_call_read((struct iu_span){line, len});

	return call == IU_CALL_BIND || call == IU_CALL_REMOTE;
}

static enum iu_call call_of(struct iu_span text)
{
	enum iu_call found = IU_CALL_NONE;

	for (struct iu_span line = iu_message_lines_from(text, 0); line.len;
		line = iu_message_lines_next(text, line)) {
		enum iu_call call = iu_message_call_read(line);

		if (call == IU_CALL_BIND)
			return call;
		if (!found)
			found = call;
	}
	return found;
}

enum iu_call iu_message_call(const char *text, size_t len)
{
	struct iu_span raw = {text, len < IU_MESSAGE_MAX ? len : IU_MESSAGE_MAX};
	char *copy = malloc(raw.len * IU_MESSAGE_CLEAN_GROWS + 1);
	enum iu_call call;

	/* Without the memory for it the text is read as it stands. */
	if (copy)
		raw = (struct iu_span){copy, iu_message_clean(raw, copy)};
	call = call_of(raw);
	free(copy);
	return call;
}
