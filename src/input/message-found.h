/* input/message-found.h - what was found in a message, and what of it is meant */
#ifndef IU_INPUT_MESSAGE_FOUND_H
#define IU_INPUT_MESSAGE_FOUND_H

#include "base/span.h"
#include "input/message-call.h"
#include "input/message-hosts.h"
#include "input/message-patterns.h"

/* A message speaks of at most so many endpoints. */
#define IU_MESSAGE_TARGETS_MAX 64

/* One endpoint as it was found. */
struct iu_message_found {
	char text[IU_MESSAGE_TARGET_BYTES + 24]; /* as a target has it */
	char source[IU_MESSAGE_TARGET_BYTES];	 /* connect(): its own address, ""; not told */
	struct iu_span said; /* the line of the error that it belongs to */
	size_t at;	     /* where it stands in its line */
	size_t port_at, port_len; /* the port in text; port_at 0: a path */
	bool bare;  /* only a port was named, no address */
	bool every; /* … or that it is every address */
	bool named; /* its host is a name */
	bool weak;  /* counts where nothing else does: port 0, a program's default */
	enum iu_message_protocol protocol;
	enum iu_call call;
};

struct iu_message_scan {
	struct iu_message_found found[IU_MESSAGE_TARGETS_MAX];
	size_t n;
	size_t begun; /* of these before the line that is being read */
	bool guess;   /* no line speaks of a failed call, or this one does not */
	struct iu_span text; /* all of it */
	struct iu_span said; /* the line that does, or the one that is being read */
	enum iu_message_protocol protocol; /* that the words of both lines tell */
	enum iu_call call;
};

/** iu_message_found_any() - whether anything was found that counts by itself */
bool iu_message_found_any(const struct iu_message_scan *scan);

/** iu_message_found_end() - drops what counts only where nothing else was found */
void iu_message_found_end(struct iu_message_scan *scan);

/** iu_message_found_drop() - forgets one of them */
void iu_message_found_drop(struct iu_message_scan *scan, size_t which);

/* A port or a range of ports; text NULL in last: no range. */
struct iu_message_ports {
	struct iu_span first, last;
};

/** iu_message_found_keep() - keeps an endpoint of an address and ports that stands at @at */
void iu_message_found_keep(struct iu_message_scan *scan, struct iu_span line, size_t at,
	const struct iu_message_host *host, struct iu_message_ports ports);

/** iu_message_found_keep_path() - keeps a socket path as a target writes it */
void iu_message_found_keep_path(
	struct iu_message_scan *scan, size_t at, const char *prefix, struct iu_span path);

/** iu_message_found_number_ends() - whether a number may end before @at; @colon_too: not at ":5" */
bool iu_message_found_number_ends(struct iu_span line, size_t at, bool colon_too);

#endif
