/* os/linux/quick/program.h - loads BPF programs with bpf(2) alone and runs them */
#ifndef IU_OS_LINUX_QUICK_PROGRAM_H
#define IU_OS_LINUX_QUICK_PROGRAM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What extract.py made of a program, and how the kernel is to take it. */
struct iu_program {
	const uint64_t *code;
	size_t length;
	const uint16_t *places, *functions; /* the variable's address; where functions begin */
	size_t n_places, n_functions;
	uint32_t type, attach, attach_id;
};

/* IU_PROGRAM() - the fields that extract.py names after the program */
#define IU_PROGRAM(name)                                                                           \
	.code = name##_code, .length = IU_COUNT(name##_code), .places = name##_places,             \
	.n_places = IU_COUNT(name##_places), .functions = name##_functions,                        \
	.n_functions = IU_COUNT(name##_functions)

/** iu_program_error() - IU_E_* for the errno of a bpf(2) */
int iu_program_error(int error);

/** iu_program_types() - the BTF that programs with loops need. Returns: a descriptor, IU_E_*. */
int iu_program_types(void);

/**
 * iu_program_map() - the memory of the one variable of a program
 * @ret_memory: @size bytes of zeroes, for munmap()
 * Returns: a descriptor, IU_E_*.
 */
int iu_program_map(size_t size, void **ret_memory);

/** iu_program_load() - Returns: a descriptor of the loaded program, IU_E_*. */
int iu_program_load(const struct iu_program *program, int map, int types);

/** iu_program_run() - runs a raw tracepoint by hand, under RCU's lock. Returns: 0, IU_E_*. */
int iu_program_run(int program);

/** iu_program_iterate() - Returns: a descriptor; the walk is done while it is read. IU_E_*. */
int iu_program_iterate(int program);

/** iu_program_read() - Returns: bytes of what an iterator says, 0: the end, IU_E_SYSTEM. */
ssize_t iu_program_read(int iterator, void *bytes, size_t size);

#endif
