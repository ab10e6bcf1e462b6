/* base/table.h - hash tables that run out of memory without ending the process */
#ifndef IU_BASE_TABLE_H
#define IU_BASE_TABLE_H

/* uthash would call exit() otherwise; a row that found no place has no table. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

/* iu_added() - whether HASH_ADD() has found memory for @row */
#define iu_added(row) ((row)->hh.tbl != NULL)

#endif
