/* os/linux/host/unit-file.h - the Listen lines of a socket unit's file */
#ifndef IU_OS_LINUX_HOST_UNIT_FILE_H
#define IU_OS_LINUX_HOST_UNIT_FILE_H

#include <stddef.h>

#define IU_UNIT_FILE_LISTENS 64
#define IU_UNIT_FILE_TARGET  300

struct iu_unit_file {
	char instance[256]; /* of a template: what %i stands for */
	char v[IU_UNIT_FILE_LISTENS][IU_UNIT_FILE_TARGET]; /* targets: ":80", "unix:/run/x" */
	size_t n;
};

/** iu_unit_file_read() - add what one file says; an empty value forgets what files before it said. */
void iu_unit_file_read(struct iu_unit_file *file, const char *bytes, size_t len);

#endif
