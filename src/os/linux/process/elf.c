/* os/linux/process/elf.c - which functions of libraries a program file names */
#include "os/linux/process/elf.h"

#include <elf.h>
#include <link.h>
#include <string.h>

/* Of our own width and byte order; other programs are rare, and then nothing is known. */
static bool is_ours(const ElfW(Ehdr) *head)
{
	const unsigned char width = sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32;
	const uint16_t one = 1;
	unsigned char low;

	memcpy(&low, &one, 1);
	return !memcmp(head->e_ident, ELFMAG, SELFMAG) && head->e_ident[EI_CLASS] == width &&
	       head->e_ident[EI_DATA] == (low ? ELFDATA2LSB : ELFDATA2MSB) &&
	       head->e_phentsize == sizeof(ElfW(Phdr));
}

bool iu_elf_head(const char *bytes, size_t len, struct iu_elf *ret_elf)
{
	struct iu_elf elf = {0};
	ElfW(Ehdr) head;
	ElfW(Phdr) part;

	if (len < sizeof(head))
		return false;
	memcpy(&head, bytes, sizeof(head));
	if (!is_ours(&head) || head.e_phoff > len ||
		head.e_phnum > (len - head.e_phoff) / sizeof(part))
		return false;
	for (size_t i = 0; i < head.e_phnum; i++) {
		memcpy(&part, bytes + head.e_phoff + i * sizeof(part), sizeof(part));
		if (part.p_type == PT_DYNAMIC) {
			elf.dynamic = part.p_offset;
			elf.dynamic_len = part.p_filesz;
		} else if (part.p_type == PT_LOAD && elf.n < IU_ELF_SEGMENTS) {
			elf.segments[elf.n].address = part.p_vaddr;
			elf.segments[elf.n].offset = part.p_offset;
			elf.segments[elf.n++].len = part.p_filesz;
		}
	}
	*ret_elf = elf;
	return true;
}

bool iu_elf_names(const struct iu_elf *elf, const char *bytes, size_t len, uint64_t *ret_offset,
	uint64_t *ret_len)
{
	uint64_t address = 0, size = 0;
	ElfW(Dyn) row;

	for (size_t at = 0; at + sizeof(row) <= len; at += sizeof(row)) {
		memcpy(&row, bytes + at, sizeof(row));
		if (row.d_tag == DT_NULL)
			break;
		if (row.d_tag == DT_STRTAB)
			address = row.d_un.d_ptr;
		else if (row.d_tag == DT_STRSZ)
			size = row.d_un.d_val;
	}
	for (size_t i = 0; address && size && i < elf->n; i++) {
		uint64_t into = address - elf->segments[i].address;

		if (address < elf->segments[i].address || into >= elf->segments[i].len ||
			size > elf->segments[i].len - into ||
			elf->segments[i].offset > UINT64_MAX - into)
			continue;
		*ret_offset = elf->segments[i].offset + into;
		*ret_len = size;
		return true;
	}
	return false;
}
