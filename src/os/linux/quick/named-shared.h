/* os/linux/quick/named-shared.h - the memory that the BPF program for UDP and UNIX sockets and its loader share */
#ifndef IU_OS_LINUX_QUICK_NAMED_SHARED_H
#define IU_OS_LINUX_QUICK_NAMED_SHARED_H

#include "os/linux/quick/shared.h"

#define IU_NAMED_ROWS	256  /* a power of two */
#define IU_NAMED_PORTS	64   /* of UDP; a power of two */
#define IU_NAMED_FILTER 4096 /* bits, one for each hash of an inode; a power of two */
#define IU_NAMED_STEPS	(1 << 22)
#define IU_NAMED_STRAYS 256

struct iu_named_row {
	__u64 inode;
	__u64 file, cred, references; /* as in struct iu_quick_row */
};

struct iu_named {
	__u64 stamp; /* of the kit */
	struct iu_quick_offsets at;
	/* asked */
	__u32 references_at, references_less; /* as in struct iu_quick */
	__u32 ports;
	__u16 port[IU_NAMED_PORTS];
	__u32 paths; /* UNIX sockets are wanted too */
	__u8 filter[IU_NAMED_FILTER / 8];
	/* where the walk is */
	__u64 net;
	__u64 head, node, from; /* of a list; from: where the pointer to the node lies */
	__u32 slot, table;
	/* told */
	__u32 rows;   /* more than IU_NAMED_ROWS: some were lost */
	__u32 strays; /* a list was changed while it was read, and begun anew */
	__u32 ended;
	struct iu_named_row row[IU_NAMED_ROWS];
};

#endif
