/* os/linux/watch/ring-buffer.c - reads what BPF programs write into a BPF_MAP_TYPE_RINGBUF */
#include "os/linux/watch/ring-buffer.h"

#include <linux/bpf.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"

/* kernel/bpf/ringbuf.c: a page for the consumer, one for the producer, the data twice behind it. */
int iu_ring_buffer_open(int fd, size_t size, struct iu_ring_buffer *ret_ring)
{
	struct iu_ring_buffer ring = {.page = (size_t)sysconf(_SC_PAGESIZE), .size = size};

	ring.consumer = mmap(NULL, ring.page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (ring.consumer == MAP_FAILED)
		return IU_E_SYSTEM;
	ring.producer = mmap(NULL, ring.page + 2 * size, PROT_READ, MAP_SHARED, fd, (off_t)ring.page);
	if (ring.producer == MAP_FAILED) {
		munmap(ring.consumer, ring.page);
		return IU_E_SYSTEM;
	}
	ring.data = (unsigned char *)ring.producer + ring.page;
	*ret_ring = ring;
	return 0;
}

size_t iu_ring_buffer_used(const struct iu_ring_buffer *ring)
{
	return (size_t)(__atomic_load_n(ring->producer, __ATOMIC_ACQUIRE) - *ring->consumer);
}

/* The head of the record at the consumer's position: its length, and two bits. */
static uint32_t head_of(const struct iu_ring_buffer *ring)
{
	const uint32_t *head = (const uint32_t *)(const void *)(ring->data + (*ring->consumer & (ring->size - 1)));

	return __atomic_load_n(head, __ATOMIC_ACQUIRE);
}

static uint64_t length_of(uint32_t head)
{
	uint64_t len = (head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT)) + BPF_RINGBUF_HDR_SZ;

	return (len + 7) / 8 * 8;
}

const void *iu_ring_buffer_next(const struct iu_ring_buffer *ring, size_t *ret_len)
{
	uint32_t head;

	while (iu_ring_buffer_used(ring)) {
		head = head_of(ring);
		if (head & BPF_RINGBUF_BUSY_BIT)
			return NULL;
		if (!(head & BPF_RINGBUF_DISCARD_BIT)) {
			*ret_len = head;
			return ring->data + (*ring->consumer & (ring->size - 1)) + BPF_RINGBUF_HDR_SZ;
		}
		__atomic_store_n(ring->consumer, *ring->consumer + length_of(head), __ATOMIC_RELEASE);
	}
	return NULL;
}

void iu_ring_buffer_release(struct iu_ring_buffer *ring)
{
	__atomic_store_n(ring->consumer, *ring->consumer + length_of(head_of(ring)), __ATOMIC_RELEASE);
}

void iu_ring_buffer_close(struct iu_ring_buffer *ring)
{
	if (!ring->consumer)
		return;
	munmap(ring->consumer, ring->page);
	munmap(ring->producer, ring->page + 2 * ring->size);
	ring->consumer = NULL;
}
