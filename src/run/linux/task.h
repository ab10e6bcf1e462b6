/* run/linux/task.h - looks at the thread that waits: memory, socket, rights, where it runs */
#ifndef IU_RUN_LINUX_TASK_H
#define IU_RUN_LINUX_TASK_H

#include "base/text.h"
#include "model/question.h"
#include "run/linux/rights.h"

/* What is compared: taken once of ourselves, then of each thread. */
struct iu_run_place {
	struct iu_run_rights rights;
	uint64_t netns, userns; /* 0: not readable */
	uint64_t cgroup, label; /* hashes of the cgroup path and of the security label */
};

/*
 * The files of a thread, kept open: reading them again takes a third of the time, and they mean that
 * thread for ever, whoever gets its number later. {.folder = -1} is closed.
 */
struct iu_run_seat {
	int32_t tid; /* 0: this process */
	int folder, status, cgroup, label;
};

/** iu_run_seat_open() - opens those of @tid. Returns: 0, IU_E_GONE. */
int iu_run_seat_open(int32_t tid, struct iu_run_seat *ret_seat);

/** iu_run_seat_close() - closes them. */
void iu_run_seat_close(struct iu_run_seat *seat);

/** iu_run_place_read() - where and as whom the thread of @seat runs. Returns: 0, IU_E_GONE. */
int iu_run_place_read(const struct iu_run_seat *seat, struct iu_run_place *ret_place);

/** iu_run_place_equal() - same rights, namespaces, cgroup and label. */
bool iu_run_place_equal(const struct iu_run_place *ours, const struct iu_run_place *theirs);

/** iu_run_task_memory() - copies @len bytes of its memory, once. Returns: 0, IU_E_ACCESS. */
int iu_run_task_memory(int32_t tid, uint64_t address, void *buffer, size_t len);

/** iu_run_task_handle() - a pidfd of the process; the caller's. Returns: it, or -1. */
int iu_run_task_handle(int32_t tgid);

/** iu_run_task_descriptor() - a duplicate of descriptor @fd. Returns: it, or -1. */
int iu_run_task_descriptor(int handle, int fd);

/* What a socket is and has set. */
struct iu_run_socket {
	int domain, type, protocol;
	bool inet;                  /* TCP or UDP over IPv4 or IPv6 */
	enum iu_protocol carries;
	bool reuseaddr, reuseport;
	enum iu_tri v6only;
	uint32_t ifindex;
	char device[16];
};

/** iu_run_socket_read() - through a duplicate. Returns: 0, IU_E_INPUT: no socket. */
int iu_run_socket_read(int fd, struct iu_run_socket *ret_socket);

/** iu_run_socket_options() - the options that only matter for an explanation or a look-alike. */
void iu_run_socket_options(int fd, struct iu_run_socket *socket);

#endif
