/* tests/unit/os/btf-piece.h - bytes in memory as a kernel's description of its types */
#ifndef BTF_PIECE_H
#define BTF_PIECE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "os/linux/quick/btf.h"

struct piece {
	const unsigned char *bytes;
	size_t len;
};

static size_t read_piece(void *context, void *to, size_t size, uint64_t at)
{
	const struct piece *piece = context;
	size_t left = at < piece->len ? piece->len - (size_t)at : 0;

	size = size < left ? size : left;
	if (size)
		memcpy(to, piece->bytes + at, size);
	return size;
}

static int find_in_piece(const unsigned char *bytes, size_t len, struct iu_quick_kernel *ret_kernel)
{
	struct piece piece = {bytes, len};
	const struct iu_btf_source source = {read_piece, &piece};

	return iu_btf_find(&source, ret_kernel);
}

#endif
