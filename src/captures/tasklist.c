/* captures/tasklist.c - processes of Windows and the services in them, as tasklist has them */
#include <string.h>

#include "base/compat.h"
#include "base/err.h"
#include "captures/csv.h"
#include "captures/formats-text.h"

/* Columns of "tasklist /svc" and of "tasklist"; /v has nine. */
#define SERVICE_COLUMNS 3
/* Of the first column, in every version. */
#define NAME_WIDTH 25
#define PLAIN_COLUMNS   5
#define VERBOSE_COLUMNS 9
/* Services of one process in the table form; svchost had forty of them once. */
#define PARTS_MAX       1024

struct task {
	struct iu_span name, services, user;
	int32_t pid;
};

static bool is_service_name(struct iu_span word)
{
	for (size_t i = 0; i < word.len; i++) {
		char c = word.text[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '_' || c == '-' || c == '$' || c == '.'))
			return false;
	}
	/* sessions have these names, no service does: the left side of a row of five */
	return word.len > 0 && word.len <= 256 && (word.text[0] < '0' || word.text[0] > '9') &&
	       !iu_span_is(word, "Console") &&
	       !iu_span_is(word, "Services");
}

/*
 * "N/A" is translated ("Nicht zutreffend", "暂缺"), and in some language it may look like a name.
 * But the idle process and the kernel have no services, and no service is in two processes.
 */
static bool means_none(struct iu_span services, struct iu_span none)
{
	return none.len && services.len == none.len &&
	       !memcmp(services.text, none.text, none.len);
}

static int add_services(struct iu_capture_out *out, struct iu_span list, int32_t pid)
{
	int ret = 0;

	for (size_t at = 0; at < list.len && ret == 0;) {
		struct iu_span name = iu_span_from(list, at);
		const char *comma = memchr(name.text, ',', name.len);

		if (comma)
			name.len = (size_t)(comma - name.text);
		at += name.len + 1;
		name = iu_span_trim(name);
		/* the modules of "tasklist /m" have the same place */
		if (is_service_name(name) && iu_span_find(name, ".dll") == name.len)
			ret = iu_capture_service(out, name, pid);
	}
	return ret;
}

static int add_task(struct iu_capture_out *out, const struct task *task, struct iu_span none)
{
	struct iu_capture_task *added;
	int ret;

	if (task->pid <= 4)
		out->given |= IU_GIVEN_TASKS_WHOLE;
	out->given |= IU_GIVEN_TASKS;
	ret = iu_capture_task(out, task->pid, task->name, &added);
	if (ret == 0 && task->user.len) {
		added->user = iu_arena_strndup(
			&out->snapshot->arena, task->user.text, task->user.len);
	}
	if (ret < 0 || !task->services.text || means_none(task->services, none))
		return ret;
	out->given |= IU_GIVEN_SERVICES;
	return task->pid > 4 ? add_services(out, task->services, task->pid) : 0;
}

/* ---- /fo csv ---- */

static size_t csv_columns(struct iu_span line)
{
	struct iu_csv csv;

	return iu_csv_split(iu_span_trim(line), &csv) ? csv.n : 0;
}

static bool read_csv(struct iu_span line, struct task *ret)
{
	struct iu_address address;
	struct iu_csv csv;
	uint64_t session;

	*ret = (struct task){0};
	line = iu_span_trim(line);
	if (!line.len || line.text[0] != '"' || !iu_csv_split(line, &csv))
		return false;
	if (csv.n != SERVICE_COLUMNS && csv.n != PLAIN_COLUMNS && csv.n != VERBOSE_COLUMNS)
		return false;
	if (!iu_span_pid(csv.v[1], &ret->pid) || !csv.v[0].len)
		return false;
	/* an address and a number are no image: that is the rest of another list */
	if (iu_address_parse(csv.v[0].text, csv.v[0].len, &address) == 0 ||
		iu_span_number(csv.v[0], UINT32_MAX, &session))
		return false;
	if (csv.n > SERVICE_COLUMNS &&
		(!iu_span_number(csv.v[3], UINT32_MAX, &session) || !csv.v[4].len))
		return false;
	/* "Console","1","71,204 K": the right side of a row of five */
	if (csv.n == SERVICE_COLUMNS && csv.v[2].len && csv.v[2].text[0] >= '0' &&
		csv.v[2].text[0] <= '9')
		return false;
	ret->name = csv.v[0];
	if (csv.n == SERVICE_COLUMNS)
		ret->services = csv.v[2];
	/* "DOMAIN\name"; without the right to see it a word for that */
	if (csv.n == VERBOSE_COLUMNS && memchr(csv.v[6].text, '\\', csv.v[6].len))
		ret->user = csv.v[6];
	return true;
}

/* What stands for "no services" here: of the kernel, else what two processes have. */
static struct iu_span csv_none(const struct iu_lines *lines, size_t at, size_t end)
{
	struct iu_span before = {0};
	struct task task;

	for (size_t i = at; i < end; i++)
		if (read_csv(lines->v[i], &task) && task.pid <= 4 && task.services.text)
			return task.services;
	for (size_t i = at; i < end; i++) {
		if (!read_csv(lines->v[i], &task) || !task.services.text)
			continue;
		if (means_none(task.services, before))
			return before;
		before = task.services;
	}
	return (struct iu_span){0};
}

int iu_capture_tasklist_csv(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	/* the heading stands above, or a piece of the list; of five columns, a cut row has three */
	size_t end = at, columns = at ? csv_columns(lines->v[at - 1]) : 0;
	struct iu_span none;
	struct task task;
	int ret = 0;

	for (; end < lines->n && read_csv(lines->v[end], &task); end++)
		if (csv_columns(lines->v[end]) > columns)
			columns = csv_columns(lines->v[end]);
	if (end == at)
		return 0;
	if (columns < SERVICE_COLUMNS || !at || !csv_columns(lines->v[at - 1]))
		columns = columns > out->task_columns ? columns : out->task_columns;
	out->task_columns = columns;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	none = csv_none(lines, at, end);
	for (size_t i = at; i < end && ret == 0; i++)
		if (read_csv(lines->v[i], &task)) {
			if (columns != SERVICE_COLUMNS)
				task.services = (struct iu_span){0};
			ret = add_task(out, &task, none);
		}
	return ret < 0 ? ret : (int)(end - at);
}

/* ---- the table ---- */

/* Where the columns are, out of the line of "=": only there they can be told apart. */
struct table {
	size_t name_end, pid_end, width; /* columns */
	bool services;
	bool padded; /* rows have their full width, so a shorter one is cut */
	bool cut;    /* all of them are */
};

/* The last column's width at least, in every version. */
#define SERVICES_WIDTH 44

static bool read_rule(struct iu_span line, struct table *ret)
{
	size_t groups = iu_rule_groups(line, '='), at = iu_span_indent(line), n = 0;

	if (groups != SERVICE_COLUMNS && groups != PLAIN_COLUMNS && groups != VERBOSE_COLUMNS)
		return false;
	for (; at < line.len && n < 2; n++) {
		while (at < line.len && line.text[at] == '=')
			at++;
		if (n == 0)
			ret->name_end = at;
		else
			ret->pid_end = at;
		while (at < line.len && line.text[at] == ' ')
			at++;
	}
	ret->services = groups == SERVICE_COLUMNS;
	ret->width = line.len;
	ret->cut = ret->services && line.len < ret->pid_end + 1 + SERVICES_WIDTH;
	return ret->name_end >= 8 && ret->pid_end > ret->name_end;
}

/* No file has these in its name, and no name has blanks in a row. */
static bool is_file_name(struct iu_span name)
{
	for (size_t i = 0; i < name.len; i++)
		if (strchr("\\/:*?\"<>|", name.text[i]))
			return false;
	return name.len > 0 && !iu_has_gap(name);
}

static bool cut_row(struct iu_span line, size_t name_end, size_t pid_end,
	const struct table *table, struct task *ret)
{
	struct iu_span pid = iu_span_from(line, name_end);

	if (pid.len > pid_end - name_end)
		pid.len = pid_end - name_end;
	ret->name = iu_span_trim((struct iu_span){line.text, name_end});
	/* where the first column has lost its left side, what stands there may be another one */
	if (table->name_end < NAME_WIDTH && !iu_span_find_char(ret->name, '.'))
		return false;
	if (!is_file_name(ret->name) || !iu_span_pid(iu_span_trim(pid), &ret->pid))
		return false;
	if (table->services)
		ret->services = iu_span_trim(iu_span_from(line, pid_end));
	return true;
}

static bool is_foreign(struct iu_span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.text[i] & 0x80)
			return true;
	return false;
}

/*
 * "node.exe    21964 N/A": by column; where letters of other scripts have moved the columns, the
 * pid is the first number that stands apart.
 */
static bool read_table_row(struct iu_span line, const struct table *table, struct task *ret)
{
	size_t at, end;

	*ret = (struct task){0};
	if (!line.len || line.text[0] == ' ')
		return false;
	if (line.len > table->name_end && line.text[table->name_end] == ' ' &&
		(line.len <= table->pid_end || line.text[table->pid_end] == ' ') &&
		line.len >= table->pid_end && line.text[table->pid_end - 1] != ' ' &&
		cut_row(line, table->name_end, table->pid_end, table, ret))
		return true;
	/* ASCII moves nothing: that row has lost its left side */
	if (!is_foreign(line))
		return false;
	for (at = 1; at < line.len; at = end) {
		for (end = at; end < line.len && line.text[end] == ' ';)
			end++;
		if (end > at + 1) {
			size_t start = at;

			while (end < line.len && line.text[end] != ' ')
				end++;
			if (cut_row(line, start, end, table, ret))
				return true;
		}
		end += end == at;
	}
	return false;
}

static size_t full_length(const struct iu_lines *lines, size_t at)
{
	return lines->v[at].len + iu_padding(lines, at);
}

/* The end of the line may be missing. */
static bool is_cut(const struct iu_lines *lines, size_t at, const struct table *table)
{
	return table->cut || (table->padded && full_length(lines, at) < table->width);
}

/*
 * A list of services goes on in the next lines, below its own column, and is broken anywhere: the
 * next line goes on with the same name unless a comma came last. Halves of a name between which
 * something is missing become no name, with a sign that none has.
 */
static int join_services(const struct iu_lines *lines, size_t at, const struct table *table,
	struct iu_arena *arena, struct iu_span *list, size_t *ret_lines)
{
	size_t i = at, len = list->len;
	char *text;

	while (i < lines->n && i < at + PARTS_MAX && lines->v[i].len &&
		iu_span_indent(lines->v[i]) > table->pid_end)
		len += iu_span_trim(lines->v[i++]).len + 1;
	*ret_lines = i - at;
	if (i == at)
		return 0;
	text = iu_arena_alloc(arena, len + 1);
	if (!text)
		return IU_E_NOMEM;
	memcpy(text, list->text, list->len);
	len = list->len;
	for (i = at; i < at + *ret_lines; i++) {
		struct iu_span part = iu_span_trim(lines->v[i]);

		/* a name is broken only where its line is full */
		if (is_cut(lines, i - 1, table) ||
			(lines->v[i - 1].len + 2 < table->width && text[len - (len > 0)] != ','))
			text[len++] = '?';
		memcpy(text + len, part.text, part.len);
		len += part.len;
	}
	*list = (struct iu_span){text, len};
	return 0;
}

/* Of a cut list the last name may be half of one. */
static struct iu_span without_last(struct iu_span list)
{
	while (list.len && list.text[list.len - 1] != ',')
		list.len--;
	return list;
}

static struct iu_span table_none(
	const struct iu_lines *lines, size_t at, const struct table *table)
{
	struct task task;

	for (size_t i = at; i < lines->n && read_table_row(lines->v[i], table, &task); i++)
		if (task.pid <= 4)
			return task.services;
	return (struct iu_span){0};
}

int iu_capture_tasklist(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	struct iu_span none;
	struct table table = {0};
	struct task task;
	size_t i = at + 1;
	int ret = 0;

	if (!read_rule(lines->v[at], &table) || i >= lines->n ||
		!read_table_row(lines->v[i], &table, &task))
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	none = table_none(lines, i, &table);
	for (size_t k = i; k < lines->n && lines->v[k].len; k++)
		table.padded |= full_length(lines, k) >= table.width;
	while (i < lines->n && ret == 0 && read_table_row(lines->v[i], &table, &task)) {
		size_t more = 0;

		if (task.services.text)
			ret = join_services(
				lines, i + 1, &table, &out->arena, &task.services, &more);
		if (is_cut(lines, i + more, &table))
			task.services = without_last(task.services);
		if (ret == 0)
			ret = add_task(out, &task, none);
		i += more + 1;
	}
	return ret < 0 ? ret : (int)(i - at);
}

/* ---- rows that findstr took out of a table ---- */

/* "37,832 K", "37.832 K", "37 832 Ko", "37832K": memory, the last column in every language. */
static bool is_memory(const struct iu_phrase *words, size_t at)
{
	bool digit = false, unit = false;

	for (; at < words->n; at++)
		for (size_t i = 0; i < words->v[at].len; i++) {
			char c = words->v[at].text[i];

			if (c >= '0' && c <= '9')
				digit = true;
			else if (!strchr(",.'", c) || unit)
				unit = unit || c == 'K' || c == 'k' || (c & 0x80);
			if (unit && c >= '0' && c <= '9')
				return false;
		}
	return digit && unit;
}

/* "4340 Console  2  37,832 K": session, its number, memory. */
static bool has_session(const struct iu_phrase *words, size_t pid)
{
	uint64_t number;

	return pid + 3 < words->n && words->n <= pid + 6 &&
	       !iu_span_number(words->v[pid + 1], UINT32_MAX, &number) &&
	       iu_span_number(words->v[pid + 2], UINT32_MAX, &number) &&
	       is_memory(words, pid + 3);
}

/* "1012 RpcEptMapper, RpcSs", "21964 N/A": of another program's output nothing looks so. */
static bool has_services(struct iu_span list)
{
	bool any = false;

	for (size_t at = 0; at < list.len;) {
		struct iu_span name = iu_span_from(list, at);
		const char *comma = iu_span_find_char(name, ',');

		if (comma)
			name.len = (size_t)(comma - name.text);
		at += name.len + 1;
		name = iu_span_trim(name);
		/* of a name that was cut less than any has may be left */
		if ((!is_service_name(name) || name.len < 3) && !iu_span_is(name, "N/A"))
			return false;
		any = true;
	}
	return any;
}

/* What is left of "Console" where a row of the other table was cut. */
static bool is_session_cut(struct iu_span word)
{
	static const char *const sessions[] = {"Console", "Services", "RDP-Tcp#"};

	for (size_t i = 0; i < IU_COUNT(sessions); i++)
		if (word.len < strlen(sessions[i]) && !memcmp(word.text, sessions[i], word.len))
			return true;
	return false;
}

static bool is_image(struct iu_span name)
{
	return iu_span_is(name, "System") ||
	       (name.len > 4 && iu_span_is_any_case(iu_span_from(name, name.len - 4), ".exe"));
}

/* Name, pid, then what the rest of one of the two tables looks like. */
static bool read_bare_row(struct iu_span line, struct task *ret)
{
	struct iu_phrase words;

	iu_words_split(line, &words);
	for (size_t k = 1; k + 1 < words.n && k < 6; k++) {
		size_t start = (size_t)(words.v[k].text - line.text);
		struct task task = {.name = iu_span_trim(iu_span_upto(line, start))};
		struct iu_span rest = iu_span_trim(iu_span_from(line, start + words.v[k].len));

		if (!iu_span_pid(words.v[k], &task.pid) || !is_file_name(task.name))
			continue;
		if (has_session(&words, k)) {
			*ret = task;
			return true;
		}
		/* columns have room between them */
		if (!is_image(task.name) || line.text[start - 2] != ' ' ||
			is_session_cut(rest) || !has_services(rest))
			continue;
		task.services = rest;
		*ret = task;
		return true;
	}
	return false;
}

int iu_capture_tasklist_rows(const struct iu_lines *lines, size_t at, struct iu_capture_out *out)
{
	const struct iu_span none = iu_span_of("N/A");
	struct task task;
	size_t i = at;
	int ret = 0;

	if (!read_bare_row(lines->v[at], &task))
		return 0;
	iu_capture_is(out, IU_CAPTURE_WINDOWS);
	for (; i < lines->n && ret == 0 && read_bare_row(lines->v[i], &task); i++)
		ret = add_task(out, &task, none);
	/* the first rows may be there, and the others not */
	out->given &= ~(uint32_t)IU_GIVEN_TASKS_WHOLE;
	return ret < 0 ? ret : (int)(i - at);
}
