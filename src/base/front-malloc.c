/* base/front-malloc.c - malloc() of the static program, which lives for some milliseconds */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/*
 * musl's gives every larger block back to the kernel at once and gets zeroes again for the next: 60
 * system calls for one answer. Here what was freed is kept for the next block of its size; only what is
 * larger than LARGE goes back. No threads: the static program has none.
 */
#define HEAD   16	    /* before each block; blocks are aligned to it */
#define SMALL  1024	    /* up to here a size is rounded to 16, beyond to a quarter of a power of two */
#define LARGE  (256u << 10) /* from here a mapping of its own */
#define CHUNK  (512u << 10)
#define FIRST  (96u << 10) /* part of the program: most answers need no more */
#define LISTS  (SMALL / HEAD + 1 + 4 * 8 + 1)
#define USED   0x10c5eddau
#define UNUSED 0xf4ee0000u

struct head {
	size_t size; /* of block and head */
	uint32_t list;
	uint32_t state;
};

struct unused {
	struct head head;
	struct unused *next;
};

_Static_assert(sizeof(struct head) == HEAD, "blocks are aligned");

static _Alignas(HEAD) char first[FIRST];
static char *room = first, *room_end = first + FIRST;
static struct unused *lists[LISTS];

/* The list of @size, which is rounded up to that of its blocks. */
static uint32_t list_of(size_t *size)
{
	size_t step = HEAD, top = SMALL;
	uint32_t list = SMALL / HEAD;

	if (*size <= SMALL) {
		*size = (*size + HEAD - 1) / HEAD * HEAD;
		return (uint32_t)(*size / HEAD);
	}
	while (top < *size) {
		step = top / 4;
		top *= 2;
		list += 4;
	}
	*size = (*size + step - 1) / step * step;
	return list - (uint32_t)((top - *size) / step);
}

static void *map(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

static struct head *map_large(size_t size)
{
	struct head *head = map(size);

	if (head)
		*head = (struct head){.size = size, .list = LISTS, .state = USED};
	return head;
}

/* @ret_zero: it was never used. */
static struct head *get(size_t size, bool *ret_zero)
{
	struct head *head;
	uint32_t list;

	*ret_zero = true;
	if (size > LARGE)
		return map_large(size);
	list = list_of(&size);
	if (lists[list]) {
		*ret_zero = false;
		head = &lists[list]->head;
		if (head->state != (UNUSED | list))
			abort();
		lists[list] = lists[list]->next;
	} else {
		if ((size_t)(room_end - room) < size) { /* the rest of it is lost: a block at most */
			char *more = map(CHUNK);

			if (!more)
				return NULL;
			room = more;
			room_end = more + CHUNK;
		}
		head = (struct head *)(void *)room;
		room += size;
	}
	*head = (struct head){.size = size, .list = list, .state = USED};
	return head;
}

static void *allocate(size_t size, bool zero)
{
	struct head *head = NULL;
	bool is_zero;

	if (size <= PTRDIFF_MAX - 2 * HEAD)
		head = get(size < HEAD ? 2 * HEAD : size + HEAD, &is_zero);
	if (!head) {
		errno = ENOMEM;
		return NULL;
	}
	if (zero && !is_zero)
		memset(head + 1, 0, head->size - HEAD);
	return head + 1;
}

void *malloc(size_t size)
{
	return allocate(size, false);
}

void *calloc(size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size) {
		errno = ENOMEM;
		return NULL;
	}
	return allocate(count * size, true);
}

static struct head *head_of(void *block)
{
	struct head *head = (struct head *)block - 1;

	if (head->state != USED || head->list > LISTS)
		abort(); /* freed twice, or written beyond the block before it */
	return head;
}

void free(void *block)
{
	struct head *head = block ? head_of(block) : NULL;
	struct unused *unused = (struct unused *)head;

	if (!head)
		return;
	if (head->list == LISTS) {
		int saved = errno;

		munmap(head, head->size);
		errno = saved;
		return;
	}
	head->state = UNUSED | head->list;
	unused->next = lists[head->list];
	lists[head->list] = unused;
}

void *realloc(void *block, size_t size)
{
	struct head *head = block ? head_of(block) : NULL;
	void *bigger;

	if (!head)
		return malloc(size);
	if (size <= head->size - HEAD)
		return block;
	if (head->list == LISTS && size <= PTRDIFF_MAX - HEAD) {
		head = mremap(head, head->size, size + HEAD, MREMAP_MAYMOVE);
		if (head == MAP_FAILED)
			return NULL;
		head->size = size + HEAD;
		return head + 1;
	}
	bigger = malloc(size);
	if (bigger) {
		memcpy(bigger, block, head->size - HEAD);
		free(block);
	}
	return bigger;
}
