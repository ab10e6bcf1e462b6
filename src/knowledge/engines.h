/* knowledge/engines.h - container engines, and whom to tell that a container should stop */
#ifndef IU_KNOWLEDGE_ENGINES_H
#define IU_KNOWLEDGE_ENGINES_H

#include <stdbool.h>

struct iu_engine_row {
	const char *engine; /* as a cgroup path tells it: "docker", "cri-o" */
	const char *client; /* the program that takes `stop ID`; NULL: none that would surely fit */
	const char *verb;   /* what it takes in place of `stop`; NULL: that */
	bool filters;       /* its `ps` takes --filter publish=PORT */
	bool pods;          /* of a pod: its node starts the container again */
	bool by_hand;       /* it is for people to say so: a machine shuts down when its guest does */
	const char *also;   /* another way to say it, a sentence; NULL: none */
};

/** iu_engine() - the row of an engine, or NULL. Static. */
const struct iu_engine_row *iu_engine(const char *engine);

#endif
