/* output/home.c - paths as people write them: ~/shop */
#include "output/home.h"

#include <string.h>

void iu_home_add(struct iu_text *out, const char *path, const char *home, size_t columns)
{
	size_t n = home ? strlen(home) : 0;

	if (n > 1 && !strncmp(path, home, n) && (path[n] == '/' || !path[n])) {
		iu_text_add(out, "~");
		path += n;
	}
	iu_text_foreign(out, path, strlen(path), columns);
}
