/* engine/linux/again.h - what helps because the rules say so when they are asked again */
#ifndef IU_ENGINE_LINUX_AGAIN_H
#define IU_ENGINE_LINUX_AGAIN_H

#include "engine/remedy.h"

/* Makers of remedies; each returns false where it would not help. */
bool iu_again_v6only(struct iu_remedy_context *m);
bool iu_again_reuseport(struct iu_remedy_context *m);
bool iu_again_device(struct iu_remedy_context *m);
bool iu_again_nonlocal(struct iu_remedy_context *m);
bool iu_again_no_port(struct iu_remedy_context *m);
bool iu_again_reserved(struct iu_remedy_context *m);
bool iu_again_service(struct iu_remedy_context *m);
bool iu_again_addresses(struct iu_remedy_context *m);

/** iu_again_reuseaddr() - whether SO_REUSEADDR would let it in, of UDP also that of both sides. */
bool iu_again_reuseaddr(struct iu_remedy_context *m);

/** iu_again_elsewhere() - whether no socket is in the way where the address itself is what fails. */
bool iu_again_elsewhere(const struct iu_remedy_context *m);

/** iu_again_taken() - whether a socket is in the way for certain, whatever else is. */
bool iu_again_taken(const struct iu_remedy_context *m);

/** iu_again_remedies - those that any cause may have besides its own; IU_REMEDY_NONE at the end. */
extern const enum iu_remedy_id iu_again_remedies[];

#endif
