/* engine/linux/again.c - what helps because the rules say so when they are asked again */
#include "engine/linux/again.h"

#include <string.h>

#include "engine/linux/ipv6.h"
#include "engine/linux/levers.h"
#include "engine/phrase.h"
#include "engine/rules.h"
#include "knowledge/services.h"

const enum iu_remedy_id iu_again_remedies[] = {IU_REMEDY_SET_V6ONLY, IU_REMEDY_SET_REUSEPORT,
	IU_REMEDY_SET_REUSEADDR, IU_REMEDY_BIND_DEVICE, IU_REMEDY_BIND_ADDRESS, IU_REMEDY_RESTART_SERVICE, IU_REMEDY_USE_PORT,
	IU_REMEDY_NONE};

/* What is different when the rules are asked again. */
struct change {
	bool v6only, reuseaddr, reuseport; /* of who asks */
	bool holder_v6only, holder_reuseaddr, holder_reuseport;
	uint32_t ifindex;
};

static void change_holder(struct iu_socket *s, const struct change *change)
{
	if (s->state == IU_STATE_FILE || iu_is_closing(s))
		return;
	if (change->holder_v6only && s->family == IU_FAMILY_IPV6)
		s->v6only = IU_YES;
	if (change->holder_reuseaddr)
		s->reuseaddr = IU_YES;
	if (change->holder_reuseport)
		s->reuseport = IU_YES;
}

static bool any_holder(const struct change *change)
{
	return change->holder_v6only || change->holder_reuseaddr || change->holder_reuseport;
}

/* The sockets of the port with a change; those of the evaluation stay as they are. */
static bool changed_sockets(
	const struct iu_remedy_context *m, const struct change *change, struct iu_sockets *ret_sockets)
{
	const struct iu_sockets *all = &m->evaluation->sockets;
	struct iu_sockets sockets = {0};

	for (size_t i = 0; i < all->n; i++) {
		struct iu_socket *slot = iu_list_add(m->arena, &sockets);

		*slot = all->v[i];
		change_holder(slot, change);
	}
	*ret_sockets = sockets;
	return true;
}

/* Whether each bind that the question stands for would work then, for certain. */
static bool works(const struct iu_remedy_context *m, const struct change *change)
{
	const struct iu_evaluation *e = m->evaluation;
	struct iu_sockets sockets;

	if (!e || !e->attempt_count || !m->question->target.port || !e->rules->sockets_seen(e))
		return false;
	sockets = e->sockets;
	if (any_holder(change) && !changed_sockets(m, change, &sockets))
		return false;
	for (size_t i = 0; i < e->attempt_count; i++) {
		struct iu_request r = e->attempts[i].request;

		r.reuseaddr |= change->reuseaddr;
		r.reuseport |= change->reuseport;
		r.v6only |= change->v6only && r.address.family == IU_FAMILY_IPV6;
		if (change->ifindex)
			r.ifindex = change->ifindex;
		if (e->rules->local_check(m->question, m->snapshot, &r).ok != IU_YES ||
			e->rules->outcome(&r, &sockets, SIZE_MAX, &e->kernel).fails != IU_NO)
			return false;
	}
	return true;
}

/* It works now, as who asks changes it alone; programs of a cgroup may still say something else. */
static bool works_now(struct iu_remedy_context *m, const struct change *change)
{
	if (!works(m, change))
		return false;
	if (m->remedy->tried == IU_UNKNOWN && !m->snapshot->bind_programs.n)
		m->remedy->tried = IU_YES;
	return true;
}

static const char *holder(const struct iu_remedy_context *m)
{
	return m->holder ? iu_phrase_process(m->arena, m->holder) : "the program that has the port";
}

bool iu_again_v6only(struct iu_remedy_context *m)
{
	if (works_now(m, &(struct change){.v6only = true})) {
		m->remedy->summary =
			"set IPV6_V6ONLY on the IPv6 socket before bind(): it leaves IPv4 to the one that has it";
		return true;
	}
	if (!works(m, &(struct change){.holder_v6only = true}))
		return false;
	m->remedy->summary = iu_phrase(m->arena,
		"set IPV6_V6ONLY in %s, from its next start on: its [::] takes IPv4 as well now", holder(m));
	return true;
}

bool iu_again_reuseport(struct iu_remedy_context *m)
{
	if (m->question->options.reuseport) {
		if (!works(m, &(struct change){.holder_reuseport = true}))
			return false;
		m->remedy->summary = iu_phrase(m->arena,
			"set SO_REUSEPORT in %s as well, before its bind()", holder(m));
		return true;
	}
	if (!works_now(m, &(struct change){.reuseport = true}))
		return false;
	m->remedy->summary =
		"set SO_REUSEPORT before bind(): the sockets there have it, and belong to the same user; the kernel shares what arrives among them";
	return true;
}

bool iu_again_reuseaddr(struct iu_remedy_context *m)
{
	return works_now(m, &(struct change){.reuseaddr = true}) ||
	       (m->question->target.protocol == IU_PROTOCOL_UDP &&
		       works(m, &(struct change){.reuseaddr = true, .holder_reuseaddr = true}));
}

/* How many bits two addresses of a family begin with alike. */
static size_t same_bits(const struct iu_address *a, const struct iu_address *b)
{
	size_t bytes = a->family == IU_FAMILY_IPV6 ? 16 : 4, n = 0;
	const unsigned char *one = a->bytes, *other = b->bytes;

	while (n < 8 * bytes && !((one[n / 8] ^ other[n / 8]) & (0x80 >> n % 8)))
		n++;
	return n;
}

static bool works_at(const struct iu_remedy_context *m, const struct iu_local *local)
{
	const struct iu_evaluation *e = m->evaluation;
	struct iu_request r = e->attempts[0].request;

	r.address = local->address;
	return local->kind == IU_LOCAL_ADDRESS && local->address.family == e->attempts[0].request.address.family &&
	       !local->tentative && !local->address.scope &&
	       e->rules->local_check(m->question, m->snapshot, &r).ok == IU_YES &&
	       (!r.port || e->rules->outcome(&r, &e->sockets, SIZE_MAX, &e->kernel).fails == IU_NO);
}

/* The best that comes behind @last; loopback comes last, equals as the system has them. */
static const struct iu_local *next_local(const struct iu_remedy_context *m, const struct iu_local *last)
{
	const struct iu_address *asked = &m->evaluation->attempts[0].request.address;
	const struct iu_local *best = NULL;
	size_t best_rank = 0, limit = SIZE_MAX;

	for (int round = 0; round < 2; round++)
		for (size_t i = 0; i < m->snapshot->locals.n; i++) {
			const struct iu_local *local = &m->snapshot->locals.v[i];
			size_t rank = iu_address_is_loopback(&local->address) ? 0
				: 1 + same_bits(asked, &local->address);

			if (round == 0) {
				limit = local == last ? rank : limit;
				continue;
			}
			if (rank > limit || (rank == limit && local <= last) || !works_at(m, local))
				continue;
			if (!best || rank > best_rank) {
				best = local;
				best_rank = rank;
			}
		}
	return best;
}

#define ADDRESSES_TOLD 3

/* "192.168.1.5 (wlan0), 127.0.0.1 (lo)": where it could be bound instead. */
bool iu_again_addresses(struct iu_remedy_context *m)
{
	const struct iu_local *local = NULL;
	const char *line = "";
	char text[IU_ADDRESS_TEXT];

	if (!m->evaluation || !m->evaluation->attempt_count || !(m->snapshot->seen & IU_FACT_ADDRESSES))
		return false;
	for (size_t told = 0; told < ADDRESSES_TOLD && (local = next_local(m, local)); told++) {
		const struct iu_interface *interface = iu_linux_interface(m->snapshot, local->ifindex);

		line = iu_phrase(m->arena, "%s%s%s (%s)", line, told ? ", " : "",
			iu_address_format(&local->address, text),
			interface && interface->name ? iu_phrase_safe(m->arena, interface->name, IU_NAME_COLUMNS)
						     : "?");
	}
	if (!*line)
		return false;
	m->remedy->title = "use an address of this machine";
	m->remedy->value = line;
	m->remedy->summary = iu_phrase(m->arena, "use an address of this machine: %s", line);
	return true;
}

/* A device that is up and has none of the sockets: where every holder keeps to its own. */
bool iu_again_device(struct iu_remedy_context *m)
{
	const struct iu_snapshot *s = m->snapshot;
	const struct iu_interface *best = NULL;

	if (m->question->options.ifindex || !m->blocker || !m->blocker->socket.ifindex ||
		!(s->seen & IU_FACT_ADDRESSES))
		return false;
	for (size_t i = 0; i < s->interfaces.n && !best; i++)
		if (s->interfaces.v[i].up && s->interfaces.v[i].name &&
			strcmp(s->interfaces.v[i].name, "lo") != 0 &&
			works_now(m, &(struct change){.ifindex = s->interfaces.v[i].ifindex}))
			best = &s->interfaces.v[i];
	if (!best)
		return false;
	m->remedy->summary = iu_phrase(m->arena,
		"bind it to a device of its own, such as %s (SO_BINDTODEVICE): the sockets there keep to theirs",
		iu_phrase_safe(m->arena, best->name, IU_NAME_COLUMNS));
	return true;
}

bool iu_again_elsewhere(const struct iu_remedy_context *m)
{
	const struct iu_evaluation *e = m->evaluation;

	for (size_t i = 0; e && i < e->attempt_count; i++)
		if (m->question->target.port &&
			e->rules->outcome(&e->attempts[i].request, &e->sockets, SIZE_MAX, &e->kernel).fails !=
				IU_NO)
			return false;
	return e && e->attempt_count;
}

bool iu_again_taken(const struct iu_remedy_context *m)
{
	const struct iu_evaluation *e = m->evaluation;

	for (size_t i = 0; e && m->question->target.port && i < e->attempt_count; i++)
		if (e->rules->outcome(&e->attempts[i].request, &e->sockets, SIZE_MAX, &e->kernel).fails == IU_YES)
			return true;
	return false;
}

bool iu_again_nonlocal(struct iu_remedy_context *m)
{
	bool v6;

	if (!iu_again_elsewhere(m))
		return false;
	v6 = iu_address_space(&m->evaluation->attempts[0].request.address) == IU_SPACE_V6;
	m->remedy->summary = "let every program bind addresses that are not there (yet)";
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	return iu_remedy_word(m, "sysctl") && iu_remedy_word(m, "-w") &&
	       iu_remedy_word(m, v6 ? "net.ipv6.ip_nonlocal_bind=1" : "net.ipv4.ip_nonlocal_bind=1");
}

bool iu_again_no_port(struct iu_remedy_context *m)
{
	if (m->question->target.port || m->question->target.protocol != IU_PROTOCOL_TCP)
		return false;
	m->remedy->summary =
		"in clients that bind an address before connect(): set IP_BIND_ADDRESS_NO_PORT, so that connect() chooses the port, and ports serve several destinations";
	return true;
}

/* Ports of the range that a list keeps back are free, and nobody gets them. */
bool iu_again_reserved(struct iu_remedy_context *m)
{
	const struct iu_sysctls *sysctls = &m->snapshot->sysctls;
	int32_t kept = 0;

	for (size_t i = 0; i < sysctls->reserved.n; i++) {
		int32_t first = sysctls->reserved.v[i].first, last = sysctls->reserved.v[i].last;

		first = first < sysctls->port_first ? sysctls->port_first : first;
		last = last > sysctls->port_last ? sysctls->port_last : last;
		kept += first <= last ? last - first + 1 : 0;
	}
	if (!kept || m->question->target.port)
		return false;
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	m->remedy->summary = iu_phrase(m->arena,
		"give back the %d port%s of the range that net.ipv4.ip_local_reserved_ports keeps for nobody",
		(int)kept, kept == 1 ? "" : "s");
	return iu_remedy_word(m, "sysctl") && iu_remedy_word(m, "-w") &&
	       iu_remedy_word(m, "net.ipv4.ip_local_reserved_ports=");
}

bool iu_again_service(struct iu_remedy_context *m)
{
	const struct iu_service_row *row = m->holder ? iu_service_of(m->holder) : NULL;

	if (!row || (row->fixed && row->fixed == m->question->target.port))
		return false;
	m->remedy->summary = row->how;
	m->remedy->needs_root = !iu_linux_is_privileged(m->snapshot);
	for (size_t i = 0; i < IU_COUNT(row->command) && row->command[i]; i++)
		if (!iu_remedy_word(m, row->command[i]))
			return false;
	return true;
}
