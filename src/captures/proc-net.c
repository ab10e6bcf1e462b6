/* captures/proc-net.c - the text of /proc/net/{tcp,tcp6,udp,udp6,unix} */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "knowledge/unix-types.h"

/* Words of a row of tcp, tcp6, udp, udp6. */
enum field { SLOT, LOCAL, PEER, STATE, QUEUES, TIMER, RETRANSMITS, UID, TIMEOUT, INODE, FIELDS };

/*
 * A row of UDP has three more. One of TCP has two more where the kernel keeps a small object only,
 * else seven: nothing but that, and CLOSE, which TCP never shows here, tells them apart.
 */
#define UDP_WORDS   13
#define SMALL_WORDS 12
#define TCP_WORDS   17

/* include/net/tcp_states.h */
static const enum iu_state states[] = {
	[1] = IU_STATE_ESTABLISHED, [2] = IU_STATE_SYN_SENT,   [3] = IU_STATE_SYN_RECV,
	[4] = IU_STATE_FIN_WAIT1,   [5] = IU_STATE_FIN_WAIT2,  [6] = IU_STATE_TIME_WAIT,
	[7] = IU_STATE_BOUND,       [8] = IU_STATE_CLOSE_WAIT, [9] = IU_STATE_LAST_ACK,
	[10] = IU_STATE_LISTEN,     [11] = IU_STATE_CLOSING,   [12] = IU_STATE_SYN_RECV,
};

/*
 * "0100007F:1F90": 32-bit numbers in the byte order of the machine that printed them. Nearly all
 * are little-endian; of a big-endian one 127.0.0.1 would begin with 7F.
 */
static bool read_end(struct iu_span word, struct iu_address *address, uint16_t *ret_port)
{
	size_t words = word.len == 13 ? 1 : 4;
	uint64_t value;

	if ((word.len != 13 && word.len != 37) || word.text[words * 8] != ':')
		return false;
	memset(address, 0, sizeof(*address));
	address->family = words == 1 ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6;
	for (size_t i = 0; i < words; i++) {
		if (!iu_span_hex((struct iu_span){word.text + i * 8, 8}, &value))
			return false;
		for (size_t k = 0; k < 4; k++)
			address->bytes[i * 4 + k] = (uint8_t)(value >> (8 * k));
	}
	if (!iu_span_hex(iu_span_from(word, words * 8 + 1), &value))
		return false;
	*ret_port = (uint16_t)value;
	return true;
}

static bool is_slot(struct iu_span word)
{
	uint64_t number;

	if (word.len < 2 || word.text[word.len - 1] != ':')
		return false;
	word.len--;
	return iu_span_number(word, UINT32_MAX, &number);
}

/* "03:00001770": which timer, and hundredths of a second until it fires. */
static void read_timer(struct iu_span word, struct iu_socket *s)
{
	uint64_t kind, ticks;

	if (word.len != 11 || word.text[2] != ':' ||
		!iu_span_hex((struct iu_span){word.text, 2}, &kind) ||
		!iu_span_hex(iu_span_from(word, 3), &ticks))
		return;
	if (kind && ticks < INT32_MAX)
		s->timer_ms = (int64_t)ticks * 10;
	s->mini = s->state == IU_STATE_TIME_WAIT || (s->state == IU_STATE_FIN_WAIT2 && kind == 3);
}

/* The first number is four columns wide for TCP and five for UDP. */
static bool has_wide_slot(struct iu_span line)
{
	return line.len > 5 && line.text[5] == ':';
}

static bool protocol_of(
	struct iu_span line, size_t words, enum iu_state state, enum iu_protocol *ret)
{
	bool small = state == IU_STATE_TIME_WAIT || state == IU_STATE_FIN_WAIT2 ||
		     state == IU_STATE_SYN_RECV;

	*ret = state == IU_STATE_BOUND || (words == UDP_WORDS && has_wide_slot(line))
		       ? IU_PROTOCOL_UDP
		       : IU_PROTOCOL_TCP;
	return *ret == IU_PROTOCOL_UDP || words >= TCP_WORDS || (small && words == SMALL_WORDS);
}

static bool read_row(struct iu_span line, struct iu_socket *ret)
{
	struct iu_socket s = iu_capture_socket_fresh(IU_PROTOCOL_TCP);
	struct iu_phrase words;
	uint64_t state, uid, inode;

	iu_words_split(line, &words);
	if (words.n < FIELDS || !is_slot(words.v[SLOT]))
		return false;
	if (!read_end(words.v[LOCAL], &s.local, &s.port) ||
		!read_end(words.v[PEER], &s.peer, &s.peer_port) ||
		!iu_span_hex(words.v[STATE], &state) || state >= IU_COUNT(states) ||
		!iu_span_number(words.v[UID], UINT32_MAX, &uid) ||
		!iu_span_number(words.v[INODE], INT64_MAX, &inode) ||
		s.local.family != s.peer.family || words.n == FIELDS ||
		!protocol_of(line, words.n, states[state], &s.protocol))
		return false;
	s.family = s.local.family;
	s.state = states[state];
	if (!s.peer_port)
		memset(&s.peer, 0, sizeof(s.peer));
	read_timer(words.v[TIMER], &s);
	s.inode = inode < IU_INODE_MADE_UP ? inode : 0;
	s.uid = (uint32_t)uid;
	/* without an inode the kernel may print a user that it made up (before 6.17) */
	s.uid_known = s.inode && !s.mini && s.state != IU_STATE_SYN_RECV;
	*ret = s;
	return true;
}

/* "ffff9d0c: 00000002 00000000 00010000 0001 01 12345 /run/x.sock" */
static bool read_unix(struct iu_span line, struct iu_socket *ret, struct iu_span *path)
{
	struct iu_socket s = iu_capture_socket_fresh(IU_PROTOCOL_UNIX);
	struct iu_phrase words;
	struct iu_span slot;
	uint64_t number, flags, type, state, inode;

	iu_words_split(line, &words);
	if (words.n < 7 || words.v[0].len < 9 || words.v[0].text[words.v[0].len - 1] != ':')
		return false;
	slot = words.v[0];
	slot.len--;
	if (!iu_span_hex(slot, &number) || words.v[1].len != 8 || words.v[3].len != 8 ||
		words.v[4].len != 4 || !iu_span_hex(words.v[3], &flags) ||
		!iu_span_hex(words.v[4], &type) || !iu_span_hex(words.v[5], &state) ||
		!iu_span_number(words.v[6], INT64_MAX, &inode))
		return false;
	s.unix_type = iu_unix_type_numbered(type);
	s.inode = inode < IU_INODE_MADE_UP ? inode : 0;
	s.state = flags & 0x10000 /* __SO_ACCEPTCON */		   ? IU_STATE_LISTEN
		  : state == 3 && s.unix_type != IU_UNIX_DGRAM ? IU_STATE_ESTABLISHED
							       : IU_STATE_BOUND;
	*path = iu_span_trim(iu_span_from(
		line, (size_t)(words.v[6].text + words.v[6].len - line.text)));
	*ret = s;
	return true;
}

static int add_unix(struct iu_capture_out *out, struct iu_socket *s, struct iu_span path)
{
	if (!path.len)
		return 0;
	s->abstract = path.text[0] == '@';
	path = iu_span_from(path, s->abstract);
	s->path = iu_arena_strndup(&out->snapshot->arena, path.text, path.len);
	s->path_len = path.len;
	return s->path ? iu_capture_socket(out, s) : IU_E_NOMEM;
}

static int add_inet(struct iu_capture_out *out, const struct iu_socket *s)
{
	int ret = s->port ? iu_capture_socket(out, s) : 0;

	if (ret == 0 && s->port && !s->inode)
		iu_capture_orphan(out);
	return ret;
}

int iu_capture_proc_net(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_span path;
	struct iu_socket s;
	size_t i = at;
	int ret = 0;

	if (!read_row(lines->v[at], &s) && !read_unix(lines->v[at], &s, &path))
		return 0;
	iu_capture_is(out, IU_CAPTURE_LINUX);
	iu_capture_block(out);
	for (; i < lines->n && ret == 0; i++) {
		if (read_row(lines->v[i], &s))
			ret = add_inet(out, &s);
		else if (read_unix(lines->v[i], &s, &path))
			ret = add_unix(out, &s, path);
		else
			break;
	}
	return ret < 0 ? ret : (int)(i - at);
}
