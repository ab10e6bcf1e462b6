/* captures/port-proxy.c - rules of netsh interface portproxy */
#include "captures/port-proxy.h"

#include <string.h>

#include "base/err.h"
#include "captures/formats-text.h"

#define RULES_MAX 4096
/* The families stand in the heading above the line of dashes. */
#define HEADING_LINES 5

static bool read_port(struct iu_span word, uint16_t *ret)
{
	uint64_t port;

	if (!iu_span_number(word, 65535, &port))
		return false;
	*ret = (uint16_t)port;
	return true;
}

static bool read_listen(struct iu_span word, enum iu_family family, struct iu_address *ret)
{
	if (iu_span_is(word, "*")) {
		*ret = iu_address_wildcard(family);
		return true;
	}
	return iu_address_parse(word.text, word.len, ret) == 0;
}

int iu_capture_port_proxy_rule(struct iu_capture_out *out, enum iu_family family,
	const struct iu_span words[4])
{
	struct iu_windows *windows = &out->snapshot->windows;
	struct iu_port_proxy rule = {0}, *slot;
	size_t i;

	if (!read_listen(words[0], family, &rule.listen) || !read_port(words[1], &rule.port) ||
		!words[2].len || !read_port(words[3], &rule.connect_port))
		return 0;
	for (i = 0; i < windows->port_proxies.n; i++)
		if (windows->port_proxies.v[i].port == rule.port &&
			iu_address_equal(&windows->port_proxies.v[i].listen, &rule.listen))
			return 1;
	if (i >= RULES_MAX)
		return 1;
	rule.any = iu_span_is(words[0], "*");
	rule.connect_to = iu_arena_strndup(&out->snapshot->arena, words[2].text, words[2].len);
	slot = iu_list_add(&out->snapshot->arena, &windows->port_proxies);
	*slot = rule;
	return 1;
}

/* "Listen on ipv6:   Connect to ipv4:": the first of the two words counts. */
static enum iu_family listen_family(const struct iu_lines *lines, size_t at)
{
	for (size_t i = at; i > 0 && i + HEADING_LINES > at; i--) {
		struct iu_span line = lines->v[i - 1];
		size_t v4 = iu_span_find(line, "ipv4"), v6 = iu_span_find(line, "ipv6");

		if (v4 != v6)
			return v4 < v6 ? IU_FAMILY_IPV4 : IU_FAMILY_IPV6;
	}
	return IU_FAMILY_IPV4;
}

/* Where the second column begins. */
static size_t second_column(struct iu_span line)
{
	size_t at = iu_span_indent(line);

	while (at < line.len && line.text[at] != ' ')
		at++;
	while (at < line.len && line.text[at] == ' ')
		at++;
	return at;
}

/* Four columns below four groups of dashes: address, port, address, port. */
int iu_capture_port_proxy(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	enum iu_family family;
	struct iu_phrase words;
	size_t i = at + 1;
	int ret = 1;

	if (iu_rule_groups(lines->v[at], '-') != 4)
		return 0;
	family = listen_family(lines, at);
	for (; i < lines->n && ret > 0; i += ret > 0) {
		iu_words_split(lines->v[i], &words);
		if (words.n == 4 && iu_has_gap(lines->v[i]) &&
			second_column(lines->v[i]) != second_column(lines->v[at])) {
			out->unread++; /* cut: "2.168.1.20" was more once */
			continue;
		}
		ret = words.n == 4 ? iu_capture_port_proxy_rule(out, family, words.v) : 0;
	}
	if (ret < 0)
		return ret;
	if (i == at + 1)
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	out->given |= IU_GIVEN_PROXIES;
	return (int)(i - at);
}
