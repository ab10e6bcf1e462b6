/* os/linux/process/cmdline.c - the words of /proc/PID/cmdline */
#include "os/linux/process/cmdline.h"

#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "base/text.h"
#include "knowledge/supervisors.h"
#include "os/linux/file.h"

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

/* "python3 -c 'import os'", "perl -e …", "node --eval …" */
static bool is_code(const char *word, size_t len)
{
	static const char *const options[] = {"-c", "-e", "--eval"};

	for (size_t i = 0; i < IU_COUNT(options); i++)
		if (len == strlen(options[i]) && !memcmp(word, options[i], len))
			return true;
	return false;
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
		if (is_code(at, *ret_len))
			return NULL; /* what follows is no name */
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

struct loop_reader {
	bool found;
};

/* Comments and what is only printed are left out. */
static int script_line(void *context, const char *line, size_t len)
{
	static const char *const again[] = {"exec \"$0\"", "exec $0", "exec bash $0", "exec sh $0"};
	struct loop_reader *reader = context;

	while (len && (*line == ' ' || *line == '\t')) {
		line++;
		len--;
	}
	if (!len || *line == '#' || !strncmp(line, "echo ", len < 5 ? len : 5))
		return 0;
	reader->found = has_loop(line, len);
	for (size_t i = 0; i < IU_COUNT(again); i++)
		reader->found |= memmem(line, len, again[i], strlen(again[i])) != NULL;
	return reader->found;
}

bool iu_cmdline_text_loops(const char *text, size_t len)
{
	struct loop_reader reader = {0};

	iu_file_lines(text, len, script_line, &reader);
	return reader.found;
}

const char *iu_cmdline_mode(const char *bytes, size_t len, const struct iu_parent *parent)
{
	const char *end = bytes + len, *at = bytes + strnlen(bytes, len) + 1, *mode = NULL;
	char word[64];

	for (; at < end && !mode; at += strnlen(at, (size_t)(end - at)) + 1) {
		size_t n = strnlen(at, (size_t)(end - at));

		if (n == 0 || n >= sizeof(word))
			continue;
		memcpy(word, at, n);
		word[n] = '\0';
		mode = iu_supervisor_mode(parent, word);
	}
	return mode;
}

/* @below from its word @from on is a part of @above. */
static bool has_words(const struct iu_process *above, const struct iu_process *below, size_t from)
{
	size_t n = below->command.n - from;

	for (size_t i = 1; i + n <= above->command.n; i++) {
		size_t k = 1;

		if (strcmp(iu_text_base_name(above->command.v[i], "/"),
			    iu_text_base_name(below->command.v[from], "/")) != 0)
			continue;
		while (k < n && !strcmp(above->command.v[i + k], below->command.v[from + k]))
			k++;
		if (k == n)
			return true;
	}
	return false;
}

#define SHORT_TEXT 4 /* what is no longer is found by accident */

/* The same inside of a single word, as it was written for a shell. */
static bool has_text(const struct iu_process *above, const struct iu_process *below, size_t from)
{
	struct iu_text text = {0};
	bool found = false;

	iu_text_add(&text, iu_text_base_name(below->command.v[from], "/"));
	for (size_t i = from + 1; i < below->command.n; i++) {
		iu_text_add(&text, " ");
		iu_text_add(&text, below->command.v[i]);
	}
	for (size_t i = 1; i < above->command.n && !text.failed && text.len > SHORT_TEXT; i++)
		found |= strstr(above->command.v[i], text.data) != NULL;
	iu_text_free(&text);
	return found;
}

bool iu_cmdline_names(const struct iu_process *above, const struct iu_process *below)
{
	for (size_t from = 0; from < 2 && from < below->command.n; from++)
		if (below->command.v[from][0] &&
			(has_words(above, below, from) || has_text(above, below, from)))
			return true;
	return false;
}
