/* model/trouble.h - what of a machine is in somebody's way, or will be, each with its explanation */
#ifndef IU_MODEL_TROUBLE_H
#define IU_MODEL_TROUBLE_H

#include "model/question.h"
#include "model/verdict.h"

enum iu_trouble_kind {
	IU_TROUBLE_ASKED,    /* what somebody asked for, trouble or not */
	IU_TROUBLE_UNSERVED, /* a socket or file that nobody serves keeps the name from others */
	IU_TROUBLE_SHADOWED, /* two programs answer on the same port */
	IU_TROUBLE_RANGE,    /* few ports are left that the system may choose */
	IU_TROUBLE_RESTART,  /* the program runs, and its next start would fail */
	IU_TROUBLE_LEFT,     /* connections keep a port whose server is gone */
	IU_TROUBLES
};

struct iu_trouble {
	enum iu_trouble_kind kind;
	const char *headline; /* escaped */
	const char *lead;     /* a sentence below it; NULL: none */
	struct iu_question question; /* that was asked; port 0: it is about no single port */
	struct iu_address beside;    /* of two programs on one port: where the other one answers; else family ANY */
	struct iu_explanation explanation; /* its headline is in the two above */
};

/* Ports that the system chooses by itself, and how many of them some socket has. */
struct iu_range_use {
	int32_t first, last; /* -1: not known */
	size_t ports, used;  /* ports: without those that are reserved or excluded */
};

struct iu_troubles {
	IU_LIST(struct iu_trouble) list; /* what was asked for, then by kind, protocol and port */
	bool cut;                        /* there was more than could be asked about */
	struct iu_range_use tcp, udp;
};

#endif
