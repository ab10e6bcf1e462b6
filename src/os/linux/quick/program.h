/* os/linux/quick/program.h - loads BPF programs with bpf(2) alone and runs them */
#ifndef IU_OS_LINUX_QUICK_PROGRAM_H
#define IU_OS_LINUX_QUICK_PROGRAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "os/linux/quick/offsets.h"

/* What extract.py made of a program, and how the kernel is to take it. */
struct iu_program {
	const uint64_t *code;
	size_t length;
	const uint16_t *fd_candidates, *functions; /* the variable's address; where functions begin */
	size_t n_places, n_functions;
	uint32_t type, attach, attach_id;
};

/* IU_PROGRAM() - the fields that extract.py names after the program */
#define IU_PROGRAM(name)                                                                           \
	.code = name##_code, .length = IU_COUNT(name##_code), .fd_candidates = name##_places,             \
	.n_places = IU_COUNT(name##_places), .functions = name##_functions,                        \
	.n_functions = IU_COUNT(name##_functions)

#define IU_KIT_PROGRAMS 3

/*
 * Some programs and the one variable they share. Begins with a number that says which: so that the
 * memory can stay in the kernel between two runs of inuse, as the programs do (bpffs, for root), and
 * none of them is checked by the verifier a second time.
 */
struct iu_kit_kind {
	const char *name;    /* of its files in bpffs */
	uint64_t stamp;	     /* of these very programs, as extract.py gives it */
	size_t size, mapped; /* of the variable; how much of it is mapped to begin with */
	/* Fills in what stays the same until the kernel is started anew. Returns: 0, IU_E_NOTSUP. */
	int (*fill)(void *memory, const struct iu_quick_kernel *kernel);
};

struct iu_kit {
	const struct iu_kit_kind *kind;
	void *memory; /* begins with a uint64_t that is the kit's */
	size_t mapped;
	uint64_t stamp;
	int map, types, folder, program[IU_KIT_PROGRAMS]; /* descriptors, -1: none */
};

/** iu_kit_keeps() - whether there is a bpffs in which kits are kept, so that only the first run loads. */
bool iu_kit_keeps(void);

/**
 * iu_kit_open() - takes the kit that is kept in bpffs, or begins a new one and fills it in
 *
 * The one that is kept serves one look at a time: who comes second gets one of his own.
 * INUSE_QUICK: "off" refuses, "once" keeps nothing. Returns: 0, IU_E_NOTSUP, IU_E_ACCESS, IU_E_NOMEM,
 * IU_E_SYSTEM; nothing is to be closed then.
 */
int iu_kit_open(struct iu_kit *kit, const struct iu_kit_kind *kind);

/** iu_kit_map() - maps all of the memory, to another place. Returns: 0, IU_E_*: it stays where it is. */
int iu_kit_map(struct iu_kit *kit);

/** iu_kit_load() - Returns: 0 with the program of this number loaded, IU_E_*. */
int iu_kit_load(struct iu_kit *kit, size_t number, const struct iu_program *program);

/** iu_kit_run() - loads a raw tracepoint and runs it by hand, under RCU's lock. Returns: 0, IU_E_*. */
int iu_kit_run(struct iu_kit *kit, size_t number, const struct iu_program *program);

/** iu_kit_close() - closes what was opened; what is kept stays. */
void iu_kit_close(struct iu_kit *kit);

/** iu_program_iterate() - Returns: a descriptor; the walk is done while it is read. IU_E_*. */
int iu_program_iterate(int program);

/** iu_program_read() - Returns: bytes of what an iterator says, 0: the end, IU_E_SYSTEM. */
ssize_t iu_program_read(int iterator, void *bytes, size_t size);

#endif
