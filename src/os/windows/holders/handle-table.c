/* os/windows/holders/handle-table.c - every handle of every process, as the system lists them */
#include "os/windows/holders/handle-table.h"

#include <stdlib.h>
#include <string.h>

#include "os/windows/system.h"

#define TRIES		 6
#define FIRST_BYTES	 (1u << 20)
#define MOST_BYTES	 (1u << 29) /* thirteen million handles: a system with more is not asked */
#define EXTENDED_HANDLES 64	    /* SystemExtendedHandleInformation, since XP */
#define LENGTH_MISMATCH	 ((LONG)0xC0000004)

/* SYSTEM_HANDLE_INFORMATION_EX and its rows, on 64 bits; no header has them. */
struct head {
	uint64_t count, reserved;
};

struct entry {
	uint64_t object, pid, handle;
	uint32_t access;
	uint16_t trace, type;
	uint32_t attributes, reserved;
};

_Static_assert(sizeof(struct head) == 16 && sizeof(struct entry) == 40, "as on 64 bits");

void *iu_handle_table_read(size_t *ret_size)
{
	LONG(NTAPI * query)(int, void *, ULONG, ULONG *);
	ULONG size = 0, need = FIRST_BYTES;
	LONG status = LENGTH_MISMATCH;
	void *table = NULL;

	iu_api_into(L"ntdll.dll", query, "NtQuerySystemInformation");
	for (int i = 0; query && i < TRIES && status == LENGTH_MISMATCH; i++) {
		free(table);
		/* it grows while it is read */
		size = (need > size ? need : size) + FIRST_BYTES / 4;
		table = size < MOST_BYTES ? calloc(1, size) : NULL;
		if (!table)
			return NULL;
		status = query(EXTENDED_HANDLES, table, size, &need);
	}
	if (status < 0) {
		free(table);
		return NULL;
	}
	*ret_size = size;
	return table;
}

size_t iu_handle_table_count(const void *table, size_t size)
{
	struct head head;
	size_t most = size < sizeof(head) ? 0 : (size - sizeof(head)) / sizeof(struct entry);

	if (!most)
		return 0;
	memcpy(&head, table, sizeof(head));
	return head.count < most ? (size_t)head.count : most;
}

struct iu_handle_row iu_handle_table_row(const void *table, size_t i)
{
	struct entry entry;

	memcpy(&entry, (const char *)table + sizeof(struct head) + i * sizeof(entry), sizeof(entry));
	return (struct iu_handle_row){.pid = (int32_t)entry.pid,
		.handle = (uintptr_t)entry.handle,
		.access = entry.access,
		.type = entry.type};
}
