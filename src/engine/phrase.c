/* engine/phrase.c - the turns of phrase that sentences about sockets and processes share */
#include "engine/phrase.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "knowledge/kernel-users.h"
#include "knowledge/unix-types.h"

const char *iu_phrase(struct iu_arena *arena, const char *format, ...)
{
	va_list args;
	const char *text;

	va_start(args, format);
	text = iu_arena_vprintf(arena, format, args);
	va_end(args);
	return text ? text : "?";
}

void iu_strings_add(struct iu_arena *arena, struct iu_strings *strings, const char *text)
{
	const char **slot;

	if (!text)
		return;
	slot = iu_list_add(arena, strings);
	*slot = text;
}

const char *iu_phrase_safe(struct iu_arena *arena, const char *foreign, size_t columns)
{
	const char *text = iu_safe(arena, foreign, columns);

	return text ? text : "?";
}

const char *iu_phrase_process(struct iu_arena *arena, const struct iu_process *process)
{
	if (!process->name)
		return iu_phrase(arena, "pid %d", (int)process->pid);
	if (process->pid >= IU_PID_MADE_UP)
		return iu_phrase_safe(arena, process->name, IU_NAME_COLUMNS);
	return iu_phrase(arena, "%s (pid %d)", iu_phrase_safe(arena, process->name, IU_NAME_COLUMNS),
		(int)process->pid);
}

const char *iu_phrase_container(struct iu_arena *arena, const char *id, const char *name)
{
	size_t len = strlen(id);
	bool is_long = len == 64 && strspn(id, "0123456789abcdef") == len;

	id = is_long ? iu_phrase(arena, "%.12s", id) : iu_phrase_safe(arena, id, 64);
	return name ? iu_phrase(arena, "%s (%s)", iu_phrase_safe(arena, name, IU_NAME_COLUMNS), id) : id;
}

const char *iu_phrase_pid(struct iu_arena *arena, const struct iu_snapshot *snapshot, int32_t pid)
{
	const struct iu_process *process = iu_snapshot_process(snapshot, pid);

	return process ? iu_phrase_process(arena, process) : iu_phrase(arena, "pid %d", (int)pid);
}

static int32_t hold_pid(
	const struct iu_snapshot *snapshot, const struct iu_blocker *blocker, size_t i)
{
	size_t at = blocker->holds.v[i];

	return at < snapshot->holds.n ? snapshot->holds.v[at].pid : -1;
}

const char *iu_phrase_holders(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *blocker)
{
	size_t i, k, others = 0;
	int32_t first;

	if (!blocker->holds.n)
		return NULL;
	first = hold_pid(snapshot, blocker, 0);
	for (i = 1; i < blocker->holds.n; i++) {
		int32_t pid = hold_pid(snapshot, blocker, i);

		for (k = 0; k < i && hold_pid(snapshot, blocker, k) != pid; k++)
			;
		others += k == i;
	}
	if (others)
		return iu_phrase(arena, "%s and %zu more", iu_phrase_pid(arena, snapshot, first),
			others);
	return iu_phrase_pid(arena, snapshot, first);
}

const char *iu_phrase_listener(struct iu_arena *arena, const struct iu_snapshot *snapshot,
	const struct iu_blocker *blocker)
{
	const struct iu_process *p;
	int32_t pid;

	if (!blocker->holds.n)
		return NULL;
	pid = hold_pid(snapshot, blocker, 0);
	p = iu_snapshot_process(snapshot, pid);
	if (!p || !p->name)
		return iu_phrase(arena, "pid %d", (int)pid);
	return iu_phrase(arena, "%s %d", iu_safe(arena, p->name, IU_NAME_COLUMNS), (int)pid);
}

/* Letters that no shell touches. */
static bool is_plain(const char *text)
{
	static const char plain[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";

	return *text && text[strspn(text, plain)] == '\0';
}

static bool is_printable_ascii(const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || (unsigned char)*text > 0x7e)
			return false;
	return true;
}

/* $'...' writes any byte in visible letters, and bash, zsh and POSIX 2024 shells read it back. */
static const char *quote_bytes(struct iu_arena *arena, const char *text)
{
	size_t len = strlen(text), at = 0;
	char *quoted = iu_arena_alloc(arena, len * 4 + 4);

	if (!quoted)
		return "?";
	quoted[at++] = '$';
	quoted[at++] = '\'';
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\'' || c == '\\') {
			quoted[at++] = '\\';
			quoted[at++] = (char)c;
		} else if (c < 0x20 || c > 0x7e) {
			at += (size_t)snprintf(quoted + at, 5, "\\%03o", c);
		} else {
			quoted[at++] = (char)c;
		}
	}
	quoted[at++] = '\'';
	quoted[at] = '\0';
	return quoted;
}

static const char *quote(struct iu_arena *arena, const char *text)
{
	size_t len = strlen(text), at = 0;
	char *quoted;

	if (is_plain(text))
		return text;
	if (!is_printable_ascii(text))
		return quote_bytes(arena, text);
	quoted = iu_arena_alloc(arena, len * 4 + 3);
	if (!quoted)
		return "?";
	quoted[at++] = '\'';
	for (; *text; text++) {
		if (*text == '\'') {
			memcpy(quoted + at, "'\\''", 4);
			at += 4;
		} else {
			quoted[at++] = *text;
		}
	}
	quoted[at++] = '\'';
	quoted[at] = '\0';
	return quoted;
}

const char *iu_phrase_shell(struct iu_arena *arena, const char *const *argv, size_t n)
{
	const char *line = "";
	size_t i;

	for (i = 0; i < n; i++)
		line = iu_phrase(arena, "%s%s%s", line, i ? " " : "",
			quote(arena, argv[i] ? argv[i] : ""));
	return line;
}

/* A program in an argument, "python3 -c": its first line tells which one it is. */
static const char *first_line(struct iu_arena *arena, const char *argument)
{
	size_t skipped, len;

	if (!argument || !strchr(argument, '\n'))
		return argument;
	skipped = strspn(argument, " \t\n");
	len = strcspn(argument + skipped, "\n");
	return iu_arena_printf(arena, "%.*s...", (int)len, argument + skipped);
}

static const char *command_line(struct iu_arena *arena, const struct iu_process *process, bool whole)
{
	const char *words[IU_COMMAND_ARGUMENTS];
	size_t n = process->command.n;
	const char *line;

	if (!n)
		return iu_phrase_safe(arena, process->name, IU_NAME_COLUMNS);
	if (n > IU_COMMAND_ARGUMENTS)
		n = IU_COMMAND_ARGUMENTS;
	memcpy(words, process->command.v, n * sizeof(*words));
	if (!whole && words[0] && words[0][0] == '/')
		words[0] = iu_text_base_name(words[0], "/");
	for (size_t i = 0; i < n && !whole; i++)
		words[i] = first_line(arena, words[i]);
	line = iu_phrase_shell(arena, words, n);
	if (n < process->command.n)
		line = iu_phrase(arena, "%s ...", line);
	return iu_phrase_safe(arena, line, IU_COMMAND_COLUMNS);
}

const char *iu_phrase_command(struct iu_arena *arena, const struct iu_process *process)
{
	return command_line(arena, process, true);
}

const char *iu_phrase_short_command(struct iu_arena *arena, const struct iu_process *process)
{
	return command_line(arena, process, false);
}

const struct iu_kernel_use *iu_phrase_kernel_use(
	const struct iu_snapshot *snapshot, const struct iu_socket *s)
{
	size_t i;

	for (i = 0; i < snapshot->kernel_uses.n; i++) {
		const struct iu_kernel_use *use = &snapshot->kernel_uses.v[i];

		if (use->protocol == s->protocol && use->port == s->port && use->port &&
			(!s->uid_known || s->uid == 0))
			return use;
	}
	return NULL;
}

const char *iu_phrase_kernel_user(struct iu_arena *arena, const struct iu_kernel_use *use)
{
	const char *what = iu_kernel_user_row(use->user)->what;

	if (use->name)
		return iu_phrase(arena, "%s %s", what, iu_phrase_safe(arena, use->name, IU_NAME_COLUMNS));
	if (use->id)
		return iu_phrase(arena, "%s %u", what, (unsigned int)use->id);
	return what;
}

/* "0.0.0.0%virbr0:67", "[::%eth0]:547": the same address on another device is another one. */
static const char *on_device(struct iu_arena *arena, const struct iu_socket *s)
{
	char text[IU_ADDRESS_TEXT];
	struct iu_address plain = s->local;
	const char *device = s->device ? iu_phrase_safe(arena, s->device, IU_NAME_COLUMNS)
				       : iu_phrase(arena, "if%u", (unsigned int)s->ifindex); /* it is gone */

	plain.scope = 0; /* of a link-local address it is the same device */
	iu_address_format(&plain, text);
	return iu_phrase(arena, s->family == IU_FAMILY_IPV6 ? "[%s%%%s]:%u" : "%s%%%s:%u", text, device,
		(unsigned int)s->port);
}

const char *iu_phrase_abstract(struct iu_arena *arena, const char *name, size_t len)
{
	struct iu_text text = {0};
	const char *copy;

	iu_text_add(&text, "@");
	iu_text_abstract(&text, name, len, IU_PATH_COLUMNS);
	copy = text.failed ? NULL : iu_arena_strndup(arena, text.data, text.len);
	iu_text_free(&text);
	return copy ? copy : "?";
}

const char *iu_phrase_endpoint(struct iu_arena *arena, const struct iu_socket *s)
{
	char text[IU_ADDRESS_TEXT];
	const char *name;

	if (s->protocol != IU_PROTOCOL_UNIX && (s->device || s->ifindex) && s->port)
		return on_device(arena, s);
	if (s->protocol != IU_PROTOCOL_UNIX)
		return iu_phrase(arena, "%s", iu_endpoint_format(&s->local, s->port, text));
	if (!s->path)
		return "an unnamed socket";
	name = s->abstract ? iu_phrase_abstract(arena, s->path, s->path_len)
			   : iu_phrase_safe(arena, iu_arena_strndup(arena, s->path, s->path_len), IU_PATH_COLUMNS);
	return s->unix_type > IU_UNIX_STREAM /* what most are */
		? iu_phrase(arena, "%s (%s)", name, iu_unix_type_name(s->unix_type))
		: name;
}

/* Only who listens or is bound there has all of them. */
const char *iu_phrase_where(struct iu_arena *arena, const struct iu_socket *s)
{
	if (s->protocol == IU_PROTOCOL_UNIX || s->device || !iu_address_is_wildcard(&s->local) ||
		(s->state != IU_STATE_LISTEN && s->state != IU_STATE_BOUND))
		return iu_phrase_endpoint(arena, s);
	if (s->family == IU_FAMILY_IPV4)
		return "all IPv4 addresses";
	if (s->family != IU_FAMILY_IPV6 || s->v6only == IU_UNKNOWN)
		return iu_phrase_endpoint(arena, s);
	return s->v6only == IU_YES ? "all IPv6 addresses" : "all addresses (IPv4 and IPv6)";
}

const char *iu_phrase_target(struct iu_arena *arena, const struct iu_question *question)
{
	const char *text = question->target.text;
	size_t len = text ? strlen(text) : 0;

	if (question->target.protocol == IU_PROTOCOL_TCP && len > 4 && !strcmp(text + len - 4, "/tcp"))
		return iu_arena_strndup(arena, text, len - 4);
	return text;
}

bool iu_phrase_many(const struct iu_snapshot *snapshot, const struct iu_blocker *blocker)
{
	size_t i;

	for (i = 1; i < blocker->holds.n; i++)
		if (hold_pid(snapshot, blocker, i) != hold_pid(snapshot, blocker, 0))
			return true;
	return false;
}

const char *iu_phrase_state(const struct iu_socket *s, bool many)
{
	bool tcp = s->protocol == IU_PROTOCOL_TCP;

	switch (s->state) {
	case IU_STATE_LISTEN: return many ? "listen on" : "listens on";
	case IU_STATE_ESTABLISHED:
		if (tcp)
			return many ? "have an open connection on" : "has an open connection on";
		return many ? "are bound to" : "is bound to";
	case IU_STATE_BOUND:
		if (tcp)
			return many ? "do not listen, but have bound"
				    : "does not listen, but has bound";
		return many ? "are bound to" : "is bound to";
	case IU_STATE_SYN_SENT: return many ? "are connecting from" : "is connecting from";
	case IU_STATE_CLOSE_WAIT:
		return many ? "have a connection that its peer closed on"
			    : "has a connection that its peer closed on";
	case IU_STATE_FIN_WAIT1:
	case IU_STATE_FIN_WAIT2:
	case IU_STATE_CLOSING:
	case IU_STATE_LAST_ACK:
		return many ? "are closing a connection on" : "is closing a connection on";
	case IU_STATE_SYN_RECV:
		return many ? "are receiving a connection on" : "is receiving a connection on";
	case IU_STATE_TIME_WAIT: return many ? "were closed on" : "was closed on";
	case IU_STATE_UNKNOWN:
	case IU_STATE_FILE: break;
	}
	return many ? "hold" : "holds";
}

const char *iu_phrase_user(struct iu_arena *arena, const char *user, bool known, uint32_t uid)
{
	if (user)
		return iu_phrase_safe(arena, user, IU_NAME_COLUMNS);
	return known ? iu_phrase(arena, "uid %u", (unsigned int)uid) : "an unknown user";
}

/* Days since 1970 to a date; the calendar repeats every 400 years (146097 days). */
static void civil(int64_t days, int *year, int *month, int *day)
{
	int64_t era, of_era, of_year, shifted;
	int64_t year_of_era;

	days += 719468; /* from 0000-03-01, so that the leap day is the last of a year */
	era = (days >= 0 ? days : days - 146096) / 146097;
	of_era = days - era * 146097;
	year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	shifted = (5 * of_year + 2) / 153;
	*day = (int)(of_year - (153 * shifted + 2) / 5 + 1);
	*month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
	*year = (int)(year_of_era + era * 400 + (*month <= 2));
}

const char *iu_phrase_time(struct iu_arena *arena, int64_t seconds, int32_t clock)
{
	const int64_t far_future = 253402300800; /* year 10000: no honest clock says so */
	int64_t there = seconds + clock, days = there / 86400, rest = there % 86400;
	int year, month, day, minutes = clock / 60;
	const char *zone = "UTC";

	if (seconds < 0 || seconds >= far_future || there < 0)
		return "an unknown time";
	if (minutes)
		zone = iu_phrase(arena, "%c%02d%02d", minutes < 0 ? '-' : '+',
			(minutes < 0 ? -minutes : minutes) / 60, (minutes < 0 ? -minutes : minutes) % 60);
	civil(days, &year, &month, &day);
	return iu_phrase(arena, "%04d-%02d-%02d %02d:%02d:%02d %s", year, month, day,
		(int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60), zone);
}

const char *iu_phrase_span(struct iu_arena *arena, int64_t seconds)
{
	if (seconds < 0)
		seconds = 0;
	if (seconds < 120)
		return iu_phrase(arena, "%d s", (int)seconds);
	if (seconds < 7200)
		return iu_phrase(arena, "%d min", (int)(seconds / 60));
	if (seconds < 172800)
		return iu_phrase(arena, "%d h", (int)(seconds / 3600));
	return iu_phrase(arena, "%lld days", (long long)(seconds / 86400));
}

const char *iu_phrase_errno(int error)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{EADDRINUSE, "EADDRINUSE"},
		{EADDRNOTAVAIL, "EADDRNOTAVAIL"},
		{EACCES, "EACCES"},
		{EPERM, "EPERM"},
		{EAFNOSUPPORT, "EAFNOSUPPORT"},
		{EINVAL, "EINVAL"},
		{EBADF, "EBADF"},
		{ENOTSOCK, "ENOTSOCK"},
		{EFAULT, "EFAULT"},
		{EOPNOTSUPP, "EOPNOTSUPP"},
		{EDESTADDRREQ, "EDESTADDRREQ"},
		{ENOENT, "ENOENT"},
		{ENOTDIR, "ENOTDIR"},
		{EROFS, "EROFS"},
		{ELOOP, "ELOOP"},
		{ENAMETOOLONG, "ENAMETOOLONG"},
		{ENODEV, "ENODEV"},
		{ENOSPC, "ENOSPC"},
		{EDQUOT, "EDQUOT"},
		{EIO, "EIO"},
		{ENOMEM, "ENOMEM"},
		{ENOBUFS, "ENOBUFS"},
		{ECONNREFUSED, "ECONNREFUSED"},
		{EISCONN, "EISCONN"},
		{EINPROGRESS, "EINPROGRESS"},
		{EALREADY, "EALREADY"},
		{EPROTOTYPE, "EPROTOTYPE"},
		{ENETUNREACH, "ENETUNREACH"},
		{EHOSTUNREACH, "EHOSTUNREACH"},
		{ETIMEDOUT, "ETIMEDOUT"},
		{EMFILE, "EMFILE"},
		{ENFILE, "ENFILE"},
		{EAGAIN, "EAGAIN"},
		{EPROTONOSUPPORT, "EPROTONOSUPPORT"},
		{IU_WSAEACCES, "WSAEACCES"},
		{IU_WSAEINVAL, "WSAEINVAL"},
		{IU_WSAEAFNOSUPPORT, "WSAEAFNOSUPPORT"},
		{IU_WSAEADDRINUSE, "WSAEADDRINUSE"},
		{IU_WSAEADDRNOTAVAIL, "WSAEADDRNOTAVAIL"},
		{IU_WSAENOBUFS, "WSAENOBUFS"},
		{IU_WSAECONNREFUSED, "WSAECONNREFUSED"},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(names); i++)
		if (names[i].number == error)
			return names[i].name;
	return NULL;
}

void iu_phrase_asked(
	struct iu_arena *arena, const struct iu_question *question, struct iu_strings *words)
{
	const struct iu_options *options = &question->options;
	const char *const all[] = {options->reuseaddr ? "--reuseaddr" : NULL,
		options->reuseport ? "--reuseport" : NULL,
		options->v6only == IU_YES ? "--v6only" : NULL,
		options->device ? "--device" : NULL,
		options->device,
		question->target.text};

	for (size_t i = 0; i < IU_COUNT(all); i++)
		if (all[i])
			iu_strings_add(arena, words, all[i]);
}

void iu_phrase_there(
	struct iu_arena *arena, const struct iu_question *question, struct iu_strings *words)
{
	if (!question->asker.netns_pid)
		return;
	iu_strings_add(arena, words, "nsenter");
	iu_strings_add(arena, words, "-n");
	iu_strings_add(arena, words, "-t");
	iu_strings_add(arena, words, iu_phrase(arena, "%d", (int)question->asker.netns_pid));
}

const char *iu_phrase_free_line(struct iu_arena *arena, const struct iu_question *question)
{
	struct iu_strings words = {0};

	iu_phrase_there(arena, question, &words);
	iu_strings_add(arena, &words, "inuse");
	iu_strings_add(arena, &words, "free");
	return iu_phrase_shell(arena, words.v, words.n);
}

const char *iu_phrase_asked_line(struct iu_arena *arena, const struct iu_question *question)
{
	struct iu_strings words = {0};

	iu_phrase_asked(arena, question, &words);
	return iu_phrase_shell(arena, words.v, words.n);
}
