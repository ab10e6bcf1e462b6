/* os/windows/holders/handle-table.h - every handle of every process, as the system lists them */
#ifndef IU_OS_WINDOWS_HOLDERS_HANDLE_TABLE_H
#define IU_OS_WINDOWS_HOLDERS_HANDLE_TABLE_H

#include <stddef.h>
#include <stdint.h>

struct iu_handle_row {
	int32_t pid;
	uintptr_t handle;
	uint32_t access;
	uint16_t type; /* an index that differs from system to system */
};

/** iu_handle_table_read() - SystemExtendedHandleInformation, to be freed; NULL: refused. */
void *iu_handle_table_read(size_t *ret_size);

/** iu_handle_table_count() - how many rows lie within @size bytes, whatever the table says. */
size_t iu_handle_table_count(const void *table, size_t size);

/** iu_handle_table_row() - row @i, which is below the count. */
struct iu_handle_row iu_handle_table_row(const void *table, size_t i);

#endif
