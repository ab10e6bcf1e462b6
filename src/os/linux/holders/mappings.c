/* os/linux/holders/mappings.c - sockets and io_urings that are mapped into a process's memory */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/process/proc-fd.h"

#define MAPS_MAX (16 << 20)

/* "7f…-7f… r--s 00000000 00:08 12345        socket:[12345]": five fields, then the name. */
enum iu_mapped iu_maps_line(const char *line, size_t len, uint64_t *ret_inode)
{
	static const char ring[] = "anon_inode:[io_uring]";
	size_t at = 0;
	int field;

	for (field = 0; field < 5; field++) {
		while (at < len && line[at] != ' ')
			at++;
		while (at < len && line[at] == ' ')
			at++;
	}
	if (len - at == sizeof(ring) - 1 && memcmp(line + at, ring, len - at) == 0)
		return IU_MAPPED_RING;
	return iu_proc_fd_socket(line + at, len - at, ret_inode) ? IU_MAPPED_SOCKET : IU_MAPPED_OTHER;
}

struct reader {
	struct iu_hidden *hidden;
	int32_t pid;
	bool ring;
};

static int on_line(void *context, const char *line, size_t len)
{
	struct reader *reader = context;
	struct iu_hold hold = {.pid = reader->pid, .fd = -1, .via = IU_VIA_MAPPING};

	switch (iu_maps_line(line, len, &hold.inode)) {
	case IU_MAPPED_OTHER: break;
	case IU_MAPPED_RING: reader->ring = true; break;
	case IU_MAPPED_SOCKET:
		if (iu_hidden_find(reader->hidden, hold.inode))
			return iu_hidden_hold(reader->hidden, &hold);
		break;
	}
	return 0;
}

int iu_maps_search(struct iu_hidden *hidden, int32_t pid, bool has_ring)
{
	struct reader reader = {.hidden = hidden, .pid = pid};
	struct iu_text text = {0};
	char path[64];
	int ret = 0;

	snprintf(path, sizeof(path), "%d/maps", (int)pid);
	if (iu_file_load(hidden->scan->proc, path, MAPS_MAX, &text) == 0 && text.data &&
		(memmem(text.data, text.len, "socket:[", 8) ||
			memmem(text.data, text.len, "[io_uring]", 10)))
		ret = iu_file_lines(text.data, text.len, on_line, &reader);
	iu_text_free(&text);
	if (ret == 0 && reader.ring && !has_ring)
		/* mapped, but its descriptor is closed: what is registered there cannot be read */
		ret = iu_hidden_suspect(
			hidden, &(struct iu_suspect){.pid = pid, .via = IU_VIA_RING});
	return ret;
}
