/* captures/netstat-windows.c - what netstat of Windows prints, in any language */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "knowledge/iana.h"

/*
 * "  TCP    0.0.0.0:80    0.0.0.0:0    LISTENING    4": protocol, local, foreign, state, pid. The
 * state is translated in some languages, so it decides only where it is known: a TCP row without a
 * foreign port listens (or is bound only, which just -q shows), UDP rows have no state.
 */
struct parts {
	enum iu_protocol protocol;
	struct iu_capture_endpoint local, peer;
	struct iu_span state; /* len 0: none */
	int32_t pid;           /* -1: not shown */
	struct iu_span local_word, peer_word;
	bool told; /* no more lines belong to it: they were read, or their row is missing */
};

/* The kernel: no image has it. */
#define SYSTEM_PID IU_WINDOWS_SYSTEM_PID

/* English, German (also as code page 850 and its UTF-8 misreading have it: ASCII parts only). */
static const struct {
	const char *word;
	enum iu_state state;
} states[] = {
	{"LISTENING", IU_STATE_LISTEN},      {"BOUND", IU_STATE_BOUND},
	{"ESTABLISHED", IU_STATE_ESTABLISHED}, {"HERGESTELLT", IU_STATE_ESTABLISHED},
	{"TIME_WAIT", IU_STATE_TIME_WAIT},   {"WARTEND", IU_STATE_TIME_WAIT},
	{"CLOSE_WAIT", IU_STATE_CLOSE_WAIT}, {"SCHLIESSEN_WARTEN", IU_STATE_CLOSE_WAIT},
	{"FIN_WAIT_1", IU_STATE_FIN_WAIT1},  {"FIN_WARTEN_1", IU_STATE_FIN_WAIT1},
	{"FIN_WAIT_2", IU_STATE_FIN_WAIT2},  {"FIN_WARTEN_2", IU_STATE_FIN_WAIT2},
	{"SYN_SENT", IU_STATE_SYN_SENT},     {"SYN_GESENDET", IU_STATE_SYN_SENT},
	{"SYN_RECEIVED", IU_STATE_SYN_RECV}, {"SYN_EMPFANGEN", IU_STATE_SYN_RECV},
	{"LAST_ACK", IU_STATE_LAST_ACK},     {"LETZTES_ACK", IU_STATE_LAST_ACK},
	{"CLOSING", IU_STATE_CLOSING},       {"CLOSED", IU_STATE_BOUND},
};

static enum iu_state state_of(const struct parts *parts)
{
	for (size_t i = 0; i < IU_COUNT(states); i++)
		if (iu_span_is_any_case(parts->state, states[i].word))
			return states[i].state;
	if (parts->protocol == IU_PROTOCOL_UDP)
		return IU_STATE_BOUND;
	if (parts->peer.port == 0)
		return IU_STATE_LISTEN;
	/* nothing but TIME-WAIT has lost its process */
	return parts->pid == 0 ? IU_STATE_TIME_WAIT : IU_STATE_UNKNOWN;
}

/* What remains of "TCP" and "UDP" when the copy began in the middle of them. */
static bool read_protocol(struct iu_span word, enum iu_protocol *ret, bool *ret_known)
{
	*ret_known = true;
	*ret = IU_PROTOCOL_TCP;
	if (iu_span_is(word, "TCP") || iu_span_is(word, "CP"))
		return true;
	*ret = IU_PROTOCOL_UDP;
	if (iu_span_is(word, "UDP") || iu_span_is(word, "DP"))
		return true;
	*ret_known = false;
	return iu_span_is(word, "P");
}

/*
 * Whether an address at the very start of a line may have lost its first digits: "2.168.1.20".
 * A digit more would make no address of 127.0.0.1, and no interface has 10.0.0.0.
 */
static bool may_be_cut(const struct iu_capture_endpoint *end, struct iu_span word)
{
	const uint8_t *b = end->address.bytes;

	if (word.text[0] == '[')
		return false;
	return end->address.family != IU_FAMILY_IPV4 ||
	       !(b[0] >= 100 || (!b[0] && !b[1] && !b[2] && !b[3]));
}

/* The words behind the foreign address: a state or none, then a pid or none, then "InHost" (-t). */
static void read_rest(const struct iu_phrase *words, size_t at, struct parts *parts)
{
	parts->pid = -1;
	for (; at < words->n; at++) {
		if (iu_span_pid(words->v[at], &parts->pid))
			return;
		if (!parts->state.len)
			parts->state = words->v[at];
	}
}

/* Windows writes foreign ends as "0.0.0.0:0", "[::]:0", "*:*"; Linux as "0.0.0.0:*". */
static bool is_foreign(const struct iu_capture_endpoint *end)
{
	if (end->star || end->port_star)
		return end->star && end->port_star;
	return true;
}

/* States are printed in capitals, or in letters that have none. */
static bool is_state_word(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.text[i] >= 'a' && word.text[i] <= 'z')
			return false;
	return word.len > 3;
}

static bool has_digit(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.text[i] >= '0' && word.text[i] <= '9')
			return true;
	return false;
}

/* A row that was cut off behind its protocol, or that begins a sentence about TCP. */
static int odd_row(const struct iu_phrase *words)
{
	return words->v[0].len == 3 && has_digit(words->v[1]) ? -1 : 0;
}

/* Returns: 1 a row, 0 no row, -1 a row that cannot be read to the end. */
static int read_row(struct iu_span line, struct parts *ret)
{
	struct parts parts = {0};
	struct iu_phrase words;
	bool known = false, headed;
	size_t at = 0;

	iu_words_split(line, &words);
	if (words.n == 1 && words.v[0].len <= 3 &&
		(!memcmp(words.v[0].text, "TCP", words.v[0].len) ||
			!memcmp(words.v[0].text, "UDP", words.v[0].len)))
		return -1;
	if (words.n < 2)
		return 0;
	headed = read_protocol(words.v[0], &parts.protocol, &known);
	at = headed ? 1 : 0;
	if (!iu_capture_endpoint(words.v[at], &parts.local))
		return headed ? odd_row(&words) : 0;
	if (at + 1 >= words.n || !iu_capture_endpoint(words.v[at + 1], &parts.peer) ||
		!is_foreign(&parts.peer))
		return headed ? odd_row(&words) : 0;
	read_rest(&words, at + 2, &parts);
	if (!known) {
		/* a row whose start is missing must look like one in all that is left of it */
		if (parts.pid < 0 || words.n != at + (parts.peer.star ? 3 : 4))
			return 0;
		if (!parts.peer.star && !is_state_word(parts.state))
			return 0;
		parts.protocol = parts.peer.star ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
		if (!headed && may_be_cut(&parts.local, words.v[0]))
			return -1;
	}
	if (parts.protocol == IU_PROTOCOL_TCP && parts.peer.star)
		return -1;
	parts.local_word = words.v[at];
	parts.peer_word = words.v[at + 1];
	*ret = parts;
	return 1;
}

static struct iu_span host_of(struct iu_span word)
{
	const char *colon = iu_span_find_last(word, ':');

	return colon ? iu_span_upto(word, (size_t)(colon - word.text)) : word;
}

/* Without -n a listener on every address has the machine's name at both ends. */
static bool is_wildcard(const struct parts *parts)
{
	struct iu_span local = host_of(parts->local_word), peer = host_of(parts->peer_word);

	return parts->protocol == IU_PROTOCOL_TCP && !parts->peer.port && parts->local.named &&
	       local.len == peer.len && !memcmp(local.text, peer.text, local.len);
}

static bool read_local(const struct parts *parts, struct iu_socket *s)
{
	s->local = parts->local.address;
	if (s->local.family == IU_FAMILY_ANY && is_wildcard(parts))
		s->local = iu_address_wildcard(IU_FAMILY_IPV4);
	s->family = s->local.family;
	s->port = parts->local.port_name.len
			  ? iu_iana_port(parts->local.port_name, parts->protocol)
			  : parts->local.port;
	return !parts->local.star && !parts->local.port_star && s->family != IU_FAMILY_ANY &&
	       (s->port || !parts->local.port_name.len);
}

static int add_row(struct iu_capture_out *out, struct parts *parts)
{
	struct iu_socket s = iu_capture_socket_fresh(parts->protocol);
	int ret;

	parts->told = true;
	if (!read_local(parts, &s)) {
		out->named++;
		return 0;
	}
	s.state = state_of(parts);
	/* a foreign name is the name of some address; which one does not matter to a bind() */
	if (!parts->peer.star && parts->peer.port) {
		s.peer = parts->peer.address;
		s.peer_port = parts->peer.port;
	}
	s.mini = s.state == IU_STATE_TIME_WAIT;
	if (!s.port)
		return 0;
	ret = iu_capture_socket(out, &s);
	parts->told = false;
	if (ret == 0 && parts->pid > 0)
		ret = iu_capture_owner(out, parts->pid, -1, (struct iu_span){0});
	return ret;
}

/* "[svchost.exe]" on a line of its own: what -b tells of the row above. */
static bool is_image(struct iu_span line, struct iu_span *ret_name)
{
	struct iu_span word = iu_span_trim(line);

	if (word.len < 3 || word.text[0] != '[' || word.text[word.len - 1] != ']')
		return false;
	*ret_name = (struct iu_span){word.text + 1, word.len - 2};
	for (size_t i = 0; i < ret_name->len; i++) /* no file has these in its name */
		if (strchr("\\/:*?\"<>|", ret_name->text[i]))
			return false;
	/* "[root@db ~]" is a prompt */
	return memchr(ret_name->text, '.', ret_name->len) ||
	       !memchr(ret_name->text, ' ', ret_name->len);
}

/* "  RpcSs": a service inside the process, where it is a name that a service can have. */
static bool is_component(struct iu_span line)
{
	struct iu_span word = iu_span_trim(line);

	for (size_t i = 0; i < word.len; i++) {
		char c = word.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '_' || c == '-' || c == '$'))
			return false;
	}
	/* what is left of a cut row may be a number or a state */
	return word.len > 1 && iu_span_indent(line) > 0 && iu_span_indent(line) < 5 &&
	       (word.text[0] < '0' || word.text[0] > '9');
}

/* It is told of this very row, whatever else lives in the process. */
static int name_row(struct iu_capture_out *out, struct iu_span component, int32_t pid)
{
	int ret = iu_capture_service(out, component, pid);

	return ret < 0 ? ret : iu_capture_unit(out, component);
}

/* What -b says of the row that was read last; without -o there is no pid to it. */
static int add_image(struct iu_capture_out *out, const struct parts *row, struct iu_span image,
	struct iu_span component)
{
	int32_t pid = row->pid;
	int ret = 0;

	if (row->told || (pid >= 0 && pid <= SYSTEM_PID))
		return 0;
	out->given |= IU_GIVEN_TASKS;
	/* the kernel is named so, and its number is the same everywhere; that is no list with numbers */
	if (pid < 0 && iu_span_is(image, "System")) {
		uint32_t given = out->given | IU_GIVEN_IMAGES;

		ret = iu_capture_owner(out, SYSTEM_PID, -1, image);
		out->given = given;
		return ret;
	}
	if (pid < 0) {
		ret = iu_capture_image(out, image, component);
		pid = out->owners.n ? out->owners.v[out->owners.n - 1].pid : -1;
	} else {
		ret = iu_capture_task(out, pid, image, NULL);
	}
	return ret == 0 && component.len && pid > 0 ? name_row(out, component, pid) : ret;
}

/* The lines between two rows. Returns how many belong to the row above, or IU_E_NOMEM. */
static int read_owner(const struct iu_lines *lines, size_t at, const struct parts *row,
	struct iu_capture_out *out)
{
	struct iu_span image, component = {0};
	int ret = 0;

	/* "cannot obtain ownership information": one line, components stand further right */
	if (iu_span_indent(lines->v[at]) == 1 && !is_image(lines->v[at], &image))
		return 1;
	/* XP lists the libraries on the way, a dozen at most */
	for (size_t i = at; i < lines->n && i < at + 16; i++) {
		struct parts other;

		if (!lines->v[i].len || read_row(lines->v[i], &other) != 0)
			break;
		if (is_image(lines->v[i], &image)) {
			ret = add_image(out, row, image, component);
			return ret < 0 ? ret : (int)(i - at + 1);
		}
		if (!iu_span_indent(lines->v[i]))
			break;
		if (!component.len && is_component(lines->v[i]))
			component = iu_span_trim(lines->v[i]);
	}
	return 0;
}

int iu_capture_netstat_windows(
	const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct parts row, before = {0};
	size_t i = at, last = at;
	int kind, ret = 0;

	if (read_row(lines->v[at], &row) != 1)
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	iu_capture_block(out);
	/* some copies have an empty line after each row */
	while (i < lines->n && i <= last + 1 && ret >= 0) {
		kind = read_row(lines->v[i], &row);
		if (kind == 1) {
			if (before.protocol == IU_PROTOCOL_UDP && row.protocol == IU_PROTOCOL_TCP)
				iu_capture_block(out); /* another list: TCP comes first */
			ret = add_row(out, &row);
			before = row;
			last = i++;
		} else if (kind < 0) {
			out->unread++;
			before.told = true; /* what follows belongs to this one */
			last = i++;
		} else if (lines->v[i].len) {
			ret = read_owner(lines, i, &before, out);
			if (ret <= 0)
				break;
			i += (size_t)ret;
			last = i - 1;
			before.told = true; /* more of it belongs to a row that is missing */
		} else {
			i++;
		}
	}
	return ret < 0 ? ret : (int)(last + 1 - at);
}
