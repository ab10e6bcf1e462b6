/* tests/kernel/scene.h - a random scene of sockets, and what it is asked by rules and kernel */
#ifndef TEST_KERNEL_SCENE_H
#define TEST_KERNEL_SCENE_H

#include "../lib/network.h"
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/compat.h"
#include "engine/linux/conflict.h"

/* Every scene has ports of its own; clients take theirs above, so that they never meet. */
#define PORT_FIRST   2000
#define PORT_LAST    50000
#define CLIENT_FIRST 60000
#define CLIENT_LAST  65000
#define SERVER_PORT  1999
#define ENTRIES_MAX  40
#define ACTIONS_MAX  18
/* Ports of one scene of "any free port". */
#define PORTS_MAX 6
/* The second user, and one without any capability. */
#define USER_OTHER  1000
#define USER_NOBODY 65534

/* One socket of the scene; what the rules see of it is truth[] at the same place. */
struct entry {
	int fd;   /* -1: closed, only what the kernel keeps is left */
	int peer; /* the other end, where this test has it; -1: none */
	bool explicit_port, group;
	bool to_server; /* connected to the server that belongs to no scene */
};

struct counts {
	unsigned long scenes;      /* played to their end */
	unsigned long answers;     /* of the kernel, compared with a prediction */
	unsigned long refused;     /* … that were EADDRINUSE */
	unsigned long other;       /* answers with another errno */
	unsigned long cache;       /* allowed by the SO_REUSEPORT cache */
	unsigned long fastreuse;   /* allowed by the SO_REUSEADDR cache of kernels before 6.8 */
	unsigned long order;       /* depend on an order that nobody sees */
	unsigned long chance;      /* bind(port 0): the kernel skips one of two ports by lot */
	unsigned long blocked;     /* scenes in which somebody stood in the way */
	unsigned long removed;     /* sockets taken away there */
	unsigned long kept;        /* scenes where this kernel could not take a socket away */
	unsigned long repeated;    /* scenes that differed once, and not again */
	unsigned long differences;
};

struct scene {
	uint64_t seed, random;
	uint16_t first_port, ports; /* one port, except where any free port is asked for */
	uint16_t port;              /* of the next bind() */
	bool udp;
	uint32_t reuseport_percent, other_user_percent;
	bool crowd; /* many sockets that share the port */
	struct entry entries[ENTRIES_MAX];
	struct iu_socket truth[ENTRIES_MAX];
	size_t n;
	uint32_t sequence;
	bool reuseport_by[PORTS_MAX][2]; /* a SO_REUSEPORT socket of uid 0 / 1000 was bound here */
	bool mapped_any[PORTS_MAX];      /* ::ffff:0.0.0.0 was bound here */
	bool cleared[PORTS_MAX];         /* SO_REUSEADDR was taken from a bound socket here */
	struct counts *counts;
	char log[32768];
	size_t log_len;
	bool different;
};

/* What the scenes are played in: a network namespace of our own. */
struct world {
	struct iu_kernel kernel;
	int server4, server6;
	uint32_t lo, veth; /* interface indexes; veth 0: there is none */
	bool one_user;     /* in a user namespace: no second user, no capability outside */
	bool port_ranges;  /* IP_LOCAL_PORT_RANGE, since 6.3 */
	uint64_t left_out; /* bits of the actions that a shortened scene does without */
};

extern struct world world;

/* world.c */
int world_make(void); /* a fresh namespace; 0, or -1 with errno */
void set_port_range(uint16_t first, uint16_t last);
uint32_t random_device(struct scene *s);

/* netlink.c: 0, or -1 with errno */
int netlink_add_veth(const char *name, const char *peer);
int netlink_add_address(uint32_t ifindex, const char *text, unsigned int bits, bool no_dad);
int netlink_destroy(const struct iu_socket *s, uint32_t lo);

/* log.c */
void note(struct scene *s, const char *format, ...) IU_PRINTF(2, 3);
void difference(struct scene *s, const char *format, ...) IU_PRINTF(2, 3);
void show_scene(const struct scene *s, uint64_t seed);
void describe(const struct iu_request *r, char *text, size_t size);
uint32_t rnd(struct scene *s, uint32_t below);
bool chance(struct scene *s, uint32_t percent);
void reseed(struct scene *s, uint32_t part);

/* entries.c */
struct entry *add_entry(struct scene *s, int fd);
void drop(struct scene *s, size_t i);
void drop_all(struct scene *s);
bool take_away(struct scene *s, size_t i); /* also what no descriptor belongs to any more */
void refresh(struct scene *s, size_t i);
void refresh_all(struct scene *s);
enum iu_state tcp_state(int fd);
socklen_t to_sockaddr(const struct iu_address *a, uint16_t port, struct sockaddr_storage *ret);
int get_option(int fd, int level, int option);
void set_option(int fd, int level, int option, int value);

/* predict.c */
struct iu_outcome predict(struct scene *s, const struct iu_request *r, size_t skip);
void compare(struct scene *s, const char *call, const struct iu_request *r,
	struct iu_outcome predicted, int actual);
void remember(struct scene *s, const struct iu_request *r);
/* Before 6.8: ::ffff:0.0.0.0 may be gone, and the list that it made on the port is not. */
bool misses_wildcards(const struct scene *s, const struct iu_request *r, size_t port);
struct iu_request request_of(const struct scene *s, size_t i);

/* actions.c */
struct iu_request random_request(struct scene *s);
int request_socket(struct scene *s, const struct iu_request *r);
int ask_kernel(struct scene *s, const struct iu_request *r); /* bind() and close; the errno */
void act(struct scene *s);
void act_often(struct scene *s, uint32_t actions);
void do_bind(struct scene *s, bool keep);

/* connections.c */
void do_connect(struct scene *s, size_t i);
void do_autobind(struct scene *s);
void do_accept(struct scene *s, size_t i);
void do_active_close(struct scene *s, size_t i, bool half);
void do_orphan(struct scene *s, size_t i);
void do_peer_reset(struct scene *s, size_t i);
void do_unconnect(struct scene *s, size_t i);

/*
 * The parts of the proof. Each plays one scene on ports of its own, prints it when @loud and rules
 * and kernel differed, and returns whether they did.
 */
typedef bool play_fn(uint64_t seed, uint16_t port, bool udp, struct counts *counts, bool loud);

void begin(struct scene *s, uint64_t seed, uint16_t port, bool udp, struct counts *counts);
bool end(struct scene *s, uint64_t seed, bool loud);
play_fn play_rules, play_crowd, play_blockers, play_any_port, play_errors;

#endif
