/* output/json-parts.c - the objects that the JSON documents have in common */
#include "output/json-parts.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "knowledge/unix-types.h"

#define TEXT_MAX 65536 /* bytes of one string in a document; longer ones end in "…" */

void iu_json_put(struct iu_json *json, json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new(object, key, value) < 0)
		json->failed = true;
}

void iu_json_append(struct iu_json *json, json_t *list, json_t *value)
{
	if (json_array_append_new(list, value) < 0)
		json->failed = true;
}

json_t *iu_json_finish(struct iu_json *json, json_t *root)
{
	iu_arena_free(&json->scratch);
	if (!json->failed)
		return root;
	json_decref(root);
	return NULL;
}

json_t *iu_json_bytes(struct iu_json *json, const char *bytes, size_t len)
{
	const char *clean;

	if (!bytes)
		return json_null();
	clean = iu_utf8_clean(&json->scratch, bytes, len, TEXT_MAX);
	return clean ? json_string(clean) : NULL;
}

json_t *iu_json_text(struct iu_json *json, const char *text)
{
	return iu_json_bytes(json, text, text ? strlen(text) : 0);
}

json_t *iu_json_tri(enum iu_tri tri)
{
	return tri == IU_UNKNOWN ? json_null() : json_boolean(tri == IU_YES);
}

json_t *iu_json_known(bool known, uint64_t number)
{
	return known && number <= INT64_MAX ? json_integer((json_int_t)number) : json_null();
}

json_t *iu_json_strings(struct iu_json *json, const char *const *strings, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		iu_json_append(json, list, iu_json_text(json, strings[i] ? strings[i] : ""));
	return list;
}

json_t *iu_json_path(struct iu_json *json, const char *path, size_t len, bool abstract)
{
	struct iu_text text = {0};
	json_t *string;
	char *named;

	if (!path || !abstract)
		return iu_json_bytes(json, path, len);
	if (memchr(path, '\0', len)) { /* as it can be asked for */
		iu_text_add(&text, "@");
		iu_text_abstract(&text, path, len, SIZE_MAX);
		string = text.failed ? NULL : iu_json_bytes(json, text.data, text.len);
		iu_text_free(&text);
		return string;
	}
	named = iu_arena_alloc(&json->scratch, len + 1);
	if (!named)
		return NULL;
	named[0] = '@';
	if (len)
		memcpy(named + 1, path, len);
	return iu_json_bytes(json, named, len + 1);
}

json_t *iu_json_address(const struct iu_address *address)
{
	char text[IU_ADDRESS_TEXT];

	if (address->family != IU_FAMILY_IPV4 && address->family != IU_FAMILY_IPV6)
		return json_null();
	return json_string(iu_address_format(address, text));
}

json_t *iu_json_host(struct iu_json *json)
{
	const struct iu_host *host = &json->snapshot->host;
	json_t *object = json_object();

	iu_json_put(json, object, "os", iu_json_text(json, host->os));
	iu_json_put(json, object, "release", iu_json_text(json, host->release));
	iu_json_put(json, object, "hostname", iu_json_text(json, host->hostname));
	iu_json_put(json, object, "netns", iu_json_known(host->netns != 0, host->netns));
	iu_json_put(json, object, "privileged", json_boolean(host->privileged));
	iu_json_put(json, object, "wsl", json_boolean(host->wsl));
	return object;
}

/* "2026-01-02T03:04:05Z", or null for a time that is not known or beyond the calendar. */
static json_t *time_json(int64_t seconds)
{
	char text[32];
	time_t when = (time_t)seconds;
	struct tm tm;

	if (seconds < 0 || !gmtime_r(&when, &tm) || tm.tm_year > 9999 - 1900 ||
		!strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm))
		return json_null();
	return json_string(text);
}

static json_t *parents_json(struct iu_json *json, const struct iu_process *process)
{
	json_t *list = json_array();

	for (size_t i = 0; i < process->parents.n; i++) {
		json_t *parent = json_object();

		iu_json_put(json, parent, "pid", json_integer(process->parents.v[i].pid));
		iu_json_put(json, parent, "name", iu_json_text(json, process->parents.v[i].name));
		iu_json_append(json, list, parent);
	}
	return list;
}

/* @process: NULL where only its number was seen. @fds: taken. */
static json_t *origin_json(struct iu_json *json, const struct iu_process *process)
{
	json_t *origin;

	if (!process->origin.kind)
		return json_null();
	origin = json_object();
	iu_json_put(json, origin, "kind", iu_json_text(json, process->origin.kind));
	iu_json_put(json, origin, "name", iu_json_text(json, process->origin.name));
	iu_json_put(json, origin, "from", iu_json_text(json, process->origin.from));
	iu_json_put(json, origin, "pid",
		iu_json_known(process->origin.pid > 0, (uint64_t)process->origin.pid));
	return origin;
}

static json_t *holder_json(struct iu_json *json, const struct iu_hold *hold,
	const struct iu_process *process, json_t *fds)
{
	static const struct iu_process unseen = {.started = -1};
	const struct iu_process *p = process ? process : &unseen;
	char tty[24];
	json_t *holder = json_object();

	iu_json_put(json, holder, "pid",
		iu_json_known(hold->pid < IU_PID_MADE_UP, (uint64_t)hold->pid));
	iu_json_put(json, holder, "tid", iu_json_known(hold->tid > 0, (uint64_t)hold->tid));
	iu_json_put(json, holder, "name", iu_json_text(json, p->name));
	iu_json_put(json, holder, "exe", iu_json_text(json, p->exe));
	iu_json_put(json, holder, "command",
		p->command.n ? iu_json_strings(json, p->command.v, p->command.n) : json_null());
	iu_json_put(json, holder, "cwd", iu_json_text(json, p->cwd));
	iu_json_put(json, holder, "uid", iu_json_known(p->uid_known, p->uid));
	iu_json_put(json, holder, "user", iu_json_text(json, p->user));
	iu_json_put(json, holder, "started", time_json(p->started));
	iu_json_put(json, holder, "state", p->state == IU_PROCESS_UNKNOWN ? json_null()
			: iu_json_text(json, iu_process_state_name(p->state)));
	iu_json_put(json, holder, "fds", fds);
	iu_json_put(json, holder, "parents", process ? parents_json(json, p) : json_null());
	iu_json_put(json, holder, "unit", iu_json_text(json, p->unit));
	iu_json_put(json, holder, "container", iu_json_text(json, p->container));
	iu_json_put(json, holder, "container_name", iu_json_text(json, p->container_name));
	iu_json_put(json, holder, "image", iu_json_text(json, p->image));
	iu_json_put(json, holder, "project", iu_json_text(json, p->project));
	iu_json_put(json, holder, "service", iu_json_text(json, p->service));
	iu_json_put(json, holder, "tty", iu_json_text(json, iu_process_tty(p->tty, tty) ? tty : NULL));
	iu_json_put(json, holder, "origin", origin_json(json, p));
	iu_json_put(json, holder, "branch", iu_json_text(json, p->branch));
	return holder;
}

/* The hold number @i of a blocker; NULL where the index points to nothing. */
static const struct iu_hold *hold_at(
	const struct iu_json *json, const struct iu_blocker *blocker, size_t i)
{
	const struct iu_holds *all = &json->snapshot->holds;

	return blocker->holds.v[i] < all->n ? &all->v[blocker->holds.v[i]] : NULL;
}

static bool same_holder(const struct iu_hold *a, const struct iu_hold *b)
{
	return a && b && a->pid == b->pid && a->tid == b->tid;
}

/* One object a process, or a thread with descriptors of its own; its descriptors together. */
static json_t *holders_json(struct iu_json *json, const struct iu_blocker *blocker)
{
	json_t *list = json_array();
	size_t j;

	for (size_t i = 0; i < blocker->holds.n; i++) {
		const struct iu_hold *hold = hold_at(json, blocker, i), *other;
		json_t *fds;

		for (j = 0; j < i && !same_holder(hold, hold_at(json, blocker, j)); j++)
			;
		if (!hold || j < i)
			continue;
		fds = json_array();
		for (; j < blocker->holds.n; j++) {
			other = hold_at(json, blocker, j);
			if (same_holder(hold, other) && other->fd >= 0 &&
				other->via == IU_VIA_DESCRIPTOR)
				iu_json_append(json, fds, json_integer(other->fd));
		}
		iu_json_append(json, list, holder_json(json, hold,
				iu_snapshot_process(json->snapshot, hold->pid), fds));
	}
	return list;
}

static json_t *candidates_json(struct iu_json *json, const struct iu_blocker *blocker)
{
	json_t *list = json_array();

	for (size_t i = 0; i < blocker->candidates.n; i++) {
		const struct iu_unreadable *process;
		json_t *object;

		if (blocker->candidates.v[i] >= json->snapshot->unreadable.n)
			continue;
		process = &json->snapshot->unreadable.v[blocker->candidates.v[i]];
		object = json_object();
		iu_json_put(json, object, "pid", json_integer(process->pid));
		iu_json_put(json, object, "name", iu_json_text(json, process->name));
		iu_json_put(json, object, "uid", iu_json_known(process->uid_known, process->uid));
		iu_json_put(json, object, "cgroup", iu_json_text(json, process->cgroup));
		iu_json_put(json, object, "why", iu_json_text(json, process->why));
		iu_json_append(json, list, object);
	}
	return list;
}

static json_t *peer_json(const struct iu_socket *s)
{
	char text[IU_ADDRESS_TEXT];

	if (s->peer.family != IU_FAMILY_IPV4 && s->peer.family != IU_FAMILY_IPV6)
		return json_null();
	return json_string(iu_endpoint_format(&s->peer, s->peer_port, text));
}

static json_t *options_json(struct iu_json *json, const struct iu_socket *s)
{
	json_t *options = json_object();
	const char *device = s->device;

	for (size_t i = 0; !device && s->ifindex && i < json->snapshot->interfaces.n; i++) {
		if (json->snapshot->interfaces.v[i].ifindex == s->ifindex)
			device = json->snapshot->interfaces.v[i].name;
	}
	iu_json_put(json, options, "reuseaddr", iu_json_tri(s->reuseaddr));
	iu_json_put(json, options, "reuseport", iu_json_tri(s->reuseport));
	iu_json_put(json, options, "v6only", iu_json_tri(s->v6only));
	iu_json_put(json, options, "exclusive", iu_json_tri(s->exclusive));
	iu_json_put(json, options, "device", iu_json_text(json, device));
	return options;
}

static void put_socket(struct iu_json *json, json_t *object, const struct iu_socket *s)
{
	bool inet = s->protocol != IU_PROTOCOL_UNIX;

	iu_json_put(json, object, "protocol", json_string(iu_protocol_name(s->protocol)));
	iu_json_put(json, object, "family", json_string(iu_family_name(s->family)));
	iu_json_put(json, object, "address", inet ? iu_json_address(&s->local) : json_null());
	iu_json_put(json, object, "port", iu_json_known(inet, s->port));
	iu_json_put(json, object, "path", iu_json_path(json, s->path, s->path_len, s->abstract));
	iu_json_put(json, object, "type", iu_json_text(json, iu_unix_type_name(s->unix_type)));
	iu_json_put(json, object, "peer", inet ? peer_json(s) : json_null());
	iu_json_put(json, object, "state", s->state == IU_STATE_UNKNOWN ? json_null()
			: json_string(iu_state_name(s->state)));
	iu_json_put(json, object, "inode",
		iu_json_known(s->inode != 0 && s->inode < IU_INODE_MADE_UP, s->inode));
	iu_json_put(json, object, "uid", iu_json_known(s->uid_known, s->uid));
	iu_json_put(json, object, "user", iu_json_text(json, s->user));
	iu_json_put(json, object, "cgroup", iu_json_text(json, s->cgroup));
	iu_json_put(json, object, "unit", iu_json_text(json, s->unit));
	iu_json_put(json, object, "container", iu_json_text(json, s->container));
	iu_json_put(json, object, "timer_ms",
		iu_json_known(s->timer_ms >= 0, (uint64_t)s->timer_ms));
	iu_json_put(json, object, "since", time_json(s->since > 0 ? s->since : -1));
	iu_json_put(json, object, "options", options_json(json, s));
}

json_t *iu_json_blocker(struct iu_json *json, const struct iu_blocker *blocker)
{
	json_t *object = json_object();
	bool blocks = blocker->cause != IU_CAUSE_NONE;

	put_socket(json, object, &blocker->socket);
	iu_json_put(json, object, "cause", iu_json_text(json, iu_cause_name(blocker->cause)));
	iu_json_put(json, object, "rule", blocker->rule == IU_RULE_NONE ? json_null()
			: json_string(iu_rule_name(blocker->rule)));
	iu_json_put(json, object, "sharing", blocker->sharing == IU_SHARING_NONE ? json_null()
			: json_string(iu_sharing_name(blocker->sharing)));
	iu_json_put(json, object, "confidence", blocks
			? json_string(iu_confidence_name(blocker->confidence)) : json_null());
	iu_json_put(json, object, "certain", iu_json_tri(blocker->certain));
	iu_json_put(json, object, "count",
		json_integer(blocker->representative ? (json_int_t)blocker->representative : 1));
	iu_json_put(json, object, "evidence",
		iu_json_strings(json, blocker->evidence.v, blocker->evidence.n));
	iu_json_put(json, object, "holders", holders_json(json, blocker));
	iu_json_put(json, object, "candidates", candidates_json(json, blocker));
	return object;
}

json_t *iu_json_gaps(struct iu_json *json, const struct iu_gap *gaps, size_t count)
{
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++) {
		json_t *gap = json_object();

		iu_json_put(json, gap, "what", iu_json_text(json, gaps[i].what));
		iu_json_put(json, gap, "why", iu_json_text(json, gaps[i].why));
		iu_json_put(json, gap, "lift", iu_json_text(json, gaps[i].fix));
		iu_json_append(json, list, gap);
	}
	return list;
}
