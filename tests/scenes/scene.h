/* scene.h - one scene: what is staged, what is asked, what must be answered */
#ifndef SCENES_SCENE_H
#define SCENES_SCENE_H

#include <stdio.h>

#include "stage.h"

#define SCENE_SOCKS   4
#define SCENE_ANSWERS 8
#define SCENE_WORDS   24

/* What the remedy's "tried" must be. */
enum tried { TRIED_ANY, TRIED_TRUE, TRIED_FALSE, TRIED_NULL };

/* A list in a string is separated by '|': any of them is right. */
struct scene {
	const char *name;
	/* Held first, a process each; then stage() runs. Either may be missing. */
	struct sock socks[SCENE_SOCKS];
	int (*stage)(struct stage *stage);
	/* Options and targets of `inuse why`; %d: scratch directory, %p: stage->port. */
	const char *args;
	const char *status, *error; /* error NULL: free */
	const char *cause;	    /* a list */
	const char *each;	    /* several targets: the status of each, separated by blanks */
	/* Which of socks[] must be named, a bit each; 0: the first one when the bind must fail. */
	unsigned int by;
	bool nobody;	  /* no process may be named */
	const char *rule; /* a list; NULL: any */
	const char *unit, *container;
	const char *remedy;		/* must be offered … */
	enum tried tried;		/* … with this result */
	const char *unprivileged_cause; /* more causes that are right for a user who may not look */
	bool nameless;	   /* the holders need not be named; if any is, it must be these */
	bool own;	   /* the unprivileged user may look: all must be named to that user too */
	bool lingers;	   /* closing connections stay when the remedies have been applied */
	const char *state; /* of every holder; NULL: any */
	bool without_fd;   /* the holders have no descriptor of it */
	bool nested;	   /* inuse runs in a PID namespace below the one of the holders */
};

/* The questions of one command line, as sockets to bind. */
struct asks {
	struct {
		struct sock sock;
		bool both; /* no address: 0.0.0.0 and [::] */
		char addr[256];
	} v[SCENE_ANSWERS];
	size_t n;
};

/** ask_words() - splits the arguments of a scene and fills in %d and %p; a static array's words */
size_t ask_words(const struct scene *scene, const struct stage *stage, char *buffer, size_t size,
	char *words[SCENE_WORDS]);
/** ask_read() - the test's own reading of the command line; 0, or -1 when the scene is wrong */
int ask_read(char *const words[], size_t n, struct asks *ret_asks);
/**
 * ask_kernel() - socket, options, bind and listen as the questions say, in a process of its own
 * @errors: receives an errno for each question, 0: it works
 */
int ask_kernel(struct stage *stage, const struct asks *asks, uid_t uid, int errors[SCENE_ANSWERS]);

/** check_scene() - asks inuse and the kernel about what is staged; a TAP line for each mode */
void check_scene(const struct scene *scene, struct stage *stage, FILE *report);

/** record_scene() - only answers and reports of what is staged, as files; see replay.py */
void record_scene(const struct scene *scene, struct stage *stage, const char *folder);

/* The modes in which each scene is checked: the ends of the TAP lines. */
/* The id of the container that scenes stage. */
#define SCENE_CONTAINER "3f1c5a7e9b2d4f6081a3c5e7092b4d6f8a1c3e5d7f90b2a4c6e8d0f1a3b5c7d9"

#define SCENE_MODES 5
extern const char *const scene_modes[SCENE_MODES];

extern const struct scene scene_table[];
extern const size_t scene_count;

#endif
