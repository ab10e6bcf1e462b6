/* os/linux/process/proc-stat.c - /proc/PID/stat and /proc/PID/status */
#include "os/linux/process/proc-stat.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/err.h"
#include "os/linux/error.h"
#include "os/linux/file.h"

enum iu_process_state iu_proc_stat_state(char letter)
{
	switch (letter) {
	case 'R':
	case 'S':
	case 'D':
	case 'I':
	case 'W': return IU_PROCESS_RUNNING;
	case 'T': return IU_PROCESS_STOPPED;
	case 't': return IU_PROCESS_TRACED;
	case 'Z': return IU_PROCESS_ZOMBIE;
	}
	return IU_PROCESS_UNKNOWN;
}

/* A number that may be negative; moves behind the blank that follows. */
static bool next_field(const char **at, const char *end, int64_t *ret)
{
	bool minus = *at < end && **at == '-';
	uint64_t value = 0;
	size_t took;

	*at += minus;
	took = iu_number(*at, (size_t)(end - *at), 10, &value);
	if (took == 0 || (minus && value > INT64_MAX))
		return false;
	*at += took;
	if (*at < end)
		++*at;
	*ret = minus ? -(int64_t)value : (int64_t)value;
	return true;
}

int iu_proc_stat_parse(const char *bytes, size_t len, struct iu_proc_stat *ret_stat)
{
	enum { PPID = 4, PGID = 5, SID = 6, TTY = 7, FLAGS = 9, CMINFLT = 11, CMAJFLT = 13, CUTIME = 16,
		CSTIME = 17, THREADS = 20, START = 22 };
	struct iu_proc_stat stat = {0};
	const char *open = memchr(bytes, '(', len), *close, *end = bytes + len;
	int64_t value[START + 1] = {0};
	size_t name_len;

	close = memrchr(bytes, ')', len); /* the last one: the name may have its own */
	if (!open || !close || close < open || end - close < 4 || close[1] != ' ')
		return IU_E_PROTO;
	name_len = (size_t)(close - open - 1);
	if (name_len >= sizeof(stat.name))
		name_len = sizeof(stat.name) - 1;
	memcpy(stat.name, open + 1, name_len);
	stat.state = close[2];
	close += 4;
	for (int i = PPID; i <= START; i++)
		if (!next_field(&close, end, &value[i]))
			return IU_E_PROTO;
	stat.ppid = (int32_t)value[PPID];
	stat.pgid = (int32_t)value[PGID];
	stat.sid = (int32_t)value[SID];
	stat.tty = (int32_t)value[TTY];
	stat.flags = (uint32_t)value[FLAGS];
	stat.reaped = value[CMINFLT] || value[CMAJFLT] || value[CUTIME] || value[CSTIME];
	stat.threads = (uint64_t)value[THREADS];
	stat.start_ticks = (uint64_t)value[START];
	*ret_stat = stat;
	return 0;
}

int iu_proc_stat_read(int proc, int32_t pid, struct iu_proc_stat *ret_stat)
{
	char path[64], text[1024];
	ssize_t len;

	snprintf(path, sizeof(path), "%d/stat", (int)pid);
	len = iu_file_read(proc, path, text, sizeof(text));
	if (len == -EACCES || len == -EPERM)
		return IU_E_ACCESS;
	if (len == -EMFILE || len == -ENFILE || len == -ENOMEM)
		return iu_error_from((int)-len);
	if (len <= 0)
		return IU_E_GONE;
	return iu_proc_stat_parse(text, (size_t)len, ret_stat);
}

struct uid_reader {
	bool found;
	uint32_t uid;
};

static int uid_line(void *context, const char *line, size_t len)
{
	struct uid_reader *reader = context;
	uint64_t uid = 0;
	size_t at = 4;
	int column;

	if (len < 5 || memcmp(line, "Uid:", 4) != 0)
		return 0;
	for (column = 0; column < 2; column++) { /* real, then effective */
		while (at < len && (line[at] == '\t' || line[at] == ' '))
			at++;
		size_t took = iu_number(line + at, len - at, 10, &uid);

		if (took == 0 || uid > UINT32_MAX)
			return 1;
		at += took;
	}
	reader->uid = (uint32_t)uid;
	reader->found = true;
	return 1;
}

int iu_proc_status_uid(const char *bytes, size_t len, uint32_t *ret_uid)
{
	struct uid_reader reader = {0};

	iu_file_lines(bytes, len, uid_line, &reader);
	if (!reader.found)
		return IU_E_PROTO;
	*ret_uid = reader.uid;
	return 0;
}
