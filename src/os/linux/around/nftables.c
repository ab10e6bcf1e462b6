/* os/linux/around/nftables.c - the rules of nftables, read from netlink messages */
#include "os/linux/around/nftables.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/sockets/netlink.h"

#define SETS_MAX     256
#define RULES_MAX    65536
#define ELEMENTS_MAX 65536

#ifndef NFT_SET_ELEM_CATCHALL /* 5.13 */
#define NFT_SET_ELEM_CATCHALL 2
#endif

static const char *text_of(struct iu_nft *nft, struct iu_netlink_bytes value)
{
	return value.at ? iu_arena_strndup(nft->arena, value.at, strnlen(value.at, value.len)) : NULL;
}

static uint32_t number_of(struct iu_netlink_bytes value, uint32_t otherwise)
{
	uint32_t number;

	return iu_netlink_copy(value, &number, sizeof(number)) ? ntohl(number) : otherwise;
}

static bool same(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

static void add_chain(struct iu_nft *nft, uint8_t family, struct iu_netlink_bytes attributes)
{
	struct iu_netlink_bytes hook = iu_netlink_find(attributes, NFTA_CHAIN_HOOK);
	struct iu_nft_chain chain = {.family = family,
		.table = text_of(nft, iu_netlink_find(attributes, NFTA_CHAIN_TABLE)),
		.name = text_of(nft, iu_netlink_find(attributes, NFTA_CHAIN_NAME)),
		.base = hook.at != NULL};

	if (!chain.table || !chain.name)
		return;
	chain.hook = number_of(iu_netlink_find(hook, NFTA_HOOK_HOOKNUM), UINT32_MAX);
	chain.priority = (int32_t)number_of(iu_netlink_find(hook, NFTA_HOOK_PRIORITY), 0);
	*iu_list_add(nft->arena, &nft->chains) = chain;
}

/* A set that an expression of the rule looks into. */
static void note_sets(struct iu_nft *nft, const struct iu_nft_rule *rule)
{
	struct iu_netlink_bytes rest = {rule->expressions, rule->len}, element;
	uint16_t type;

	while (iu_netlink_next(&rest, &type, &element) && nft->sets.n < SETS_MAX) {
		struct iu_netlink_bytes data = iu_netlink_find(element, NFTA_EXPR_DATA);
		const char *name = text_of(nft, iu_netlink_find(element, NFTA_EXPR_NAME));
		const char *set = same(name, "lookup") ? text_of(nft, iu_netlink_find(data, NFTA_LOOKUP_SET)) : NULL;
		bool known = !set;

		for (size_t i = 0; i < nft->sets.n && !known; i++)
			known = nft->sets.v[i].family == rule->family && same(nft->sets.v[i].table, rule->table) &&
				same(nft->sets.v[i].name, set);
		if (!known)
			*iu_list_add(nft->arena, &nft->sets) = (struct iu_nft_set){
				.family = rule->family, .table = rule->table, .name = set};
	}
}

static void add_rule(struct iu_nft *nft, uint8_t family, struct iu_netlink_bytes attributes)
{
	struct iu_netlink_bytes expressions = iu_netlink_find(attributes, NFTA_RULE_EXPRESSIONS);
	struct iu_netlink_bytes handle = iu_netlink_find(attributes, NFTA_RULE_HANDLE);
	struct iu_nft_rule rule = {.family = family,
		.table = text_of(nft, iu_netlink_find(attributes, NFTA_RULE_TABLE)),
		.chain = text_of(nft, iu_netlink_find(attributes, NFTA_RULE_CHAIN)),
		.len = expressions.len};
	uint32_t halves[2] = {0, 0};

	if (!rule.table || !rule.chain || nft->rules.n >= RULES_MAX)
		return;
	if (iu_netlink_copy(handle, halves, sizeof(halves)))
		rule.handle = (uint64_t)ntohl(halves[0]) << 32 | ntohl(halves[1]);
	rule.expressions = expressions.at ? iu_arena_copy(nft->arena, expressions.at, expressions.len) : NULL;
	if (!rule.expressions)
		rule.len = 0;
	*iu_list_add(nft->arena, &nft->rules) = rule;
	note_sets(nft, &rule);
}

static size_t value_of(struct iu_netlink_bytes data, uint8_t bytes[IU_NFT_KEY])
{
	struct iu_netlink_bytes value = iu_netlink_find(data, NFTA_DATA_VALUE);
	size_t len = value.at && value.len <= IU_NFT_KEY ? value.len : 0;

	if (len)
		memcpy(bytes, value.at, len);
	return len;
}

static void add_element(struct iu_nft *nft, struct iu_nft_set *set, struct iu_netlink_bytes attributes)
{
	struct iu_netlink_bytes data = iu_netlink_find(attributes, NFTA_SET_ELEM_DATA);
	struct iu_netlink_bytes verdict = iu_netlink_find(data, NFTA_DATA_VERDICT);
	uint32_t flags = number_of(iu_netlink_find(attributes, NFTA_SET_ELEM_FLAGS), 0);
	struct iu_nft_element element = {.closes = flags & NFT_SET_ELEM_INTERVAL_END,
		.catches_all = flags & NFT_SET_ELEM_CATCHALL,
		.has_verdict = verdict.at != NULL};

	element.key_len = value_of(iu_netlink_find(attributes, NFTA_SET_ELEM_KEY), element.key);
	element.end_len = value_of(iu_netlink_find(attributes, NFTA_SET_ELEM_KEY_END), element.end);
	element.data_len = value_of(data, element.data);
	if (element.has_verdict) {
		element.verdict = (int32_t)number_of(iu_netlink_find(verdict, NFTA_VERDICT_CODE), 0);
		element.chain = text_of(nft, iu_netlink_find(verdict, NFTA_VERDICT_CHAIN));
	}
	if (set->elements.n < ELEMENTS_MAX)
		*iu_list_add(nft->arena, &set->elements) = element;
}

static void add_elements(struct iu_nft *nft, uint8_t family, struct iu_netlink_bytes attributes)
{
	const char *table = text_of(nft, iu_netlink_find(attributes, NFTA_SET_ELEM_LIST_TABLE));
	const char *name = text_of(nft, iu_netlink_find(attributes, NFTA_SET_ELEM_LIST_SET));
	struct iu_netlink_bytes rest = iu_netlink_find(attributes, NFTA_SET_ELEM_LIST_ELEMENTS), one;
	struct iu_nft_set *set = NULL;
	uint16_t type;

	for (size_t i = 0; i < nft->sets.n && !set; i++)
		if (nft->sets.v[i].family == family && same(nft->sets.v[i].table, table) &&
			same(nft->sets.v[i].name, name))
			set = &nft->sets.v[i];
	while (set && iu_netlink_next(&rest, &type, &one))
		add_element(nft, set, one);
}

int iu_nftables_message(struct iu_nft *nft, const struct nlmsghdr *message)
{
	struct iu_netlink_bytes attributes;
	struct nfgenmsg head;

	if (message->nlmsg_type >> 8 != NFNL_SUBSYS_NFTABLES ||
		!iu_netlink_head(iu_netlink_payload(message), &head, sizeof(head), &attributes))
		return 0;
	switch (message->nlmsg_type & 0xff) {
	case NFT_MSG_NEWCHAIN: add_chain(nft, head.nfgen_family, attributes); break;
	case NFT_MSG_NEWRULE: add_rule(nft, head.nfgen_family, attributes); break;
	case NFT_MSG_NEWSETELEM: add_elements(nft, head.nfgen_family, attributes); break;
	}
	return nft->arena->failed ? IU_E_NOMEM : 0;
}

/* ---- from the kernel ---- */

struct dump {
	struct iu_nft *nft;
	size_t chains, rules, sets;
};

static int on_message(void *context, const struct nlmsghdr *message)
{
	struct dump *dump = context;

	return iu_nftables_message(dump->nft, message);
}

static void restart(void *context)
{
	struct dump *dump = context;

	dump->nft->chains.n = dump->chains;
	dump->nft->rules.n = dump->rules;
	dump->nft->sets.n = dump->sets;
}

static int ask(struct iu_nft *nft, struct iu_netlink *netlink, uint16_t type, const struct iu_nft_set *set)
{
	struct dump dump = {nft, nft->chains.n, nft->rules.n, nft->sets.n};
	const struct iu_netlink_sink sink = {on_message, restart, &dump};
	struct iu_netlink_request request;
	struct nfgenmsg *head = iu_netlink_begin(&request, (uint16_t)(NFNL_SUBSYS_NFTABLES << 8 | type),
		NLM_F_DUMP, sizeof(*head));

	head->nfgen_family = set ? set->family : AF_UNSPEC;
	head->version = NFNETLINK_V0;
	if (set) {
		iu_netlink_put(&request, NFTA_SET_ELEM_LIST_TABLE, set->table, strlen(set->table) + 1);
		iu_netlink_put(&request, NFTA_SET_ELEM_LIST_SET, set->name, strlen(set->name) + 1);
	}
	return iu_netlink_dump(netlink, &request, &sink, NULL);
}

int iu_nftables_load(struct iu_nft *nft)
{
	struct iu_netlink netlink = {0};
	int ret = iu_netlink_open(NETLINK_NETFILTER, &netlink);

	if (ret == 0)
		ret = ask(nft, &netlink, NFT_MSG_GETCHAIN, NULL);
	if (ret == 0 && nft->chains.n)
		ret = ask(nft, &netlink, NFT_MSG_GETRULE, NULL);
	/* a set that has gone meanwhile is empty */
	for (size_t i = 0; ret == 0 && i < nft->sets.n; i++)
		if (ask(nft, &netlink, NFT_MSG_GETSETELEM, &nft->sets.v[i]) == IU_E_NOMEM)
			ret = IU_E_NOMEM;
	iu_netlink_close(&netlink);
	return ret;
}
