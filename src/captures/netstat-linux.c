/* captures/netstat-linux.c - what netstat of net-tools and of busybox prints */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "captures/linux-row.h"

static const struct {
	const char *word;
	enum iu_protocol protocol;
	enum iu_family family;
} kinds[] = {
	{"tcp", IU_PROTOCOL_TCP, IU_FAMILY_IPV4},
	{"tcp6", IU_PROTOCOL_TCP, IU_FAMILY_IPV6},
	{"udp", IU_PROTOCOL_UDP, IU_FAMILY_IPV4},
	{"udp6", IU_PROTOCOL_UDP, IU_FAMILY_IPV6},
};

static const char *const others[] = {"raw", "raw6", "udplite", "udplite6", "sctp", "sctp6", "icmp",
	"icmp6"};

struct row {
	struct iu_socket socket; /* as far as the columns before the ends say */
	struct iu_span local, peer, user, program;
	struct iu_capture_endpoint local_end, peer_end;
	enum iu_family family;
	bool other, unread;
};

/* "1234/sshd: /usr/sbin", the last column, which may have blanks in it. */
static bool is_program(struct iu_span word)
{
	const char *slash = word.len ? memchr(word.text, '/', word.len) : NULL;
	int32_t pid;

	return slash &&
	       iu_span_pid((struct iu_span){word.text, (size_t)(slash - word.text)}, &pid) && pid;
}

/* Behind the ends: state, with -e user and inode, with -p the program; with -o a timer. */
static void read_rest(
	struct iu_span line, const struct iu_phrase *words, size_t at, struct row *row)
{
	uint64_t inode;

	row->socket.state =
		row->socket.protocol == IU_PROTOCOL_UDP ? IU_STATE_BOUND : IU_STATE_UNKNOWN;
	if (at < words->n && iu_linux_state(words->v[at], &row->socket.state))
		at++;
	if (at + 1 < words->n && !is_program(words->v[at]) &&
		iu_span_number(words->v[at + 1], INT64_MAX, &inode)) {
		row->user = words->v[at];
		row->socket.inode = inode < IU_INODE_MADE_UP ? inode : 0;
		at += 2;
	}
	if (at < words->n && is_program(words->v[at]))
		row->program = iu_span_trim(
			iu_span_from(line, (size_t)(words->v[at].text - line.text)));
	/* "timewait (57,21/0/0)" */
	for (; at + 1 < words->n; at++)
		if (iu_span_is(words->v[at], "timewait") && words->v[at + 1].text[0] == '(') {
			struct iu_span seconds = iu_span_from(words->v[at + 1], 1);
			size_t n = 0;
			uint64_t number;

			while (n < seconds.len && seconds.text[n] >= '0' && seconds.text[n] <= '9')
				n++;
			seconds.len = n;
			if (iu_span_number(seconds, 86400, &number))
				row->socket.timer_ms = (int64_t)number * 1000;
		}
}

/* Returns: whether it is a row; unread: one that is cut off. */
static bool read_row(struct iu_span line, struct row *ret)
{
	struct row row = {0};
	struct iu_phrase words;
	uint64_t number;
	size_t k;

	iu_words_split(line, &words);
	if (words.n < 3 || !iu_span_number(words.v[1], INT64_MAX, &number) ||
		!iu_span_number(words.v[2], INT64_MAX, &number))
		return false;
	for (k = 0; k < IU_COUNT(others); k++)
		row.other |= iu_span_is(words.v[0], others[k]);
	for (k = 0; k < IU_COUNT(kinds); k++)
		if (iu_span_is(words.v[0], kinds[k].word))
			break;
	if (k == IU_COUNT(kinds) && !row.other)
		return false;
	if (!row.other) {
		row.socket = iu_capture_socket_fresh(kinds[k].protocol);
		row.family = kinds[k].family;
		/* net-tools cuts long addresses: without a port there is nothing to be read */
		row.unread = words.n < 5 || !iu_capture_endpoint(words.v[3], &row.local_end) ||
			     !iu_capture_endpoint(words.v[4], &row.peer_end);
		/* with one state asked for, rows of ss begin the same */
		if (iu_span_find(line, " users:((") < line.len ||
			iu_span_find(line, " ino:") < line.len)
			return false;
		if (!row.unread)
			read_rest(line, &words, 5, &row);
	}
	*ret = row;
	return true;
}

static int add_owner(struct iu_capture_out *out, struct iu_span program)
{
	const char *slash = program.len ? memchr(program.text, '/', program.len) : NULL;
	struct iu_span name;
	int32_t pid;

	if (!slash)
		return 0;
	name = iu_span_from(program, (size_t)(slash - program.text) + 1);
	if (!iu_span_pid((struct iu_span){program.text, (size_t)(slash - program.text)}, &pid))
		return 0;
	/* "sshd: /usr/sbin" and timers follow: the name of a process has its end there */
	for (size_t i = 0; i + 1 < name.len; i++)
		if (name.text[i] == ' ' || (name.text[i] == ':' && name.text[i + 1] == ' '))
			name.len = i;
	if (name.len > 1 && name.text[name.len - 1] == ':')
		name.len--;
	out->given |= IU_GIVEN_TASKS;
	return iu_capture_owner(out, pid, -1, name);
}

static int add_row(struct iu_capture_out *out, struct row *row)
{
	struct iu_socket *s = &row->socket;
	int ret = 0;

	if (row->other)
		return 0;
	if (row->unread) {
		out->unread++;
		return 0;
	}
	/* without a peer it listens, even where its state was cut off */
	if (s->state == IU_STATE_UNKNOWN && row->peer_end.port_star)
		s->state = IU_STATE_LISTEN;
	s->mini = s->state == IU_STATE_TIME_WAIT;
	if (!iu_linux_socket(out, &row->local_end, &row->peer_end, row->family, row->family, s))
		return 0;
	if (row->user.len && s->inode && !s->mini)
		ret = iu_linux_user(out, row->user, s);
	if (ret == 0)
		ret = iu_capture_socket(out, s);
	return ret == 0 ? add_owner(out, row->program) : ret;
}

/* ---- UNIX sockets ---- */

/* "unix  2  [ ACC ]  STREAM  LISTENING  12345  1/init  /run/x.sock" */
static bool read_unix(struct iu_span line, struct iu_socket *ret, struct iu_span *path,
	struct iu_span *program)
{
	struct iu_socket s = iu_capture_socket_fresh(IU_PROTOCOL_UNIX);
	struct iu_phrase words;
	uint64_t inode;
	size_t at = 2, last;

	iu_words_split(line, &words);
	if (words.n < 5 || !iu_span_is(words.v[0], "unix") || words.v[2].text[0] != '[')
		return false;
	while (at < words.n && words.v[at].text[words.v[at].len - 1] != ']')
		at++;
	if (++at + 1 >= words.n)
		return false;
	s.unix_type = iu_span_is(words.v[at], "STREAM")      ? IU_UNIX_STREAM
		      : iu_span_is(words.v[at], "DGRAM")     ? IU_UNIX_DGRAM
		      : iu_span_is(words.v[at], "SEQPACKET") ? IU_UNIX_SEQPACKET
							       : IU_UNIX_UNKNOWN;
	s.state = IU_STATE_BOUND;
	if (iu_span_is(words.v[++at], "LISTENING"))
		s.state = IU_STATE_LISTEN, at++;
	else if (iu_span_is(words.v[at], "CONNECTED") || iu_span_is(words.v[at], "CONNECTING"))
		s.state = IU_STATE_ESTABLISHED, at++;
	if (at >= words.n || !iu_span_number(words.v[at], INT64_MAX, &inode))
		return false;
	s.inode = inode < IU_INODE_MADE_UP ? inode : 0;
	last = at++;
	*program = (struct iu_span){0};
	if (at < words.n && (is_program(words.v[at]) || iu_span_is(words.v[at], "-"))) {
		*program = words.v[at];
		last = at;
		/* a program's name may have blanks; the path begins with / or @ */
		while (last + 1 < words.n && words.v[last + 1].text[0] != '/' &&
			words.v[last + 1].text[0] != '@')
			last++;
	}
	*path = iu_span_trim(iu_span_from(
		line, (size_t)(words.v[last].text + words.v[last].len - line.text)));
	*ret = s;
	return true;
}

static int add_unix(struct iu_capture_out *out, struct iu_socket *s, struct iu_span path,
	struct iu_span program)
{
	int ret;

	if (!path.len)
		return 0;
	s->abstract = path.text[0] == '@';
	path = iu_span_from(path, s->abstract);
	s->path = iu_arena_strndup(&out->snapshot->arena, path.text, path.len);
	s->path_len = path.len;
	if (!s->path)
		return IU_E_NOMEM;
	ret = iu_capture_socket(out, s);
	return ret == 0 && is_program(program) ? add_owner(out, program) : ret;
}

int iu_capture_netstat_linux(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_span path, program;
	struct iu_socket unix_socket;
	struct row row;
	size_t i = at;
	int ret = 0;

	if (!read_row(lines->v[at], &row) &&
		!read_unix(lines->v[at], &unix_socket, &path, &program))
		return 0;
	iu_capture_is(out, IU_CAPTURE_LINUX);
	iu_capture_block(out);
	for (; i < lines->n && ret == 0; i++) {
		if (read_row(lines->v[i], &row))
			ret = add_row(out, &row);
		else if (read_unix(lines->v[i], &unix_socket, &path, &program))
			ret = add_unix(out, &unix_socket, path, program);
		else
			break;
	}
	return ret < 0 ? ret : (int)(i - at);
}
