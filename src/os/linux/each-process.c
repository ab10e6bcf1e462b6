/* os/linux/each-process.c - a walk over all processes that /proc lists */
#include "os/linux/each-process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/err.h"
#include "base/text.h"
#include "os/linux/error.h"
#include "os/linux/file.h"

int iu_each_process(int proc, iu_each_process_visit *visit, void *context)
{
	struct iu_entries *entries = malloc(sizeof(*entries));
	const char *name;
	int ret = 0, error = 0;

	if (!entries)
		return IU_E_NOMEM;
	entries->at = entries->len = 0;
	entries->fd = openat(proc, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (entries->fd < 0) {
		ret = iu_error_from(errno);
		free(entries);
		return ret;
	}
	while (ret == 0 && (name = iu_entries_next(entries, &error))) {
		uint64_t pid = 0;

		if (iu_number(name, strlen(name), 10, &pid) == strlen(name) && pid <= INT32_MAX)
			ret = visit(context, (int32_t)pid, name);
	}
	close(entries->fd);
	free(entries);
	return ret != 0 ? ret : error ? iu_error_from(-error) : 0;
}
