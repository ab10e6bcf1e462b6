/* os/linux/holders/io-uring.c - sockets that an io_uring keeps in its table of registered files */
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/file.h"
#include "os/linux/holders/hidden.h"
#include "os/linux/process/proc-fd.h"

#define FDINFO_MAX (4 << 20)
#define OP_ACCEPT  13 /* IORING_OP_ACCEPT */

enum section { SECTION_OTHER, SECTION_FILES, SECTION_POLLS };

struct reader {
	const struct iu_ring_sink *sink;
	enum section section;
};

/* "    0: socket:[12345]" */
static int file_line(struct reader *reader, const char *line, size_t len)
{
	uint64_t number, inode = 0;
	size_t at = 0, took;

	while (at < len && line[at] == ' ')
		at++;
	took = iu_number(line + at, len - at, 10, &number);
	at += took;
	if (took == 0 || len - at < 3 || line[at] != ':' || line[at + 1] != ' ')
		return 0;
	at += 2;
	if (!iu_proc_fd_socket(line + at, len - at, &inode))
		return 0;
	return reader->sink->file(reader->sink->context, inode);
}

/* "  op=13, task_works=0" */
static int poll_line(struct reader *reader, const char *line, size_t len)
{
	const char *op = memmem(line, len, "op=", 3);
	uint64_t number = 0;

	if (!op || iu_number(op + 3, len - (size_t)(op + 3 - line), 10, &number) == 0 ||
		number != OP_ACCEPT)
		return 0;
	return reader->sink->accept(reader->sink->context);
}

static int ring_line(void *context, const char *line, size_t len)
{
	struct reader *reader = context;

	/* Headings start at the margin, what belongs to them is indented. */
	if (len > 0 && line[0] != ' ' && line[0] != '\t') {
		reader->section = SECTION_OTHER;
		if (len >= 10 && memcmp(line, "UserFiles:", 10) == 0)
			reader->section = SECTION_FILES;
		else if (len >= 9 && memcmp(line, "PollList:", 9) == 0)
			reader->section = SECTION_POLLS;
		return 0;
	}
	switch (reader->section) {
	case SECTION_OTHER: break;
	case SECTION_FILES: return file_line(reader, line, len);
	case SECTION_POLLS: return poll_line(reader, line, len);
	}
	return 0;
}

int iu_ring_parse(const char *bytes, size_t len, const struct iu_ring_sink *sink)
{
	struct reader reader = {.sink = sink};

	return iu_file_lines(bytes, len, ring_line, &reader);
}

struct owner {
	struct iu_hidden *hidden;
	int32_t pid;
};

static int on_file(void *context, uint64_t inode)
{
	struct owner *owner = context;
	struct iu_snapshot *snapshot = owner->hidden->scan->snapshot;
	struct iu_hold hold = {.inode = inode, .pid = owner->pid, .fd = -1, .via = IU_VIA_RING};
	struct iu_registered *row;

	if (!iu_hidden_find(owner->hidden, inode))
		return 0;
	row = iu_list_add(&snapshot->arena, &snapshot->registered);
	*row = (struct iu_registered){
		.inode = inode, .pid = owner->pid, .source = IU_SOURCE_PROC};
	return iu_hidden_hold(owner->hidden, &hold);
}

/* Which socket the request waits on is not told. */
static int on_accept(void *context)
{
	struct owner *owner = context;

	return iu_hidden_suspect(owner->hidden,
		&(struct iu_suspect){.pid = owner->pid, .via = IU_VIA_RING});
}

int iu_ring_search(struct iu_hidden *hidden, int32_t pid, const char *fd)
{
	struct owner owner = {hidden, pid};
	struct iu_ring_sink sink = {on_file, on_accept, &owner};
	struct iu_text text = {0};
	char path[64];
	int ret = 0;

	snprintf(path, sizeof(path), "%d/fdinfo/%s", (int)pid, fd);
	if (iu_file_load(hidden->scan->proc, path, FDINFO_MAX, &text) == 0 && text.data)
		ret = iu_ring_parse(text.data, text.len, &sink);
	iu_text_free(&text);
	return ret;
}
