/* base/arena.c - memory that is freed as a whole */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef CHUNK_BYTES /* a test has chunks of its own, of one allocation each */
#define CHUNK_BYTES 16384
#endif

struct iu_chunk {
	struct iu_chunk *next;
	size_t used, size;
	max_align_t bytes[];
};

static struct iu_chunk *chunk_for(struct iu_arena *arena, size_t size)
{
	struct iu_chunk *chunk = arena->chunks;
	size_t room = size > CHUNK_BYTES ? size : CHUNK_BYTES;

	if (chunk && chunk->size - chunk->used >= size)
		return chunk;
	/*
	 * Pages are touched when they are used: a short answer needs a part of each chunk. Of a large
	 * one the system gives zeroes, and memory only for what is used of it.
	 */
	chunk = size > CHUNK_BYTES ? calloc(1, sizeof(*chunk) + room)
				   : malloc(sizeof(*chunk) + room);
	if (!chunk)
		return NULL;
	chunk->used = 0;
	chunk->size = room;
	if (arena->chunks && size > CHUNK_BYTES) { /* keep the half-full chunk in front */
		chunk->next = arena->chunks->next;
		arena->chunks->next = chunk;
	} else {
		chunk->next = arena->chunks;
		arena->chunks = chunk;
	}
	return chunk;
}

void *iu_arena_alloc(struct iu_arena *arena, size_t size)
{
	const size_t align = sizeof(max_align_t);
	struct iu_chunk *chunk;
	char *at;

	if (arena->failed || size > SIZE_MAX / 2)
		goto fail;
	size = (size + align - 1) / align * align;
	if (arena->limit && size > arena->limit - arena->used)
		goto fail;
	chunk = chunk_for(arena, size);
	if (!chunk)
		goto fail;
	at = (char *)chunk->bytes + chunk->used;
	chunk->used += size;
	arena->used += size;
	return size > CHUNK_BYTES ? at : memset(at, 0, size);
fail:
	arena->failed = 1;
	return NULL;
}

void *iu_arena_copy(struct iu_arena *arena, const void *bytes, size_t size)
{
	void *copy = iu_arena_alloc(arena, size ? size : 1);

	if (copy && size)
		memcpy(copy, bytes, size);
	return copy;
}

char *iu_arena_strndup(struct iu_arena *arena, const char *text, size_t len)
{
	char *copy;

	if (len == SIZE_MAX) {
		arena->failed = 1;
		return NULL;
	}
	copy = iu_arena_alloc(arena, len + 1);
	if (copy && len)
		memcpy(copy, text, len);
	return copy;
}

char *iu_arena_strdup(struct iu_arena *arena, const char *text)
{
	return text ? iu_arena_strndup(arena, text, strlen(text)) : NULL;
}

char *iu_arena_vprintf(struct iu_arena *arena, const char *format, va_list args)
{
	va_list again;
	char *text;
	int len;

	va_copy(again, args);
	len = vsnprintf(NULL, 0, format, again);
	va_end(again);
	text = len < 0 ? NULL : iu_arena_alloc(arena, (size_t)len + 1);
	if (text)
		vsnprintf(text, (size_t)len + 1, format, args);
	return text;
}

char *iu_arena_printf(struct iu_arena *arena, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = iu_arena_vprintf(arena, format, args);
	va_end(args);
	return text;
}

void iu_arena_free(struct iu_arena *arena)
{
	struct iu_chunk *chunk, *next;

	if (!arena)
		return;
	for (chunk = arena->chunks; chunk; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	*arena = (struct iu_arena){.limit = arena->limit};
}

int iu_list_grow(struct iu_arena *arena, void **v, size_t n, size_t *cap, size_t size)
{
	size_t room;
	void *grown;

	/* first, for the list itself may lie in the sink */
	if (arena->failed)
		return 0;
	if (n < *cap)
		return 1;
	room = *cap ? *cap * 2 : 8;
	grown = iu_arena_alloc(arena, room > SIZE_MAX / 2 / size ? SIZE_MAX : room * size);
	if (!grown)
		return 0;
	if (n)
		memcpy(grown, *v, n * size);
	*v = grown;
	*cap = room;
	return 1;
}

void *iu_arena_sink(struct iu_arena *arena)
{
	return memset(arena->sink, 0, sizeof(arena->sink));
}
