/* measure.h - who names the holder of what is staged: inuse with and without rights, and others */
#ifndef SCENES_MEASURE_H
#define SCENES_MEASURE_H

#include "stage.h"

/* What is measured in one scene. */
struct measure {
	const char *title; /* of the row, for people */
	const char *args;  /* targets of `inuse why` */
	int (*again)(struct stage *stage); /* stages anew what goes by itself; NULL: it stays */
	bool udp;
	const char *word; /* a path that the other tools are asked about; NULL: the port */
	bool as_user;  /* the other tools run as STAGE_NOBODY, not as root */
	bool nested;   /* asked from a PID namespace below the one of the holder */
};

/** measure() - writes a row to the file that HIDDEN_ROWS names, if any; 0, or -1 with error */
int measure(struct stage *stage, const struct measure *what);

#endif
