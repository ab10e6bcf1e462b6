/* input/message-hosts.h - addresses and host names as messages write them, beside a port */
#ifndef IU_INPUT_MESSAGE_HOSTS_H
#define IU_INPUT_MESSAGE_HOSTS_H

#include "base/span.h"

/* A host name, or a socket path, with port and protocol. */
#define IU_MESSAGE_TARGET_BYTES 300
/* How far one shape may reach: lines have no bound, and every look stays a short one. */
#define IU_MESSAGE_REACH 256

/* A host as it stands before a colon; text "": every address; NULL: none is named. */
struct iu_message_host {
	struct iu_span text;
	bool named; /* a name that no address was written for */
	char room[IU_MESSAGE_TARGET_BYTES];
};

/** iu_message_hosts_form() - reads a host by itself, quoted or not: "*", "::1", "[::]", "localhost" */
bool iu_message_hosts_form(struct iu_span s, struct iu_message_host *ret_host);

/** iu_message_hosts_before() - the host that ends before @colon */
bool iu_message_hosts_before(struct iu_span line, size_t colon, struct iu_message_host *ret_host);

/** iu_message_hosts_in_front() - "… 127.0.0.1 and port": the host in the words before @at */
bool iu_message_hosts_in_front(struct iu_span line, size_t at, struct iu_message_host *ret_host);

/** iu_message_hosts_behind() - "port N on address 127.0.0.1": the host in the words behind @at */
bool iu_message_hosts_behind(struct iu_span line, size_t at, struct iu_message_host *ret_host);

/** iu_message_hosts_skip() - behind those of @bytes that stand at @at */
size_t iu_message_hosts_skip(struct iu_span line, size_t at, const char *bytes);

/** iu_message_hosts_token() - the bytes of addresses that stand at @at */
struct iu_span iu_message_hosts_token(struct iu_span line, size_t at);

/** iu_message_hosts_literal() - whether it is an address */
bool iu_message_hosts_literal(struct iu_span s);

#endif
