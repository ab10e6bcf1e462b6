/* captures/netsh-http.c - HTTP.sys as netsh http shows it: queues, reservations, listen list */
#include <string.h>

#include "base/err.h"
#include "captures/formats-text.h"

#define QUEUES_MAX 512
#define ROWS_MAX   2048
/* The lines of a queue or of a group of URLs above the ones that matter. */
#define BLOCK_MAX 512
/* How far below its heading the first row of a list is looked for. */
#define NEAR 4

/* "        Request queue name: DefaultAppPool" */
struct pair {
	struct iu_span key, value; /* value len 0: a heading */
	size_t indent;
};

/* The key ends at the first colon with a blank or nothing behind it: URLs have other colons. */
static bool read_pair(struct iu_span line, struct pair *ret)
{
	for (size_t i = 0; i < line.len; i++) {
		if (line.text[i] != ':' || (i + 1 < line.len && line.text[i + 1] != ' '))
			continue;
		ret->indent = iu_span_indent(line);
		ret->key = iu_span_trim((struct iu_span){line.text, i});
		ret->value = iu_span_trim(iu_span_from(line, i + 1));
		return ret->key.len > 0;
	}
	return false;
}

static bool is_url(struct iu_span text)
{
	return (iu_span_find(text, "http://") == 0 || iu_span_find(text, "https://") == 0) &&
	       !memchr(text.text, ' ', text.len);
}

static const char *copy(struct iu_capture_out *out, struct iu_span bytes)
{
	return iu_arena_strndup(&out->snapshot->arena, bytes.text, bytes.len);
}

static bool equal(struct iu_span a, struct iu_span b)
{
	return a.len == b.len && !memcmp(a.text, b.text, a.len);
}

/* ---- servicestate ---- */

/*
 * The lines of one section. A queue is where process ids stand, each alone in its line; the line at
 * the head of that block has the queue's name, and its key, in whatever language, is the one that
 * names the queue in the groups of URLs, too.
 */
struct head {
	size_t line, queue;
};

struct state {
	const struct iu_lines *lines;
	size_t at, end;
	struct iu_span key; /* len 0: no queue with a process was seen */
	struct iu_capture_out *out;
	IU_LIST(struct head) heads; /* lines that begin a queue, and which one */
};

static bool is_pid_line(struct iu_span line, int32_t *ret)
{
	return iu_span_indent(line) > 0 && iu_span_pid(iu_span_trim(line), ret);
}

/* What HTTP.sys has ends in a slash; another end was cut off, and the port may be, too. */
static bool is_url_line(struct iu_span line)
{
	return iu_span_indent(line) > 0 && is_url(iu_span_trim(line)) && line.text[line.len - 1] == '/';
}

/* "Server session ID: FF00000020000001" */
static bool is_id(struct iu_span value)
{
	uint64_t id;

	return value.len == 16 && iu_span_hex(value, &id);
}

static bool has_digit(struct iu_span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.text[i] >= '0' && line.text[i] <= '9')
			return true;
	return false;
}

/* "Timeout values inherited" is a line of it, too; a row of another listing has numbers. */
static bool belongs(const struct iu_lines *lines, size_t at)
{
	struct iu_span line = lines->v[at];
	struct pair pair;
	int32_t pid;

	if (!line.len || is_pid_line(line, &pid) || is_url_line(line))
		return true;
	if (!read_pair(line, &pair))
		return iu_span_indent(line) > 0 && !has_digit(line);
	/* at the margin a block begins: others' lines of the kind "key: value" have none below */
	return iu_span_indent(line) > 0 || !pair.value.len ||
	       (at + 1 < lines->n && iu_span_indent(lines->v[at + 1]) > 0);
}

/* The head of the block that line @at lies in: the nearest line above that begins a block. */
static bool head_of(const struct state *s, size_t at, struct pair *ret, size_t *ret_line)
{
	for (size_t i = at; i-- > s->at && i + BLOCK_MAX > at;) {
		struct pair above = {0};
		bool begins = i == s->at || !s->lines->v[i - 1].len ||
			      (read_pair(s->lines->v[i - 1], &above) && !above.value.len);

		if (begins && read_pair(s->lines->v[i], ret) && ret->value.len &&
			ret->indent < iu_span_indent(s->lines->v[at])) {
			*ret_line = i;
			return true;
		}
	}
	return false;
}

static void find_key(struct state *s)
{
	struct pair head;
	size_t line;
	int32_t pid;

	for (size_t i = s->at; i < s->end && !s->key.len; i++)
		if (is_pid_line(s->lines->v[i], &pid) && head_of(s, i, &head, &line))
			s->key = head.key;
}

/* "Request queue is unnamed.": a sentence, in any language. */
static bool is_unnamed(struct iu_span name)
{
	return !name.len || name.text[name.len - 1] == '.' ||
	       (name.len > 3 && !memcmp(name.text + name.len - 3, "\xe3\x80\x82", 3)) ||
	       (name.len > 2 && !memcmp(name.text + name.len - 2, "\xa1\xa3", 2));
}

static struct iu_http_queue *add_queue(struct iu_capture_out *out, struct iu_span name)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_http_queue *queue;

	if (windows->http_queues.n >= QUEUES_MAX)
		return NULL;
	queue = iu_list_add(&out->snapshot->arena, &windows->http_queues);
	if (queue && !is_unnamed(name))
		queue->name = copy(out, name);
	return queue;
}

/* A named queue is one queue in both parts of a listing; of the unnamed ones each is another. */
static size_t queue_index(struct iu_capture_out *out, struct iu_span name, bool unnamed_too)
{
	const struct iu_windows *windows = &out->snapshot->windows;
	size_t unnamed = SIZE_MAX, count = 0;

	for (size_t i = 0; i < windows->http_queues.n; i++) {
		const char *known = windows->http_queues.v[i].name;

		if (known && !is_unnamed(name) && iu_span_is(name, known))
			return i;
		if (!known && is_unnamed(name)) {
			unnamed = i;
			count++;
		}
	}
	if (unnamed_too && count == 1)
		return unnamed;
	return add_queue(out, name) ? windows->http_queues.n - 1 : SIZE_MAX;
}

static int add_server(struct iu_capture_out *out, size_t queue, int32_t pid)
{
	struct iu_http_queue *q = &out->snapshot->windows.http_queues.v[queue];
	struct iu_http_server *slot;

	if (q->servers.n >= QUEUES_MAX)
		return 0;
	for (size_t i = 0; i < q->servers.n; i++)
		if (q->servers.v[i].pid == pid)
			return 0;
	slot = iu_list_add(&out->snapshot->arena, &q->servers);
	slot->pid = pid;
	return 0;
}

static int add_url(struct iu_capture_out *out, size_t queue, struct iu_span url)
{
	struct iu_http_queue *q = &out->snapshot->windows.http_queues.v[queue];
	const char *text;

	if (q->urls.n >= ROWS_MAX)
		return 0;
	for (size_t i = 0; i < q->urls.n; i++)
		if (iu_span_is(url, q->urls.v[i]))
			return 0;
	text = copy(out, url);
	*iu_list_add(&out->snapshot->arena, &q->urls) = text;
	return 0;
}

static bool serves(const struct iu_http_queue *queue, int32_t pid)
{
	for (size_t i = 0; i < queue->servers.n; i++)
		if (queue->servers.v[i].pid == pid)
			return true;
	return false;
}

/* Of unnamed queues the process says whether another listing had it already. */
static size_t queue_of(struct iu_capture_out *out, struct iu_span name, int32_t pid)
{
	const struct iu_windows *windows = &out->snapshot->windows;

	for (size_t i = 0; is_unnamed(name) && i < windows->http_queues.n; i++)
		if (!windows->http_queues.v[i].name && serves(&windows->http_queues.v[i], pid))
			return i;
	return queue_index(out, name, false);
}

/* First the queues with their processes: the groups of URLs may stand before them. */
static int read_queues(struct state *s)
{
	struct head current = {SIZE_MAX, SIZE_MAX}, *slot;
	int ret = 0;

	for (size_t i = s->at; i < s->end && ret == 0; i++) {
		struct pair pair = {0};
		size_t line = SIZE_MAX - 1;
		int32_t pid;

		if (!is_pid_line(s->lines->v[i], &pid))
			continue;
		head_of(s, i, &pair, &line);
		if (line != current.line) {
			current = (struct head){line, queue_of(s->out, pair.value, pid)};
			if (current.queue == SIZE_MAX)
				return s->out->snapshot->arena.failed ? IU_E_NOMEM : 0;
			slot = iu_list_add(&s->out->arena, &s->heads);
			*slot = current;
		}
		ret = add_server(s->out, current.queue, pid);
	}
	return ret;
}

static size_t queue_at(const struct state *s, size_t line)
{
	for (size_t i = 0; i < s->heads.n; i++)
		if (s->heads.v[i].line == line)
			return s->heads.v[i].queue;
	return SIZE_MAX;
}

/*
 * The queue of a URL: the one whose block it lies in, else the one its group names. In the view by
 * session the groups stand apart from the queues.
 */
static size_t queue_of_url(const struct state *s, size_t at)
{
	size_t indent = iu_span_indent(s->lines->v[at]);
	struct iu_span name = {0};
	struct pair pair;

	for (size_t i = at; i-- > s->at && i + BLOCK_MAX > at;) {
		struct iu_span line = s->lines->v[i];
		size_t queue;

		if (!line.len)
			continue;
		if (!name.len && s->key.len && read_pair(line, &pair) && equal(pair.key, s->key))
			name = pair.value;
		if (iu_span_indent(line) >= indent)
			continue;
		indent = iu_span_indent(line);
		queue = queue_at(s, i);
		if (queue != SIZE_MAX)
			return queue;
		if (!indent)
			break;
	}
	return queue_index(s->out, name, true);
}

static int read_urls(struct state *s)
{
	size_t queue = SIZE_MAX, last = SIZE_MAX;
	int ret = 0;

	for (size_t i = s->at; i < s->end && ret == 0; i++) {
		if (!is_url_line(s->lines->v[i]))
			continue;
		/* URLs of one group stand below each other */
		if (last == SIZE_MAX || last + 1 != i)
			queue = queue_of_url(s, i);
		last = i;
		if (queue == SIZE_MAX)
			return s->out->snapshot->arena.failed ? IU_E_NOMEM : 0;
		ret = add_url(s->out, queue, iu_span_trim(s->lines->v[i]));
	}
	return ret;
}

/* Whether a listing begins here: a session's long number, or a head with process ids or URLs. */
static bool begins_state(const struct iu_lines *lines, size_t at)
{
	struct pair pair;

	if (is_url_line(lines->v[at]))
		return true;
	return read_pair(lines->v[at], &pair) && pair.value.len && is_id(pair.value);
}

/* Up to the first line that is neither "key: value" nor indented: a prompt, another listing. */
static size_t state_end(const struct iu_lines *lines, size_t at)
{
	size_t end = at;

	for (size_t i = at; i < lines->n && belongs(lines, i); i++)
		if (lines->v[i].len)
			end = i + 1;
	return end;
}

int iu_capture_http_state(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct state s = {.lines = lines, .at = at, .out = out};
	int ret;

	if (!begins_state(lines, at))
		return 0;
	s.end = state_end(lines, at);
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	out->given |= IU_GIVEN_HTTP;
	find_key(&s);
	ret = read_queues(&s);
	if (ret == 0)
		ret = read_urls(&s);
	return ret < 0 ? ret : (int)(s.end - at);
}

/* ---- urlacl ---- */

static int add_reservation(struct iu_capture_out *out, struct iu_span url, struct iu_span user)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_http_reservation row;

	for (size_t i = 0; i < windows->http_reservations.n; i++)
		if (iu_span_is(url, windows->http_reservations.v[i].url) &&
			iu_span_is(user, windows->http_reservations.v[i].user))
			return 0;
	if (windows->http_reservations.n >= ROWS_MAX)
		return 0;
	row = (struct iu_http_reservation){.url = copy(out, url), .user = copy(out, user)};
	*iu_list_add(&out->snapshot->arena, &windows->http_reservations) = row;
	return 0;
}

/*
 * "Reserved URL : http://+:80/x/", then for each user "User: NAME" and, further right, what he may.
 */
int iu_capture_http_urlacl(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct pair url, user;
	size_t i = at + 1, indent = 0;
	int ret = 0;

	if (!read_pair(lines->v[at], &url) || !is_url(url.value) || url.key.len > 80)
		return 0;
	while (i < lines->n && ret == 0 && lines->v[i].len && iu_span_indent(lines->v[i]) > url.indent &&
		read_pair(lines->v[i], &user)) {
		if (!indent)
			indent = user.indent;
		if (user.indent == indent && user.value.len)
			ret = add_reservation(out, url.value, user.value);
		i++;
	}
	if (!indent) /* a sentence about a URL: reservations have a user */
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	return ret < 0 ? ret : (int)(i - at);
}

/* ---- iplisten ---- */

/* A heading with a colon, a line of dashes, then an address a line. */
int iu_capture_http_iplisten(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_address address;
	size_t i = at + 1, k, rows = 0, last = at;

	if (iu_rule_groups(lines->v[at], '-') != 1 || lines->v[at].len < 8)
		return 0;
	for (; i < lines->n && i <= last + NEAR; i++) {
		struct iu_span word = iu_span_trim(lines->v[i]);
		struct iu_http_listen *slot;

		if (!word.len)
			continue;
		if (iu_address_parse(word.text, word.len, &address) < 0)
			break;
		rows++;
		last = i;
		for (k = 0; k < windows->http_listen.n; k++)
			if (iu_address_equal(&windows->http_listen.v[k].address, &address))
				break;
		if (k < windows->http_listen.n || k >= ROWS_MAX)
			continue;
		slot = iu_list_add(&out->snapshot->arena, &windows->http_listen);
		slot->address = address;
	}
	if (!rows)
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	return (int)(last + 1 - at);
}
