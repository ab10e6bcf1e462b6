/* os/linux/watch/ring-buffer.h - reads what BPF programs write into a BPF_MAP_TYPE_RINGBUF */
#ifndef IU_OS_LINUX_WATCH_RING_BUFFER_H
#define IU_OS_LINUX_WATCH_RING_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Positions only ever grow; where they lie in the data is their remainder. */
struct iu_ring_buffer {
	size_t page, size;   /* of the data; a power of two */
	uint64_t *consumer;  /* a page that is ours to write */
	uint64_t *producer;  /* a page that the kernel writes, and the data, twice, behind it */
	unsigned char *data;
};

/** iu_ring_buffer_open() - maps it. @fd: of the map; @size: its max_entries. Returns: 0, IU_E_SYSTEM. */
int iu_ring_buffer_open(int fd, size_t size, struct iu_ring_buffer *ret_ring);

/**
 * iu_ring_buffer_next() - the next record that is whole
 * Returns: its bytes until iu_ring_buffer_release(); NULL: there is none.
 */
const void *iu_ring_buffer_next(const struct iu_ring_buffer *ring, size_t *ret_len);

/** iu_ring_buffer_release() - its place is free again. */
void iu_ring_buffer_release(struct iu_ring_buffer *ring);

/** iu_ring_buffer_used() - how many bytes wait. */
size_t iu_ring_buffer_used(const struct iu_ring_buffer *ring);

/** iu_ring_buffer_close() - unmaps it; one of zeroes is fine. */
void iu_ring_buffer_close(struct iu_ring_buffer *ring);

#endif
