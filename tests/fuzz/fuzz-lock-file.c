/* fuzz-lock-file.c - any bytes as a pid file, and as the path of one */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "knowledge/locks.h"
#include "os/linux/host/locks.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

static void check_path(const char *path, size_t len)
{
	char beside[512];

	if (!iu_lock_beside(path, len, beside, sizeof(beside)))
		return;
	check(memchr(beside, '\0', sizeof(beside)) != NULL);
	check(beside[0] != '\0');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	const struct iu_lock_row *row;
	int32_t pid;

	check(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	pid = iu_locks_pid(text);
	check(pid >= 0);
	check(!pid || strpbrk(text, "123456789"));
	row = iu_lock_row(text, size);
	check(!row || row->title);
	check_path(text, size);
	free(text);
	return 0;
}
