/* engine/causes/hidden-holder.c - the socket is there, and no process shows it */
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/text.h"
#include "engine/causes/cause.h"
#include "knowledge/ports.h"

/* At most so many processes are offered as candidates … */
#define CANDIDATES_MAX 8
/* … and told in words. */
#define TOLD_MAX       2

/* What makes one likelier than others: the weightiest first. */
enum {
	OF_CGROUP = 1, /* it runs in the socket's cgroup */
	NEARBY = 2,    /* its arguments name the socket's folder, or the one that is asked from */
	CUSTOMARY = 4, /* its program mostly has the port */
	NAMES_PORT = 8,
	RANK_MAX = 15,
};

#define SLACK_S 2 /* start times have whole seconds, and file systems their own clocks */

/* A cgroup that names somebody: the root holds everything that nobody sorted. */
static bool names_somebody(const char *cgroup)
{
	return cgroup && *cgroup && strcmp(cgroup, "/") != 0;
}

/* The command lines are those of processes that were read. */
static int rank(const struct iu_case *c, const struct iu_unreadable *u)
{
	const struct iu_process *process = iu_snapshot_process(c->snapshot, u->pid);
	const struct iu_socket *s = &c->blocker->socket;
	int points = 0;

	for (size_t i = 0; process && s->port && i < process->command.n && !points; i++)
		if (process->command.v[i] &&
			iu_port_is_word(process->command.v[i], strlen(process->command.v[i]), s->port))
			points = NAMES_PORT;
	points += s->port && iu_port_is_customary(u->name, s->port) ? CUSTOMARY : 0;
	points += u->nearby ? NEARBY : 0;
	return points + (names_somebody(s->cgroup) && u->cgroup && !strcmp(s->cgroup, u->cgroup));
}

/* The file of a socket is as old as its bind(): who began later has not called that. */
static bool is_too_young(const struct iu_case *c, const struct iu_unreadable *u)
{
	const struct iu_process *process = iu_snapshot_process(c->snapshot, u->pid);
	const struct iu_socket *s = &c->blocker->socket;
	const struct iu_path *path = s->path_len ? iu_snapshot_path(c->snapshot, s->path, s->path_len) : NULL;

	return process && path && path->made > 0 && path->kind == IU_FILE_SOCKET &&
	       process->started > path->made + SLACK_S;
}

static bool fits(const struct iu_case *c, const struct iu_unreadable *u)
{
	const struct iu_socket *s = &c->blocker->socket;

	if (is_too_young(c, u))
		return false;
	if (names_somebody(s->cgroup) && u->cgroup && !strcmp(s->cgroup, u->cgroup))
		return true;
	return s->uid_known && u->uid_known && s->uid == u->uid;
}

struct aged {
	uint64_t since;
	size_t index;
};

/* Of equals the oldest first: numbers of processes begin anew. */
static int by_age(const void *left, const void *right)
{
	const struct aged *a = left, *b = right;

	return a->since != b->since ? (a->since > b->since) - (a->since < b->since)
				    : (a->index > b->index) - (a->index < b->index);
}

static void sort_by_age(struct iu_case *c, size_t first)
{
	struct aged rows[CANDIDATES_MAX];
	size_t *v = c->blocker->candidates.v, n = c->blocker->candidates.n;

	for (size_t i = first; i < n; i++)
		rows[i] = (struct aged){c->snapshot->unreadable.v[v[i]].start_ticks, v[i]};
	if (first < n)
		qsort(rows + first, n - first, sizeof(*rows), by_age);
	for (size_t i = first; i < n; i++)
		v[i] = rows[i].index;
}

/* Those of a rank. Returns how many there are. */
static size_t add_candidates(struct iu_case *c, int wanted)
{
	size_t n = 0, first = c->blocker->candidates.n;

	for (size_t i = 0; i < c->snapshot->unreadable.n; i++) {
		const struct iu_unreadable *u = &c->snapshot->unreadable.v[i];
		size_t *slot;

		if (!fits(c, u) || rank(c, u) != wanted)
			continue;
		n++;
		if (c->blocker->candidates.n == CANDIDATES_MAX)
			continue;
		slot = iu_list_add(c->arena, &c->blocker->candidates);
		*slot = i;
	}
	sort_by_age(c, first);
	return n;
}

static bool started(const struct iu_process *process, int32_t pid)
{
	for (size_t i = 0; process && i < process->parents.n; i++)
		if (process->parents.v[i].pid == pid)
			return true;
	return false;
}

/* A wrapper has the words of what it starts among its own: it goes behind it. Returns how many are left of @n. */
static size_t drop_wrappers(struct iu_case *c, size_t n)
{
	const struct iu_unreadable *all = c->snapshot->unreadable.v;
	size_t *v = c->blocker->candidates.v;

	for (size_t i = 0; i < n; i++) {
		size_t wrapper = v[i], k = i + 1;

		while (k < n && !started(iu_snapshot_process(c->snapshot, all[v[k]].pid), all[wrapper].pid))
			k++;
		if (k == n)
			continue;
		memmove(v + i, v + i + 1, (n - i - 1) * sizeof(*v));
		v[--n] = wrapper;
		i--;
	}
	return n;
}

/* The likeliest in words; nobody where nothing distinguishes them from the others. */
static void say_candidates(struct iu_case *c)
{
	size_t best = 0, told = 0;

	for (int points = RANK_MAX; points >= 0; points--) {
		size_t n = add_candidates(c, points);

		if (n && !told) {
			best = (size_t)points;
			told = drop_wrappers(c, n < CANDIDATES_MAX ? n : CANDIDATES_MAX);
		}
	}
	if (best < NEARBY && told > TOLD_MAX)
		return;
	c->blocker->likely = told < TOLD_MAX ? told : TOLD_MAX;
	c->blocker->likely_why = best >= NAMES_PORT  ? "has the port among its arguments"
				 : best >= CUSTOMARY ? "mostly has this port"
				 : best >= NEARBY    ? "names the same directory in its arguments"
				 : best >= OF_CGROUP ? "runs in the same cgroup"
						     : "belongs to the same user";
	for (size_t i = 0; i < c->blocker->likely; i++) {
		const struct iu_unreadable *u =
			&c->snapshot->unreadable.v[c->blocker->candidates.v[i]];

		iu_case_say(c, "%s (pid %d) could be it: it %s, and its descriptors may not be read",
			iu_safe(c->arena, u->name, 40), (int)u->pid, c->blocker->likely_why);
	}
}

/* Nobody here has this inode, and the same file has another one where others serve it. */
static void say_shared(struct iu_case *c)
{
	const char *type = iu_safe(c->arena, c->path->shared, 40);

	if (c->path->shared_elsewhere)
		iu_case_say(c, "%s shows the same directory elsewhere: who is bound to the file there is not found under this path",
			type);
	else
		iu_case_say(c, "the file lies on %s, which others serve, too: that nobody here is bound to it does not mean that nobody is",
			type);
	if (c->path->shared_alive == IU_YES)
		iu_case_say(c, "a socket is bound to the same file under its other path");
}

/* Whether any table has told which file a socket is bound to. */
static bool files_told(const struct iu_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->sockets.n; i++) {
		const struct iu_socket *s = &snapshot->sockets.v[i];

		if (s->protocol == IU_PROTOCOL_UNIX && s->path_len && !s->abstract &&
			!s->file_ino && !s->in_other_netns)
			return false;
	}
	return snapshot->seen & IU_FACT_UNIX;
}

/* A UNIX socket is bound to the file, and this network namespace's list does not have it. */
static bool no_socket_seen(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	bool shared = c->path && c->path->alive == IU_NO && c->path->shared;

	if (!c->path || c->path->kind != IU_FILE_SOCKET || (c->path->alive == IU_NO && !shared))
		return false;
	if (shared)
		say_shared(c);
	else if (c->path->alive == IU_YES && !files_told(c->snapshot))
		iu_case_say(c, "a socket is bound to the file; which one could not be told, as this kernel does not list the files of sockets to us");
	else if (c->path->alive == IU_YES)
		iu_case_say(c, "a socket is bound to the file, but none of this network namespace: it lives in another one");
	else
		iu_case_say(c, "the path is a socket file; whether a socket of another network namespace is bound to it, or none any more, could not be asked");
	iu_case_say(c, "the file belongs to %s",
		iu_phrase_user(c->arena, c->path->user, true, c->path->uid));
	*ret_confidence = c->path->alive == IU_YES && files_told(c->snapshot)
		? IU_CONFIDENCE_LIKELY
		: IU_CONFIDENCE_POSSIBLE;
	return true;
}

static bool applies(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;
	bool all_seen = c->snapshot->seen & IU_FACT_HOLDERS;

	if (s->state == IU_STATE_FILE)
		return no_socket_seen(c, ret_confidence);
	if (c->holder_count || !iu_case_has_owner(c) || s->gone)
		return false;
	iu_case_say(c, "the socket on %s exists, but no visible process has it",
		iu_phrase_endpoint(c->arena, s));
	if (s->uid_known)
		iu_case_say(c, "it belongs to %s",
			iu_phrase_user(c->arena, s->user, true, s->uid));
	if (s->unit)
		iu_case_say(c, "it was made in the unit %s", iu_safe(c->arena, s->unit, 80));
	else if (names_somebody(s->cgroup))
		iu_case_say(c, "it was made in the cgroup %s", iu_safe(c->arena, s->cgroup, 120));
	if (s->container)
		iu_case_say(c, "it was made in the container %s",
			iu_safe(c->arena, s->container, 64));
	say_candidates(c);
	iu_case_suspects(c, IU_VIA_MESSAGE,
		"descriptors wait in the queue of a UNIX socket of it, and they could not be looked at");
	iu_case_suspects(c, IU_VIA_RING,
		"it has an io_uring whose registered files could not be looked at");
	iu_case_suspects(c, IU_VIA_CALL,
		"it has a thread in a system call with a descriptor that is closed");
	if (all_seen)
		iu_case_say(c, "every process here was looked at: it is in another PID namespace, in the kernel, or in a message that no process can reach any more (that one goes when any program closes a UNIX socket)");
	/* the socket is certain; that it is hidden is what was seen */
	*ret_confidence = all_seen ? IU_CONFIDENCE_PROVEN : IU_CONFIDENCE_LIKELY;
	return true;
}

static const char *file_headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const struct iu_path *path =
		iu_snapshot_path(snapshot, b->socket.path, b->socket.path_len);

	if (path && path->shared && path->alive == IU_NO)
		return iu_phrase(arena, path->shared_alive == IU_YES
				? "a socket is bound to the file through another path (%s)"
				: "a socket file is there, and others may serve it through %s, which cannot be seen from here",
			iu_safe(arena, path->shared, 40));
	return b->confidence == IU_CONFIDENCE_POSSIBLE
		? "a socket file is there, and whether it is alive cannot be seen"
		: "a socket of another network namespace is bound to it";
}

static const char *headline(
	struct iu_arena *arena, const struct iu_snapshot *snapshot, const struct iu_blocker *b)
{
	const struct iu_socket *s = &b->socket;

	if (s->state == IU_STATE_FILE)
		return file_headline(arena, snapshot, b);
	return iu_phrase(arena, "a process%s%s%s%s %s %s (%s)",
		s->user || s->uid_known ? " of " : "",
		s->user || s->uid_known
			? iu_phrase_user(arena, s->user, s->uid_known, s->uid) : "",
		s->unit ? " in " : "",
		s->unit ? iu_safe(arena, s->unit, 60) : "",
		iu_phrase_state(s, false), iu_phrase_where(arena, s),
		snapshot->host.uid && !snapshot->host.recorded ? "only root can see which"
							       : "which one is not visible here");
}

static bool without_process(struct iu_case *c, enum iu_confidence *ret_confidence)
{
	const struct iu_socket *s = &c->blocker->socket;

	if (s->state == IU_STATE_FILE)
		return no_socket_seen(c, ret_confidence);
	if (c->holder_count || !iu_case_has_owner(c))
		return false;
	iu_case_say(c, "the socket on %s exists, but its row names no process",
		iu_phrase_endpoint(c->arena, s));
	*ret_confidence = IU_CONFIDENCE_LIKELY;
	return true;
}

#define REFUSAL "nothing is stopped", "which process holds the socket cannot be seen from here"

static const struct iu_cause_rule on_windows = {
	.cause = IU_CAUSE_HIDDEN_HOLDER,
	.applies = without_process,
	.headline = headline,
	.refusal = {REFUSAL},
};

const struct iu_cause_rule iu_cause_hidden_holder = {
	.cause = IU_CAUSE_HIDDEN_HOLDER,
	.applies = applies,
	.headline = headline,
	.refusal = {REFUSAL},
	.windows = &on_windows,
};
