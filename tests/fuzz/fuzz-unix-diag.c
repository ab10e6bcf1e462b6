/* tests/fuzz/fuzz-unix-diag.c - any bytes as an answer of unix_diag */
#include <stdint.h>
#include <stdlib.h>

#include "os/linux/sockets/netlink.h"
#include "os/linux/sockets/unix-diag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void try_payload(const uint8_t *data, size_t size)
{
	struct iu_socket sock = {0};
	const uint8_t *path;
	volatile uint8_t sum = 0;
	size_t i;

	if (iu_unix_diag_parse(data, size, &sock) != 1)
		return;
	path = (const uint8_t *)sock.path;
	if (!path || path < data || path + sock.path_len > data + size)
		abort();
	for (i = 0; i < sock.path_len; i++)
		sum = (uint8_t)(sum + path[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* A datagram of the kernel begins with a netlink header of 16 bytes. */
	try_payload(data, size);
	if (size >= 16)
		try_payload(data + 16, size - 16);
	return 0;
}
