/* knowledge/kernel-users.h - the parts of the kernel that hold ports, and how they let go */
#ifndef IU_KNOWLEDGE_KERNEL_USERS_H
#define IU_KNOWLEDGE_KERNEL_USERS_H

#include "model/snapshot.h"

struct iu_kernel_user_row {
	enum iu_kernel_user user;
	const char *what;    /* "the VXLAN interface" */
	const char *help;    /* a sentence */
	const char *command[8]; /* "%s": its name, "%u": its number, words of their own; none: empty */
};

/** iu_kernel_user_row() - never NULL. Static. */
const struct iu_kernel_user_row *iu_kernel_user_row(enum iu_kernel_user user);

#endif
