/* knowledge/engines.h - container engines, and whom to tell that a container should stop */
#ifndef IU_KNOWLEDGE_ENGINES_H
#define IU_KNOWLEDGE_ENGINES_H

#include <stdbool.h>

struct iu_engine_row {
	const char *engine; /* as a cgroup path tells it: "docker", "cri-o" */
	const char *client; /* the program that takes `stop ID`; NULL: none that would surely fit */
	bool filters;       /* its `ps` takes --filter publish=PORT */
	bool pods;          /* of a pod: its node starts the container again */
};

/** iu_engine() - the row of an engine, or NULL. Static. */
const struct iu_engine_row *iu_engine(const char *engine);

#endif
