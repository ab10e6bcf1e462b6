/* os/linux/process/proc-fd.c - the links of /proc/PID/fd and the texts of /proc/PID/fdinfo */
#include "os/linux/process/proc-fd.h"

#include <stdbool.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/file.h"

int iu_proc_fd_socket(const char *link, size_t len, uint64_t *ret_inode)
{
	const size_t head = sizeof("socket:[") - 1;
	uint64_t inode = 0;
	size_t took;

	if (len < head + 2 || memcmp(link, "socket:[", head) != 0)
		return 0;
	took = iu_number(link + head, len - head, 10, &inode);
	if (took == 0 || head + took + 1 != len || link[head + took] != ']')
		return 0;
	*ret_inode = inode;
	return 1;
}

struct flags_reader {
	bool found;
	uint64_t flags;
};

static int flags_line(void *context, const char *line, size_t len)
{
	struct flags_reader *reader = context;
	size_t at = 6;

	if (len < 7 || memcmp(line, "flags:", 6) != 0)
		return 0;
	while (at < len && (line[at] == '\t' || line[at] == ' '))
		at++;
	reader->found = iu_number(line + at, len - at, 8, &reader->flags) > 0;
	return 1;
}

int iu_proc_fd_flags(const char *bytes, size_t len, uint64_t *ret_flags)
{
	struct flags_reader reader = {0};

	iu_file_lines(bytes, len, flags_line, &reader);
	if (!reader.found)
		return IU_E_PROTO;
	*ret_flags = reader.flags;
	return 0;
}
