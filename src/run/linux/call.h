/* run/linux/call.h - what a command asked of the kernel: one bind() or listen(), read from a notice */
#ifndef IU_RUN_LINUX_CALL_H
#define IU_RUN_LINUX_CALL_H

#include "model/question.h"

/* Calls that are looked at. RING and DOMAIN only tell what will not be seen, or not be allowed. */
enum iu_run_kind {
	IU_RUN_OTHER,
	IU_RUN_BIND,
	IU_RUN_LISTEN,
	IU_RUN_RING,   /* io_uring_setup(): binds through the ring are not seen */
	IU_RUN_DOMAIN, /* landlock_restrict_self(): from now on the kernel may refuse what we may do */
	IU_RUN_KINDS
};

/* The numbers of one architecture, -1: it has no such call. */
struct iu_run_numbers {
	uint32_t arch;                /* AUDIT_ARCH_* */
	int32_t number[IU_RUN_KINDS]; /* of each kind */
	int32_t socketcall;           /* the one call for all of them; its arguments lie in memory */
};

#define IU_RUN_ARCHITECTURES 3

struct iu_run_table {
	struct iu_run_numbers v[IU_RUN_ARCHITECTURES];
	size_t n;
};

/* What the kernel tells of a call that waits. */
struct iu_run_notice {
	uint64_t id;
	int32_t tid; /* the thread that waits, 0: not visible from here */
	uint32_t arch;
	int32_t number;
	uint64_t args[6];
};

/*
 * How `inuse run` inside of another one finds that out: listen(-1, HELLO), which the kernel answers
 * with EBADF, and who watches the calls already with this errno. Nobody else asks for that.
 */
#define IU_RUN_HELLO	   0x696e7573
#define IU_RUN_HELLO_ERRNO ENOTUNIQ

/* The arguments of a bind() or listen(). */
struct iu_run_call {
	enum iu_run_kind kind;
	int fd;
	uint64_t address; /* bind: where the socket address lies in the task's memory */
	uint32_t len;     /* bind: its length */
	/* socketcall: where the real arguments lie, 32 bits each; 0: they are above already */
	uint64_t packed;
};

/* Three 32-bit words: all that socketcall(SYS_BIND) and socketcall(SYS_LISTEN) have. */
#define IU_RUN_PACKED_WORDS 3

/** iu_run_call_read() - which call a notice is about, and its arguments. */
void iu_run_call_read(const struct iu_run_table *table, const struct iu_run_notice *notice,
	struct iu_run_call *ret_call);

/** iu_run_call_unpack() - the arguments of socketcall(), read from the task's memory. */
void iu_run_call_unpack(
	const uint32_t words[IU_RUN_PACKED_WORDS], struct iu_run_call *call);

/* A socket address as bind() takes it. */
#define IU_RUN_NAME_MAX 128 /* struct sockaddr_storage: with more the kernel says EINVAL */

enum iu_run_name_kind { IU_RUN_NAME_FOREIGN, IU_RUN_NAME_INET, IU_RUN_NAME_PATH,
	IU_RUN_NAME_ABSTRACT };

struct iu_run_name {
	enum iu_run_name_kind kind; /* FOREIGN: a family without ports, or too short */
	struct iu_address address;
	uint16_t port;
	const char *path; /* within the bytes given */
	size_t path_len;
};

/** iu_run_name_read() - reads @len bytes of foreign memory as a socket address. */
void iu_run_name_read(const unsigned char *bytes, size_t len, struct iu_run_name *ret_name);

#endif
