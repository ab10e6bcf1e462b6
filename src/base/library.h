/* base/library.h - libraries that are loaded when they are first needed */
#ifndef IU_BASE_LIBRARY_H
#define IU_BASE_LIBRARY_H

#include <stddef.h>

/**
 * iu_library_load() - loads a library and looks up functions in it; it stays loaded
 * @library: its file name with the version: "libsystemd.so.0"
 * @names: of the functions, @n of them
 * @ret_functions: receives them in the same order
 *
 * Most answers need none of the large libraries, and mapping them takes the dynamic linker longer
 * than the whole answer: libsystemd with what it needs costs 0.5 ms each time.
 * Returns: 0, IU_E_NOTSUP: not installed, or too old for one of the functions.
 */
int iu_library_load(const char *library, const char *const *names, size_t n, void **ret_functions);

#endif
