/* captures/endpoint.c - "0.0.0.0:80", "[::]:80", "*:*": an address and a port in one word */
#include <string.h>

#include "captures/lines.h"

static bool is_name(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '-' || c == '_' || c == '.' || c == '+' || (c & 0x80)))
			return false;
	}
	return word.len > 0;
}

static bool read_port(struct iu_span word, struct iu_capture_endpoint *end)
{
	uint64_t port;

	if (iu_span_number(word, 65535, &port)) {
		end->port = (uint16_t)port;
		return true;
	}
	end->port_star = iu_span_is(word, "*");
	if (end->port_star)
		return true;
	/* a number that is no port is no name either */
	if (!is_name(word) || (word.text[0] >= '0' && word.text[0] <= '9' && word.len > 5))
		return false;
	for (size_t i = 0; i < word.len; i++)
		if ((word.text[i] | 0x20) >= 'a' && (word.text[i] | 0x20) <= 'z') {
			end->named = true;
			end->port_name = word;
			return true;
		}
	return false;
}

/* "300.1.1.1" and "1.2.3" are broken addresses, no names. */
static bool is_dotted(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (word.text[i] != '.' && (word.text[i] < '0' || word.text[i] > '9'))
			return false;
	return true;
}

/* "%12" is an index, "%eth0" a name: of the device for IPv4, of the scope for IPv6. */
static void read_scope(struct iu_span word, struct iu_capture_endpoint *end)
{
	uint64_t scope;

	if (iu_span_number(word, UINT32_MAX, &scope))
		end->address.scope = (uint32_t)scope;
	else
		end->device = word;
}

static bool read_address(struct iu_span word, bool brackets, struct iu_capture_endpoint *end)
{
	const char *percent = memchr(word.text, '%', word.len);
	struct iu_span scope = {0};

	if (percent) {
		size_t at = (size_t)(percent - word.text);

		scope = iu_span_from(word, at + 1);
		word.len = at;
	}
	end->star = !brackets && iu_span_is(word, "*");
	if (!end->star && iu_address_parse(word.text, word.len, &end->address) < 0) {
		if (brackets || !is_name(word) || percent)
			return false;
		if (is_dotted(word))
			return false;
		end->named = true;
		end->local_host = iu_span_is_any_case(word, "localhost") ||
				  iu_span_is_any_case(word, "ip6-localhost");
	}
	if (scope.len)
		read_scope(scope, end);
	return true;
}

bool iu_capture_endpoint(struct iu_span word, struct iu_capture_endpoint *ret)
{
	struct iu_capture_endpoint end = {.address.family = IU_FAMILY_ANY};
	size_t colon = word.len;

	while (colon > 0 && word.text[colon - 1] != ':')
		colon--;
	if (colon < 2 || colon == word.len)
		return false;
	if (!read_port(iu_span_from(word, colon), &end))
		return false;
	word.len = colon - 1;
	if (word.text[0] == '[') {
		const char *close = memchr(word.text, ']', word.len);
		struct iu_span inner = {word.text + 1, 0}, rest;

		if (!close)
			return false;
		inner.len = (size_t)(close - inner.text);
		rest = iu_span_from(word, inner.len + 2);
		if (!read_address(inner, true, &end) || end.address.family != IU_FAMILY_IPV6)
			return false;
		if (rest.len > 1 && rest.text[0] == '%') /* ss: [fe80::1]%eth0:80 */
			read_scope(iu_span_from(rest, 1), &end);
		else if (rest.len)
			return false;
	} else if (!read_address(word, false, &end)) {
		return false;
	}
	*ret = end;
	return true;
}

/* The address must be whole: of a name or a cut address nobody knows where its last dot stood. */
bool iu_capture_endpoint_dotted(struct iu_span word, struct iu_capture_endpoint *ret)
{
	struct iu_capture_endpoint end = {.address.family = IU_FAMILY_ANY};
	const char *dot = iu_span_find_last(word, '.');
	size_t at = dot ? (size_t)(dot - word.text) : 0;

	if (!at || at + 1 == word.len || !read_port(iu_span_from(word, at + 1), &end) ||
		!read_address(iu_span_upto(word, at), false, &end))
		return false;
	if (!end.star && end.address.family == IU_FAMILY_ANY && !end.local_host)
		return false;
	*ret = end;
	return true;
}
