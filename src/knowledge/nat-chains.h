/* knowledge/nat-chains.h - whose a chain of packet rules is, by its name */
#ifndef IU_KNOWLEDGE_NAT_CHAINS_H
#define IU_KNOWLEDGE_NAT_CHAINS_H

struct iu_nat_chain_row {
	const char *start; /* of the name */
	const char *who, *shows; /* what shows to whom the rule belongs */
};

/** iu_nat_chain() - the row of a chain, or NULL: nobody that is known. Static. */
const struct iu_nat_chain_row *iu_nat_chain(const char *chain);

#endif
