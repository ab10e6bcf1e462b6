/* tests/unit/os/stage.h - a private network namespace, and processes that hold real sockets */
#ifndef IU_TESTS_UNIT_OS_STAGE_H
#define IU_TESTS_UNIT_OS_STAGE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "model/needs.h"
#include "model/snapshot.h"

/**
 * stage_enter() - moves this program into a network namespace of its own, loopback up
 * Returns: NULL, or why that is not possible here.
 */
const char *stage_enter(void);

/* A child that runs @act in our place and then sleeps; it dies with us. */
struct stage_child {
	pid_t pid;
	int fd; /* receives one line that the child wrote, then end of file at its death */
};

/** stage_child() - forks; returns when @act, which gets the end to write to, has written a byte. */
struct stage_child stage_child(void (*act)(int ready));

/** stage_end() - ends the child and waits for it. */
void stage_end(struct stage_child *child);

/** stage_tcp() - a bound TCP socket on a loopback address; the port is chosen by the system. */
int stage_tcp(int family, bool listening, uint16_t *ret_port);

/** stage_udp() - the same for UDP. */
int stage_udp(int family, uint16_t *ret_port);

/** stage_inode() - of a socket. */
uint64_t stage_inode(int fd);

/** stage_descriptors() - how many descriptors this process has open. */
int stage_descriptors(void);

/** stage_look() - asks for the facts about one port (0: all), then about the holders of it all. */
void stage_look(struct iu_snapshot *snapshot, uint32_t facts, uint16_t port);

/** stage_socket() - the socket with this inode; NULL. */
const struct iu_socket *stage_socket(const struct iu_snapshot *snapshot, uint64_t inode);

/** stage_hold() - how a process holds a socket; NULL. */
const struct iu_hold *stage_hold(const struct iu_snapshot *snapshot, uint64_t inode, pid_t pid);

/** stage_print() - what was seen, as TAP comments. */
void stage_print(const struct iu_snapshot *snapshot);

#endif
