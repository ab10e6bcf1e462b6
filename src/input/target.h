/* input/target.h - read a TARGET as a person writes it */
#ifndef IU_INPUT_TARGET_H
#define IU_INPUT_TARGET_H

#include "base/text.h"
#include "model/name-tables.h"
#include "model/question.h"

enum iu_target_kind { IU_TARGET_INET, IU_TARGET_UNIX, IU_TARGET_MESSAGE, IU_TARGET_STDIN,
	IU_TARGET_OTHER, /* of a protocol that is not looked at */
};
enum iu_host_kind {
	IU_HOST_NONE,    /* no address written, or "*": both wildcards */
	IU_HOST_ADDRESS, /* a literal */
	IU_HOST_NAME,    /* a name: hosts file or interface */
};

/* The syntax of one TARGET; names are not resolved yet. Strings live in the arena given. */
struct iu_target {
	const char *text; /* as written */
	enum iu_target_kind kind;
	bool tcp, udp;       /* which protocols are asked for; at least one for IU_TARGET_INET */
	enum iu_family family; /* written as tcp4, udp6, …; IU_FAMILY_ANY: not written */
	bool protocol_given; /* written out, not the default TCP */
	enum iu_host_kind host_kind;
	struct iu_address address;
	const char *host;  /* IU_HOST_NAME; for a scoped literal: the interface after '%' */
	const char *service; /* a service name in place of ports, or NULL */
	IU_LIST(struct iu_port_range) ports;
	const char *path; /* UNIX: bytes of the path or abstract name */
	size_t path_len;
	bool abstract;
	enum iu_unix_type unix_type; /* written as seqpacket:@name; IU_UNIX_UNKNOWN: not written */
	const char *other; /* IU_TARGET_OTHER: its name, "sctp". Static. */
};

/* A target text longer than this is refused unless it is a message. */
#define IU_TARGET_MAX 4096
/* More questions than this are refused: every port, both protocols, two addresses. */
#define IU_QUESTIONS_MAX (4 * 65536)
/* An interface or a name has at most so many addresses; the rest is not asked for. */
#define IU_TARGET_ADDRESSES_MAX 64

/**
 * iu_target_parse() - reads the syntax of one TARGET
 * @text: @len bytes, any content, no NUL needed
 * @complaint: on IU_E_INPUT receives one line: what is wrong, where, what would be right
 *
 * Returns: 0, IU_E_INPUT, IU_E_NOMEM.
 */
int iu_target_parse(struct iu_arena *arena, const char *text, size_t len,
	struct iu_target *ret_target, struct iu_text *complaint);

/** iu_target_is_protocol() - "tcp", "udp6": a word that only says the protocol ("*" is none). */
bool iu_target_is_protocol(const char *word);

/**
 * iu_target_questions() - the questions a target stands for, one an answer
 * @options: copied into each question
 * @out: receives them; the list grows in @arena
 *
 * Several ports, protocols or addresses (of an interface or a host name) give several questions.
 * Returns: how many were added, IU_E_INPUT (a name is unknown, with @complaint), IU_E_NOMEM.
 */
int iu_target_questions(struct iu_arena *arena, const struct iu_target *target,
	const struct iu_names *names, const struct iu_options *options, struct iu_questions *out,
	struct iu_text *complaint);

#endif
