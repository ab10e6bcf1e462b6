/* fuzz-unit-file.c - any bytes as a socket unit: the first line is the instance, the rest two files of it */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "os/linux/host/unit-file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

static void check_listens(const struct iu_unit_file *file)
{
	check(file->n <= IU_UNIT_FILE_LISTENS);
	for (size_t i = 0; i < file->n; i++) {
		check(memchr(file->v[i], '\0', sizeof(file->v[i])) != NULL);
		check(file->v[i][0] != '\0');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_unit_file *file = calloc(1, sizeof(*file));
	const char *text = (const char *)data, *line = size ? memchr(text, '\n', size) : NULL;
	size_t head = line ? (size_t)(line - text) : 0, half;

	check(file != NULL);
	memcpy(file->instance, text, head < sizeof(file->instance) ? head : sizeof(file->instance) - 1);
	head += line != NULL;
	half = (size - head) / 2;
	iu_unit_file_read(file, text + head, half);
	check_listens(file);
	iu_unit_file_read(file, text + head + half, size - head - half);
	check_listens(file);
	free(file);
	return 0;
}
