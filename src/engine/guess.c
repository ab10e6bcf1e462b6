/* engine/guess.c - who most likely holds a socket that nobody here is seen to hold */
#include "engine/guess.h"

#include <string.h>

/* The root's cgroup holds everything that nobody sorted. */
static bool names_somebody(const char *cgroup)
{
	return cgroup && *cgroup && strcmp(cgroup, "/") != 0;
}

static bool of_cgroup(const struct iu_unreadable *u, const struct iu_socket *s)
{
	return names_somebody(s->cgroup) && u->cgroup && !strcmp(s->cgroup, u->cgroup);
}

static bool of_user(const struct iu_unreadable *u, const struct iu_socket *s)
{
	return s->uid_known && u->uid_known && s->uid == u->uid;
}

/* The first one that fits; NULL where one of another name fits as well. @ret_any: whether any does. */
static const struct iu_unreadable *only_one(const struct iu_snapshot *snapshot, const struct iu_socket *s,
	bool (*fits)(const struct iu_unreadable *u, const struct iu_socket *s), bool *ret_any)
{
	const struct iu_unreadable *found = NULL;

	*ret_any = false;
	for (size_t i = 0; i < snapshot->unreadable.n; i++) {
		const struct iu_unreadable *u = &snapshot->unreadable.v[i];

		if (!u->name || !fits(u, s))
			continue;
		if (found && strcmp(found->name, u->name) != 0)
			return NULL;
		*ret_any = true;
		if (!found || u->pid < found->pid)
			found = u;
	}
	return found;
}

const struct iu_unreadable *iu_guess_holder(const struct iu_snapshot *snapshot, const struct iu_socket *socket)
{
	bool any;
	const struct iu_unreadable *found = only_one(snapshot, socket, of_cgroup, &any);

	return found || any ? found : only_one(snapshot, socket, of_user, &any);
}
