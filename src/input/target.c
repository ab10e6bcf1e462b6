/* input/target.c - read a TARGET as a person writes it */
#include "input/target.h"

#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "base/span.h"
#include "input/message-call.h"
#include "input/message-patterns.h"
#include "input/refuse.h"
#include "knowledge/other-protocols.h"
#include "knowledge/unix-types.h"

#define HOST_MAX	  253 /* of a DNS name; no interface name is longer */
#define PORTS_MAX	  65536
#define SPACES		  " \t\n\v\f\r"

/* One reading of one target. */
struct reader {
	struct iu_arena *arena;
	struct iu_target target;
	struct iu_text *complaint;
};

struct protocol_word {
	const char *word;
	bool tcp, udp;
	enum iu_family family;
};

static const struct protocol_word protocol_words[] = {
	{"tcp", true, false, IU_FAMILY_ANY},
	{"tcp4", true, false, IU_FAMILY_IPV4},
	{"tcp6", true, false, IU_FAMILY_IPV6},
	{"mptcp", true, false, IU_FAMILY_ANY}, /* its listeners take TCP's ports */
	{"udp", false, true, IU_FAMILY_ANY},
	{"udp4", false, true, IU_FAMILY_IPV4},
	{"udp6", false, true, IU_FAMILY_IPV6},
	{"*", true, true, IU_FAMILY_ANY},
};

/* Ports that URLs leave out; other schemes are looked up as services. */
static const struct {
	const char *scheme;
	uint16_t port;
} scheme_ports[] = {
	{"amqp", 5672},
	{"amqps", 5671},
	{"ftp", 21},
	{"http", 80},
	{"https", 443},
	{"ldap", 389},
	{"ldaps", 636},
	{"mongodb", 27017},
	{"mqtt", 1883},
	{"mqtts", 8883},
	{"mysql", 3306},
	{"nats", 4222},
	{"postgres", 5432},
	{"postgresql", 5432},
	{"redis", 6379},
	{"rediss", 6379},
	{"rtsp", 554},
	{"ssh", 22},
	{"ws", 80},
	{"wss", 443},
};

/* Error names make a message even of a text without white space: "EADDRINUSE:::3000". */
static const char *const error_names[] = {
	"EADDRINUSE", "EADDRNOTAVAIL", "EACCES", "EPERM", "AddrInUse"};

static int refuse(struct reader *r, const char *before, struct iu_span piece, const char *after)
{
	return iu_refuse_piece(r->complaint, before, piece, after);
}

static int refuse_plain(struct reader *r, const char *sentence)
{
	if (r->complaint)
		iu_text_add(r->complaint, sentence);
	return IU_E_INPUT;
}

static int refuse_size(struct reader *r, const char *what, size_t n, const char *limit)
{
	if (r->complaint)
		iu_text_printf(r->complaint, "%s is %zu bytes long: %s", what, n, limit);
	return IU_E_INPUT;
}

/* ---- ports and protocols ---- */

/* "port 99999 is out of range", with the number as written. */
static int refuse_port(struct reader *r, struct iu_span number, const char *why)
{
	if (r->complaint) {
		iu_text_add(r->complaint, "port ");
		iu_text_foreign(r->complaint, number.text, number.len, 20);
		iu_text_add(r->complaint, why);
	}
	return IU_E_INPUT;
}

static int parse_port(
	struct reader *r, struct iu_span number, struct iu_span all, uint16_t *ret_port)
{
	unsigned int port = 0;

	if (!number.len)
		return refuse(r, "a port is missing in ", all, ": ports are 0 to 65535");
	if (number.text[0] == '+' || number.text[0] == '-')
		return refuse(r, "", number, " is no port: a port has no sign");
	for (size_t i = 0; i < number.len; i++) {
		if (!iu_char_is_digit(number.text[i]))
			return refuse(
				r, "", number, " is no port: a port is a number from 0 to 65535");
		if (port <= UINT16_MAX)
			port = port * 10 + (unsigned int)(number.text[i] - '0');
	}
	if (number.len > 1 && number.text[0] == '0')
		return refuse_port(
			r, number, " has a leading zero: ports are plain decimal numbers");
	if (port > UINT16_MAX)
		return refuse_port(r, number, " is out of range: ports are 0 to 65535");
	*ret_port = (uint16_t)port;
	return 0;
}

/* "80" or "3000-3010" of a list. */
static int parse_range(struct reader *r, struct iu_span item, struct iu_span all)
{
	struct iu_port_range *range;
	const char *dash = item.len > 1 ? iu_span_find_char(iu_span_from(item, 1), '-') : NULL;
	uint16_t first, last;
	int ret;

	if (!dash) {
		ret = parse_port(r, item, all, &first);
		last = first;
	} else {
		ret = parse_port(r, iu_span_upto(item, (size_t)(dash - item.text)), all, &first);
		if (ret == 0 && dash == item.text + item.len - 1)
			return refuse(r, "the range ", item, " has no end: write 3000-3010");
		if (ret == 0)
			ret = parse_port(
				r, iu_span_from(item, (size_t)(dash - item.text) + 1), all, &last);
	}
	if (ret < 0)
		return ret;
	if (first > last)
		return refuse(
			r, "the range ", item, " runs backwards: the smaller port comes first");
	if (first == 0 && last > 0)
		return refuse(r, "the range ", item,
			" begins at 0, which means \"any free port\": begin at 1");
	range = iu_list_add(r->arena, &r->target.ports);
	*range = (struct iu_port_range){first, last};
	return 0;
}

static int parse_service(struct reader *r, struct iu_span name)
{
	if (name.len > 2 && name.text[0] == '0' && iu_char_lower(name.text[1]) == 'x')
		return refuse(r, "", name, " is no port: write it in decimal digits");
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.text[i] <= ' ' || (unsigned char)name.text[i] >= 0x7f)
			return refuse(r, "", name, " is neither a port nor the name of a service");
	r->target.service = iu_arena_strndup(r->arena, name.text, name.len);
	return 0;
}

static size_t count_ports(const struct iu_target *target)
{
	size_t n = 0;

	for (size_t i = 0; i < target->ports.n; i++)
		n += (size_t)(target->ports.v[i].last - target->ports.v[i].first) + 1;
	return n;
}

/* "80", "3000-3010", "80,8000-8010", "http". */
static int parse_ports(struct reader *r, struct iu_span all)
{
	struct iu_span rest = all;
	const char *comma;
	int ret;

	if (!all.len)
		return refuse_plain(
			r, "the port is missing: write for example 8080 or 127.0.0.1:8080");
	if (!iu_span_find_char(all, ','))
		for (size_t i = 0; i < all.len; i++)
			if (iu_char_is_letter(all.text[i]))
				return parse_service(r, all);
	do {
		comma = iu_span_find_char(rest, ',');
		ret = parse_range(
			r, comma ? iu_span_upto(rest, (size_t)(comma - rest.text)) : rest, all);
		if (ret < 0)
			return ret;
		if (comma)
			rest = iu_span_from(rest, (size_t)(comma - rest.text) + 1);
	} while (comma);
	if (count_ports(&r->target) > PORTS_MAX)
		return refuse(r, "", all, " names more than 65536 ports");
	return 0;
}

static const struct protocol_word *protocol_word(struct iu_span s)
{
	for (size_t i = 0; i < IU_COUNT(protocol_words); i++)
		if (iu_span_is_any_case(s, protocol_words[i].word))
			return &protocol_words[i];
	return NULL;
}

bool iu_target_is_protocol(const char *word)
{
	return strcmp(word, "*") != 0 && protocol_word(iu_span_of(word)) != NULL;
}

static int take_protocol(struct reader *r, const struct protocol_word *word, struct iu_span all)
{
	struct iu_target *t = &r->target;

	if (t->protocol_given &&
		(t->tcp != word->tcp || t->udp != word->udp || t->family != word->family))
		return refuse(
			r, "", all, " names two protocols: write one, before or after the port");
	t->tcp = word->tcp;
	t->udp = word->udp;
	t->family = word->family;
	t->protocol_given = true;
	return 0;
}

/* ---- hosts ---- */

static int take_address(struct reader *r, const struct iu_address *address, struct iu_span written)
{
	enum iu_family family = r->target.family;

	if (family != IU_FAMILY_ANY && family != address->family)
		return refuse(r, "", written,
			family == IU_FAMILY_IPV4
				? " is no IPv4 address, and the protocol asks for one"
				: " is no IPv6 address, and the protocol asks for one");
	r->target.address = *address;
	r->target.host_kind = IU_HOST_ADDRESS;
	return 0;
}

/* What stands between brackets: an IPv6 address, perhaps with %interface. */
static int parse_bracketed(struct reader *r, struct iu_span inside, bool of_url)
{
	const char *percent = iu_span_find_char(inside, '%');
	struct iu_span literal =
		percent ? iu_span_upto(inside, (size_t)(percent - inside.text)) : inside;
	struct iu_span scope;
	struct iu_address address;

	if (iu_address_parse(literal.text, literal.len, &address) < 0)
		return refuse(
			r, "", inside, " is no IPv6 address, and only these stand in brackets");
	if (address.family != IU_FAMILY_IPV6)
		return refuse(r, "", inside, " is an IPv4 address: it is written without brackets");
	if (percent) {
		scope = iu_span_from(inside, (size_t)(percent - inside.text) + 1);
		if (of_url && iu_span_begins(scope, "25") &&
			scope.len > 2) /* URLs write %25 for % */
			scope = iu_span_from(scope, 2);
		if (!scope.len || scope.len > HOST_MAX)
			return refuse(r, "no interface after '%' in ", inside,
				": write for example [fe80::1%eth0]:8080");
		r->target.host = iu_arena_strndup(r->arena, scope.text, scope.len);
	}
	return take_address(r, &address, inside);
}

static bool only_of(struct iu_span s, const char *bytes)
{
	for (size_t i = 0; i < s.len; i++)
		if (!strchr(bytes, s.text[i]))
			return false;
	return true;
}

/* "0.0.0.0%eth0", as a socket that is bound to a device is written. */
static int parse_on_device(struct reader *r, struct iu_span host)
{
	size_t n = iu_span_find_exact(host, "%");
	struct iu_span literal = iu_span_upto(host, n), device = iu_span_from(host, n + 1);
	struct iu_address address;

	if (iu_address_parse(literal.text, literal.len, &address) < 0 || address.family != IU_FAMILY_IPV4)
		return refuse(r, "", host,
			": only an address takes %interface, an IPv6 one in brackets; see --device for "
			"others");
	if (!device.len || device.len > HOST_MAX)
		return refuse(r, "no interface after '%' in ", host, ": write for example 0.0.0.0%eth0:67");
	r->target.host = iu_arena_strndup(r->arena, device.text, device.len);
	return take_address(r, &address, literal);
}

/* A host without brackets and colons: an IPv4 address, a name, an interface. */
static int parse_host(struct reader *r, struct iu_span host, struct iu_span all)
{
	struct iu_address address;

	if (iu_span_is_any_case(host, "*") || !host.len) {
		r->target.host_kind = IU_HOST_NONE;
		return 0;
	}
	if (iu_address_parse(host.text, host.len, &address) == 0)
		return take_address(r, &address, host);
	if (only_of(host, "0123456789"))
		return refuse(r, "", all,
			" has two numbers: give the port that is bound, and the protocol after a "
			"slash");
	if (only_of(host, "0123456789."))
		return refuse(
			r, "", host, " is no IPv4 address: it has four numbers from 0 to 255");
	if (iu_span_find_char(host, '%'))
		return parse_on_device(r, host);
	if (iu_span_find_char(host, '[') || iu_span_find_char(host, ']'))
		return refuse(r, "the brackets in ", all,
			" do not match: an IPv6 address with a port is written [::1]:8080");
	if (host.len > HOST_MAX)
		return refuse_size(r, "the host name", host.len, "names have at most 253");
	r->target.host_kind = IU_HOST_NAME;
	r->target.host = iu_arena_strndup(r->arena, host.text, host.len);
	return 0;
}

/* More than one colon and no bracket: ":::3000" as Node prints it, or somebody forgot brackets. */
static int parse_many_colons(struct reader *r, struct iu_span s)
{
	struct iu_address address = iu_address_wildcard(IU_FAMILY_IPV6);
	const char *last = iu_span_find_last(s, ':');
	struct iu_span left = iu_span_upto(s, (size_t)(last - s.text)),
		       right = iu_span_from(s, left.len + 1);
	const char *percent = iu_span_find_char(left, '%'), *scope = iu_span_find_char(s, '%');
	struct iu_span literal = scope ? iu_span_upto(s, (size_t)(scope - s.text)) : s;

	if (iu_span_begins(s, ":::") && left.len == 2) {
		int ret = take_address(r, &address, left);

		return ret < 0 ? ret : parse_ports(r, right);
	}
	if (percent)
		left.len = (size_t)(percent - left.text);
	if (iu_address_parse(left.text, left.len, &address) == 0 && right.len &&
		only_of(right, "0123456789,-") && !(left.len == 2 && !percent))
		return refuse(r, "an IPv6 address with a port is written [address]:port; ", s,
			" can be read in two ways");
	if (iu_address_parse(literal.text, literal.len, &address) == 0)
		return refuse(r, "", s, " is an address without a port: write [address]:port");
	return refuse(r, "", s,
		" has too many colons: an IPv6 address with a port is written [::1]:8080");
}

/* "8080", ":8080", "host:8080", "[::1]:8080". */
static int parse_host_and_ports(struct reader *r, struct iu_span s)
{
	const char *colon = iu_span_find_char(s, ':'), *close = iu_span_find_char(s, ']');
	struct iu_address address;
	int ret;

	if (s.len && s.text[0] == '[') {
		if (!close)
			return refuse(r, "", s, " has no closing bracket: write [::1]:8080");
		ret = parse_bracketed(
			r, (struct iu_span){s.text + 1, (size_t)(close - s.text) - 1}, false);
		if (ret < 0)
			return ret;
		s = iu_span_from(s, (size_t)(close - s.text) + 1);
		if (!s.len || s.text[0] != ':')
			return refuse_plain(r, "after the closing bracket a colon and the port are "
					       "missing: write [::1]:8080");
		return parse_ports(r, iu_span_from(s, 1));
	}
	if (!colon) {
		if (iu_address_parse(s.text, s.len, &address) == 0)
			return refuse(
				r, "", s, " is an address without a port: write address:port");
		if (close)
			return refuse(r, "", s, " has a closing bracket only: write [::1]:8080");
		return parse_ports(r, s);
	}
	if (iu_span_find_char(iu_span_from(s, (size_t)(colon - s.text) + 1), ':'))
		return parse_many_colons(r, s);
	ret = parse_host(r, iu_span_upto(s, (size_t)(colon - s.text)), s);
	return ret < 0 ? ret : parse_ports(r, iu_span_from(s, (size_t)(colon - s.text) + 1));
}

/* The protocol before ("udp:53", "udp/53") or after ("53/udp"), then the rest. */
static int parse_inet(struct reader *r, struct iu_span s)
{
	struct iu_span all = s;
	const char *slash = iu_span_find_last(s, '/');
	const char *colon = iu_span_find_char(s, ':');
	const struct protocol_word *word;
	struct iu_span after;
	int ret;

	if (slash) {
		after = iu_span_from(s, (size_t)(slash - s.text) + 1);
		s = iu_span_upto(s, (size_t)(slash - s.text));
		word = protocol_word(after);
		if (!word && protocol_word(s)) {
			word = protocol_word(s);
			s = after;
		}
		if (!after.len)
			return refuse(r, "the protocol is missing after the slash in ", all,
				": write 8080/tcp or 8080/udp");
		if (!word)
			return refuse(r, "unknown protocol ", after,
				": tcp, udp and * are known (a socket's path begins with / or ./)");
		ret = take_protocol(r, word, all);
		if (ret < 0)
			return ret;
		colon = iu_span_find_char(s, ':');
	}
	/* "*:53" is every address, not every protocol. */
	word = colon ? protocol_word(iu_span_upto(s, (size_t)(colon - s.text))) : protocol_word(s);
	if (word && strcmp(word->word, "*") != 0) {
		if (!colon)
			return refuse(r, "the port is missing after ", all,
				": write for example 8080/tcp");
		s = iu_span_from(s, (size_t)(colon - s.text) + 1);
		ret = take_protocol(r, word, all);
		if (ret < 0)
			return ret;
	}
	return parse_host_and_ports(r, s);
}

/* ---- URLs, paths, messages ---- */

static int take_scheme_port(struct reader *r, struct iu_span scheme)
{
	struct iu_port_range *range;

	for (size_t i = 0; i < IU_COUNT(scheme_ports); i++) {
		if (!iu_span_is_any_case(scheme, scheme_ports[i].scheme))
			continue;
		range = iu_list_add(r->arena, &r->target.ports);
		*range = (struct iu_port_range){scheme_ports[i].port, scheme_ports[i].port};
		return 0;
	}
	return parse_service(r, scheme);
}

/* The authority of a URL without its user: "localhost:3000", "[::1]", "*:80". */
static int parse_authority(
	struct reader *r, struct iu_span scheme, struct iu_span authority, struct iu_span all)
{
	const char *close = iu_span_find_char(authority, ']');
	const char *colon = iu_span_find_last(authority, ':');
	struct iu_span host = authority, port = {NULL, 0};
	int ret;

	if (colon && (!close || colon > close)) {
		host = iu_span_upto(authority, (size_t)(colon - authority.text));
		port = iu_span_from(authority, host.len + 1);
	}
	if (!host.len && !protocol_word(scheme))
		return refuse(
			r, "empty host in ", all, ": write for example http://localhost:3000/");
	if (host.len && host.text[0] == '[') {
		if (close != host.text + host.len - 1)
			return refuse(r, "", authority,
				" has brackets that do not match: write http://[::1]:8080/");
		ret = parse_bracketed(r, (struct iu_span){host.text + 1, host.len - 2}, true);
	} else if (iu_span_find_char(host, ':')) {
		ret = parse_many_colons(r, authority);
		if (ret == 0)
			return 0;
	} else {
		/* http://+:80/ is how Windows writes every host. */
		ret = parse_host(
			r, iu_span_is_any_case(host, "+") ? iu_span_of("*") : host, authority);
	}
	if (ret < 0)
		return ret;
	if (port.len || protocol_word(scheme))
		return parse_ports(r, port);
	return take_scheme_port(r, scheme);
}

static int parse_url(struct reader *r, struct iu_span s, size_t scheme_len)
{
	struct iu_span scheme = iu_span_upto(s, scheme_len),
		       authority = iu_span_from(s, scheme_len + 3);
	const struct protocol_word *word = protocol_word(scheme);
	const char *at;
	int ret;

	if (iu_span_is_any_case(scheme, "file"))
		return refuse(
			r, "", s, " names a file: a UNIX socket is written unix:/run/app.sock");
	for (size_t i = 0; i < scheme.len; i++)
		if (!iu_char_is_letter(scheme.text[i]) &&
			(!i || !memchr("0123456789+-.", scheme.text[i], 13)))
			return refuse(r, "", scheme, " is no scheme of a URL");
	for (size_t i = 0; i < authority.len; i++)
		if (memchr("/?#", authority.text[i], 3))
			authority.len = i;
	at = iu_span_find_last(
		authority, '@'); /* user and password are not for us, nor for complaints */
	if (at)
		authority = iu_span_from(authority, (size_t)(at - authority.text) + 1);
	if (word) {
		ret = take_protocol(r, word, scheme);
		if (ret < 0)
			return ret;
	}
	return parse_authority(r, scheme, authority, at ? authority : s);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* "\x00" is a byte, "\x00{101}" so many of them. Returns: bytes of the escape, 0: it is none. */
static size_t read_escape(struct iu_span s, char *ret_byte, size_t *ret_times)
{
	size_t len = 4;

	*ret_times = 1;
	if (s.len < 4 || s.text[0] != '\\' || s.text[1] != 'x' || hex_digit(s.text[2]) < 0 ||
		hex_digit(s.text[3]) < 0)
		return 0;
	*ret_byte = (char)(hex_digit(s.text[2]) << 4 | hex_digit(s.text[3]));
	if (s.len > 5 && s.text[4] == '{') {
		size_t times = 0, at = 5;

		for (; at < s.len && s.text[at] >= '0' && s.text[at] <= '9'; at++)
			times = times > IU_UNIX_PATH_MAX ? times : times * 10 + (size_t)(s.text[at] - '0');
		if (at > 5 && at < s.len && s.text[at] == '}' && times) {
			*ret_times = times;
			len = at + 1;
		}
	}
	return len;
}

/* An abstract name has any bytes: those that nobody can type are written as `list` writes them. */
static struct iu_span unescape(struct reader *r, struct iu_span s)
{
	char name[2 * IU_UNIX_PATH_MAX];
	size_t len = 0, taken, times;
	char byte = 0;

	for (size_t i = 0; i < s.len && len < IU_UNIX_PATH_MAX; i += taken) {
		taken = read_escape(iu_span_from(s, i), &byte, &times);
		if (!taken) {
			taken = 1;
			byte = s.text[i];
		}
		for (; times && len < IU_UNIX_PATH_MAX; times--)
			name[len++] = byte;
	}
	return (struct iu_span){iu_arena_strndup(r->arena, name, len), len};
}

static int parse_unix(struct reader *r, struct iu_span path)
{
	struct iu_target *t = &r->target;

	t->kind = IU_TARGET_UNIX;
	if (path.len && path.text[0] == '@') {
		t->abstract = true;
		path = iu_span_from(path, 1);
		if (iu_span_find_exact(path, "\\x") < path.len)
			path = unescape(r, path);
		if (!path.text)
			return IU_E_NOMEM;
		if (!path.len)
			return refuse_plain(r, "the name after '@' is missing: write @name");
		if (path.len > IU_UNIX_PATH_MAX - 1)
			return refuse_size(
				r, "the abstract name", path.len, "the system takes at most 107");
	}
	if (!path.len)
		return refuse_plain(
			r, "the path after 'unix:' is missing: write unix:/run/app.sock");
	if (path.len > IU_UNIX_PATH_MAX)
		return refuse_size(r, "the path", path.len, "a UNIX socket's has at most 108");
	t->path = iu_arena_strndup(r->arena, path.text, path.len);
	t->path_len = path.len;
	return 0;
}

static bool begins_like_path(struct iu_span s)
{
	static const char *const starts[] = {"/", "./", "../", "@"};

	for (size_t i = 0; i < IU_COUNT(starts); i++)
		if (iu_span_begins(s, starts[i]))
			return true;
	return false;
}

/* "seqpacket:@name", "unixgram:/run/log": what is behind the colon; "stream:8080" is a host's port. */
static struct iu_span typed_part(struct iu_span s, enum iu_unix_type *ret_type)
{
	size_t count;
	const struct iu_unix_type_row *rows = iu_unix_types(&count);

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < IU_UNIX_TYPE_WORDS && rows[i].targets[k]; k++) {
			size_t n = strlen(rows[i].targets[k]);

			if (s.len <= n + 1 || !iu_span_at(s, 0, rows[i].targets[k]) || s.text[n] != ':' ||
				!begins_like_path(iu_span_from(s, n + 1)))
				continue;
			*ret_type = rows[i].type;
			return iu_span_from(s, n + 1);
		}
	return (struct iu_span){NULL, SIZE_MAX};
}

/* The part of a UNIX target after "unix:"; n == SIZE_MAX: it is none. */
static struct iu_span unix_part(struct iu_span s, enum iu_unix_type *ret_type)
{
	*ret_type = IU_UNIX_UNKNOWN;
	if (iu_span_begins(s, "unix://"))
		return iu_span_from(s, strlen("unix://"));
	if (iu_span_begins(s, "unix:"))
		return iu_span_from(s, strlen("unix:"));
	return begins_like_path(s) ? s : typed_part(s, ret_type);
}

static bool has_space(struct iu_span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (iu_char_is_space(s.text[i]))
			return true;
	return false;
}

static bool holds(struct iu_span s, const char *what)
{
	return iu_span_find_exact(s, what) < s.len;
}

static bool names_error(struct iu_span s)
{
	for (size_t i = 0; i < IU_COUNT(error_names); i++)
		if (holds(s, error_names[i]))
			return true;
	return false;
}

/* A path may have spaces, and a message may begin with one ("./server: bind: …"). */
static bool is_message(struct iu_span s, bool like_path)
{
	if (!like_path)
		return has_space(s) || names_error(s);
	return has_space(s) &&
	       (holds(s, ": ") || (holds(s, "\n") && !iu_span_begins(s, "unix:")) ||
		       iu_message_call_read(s) == IU_CALL_BIND);
}

/* "sctp:3868", "3868/sctp", "vsock://2:1234": read as what it is, and answered as that. */
static const char *other_protocol(struct iu_span s)
{
	size_t count;
	const struct iu_other_protocol *rows = iu_other_protocols(&count);

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(rows[i].name);

		if (s.len > n && iu_span_at(s, 0, rows[i].name) &&
			(s.text[n] == ':' || s.text[n] == '/'))
			return rows[i].name;
		if (s.len > n && iu_span_ends(s, rows[i].name) && s.text[s.len - n - 1] == '/')
			return rows[i].name;
	}
	return NULL;
}

/* The port that stands at one end of it, where one does; 0: none. */
static void take_other_port(struct reader *r, struct iu_span s)
{
	struct iu_port_range *range;
	uint64_t port = 0;
	const char *slash = iu_span_find_last(s, '/'), *colon;
	struct iu_span number = s;

	if (slash && slash > s.text && iu_char_is_digit(slash[-1]))
		number.len = (size_t)(slash - s.text);
	colon = iu_span_find_last(number, ':');
	if (colon)
		number = iu_span_from(number, (size_t)(colon - number.text) + 1);
	else if (slash && number.len == s.len)
		number = iu_span_from(s, (size_t)(slash - s.text) + 1);
	if (!iu_span_number(number, UINT16_MAX, &port) || !port)
		return;
	range = iu_list_add(r->arena, &r->target.ports);
	if (range)
		*range = (struct iu_port_range){(uint16_t)port, (uint16_t)port};
}

static int parse_kind(struct reader *r, struct iu_span s)
{
	struct iu_span path = unix_part(s, &r->target.unix_type);
	bool like_path = path.len != SIZE_MAX;
	size_t scheme_end;

	if (!like_path)
		s = iu_span_strip(s, SPACES);
	if (!s.len)
		return refuse_plain(r, "the target is empty: write a port such as 8080");
	if (iu_span_find_char(s, '\0'))
		return refuse(r, "the target ", s, " has a NUL byte, and no address has one");
	if (s.len == 1 && s.text[0] == '-') {
		r->target.kind = IU_TARGET_STDIN;
	} else if (is_message(s, like_path)) {
		r->target.kind = IU_TARGET_MESSAGE;
		if (s.len > IU_MESSAGE_MAX)
			return refuse_size(r, "the message", s.len, "give it on standard input: -");
	} else if (s.len > IU_TARGET_MAX) {
		return refuse_size(r, "the target", s.len, "at most 4096 are read");
	}
	r->target.text = iu_arena_strndup(r->arena, s.text, s.len);
	if (r->target.kind != IU_TARGET_INET)
		return 0;
	r->target.other = like_path ? NULL : other_protocol(s);
	if (r->target.other) {
		r->target.kind = IU_TARGET_OTHER;
		take_other_port(r, s);
		return 0;
	}
	if (like_path)
		return parse_unix(r, path);
	scheme_end = iu_span_find_exact(s, "://");
	if (scheme_end && scheme_end < s.len)
		return parse_url(r, s, scheme_end);
	if (s.text[0] == '~')
		return refuse(r, "", s,
			" begins with '~', which only the shell knows: write the whole path");
	return parse_inet(r, s);
}

int iu_target_parse(struct iu_arena *arena, const char *text, size_t len,
	struct iu_target *ret_target, struct iu_text *complaint)
{
	struct reader r = {
		.arena = arena,
		.target = {.kind = IU_TARGET_INET, .tcp = true},
		.complaint = complaint,
	};
	int ret = parse_kind(&r, (struct iu_span){text, len});

	if (arena->failed)
		return IU_E_NOMEM;
	if (ret < 0)
		return ret;
	/* "tcp4:80" without an address means the wildcard of that family. */
	if (r.target.kind == IU_TARGET_INET && r.target.host_kind == IU_HOST_NONE &&
		r.target.family != IU_FAMILY_ANY) {
		r.target.host_kind = IU_HOST_ADDRESS;
		r.target.address = iu_address_wildcard(r.target.family);
	}
	*ret_target = r.target;
	return 0;
}
