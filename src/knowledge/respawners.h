/* knowledge/respawners.h - programs that start another one again when it ends */
#ifndef IU_KNOWLEDGE_RESPAWNERS_H
#define IU_KNOWLEDGE_RESPAWNERS_H

struct iu_respawner_row {
	const char *program; /* the name of its process, or how that begins */
	const char *stop;    /* how to stop what it keeps: a sentence without a final point */
};

/** iu_respawner() - the row for a process of that name, or NULL. Static. */
const struct iu_respawner_row *iu_respawner(const char *name);

#endif
