/* tests/fuzz/fuzz-btf.c - any bytes as the kernel's description of its types */
#include <stdint.h>
#include <stdlib.h>

#include "../unit/os/btf-piece.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_quick_kernel kernel;

	/* what was found has an id, and a type's place is never beyond all of them */
	if (find_in_piece(data, size, &kernel) == 0 && (!kernel.iter_task_file || kernel.iter_task_file > size / 12))
		abort();
	return 0;
}
