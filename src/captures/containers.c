/* captures/containers.c - ports that containers publish: docker ps, podman ps, kubectl get svc */
#include <string.h>

#include "base/char.h"
#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"

/* Ports of one container; a range is as many. */
#define PORTS_MAX 256u

/* One "0.0.0.0:8080->80/tcp", or a range on both sides. */
struct mapping {
	enum iu_protocol protocol;
	struct iu_address address;
	uint16_t first, last;
};

static bool read_range(struct iu_span text, uint16_t *ret_first, uint16_t *ret_last)
{
	const char *dash = iu_span_find_char(text, '-');
	size_t at = dash ? (size_t)(dash - text.text) : text.len;
	uint64_t first, last;

	if (!iu_span_number(iu_span_upto(text, at), 65535, &first) || !first)
		return false;
	last = first;
	if (dash && (!iu_span_number(iu_span_from(text, at + 1), 65535, &last) || last < first))
		return false;
	*ret_first = (uint16_t)first;
	*ret_last = (uint16_t)last;
	return true;
}

static bool read_protocol(struct iu_span text, enum iu_protocol *ret)
{
	*ret = iu_span_is_any_case(text, "udp") ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
	return *ret == IU_PROTOCOL_UDP || iu_span_is_any_case(text, "tcp");
}

/* "[::]:8080", ":::8080", "0.0.0.0:8080": the port may be a range. */
static bool read_host(struct iu_span text, struct mapping *ret)
{
	const char *colon = iu_span_find_last(text, ':');
	struct iu_span host;

	if (!colon || !read_range(iu_span_from(text, (size_t)(colon - text.text) + 1), &ret->first,
			      &ret->last))
		return false;
	host = iu_span_strip(iu_span_upto(text, (size_t)(colon - text.text)), "[]");
	if (!host.len || iu_span_is(host, "*")) {
		ret->address = iu_address_wildcard(IU_FAMILY_IPV4);
		return true;
	}
	return iu_address_parse(host.text, host.len, &ret->address) == 0;
}

/* "0.0.0.0:8080->80/tcp,"; what is not published has no arrow. */
static bool read_mapping(struct iu_span word, struct mapping *ret)
{
	size_t arrow, slash;

	word = iu_span_strip(word, ",");
	arrow = iu_span_find(word, "->");
	slash = arrow + iu_span_find(iu_span_from(word, arrow), "/");
	return arrow < word.len && slash < word.len &&
	       read_protocol(iu_span_from(word, slash + 1), &ret->protocol) &&
	       read_host(iu_span_upto(word, arrow), ret);
}

static int add_mapping(
	struct iu_capture_out *out, const struct mapping *mapping, const char *container,
	const char *engine)
{
	int ret = 0;

	uint32_t end = mapping->last + 1u;

	if (end > mapping->first + PORTS_MAX)
		end = mapping->first + PORTS_MAX;
	for (uint32_t port = mapping->first; port < end && ret == 0; port++) {
		struct iu_socket s = iu_capture_socket_fresh(mapping->protocol);

		s.local = mapping->address;
		s.family = s.local.family;
		s.port = (uint16_t)port;
		s.state = mapping->protocol == IU_PROTOCOL_TCP ? IU_STATE_LISTEN : IU_STATE_BOUND;
		s.container = container;
		s.engine = engine;
		ret = iu_capture_socket(out, &s);
	}
	return ret;
}

/* ---- docker ps, podman ps ---- */

/* "3f4e8a9b1c2d", sometimes longer: the first column. */
static bool is_id(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (iu_char_hex(word.text[i]) < 0)
			return false;
	return word.len >= 12 && word.len <= 64;
}

static bool is_name(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!iu_char_is_word(word.text[i]) && !strchr(".-", word.text[i]))
			return false;
	return word.len > 0;
}

/*
 * An id in front, a name behind, and ports between; --format leaves columns out, so one of the two
 * is enough. @ret_name: what `docker stop` takes.
 */
static bool read_container(struct iu_span line, struct iu_phrase *words, struct iu_span *ret_name)
{
	struct mapping mapping;
	size_t ports = 0;

	if (iu_span_find_exact(line, "->") == line.len)
		return false;
	iu_words_split(line, words);
	for (size_t i = 0; i < words->n; i++)
		ports += read_mapping(words->v[i], &mapping);
	if (!ports || words->n < 2)
		return false;
	*ret_name = words->v[words->n - 1];
	if (is_name(*ret_name) && !read_mapping(*ret_name, &mapping))
		return true;
	*ret_name = words->v[0];
	return is_id(*ret_name) || is_name(*ret_name);
}

int iu_capture_containers(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_phrase words;
	struct iu_span name;
	size_t i = at;
	int ret = 0;

	if (!read_container(lines->v[at], &words, &name))
		return 0;
	iu_capture_block(out);
	for (; i < lines->n && ret == 0 && read_container(lines->v[i], &words, &name); i++) {
		const char *container =
			iu_arena_strndup(&out->snapshot->arena, name.text, name.len);
		struct mapping mapping;

		if (!container)
			return IU_E_NOMEM;
		out->given |= IU_GIVEN_CONTAINERS;
		for (size_t k = 0; k < words.n && ret == 0; k++)
			if (read_mapping(words.v[k], &mapping))
				ret = add_mapping(out, &mapping, container,
					out->engine ? out->engine : "docker");
	}
	return ret < 0 ? ret : (int)(i - at);
}

/* ---- kubectl get svc ---- */

/* "80:30080/TCP,443:30443/TCP": only the second one is a port of the machines. */
static bool next_port(struct iu_span *list, struct mapping *ret)
{
	const char *comma = iu_span_find_char(*list, ',');
	struct iu_span one = comma ? iu_span_upto(*list, (size_t)(comma - list->text)) : *list;
	size_t colon = iu_span_find(one, ":"), slash = iu_span_find(one, "/");
	uint16_t inside;

	*list = iu_span_from(*list, one.len + (comma != NULL));
	if (slash == one.len || !read_protocol(iu_span_from(one, slash + 1), &ret->protocol) ||
		!read_range(iu_span_upto(one, colon < slash ? colon : slash), &inside, &inside))
		return false;
	ret->first = ret->last = 0;
	ret->address = iu_address_wildcard(IU_FAMILY_IPV4);
	return colon > slash ||
	       read_range(iu_span_upto(iu_span_from(one, colon + 1), slash - colon - 1),
		       &ret->first, &ret->last);
}

static bool is_ports(struct iu_span list)
{
	struct mapping mapping;

	while (list.len)
		if (!next_port(&list, &mapping))
			return false;
	return true;
}

static const char *const types[] = {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"};

/* The words from NAME on; with -A the namespace stands before it. Returns the place of TYPE, 0: none. */
static size_t read_service(struct iu_span line, struct iu_phrase *words)
{
	if (!iu_span_find_char(line, '/') && !iu_span_find_char(line, '<'))
		return 0;
	iu_words_split(line, words);
	for (size_t at = 1; at <= 2 && at + 3 < words->n; at++)
		for (size_t i = 0; i < IU_COUNT(types); i++)
			if (iu_span_is(words->v[at], types[i]) &&
				(is_ports(words->v[at + 3]) || iu_span_is(words->v[at + 3], "<none>")))
				return at;
	return 0;
}

int iu_capture_kubectl(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_phrase words;
	size_t i = at, type;
	int ret = 0;

	if (!read_service(lines->v[at], &words))
		return 0;
	iu_capture_block(out);
	out->given |= IU_GIVEN_CONTAINERS;
	for (; i < lines->n && ret == 0 && (type = read_service(lines->v[i], &words)); i++) {
		struct iu_span list = words.v[type + 3];
		const char *name = iu_arena_printf(&out->snapshot->arena, "svc/%.*s",
			(int)(words.v[type - 1].len < 255 ? words.v[type - 1].len : 255),
			words.v[type - 1].text);
		struct mapping mapping;

		if (!name)
			return IU_E_NOMEM;
		while (list.len && ret == 0 && next_port(&list, &mapping))
			if (mapping.first)
				ret = add_mapping(out, &mapping, name, "kubernetes");
	}
	return ret < 0 ? ret : (int)(i - at);
}
