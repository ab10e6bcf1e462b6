/* input/hosts.c - the hosts file, which has one form on every system */
#include "input/hosts.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

struct search {
	const char *name;
	struct iu_address *ret;
	size_t max, n;
};

static void add(struct search *search, const struct iu_address *address)
{
	for (size_t i = 0; i < search->n; i++)
		if (iu_address_equal(&search->ret[i], address))
			return;
	if (search->n < search->max)
		search->ret[search->n++] = *address;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* "127.0.1.1  box box.example  # comment" */
static void read_line(struct search *search, const char *line, size_t len)
{
	const char *comment = memchr(line, '#', len);
	struct iu_address address = {0};
	size_t at = 0, start, word = 0;

	if (comment)
		len = (size_t)(comment - line);
	for (;; word++) {
		while (at < len && is_blank(line[at]))
			at++;
		start = at;
		while (at < len && !is_blank(line[at]))
			at++;
		if (at == start)
			return;
		if (word == 0 && iu_address_parse(line + start, at - start, &address) < 0)
			return;
		if (word && at - start == strlen(search->name) &&
			strncasecmp(line + start, search->name, at - start) == 0)
			add(search, &address);
	}
}

size_t iu_hosts_find(
	const char *bytes, size_t len, const char *name, struct iu_address *ret, size_t max)
{
	struct search search = {.name = name, .ret = ret, .max = max};
	struct iu_address loopback;

	while (len && *name) {
		const char *newline = memchr(bytes, '\n', len);
		size_t n = newline ? (size_t)(newline - bytes) : len;

		read_line(&search, bytes, n);
		n += newline != NULL;
		bytes += n;
		len -= n;
	}
	if (search.n == 0 && strcasecmp(name, "localhost") == 0) {
		if (iu_address_parse("127.0.0.1", 9, &loopback) == 0)
			add(&search, &loopback);
		if (iu_address_parse("::1", 3, &loopback) == 0)
			add(&search, &loopback);
	}
	return search.n;
}
