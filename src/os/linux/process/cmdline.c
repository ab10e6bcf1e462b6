/* os/linux/process/cmdline.c - the words of /proc/PID/cmdline */
#include "os/linux/process/cmdline.h"

#include <string.h>

#include "base/err.h"

int iu_cmdline_parse(
	struct iu_arena *arena, const char *bytes, size_t len, struct iu_process *process)
{
	const char *end = bytes + len;

	while (bytes < end && process->command.n < IU_CMDLINE_ARGUMENTS) {
		size_t n = strnlen(bytes, (size_t)(end - bytes));
		const char **slot = iu_list_add(arena, &process->command);

		*slot = iu_arena_strndup(arena, bytes, n > IU_CMDLINE_ARGUMENT ? IU_CMDLINE_ARGUMENT : n);
		if (!*slot)
			return IU_E_NOMEM;
		bytes += n + 1;
	}
	return 0;
}

/* The name of a file without folder and ending: ".js", ".py", ".rb" say nothing more. */
static const char *stem(const char *text, size_t *len)
{
	const char *slash = memrchr(text, '/', *len), *dot;

	if (slash) {
		*len -= (size_t)(slash + 1 - text);
		text = slash + 1;
	}
	dot = memrchr(text, '.', *len);
	if (dot && dot > text && text + *len - dot <= 4)
		*len = (size_t)(dot - text);
	return *len > 0 ? text : NULL;
}

const char *iu_cmdline_script(const char *bytes, size_t len, size_t *ret_len)
{
	const char *end = bytes + len, *at = bytes, *dot;
	bool first = true, module = false;

	for (; at < end; at += *ret_len + 1, first = false) {
		*ret_len = strnlen(at, (size_t)(end - at));
		if (first || *ret_len == 0)
			continue;
		if (module) { /* "-m package.module" */
			dot = memrchr(at, '.', *ret_len);
			if (dot)
				*ret_len -= (size_t)(dot + 1 - at);
			return *ret_len > 0 ? dot ? dot + 1 : at : NULL;
		}
		module = *ret_len == 2 && !memcmp(at, "-m", 2);
		if (at[0] != '-')
			return stem(at, ret_len);
	}
	return NULL;
}

/* A loop in the words of `sh -c`: nothing else starts a program a second time. */
static bool has_loop(const char *text, size_t len)
{
	static const char *const words[] = {"while ", "while(", "until ", "for "};

	for (size_t i = 0; i < IU_COUNT(words); i++)
		if (memmem(text, len, words[i], strlen(words[i])))
			return true;
	return false;
}

enum iu_tri iu_cmdline_loops(const char *bytes, size_t len)
{
	const char *end = bytes + len, *at = bytes + strnlen(bytes, len) + 1;
	bool words = false;

	if (!len)
		return IU_UNKNOWN;
	for (; at < end; at += strnlen(at, (size_t)(end - at)) + 1) {
		size_t n = strnlen(at, (size_t)(end - at));

		if (at[0] == '-' || at[0] == '+') { /* "-c", "-xec"; "--login" has no word of its own */
			words |= n > 1 && at[1] != '-' && memchr(at, 'c', n);
			continue;
		}
		return words ? iu_tri(has_loop(at, n)) : n > 0 ? IU_YES : IU_UNKNOWN;
	}
	return IU_NO;
}
