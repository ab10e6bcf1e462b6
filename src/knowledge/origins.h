/* knowledge/origins.h - programs that people start others from: terminals, editors, agents, cron */
#ifndef IU_KNOWLEDGE_ORIGINS_H
#define IU_KNOWLEDGE_ORIGINS_H

struct iu_origin_row {
	const char *program; /* its comm, at most 15 bytes, or the script that an interpreter runs */
	const char *kind;    /* "terminal", "tmux", "screen", "ssh", "editor", "agent", "cron", "manager" */
	const char *name;    /* as people call it; NULL: by the program's name */
};

/** iu_origin() - the row of a program by its name or script; either may be NULL. NULL: none. Static. */
const struct iu_origin_row *iu_origin(const char *name, const char *script);

#endif
