/* engine/linux/around.c - what has a say in a port besides its sockets: programs, rules, other namespaces */
#include "engine/linux/around.h"

#include "engine/linux/ipv6.h"
#include "engine/phrase.h"
#include "engine/rules.h"
#include "knowledge/causes.h"
#include "knowledge/nat-chains.h"

#define WARNINGS_MAX 8
#define TOLD_MAX     3

/* ---- what is wanted ---- */

static bool any(const struct iu_evaluation *e, bool (*is)(const struct iu_attempt *attempt))
{
	for (size_t i = 0; i < e->attempt_count; i++)
		if (is(&e->attempts[i]))
			return true;
	return false;
}

static bool is_held(const struct iu_attempt *attempt)
{
	return attempt->outcome.fails == IU_YES;
}

static bool has_no_address(const struct iu_attempt *attempt)
{
	return attempt->check.cause == IU_CAUSE_ADDRESS_NOT_LOCAL;
}

static bool is_refused(const struct iu_attempt *attempt)
{
	return attempt->check.ok == IU_NO;
}

void iu_linux_want_around(
	struct iu_arena *arena, const struct iu_evaluation *e, struct iu_needs *needs)
{
	const struct iu_question *q = e->question;
	bool held = any(e, is_held), refused = any(e, is_refused);
	bool around = q->how.around && (!held || q->symptom.from_message.given || any(e, has_no_address));

	if (!q->target.port || q->how.first)
		return;
	/* only who administers the network may ask for them */
	if (!held && !refused && !q->how.plain && e->snapshot->host.cap_net_admin == IU_YES &&
		!(e->snapshot->seen & IU_FACT_POLICY)) {
		needs->facts |= IU_FACT_POLICY;
		needs->asker = q->asker.count ? q->asker.line[0] : 0;
	}
	if (!around || e->snapshot->seen & IU_FACT_AROUND)
		return;
	needs->facts |= IU_FACT_AROUND;
	if (!(e->snapshot->seen & IU_FACT_ADDRESSES))
		needs->facts |= IU_FACT_ADDRESSES;
	*iu_list_add(arena, &needs->around) = (struct iu_endpoint){q->target.protocol,
		q->target.family == IU_FAMILY_ANY ? (struct iu_address){.family = IU_FAMILY_ANY}
						  : e->attempts[0].request.address,
		q->target.port};
}

/* ---- other namespaces ---- */

const struct iu_far_address *iu_linux_far_address(
	const struct iu_snapshot *snapshot, const struct iu_address *address)
{
	for (size_t i = 0; i < snapshot->far_addresses.n; i++)
		if (iu_address_equal(&snapshot->far_addresses.v[i].address, address))
			return &snapshot->far_addresses.v[i];
	return NULL;
}

const char *iu_linux_namespace(struct iu_arena *arena, const char *name, int32_t pid)
{
	return name ? iu_phrase(arena, "the network namespace %s", iu_phrase_safe(arena, name, IU_NAME_COLUMNS))
		    : iu_phrase(arena, "the network namespace of pid %d", (int)pid);
}

static void ask_there(struct iu_arena *arena, const struct iu_evaluation *e, int32_t pid, const char *where,
	struct iu_verdict *verdict)
{
	struct iu_remedy *remedy;

	for (size_t i = 0; i < verdict->remedies.n; i++)
		if (verdict->remedies.v[i].id == IU_REMEDY_ASK_THERE)
			return;
	if (e->snapshot->host.recorded || e->snapshot->host.foreign_pids)
		return;
	remedy = iu_list_add(arena, &verdict->remedies);
	*remedy = (struct iu_remedy){.id = IU_REMEDY_ASK_THERE, .risk = iu_remedy_row(IU_REMEDY_ASK_THERE)->risk,
		.needs_root = !e->snapshot->host.privileged && e->snapshot->host.uid != 0,
		.summary = iu_phrase(arena, "ask in %s", where)};
	iu_strings_add(arena, &remedy->command, "nsenter");
	iu_strings_add(arena, &remedy->command, "-n");
	iu_strings_add(arena, &remedy->command, "-t");
	iu_strings_add(arena, &remedy->command, iu_phrase(arena, "%d", (int)pid));
	iu_strings_add(arena, &remedy->command, "inuse");
	iu_phrase_asked(arena, e->question, &remedy->command);
}

/* Would it be in the way of this very bind(), if it were here? */
static bool would_block(const struct iu_evaluation *e, const struct iu_socket *s)
{
	for (size_t i = 0; i < e->attempt_count; i++)
		if (e->rules->conflict(&e->attempts[i].request, s, &e->kernel).blocks != IU_NO)
			return true;
	return false;
}

static void tell_far_sockets(struct iu_arena *arena, const struct iu_evaluation *e, struct iu_verdict *verdict)
{
	bool message = e->question->symptom.from_message.given;
	size_t told = 0;

	if (verdict->status != IU_STATUS_FREE && !(message && verdict->status == IU_STATUS_IN_USE))
		return;
	for (size_t i = 0; i < e->snapshot->far_sockets.n && told < TOLD_MAX; i++) {
		const struct iu_far_socket *far = &e->snapshot->far_sockets.v[i];
		const char *where = iu_linux_namespace(arena, far->netns, far->pid), *who = "somebody";

		if (far->socket.protocol != e->question->target.protocol ||
			far->socket.port != e->question->target.port || !would_block(e, &far->socket))
			continue;
		if (far->name)
			who = iu_phrase(arena, "%s (pid %d)", iu_phrase_safe(arena, far->name, IU_NAME_COLUMNS),
				(int)far->pid);
		told++;
		iu_strings_add(arena, &verdict->caveats,
			iu_phrase(arena, verdict->status == IU_STATUS_FREE
						 ? "In %s %s has %s: each namespace has ports of its own."
						 : "In %s %s has %s as well: the message does not say in which of them its program runs.",
				where, who, iu_phrase_endpoint(arena, &far->socket)));
		ask_there(arena, e, far->pid, where, verdict);
	}
}

static void tell_far_address(struct iu_arena *arena, const struct iu_evaluation *e, struct iu_verdict *verdict)
{
	const struct iu_far_address *far = verdict->cause == IU_CAUSE_ADDRESS_NOT_LOCAL && e->attempt_count
		? iu_linux_far_address(e->snapshot, &e->attempts[0].request.address)
		: NULL;

	if (far)
		ask_there(arena, e, far->pid, iu_linux_namespace(arena, far->netns, far->pid), verdict);
}

/* ---- rules ---- */

static const char *whose(struct iu_arena *arena, const struct iu_taker *t)
{
	const struct iu_nat_chain_row *row = iu_nat_chain(t->chain);
	const char *chain = t->chain ? iu_phrase_safe(arena, t->chain, IU_NAME_COLUMNS) : "?";
	const char *table = t->table ? iu_phrase_safe(arena, t->table, IU_NAME_COLUMNS) : "?";

	switch (t->kind) {
	case IU_TAKER_IPVS: return "a virtual server of IPVS (ipvsadm -Ln shows it)";
	case IU_TAKER_SK_LOOKUP:
		return iu_phrase(arena, "the BPF program %s (sk_lookup, id %llu)", chain, (unsigned long long)t->handle);
	case IU_TAKER_NAT:
	case IU_TAKER_TPROXY: break;
	}
	return iu_phrase(arena, "a %s rule%s%s (%stable %s, chain %s, %s %llu)",
		t->kind == IU_TAKER_TPROXY ? "TPROXY" : "NAT", row ? " of " : "", row ? row->who : "",
		t->legacy ? "iptables-legacy, " : "", table, chain, t->legacy ? "rule" : "handle",
		(unsigned long long)t->handle);
}

static const char *where_to(struct iu_arena *arena, const struct iu_taker *t)
{
	uint16_t port = t->to_port ? t->to_port : t->first;
	char text[IU_ADDRESS_TEXT];

	if (t->to.family == IU_FAMILY_ANY)
		return t->to_port ? iu_phrase(arena, "port %u of this machine", (unsigned int)port) : "another place";
	return iu_phrase(arena, "%s", iu_endpoint_format(&t->to, port, text));
}

static const char *who_is_there(struct iu_arena *arena, const struct iu_taker *t)
{
	const struct iu_nat_chain_row *row = iu_nat_chain(t->chain);
	bool far = t->there == IU_YES && t->pid;

	if (!t->to_port)
		return "";
	if (t->answered == IU_YES)
		return far ? iu_phrase(arena, ", where %s answers", iu_linux_namespace(arena, t->netns, t->pid)) : ", where somebody listens";
	if (t->there == IU_YES)
		return far ? iu_phrase(arena, ", an address of %s, where nobody listens", iu_linux_namespace(arena, t->netns, t->pid))
			   : ", where nobody listens";
	return row ? iu_phrase(arena, ", which no namespace that is seen here has: a rule that something removed may have left (%s shows what runs)",
			     row->shows)
		   : ", which no namespace that is seen here has: another machine, or nobody";
}

static const char *which_packets(const struct iu_taker *t)
{
	return t->incoming && t->outgoing ? "what arrives there"
	       : t->incoming		  ? "what comes in there from outside"
					  : "what this machine itself sends there";
}

static const char *how_to_remove(struct iu_arena *arena, const struct iu_taker *t)
{
	if (t->kind == IU_TAKER_IPVS || t->kind == IU_TAKER_SK_LOOKUP || !t->table || !t->chain)
		return "";
	if (!t->legacy)
		return iu_phrase(arena, "; nft delete rule %s %s handle %llu removes it",
			iu_phrase_safe(arena, t->table, IU_NAME_COLUMNS),
			iu_phrase_safe(arena, t->chain, IU_NAME_COLUMNS), (unsigned long long)t->handle);
	return iu_phrase(arena, "; iptables-legacy -t %s -D %s %llu removes it",
		iu_phrase_safe(arena, t->table, IU_NAME_COLUMNS), iu_phrase_safe(arena, t->chain, IU_NAME_COLUMNS),
		(unsigned long long)t->handle);
}

static bool takes(const struct iu_evaluation *e, const struct iu_taker *t)
{
	uint16_t port = e->question->target.port;

	if (t->kind == IU_TAKER_SK_LOOKUP)
		return true;
	return t->protocol == e->question->target.protocol && port >= t->first && port <= t->last;
}

static void tell_takers(struct iu_arena *arena, const struct iu_evaluation *e, struct iu_verdict *verdict)
{
	if (verdict->status != IU_STATUS_FREE)
		return;
	for (size_t i = 0; i < e->snapshot->takers.n && verdict->warnings.n < WARNINGS_MAX; i++) {
		const struct iu_taker *t = &e->snapshot->takers.v[i];

		if (!takes(e, t))
			continue;
		iu_strings_add(arena, &verdict->warnings,
			t->kind == IU_TAKER_SK_LOOKUP
				? iu_phrase(arena, "shadowed, perhaps: %s chooses which socket gets what arrives, whoever listens on the port",
					  whose(arena, t))
				: iu_phrase(arena, "shadowed: %s sends %s to %s before a socket sees it%s%s",
					  whose(arena, t), which_packets(t), where_to(arena, t),
					  who_is_there(arena, t), how_to_remove(arena, t)));
	}
}

/* ---- programs of cgroups ---- */

static const char *programs(struct iu_arena *arena, const struct iu_snapshot *snapshot)
{
	const char *text = "";

	for (size_t i = 0; i < snapshot->bind_programs.n && i < TOLD_MAX; i++) {
		const struct iu_bind_program *p = &snapshot->bind_programs.v[i];

		text = iu_phrase(arena, "%s%s%s (%s, id %u)", text, i ? ", " : "",
			p->name ? iu_phrase_safe(arena, p->name, IU_NAME_COLUMNS) : "a program",
			p->attach ? iu_phrase_safe(arena, p->attach, IU_NAME_COLUMNS) : "bind",
			(unsigned int)p->id);
	}
	return text;
}

static void tell_programs(struct iu_arena *arena, const struct iu_evaluation *e, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = e->snapshot;
	char text[IU_ADDRESS_TEXT];

	for (size_t i = 0; i < e->attempt_count; i++)
		if (e->attempts[i].probe && e->attempts[i].probe->moved_port)
			iu_strings_add(arena, &verdict->caveats,
				iu_phrase(arena, "A trial bind() got %s instead: something changes the address, as programs of a cgroup can.",
					iu_endpoint_format(&e->attempts[i].probe->moved_address,
						e->attempts[i].probe->moved_port, text)));
	if (!snapshot->bind_programs.n || verdict->status == IU_STATUS_FREE || verdict->blockers.n ||
		any(e, is_refused))
		return;
	iu_strings_add(arena, &verdict->caveats,
		iu_phrase(arena, "BPF programs of the cgroup see each bind() here, and may refuse it or bind something else: %s. The sockets alone prove nothing then%s.",
			programs(arena, snapshot),
			verdict->probe ? "" : "; inuse --probe asks the kernel"));
}

/* ---- links ---- */

/* A bind() that works, on a link that carries nothing. */
static void tell_links(struct iu_arena *arena, const struct iu_evaluation *e, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = e->snapshot;
	const struct iu_address *address = e->attempt_count ? &e->attempts[0].request.address : NULL;
	uint32_t device = e->question->options.ifindex;

	if (verdict->status != IU_STATUS_FREE || !address)
		return;
	for (size_t i = 0; i < snapshot->locals.n && !device && !iu_address_is_wildcard(address); i++)
		if (snapshot->locals.v[i].kind == IU_LOCAL_ADDRESS &&
			iu_address_equal(&snapshot->locals.v[i].address, address))
			device = snapshot->locals.v[i].ifindex;
	if (address->scope)
		device = address->scope;
	for (size_t i = 0; i < snapshot->interfaces.n && device; i++) {
		const struct iu_interface *interface = &snapshot->interfaces.v[i];

		if (interface->ifindex == device && interface->no_link)
			iu_strings_add(arena, &verdict->warnings,
				iu_phrase(arena, "unreachable: %s %s, so that nothing arrives there",
					iu_phrase_safe(arena, interface->name, IU_NAME_COLUMNS),
					interface->up ? "has no carrier" : "is down"));
	}
}

static const char *holder_of(struct iu_arena *arena, const struct iu_snapshot *snapshot, uint64_t inode)
{
	for (size_t i = 0; inode && i < snapshot->holds.n; i++)
		if (snapshot->holds.v[i].inode == inode)
			return iu_phrase_pid(arena, snapshot, snapshot->holds.v[i].pid);
	return "a socket";
}

/* An interface that is made anew has another number: who was bound to the old one hears nothing. */
static void tell_gone_devices(struct iu_arena *arena, const struct iu_evaluation *e, struct iu_verdict *verdict)
{
	const struct iu_snapshot *snapshot = e->snapshot;

	if (!(snapshot->seen & IU_FACT_ADDRESSES) || !snapshot->interfaces.n)
		return;
	for (size_t i = 0; i < e->sockets.n && verdict->caveats.n < WARNINGS_MAX; i++) {
		const struct iu_socket *s = &e->sockets.v[i];

		if (s->ifindex && !iu_linux_interface(snapshot, s->ifindex))
			iu_strings_add(arena, &verdict->caveats,
				iu_phrase(arena, "%s is bound to an interface that is gone (its number was %u): nothing reaches it any more, until it is restarted.",
					holder_of(arena, snapshot, s->inode), (unsigned int)s->ifindex));
	}
}

void iu_linux_around(
	struct iu_arena *arena, const struct iu_evaluation *e, struct iu_verdict *verdict)
{
	if (!e->question->target.port)
		return;
	tell_takers(arena, e, verdict);
	tell_links(arena, e, verdict);
	tell_programs(arena, e, verdict);
	tell_gone_devices(arena, e, verdict);
	tell_far_sockets(arena, e, verdict);
	tell_far_address(arena, e, verdict);
}
