/* captures/capture-out.h - what several captures of one machine say, until it is one snapshot */
#ifndef IU_CAPTURES_CAPTURE_OUT_H
#define IU_CAPTURES_CAPTURE_OUT_H

#include "captures/lines.h"
#include "model/snapshot.h"

enum iu_capture_system { IU_CAPTURE_ANY, IU_CAPTURE_LINUX, IU_CAPTURE_WINDOWS, IU_CAPTURE_BSD };

/* What was given, so that finish() can say what else would help. */
enum iu_capture_given {
	IU_GIVEN_TCP = 1 << 0,
	IU_GIVEN_UDP = 1 << 1,
	IU_GIVEN_BOUND = 1 << 2,         /* rows of sockets that are bound only */
	IU_GIVEN_UNIX = 1 << 3,
	IU_GIVEN_TASKS = 1 << 4,         /* a list of processes */
	IU_GIVEN_TASKS_WHOLE = 1 << 5,   /* … from its first row on */
	IU_GIVEN_SERVICES = 1 << 6,
	IU_GIVEN_EXCLUDED_TCP = 1 << 7,
	IU_GIVEN_EXCLUDED_UDP = 1 << 8,
	IU_GIVEN_RANGES = 1 << 9,
	IU_GIVEN_HTTP = 1 << 10,
	IU_GIVEN_PROXIES = 1 << 11,
	IU_GIVEN_EVENTS = 1 << 12,
	IU_GIVEN_CONNECTIONS = 1 << 13,  /* rows that are no listeners */
	IU_GIVEN_LISTENERS = 1 << 14,
	IU_GIVEN_PIDS = 1 << 15,         /* who has a socket, by number */
	IU_GIVEN_IMAGES = 1 << 16,       /* … by the name of a program alone */
	IU_GIVEN_CONTAINERS = 1 << 17,   /* ports that containers publish */
	IU_GIVEN_EXCLUDED_SOME = 1 << 19, /* a list of excluded ranges without its protocol */
	IU_GIVEN_PORTS = 1 << 18,        /* a port and who has it, without an address */
};

/* One socket as one capture shows it. */
struct iu_capture_row {
	struct iu_socket socket;
	uint32_t block; /* rows of one block are different sockets, even where they look alike */
	size_t first_owner, owners;
	bool orphan; /* the capture says that no process has it */
	int32_t image; /* another capture has its owner's name: which image, + 1 */
	struct iu_capture_row *into; /* another row turned out to be the same socket; NULL: none */
};

struct iu_capture_owner {
	int32_t pid, fd; /* fd -1: not shown */
};

struct iu_capture_task {
	int32_t pid;
	size_t order;
	const char *name;
	const char *user; /* NULL: not shown */
	bool uid_known;
	uint32_t uid;
};

/* A program without a number; its place in the list makes one. */
struct iu_capture_image {
	struct iu_span name, part;
};

/* The columns of a CSV by their headings: the rows may be in the next piece of a long text. */
struct iu_capture_heading {
	size_t columns[6], count;
};

/* One place in the table of rows by where their sockets are. */
struct iu_capture_place {
	uint32_t hash;
	uint32_t row; /* the first one there, + 1; 0: nothing */
	uint32_t count;
};

struct iu_capture_out {
	struct iu_snapshot *snapshot; /* what needs no other capture to be understood goes there */
	struct iu_arena arena;        /* the rest waits here for finish() */
	enum iu_capture_system system;
	bool mixed; /* captures of two systems */
	bool versions_differ; /* … or of two Windows: neither's version counts */
	uint32_t given;
	uint32_t block;
	IU_LIST(struct iu_capture_row) rows;
	IU_LIST(struct iu_capture_owner) owners;
	IU_LIST(struct iu_capture_task) tasks;
	IU_LIST(struct iu_capture_image) images;
	/*
	 * What a command line above said of the lines below, or what the caller knows: an output
	 * itself does not always say it. ANY: nothing.
	 */
	enum iu_family hint_family;
	bool hint_tcp, hint_udp;
	bool hint_exclusions; /* … are ranges that Windows keeps */
	enum iu_capture_system asked; /* of a prompt with a command that lists sockets; ANY: none */
	const char *engine;   /* whose containers were listed last; NULL: not said. Static */
	bool inside; /* what is read stood in a sentence: a row alone, and its ends are certain */
	unsigned int hint_age; /* lines since then */
	size_t task_columns;   /* of the last list of processes in this text */
	struct iu_capture_heading heading;
	bool going_on; /* the next line continues the list that the last piece of the text ended in */
	/* Of a very long list: rows are kept where they say something new. NULL: it is not long. */
	struct iu_capture_place *places;
	size_t places_used;
	bool dropping;   /* the last row was not kept, and what belongs to it is not either */
	size_t left_out; /* rows that nothing was kept of */
	uint32_t *recent_tasks; /* by pid, + 1: a list of sockets has the same few again and again */
	struct iu_capture_task spare; /* stands in for a process beyond what is kept */
	size_t unread; /* rows that began like a socket and could not be read to the end */
	size_t named;  /* … because they show names in place of numbers */
};

/** iu_capture_begin() - nothing captured yet; @snapshot receives everything. */
void iu_capture_begin(struct iu_capture_out *out, struct iu_snapshot *snapshot);

/** iu_capture_forget() - what a line said of those below it counts no more. */
void iu_capture_forget(struct iu_capture_out *out);

/** iu_capture_is() - says which system a capture comes from. */
void iu_capture_is(struct iu_capture_out *out, enum iu_capture_system system);

/** iu_capture_block() - another list of sockets begins. */
void iu_capture_block(struct iu_capture_out *out);

/** iu_capture_socket_fresh() - a socket of which nothing is known. */
struct iu_socket iu_capture_socket_fresh(enum iu_protocol protocol);

/**
 * iu_capture_socket() - adds a row; owners that follow belong to it
 * @socket: inode 0: none was shown. Strings must live in out->arena or the snapshot's.
 * Returns: 0, IU_E_NOMEM.
 */
int iu_capture_socket(struct iu_capture_out *out, const struct iu_socket *socket);

/** iu_capture_unit() - the last row belongs to a unit or a service. Returns: 0, IU_E_NOMEM. */
int iu_capture_unit(struct iu_capture_out *out, struct iu_span name);

/** iu_capture_orphan() - the last row is a socket that no process has. */
void iu_capture_orphan(struct iu_capture_out *out);

/**
 * iu_capture_owner() - a holder of the last row
 * @name: foreign bytes; len 0: not shown
 * Returns: 0, IU_E_NOMEM.
 */
int iu_capture_owner(struct iu_capture_out *out, int32_t pid, int32_t fd, struct iu_span name);

/**
 * iu_capture_image() - a holder of the last row of which the program is named and not its number
 * @part: what tells it from others of that name: a service inside of it; len 0: nothing
 * Returns: 0, IU_E_NOMEM.
 */
int iu_capture_image(struct iu_capture_out *out, struct iu_span name, struct iu_span part);

/** iu_capture_task() - a process; @ret_task: may be NULL. Returns: 0, IU_E_NOMEM. */
int iu_capture_task(struct iu_capture_out *out, int32_t pid, struct iu_span name,
	struct iu_capture_task **ret_task);

/** iu_capture_service() - a service that runs in a process. Returns: 0, IU_E_NOMEM. */
int iu_capture_service(struct iu_capture_out *out, struct iu_span name, int32_t pid);

/** iu_capture_ifindex() - an index for a device of which only the name is known; 0: none. */
uint32_t iu_capture_ifindex(struct iu_capture_out *out, struct iu_span name);

/** iu_capture_complete() - adds what waited for all captures to be read. Returns: 0, IU_E_NOMEM. */
int iu_capture_complete(struct iu_capture_out *out);

/** iu_capture_drop() - frees what waited. */
void iu_capture_drop(struct iu_capture_out *out);

#endif
