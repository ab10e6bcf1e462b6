/* os/linux/watch/event.c - what a hook has written, in the words of the model */
#include "os/linux/watch/event.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/err.h"
#include "base/text.h"
#include "os/linux/process/cmdline.h"
#include "os/linux/sockets/bind-bucket.h"
#include "os/linux/watch/rows.h"

#define NANOSECONDS 1000000

static const char *text_of(struct iu_arena *arena, const char *bytes, size_t size)
{
	size_t len = strnlen(bytes, size);

	return len ? iu_arena_strndup(arena, bytes, len) : NULL;
}

/* ---- what was asked for ---- */

static const char *other_protocol(uint16_t protocol, uint32_t type)
{
	static const struct {
		uint16_t number;
		const char *name;
	} rows[] = {{132, "sctp"}, {33, "dccp"}, {136, "udplite"}};

	for (size_t i = 0; i < IU_COUNT(rows) && type != SOCK_RAW; i++)
		if (rows[i].number == protocol)
			return rows[i].name;
	return "raw";
}

/* Families and protocols that nobody here knows are no error: they are told as what they are. */
static int read_inet(struct iu_arena *arena, const struct iu_watch_key *key, uint32_t type,
	uint32_t ifindex, struct iu_question *question)
{
	char text[IU_ADDRESS_TEXT];
	bool udp = key->protocol == IPPROTO_UDP;

	if (key->family != AF_INET && key->family != AF_INET6)
		return IU_E_PROTO;
	question->target.protocol = udp ? IU_PROTOCOL_UDP : IU_PROTOCOL_TCP;
	question->target.address = iu_bind_bucket_address(key->family, key->address, ifindex);
	question->target.family = question->target.address.family;
	question->target.port = key->port;
	if (!udp && key->protocol != IPPROTO_TCP)
		question->target.other = other_protocol(key->protocol, type);
	question->target.text = iu_arena_printf(arena, "%s/%s",
		iu_endpoint_format(&question->target.address, key->port, text),
		question->target.other ? question->target.other
				       : iu_protocol_name(question->target.protocol));
	return 0;
}

/* bind() may be given the NUL at the end of a path, and bytes behind it. */
static void read_unix(
	struct iu_arena *arena, const struct iu_watch_event *e, struct iu_question *question)
{
	bool abstract = e->path_len && !e->path[0];
	const char *name = e->path + abstract;
	size_t len = abstract ? e->path_len - 1 : strnlen(e->path, e->path_len);

	question->target.protocol = IU_PROTOCOL_UNIX;
	question->target.family = IU_FAMILY_UNIX;
	question->target.abstract = abstract;
	question->target.path = iu_arena_strndup(arena, name, len);
	question->target.path_len = len;
	question->target.text = e->path_len
					? iu_arena_printf(arena, "%s%.*s", abstract ? "@" : "", (int)len, name)
					: "a UNIX socket without a name";
}

static void read_options(const struct iu_watch_event *e, struct iu_question *question)
{
	const uint32_t flags = e->flags;

	question->options = (struct iu_options){.reuseaddr = flags & IU_WATCH_REUSE,
		.reuseport = flags & IU_WATCH_REUSEPORT,
		.nonlocal = flags & IU_WATCH_NONLOCAL,
		.v6only = question->target.family == IU_FAMILY_IPV6
				  ? iu_tri(flags & IU_WATCH_V6ONLY)
				  : IU_UNKNOWN,
		.ifindex = e->ifindex,
		.uid_given = true,
		.uid = e->uid};
	question->symptom.call = (struct iu_call_facts){.given = true,
		.bound = flags & IU_WATCH_BOUND,
		.stream = e->type == SOCK_STREAM,
		.socket = question->target.family,
		.address = question->target.family};
}

/* ---- what was seen with it ---- */

static void add_owner(struct iu_arena *arena, const struct iu_event_place *place, uint64_t inode,
	const struct iu_watch_owner *owner, struct iu_failure *failure)
{
	struct iu_failure_owner *slot;
	const char *name = text_of(arena, owner->comm, sizeof(owner->comm));

	if (owner->pid <= 0 || !inode || !name)
		return;
	slot = iu_list_add(arena, &failure->owners);
	*slot = (struct iu_failure_owner){.inode = inode,
		.process = {.pid = owner->pid,
			.name = name,
			.tty = 0,
			.ppid = -1,
			.pgid = -1,
			.sid = -1,
			.started = (place->boot_ms + (int64_t)(owner->started / NANOSECONDS)) / 1000}};
}

static void add_sockets(const struct iu_watch_event *e, const struct iu_event_place *place,
	struct iu_snapshot *snapshot, struct iu_failure *failure)
{
	struct iu_socket s, *slot;

	for (uint32_t i = 0; i < e->rows; i++) {
		if (!iu_bind_bucket_decode(&e->blockers[i], e->head.key.port, &s))
			continue;
		if (e->blockers[i].protocol == IPPROTO_UDP) {
			s.protocol = IU_PROTOCOL_UDP;
			s.order = i;
			s.state = s.peer_port ? IU_STATE_ESTABLISHED : IU_STATE_BOUND;
		}
		s.in_other_netns = !failure->here;
		slot = iu_list_add(&snapshot->arena, &snapshot->sockets);
		*slot = s;
		add_owner(&snapshot->arena, place, s.inode, &e->holders[i], failure);
	}
	if (e->cache.known && e->head.key.protocol == IPPROTO_TCP)
		*iu_list_add(&snapshot->arena, &snapshot->caches) =
			iu_bind_bucket_cache(&e->cache, e->head.key.port);
	if (e->owners > e->rows && snapshot->sockets.n)
		snapshot->sockets.v[snapshot->sockets.n - 1].more_like_it = e->owners - e->rows;
	failure->captured = e->head.key.port && (e->flags & IU_WATCH_WALKED || e->rows);
}

/* ---- who asked ---- */

/* "/system.slice/web.service", put together from the end; NULL: not noted. */
static const char *read_groups(struct iu_arena *arena, const struct iu_watch_event *e)
{
	struct iu_text path = {0};
	const char *text;

	for (size_t i = e->depth; i > 0; i--) {
		size_t len = strnlen(e->groups[i - 1], IU_WATCH_GROUP);

		iu_text_add(&path, len ? "/" : "");
		iu_text_addn(&path, e->groups[i - 1], len);
	}
	text = path.len && !path.failed ? iu_arena_strdup(arena, path.data) : NULL;
	iu_text_free(&path);
	return text;
}

static int read_process(struct iu_arena *arena, const struct iu_watch_event *e,
	const struct iu_event_place *place, struct iu_process *process)
{
	*process = (struct iu_process){.pid = e->pid,
		.name = text_of(arena, e->head.key.comm, sizeof(e->head.key.comm)),
		.exe = text_of(arena, e->exe, sizeof(e->exe)),
		.cgroup = read_groups(arena, e),
		.uid_known = true,
		.uid = e->uid,
		.started = (place->boot_ms + (int64_t)(e->started / NANOSECONDS)) / 1000,
		.ppid = -1,
		.pgid = e->pgid > 0 ? e->pgid : -1,
		.sid = e->sid > 0 ? e->sid : -1};
	return iu_cmdline_parse(arena, e->arguments, e->arguments_len, process);
}

static void read_head(const struct iu_watch_head *head, const struct iu_event_place *place,
	struct iu_failure *failure)
{
	failure->time_ms = place->boot_ms + (int64_t)(head->time / NANOSECONDS);
	failure->repeats = head->repeats;
	failure->listen = head->key.call == IU_WATCH_LISTEN;
	failure->error = head->key.error;
	failure->here = place->cookie && head->key.netns_cookie == place->cookie;
	failure->netns = failure->here ? place->netns : head->key.family != AF_UNIX ? head->key.place : 0;
}

static int read_count(struct iu_arena *arena, const struct iu_watch_head *head, struct iu_failure *failure)
{
	failure->only_count = true;
	failure->process = (struct iu_process){
		.name = text_of(arena, head->key.comm, sizeof(head->key.comm)), .ppid = -1, .pgid = -1, .sid = -1};
	if (head->key.family == AF_UNIX) {
		failure->question.target.protocol = IU_PROTOCOL_UNIX;
		failure->question.target.family = IU_FAMILY_UNIX;
		failure->question.target.text = "a UNIX socket";
		return 0;
	}
	return read_inet(arena, &head->key, SOCK_STREAM, 0, &failure->question);
}

static int read_whole(const struct iu_watch_event *e, const struct iu_event_place *place,
	struct iu_snapshot *snapshot, struct iu_failure *failure)
{
	struct iu_arena *arena = &snapshot->arena;
	int ret = read_process(arena, e, place, &failure->process);

	failure->tid = e->tid;
	failure->netns = e->netns;
	failure->here = e->netns == place->netns;
	failure->low_ports = (uint16_t)e->low_ports;
	failure->may_low = iu_tri(e->flags & IU_WATCH_MAY_LOW);
	if (ret == 0 && e->head.key.family == AF_UNIX)
		read_unix(arena, e, &failure->question);
	else if (ret == 0)
		ret = read_inet(arena, &e->head.key, e->type, e->ifindex, &failure->question);
	if (ret < 0)
		return ret;
	read_options(e, &failure->question);
	failure->question.symptom.listen = failure->listen;
	failure->question.symptom.from_call = failure->error;
	failure->question.how.probe = IU_PROBE_NEVER;
	if (e->head.key.family != AF_UNIX)
		add_sockets(e, place, snapshot, failure);
	return 0;
}

int iu_event_read(const void *bytes, size_t len, const struct iu_event_place *place,
	struct iu_snapshot *snapshot, struct iu_failure *ret_failure, uint64_t *ret_cgroup)
{
	struct iu_failure failure = {0};
	struct iu_watch_event event;
	int ret;

	if (len < sizeof(event.head))
		return IU_E_PROTO;
	memset(&event, 0, sizeof(event));
	memcpy(&event, bytes, len < sizeof(event) ? len : sizeof(event));
	read_head(&event.head, place, &failure);
	if (event.head.kind == IU_WATCH_REPEATED)
		ret = read_count(&snapshot->arena, &event.head, &failure);
	else if (event.head.kind != IU_WATCH_FAILED || len < sizeof(event) ||
		 event.rows > IU_WATCH_BLOCKERS || event.arguments_len > IU_WATCH_ARGUMENTS ||
		 event.path_len > IU_WATCH_PATH || event.depth > IU_WATCH_GROUPS)
		ret = IU_E_PROTO;
	else
		ret = read_whole(&event, place, snapshot, &failure);
	if (ret < 0)
		return ret;
	if (snapshot->arena.failed)
		return IU_E_NOMEM;
	*ret_failure = failure;
	*ret_cgroup = event.head.cgroup;
	return 0;
}
