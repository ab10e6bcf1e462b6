/* captures/list-sockets.c - what systemctl list-sockets prints */
#include "base/err.h"
#include "captures/formats-text.h"

/* How far above its rows the command may stand. */
#define COMMAND_NEAR 4

/* "[::]:22  ssh.socket  ssh.service"; with --show-types a kind comes between. */
struct row {
	struct iu_span listen, unit;
	enum iu_protocol protocol;
	enum iu_unix_type type;
};

static bool read_row(struct iu_span line, struct row *ret)
{
	struct row row = {.protocol = IU_PROTOCOL_TCP};
	struct iu_phrase words;
	size_t unit = 1;

	if (iu_span_find_exact(line, ".socket") == line.len)
		return false;
	iu_words_split(line, &words);
	while (unit < words.n && !iu_span_ends(words.v[unit], ".socket"))
		unit++;
	if (unit > 3 || unit >= words.n)
		return false;
	/* what it starts: services, or "-" */
	if (unit + 1 < words.n && !iu_span_is(words.v[unit + 1], "-") &&
		iu_span_find(words.v[unit + 1], ".service") == words.v[unit + 1].len)
		return false;
	row.listen = words.v[0];
	row.unit = words.v[unit];
	row.type = IU_UNIX_STREAM;
	if (unit > 1 && iu_span_find(words.v[1], "datagram") < words.v[1].len) {
		row.protocol = IU_PROTOCOL_UDP;
		row.type = IU_UNIX_DGRAM;
	}
	*ret = row;
	return true;
}

/* It has a port, or a path: FIFOs and netlink have no bind() that could fail. */
static bool read_listen(const struct row *row, struct iu_socket *s, struct iu_capture_out *out)
{
	struct iu_capture_endpoint end;

	*s = iu_capture_socket_fresh(row->protocol);
	if (row->listen.text[0] == '/' || row->listen.text[0] == '@') {
		*s = iu_capture_socket_fresh(IU_PROTOCOL_UNIX);
		s->abstract = row->listen.text[0] == '@';
		s->path_len = row->listen.len - s->abstract;
		s->path = iu_arena_strndup(&out->snapshot->arena,
			row->listen.text + s->abstract, s->path_len);
		s->unix_type = row->type;
		return s->path && s->path_len;
	}
	if (!iu_capture_endpoint(row->listen, &end) || end.named || end.port_star || !end.port)
		return false;
	s->local = end.star ? iu_address_wildcard(IU_FAMILY_IPV6) : end.address;
	s->family = s->local.family;
	s->port = end.port;
	return true;
}

/* A user's own manager is another process than 1. */
static bool is_users(const struct iu_lines *lines, size_t at)
{
	for (size_t i = at; i-- > 0 && i + COMMAND_NEAR >= at;)
		if (iu_span_find(lines->v[i], "--user") < lines->v[i].len)
			return true;
	return false;
}

static int add_row(struct iu_capture_out *out, const struct row *row, bool users)
{
	struct iu_socket s;
	int ret;

	if (!read_listen(row, &s, out))
		return 0;
	s.state = s.protocol == IU_PROTOCOL_UDP ? IU_STATE_BOUND : IU_STATE_LISTEN;
	s.unit = iu_arena_strndup(&out->snapshot->arena, row->unit.text, row->unit.len);
	if (!s.unit)
		return IU_E_NOMEM;
	ret = iu_capture_socket(out, &s);
	if (ret < 0 || users)
		return ret;
	out->given |= IU_GIVEN_TASKS;
	return iu_capture_owner(out, 1, -1, iu_span_of("systemd"));
}

int iu_capture_list_sockets(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct row row;
	size_t i = at;
	bool users;
	int ret = 0;

	if (!read_row(lines->v[at], &row))
		return 0;
	users = is_users(lines, at);
	iu_capture_is(out, IU_CAPTURE_LINUX);
	iu_capture_block(out);
	/* without kinds the second row of an endpoint may be its datagrams, or a line that is there twice */
	for (; i < lines->n && ret == 0 && read_row(lines->v[i], &row); i++)
		ret = add_row(out, &row, users);
	return ret < 0 ? ret : (int)(i - at);
}
