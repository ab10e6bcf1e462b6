/* captures/netstat-bsd.c - what netstat of macOS and the BSDs prints */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "captures/linux-row.h"

/* "tcp46  0  0  *.3000  *.*  LISTEN"; with -v sizes of buffers, a process and flags follow. */
static const struct {
	const char *word;
	enum iu_protocol protocol;
	enum iu_family family;
	enum iu_tri v6only;
} kinds[] = {
	{"tcp4", IU_PROTOCOL_TCP, IU_FAMILY_IPV4, IU_UNKNOWN},
	{"tcp6", IU_PROTOCOL_TCP, IU_FAMILY_IPV6, IU_YES},
	{"tcp46", IU_PROTOCOL_TCP, IU_FAMILY_IPV6, IU_NO},
	{"udp4", IU_PROTOCOL_UDP, IU_FAMILY_IPV4, IU_UNKNOWN},
	{"udp6", IU_PROTOCOL_UDP, IU_FAMILY_IPV6, IU_YES},
	{"udp46", IU_PROTOCOL_UDP, IU_FAMILY_IPV6, IU_NO},
	/* OpenBSD and NetBSD */
	{"tcp", IU_PROTOCOL_TCP, IU_FAMILY_IPV4, IU_UNKNOWN},
	{"udp", IU_PROTOCOL_UDP, IU_FAMILY_IPV4, IU_UNKNOWN},
};

struct row {
	struct iu_socket socket;
	struct iu_capture_endpoint local, peer;
	enum iu_family family;
	struct iu_span name; /* len 0: not shown */
	int32_t pid;         /* 0: not shown */
	bool unread;
};

/* "apsd:350", where the name may have blanks: what stands before it are numbers. */
static bool read_named(
	struct iu_span line, const struct iu_phrase *words, size_t at, struct row *row)
{
	for (size_t i = at; i < words->n; i++) {
		const char *colon = iu_span_find_last(words->v[i], ':');
		size_t name = i, len = colon ? (size_t)(colon - words->v[i].text) : 0;
		uint64_t number;

		if (!len || !iu_span_pid(iu_span_from(words->v[i], len + 1), &row->pid))
			continue;
		while (name > at && !iu_span_number(words->v[name - 1], UINT64_MAX, &number))
			name--;
		row->name = iu_span_from(line, (size_t)(words->v[name].text - line.text));
		row->name.len = (size_t)(colon - row->name.text);
		return true;
	}
	return false;
}

/* "00100", "0x0100": flags in as many digits as the column has. */
static bool is_flags(struct iu_span word, size_t digits)
{
	uint64_t number;

	if (iu_span_begins(word, "0x"))
		return iu_span_hex(iu_span_from(word, 2), &number);
	return word.len == digits && iu_span_hex(word, &number);
}

/* "131072 131072 1234 0 00100 00000006": state and options stand behind the two pids. */
static void read_verbose(
	struct iu_span line, const struct iu_phrase *words, size_t at, struct row *row)
{
	if (read_named(line, words, at, row))
		return;
	for (size_t i = at + 4; i + 1 < words->n; i++)
		if (is_flags(words->v[i], 5) && is_flags(words->v[i + 1], 8)) {
			iu_span_pid(words->v[i - 2], &row->pid);
			return;
		}
}

/* Its port stands behind a dot; Linux has a colon there. */
static bool is_dotted(struct iu_span word)
{
	const char *dot = iu_span_find_last(word, '.');
	const char *colon = iu_span_find_last(word, ':');

	return dot && (!colon || dot > colon);
}

static bool read_row(struct iu_span line, struct row *ret)
{
	struct row row = {0};
	struct iu_phrase words;
	uint64_t number;
	size_t k = 0, at = 5;

	iu_words_split(line, &words);
	if (words.n < 5 || !iu_span_number(words.v[1], INT64_MAX, &number) ||
		!iu_span_number(words.v[2], INT64_MAX, &number))
		return false;
	while (k < IU_COUNT(kinds) && !iu_span_is(words.v[0], kinds[k].word))
		k++;
	if (k == IU_COUNT(kinds))
		return false;
	row.socket = iu_capture_socket_fresh(kinds[k].protocol);
	row.socket.v6only = kinds[k].v6only;
	row.family = kinds[k].family;
	if (!is_dotted(words.v[3]) || !is_dotted(words.v[4]))
		return false;
	row.unread = !iu_capture_endpoint_dotted(words.v[3], &row.local);
	/* a name, or cut: that there is a peer is enough */
	if (!iu_capture_endpoint_dotted(words.v[4], &row.peer))
		row.peer = (struct iu_capture_endpoint){.named = true};
	row.socket.state =
		row.socket.protocol == IU_PROTOCOL_UDP ? IU_STATE_BOUND : IU_STATE_UNKNOWN;
	if (at < words.n && iu_linux_state(words.v[at], &row.socket.state))
		at++;
	read_verbose(line, &words, at, &row);
	*ret = row;
	return true;
}

static int add_row(struct iu_capture_out *out, struct row *row)
{
	struct iu_socket *s = &row->socket;
	int ret;

	if (row->unread) {
		out->unread++;
		return 0;
	}
	if (s->state == IU_STATE_UNKNOWN && row->peer.port_star)
		s->state = IU_STATE_LISTEN;
	s->mini = s->state == IU_STATE_TIME_WAIT;
	if (!iu_linux_socket(out, &row->local, &row->peer, row->family, row->family, s))
		return 0;
	if (!iu_address_is_wildcard(&s->local))
		s->v6only = IU_UNKNOWN;
	ret = iu_capture_socket(out, s);
	if (ret < 0 || row->pid <= 0)
		return ret;
	if (row->name.len)
		out->given |= IU_GIVEN_TASKS;
	return iu_capture_owner(out, row->pid, -1, row->name);
}

int iu_capture_netstat_bsd(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct row row;
	size_t i = at;
	int ret = 0;

	if (!read_row(lines->v[at], &row))
		return 0;
	iu_capture_is(out, IU_CAPTURE_BSD);
	iu_capture_block(out);
	for (; i < lines->n && ret == 0 && read_row(lines->v[i], &row); i++)
		ret = add_row(out, &row);
	return ret < 0 ? ret : (int)(i - at);
}
