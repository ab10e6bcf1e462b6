/* base/arena.h - memory that is freed as a whole */
#ifndef IU_BASE_ARENA_H
#define IU_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/compat.h"

#define IU_ELEMENT_MAX 1024 /* bytes of the largest element of a list */

/*
 * A document (snapshot, verdict, explanation) owns one arena; everything in it dies with it.
 * `failed` is sticky: after the first allocation that could not be made every later one returns
 * NULL too, and what is added to a list goes into the sink. Builders return void and test nothing;
 * whoever hands the document out tests `failed` once and returns IU_E_NOMEM.
 */
struct iu_arena {
	struct iu_chunk *chunks;
	size_t limit; /* bytes at most; 0: none */
	size_t used;
	int failed;
	uint64_t sink[IU_ELEMENT_MAX / sizeof(uint64_t)];
};

/** iu_arena_alloc() - @size zeroed bytes, aligned for anything; NULL when out of memory. */
void *iu_arena_alloc(struct iu_arena *arena, size_t size);

/** iu_arena_copy() - a copy of @size bytes. NULL when out of memory. */
void *iu_arena_copy(struct iu_arena *arena, const void *bytes, size_t size);

/** iu_arena_strndup() - a NUL-terminated copy of at most @len bytes (embedded NULs are kept). */
char *iu_arena_strndup(struct iu_arena *arena, const char *text, size_t len);

/** iu_arena_strdup() - a copy of @text; NULL for NULL. */
char *iu_arena_strdup(struct iu_arena *arena, const char *text);

/** iu_arena_printf(), iu_arena_vprintf() - a formatted string. NULL when out of memory. */
char *iu_arena_printf(struct iu_arena *arena, const char *format, ...) IU_PRINTF(2, 3);
char *iu_arena_vprintf(struct iu_arena *arena, const char *format, va_list args) IU_PRINTF(2, 0);

/** iu_arena_free() - frees everything; the arena is empty and usable afterwards. NULL is fine. */
void iu_arena_free(struct iu_arena *arena);

/*
 * A list in an arena: struct { T *v; size_t n, cap; }. iu_list_add() gives a zeroed new element,
 * never NULL: once the arena has failed the list stays as it is, and the element is the sink.
 * Elements move when the list grows, and all lists of an arena have one sink: keep indices, not
 * pointers, and fill an element before the next one is added. What it points to is made first: a
 * list has whole elements then, and whoever walks through it meets no text that could not be made.
 * Loops must not wait for a list to grow.
 */
#define IU_LIST(type)                                                                              \
	struct {                                                                                   \
		type *v;                                                                           \
		size_t n, cap;                                                                     \
	}

#define iu_list_add(arena, list)                                                                   \
	(iu_list_grow((arena), (void **)&(list)->v, (list)->n, &(list)->cap, IU_ELEMENT_SIZE(list)) \
			? &(list)->v[(list)->n++]                                                  \
			: (__typeof__((list)->v))iu_arena_sink(arena))

/* The size of an element, checked: it has to fit into the sink. */
#define IU_ELEMENT_SIZE(list)                                                                      \
	(sizeof(*(list)->v) +                                                                      \
		0 * sizeof(struct {                                                                \
			_Static_assert(sizeof(*(list)->v) <= IU_ELEMENT_MAX &&                     \
					_Alignof(__typeof__(*(list)->v)) <= _Alignof(uint64_t),    \
				"does not fit into the sink");                                     \
			char fits;                                                                 \
		}))

/** iu_list_grow() - room for one more element; the first half of iu_list_add(). 0: out of memory. */
int iu_list_grow(struct iu_arena *arena, void **v, size_t n, size_t *cap, size_t size);

/** iu_arena_sink() - the sink, zeroed; the other half. */
void *iu_arena_sink(struct iu_arena *arena);

#endif
