/* os/linux/around/legacy-tables.c - the tables of iptables-legacy: read as one block, followed for a packet */
#include "os/linux/around/legacy-tables.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter_ipv4/ip_tables.h>
#include <linux/netfilter_ipv6/ip6_tables.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/error.h"
#include "os/linux/file.h"

#define DEPTH_MAX  16
#define WORK_MAX   50000
#define TABLE_MAX  (64u << 20)
#define TRIES      5
#define RETURN_VERDICT (-NF_REPEAT - 1)

/* Of both layouts what is looked at. */
struct entry {
	enum iu_tri fits; /* as far as the head says */
	size_t start, matches, target, next; /* places in the table */
};

struct walk {
	const struct iu_legacy_table *table;
	const struct iu_packet *packet;
	struct iu_snapshot *snapshot;
	size_t work;
};

/* ---- entries ---- */

static bool masked(const void *address, const void *wanted, const void *mask, size_t len)
{
	const uint8_t *a = address, *w = wanted, *m = mask;

	for (size_t i = 0; i < len; i++)
		if ((a[i] & m[i]) != w[i])
			return false;
	return true;
}

static bool is_zero(const void *bytes, size_t len)
{
	const uint8_t *b = bytes;

	for (size_t i = 0; i < len; i++)
		if (b[i])
			return false;
	return true;
}

/* The destination and the protocol decide; source and interfaces are not known. */
static enum iu_tri head_fits(bool to, bool to_inverted, unsigned int number, bool number_inverted,
	const struct iu_packet *packet, bool others)
{
	if (to == to_inverted || (number && (number == iu_packet_number(packet)) == number_inverted))
		return IU_NO;
	return others ? IU_UNKNOWN : IU_YES;
}

static enum iu_tri fits4(const struct ipt_entry *e, const struct iu_packet *packet)
{
	bool out = packet->outgoing;

	/* what is made here comes in by no interface, and what comes in goes out by none */
	return head_fits(masked(packet->to.bytes, &e->ip.dst, &e->ip.dmsk, 4), e->ip.invflags & IPT_INV_DSTIP,
		e->ip.proto, e->ip.invflags & IPT_INV_PROTO, packet,
		!is_zero(&e->ip.smsk, 4) || e->ip.invflags & IPT_INV_FRAG || e->ip.flags & IPT_F_FRAG ||
			(out ? e->ip.outiface[0] : e->ip.iniface[0]));
}

static enum iu_tri fits6(const struct ip6t_entry *e, const struct iu_packet *packet)
{
	bool out = packet->outgoing;

	return head_fits(masked(packet->to.bytes, &e->ipv6.dst, &e->ipv6.dmsk, 16),
		e->ipv6.invflags & IP6T_INV_DSTIP, e->ipv6.proto, e->ipv6.invflags & IP6T_INV_PROTO, packet,
		!is_zero(&e->ipv6.smsk, 16) || (out ? e->ipv6.outiface[0] : e->ipv6.iniface[0]));
}

static bool read_entry(const struct walk *w, size_t at, struct entry *ret_entry)
{
	const struct iu_legacy_table *t = w->table;
	size_t head = t->ipv6 ? sizeof(struct ip6t_entry) : sizeof(struct ipt_entry), target, next;
	struct entry entry = {.start = at};
	struct ip6t_entry six;
	struct ipt_entry four;

	if (at > t->len || t->len - at < head)
		return false;
	if (t->ipv6) {
		memcpy(&six, t->bytes + at, sizeof(six));
		entry.fits = fits6(&six, w->packet);
		target = six.target_offset;
		next = six.next_offset;
	} else {
		memcpy(&four, t->bytes + at, sizeof(four));
		entry.fits = fits4(&four, w->packet);
		target = four.target_offset;
		next = four.next_offset;
	}
	if (target < head || next < target + sizeof(struct xt_entry_target) || next > t->len - at)
		return false;
	entry.matches = at + head;
	entry.target = at + target;
	entry.next = at + next;
	*ret_entry = entry;
	return true;
}

/* A match and a target begin alike: their size, their name, their revision. */
static bool read_part(const struct walk *w, size_t at, size_t end, struct xt_entry_match *ret_part)
{
	if (at >= end || end - at < sizeof(*ret_part))
		return false;
	memcpy(ret_part, w->table->bytes + at, sizeof(*ret_part));
	ret_part->u.user.name[sizeof(ret_part->u.user.name) - 1] = '\0';
	return ret_part->u.match_size >= sizeof(*ret_part) && ret_part->u.match_size <= end - at;
}

static enum iu_tri fits(const struct walk *w, const struct entry *entry)
{
	enum iu_tri all = entry->fits;
	struct xt_entry_match part;

	for (size_t at = entry->matches; all != IU_NO && read_part(w, at, entry->target, &part);
		at += part.u.match_size) {
		enum iu_tri one = iu_packet_match(w->packet, part.u.user.name,
			w->table->bytes + at + sizeof(part), part.u.match_size - sizeof(part));

		all = one == IU_NO || all == IU_YES ? one : all;
	}
	return all;
}

/* The entry before a chain of a user has its name, as the text of an error. */
static const char *chain_name(const struct walk *w, size_t start)
{
	struct xt_entry_match part;
	struct entry entry;

	for (size_t at = 0; at < start && read_entry(w, at, &entry); at = entry.next)
		if (entry.next == start && read_part(w, entry.target, entry.next, &part) &&
			!strcmp(part.u.user.name, XT_ERROR_TARGET))
			return iu_arena_strndup(&w->snapshot->arena,
				w->table->bytes + entry.target + sizeof(part),
				strnlen(w->table->bytes + entry.target + sizeof(part),
					part.u.match_size - sizeof(part)));
	return w->packet->outgoing ? "OUTPUT" : "PREROUTING";
}

/* ---- the way ---- */

enum way { GO_ON, STOP, TAKEN };

static enum way follow(struct walk *w, size_t start, int depth);

static bool take(struct walk *w, const struct entry *entry, const struct xt_entry_match *part, size_t start,
	size_t number)
{
	struct iu_taker taker;

	if (!iu_packet_target(w->packet, part->u.user.name, part->u.user.revision,
		    w->table->bytes + entry->target + sizeof(*part), part->u.match_size - sizeof(*part), &taker))
		return false;
	taker.table = w->table->name;
	taker.chain = chain_name(w, start);
	taker.handle = number;
	taker.legacy = true;
	iu_packet_takes(w->snapshot, w->packet, &taker);
	return true;
}

/* *@ret_end: the chain ends here. */
static enum way do_entry(struct walk *w, const struct entry *entry, size_t start, size_t number, int depth,
	bool *ret_end)
{
	enum iu_tri applies = fits(w, entry);
	struct xt_entry_match part;
	int32_t verdict;
	enum way way = GO_ON;

	if (applies == IU_NO || !read_part(w, entry->target, entry->next, &part))
		return GO_ON;
	if (take(w, entry, &part, start, number))
		return applies == IU_YES ? TAKEN : GO_ON;
	if (!strcmp(part.u.user.name, XT_ERROR_TARGET)) {
		*ret_end = true;
		return GO_ON;
	}
	if (part.u.user.name[0] || part.u.match_size < sizeof(part) + sizeof(verdict))
		return GO_ON; /* MARK, LOG and the like let it pass */
	memcpy(&verdict, w->table->bytes + entry->target + sizeof(part), sizeof(verdict));
	if (verdict >= 0 && (size_t)verdict != entry->next && depth < DEPTH_MAX) {
		way = follow(w, (size_t)verdict, depth + 1);
		return applies == IU_YES ? way : GO_ON;
	}
	if (verdict >= 0 || applies != IU_YES)
		return GO_ON;
	*ret_end = verdict == RETURN_VERDICT;
	return *ret_end ? GO_ON : STOP;
}

static enum way follow(struct walk *w, size_t start, int depth)
{
	size_t number = 1;
	enum way way = GO_ON;
	struct entry entry;
	bool end = false;

	for (size_t at = start; way == GO_ON && !end && w->work++ < WORK_MAX && read_entry(w, at, &entry);
		at = entry.next)
		way = do_entry(w, &entry, start, number++, depth, &end);
	return way;
}

void iu_legacy_tables_follow(const struct iu_legacy_table *table, const struct iu_packet *packet,
	struct iu_snapshot *snapshot)
{
	struct walk w = {.table = table, .packet = packet, .snapshot = snapshot};

	if (table->ipv6 != (packet->to.family == IU_FAMILY_IPV6))
		return;
	if (packet->outgoing && table->has_outgoing)
		(void)follow(&w, table->outgoing, 0);
	else if (!packet->outgoing && table->has_incoming)
		(void)follow(&w, table->incoming, 0);
}

/* ---- from the kernel ---- */

/* Both families have the same numbers of options and the same layout of these two structures. */
static int read_table(int fd, bool ipv6, const char *name, struct iu_arena *arena, struct iu_legacy_table *table)
{
	int level = ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, tries = TRIES;
	struct ipt_getinfo info = {0};
	struct ipt_get_entries *entries;
	socklen_t len = sizeof(info);

	strncpy(info.name, name, sizeof(info.name) - 1);
	while (tries--) {
		if (getsockopt(fd, level, ipv6 ? IP6T_SO_GET_INFO : IPT_SO_GET_INFO, &info, &len) < 0)
			return iu_error_from(errno);
		if (info.size > TABLE_MAX)
			return IU_E_LIMIT;
		entries = iu_arena_alloc(arena, sizeof(*entries) + info.size);
		if (!entries)
			return IU_E_NOMEM;
		strncpy(entries->name, name, sizeof(entries->name) - 1);
		entries->size = info.size;
		len = (socklen_t)(sizeof(*entries) + info.size);
		if (getsockopt(fd, level, ipv6 ? IP6T_SO_GET_ENTRIES : IPT_SO_GET_ENTRIES, entries, &len) == 0) {
			*table = (struct iu_legacy_table){.ipv6 = ipv6,
				.name = iu_arena_strdup(arena, name),
				.bytes = (const char *)entries->entrytable,
				.len = info.size,
				.has_incoming = info.valid_hooks & 1u << NF_INET_PRE_ROUTING,
				.has_outgoing = info.valid_hooks & 1u << NF_INET_LOCAL_OUT,
				.incoming = info.hook_entry[NF_INET_PRE_ROUTING],
				.outgoing = info.hook_entry[NF_INET_LOCAL_OUT]};
			return 0;
		}
		if (errno != EAGAIN) /* it has changed in between */
			return iu_error_from(errno);
		len = sizeof(info);
	}
	return IU_E_AGAIN;
}

static bool has_line(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = text; at; at = strchr(at, '\n') ? strchr(at, '\n') + 1 : NULL)
		if (!strncmp(at, word, len) && (at[len] == '\n' || !at[len]))
			return true;
	return false;
}

static int load_family(struct iu_scan *scan, bool ipv6, struct iu_arena *arena, struct iu_legacy_tables *tables)
{
	static const char *const names[] = {"nat", "mangle"};
	char text[512];
	ssize_t len = iu_file_read(scan->proc, ipv6 ? "self/net/ip6_tables_names" : "self/net/ip_tables_names",
		text, sizeof(text));
	struct iu_legacy_table table;
	int fd, ret = 0;

	if (len <= 0)
		return len == -EACCES || len == -EPERM ? IU_E_ACCESS : 0; /* none, or no such file */
	fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return iu_error_from(errno);
	for (size_t i = 0; i < IU_COUNT(names) && ret == 0; i++) {
		if (!has_line(text, names[i]))
			continue;
		ret = read_table(fd, ipv6, names[i], arena, &table);
		if (ret == 0)
			*iu_list_add(arena, &tables->rows) = table;
	}
	close(fd);
	return ret;
}

int iu_legacy_tables_load(struct iu_scan *scan, struct iu_arena *arena, struct iu_legacy_tables *ret_tables)
{
	int ret = load_family(scan, false, arena, ret_tables);

	return ret < 0 ? ret : load_family(scan, true, arena, ret_tables);
}
