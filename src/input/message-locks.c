/* input/message-locks.c - files with a process id that a message says are in the way */
#include "input/message-locks.h"

#include <string.h>

#include "base/compat.h"
#include "model/question.h"

static const char *const taken[] = {"already running", "still running", "already exist",
	"exists, process is", "is stale", "already in use", "already active", "is taken because of",
	"is using", "existing pid", "is another postmaster", "pid file found", "fresh instance", "could not create lock file", "could not open lock file"};

static bool has(struct iu_span line, const char *word)
{
	return iu_span_find(line, word) < line.len;
}

static bool is_path_byte(char c)
{
	return (unsigned char)c > ' ' && !strchr("\"'`()<>,;|", c);
}

static bool is_lock(struct iu_span path)
{
	static const char *const ends[] = {".pid", ".lock", "-lock", "/pid", ".lck"};

	for (size_t i = 0; i < IU_COUNT(ends); i++)
		if (iu_span_ends(path, ends[i]))
			return true;
	return false;
}

struct iu_span iu_message_locks_next(struct iu_span line, size_t at)
{
	for (; at < line.len; at++) {
		struct iu_span path = {line.text + at, 0};

		if (line.text[at] != '/' || (at && !strchr(" \t\"'`(<=:[", line.text[at - 1])))
			continue;
		while (at + path.len < line.len && is_path_byte(line.text[at + path.len]))
			path.len++;
		while (path.len && strchr(".:]?!", path.text[path.len - 1]))
			path.len--;
		if (path.len > 1 && path.len <= IU_UNIX_PATH_MAX && is_lock(path))
			return path;
		at += path.len ? path.len - 1 : 0;
	}
	return (struct iu_span){line.text, 0};
}

struct iu_span iu_message_locks_folder(struct iu_span line)
{
	static const char words[] = "running in data directory \"";
	struct iu_span folder = {line.text, 0};
	size_t at = iu_span_find(line, words);

	if (at >= line.len)
		return folder;
	folder.text += at + sizeof(words) - 1;
	while (folder.text + folder.len < line.text + line.len && folder.text[folder.len] != '"')
		folder.len++;
	return folder;
}

bool iu_message_locks_said(struct iu_span line)
{
	if (!iu_message_locks_next(line, 0).len && !iu_message_locks_folder(line).len)
		return false;
	for (size_t i = 0; i < IU_COUNT(taken); i++)
		if (has(line, taken[i]))
			return true;
	return false;
}
