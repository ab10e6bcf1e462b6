/* model/target.h - read a TARGET as a person writes it */
#ifndef IU_MODEL_TARGET_H
#define IU_MODEL_TARGET_H

#include "base/text.h"
#include "model/question.h"

enum iu_target_kind { IU_TARGET_INET, IU_TARGET_UNIX, IU_TARGET_MESSAGE, IU_TARGET_STDIN };
enum iu_host_kind {
	IU_HOST_NONE,    /* no address written, or "*": both wildcards */
	IU_HOST_ADDRESS, /* a literal */
	IU_HOST_NAME,    /* a name: hosts file or interface */
};

struct iu_port_range {
	uint16_t first, last;
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
};

/*
 * The system's name tables; a seam of plain functions, so that reading a target stays pure.
 * Each returns >= 0 when found, IU_E_NOENT when not. Never over the network.
 */
struct iu_names {
	void *context;
	bool recorded; /* tables of a capture: complaints do not speak of this system's */
	/* service: the port of a name in the services database */
	int (*service)(void *context, const char *name, enum iu_protocol protocol, uint16_t *ret);
	/* host: the addresses of a name in the hosts file; returns how many were written */
	int (*host)(void *context, const char *name, struct iu_address *ret, size_t max);
	/* interface: the addresses of an interface; returns how many were written */
	int (*interface)(void *context, const char *name, struct iu_address *ret, size_t max);
	/* ifindex: the index of an interface */
	int (*ifindex)(void *context, const char *name, uint32_t *ret);
	/* user: the uid of a user name */
	int (*user)(void *context, const char *name, uint32_t *ret);
};

/* A target text longer than this is refused unless it is a message. */
#define IU_TARGET_MAX 4096
/* A longer message is refused as a target; of a message given otherwise the rest is not read. */
#define IU_MESSAGE_MAX (1024 * 1024)
/* More questions than this are refused: every port, both protocols, two addresses. */
#define IU_QUESTIONS_MAX (4 * 65536)
/* An interface or a name has at most so many addresses; the rest is not asked for. */
#define IU_TARGET_ADDRESSES_MAX 64
/* A message speaks of at most so many endpoints. */
#define IU_MESSAGE_TARGETS_MAX 64
/* So far from the line of a failed bind, in lines, its endpoint may stand. */
#define IU_MESSAGE_NEAR 12
/* sun_path on Linux: 108 bytes, with or without the final NUL. */
#define IU_UNIX_PATH_MAX 108

/**
 * iu_target_parse() - reads the syntax of one TARGET
 * @text: @len bytes, any content, no NUL needed
 * @complaint: on IU_E_INPUT receives one line: what is wrong, where, what would be right
 *
 * Returns: 0, IU_E_INPUT, IU_E_NOMEM.
 */
int iu_target_parse(struct iu_arena *arena, const char *text, size_t len,
	struct iu_target *ret_target, struct iu_text *complaint);

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

/**
 * iu_message_targets() - the endpoints that a printed error message speaks of, in general shapes
 * @text: @len bytes of foreign text, several lines allowed
 * @visit: called once for each different endpoint with a text that iu_target_parse() reads
 *
 * Where lines speak of a failed bind only these are read; where they name no endpoint, the nearest
 * line that does; where no line speaks of one, the whole text, as long as it names but a few
 * endpoints. Colour codes are skipped, NUL bytes too (UTF-16 then reads as ASCII).
 * Returns: how many were found (0: none), < 0 as @visit returned, IU_E_NOMEM.
 */
int iu_message_targets(const char *text, size_t len,
	int (*visit)(void *context, const char *target), void *context);

/* @said: the line of the error that the endpoint belongs to, @len bytes without colour codes. */
typedef int iu_message_visit(void *context, const char *target, const char *said, size_t len);

/** iu_message_endpoints() - the same, with what was said of each */
int iu_message_endpoints(const char *text, size_t len, iu_message_visit *visit, void *context);

/** iu_message_suspect() - whether a line speaks of a failed bind ("address already in use" …) */
bool iu_message_suspect(const char *line, size_t len);

#endif
