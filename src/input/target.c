/* input/target.c - read a TARGET as a person writes it */
#include "input/message.h"
#include "input/target.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"

#define COMPLAINT_COLUMNS 60
#define HOST_MAX	  253 /* of a DNS name; no interface name is longer */
#define PORTS_MAX	  65536

struct span {
	const char *s;
	size_t n;
};

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

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static struct span span_of(const char *s)
{
	return (struct span){s, strlen(s)};
}

static struct span from(struct span s, size_t at)
{
	return (struct span){s.s + at, s.n - at};
}

static struct span upto(struct span s, size_t at)
{
	return (struct span){s.s, at};
}

static bool same_word(struct span s, const char *word)
{
	if (s.n != strlen(word))
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (lower(s.s[i]) != word[i])
			return false;
	return true;
}

static bool starts(struct span s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && !memcmp(s.s, with, n);
}

static const char *find(struct span s, const char *what)
{
	size_t n = strlen(what);

	for (size_t i = 0; i + n <= s.n; i++)
		if (!memcmp(s.s + i, what, n))
			return s.s + i;
	return NULL;
}

static const char *find_char(struct span s, char c)
{
	return s.n ? memchr(s.s, c, s.n) : NULL;
}

static const char *find_last(struct span s, char c)
{
	for (size_t i = s.n; i > 0; i--)
		if (s.s[i - 1] == c)
			return s.s + i - 1;
	return NULL;
}

/* A complaint: our words, the piece of foreign text between quotes, our words. */
static int refuse(struct reader *r, const char *before, struct span piece, const char *after)
{
	if (r->complaint) {
		iu_text_add(r->complaint, before);
		iu_text_add(r->complaint, "\"");
		iu_text_foreign(r->complaint, piece.s, piece.n, COMPLAINT_COLUMNS);
		iu_text_add(r->complaint, "\"");
		iu_text_add(r->complaint, after);
	}
	return IU_E_INPUT;
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
static int refuse_port(struct reader *r, struct span number, const char *why)
{
	if (r->complaint) {
		iu_text_add(r->complaint, "port ");
		iu_text_foreign(r->complaint, number.s, number.n, 20);
		iu_text_add(r->complaint, why);
	}
	return IU_E_INPUT;
}

static int parse_port(struct reader *r, struct span number, struct span all, uint16_t *ret_port)
{
	unsigned int port = 0;

	if (!number.n)
		return refuse(r, "a port is missing in ", all, ": ports are 0 to 65535");
	if (number.s[0] == '+' || number.s[0] == '-')
		return refuse(r, "", number, " is no port: a port has no sign");
	for (size_t i = 0; i < number.n; i++) {
		if (!is_digit(number.s[i]))
			return refuse(
				r, "", number, " is no port: a port is a number from 0 to 65535");
		if (port <= UINT16_MAX)
			port = port * 10 + (unsigned int)(number.s[i] - '0');
	}
	if (number.n > 1 && number.s[0] == '0')
		return refuse_port(
			r, number, " has a leading zero: ports are plain decimal numbers");
	if (port > UINT16_MAX)
		return refuse_port(r, number, " is out of range: ports are 0 to 65535");
	*ret_port = (uint16_t)port;
	return 0;
}

/* "80" or "3000-3010" of a list. */
static int parse_range(struct reader *r, struct span item, struct span all)
{
	struct iu_port_range *range;
	const char *dash = item.n > 1 ? find_char(from(item, 1), '-') : NULL;
	uint16_t first, last;
	int ret;

	if (!dash) {
		ret = parse_port(r, item, all, &first);
		last = first;
	} else {
		ret = parse_port(r, upto(item, (size_t)(dash - item.s)), all, &first);
		if (ret == 0 && dash == item.s + item.n - 1)
			return refuse(r, "the range ", item, " has no end: write 3000-3010");
		if (ret == 0)
			ret = parse_port(r, from(item, (size_t)(dash - item.s) + 1), all, &last);
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
	if (!range)
		return IU_E_NOMEM;
	*range = (struct iu_port_range){first, last};
	return 0;
}

static int parse_service(struct reader *r, struct span name)
{
	if (name.n > 2 && name.s[0] == '0' && lower(name.s[1]) == 'x')
		return refuse(r, "", name, " is no port: write it in decimal digits");
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.s[i] <= ' ' || (unsigned char)name.s[i] >= 0x7f)
			return refuse(r, "", name, " is neither a port nor the name of a service");
	r->target.service = iu_arena_strndup(r->arena, name.s, name.n);
	return r->target.service ? 0 : IU_E_NOMEM;
}

static size_t count_ports(const struct iu_target *target)
{
	size_t n = 0;

	for (size_t i = 0; i < target->ports.n; i++)
		n += (size_t)(target->ports.v[i].last - target->ports.v[i].first) + 1;
	return n;
}

/* "80", "3000-3010", "80,8000-8010", "http". */
static int parse_ports(struct reader *r, struct span all)
{
	struct span rest = all;
	const char *comma;
	int ret;

	if (!all.n)
		return refuse_plain(
			r, "the port is missing: write for example 8080 or 127.0.0.1:8080");
	if (!find_char(all, ','))
		for (size_t i = 0; i < all.n; i++)
			if (is_letter(all.s[i]))
				return parse_service(r, all);
	do {
		comma = find_char(rest, ',');
		ret = parse_range(r, comma ? upto(rest, (size_t)(comma - rest.s)) : rest, all);
		if (ret < 0)
			return ret;
		if (comma)
			rest = from(rest, (size_t)(comma - rest.s) + 1);
	} while (comma);
	if (count_ports(&r->target) > PORTS_MAX)
		return refuse(r, "", all, " names more than 65536 ports");
	return 0;
}

static const struct protocol_word *protocol_word(struct span s)
{
	for (size_t i = 0; i < IU_COUNT(protocol_words); i++)
		if (same_word(s, protocol_words[i].word))
			return &protocol_words[i];
	return NULL;
}

static int take_protocol(struct reader *r, const struct protocol_word *word, struct span all)
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

static int take_address(struct reader *r, const struct iu_address *address, struct span written)
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
static int parse_bracketed(struct reader *r, struct span inside, bool of_url)
{
	const char *percent = find_char(inside, '%');
	struct span literal = percent ? upto(inside, (size_t)(percent - inside.s)) : inside;
	struct span scope;
	struct iu_address address;

	if (iu_address_parse(literal.s, literal.n, &address) < 0)
		return refuse(
			r, "", inside, " is no IPv6 address, and only these stand in brackets");
	if (address.family != IU_FAMILY_IPV6)
		return refuse(r, "", inside, " is an IPv4 address: it is written without brackets");
	if (percent) {
		scope = from(inside, (size_t)(percent - inside.s) + 1);
		if (of_url && starts(scope, "25") && scope.n > 2) /* URLs write %25 for % */
			scope = from(scope, 2);
		if (!scope.n || scope.n > HOST_MAX)
			return refuse(r, "no interface after '%' in ", inside,
				": write for example [fe80::1%eth0]:8080");
		r->target.host = iu_arena_strndup(r->arena, scope.s, scope.n);
		if (!r->target.host)
			return IU_E_NOMEM;
	}
	return take_address(r, &address, inside);
}

static bool only_of(struct span s, const char *bytes)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr(bytes, s.s[i]))
			return false;
	return true;
}

/* A host without brackets and colons: an IPv4 address, a name, an interface. */
static int parse_host(struct reader *r, struct span host, struct span all)
{
	struct iu_address address;

	if (same_word(host, "*") || !host.n) {
		r->target.host_kind = IU_HOST_NONE;
		return 0;
	}
	if (iu_address_parse(host.s, host.n, &address) == 0)
		return take_address(r, &address, host);
	if (only_of(host, "0123456789"))
		return refuse(r, "", all,
			" has two numbers: give the port that is bound, and the protocol after a "
			"slash");
	if (only_of(host, "0123456789."))
		return refuse(
			r, "", host, " is no IPv4 address: it has four numbers from 0 to 255");
	if (find_char(host, '%'))
		return refuse(r, "", host,
			": only an IPv6 address takes %interface, in brackets; see --device for "
			"others");
	if (find_char(host, '[') || find_char(host, ']'))
		return refuse(r, "the brackets in ", all,
			" do not match: an IPv6 address with a port is written [::1]:8080");
	if (host.n > HOST_MAX)
		return refuse_size(r, "the host name", host.n, "names have at most 253");
	r->target.host_kind = IU_HOST_NAME;
	r->target.host = iu_arena_strndup(r->arena, host.s, host.n);
	return r->target.host ? 0 : IU_E_NOMEM;
}

/* More than one colon and no bracket: ":::3000" as Node prints it, or somebody forgot brackets. */
static int parse_many_colons(struct reader *r, struct span s)
{
	struct iu_address address = iu_address_wildcard(IU_FAMILY_IPV6);
	const char *last = find_last(s, ':');
	struct span left = upto(s, (size_t)(last - s.s)), right = from(s, left.n + 1);
	const char *percent = find_char(left, '%'), *scope = find_char(s, '%');
	struct span literal = scope ? upto(s, (size_t)(scope - s.s)) : s;

	if (starts(s, ":::") && left.n == 2) {
		int ret = take_address(r, &address, left);

		return ret < 0 ? ret : parse_ports(r, right);
	}
	if (percent)
		left.n = (size_t)(percent - left.s);
	if (iu_address_parse(left.s, left.n, &address) == 0 && right.n &&
		only_of(right, "0123456789,-") && !(left.n == 2 && !percent))
		return refuse(r, "an IPv6 address with a port is written [address]:port; ", s,
			" can be read in two ways");
	if (iu_address_parse(literal.s, literal.n, &address) == 0)
		return refuse(r, "", s, " is an address without a port: write [address]:port");
	return refuse(r, "", s,
		" has too many colons: an IPv6 address with a port is written [::1]:8080");
}

/* "8080", ":8080", "host:8080", "[::1]:8080". */
static int parse_host_and_ports(struct reader *r, struct span s)
{
	const char *colon = find_char(s, ':'), *close = find_char(s, ']');
	struct iu_address address;
	int ret;

	if (s.n && s.s[0] == '[') {
		if (!close)
			return refuse(r, "", s, " has no closing bracket: write [::1]:8080");
		ret = parse_bracketed(r, (struct span){s.s + 1, (size_t)(close - s.s) - 1}, false);
		if (ret < 0)
			return ret;
		s = from(s, (size_t)(close - s.s) + 1);
		if (!s.n || s.s[0] != ':')
			return refuse_plain(r, "after the closing bracket a colon and the port are "
					       "missing: write [::1]:8080");
		return parse_ports(r, from(s, 1));
	}
	if (!colon) {
		if (iu_address_parse(s.s, s.n, &address) == 0)
			return refuse(
				r, "", s, " is an address without a port: write address:port");
		if (close)
			return refuse(r, "", s, " has a closing bracket only: write [::1]:8080");
		return parse_ports(r, s);
	}
	if (find_char(from(s, (size_t)(colon - s.s) + 1), ':'))
		return parse_many_colons(r, s);
	ret = parse_host(r, upto(s, (size_t)(colon - s.s)), s);
	return ret < 0 ? ret : parse_ports(r, from(s, (size_t)(colon - s.s) + 1));
}

/* The protocol before ("udp:53", "udp/53") or after ("53/udp"), then the rest. */
static int parse_inet(struct reader *r, struct span s)
{
	struct span all = s;
	const char *slash = find_last(s, '/');
	const char *colon = find_char(s, ':');
	const struct protocol_word *word;
	struct span after;
	int ret;

	if (slash) {
		after = from(s, (size_t)(slash - s.s) + 1);
		s = upto(s, (size_t)(slash - s.s));
		word = protocol_word(after);
		if (!word && protocol_word(s)) {
			word = protocol_word(s);
			s = after;
		}
		if (!after.n)
			return refuse(r, "the protocol is missing after the slash in ", all,
				": write 8080/tcp or 8080/udp");
		if (!word)
			return refuse(r, "unknown protocol ", after,
				": tcp, udp and * are known (a socket's path begins with / or ./)");
		ret = take_protocol(r, word, all);
		if (ret < 0)
			return ret;
		colon = find_char(s, ':');
	}
	/* "*:53" is every address, not every protocol. */
	word = colon ? protocol_word(upto(s, (size_t)(colon - s.s))) : protocol_word(s);
	if (word && strcmp(word->word, "*") != 0) {
		if (!colon)
			return refuse(r, "the port is missing after ", all,
				": write for example 8080/tcp");
		s = from(s, (size_t)(colon - s.s) + 1);
		ret = take_protocol(r, word, all);
		if (ret < 0)
			return ret;
	}
	return parse_host_and_ports(r, s);
}

/* ---- URLs, paths, messages ---- */

static int take_scheme_port(struct reader *r, struct span scheme)
{
	struct iu_port_range *range;

	for (size_t i = 0; i < IU_COUNT(scheme_ports); i++) {
		if (!same_word(scheme, scheme_ports[i].scheme))
			continue;
		range = iu_list_add(r->arena, &r->target.ports);
		if (!range)
			return IU_E_NOMEM;
		*range = (struct iu_port_range){scheme_ports[i].port, scheme_ports[i].port};
		return 0;
	}
	return parse_service(r, scheme);
}

/* The authority of a URL without its user: "localhost:3000", "[::1]", "*:80". */
static int parse_authority(
	struct reader *r, struct span scheme, struct span authority, struct span all)
{
	const char *close = find_char(authority, ']');
	const char *colon = find_last(authority, ':');
	struct span host = authority, port = {NULL, 0};
	int ret;

	if (colon && (!close || colon > close)) {
		host = upto(authority, (size_t)(colon - authority.s));
		port = from(authority, host.n + 1);
	}
	if (!host.n && !protocol_word(scheme))
		return refuse(
			r, "empty host in ", all, ": write for example http://localhost:3000/");
	if (host.n && host.s[0] == '[') {
		if (close != host.s + host.n - 1)
			return refuse(r, "", authority,
				" has brackets that do not match: write http://[::1]:8080/");
		ret = parse_bracketed(r, (struct span){host.s + 1, host.n - 2}, true);
	} else if (find_char(host, ':')) {
		ret = parse_many_colons(r, authority);
		if (ret == 0)
			return 0;
	} else {
		/* http://+:80/ is how Windows writes every host. */
		ret = parse_host(r, same_word(host, "+") ? span_of("*") : host, authority);
	}
	if (ret < 0)
		return ret;
	if (port.n || protocol_word(scheme))
		return parse_ports(r, port);
	return take_scheme_port(r, scheme);
}

static int parse_url(struct reader *r, struct span s, size_t scheme_len)
{
	struct span scheme = upto(s, scheme_len), authority = from(s, scheme_len + 3);
	const struct protocol_word *word = protocol_word(scheme);
	const char *at;
	int ret;

	if (same_word(scheme, "file"))
		return refuse(
			r, "", s, " names a file: a UNIX socket is written unix:/run/app.sock");
	for (size_t i = 0; i < scheme.n; i++)
		if (!is_letter(scheme.s[i]) && (!i || !memchr("0123456789+-.", scheme.s[i], 13)))
			return refuse(r, "", scheme, " is no scheme of a URL");
	for (size_t i = 0; i < authority.n; i++)
		if (memchr("/?#", authority.s[i], 3))
			authority.n = i;
	at = find_last(authority, '@'); /* user and password are not for us, nor for complaints */
	if (at)
		authority = from(authority, (size_t)(at - authority.s) + 1);
	if (word) {
		ret = take_protocol(r, word, scheme);
		if (ret < 0)
			return ret;
	}
	return parse_authority(r, scheme, authority, at ? authority : s);
}

static int parse_unix(struct reader *r, struct span path)
{
	struct iu_target *t = &r->target;

	t->kind = IU_TARGET_UNIX;
	if (path.n && path.s[0] == '@') {
		t->abstract = true;
		path = from(path, 1);
		if (!path.n)
			return refuse_plain(r, "the name after '@' is missing: write @name");
		if (path.n > IU_UNIX_PATH_MAX - 1)
			return refuse_size(
				r, "the abstract name", path.n, "the system takes at most 107");
	}
	if (!path.n)
		return refuse_plain(
			r, "the path after 'unix:' is missing: write unix:/run/app.sock");
	if (path.n > IU_UNIX_PATH_MAX)
		return refuse_size(r, "the path", path.n, "a UNIX socket's has at most 108");
	t->path = iu_arena_strndup(r->arena, path.s, path.n);
	t->path_len = path.n;
	return t->path ? 0 : IU_E_NOMEM;
}

/* The part of a UNIX target after "unix:"; n == SIZE_MAX: it is none. */
static struct span unix_part(struct span s)
{
	static const char *const starts_of_paths[] = {"/", "./", "../", "@"};

	if (starts(s, "unix://"))
		return from(s, strlen("unix://"));
	if (starts(s, "unix:"))
		return from(s, strlen("unix:"));
	for (size_t i = 0; i < IU_COUNT(starts_of_paths); i++)
		if (starts(s, starts_of_paths[i]))
			return s;
	return (struct span){NULL, SIZE_MAX};
}

static bool has_space(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_space(s.s[i]))
			return true;
	return false;
}

static bool names_error(struct span s)
{
	for (size_t i = 0; i < IU_COUNT(error_names); i++)
		if (find(s, error_names[i]))
			return true;
	return false;
}

/* A path may have spaces, and a message may begin with one ("./server: bind: …"). */
static bool is_message(struct span s, bool like_path)
{
	if (!like_path)
		return has_space(s) || names_error(s);
	return has_space(s) && (find(s, ": ") || find(s, "\n") || iu_message_suspect(s.s, s.n));
}

static struct span trimmed(struct span s)
{
	while (s.n && is_space(s.s[0]))
		s = from(s, 1);
	while (s.n && is_space(s.s[s.n - 1]))
		s.n--;
	return s;
}

static int parse_kind(struct reader *r, struct span s)
{
	struct span path = unix_part(s);
	bool like_path = path.n != SIZE_MAX;
	const char *scheme_end;

	if (!like_path)
		s = trimmed(s);
	if (!s.n)
		return refuse_plain(r, "the target is empty: write a port such as 8080");
	if (find_char(s, '\0'))
		return refuse(r, "the target ", s, " has a NUL byte, and no address has one");
	if (s.n == 1 && s.s[0] == '-') {
		r->target.kind = IU_TARGET_STDIN;
	} else if (is_message(s, like_path)) {
		r->target.kind = IU_TARGET_MESSAGE;
		if (s.n > IU_MESSAGE_MAX)
			return refuse_size(r, "the message", s.n, "give it on standard input: -");
	} else if (s.n > IU_TARGET_MAX) {
		return refuse_size(r, "the target", s.n, "at most 4096 are read");
	}
	r->target.text = iu_arena_strndup(r->arena, s.s, s.n);
	if (!r->target.text)
		return IU_E_NOMEM;
	if (r->target.kind != IU_TARGET_INET)
		return 0;
	if (like_path)
		return parse_unix(r, path);
	scheme_end = find(s, "://");
	if (scheme_end && scheme_end != s.s)
		return parse_url(r, s, (size_t)(scheme_end - s.s));
	if (s.s[0] == '~')
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
	int ret = parse_kind(&r, (struct span){text, len});

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

/* ---- questions ---- */

/* The addresses that one target asks for; n == 0: both wildcards. */
struct addresses {
	struct iu_address v[IU_TARGET_ADDRESSES_MAX];
	size_t n;
	bool of_interface; /* link-local ones are written with the interface's name */
};

static void keep_different(struct addresses *list, enum iu_family family)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++) {
		bool again = family != IU_FAMILY_ANY && list->v[i].family != family;

		for (size_t k = 0; k < kept && !again; k++)
			again = iu_address_equal(&list->v[k], &list->v[i]);
		if (!again)
			list->v[kept++] = list->v[i];
	}
	list->n = kept;
}

static int resolve_name(struct reader *r, const struct iu_names *names, struct addresses *list)
{
	const struct iu_target *t = &r->target;
	struct span host = span_of(t->host);
	int n = names->host(names->context, t->host, list->v, IU_TARGET_ADDRESSES_MAX);

	if (n <= 0) {
		n = names->interface(names->context, t->host, list->v, IU_TARGET_ADDRESSES_MAX);
		list->of_interface = n > 0;
		if (n == 0)
			return refuse(r, "the interface ", host, " has no address to bind");
	}
	if (n == IU_E_NOMEM)
		return n;
	if (n < 0 && same_word(host, "localhost")) {
		/* RFC 6761: the name is the loopback, also where no hosts file says so. */
		list->v[0] = iu_address_ipv4(0x7f000001);
		list->v[1] = iu_address_wildcard(IU_FAMILY_IPV6);
		list->v[1].bytes[15] = 1;
		n = 2;
	}
	if (n < 0)
		return refuse(r, "unknown host ", host, names->recorded
			? ": the capture knows no interface of that name; give the address"
			: ": no such interface, nor a name in the hosts file (names are never looked "
			  "up over the network)");
	list->n = (size_t)n < IU_TARGET_ADDRESSES_MAX ? (size_t)n : IU_TARGET_ADDRESSES_MAX;
	keep_different(list, t->family);
	if (!list->n)
		return refuse(r, "", host,
			t->family == IU_FAMILY_IPV4 ? " has no IPv4 address"
						    : " has no IPv6 address");
	return 0;
}

/* "%2" instead of "%eth0"; 0 when it is no number. */
static uint32_t scope_number(const char *scope)
{
	uint32_t index = 0;

	for (; *scope; scope++) {
		if (!is_digit(*scope) || index > (UINT32_MAX - 9) / 10)
			return 0;
		index = index * 10 + (uint32_t)(*scope - '0');
	}
	return index;
}

static int resolve_scope(struct reader *r, const struct iu_names *names,
	const struct iu_options *options, struct iu_address *address)
{
	const char *scope = r->target.host;
	char text[IU_ADDRESS_TEXT];
	uint32_t index = 0;

	if (!iu_address_is_link_local(address))
		return 0; /* the kernel reads a scope of link-local addresses only */
	if (!scope && (options->ifindex || options->device))
		return 0;
	if (!scope)
		return refuse(r, "the link-local address ",
			span_of(iu_address_format(address, text)),
			" needs its interface: write for example [fe80::1%eth0]:8080");
	if (names->ifindex(names->context, scope, &index) < 0)
		index = scope_number(scope);
	if (!index)
		return refuse(r, "unknown interface ", span_of(scope), names->recorded
			? ": it is not in the capture; give its number"
			: ": `ip link` lists those there are");
	address->scope = index;
	return 0;
}

static int resolve_host(struct reader *r, const struct iu_names *names,
	const struct iu_options *options, struct addresses *list)
{
	switch (r->target.host_kind) {
	case IU_HOST_NONE: return 0;
	case IU_HOST_NAME: return resolve_name(r, names, list);
	case IU_HOST_ADDRESS:
		list->v[0] = r->target.address;
		list->n = 1;
		return resolve_scope(r, names, options, &list->v[0]);
	}
	return 0;
}

static const char *inet_text(struct iu_arena *arena, const struct iu_target *target,
	const struct iu_question *q, bool by_name)
{
	const char *protocol = iu_protocol_name(q->protocol);
	struct iu_address plain = q->address;
	char text[IU_ADDRESS_TEXT];

	if (q->family == IU_FAMILY_ANY)
		return iu_arena_printf(arena, "%u/%s", (unsigned int)q->port, protocol);
	if (!q->address.scope || !by_name)
		return iu_arena_printf(
			arena, "%s/%s", iu_endpoint_format(&q->address, q->port, text), protocol);
	plain.scope = 0;
	return iu_arena_printf(arena, "[%s%%%s]:%u/%s", iu_address_format(&plain, text),
		target->host, (unsigned int)q->port, protocol);
}

static int add_question(struct reader *r, const struct iu_question *question,
	struct iu_questions *out, bool by_name)
{
	struct iu_question *q;

	if (out->n >= IU_QUESTIONS_MAX)
		return refuse(r, "with ", span_of(r->target.text),
			" there are more than 262144 questions: ask for fewer ports at a time");
	q = iu_list_add(r->arena, out);
	if (!q)
		return IU_E_NOMEM;
	*q = *question;
	if (q->protocol != IU_PROTOCOL_UNIX)
		q->text = inet_text(r->arena, &r->target, q, by_name);
	return q->text ? 0 : IU_E_NOMEM;
}

/* One port, one protocol: a question for each address, or one for both wildcards. */
static int add_port(struct reader *r, uint16_t port, enum iu_protocol protocol,
	const struct addresses *list, const struct iu_options *options, struct iu_questions *out)
{
	struct iu_question question = {.protocol = protocol, .port = port, .options = *options};
	bool by_name = list->of_interface || r->target.host_kind == IU_HOST_ADDRESS;
	int ret = 0;

	if (!list->n)
		return add_question(r, &question, out, by_name);
	for (size_t i = 0; i < list->n && ret == 0; i++) {
		question.address = list->v[i];
		question.family = list->v[i].family;
		ret = add_question(r, &question, out, by_name);
	}
	return ret;
}

static int add_ports(struct reader *r, const struct addresses *list,
	const struct iu_options *options, struct iu_questions *out)
{
	const struct iu_target *t = &r->target;
	int ret = 0;

	for (size_t i = 0; i < t->ports.n; i++)
		for (uint32_t port = t->ports.v[i].first; port <= t->ports.v[i].last; port++) {
			if (t->tcp)
				ret = add_port(
					r, (uint16_t)port, IU_PROTOCOL_TCP, list, options, out);
			if (ret == 0 && t->udp)
				ret = add_port(
					r, (uint16_t)port, IU_PROTOCOL_UDP, list, options, out);
			if (ret < 0)
				return ret;
		}
	return 0;
}

static int add_service(struct reader *r, const struct iu_names *names, const struct addresses *list,
	const struct iu_options *options, struct iu_questions *out)
{
	const struct iu_target *t = &r->target;
	uint16_t tcp_port = 0, udp_port = 0;
	bool tcp = names->service(names->context, t->service, IU_PROTOCOL_TCP, &tcp_port) >= 0;
	bool udp = names->service(names->context, t->service, IU_PROTOCOL_UDP, &udp_port) >= 0;
	int ret = 0;

	/* "ntp" is known for UDP only: without a protocol that is what was meant. */
	if (!t->protocol_given && !tcp && udp)
		return add_port(r, udp_port, IU_PROTOCOL_UDP, list, options, out);
	if ((!t->tcp || !tcp) && (!t->udp || !udp)) {
		if (tcp || udp)
			return refuse(r, "the service ", span_of(t->service),
				tcp ? " is known for tcp, not for udp"
				    : " is known for udp, not for tcp");
		return refuse(r, "unknown service ", span_of(t->service), names->recorded
			? ": the services database of the captured machine is not here; give the port"
			: ": the services database has no such name; a port is a number from 0 to "
			  "65535");
	}
	if (t->tcp && tcp)
		ret = add_port(r, tcp_port, IU_PROTOCOL_TCP, list, options, out);
	if (ret == 0 && t->udp && udp)
		ret = add_port(r, udp_port, IU_PROTOCOL_UDP, list, options, out);
	return ret;
}

/* "unix:" stands before what would be read as something else without it. */
static const char *unix_text(struct iu_arena *arena, const struct iu_target *t)
{
	struct span path = {t->path, t->path_len};
	const char *prefix = "unix:";

	if (t->abstract)
		prefix = "@";
	else if (starts(path, "/") || starts(path, "./") || starts(path, "../"))
		prefix = "";
	return iu_arena_printf(arena, "%s%s", prefix, t->path);
}

static int add_unix(struct reader *r, const struct iu_options *options, struct iu_questions *out)
{
	const struct iu_target *t = &r->target;
	struct iu_question question = {
		.text = unix_text(r->arena, t),
		.protocol = IU_PROTOCOL_UNIX,
		.family = IU_FAMILY_UNIX,
		.path = t->path,
		.path_len = t->path_len,
		.abstract = t->abstract,
		.options = *options,
	};

	return question.text ? add_question(r, &question, out, false) : IU_E_NOMEM;
}

int iu_target_questions(struct iu_arena *arena, const struct iu_target *target,
	const struct iu_names *names, const struct iu_options *options, struct iu_questions *out,
	struct iu_text *complaint)
{
	struct reader r = {.arena = arena, .target = *target, .complaint = complaint};
	struct addresses list = {.n = 0};
	size_t before = out->n;
	int ret = 0;

	switch (target->kind) {
	case IU_TARGET_MESSAGE:
	case IU_TARGET_STDIN: return 0;
	case IU_TARGET_UNIX: ret = add_unix(&r, options, out); break;
	case IU_TARGET_INET:
		ret = resolve_host(&r, names, options, &list);
		if (ret == 0 && target->service)
			ret = add_service(&r, names, &list, options, out);
		else if (ret == 0)
			ret = add_ports(&r, &list, options, out);
		break;
	}
	return ret < 0 ? ret : (int)(out->n - before);
}
