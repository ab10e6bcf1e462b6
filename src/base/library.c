/* base/library.c - libraries that are loaded when they are first needed */
#include "base/library.h"

#include <dlfcn.h>

#include "base/err.h"

int iu_library_load(const char *library, const char *const *names, size_t n, void **ret_functions)
{
	void *handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; handle && i < n; i++) {
		ret_functions[i] = dlsym(handle, names[i]);
		if (!ret_functions[i]) {
			dlclose(handle);
			handle = NULL;
		}
	}
	return handle ? 0 : IU_E_NOTSUP;
}
