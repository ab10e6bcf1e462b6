/* captures/ss.c - what ss of iproute2 prints */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "captures/linux-row.h"

/*
 * "tcp LISTEN 0 4096 127.0.0.53%lo:53 0.0.0.0:* users:(("x",pid=1,fd=2)) uid:1 ino:2 sk:3". The
 * first column is there when several kinds are listed, the second unless one state was asked for.
 */
static const struct {
	const char *word;
	enum iu_protocol protocol;
	enum iu_unix_type type;
} kinds[] = {
	{"tcp", IU_PROTOCOL_TCP, IU_UNIX_UNKNOWN},    {"udp", IU_PROTOCOL_UDP, IU_UNIX_UNKNOWN},
	{"u_str", IU_PROTOCOL_UNIX, IU_UNIX_STREAM},  {"u_dgr", IU_PROTOCOL_UNIX, IU_UNIX_DGRAM},
	{"u_seq", IU_PROTOCOL_UNIX, IU_UNIX_SEQPACKET},
};

/* Other kinds of sockets share the listing of `ss -a`. */
static const char *const others[] = {"nl", "raw", "p_raw", "p_dgr", "icmp6", "mptcp", "sctp",
	"dccp", "v_str", "v_dgr", "xdp", "ti_st", "ti_dg", "ti_rd", "ti_sq", "???"};

struct row {
	bool kind_known, state_known, other;
	enum iu_protocol protocol;
	enum iu_unix_type type;
	enum iu_state state;
	uint64_t queue, backlog;
	struct iu_span local, peer; /* UNIX: path and number */
	struct iu_span unix_inode;
	struct iu_span rest;
};

static void read_kind(struct iu_span word, struct row *row)
{
	for (size_t i = 0; i < IU_COUNT(kinds); i++)
		if (iu_span_is(word, kinds[i].word)) {
			row->kind_known = true;
			row->protocol = kinds[i].protocol;
			row->type = kinds[i].type;
		}
	for (size_t i = 0; i < IU_COUNT(others); i++)
		row->other |= iu_span_is(word, others[i]);
}

/* What follows a word of the line. */
static struct iu_span behind(struct iu_span line, struct iu_span word)
{
	return iu_span_trim(iu_span_from(line, (size_t)(word.text + word.len - line.text)));
}

/* "/run/x.sock 12345 * 0", where a path may have blanks: the number stands before the last pair. */
static bool read_unix(
	struct iu_span line, const struct iu_phrase *words, size_t at, struct row *row)
{
	uint64_t inode;

	for (size_t i = at + 1; i + 2 < words->n; i++) {
		if (!iu_span_number(words->v[i], INT64_MAX, &inode) ||
			!iu_span_number(words->v[i + 2], INT64_MAX, &inode))
			continue;
		row->unix_inode = words->v[i];
		row->local = iu_span_trim((struct iu_span){
			words->v[at].text, (size_t)(words->v[i].text - words->v[at].text)});
		row->peer = words->v[i + 1];
		row->rest = behind(line, words->v[i + 2]);
		return true;
	}
	return false;
}

/* Whether the words could be the ends of a row; "0.0.0.0:*" is only written by ss. */
static bool are_ends(struct iu_span local, struct iu_span peer)
{
	struct iu_capture_endpoint a, b;

	return iu_capture_endpoint(local, &a) && iu_capture_endpoint(peer, &b) && !a.port_star;
}

static bool read_row(struct iu_span line, struct row *ret)
{
	struct row row = {0};
	struct iu_phrase words;
	size_t at = 0;

	iu_words_split(line, &words);
	if (words.n < 4)
		return false;
	read_kind(words.v[at], &row);
	at += row.kind_known || row.other;
	row.state_known = iu_linux_state(words.v[at], &row.state);
	at += row.state_known;
	if (at + 3 >= words.n || !iu_span_number(words.v[at], INT64_MAX, &row.queue) ||
		!iu_span_number(words.v[at + 1], INT64_MAX, &row.backlog))
		return false;
	if (row.other) {
		*ret = row;
		return row.state_known;
	}
	if (row.kind_known && row.protocol == IU_PROTOCOL_UNIX) {
		if (!read_unix(line, &words, at + 2, &row))
			return false;
	} else {
		/* a row without kind and state could be anything: another tool's numbers */
		if (!are_ends(words.v[at + 2], words.v[at + 3]))
			return false;
		row.local = words.v[at + 2];
		row.peer = words.v[at + 3];
		row.rest = behind(line, words.v[at + 3]);
	}
	*ret = row;
	return true;
}

/* ---- the words behind the ends ---- */

/* The number behind @prefix, which ends in "," or ")": another end was cut off. */
static bool take_number(struct iu_span *rest, const char *prefix, int32_t *ret)
{
	struct iu_span number = iu_span_from(*rest, strlen(prefix));
	size_t end = 0;

	if (!iu_span_begins(*rest, prefix))
		return false;
	while (end < number.len && number.text[end] >= '0' && number.text[end] <= '9')
		end++;
	if (end == number.len || !strchr(",)", number.text[end]) ||
		!iu_span_pid((struct iu_span){number.text, end}, ret))
		return false;
	*rest = iu_span_from(number, end);
	return true;
}

/* `("sshd",pid=1,fd=3)`, before iproute2 4: `("sshd",1,3)`; a name may have any byte in it. */
static bool read_user(
	struct iu_span *rest, struct iu_span *name, int32_t *ret_pid, int32_t *ret_fd)
{
	size_t quote = iu_span_find(*rest, "\",pid=");
	bool old = quote == rest->len;

	if (old)
		quote = iu_span_find(*rest, "\",");
	if (quote == rest->len || quote < 2 || rest->text[0] != '(' || rest->text[1] != '"')
		return false;
	*name = (struct iu_span){rest->text + 2, quote - 2};
	*rest = iu_span_from(*rest, quote + 1);
	*ret_fd = -1;
	if (!take_number(rest, old ? "," : ",pid=", ret_pid))
		return false;
	return rest->text[0] == ')' || take_number(rest, old ? "," : ",fd=", ret_fd) || !old;
}

/* `users:(("sshd",pid=1,fd=3),("systemd",pid=1,fd=52))` */
static int read_users(struct iu_capture_out *out, struct iu_span rest)
{
	size_t at = iu_span_find(rest, "users:((");
	int32_t pid, fd;
	struct iu_span name;
	int ret = 0;

	rest = iu_span_from(rest, at + 7);
	while (rest.len > 1 && ret == 0 && read_user(&rest, &name, &pid, &fd)) {
		out->given |= IU_GIVEN_TASKS;
		ret = iu_capture_owner(out, pid, fd, name);
		/* security contexts may stand before the bracket */
		rest = iu_span_from(rest, iu_span_find(rest, ")") + 1);
		if (!rest.len || rest.text[0] != ',')
			break;
		rest = iu_span_from(rest, 1);
	}
	return ret;
}

/* "57sec", "1min20sec", "120ms"; of "1.5sec" the whole seconds. -1: none of that. */
static int64_t read_span(struct iu_span text)
{
	static const struct {
		const char *word;
		int64_t ms;
	} units[] = {{"min", 60000}, {"sec", 1000}, {"ms", 1}};
	int64_t sum = 0;

	while (text.len && !strchr(",)", text.text[0])) {
		uint64_t number;
		size_t n = 0, k = 0;

		while (n < text.len && text.text[n] >= '0' && text.text[n] <= '9')
			n++;
		if (n > 9 || !iu_span_number((struct iu_span){text.text, n}, INT32_MAX, &number))
			return -1;
		if (n < text.len && text.text[n] == '.')
			for (n++; n < text.len && text.text[n] >= '0' && text.text[n] <= '9';)
				n++;
		text = iu_span_from(text, n);
		while (k < IU_COUNT(units) && !iu_span_begins(text, units[k].word))
			k++;
		if (k == IU_COUNT(units))
			return -1;
		sum += (int64_t)number * units[k].ms;
		text = iu_span_from(text, strlen(units[k].word));
	}
	return sum;
}

/* `timer:(timewait,57sec,0)` */
static void read_timer(struct iu_span rest, struct iu_socket *s)
{
	size_t at = iu_span_find(rest, "timer:(");
	const char *comma;

	rest = iu_span_from(rest, at + 7);
	if (!rest.len)
		return;
	s->mini |= iu_span_begins(rest, "timewait,");
	comma = memchr(rest.text, ',', rest.len);
	if (comma)
		s->timer_ms =
			read_span(iu_span_from(rest, (size_t)(comma - rest.text) + 1));
}

/* The word behind "ino:" and the like. Another one follows these always, unless the line is cut. */
static bool field(struct iu_span rest, const char *name, struct iu_span *ret)
{
	struct iu_phrase words;

	iu_words_split(rest, &words);
	for (size_t i = 0; i + 1 < words.n; i++)
		if (iu_span_begins(words.v[i], name)) {
			*ret = iu_span_from(words.v[i], strlen(name));
			return true;
		}
	return false;
}

/* -e: "uid:1000 ino:1234 sk:5 cgroup:/system.slice/x v6only:1"; the user 0 is left out. */
static int read_extended(struct iu_capture_out *out, struct iu_span rest, struct iu_socket *s)
{
	struct iu_span word;
	uint64_t number;

	if (field(rest, "ino:", &word) && iu_span_number(word, INT64_MAX, &number) && number &&
		number < IU_INODE_MADE_UP) {
		s->inode = number;
		s->uid_known = !s->mini;
		s->uid = 0;
	}
	if (field(rest, "uid:", &word) && iu_span_number(word, UINT32_MAX, &number)) {
		s->uid_known = true;
		s->uid = (uint32_t)number;
	}
	if (field(rest, "v6only:", &word))
		s->v6only = iu_tri(iu_span_is(word, "1"));
	if (field(rest, "cgroup:", &word) && word.len && word.text[0] == '/') {
		s->cgroup = iu_arena_strndup(&out->snapshot->arena, word.text, word.len);
	}
	return 0;
}

/* ---- rows ---- */

/* How "*" and the kind are to be understood in one listing. */
struct style {
	bool old_star; /* before iproute2 4.19: "*" is 0.0.0.0, and "::" has no brackets */
	bool kinds;    /* the first column is there */
	bool udp, tcp; /* without that column: states that only these have */
};

/*
 * A listing without the first column is of one kind: UDP's sockets are never LISTEN, and TCP's are
 * UNCONN with -B only. Returns: whether that is certain enough. With one state asked for ("ss -t
 * state listening") nothing in a row says whether it is TCP.
 */
static bool kind_of(const struct row *row, const struct style *style, enum iu_protocol *ret)
{
	*ret = row->protocol;
	if (row->kind_known)
		return true;
	*ret = row->state == IU_STATE_BOUND || (style->udp && !style->tcp && !style->kinds)
		       ? IU_PROTOCOL_UDP
		       : IU_PROTOCOL_TCP;
	/* with states of both the first column may have been cut off: UNCONN is TCP's, or not */
	if (style->udp && style->tcp && row->state == IU_STATE_BOUND)
		return false;
	/* a cut row among others with a kind: ESTAB is a state of both */
	return row->state_known && (!style->kinds || row->state != IU_STATE_ESTABLISHED);
}

static int add_unix(struct iu_capture_out *out, const struct row *row)
{
	struct iu_socket s = iu_capture_socket_fresh(IU_PROTOCOL_UNIX);
	struct iu_span path = row->local;
	uint64_t inode = 0;
	int ret;

	if (iu_span_is(path, "*"))
		return 0; /* no name: nothing that a bind() could meet */
	s.abstract = path.len && path.text[0] == '@';
	path = iu_span_from(path, s.abstract);
	s.path = iu_arena_strndup(&out->snapshot->arena, path.text, path.len);
	s.path_len = path.len;
	s.unix_type = row->type;
	s.state = row->state_known ? row->state : IU_STATE_UNKNOWN;
	iu_span_number(row->unix_inode, INT64_MAX, &inode);
	s.inode = inode < IU_INODE_MADE_UP ? inode : 0;
	if (!s.path)
		return IU_E_NOMEM;
	ret = read_extended(out, row->rest, &s);
	s.inode = inode < IU_INODE_MADE_UP ? inode : 0;
	if (ret == 0)
		ret = iu_capture_socket(out, &s);
	return ret == 0 ? read_users(out, row->rest) : ret;
}

static int add_row(struct iu_capture_out *out, const struct row *row, const struct style *style)
{
	struct iu_socket s = iu_capture_socket_fresh(IU_PROTOCOL_TCP);
	struct iu_capture_endpoint local, peer;
	struct iu_span inode;
	int ret;

	if (row->other)
		return 0;
	if (!kind_of(row, style, &s.protocol)) {
		out->unread++;
		return 0;
	}
	if (row->kind_known && row->protocol == IU_PROTOCOL_UNIX)
		return add_unix(out, row);
	if (!iu_capture_endpoint(row->local, &local) || !iu_capture_endpoint(row->peer, &peer))
		return 0;
	if (!iu_linux_socket(out, &local, &peer, IU_FAMILY_ANY,
		    style->old_star ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6, &s))
		return 0;
	/* today "*" is a socket of both families, "[::]" one of IPv6 alone */
	if (!style->old_star && s.family == IU_FAMILY_IPV6 && iu_address_is_wildcard(&s.local) &&
		!iu_address_v4(&s.local))
		s.v6only = local.star ? IU_NO : row->local.text[0] == '[' ? IU_YES : IU_UNKNOWN;
	read_timer(row->rest, &s);
	s.state = row->state_known ? row->state : IU_STATE_UNKNOWN;
	if (!row->state_known && peer.port_star)
		s.state = s.protocol == IU_PROTOCOL_TCP ? IU_STATE_LISTEN : IU_STATE_BOUND;
	s.mini |= s.state == IU_STATE_TIME_WAIT;
	if (s.state == IU_STATE_LISTEN) {
		s.queue = row->queue <= UINT32_MAX ? (uint32_t)row->queue : 0;
		s.backlog = row->backlog <= UINT32_MAX ? (uint32_t)row->backlog : 0;
	}
	ret = read_extended(out, row->rest, &s);
	if (ret == 0)
		ret = iu_capture_socket(out, &s);
	if (ret == 0 && field(row->rest, "ino:", &inode) && iu_span_is(inode, "0"))
		iu_capture_orphan(out);
	return ret == 0 ? read_users(out, row->rest) : ret;
}

/* In a narrow terminal, and with -i and -m, what belongs to a row stands in the line below it. */
static bool goes_on(struct iu_span line)
{
	static const char *const starts[] = {"users:((", "timer:(", "uid:", "ino:", "sk:",
		"skmem:(", "cgroup:", "v6only:", "cubic ", "bbr ", "reno ", "<->", "fwmark:", "bpf_id:"};
	struct iu_span word = iu_span_trim(line);

	if (!iu_span_indent(line))
		return false;
	for (size_t i = 0; i < IU_COUNT(starts); i++)
		if (iu_span_begins(word, starts[i]))
			return true;
	return false;
}

/* The row and what goes on below it, as one line. */
static int read_joined(const struct iu_lines *lines, size_t at, struct iu_arena *arena,
	struct row *row)
{
	size_t i = at + 1, len = row->rest.len;
	char *text;

	while (i < lines->n && i < at + 4 && goes_on(lines->v[i]))
		len += lines->v[i++].len + 1;
	if (i == at + 1)
		return 1;
	text = iu_arena_alloc(arena, len + 1);
	if (!text)
		return IU_E_NOMEM;
	len = row->rest.len;
	memcpy(text, row->rest.text, len);
	for (size_t k = at + 1; k < i; k++) {
		text[len++] = ' ';
		memcpy(text + len, lines->v[k].text, lines->v[k].len);
		len += lines->v[k].len;
	}
	row->rest = (struct iu_span){text, len};
	return (int)(i - at);
}

/* What the whole listing says about its rows. */
static struct style style_of(const struct iu_lines *lines, size_t at)
{
	struct style style = {0};
	struct row row;
	bool unbracketed = false, zeros = false;

	for (size_t i = at; i < lines->n && (read_row(lines->v[i], &row) || goes_on(lines->v[i]));
		i++) {
		unbracketed |= iu_span_begins(row.local, ":::");
		zeros |= iu_span_begins(row.local, "0.0.0.0:") || iu_span_begins(row.local, "[");
		style.kinds |= row.kind_known;
		style.udp |= row.state_known && row.state == IU_STATE_BOUND;
		style.tcp |= !row.kind_known && row.state_known &&
			     row.state != IU_STATE_BOUND && row.state != IU_STATE_ESTABLISHED;
	}
	style.old_star = unbracketed && !zeros;
	return style;
}

/* A row that begins a listing must be one without doubt: it has a kind, a state or ss's "0:*". */
static bool is_first(const struct row *row)
{
	return row->kind_known || row->state_known || row->other ||
	       (row->peer.len > 2 && row->peer.text[row->peer.len - 1] == '*');
}

int iu_capture_ss(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct style style;
	struct row row;
	size_t i = at;
	int ret = 1;

	if (!read_row(lines->v[at], &row) || !is_first(&row))
		return 0;
	iu_capture_is(out, IU_CAPTURE_LINUX);
	iu_capture_block(out);
	style = style_of(lines, at);
	while (i < lines->n && read_row(lines->v[i], &row)) {
		struct iu_arena arena = {0};
		int count = read_joined(lines, i, &arena, &row);

		ret = count < 0 ? count : add_row(out, &row, &style);
		iu_arena_free(&arena);
		if (ret < 0)
			return ret;
		i += (size_t)count;
	}
	return (int)(i - at);
}
