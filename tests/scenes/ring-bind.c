/* ring-bind.c - binds 127.0.0.1:PORT through io_uring (Linux 6.11); prints the errno, 0 when it could */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/io_uring.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OP_BIND 56 /* IORING_OP_BIND: the header may be older */

struct ring {
	int fd;
	struct io_uring_params params;
	unsigned char *sq, *cq;
	struct io_uring_sqe *entries;
};

static int ring_open(struct ring *ring)
{
	size_t sq_len, cq_len;

	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, 2, &ring->params);
	if (ring->fd < 0)
		return -1;
	sq_len = ring->params.sq_off.array + ring->params.sq_entries * sizeof(unsigned int);
	cq_len = ring->params.cq_off.cqes + ring->params.cq_entries * sizeof(struct io_uring_cqe);
	ring->sq = mmap(NULL, sq_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->cq = mmap(NULL, cq_len, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_CQ_RING);
	ring->entries = mmap(NULL, ring->params.sq_entries * sizeof(struct io_uring_sqe),
		PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	return ring->sq == MAP_FAILED || ring->cq == MAP_FAILED || ring->entries == MAP_FAILED ? -1 : 0;
}

static int ring_run(struct ring *ring)
{
	struct io_uring_cqe *results = (void *)(ring->cq + ring->params.cq_off.cqes);
	unsigned int *tail = (void *)(ring->sq + ring->params.sq_off.tail);
	unsigned int *array = (void *)(ring->sq + ring->params.sq_off.array);

	array[0] = 0;
	__atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
	if (syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
		return -errno;
	return results[0].res;
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	int fd = socket(AF_INET, SOCK_STREAM, 0), result;
	struct ring ring;

	if (argc != 2 || fd < 0)
		return 2;
	address.sin_port = htons((unsigned short)atoi(argv[1]));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (ring_open(&ring) < 0) {
		printf("no ring\n");
		return 0;
	}
	memset(ring.entries, 0, sizeof(*ring.entries));
	ring.entries[0].opcode = OP_BIND;
	ring.entries[0].fd = fd;
	ring.entries[0].addr = (unsigned long)&address;
	ring.entries[0].off = sizeof(address);
	result = ring_run(&ring);
	printf("%d\n", -result);
	return 0;
}
