/* os/linux/process/elf.h - which functions of libraries a program file names */
#ifndef IU_OS_LINUX_PROCESS_ELF_H
#define IU_OS_LINUX_PROCESS_ELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IU_ELF_HEAD	4096  /* the program headers are in here, or it is no ordinary file */
#define IU_ELF_DYNAMIC	16384 /* the dynamic section, of which more is not read */
#define IU_ELF_SEGMENTS 32

struct iu_elf {
	uint64_t dynamic, dynamic_len; /* place in the file of the dynamic section; 0: it has none */
	struct {
		uint64_t address, offset, len;
	} segments[IU_ELF_SEGMENTS];
	size_t n;
};

/**
 * iu_elf_head() - reads the program headers of a file of this machine's kind
 * Returns: whether it is one. A file without a dynamic section names nothing: it has all it needs.
 */
bool iu_elf_head(const char *bytes, size_t len, struct iu_elf *ret_elf);

/** iu_elf_names() - where in the file the names are, by its dynamic section. False: not told. */
bool iu_elf_names(const struct iu_elf *elf, const char *bytes, size_t len, uint64_t *ret_offset,
	uint64_t *ret_len);

#endif
