/* engine/connect-path.c - why a connect() to a UNIX socket failed: who may, and who listens */
#include "engine/connect-path.h"

#include <errno.h>

#include "base/text.h"
#include "engine/blockers.h"
#include "engine/headline.h"
#include "engine/phrase.h"
#include "knowledge/causes.h"
#include "knowledge/errors.h"
#include "knowledge/unix-types.h"

struct answer {
	struct iu_arena *arena;
	const struct iu_question *question;
	const struct iu_snapshot *snapshot;
	struct iu_verdict *verdict;
	const char *subject;
};

static void fail(struct answer *a, enum iu_status status, int error, enum iu_cause cause)
{
	a->verdict->status = status;
	a->verdict->cause = cause;
	a->verdict->error_number = error;
	a->verdict->error = error ? iu_phrase_errno(error) : NULL;
	a->verdict->operation = IU_OPERATION_CONNECT;
}

static struct iu_remedy *add_remedy(struct answer *a, enum iu_remedy_id id, const char *summary)
{
	struct iu_remedy *remedy = iu_list_add(a->arena, &a->verdict->remedies);

	*remedy = (struct iu_remedy){
		.id = id,
		.summary = summary,
		.risk = iu_remedy_row(id)->risk,
		.tried = IU_UNKNOWN,
	};
	return remedy;
}

/* "root:docker, mode 0660" */
static const char *rights(struct answer *a, const struct iu_path *path)
{
	const char *user = path->user ? iu_safe(a->arena, path->user, IU_NAME_COLUMNS)
				      : iu_phrase(a->arena, "%u", (unsigned int)path->uid);
	const char *group = path->group ? iu_safe(a->arena, path->group, IU_NAME_COLUMNS)
					: iu_phrase(a->arena, "%u", (unsigned int)path->gid);

	return iu_phrase(a->arena, "%s:%s, mode %04o", user, group, (unsigned int)path->mode);
}

/* The group that may write to it has somebody besides root. */
static bool group_may(const struct iu_path *path)
{
	return (path->mode & 020) && path->gid;
}

static void add_command(struct answer *a, struct iu_remedy *remedy, const char *const *words)
{
	for (size_t i = 0; words[i]; i++)
		iu_strings_add(a->arena, &remedy->command, words[i]);
}

/* root may always: the one who asks now need not be the one who was refused. */
static void join_group(struct answer *a, const struct iu_path *path)
{
	const struct iu_host *host = &a->snapshot->host;
	struct iu_remedy *remedy;

	if (!group_may(path) || !path->group)
		return;
	remedy = add_remedy(a, IU_REMEDY_JOIN_GROUP,
		iu_phrase(a->arena,
			"become a member of group %s, then log in again (whoever is one can do what the "
			"server does)",
			iu_safe(a->arena, path->group, IU_NAME_COLUMNS)));
	remedy->needs_root = true;
	if (host->user && host->uid)
		add_command(a, remedy,
			(const char *const[]){"usermod", "-aG", path->group, host->user, NULL});
}

static void answer_denied(struct answer *a, const struct iu_path *path)
{
	const char *who = group_may(path) && path->group
		? iu_phrase(a->arena, "%s and members of group %s",
			  path->user ? iu_safe(a->arena, path->user, IU_NAME_COLUMNS) : "its owner",
			  iu_safe(a->arena, path->group, IU_NAME_COLUMNS))
		: path->user ? iu_safe(a->arena, path->user, IU_NAME_COLUMNS)
			     : "its owner";

	fail(a, IU_STATUS_DENIED, a->question->symptom.from_message.error == IU_ERROR_PERM ? EPERM : EACCES,
		IU_CAUSE_NONE);
	if (path->mode & 02)
		a->verdict->headline = iu_phrase(a->arena,
			"%s may be used by everybody (%s): a directory above it, or a security module, refuses.",
			a->subject, rights(a, path));
	else
		a->verdict->headline = iu_phrase(a->arena,
			"Only %s may connect to %s (%s).", who, a->subject, rights(a, path));
	join_group(a, path);
}

static void answer_listens(struct answer *a)
{
	struct iu_blocker *row = &a->verdict->blockers.v[0];
	const char *who = iu_phrase_listener(a->arena, a->snapshot, row);

	const char *type = iu_unix_type_name(row->socket.unix_type);

	row->certain = IU_NO;
	row->cause = IU_CAUSE_NONE;
	a->verdict->blockers.n = 1;
	a->verdict->status = IU_STATUS_FREE;
	if (row->socket.unix_type > IU_UNIX_STREAM) {
		a->verdict->headline = iu_phrase(a->arena,
			"%s is there now%s%s%s for sockets of type %s: to one of another type connect() says EPROTOTYPE.",
			a->subject, who ? " (" : "", who ? who : "", who ? ")" : "", type);
		return;
	}
	a->verdict->headline = iu_phrase(a->arena,
		"Something listens on %s now%s%s%s: a connection would be accepted.", a->subject,
		who ? " (" : "", who ? who : "", who ? ")" : "");
}

static void answer_gone(struct answer *a, int error, const char *why)
{
	fail(a, error ? IU_STATUS_UNAVAILABLE : IU_STATUS_UNKNOWN, error, IU_CAUSE_NONE);
	a->verdict->headline = iu_phrase(a->arena, "%s: %s%s%s.", a->subject, why,
		error ? ", so connect() says " : "", error ? a->verdict->error : "");
	if (error)
		add_remedy(a, IU_REMEDY_START_SERVER, "start the server that should listen there");
}

static bool was_denied(const struct answer *a)
{
	return a->question->symptom.from_message.error == IU_ERROR_ACCES ||
	       a->question->symptom.from_message.error == IU_ERROR_PERM;
}

static void answer_file(struct answer *a, const struct iu_path *path)
{
	bool socket = path->kind == IU_FILE_SOCKET;
	bool bound = a->verdict->blockers.n &&
		     a->verdict->blockers.v[0].socket.state != IU_STATE_FILE;

	if (!bound || !socket || was_denied(a))
		a->verdict->blockers.n = 0;
	if (!socket)
		answer_gone(a, ECONNREFUSED, "it is a file that is no socket");
	else if (was_denied(a))
		answer_denied(a, path);
	else if (bound)
		answer_listens(a);
	else if (path->alive == IU_NO)
		answer_gone(a, ECONNREFUSED, "the socket file is there, and nobody listens on it");
	else
		answer_gone(a, 0,
			path->alive == IU_YES
				? "somebody listens on it, in another container or namespace"
				: "whether anybody listens on it could not be seen");
}

static void answer_no_file(struct answer *a, const struct iu_path *path)
{
	if (path->lstat_errno == ENOENT)
		answer_gone(a, ENOENT, "there is no such file");
	else if (was_denied(a) && path->lstat_errno == EACCES)
		answer_gone(a, EACCES, "a directory above it does not let you in");
	else
		answer_gone(a, 0, "it could not be looked at");
}

void iu_connect_path_decide(struct iu_arena *arena, const struct iu_question *question,
	const struct iu_snapshot *snapshot, struct iu_verdict *verdict)
{
	const struct iu_path *path = question->target.abstract
		? NULL
		: iu_snapshot_path(snapshot, question->target.path, question->target.path_len);
	struct answer a = {arena, question, snapshot, verdict, iu_subject(arena, question)};

	if (path && path->lstat_errno) {
		answer_no_file(&a, path);
		return;
	}
	if (!path && !question->target.abstract) {
		answer_gone(&a, 0, "what lies there was not looked at");
		return;
	}
	iu_blockers_unix(arena, question, snapshot, verdict);
	if (path)
		answer_file(&a, path);
	else if (verdict->blockers.n)
		answer_listens(&a);
	else
		answer_gone(&a, ECONNREFUSED, "nobody here has that name");
}
