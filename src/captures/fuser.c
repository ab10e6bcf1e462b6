/* captures/fuser.c - what fuser of psmisc and of busybox prints of ports */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/formats-text.h"
#include "knowledge/iana.h"

/* "8080/tcp:   1234  1235"; with -v "8080/tcp:  root  1234 F.... node", then rows without a port. */
static bool read_port(struct iu_span word, uint16_t *ret_port, enum iu_protocol *ret_protocol)
{
	size_t slash = iu_span_find(word, "/");
	struct iu_span name = iu_span_upto(word, slash), protocol = iu_span_from(word, slash + 1);
	uint64_t port;

	if (slash == word.len)
		return false;
	*ret_protocol = iu_span_is(protocol, "udp:") ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
	if (*ret_protocol == IU_PROTOCOL_TCP && !iu_span_is(protocol, "tcp:"))
		return false;
	if (!iu_span_number(name, 65535, &port))
		port = iu_iana_port(name, *ret_protocol);
	*ret_port = (uint16_t)port;
	return port > 0;
}

/* "F....", ".rce.": how the process uses it. */
static bool is_access(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!strchr(".cefFrmR", word.text[i]))
			return false;
	return word.len == 5;
}

/* Behind the port: user, pid, access, command. Returns: 1, 0: none of that, IU_E_NOMEM. */
static int read_verbose(struct iu_span line, const struct iu_phrase *words, size_t at,
	struct iu_capture_out *out)
{
	struct iu_capture_task *task;
	struct iu_span name;
	int32_t pid;
	int ret;

	if (at + 3 >= words->n || !iu_span_pid(words->v[at + 1], &pid) || pid <= 0 ||
		!is_access(words->v[at + 2]))
		return 0;
	name = iu_span_trim(iu_span_from(line, (size_t)(words->v[at + 3].text - line.text)));
	out->given |= IU_GIVEN_TASKS;
	ret = iu_capture_owner(out, pid, -1, (struct iu_span){0});
	if (ret == 0)
		ret = iu_capture_task(out, pid, name, &task);
	if (ret < 0)
		return ret;
	task->user = iu_arena_strndup(
		&out->snapshot->arena, words->v[at].text, words->v[at].len);
	return task->user ? 1 : IU_E_NOMEM;
}

static bool are_pids(const struct iu_phrase *words, size_t at)
{
	int32_t pid;

	for (size_t i = at; i < words->n; i++)
		if (!iu_span_pid(words->v[i], &pid) || pid <= 0)
			return false;
	return at < words->n;
}

static int add_pids(struct iu_capture_out *out, const struct iu_phrase *words, size_t at)
{
	int ret = 0;

	for (; at < words->n && ret == 0; at++) {
		int32_t pid = 0;

		iu_span_pid(words->v[at], &pid);
		ret = iu_capture_owner(out, pid, -1, (struct iu_span){0});
	}
	return ret;
}

/* It tells no address: any of them, and that is said. */
static int add_socket(struct iu_capture_out *out, enum iu_protocol protocol, uint16_t port)
{
	struct iu_socket s = iu_capture_socket_fresh(protocol);

	s.local = iu_address_wildcard(IU_FAMILY_IPV4);
	s.family = IU_FAMILY_IPV4;
	s.port = port;
	s.state = protocol == IU_PROTOCOL_TCP ? IU_STATE_LISTEN : IU_STATE_BOUND;
	out->given |= IU_GIVEN_PORTS;
	return iu_capture_socket(out, &s);
}

static bool is_holder(const struct iu_phrase *words, size_t at)
{
	int32_t pid;

	return at + 3 < words->n && iu_span_pid(words->v[at + 1], &pid) &&
	       is_access(words->v[at + 2]);
}

int iu_capture_fuser(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	enum iu_protocol protocol;
	struct iu_phrase words;
	uint16_t port;
	size_t i = at;
	int ret;

	if (iu_span_find_exact(lines->v[at], "p:") == lines->v[at].len)
		return 0;
	iu_words_split(lines->v[at], &words);
	if (words.n < 2 || !read_port(words.v[0], &port, &protocol) ||
		(!are_pids(&words, 1) && !is_holder(&words, 1)))
		return 0;
	iu_capture_is(out, IU_CAPTURE_LINUX);
	iu_capture_block(out);
	ret = add_socket(out, protocol, port);
	if (ret == 0 && are_pids(&words, 1))
		ret = add_pids(out, &words, 1);
	else if (ret == 0)
		ret = read_verbose(lines->v[i], &words, 1, out);
	/* the other holders of the same port */
	for (i++; i < lines->n && ret >= 0 && iu_span_indent(lines->v[i]); i++) {
		iu_words_split(lines->v[i], &words);
		ret = read_verbose(lines->v[i], &words, 0, out);
		if (ret == 0)
			break;
	}
	return ret < 0 ? ret : (int)(i - at);
}
