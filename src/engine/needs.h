/* engine/needs.h - what the rules of a system add to the facts that are wanted */
#ifndef IU_ENGINE_NEEDS_H
#define IU_ENGINE_NEEDS_H

#include "engine/evaluation.h"
#include "model/needs.h"

/* Sockets whose holders are looked for: of one port, and where the whole range is full. */
#define IU_INODES_OF_PORT  1024
#define IU_INODES_OF_RANGE 65536

#define IU_FACTS_HOLDERS (IU_FACT_HOLDERS | IU_FACT_OPTIONS)

/** iu_needs_add_range() - asks for the sockets of these ports. */
void iu_needs_add_range(
	struct iu_arena *arena, struct iu_needs *needs, struct iu_port_range range);

/** iu_needs_add_inode() - asks for the holders of the socket. */
void iu_needs_add_inode(struct iu_arena *arena, struct iu_needs *needs, uint64_t inode);

/** iu_needs_nothing_of_range() - the range has room: who holds the rest of it is of no interest. */
bool iu_needs_nothing_of_range(const struct iu_evaluation *evaluation);

#endif
