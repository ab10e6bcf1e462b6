/* captures/registry.c - three registry keys that speak of ports: reg query, and .reg files */
#include <string.h>

#include "base/err.h"
#include "captures/formats-text.h"
#include "captures/port-proxy.h"

#define ROWS_MAX 2048

enum key { KEY_OTHER, KEY_PROXY, KEY_EXCLUSIONS, KEY_PARAMETERS };

struct place {
	enum key key;
	enum iu_family family;     /* of a proxy's listening side */
	enum iu_protocol protocol; /* of the exclusions */
};

/*
 * Administered exclusions: Control\\Nsi\\{eb004a03-9b1a-11d4-9123-0050047759bc}\\29 is TCP's key,
 * {eb004a02-…}\\5 UDP's (found by looking at what `netsh … add excludedportrange` writes).
 */
static bool read_key(struct iu_span line, struct place *ret)
{
	struct iu_span word = iu_span_trim(line);

	*ret = (struct place){0};
	if (word.len && word.text[0] == '[')
		word = iu_span_from(word, 1);
	if (!iu_span_begins(word, "HKEY_"))
		return false;
	if (word.text[word.len - 1] == ']')
		word.len--;
	if (iu_span_find(word, "\\PortProxy\\v") < word.len) {
		ret->key = KEY_PROXY;
		ret->family = iu_span_find(word, "\\v6to") < word.len ? IU_FAMILY_IPV6
									: IU_FAMILY_IPV4;
	} else if (iu_span_find(word, "{eb004a03-9b1a-11d4-9123-0050047759bc}\\29") < word.len) {
		*ret = (struct place){KEY_EXCLUSIONS, IU_FAMILY_ANY, IU_PROTOCOL_TCP};
	} else if (iu_span_find(word, "{eb004a02-9b1a-11d4-9123-0050047759bc}\\5") < word.len) {
		*ret = (struct place){KEY_EXCLUSIONS, IU_FAMILY_ANY, IU_PROTOCOL_UDP};
	} else if (iu_span_find(word, "\\Tcpip\\Parameters") < word.len) {
		ret->key = KEY_PARAMETERS;
	}
	return true;
}

/* `"name"="data"` of a .reg file, and `    name    REG_SZ    data` of reg query. */
static bool read_value(struct iu_span line, struct iu_span *name, struct iu_span *data)
{
	struct iu_span rest = iu_span_trim(line);
	const char *quote;
	size_t at;

	if (rest.len && rest.text[0] == '"') {
		quote = memchr(rest.text + 1, '"', rest.len - 1);
		if (!quote)
			return false;
		*name = (struct iu_span){rest.text + 1, (size_t)(quote - rest.text) - 1};
		*data = iu_span_from(rest, name->len + 2);
		if (!data->len || data->text[0] != '=')
			return false;
		*data = iu_span_from(*data, 1);
		if (data->len > 1 && data->text[0] == '"' && data->text[data->len - 1] == '"')
			*data = (struct iu_span){data->text + 1, data->len - 2};
		return true;
	}
	at = iu_span_find(rest, " REG_");
	if (at == rest.len)
		return false;
	*name = iu_span_trim((struct iu_span){rest.text, at});
	rest = iu_span_trim(iu_span_from(rest, at));
	for (at = 0; at < rest.len && rest.text[at] != ' ';)
		at++;
	*data = iu_span_trim(iu_span_from(rest, at));
	return name->len > 0;
}

/* "0.0.0.0/4000" */
static bool split_slash(struct iu_span text, struct iu_span *left, struct iu_span *right)
{
	const char *slash = text.len ? memchr(text.text, '/', text.len) : NULL;

	if (!slash)
		return false;
	*left = (struct iu_span){text.text, (size_t)(slash - text.text)};
	*right = iu_span_from(text, left->len + 1);
	return true;
}

static int add_exclusion(struct iu_capture_out *out, const struct iu_exclusion *row)
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_exclusion *slot;

	for (size_t i = 0; i < windows->exclusions.n; i++)
		if (windows->exclusions.v[i].protocol == row->protocol &&
			windows->exclusions.v[i].first == row->first &&
			windows->exclusions.v[i].last == row->last)
			return 0;
	if (windows->exclusions.n >= ROWS_MAX)
		return 0;
	slot = iu_list_add(&out->snapshot->arena, &windows->exclusions);
	*slot = *row;
	return 0;
}

/* "cc570100": the first port, big-endian, and how many there are, little-endian. */
static int read_exclusion(
	struct iu_capture_out *out, enum iu_protocol protocol, struct iu_span name)
{
	struct iu_exclusion row = {.protocol = protocol, .administered = true};
	uint64_t number;
	uint32_t count;

	if (name.len != 8 || !iu_span_hex(name, &number))
		return 0;
	row.first = (uint16_t)(number >> 16);
	count = (uint32_t)((number & 0xff) << 8 | (number >> 8 & 0xff));
	if (!count || row.first + count > 65536)
		return 0;
	row.last = (uint16_t)(row.first + count - 1);
	return add_exclusion(out, &row);
}

static int add_reserved(struct iu_capture_out *out, uint64_t first, uint64_t last)
{
	struct iu_sysctls *sysctls = &out->snapshot->sysctls;
	struct iu_reserved *slot;

	if (sysctls->reserved.n >= ROWS_MAX)
		return 0;
	slot = iu_list_add(&out->snapshot->arena, &sysctls->reserved);
	*slot = (struct iu_reserved){(uint16_t)first, (uint16_t)last};
	return 0;
}

/* "1433-1434\05001-5032": of Windows 2000 and 2003; the parts end in "\0" as reg writes it. */
static int read_reserved(struct iu_capture_out *out, struct iu_span data)
{
	int ret = 0;

	while (data.len && ret == 0) {
		struct iu_span part = {data.text, iu_span_find(data, "\\0")}, last;
		const char *dash = memchr(part.text, '-', part.len);
		uint64_t from, to;

		data = iu_span_from(data, part.len + 2);
		last = dash ? iu_span_from(part, (size_t)(dash - part.text) + 1) : part;
		if (dash)
			part.len = (size_t)(dash - part.text);
		if (iu_span_number(part, 65535, &from) && iu_span_number(last, 65535, &to) &&
			from <= to)
			ret = add_reserved(out, from, to);
	}
	return ret;
}

static int take(struct iu_capture_out *out, const struct place *place, struct iu_span name,
	struct iu_span data)
{
	struct iu_span words[4];

	switch (place->key) {
	case KEY_PROXY:
		if (!split_slash(name, &words[0], &words[1]) ||
			!split_slash(data, &words[2], &words[3]))
			return 0;
		out->given |= IU_GIVEN_PROXIES;
		return iu_capture_port_proxy_rule(out, place->family, words);
	case KEY_EXCLUSIONS: return read_exclusion(out, place->protocol, name);
	case KEY_PARAMETERS:
		return iu_span_is_any_case(name, "ReservedPorts") ? read_reserved(out, data) : 0;
	case KEY_OTHER: break;
	}
	return 0;
}

int iu_capture_registry(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct place place;
	struct iu_span name, data;
	size_t i = at + 1;
	int ret = 0;

	if (!read_key(lines->v[at], &place) || place.key == KEY_OTHER)
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	while (i < lines->n && ret >= 0 && read_value(lines->v[i], &name, &data)) {
		ret = take(out, &place, name, data);
		i++;
	}
	return ret < 0 ? ret : (int)(i - at);
}
