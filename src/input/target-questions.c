/* input/target-questions.c - the questions that a target stands for */
#include <string.h>

#include "base/char.h"
#include "base/err.h"
#include "model/zone.h"
#include "base/span.h"
#include "input/refuse.h"
#include "input/target.h"
#include "knowledge/unix-types.h"

struct reader {
	struct iu_arena *arena;
	struct iu_target target;
	struct iu_text *complaint;
};

static int refuse(struct reader *r, const char *before, struct iu_span piece, const char *after)
{
	return iu_refuse_piece(r->complaint, before, piece, after);
}

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
	struct iu_span host = iu_span_of(t->host);
	int n = names->host(names->context, t->host, list->v, IU_TARGET_ADDRESSES_MAX);

	if (n <= 0) {
		n = names->interface(names->context, t->host, list->v, IU_TARGET_ADDRESSES_MAX);
		list->of_interface = n > 0;
		if (n == 0)
			return refuse(r, "the interface ", host, " has no address to bind");
	}
	if (n == IU_E_NOMEM)
		return n;
	if (n < 0 && iu_span_is_any_case(host, "localhost")) {
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
		if (!iu_char_is_digit(*scope) || index > (UINT32_MAX - 9) / 10)
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

	/* the kernel reads a scope of these only; of others the target has the device as an option */
	if (!iu_zone_needed(address) || (!scope && (options->ifindex || options->device)))
		return 0;
	if (!scope && !iu_address_is_link_local(address))
		return 0; /* a group without its interface is said to be refused, with the error */
	if (!scope)
		return refuse(r, "the link-local address ",
			iu_span_of(iu_address_format(address, text)),
			" needs its interface: write for example [fe80::1%eth0]:8080");
	if (names->ifindex(names->context, scope, &index) < 0)
		index = scope_number(scope);
	if (!index)
		return refuse(r, "unknown interface ", iu_span_of(scope),
			names->recorded ? ": it is not in the capture; give its number"
					: ": `ip link` lists those there are");
	address->scope = index;
	return 0;
}

/* Where the address says nothing of an interface, "%eth0" means a socket that is bound to the device. */
static int resolve_device(struct reader *r, const struct iu_names *names, struct iu_options *options)
{
	const char *device = r->target.host;
	uint32_t index = 0;

	if (r->target.host_kind != IU_HOST_ADDRESS || !device || iu_zone_needed(&r->target.address))
		return 0;
	if (names->ifindex(names->context, device, &index) < 0)
		return refuse(r, "unknown interface ", iu_span_of(device),
			names->recorded ? ": it is not in the capture" : ": `ip link` lists those there are");
	options->device = device;
	options->ifindex = index;
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
	const char *protocol = iu_protocol_name(q->target.protocol);
	struct iu_address plain = q->target.address;
	char text[IU_ADDRESS_TEXT];

	if (q->target.family == IU_FAMILY_ANY)
		return iu_arena_printf(arena, "%u/%s", (unsigned int)q->target.port, protocol);
	if (!q->target.address.scope || !by_name)
		return iu_arena_printf(arena, "%s/%s",
			iu_endpoint_format(&q->target.address, q->target.port, text), protocol);
	plain.scope = 0;
	return iu_arena_printf(arena, "[%s%%%s]:%u/%s", iu_address_format(&plain, text),
		target->host, (unsigned int)q->target.port, protocol);
}

static int add_question(struct reader *r, const struct iu_question *question,
	struct iu_questions *out, bool by_name)
{
	struct iu_question *q;

	if (out->n >= IU_QUESTIONS_MAX)
		return refuse(r, "with ", iu_span_of(r->target.text),
			" there are more than 262144 questions: ask for fewer ports at a time");
	q = iu_list_add(r->arena, out);
	*q = *question;
	if (q->target.protocol != IU_PROTOCOL_UNIX)
		q->target.text = inet_text(r->arena, &r->target, q, by_name);
	return 0;
}

/* One port, one protocol: a question for each address, or one for both wildcards. */
static int add_port(struct reader *r, uint16_t port, enum iu_protocol protocol,
	const struct addresses *list, const struct iu_options *options, struct iu_questions *out)
{
	struct iu_question question = {
		.target.protocol = protocol, .target.port = port, .options = *options};
	const struct iu_port_range *ports = r->target.ports.v;
	bool by_name = list->of_interface || r->target.host_kind == IU_HOST_ADDRESS;
	int ret = 0;

	question.target.one_of_many = r->target.ports.n > 1 || (ports && ports[0].first != ports[0].last);
	if (!list->n)
		return add_question(r, &question, out, by_name);
	for (size_t i = 0; i < list->n && ret == 0; i++) {
		question.target.address = list->v[i];
		question.target.family = list->v[i].family;
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
			return refuse(r, "the service ", iu_span_of(t->service),
				tcp ? " is known for tcp, not for udp"
				    : " is known for udp, not for tcp");
		return refuse(r, "unknown service ", iu_span_of(t->service),
			names->recorded ? ": the services database of the captured machine is not "
					  "here; give the port"
					: ": the services database has no such name; a port is a "
					  "number from 0 to "
					  "65535");
	}
	if (t->tcp && tcp)
		ret = add_port(r, tcp_port, IU_PROTOCOL_TCP, list, options, out);
	if (ret == 0 && t->udp && udp)
		ret = add_port(r, udp_port, IU_PROTOCOL_UDP, list, options, out);
	return ret;
}

/* "unix:" stands before what would be read as something else without it. */
static const char *path_text(struct iu_arena *arena, const struct iu_target *t)
{
	struct iu_span path = {t->path, t->path_len};
	const char *prefix = "unix:", *copy;
	struct iu_text text = {0};

	if (t->abstract && (memchr(t->path, '\0', t->path_len) || strstr(t->path, "\\x"))) {
		iu_text_abstract(&text, t->path, t->path_len, SIZE_MAX);
		copy = text.failed ? NULL : iu_arena_printf(arena, "@%s", text.data);
		iu_text_free(&text);
		return copy;
	}
	if (t->abstract)
		prefix = "@";
	else if (!strchr(t->path, '\n') && (iu_span_begins(path, "/") ||
		 iu_span_begins(path, "./") || iu_span_begins(path, "../")))
		prefix = "";
	return iu_arena_printf(arena, "%s%s", prefix, t->path);
}

/* Sockets of all types share the paths; of abstract names each type has its own. */
static const char *unix_text(struct iu_arena *arena, const struct iu_target *t)
{
	const char *text = path_text(arena, t), *prefix = iu_unix_type_prefix(t->unix_type);

	return text && *prefix && t->abstract ? iu_arena_printf(arena, "%s%s", prefix, text) : text;
}

static int add_unix(struct reader *r, const struct iu_options *options, struct iu_questions *out)
{
	const struct iu_target *t = &r->target;
	struct iu_question question = {
		.target.text = unix_text(r->arena, t),
		.target.protocol = IU_PROTOCOL_UNIX,
		.target.family = IU_FAMILY_UNIX,
		.target.path = t->path,
		.target.path_len = t->path_len,
		.target.abstract = t->abstract,
		.target.unix_type = t->unix_type,
		.options = *options,
	};

	return add_question(r, &question, out, false);
}

static void add_other(struct reader *r, const struct iu_options *options, struct iu_questions *out)
{
	const struct iu_target *t = &r->target;
	struct iu_question *q = iu_list_add(r->arena, out);

	*q = (struct iu_question){
		.target.text = t->text,
		.target.other = t->other,
		.target.protocol = IU_PROTOCOL_TCP,
		.target.port = t->ports.n ? t->ports.v[0].first : 0,
		.options = *options,
	};
}

int iu_target_questions(struct iu_arena *arena, const struct iu_target *target,
	const struct iu_names *names, const struct iu_options *options, struct iu_questions *out,
	struct iu_text *complaint)
{
	struct reader r = {.arena = arena, .target = *target, .complaint = complaint};
	struct addresses list = {.n = 0};
	size_t before = out->n;
	struct iu_options on_device = *options;
	int ret = 0;

	switch (target->kind) {
	case IU_TARGET_MESSAGE:
	case IU_TARGET_STDIN: return 0;
	case IU_TARGET_UNIX: ret = add_unix(&r, options, out); break;
	case IU_TARGET_OTHER: add_other(&r, options, out); break;
	case IU_TARGET_INET:
		ret = resolve_host(&r, names, options, &list);
		if (ret == 0)
			ret = resolve_device(&r, names, &on_device);
		if (ret == 0 && target->service)
			ret = add_service(&r, names, &list, &on_device, out);
		else if (ret == 0)
			ret = add_ports(&r, &list, &on_device, out);
		break;
	}
	if (arena->failed)
		return IU_E_NOMEM;
	return ret < 0 ? ret : (int)(out->n - before);
}
