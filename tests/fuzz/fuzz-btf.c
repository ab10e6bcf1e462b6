/* tests/fuzz/fuzz-btf.c - any bytes as the kernel's description of its types */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "os/linux/quick/btf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct piece {
	const uint8_t *data;
	size_t size;
};

static size_t read_piece(void *context, void *to, size_t size, uint64_t at)
{
	const struct piece *piece = context;
	size_t left = at < piece->size ? piece->size - (size_t)at : 0;

	size = size < left ? size : left;
	if (size)
		memcpy(to, piece->data + at, size);
	return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct piece piece = {data, size};
	const struct iu_btf_source source = {read_piece, &piece};
	struct iu_quick_kernel kernel;

	/* what was found has an id, and a type's place is never beyond all of them */
	if (iu_btf_find(&source, &kernel) == 0 && (!kernel.iter_task_file || kernel.iter_task_file > size / 12))
		abort();
	return 0;
}
