/* tui/row.h - one socket of the table, with what stays the same of it and what became of it */
#ifndef IU_TUI_ROW_H
#define IU_TUI_ROW_H

#include "model/socket.h"

/* Its letter stands in front of a row: '+', '~', '-'. */
enum iu_mark { IU_MARK_NONE, IU_MARK_NEW, IU_MARK_CHANGED, IU_MARK_GONE };

/* How long a mark stays, and a row that is gone. */
#define IU_MARK_MS 5000

/* What stays the same of a socket while it lives. */
struct iu_identity {
	uint64_t cookie, inode; /* cookie 0: inode tells; both 0: the addresses tell */
	uint8_t protocol, family;
	uint16_t port, peer_port;
	uint32_t ifindex;
	uint8_t local[16], peer[16];
};

/* Who has a socket, as the last look that looked for holders has found. Strings are the row's own. */
struct iu_row_holder {
	bool known;     /* it was looked for */
	int32_t pid;    /* 0: nobody was seen */
	size_t others;  /* besides it */
	bool guessed;   /* it may be that one: nobody could see */
	const char *program, *user, *unit, *container, *command;
	int64_t started; /* seconds since 1970, -1: not known */
	bool stopped;    /* Ctrl-Z, SIGSTOP, a frozen cgroup */
};

struct iu_top_row {
	struct iu_identity identity;
	struct iu_socket socket; /* its strings are the row's own, or NULL */
	struct iu_row_holder holder;
	enum iu_mark mark;
	int64_t marked_ms, born_ms;  /* born: when it was first seen; INT64_MIN: it was there at the first look */
	int64_t looked_ms;           /* what timers and ages count from */
	const char *trouble;         /* why it is marked '!'; NULL: it is not. The row's own */
	uint32_t connections;        /* of a listener */
	uint32_t place;              /* in the order on the screen; UINT32_MAX: none yet */
	uint32_t seen;               /* the look that saw it last */
	struct iu_top_row *next;     /* in the hash */
	char *strings, *trouble_text;
};

#endif
