/* captures/lsof.c - what lsof -i and lsof -U print */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "captures/linux-row.h"

/* "sshd  1234  root  3u  IPv4  56789  0t0  TCP *:22 (LISTEN)"; with -K threads come between. */
struct row {
	struct iu_span command, user, name;
	int32_t pid, fd;
	enum iu_protocol protocol;
	enum iu_family family; /* of the TYPE column */
	uint64_t inode;        /* 0: the column has something else */
	enum iu_state state;
	enum iu_unix_type type;
	bool has_state, cut;
	bool bsd; /* DEVICE is the kernel's address of it: macOS and FreeBSD */
};

static struct iu_span behind(struct iu_span line, struct iu_span word)
{
	return iu_span_trim(iu_span_from(line, (size_t)(word.text + word.len - line.text)));
}

/* "3u", "12r", "4uW" */
static bool read_fd(struct iu_span word, int32_t *ret)
{
	size_t n = 0;

	while (n < word.len && word.text[n] >= '0' && word.text[n] <= '9')
		n++;
	return n && n < word.len && strchr("urwU-", word.text[n]) &&
	       iu_span_pid((struct iu_span){word.text, n}, ret);
}

static bool is_type(struct iu_span word, enum iu_family *ret)
{
	static const struct {
		const char *word;
		enum iu_family family;
	} types[] = {{"IPv4", IU_FAMILY_IPV4}, {"IPv6", IU_FAMILY_IPV6}, {"unix", IU_FAMILY_UNIX}};

	for (size_t i = 0; i < IU_COUNT(types); i++)
		if (iu_span_is(word, types[i].word)) {
			*ret = types[i].family;
			return true;
		}
	return false;
}

/* "(LISTEN)" at the end; with -T more stands in there. */
static void read_state(struct row *row)
{
	struct iu_span name = row->name, word;
	size_t open = name.len;

	row->state = row->protocol == IU_PROTOCOL_TCP ? IU_STATE_UNKNOWN : IU_STATE_BOUND;
	while (open > 0 && name.text[open - 1] != '(')
		open--;
	if (!open || name.text[name.len - 1] != ')')
		return;
	word = (struct iu_span){name.text + open, name.len - open - 1};
	if (iu_span_begins(word, "ST="))
		word = iu_span_from(word, 3);
	for (size_t i = 0; i < word.len; i++)
		if (word.text[i] == ' ')
			word.len = i;
	iu_linux_state(word, &row->state);
	row->name = iu_span_trim((struct iu_span){name.text, open - 1});
	row->has_state = true;
}

/* "/run/x.sock type=STREAM (LISTEN)" */
static void read_unix_name(struct row *row)
{
	size_t at = iu_span_find(row->name, " type=");
	struct iu_span type = iu_span_from(row->name, at + 6);

	if (at == row->name.len)
		return;
	row->type = iu_span_begins(type, "STREAM")  ? IU_UNIX_STREAM
		    : iu_span_begins(type, "DGRAM") ? IU_UNIX_DGRAM
		    : iu_span_begins(type, "SEQ")   ? IU_UNIX_SEQPACKET
						    : IU_UNIX_UNKNOWN;
	row->name = iu_span_trim((struct iu_span){row->name.text, at});
}

static bool read_row(struct iu_span line, struct row *ret)
{
	struct row row = {0};
	struct iu_phrase words;
	size_t type, at;

	iu_words_split(line, &words);
	for (type = 4; type < words.n && type < 8; type++)
		if (is_type(words.v[type], &row.family) && read_fd(words.v[type - 1], &row.fd))
			break;
	if (type + 4 > words.n || type >= 8 || !iu_span_pid(words.v[1], &row.pid))
		return false;
	row.command = words.v[0];
	row.user = words.v[type - 2];
	at = type + 3; /* behind DEVICE and SIZE/OFF */
	if (!iu_span_number(words.v[type + 1], INT64_MAX, &row.inode))
		row.inode = 0;
	row.bsd = iu_span_begins(words.v[type + 1], "0x");
	if (row.family == IU_FAMILY_UNIX) {
		row.protocol = IU_PROTOCOL_UNIX;
		if (!iu_span_number(words.v[at], INT64_MAX, &row.inode))
			return false;
	} else if (iu_span_is(words.v[at], "TCP")) {
		row.protocol = IU_PROTOCOL_TCP;
	} else if (iu_span_is(words.v[at], "UDP")) {
		row.protocol = IU_PROTOCOL_UDP;
	} else {
		return false;
	}
	row.name = behind(line, words.v[at]);
	read_state(&row);
	if (row.protocol == IU_PROTOCOL_UNIX)
		read_unix_name(&row);
	*ret = row;
	return true;
}

static int add_owner(struct iu_capture_out *out, const struct row *row)
{
	struct iu_capture_task *task;
	uint64_t uid;
	int ret = iu_capture_owner(out, row->pid, row->fd, (struct iu_span){0});

	out->given |= IU_GIVEN_TASKS;
	if (ret == 0)
		ret = iu_capture_task(out, row->pid, row->command, &task);
	if (ret < 0)
		return ret;
	if (iu_span_number(row->user, UINT32_MAX, &uid)) {
		task->uid_known = true;
		task->uid = (uint32_t)uid;
		return 0;
	}
	task->user = iu_arena_strndup(&out->snapshot->arena, row->user.text, row->user.len);
	return 0;
}

/* One socket is in as many rows as it has holders; its inode says so in the end. */
static int add_socket(
	struct iu_capture_out *out, const struct iu_socket *s, const struct row *row)
{
	int ret = iu_capture_socket(out, s);

	return ret == 0 ? add_owner(out, row) : ret;
}

static int add_unix(struct iu_capture_out *out, const struct row *row)
{
	struct iu_socket s = iu_capture_socket_fresh(IU_PROTOCOL_UNIX);
	struct iu_span path = row->name;

	if (!path.len || (path.text[0] != '/' && path.text[0] != '@'))
		return 0; /* "socket", "type=STREAM": no name */
	s.abstract = path.text[0] == '@';
	path = iu_span_from(path, s.abstract);
	s.path = iu_arena_strndup(&out->snapshot->arena, path.text, path.len);
	s.path_len = path.len;
	s.inode = row->inode < IU_INODE_MADE_UP ? row->inode : 0;
	s.unix_type = row->type;
	s.state = row->state;
	return s.path ? add_socket(out, &s, row) : IU_E_NOMEM;
}

/* "*:22", "127.0.0.1:22->10.0.0.1:5000" */
static int add_row(struct iu_capture_out *out, const struct row *row)
{
	struct iu_socket s = iu_capture_socket_fresh(row->protocol);
	struct iu_capture_endpoint local, peer;
	struct iu_span name = row->name;
	size_t arrow = iu_span_find(name, "->");
	bool has_peer = arrow < name.len;

	if (row->protocol == IU_PROTOCOL_UNIX)
		return add_unix(out, row);
	/* where the end was cut off, a port may have lost digits */
	if (row->cut) {
		out->unread++;
		return 0;
	}
	if (has_peer && !iu_capture_endpoint(iu_span_from(name, arrow + 2), &peer)) {
		out->unread++;
		return 0;
	}
	name.len = arrow;
	if (!iu_capture_endpoint(name, &local)) {
		out->unread++;
		return 0;
	}
	if (!iu_linux_socket(out, &local, has_peer ? &peer : NULL, row->family, row->family, &s))
		return 0;
	s.inode = row->inode < IU_INODE_MADE_UP ? row->inode : 0;
	s.state = row->state;
	return add_socket(out, &s, row);
}

int iu_capture_lsof(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	size_t i = at;
	struct row row;
	size_t bare = 0;
	bool trusted;
	int ret = 0;

	if (!read_row(lines->v[at], &row))
		return 0;
	iu_capture_is(out, row.bsd ? IU_CAPTURE_BSD : IU_CAPTURE_LINUX);
	iu_capture_block(out);
	/*
	 * lsof writes a blank behind a name without a state, which tells a whole row from a cut
	 * one. Where it is missing everywhere it was trimmed.
	 */
	trusted = true;
	for (size_t k = at; k < lines->n && read_row(lines->v[k], &row); k++) {
		bare += !row.has_state && row.protocol == IU_PROTOCOL_UDP;
		if (!row.has_state && (iu_padding(lines, k) || row.protocol == IU_PROTOCOL_TCP))
			trusted = false;
	}
	trusted = trusted && bare > 1;
	for (; i < lines->n && ret == 0 && read_row(lines->v[i], &row); i++) {
		row.cut = !row.has_state && (row.protocol == IU_PROTOCOL_TCP ||
						   (!trusted && !iu_padding(lines, i)));
		ret = add_row(out, &row);
	}
	return ret < 0 ? ret : (int)(i - at);
}
