/* os/windows/process/process.c - what one process says of itself */
#include "os/windows/process/process.h"

#include <stdlib.h>
#include <string.h>

#include <shellapi.h>

#include "base/err.h"
#include "knowledge/protected.h"
#include "os/windows/process/debugging.h"

#define PATH_UNITS    32768 /* the longest path Windows knows */
#define COMMAND_BYTES 65536
#define PARENTS_MAX   32
#define COMMAND_LINE  60 /* ProcessCommandLineInformation, since 8.1 */

typedef LONG NTAPI query_process(HANDLE, int, void *, ULONG, ULONG *);

/* UNICODE_STRING */
struct expected {
	USHORT bytes, room;
	wchar_t *units;
};

/* ---- user ---- */

static TOKEN_USER *token_user(HANDLE process)
{
	TOKEN_USER *user = NULL;
	HANDLE token;
	DWORD size = 0;

	if (!OpenProcessToken(process, TOKEN_QUERY, &token))
		return NULL;
	GetTokenInformation(token, TokenUser, NULL, 0, &size);
	user = size ? calloc(1, size) : NULL;
	if (user && !GetTokenInformation(token, TokenUser, user, size, &size)) {
		free(user);
		user = NULL;
	}
	CloseHandle(token);
	return user;
}

const char *iu_process_user(struct iu_scan *scan, HANDLE process, uint32_t *ret_uid)
{
	TOKEN_USER *user = token_user(process);
	const char *name;

	if (!user)
		return NULL;
	name = iu_account_name(&scan->snapshot->arena, &scan->accounts, user->User.Sid);
	if (name)
		*ret_uid = iu_sid_number(user->User.Sid);
	free(user);
	return name;
}

const char *iu_process_account(struct iu_scan *scan, int32_t pid, uint32_t *ret_uid)
{
	struct iu_debugging debugging;
	const char *name;
	HANDLE process;

	iu_debugging_begin(&debugging);
	process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
	name = process ? iu_process_user(scan, process, ret_uid) : NULL;
	iu_debugging_end(&debugging);
	if (process)
		CloseHandle(process);
	return name;
}

bool iu_process_uid(int32_t pid, uint32_t *ret_uid)
{
	HANDLE process = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
	TOKEN_USER *user = process ? token_user(process) : NULL;

	if (process)
		CloseHandle(process);
	if (!user)
		return false;
	*ret_uid = iu_sid_number(user->User.Sid);
	free(user);
	return true;
}

/* ---- files ---- */

bool iu_file_identity(const wchar_t *path, struct iu_file_id *ret)
{
	BY_HANDLE_FILE_INFORMATION information;
	HANDLE file = CreateFileW(path, FILE_READ_ATTRIBUTES,
		FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, OPEN_EXISTING,
		FILE_FLAG_BACKUP_SEMANTICS, NULL);
	bool good;

	if (file == INVALID_HANDLE_VALUE)
		return false;
	good = GetFileInformationByHandle(file, &information);
	CloseHandle(file);
	if (good)
		*ret = (struct iu_file_id){information.dwVolumeSerialNumber,
			(uint64_t)information.nFileIndexHigh << 32 | information.nFileIndexLow};
	return good;
}

static void add_file(struct iu_arena *arena, struct iu_process *process, const wchar_t *path)
{
	struct iu_file_id id, *slot;

	if (!iu_file_identity(path, &id))
		return;
	slot = iu_list_add(arena, &process->files);
	*slot = id;
}

static int read_path(struct iu_arena *arena, HANDLE handle, struct iu_process *process)
{
	wchar_t *path = calloc(PATH_UNITS, sizeof(*path));
	DWORD n = PATH_UNITS;

	if (!path)
		return IU_E_NOMEM;
	if (QueryFullProcessImageNameW(handle, 0, path, &n) && n) {
		process->exe = iu_utf8_n(arena, path, n);
		if (process->exe)
			process->name = iu_utf8_base(process->exe);
		add_file(arena, process, path);
	}
	free(path);
	return 0;
}

/* ---- command line ---- */

/* Since Windows 8.1 the system hands it out without a right to read the process's memory. */
static wchar_t *command_told(HANDLE handle)
{
	query_process *query;
	struct expected *told = calloc(1, COMMAND_BYTES + sizeof(*told));
	wchar_t *line = NULL;
	ULONG n;

	iu_api_into(L"ntdll.dll", query, "NtQueryInformationProcess");
	if (told && query && query(handle, COMMAND_LINE, told, COMMAND_BYTES, &n) >= 0) {
		size_t offset = (size_t)((char *)told->units - (char *)told);

		/* The text follows its header: what the length says is checked against the room. */
		if (told->units && offset >= sizeof(*told) && offset <= COMMAND_BYTES &&
			told->bytes <= COMMAND_BYTES - offset)
			line = calloc(1, told->bytes + sizeof(*line));
		if (line)
			memcpy(line, told->units, told->bytes);
	}
	free(told);
	return line;
}

/* Where PEB and its parameters have what is read here, on 64-bit Windows; unchanged since Vista. */
#define PEB_PARAMETERS	    0x20
#define PARAMETERS_CURRENT  0x38
#define PARAMETERS_COMMAND  0x70

static wchar_t *memory_text(HANDLE handle, const char *parameters, size_t at)
{
	struct expected text;
	wchar_t *units = NULL;
	SIZE_T n;

	if (!ReadProcessMemory(handle, parameters + at, &text, sizeof(text), &n) || !text.bytes)
		return NULL;
	units = calloc(1, text.bytes + sizeof(*units));
	if (units && !ReadProcessMemory(handle, text.units, units, text.bytes, &n)) {
		free(units);
		return NULL;
	}
	return units;
}

/* PROCESS_BASIC_INFORMATION */
struct basic {
	void *status;
	char *peb;
	void *rest[4];
};

/* Its parameters in its own memory; NULL: not to be read, or it is a 32-bit process's stand-in. */
static const char *parameters_of(HANDLE handle)
{
	query_process *query;
	struct basic basic = {0};
	const char *parameters = NULL;
	SIZE_T n;

	iu_api_into(L"ntdll.dll", query, "NtQueryInformationProcess");
	if (!query || query(handle, 0, &basic, sizeof(basic), NULL) < 0 || !basic.peb)
		return NULL;
	if (!ReadProcessMemory(handle, basic.peb + PEB_PARAMETERS, &parameters, sizeof(parameters), &n))
		return NULL;
	return parameters;
}

static void add_command(struct iu_arena *arena, const wchar_t *line, struct iu_process *process)
{
	int count = 0;
	wchar_t **words = *line ? CommandLineToArgvW(line, &count) : NULL;

	for (int i = 0; i < count && words; i++) {
		const char **slot = iu_list_add(arena, &process->command);

		*slot = iu_utf8(arena, words[i]);
	}
	if (words)
		LocalFree(words);
}

bool iu_process_is_guarded(HANDLE process)
{
	wchar_t *path = calloc(PATH_UNITS, sizeof(*path));
	struct iu_arena arena = {0};
	DWORD n = PATH_UNITS;
	bool guarded = true; /* what it is cannot be told */

	if (path && QueryFullProcessImageNameW(process, 0, path, &n) && n) {
		const char *text = iu_utf8_n(&arena, path, n);

		guarded = !text || iu_protected_is_guarded(iu_utf8_base(text));
	}
	iu_arena_free(&arena);
	free(path);
	return guarded;
}

static bool is_ours(HANDLE process)
{
	TOKEN_USER *its = token_user(process), *own = its ? token_user(GetCurrentProcess()) : NULL;
	bool same = its && own && EqualSid(its->User.Sid, own->User.Sid);

	free(its);
	free(own);
	return same;
}

/* The memory of others is let alone, also where it could be read: that is how passwords are stolen. */
static HANDLE open_reader(int32_t pid, HANDLE handle)
{
	if (!is_ours(handle) || iu_process_is_guarded(handle))
		return NULL;
	return OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION | PROCESS_VM_READ, FALSE, (DWORD)pid);
}

static bool is_32_bit(HANDLE process)
{
	BOOL wow64 = FALSE;

	return IsWow64Process(process, &wow64) && wow64;
}

/* "C:\shop\" is C:\shop; C:\ stays. */
static void trim_folder(wchar_t *path)
{
	size_t n = wcslen(path);

	if (n > 3 && path[n - 1] == L'\\')
		path[n - 1] = 0;
}

static void read_command(struct iu_arena *arena, int32_t pid, HANDLE handle, struct iu_process *process)
{
	HANDLE reader = open_reader(pid, handle);
	const char *parameters = reader ? parameters_of(reader) : NULL;
	wchar_t *line = command_told(handle), *current = NULL;

	if (!line && parameters)
		line = memory_text(reader, parameters, PARAMETERS_COMMAND);
	/* a 32-bit program keeps its own in its other half: the one here is where it was started, or none */
	if (parameters && !is_32_bit(handle))
		current = memory_text(reader, parameters, PARAMETERS_CURRENT);
	if (current)
		trim_folder(current);
	if (line)
		add_command(arena, line, process);
	process->cwd = iu_utf8(arena, current);
	free(line);
	free(current);
	if (reader)
		CloseHandle(reader);
}

/* ---- all of it ---- */

static int add_parents(struct iu_scan *scan, const struct iu_listed *row, struct iu_process *process)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	struct iu_listed child = *row, parent;

	for (int i = 0; i < PARENTS_MAX && iu_process_parent(scan->list, &child, &parent); i++) {
		struct iu_parent *slot = iu_list_add(arena, &process->parents);

		slot->pid = parent.pid;
		slot->name = iu_utf8_n(arena, parent.name, parent.name_units);
		child = parent;
	}
	return 0;
}

static int fill_listed(struct iu_scan *scan, const struct iu_listed *row, struct iu_process *process)
{
	process->name = iu_utf8_n(&scan->snapshot->arena, row->name, row->name_units);
	process->ppid = row->ppid;
	process->sid = (int32_t)row->session;
	process->start_ticks = row->created;
	process->started = iu_seconds_of(row->created);
	process->state = row->suspended ? IU_PROCESS_STOPPED : IU_PROCESS_RUNNING;
	return add_parents(scan, row, process);
}

static int fill_opened(struct iu_scan *scan, HANDLE handle, struct iu_process *process)
{
	struct iu_arena *arena = &scan->snapshot->arena;
	FILETIME created, ended, kernel, user;
	int ret;

	if (GetProcessTimes(handle, &created, &ended, &kernel, &user)) {
		process->start_ticks = iu_ticks_of(created);
		process->started = iu_seconds_of(process->start_ticks);
	}
	process->user = iu_process_user(scan, handle, &process->uid);
	process->uid_known = process->user != NULL;
	ret = read_path(arena, handle, process);
	if (ret == 0)
		read_command(arena, process->pid, handle, process);
	return ret;
}

int iu_process_add(struct iu_scan *scan, int32_t pid)
{
	struct iu_process process = {.pid = pid, .started = -1, .ppid = -1, .pgid = -1, .sid = -1};
	struct iu_arena *arena = &scan->snapshot->arena;
	struct iu_process *slot;
	struct iu_debugging debugging;
	struct iu_listed row;
	HANDLE handle;
	bool listed;
	int ret = 0;

	if (!pid || iu_snapshot_process(scan->snapshot, pid))
		return 0;
	listed = iu_process_listed(scan->list, pid, &row);
	if (listed)
		ret = fill_listed(scan, &row, &process);
	iu_debugging_begin(&debugging);
	handle = OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, (DWORD)pid);
	if (handle && ret >= 0)
		ret = fill_opened(scan, handle, &process);
	iu_debugging_end(&debugging);
	if (handle)
		CloseHandle(handle);
	if (ret < 0 || (!handle && !listed))
		return ret; /* gone meanwhile, or an owner that is no process any more */
	if (!process.name)
		process.name = pid == 4 ? "System" : iu_arena_strdup(arena, "?");
	slot = iu_list_add(arena, &scan->snapshot->processes);
	*slot = process;
	return 0;
}
