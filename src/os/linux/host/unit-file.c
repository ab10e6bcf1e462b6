/* os/linux/host/unit-file.c - the Listen lines of a socket unit's file */
#include "os/linux/host/unit-file.h"

#include <stdio.h>
#include <string.h>

#include "base/compat.h"
#include "base/span.h"
#include "os/linux/file.h"

/* %i, %I and %t are what sockets are named by; a line with another specifier is left out. */
static bool expand(const struct iu_unit_file *file, struct iu_span value, char *text, size_t size)
{
	size_t to = 0;

	for (size_t at = 0; at < value.len; at++) {
		const char *with = NULL;

		if (value.text[at] != '%') {
			if (to + 1 >= size || !value.text[at])
				return false;
			text[to++] = value.text[at];
			continue;
		}
		if (++at == value.len)
			return false;
		if (value.text[at] == 'i' || value.text[at] == 'I')
			with = file->instance;
		else if (value.text[at] == 't')
			with = "/run";
		else if (value.text[at] == '%')
			with = "%";
		if (!with || to + strlen(with) >= size)
			return false;
		strcpy(text + to, with);
		to += strlen(with);
	}
	text[to] = '\0';
	return to > 0;
}

static void add(struct iu_unit_file *file, struct iu_span value, bool datagram)
{
	char text[IU_UNIT_FILE_TARGET - 16], *slot;
	bool path, number;

	if (!value.len) {
		file->n = 0; /* "ListenStream=" forgets what was said before */
		return;
	}
	if (file->n == IU_UNIT_FILE_LISTENS || !expand(file, value, text, sizeof(text)))
		return;
	slot = file->v[file->n++];
	path = text[0] == '/' || text[0] == '@';
	number = strspn(text, "0123456789") == strlen(text);
	snprintf(slot, IU_UNIT_FILE_TARGET, "%s%s%s", path ? "unix:" : number ? ":" : "", text,
		datagram && !path ? "/udp" : "");
}

struct reading {
	struct iu_unit_file *file;
	bool in_socket;
};

static int on_line(void *context, const char *bytes, size_t len)
{
	static const struct {
		const char *key;
		bool datagram;
	} keys[] = {{"ListenStream", false}, {"ListenDatagram", true}, {"ListenSequentialPacket", false}};
	struct iu_span line = iu_span_trim((struct iu_span){bytes, len});
	struct reading *reading = context;
	const char *equals;

	if (line.len && line.text[0] == '[')
		reading->in_socket = iu_span_is(line, "[Socket]");
	equals = iu_span_find_char(line, '=');
	if (!reading->in_socket || !equals || strchr("#;", line.text[0]))
		return 0;
	for (size_t i = 0; i < IU_COUNT(keys); i++)
		if (iu_span_is(iu_span_trim(iu_span_upto(line, (size_t)(equals - line.text))), keys[i].key))
			add(reading->file, iu_span_trim(iu_span_from(line, (size_t)(equals - line.text) + 1)),
				keys[i].datagram);
	return 0;
}

void iu_unit_file_read(struct iu_unit_file *file, const char *bytes, size_t len)
{
	struct reading reading = {.file = file};

	iu_file_lines(bytes, len, on_line, &reading);
}
