/* model/snapshot-fields.h - what of each struct is in the JSON form; for snapshot-json.c and -texts.c */
#ifndef IU_MODEL_SNAPSHOT_FIELDS_H
#define IU_MODEL_SNAPSHOT_FIELDS_H

#include "model/snapshot.h"

/* One table a struct; writer and reader walk the same rows. */
enum kind {
	KIND_BOOL,
	KIND_I8,
	KIND_I32,
	KIND_I64,
	KIND_U8,
	KIND_U16,
	KIND_U32,
	KIND_U64,
	KIND_TEXT,    /* const char *, NULL: missing */
	KIND_TRI,     /* enum iu_tri */
	KIND_WORD,    /* an enumeration; words in field.words */
	KIND_FACTS,   /* IU_FACT_* as a list of words */
	KIND_BYTES,   /* const char * with a length at field.extra */
	KIND_ADDRESS, /* struct iu_address */
	KIND_OBJECT,  /* a struct; its table in field.shape */
	KIND_LIST,    /* IU_LIST of structs */
	KIND_TEXTS,   /* IU_LIST(const char *) */
};

struct field {
	const char *key;
	enum kind kind;
	size_t offset;
	size_t extra; /* KIND_BYTES: offset of the length; KIND_WORD: how many words */
	const char *const *words;
	const struct shape *shape;
};

struct shape {
	size_t size;
	const void *fresh; /* what an element is before anything is known; NULL: all zero */
	const struct field *fields;
	size_t count;
};

/* A row of a member whose type says everything. Enumerations must not come here. */
#define PLAIN(type, member) PLAIN_AS(type, member, #member)
/* The same under another key than the member's name: keys stay when members get better names. */
#define PLAIN_AS(type, member, name)                                                               \
	{                                                                                          \
		.key = name, .offset = offsetof(struct type, member),                           \
		.kind = _Generic(((struct type *)0)->member, bool: KIND_BOOL, int8_t: KIND_I8,     \
			int32_t: KIND_I32, int64_t: KIND_I64, uint8_t: KIND_U8,                    \
			uint16_t: KIND_U16, uint32_t: KIND_U32, uint64_t: KIND_U64,                \
			const char *: KIND_TEXT)                                                   \
	}
#define TRI(type, member) TRI_AS(type, member, #member)
#define TRI_AS(type, member, name)                                                                 \
	{.key = name, .kind = KIND_TRI, .offset = offsetof(struct type, member)}
#define ADDRESS(type, member)                                                                      \
	{.key = #member, .kind = KIND_ADDRESS, .offset = offsetof(struct type, member)}
#define FACTS(type, member)                                                                        \
	{.key = #member, .kind = KIND_FACTS, .offset = offsetof(struct type, member)}
#define TEXTS(type, member)                                                                        \
	{.key = #member, .kind = KIND_TEXTS, .offset = offsetof(struct type, member)}
#define WORD(type, member, list)                                                                   \
	{.key = #member, .kind = KIND_WORD, .offset = offsetof(struct type, member),               \
		.words = list, .extra = IU_COUNT(list)}
#define BYTES(type, member, length)                                                                \
	{.key = #member, .kind = KIND_BYTES, .offset = offsetof(struct type, member),              \
		.extra = offsetof(struct type, length)}
#define NESTED(type, member, how, table)                                                           \
	{.key = #member, .kind = how, .offset = offsetof(struct type, member), .shape = &(table)}
#define SHAPE(name, type, start)                                                                   \
	static const struct shape name##_shape = {                                                 \
		.size = sizeof(struct type),                                                       \
		.fresh = start,                                                                    \
		.fields = name##_fields,                                                           \
		.count = IU_COUNT(name##_fields),                                                  \
	}

/* Words, in the order of the enumerations. A first "unknown" also takes words of the future. */
#define X(name, text) text,
static const char *const kernel_user_words[] = {IU_KERNEL_USERS(X)};
static const char *const service_state_words[] = {IU_SERVICE_STATES(X)};
static const char *const service_start_words[] = {IU_SERVICE_STARTS(X)};
static const char *const state_words[] = {IU_STATES(X)};
static const char *const process_state_words[] = {IU_PROCESS_STATES(X)};
static const char *const taker_words[] = {IU_TAKERS(X)};
#undef X
static const char *const via_words[] = {"descriptor", "message", "ring", "mapping", "call"};
static const char *const protocol_words[] = {"tcp", "udp", "unix"};
static const char *const family_words[] = {"any", "ipv4", "ipv6", "unix"};
static const char *const unix_type_words[] = {"unknown", "stream", "dgram", "seqpacket"};
static const char *const source_words[] = {"unknown", "kernel", "read", "inferred", "bpf",
	"proc"};
static const char *const local_words[] = {"address", "route", "broadcast"};
static const char *const file_words[] = {"none", "socket", "regular", "directory", "symlink",
	"other"};
static const char *const gap_words[] = {"general", "descriptors", "processes", "tcp-ranges",
	"udp-ranges"};
/* By the number of the bit. */
static const char *const fact_words[] = {"host", "sysctls", "addresses", "tcp", "bound", "udp",
	"unix", "paths", "holders", "options", "served", "evidence", "exclusions", "services",
	"http", "proxies", "events", "files", "policy", "around"};

static const struct field host_fields[] = {
	PLAIN(iu_host, os), PLAIN(iu_host, release), PLAIN(iu_host, hostname),
	PLAIN(iu_host, kernel), PLAIN(iu_host, netns), PLAIN(iu_host, privileged),
	PLAIN(iu_host, uid), PLAIN(iu_host, pid), PLAIN(iu_host, user),
	TRI(iu_host, cap_net_bind), TRI(iu_host, cap_net_admin), TRI(iu_host, cap_sys_ptrace),
	TRI(iu_host, ipv6), PLAIN(iu_host, wsl), PLAIN(iu_host, now),
	PLAIN(iu_host, init_is_manager), PLAIN(iu_host, foreign_pids),
	TRI(iu_host, no_new_privs), TRI(iu_host, net_bind_dropped), PLAIN(iu_host, sysctls_readonly),
};
SHAPE(host, iu_host, NULL);

static const struct field reserved_fields[] = {
	PLAIN(iu_reserved, first), PLAIN(iu_reserved, last),
};
SHAPE(reserved, iu_reserved, NULL);

static const struct field sysctls_fields[] = {
	PLAIN(iu_sysctls, port_first), PLAIN(iu_sysctls, port_last),
	NESTED(iu_sysctls, reserved, KIND_LIST, reserved_shape),
	PLAIN(iu_sysctls, unprivileged_port_start), PLAIN(iu_sysctls, nonlocal_bind4),
	PLAIN(iu_sysctls, nonlocal_bind6), PLAIN(iu_sysctls, bindv6only),
	PLAIN(iu_sysctls, autobind_reuse), PLAIN(iu_sysctls, l3mdev_accept),
	PLAIN(iu_sysctls, fin_timeout), PLAIN(iu_sysctls, disable_ipv6),
	PLAIN(iu_sysctls, disable_ipv6_lo),
};
static const struct iu_sysctls fresh_sysctls = {
	.port_first = -1, .port_last = -1, .unprivileged_port_start = -1, .nonlocal_bind4 = -1,
	.nonlocal_bind6 = -1, .bindv6only = -1, .autobind_reuse = -1, .l3mdev_accept = -1,
	.disable_ipv6 = -1, .disable_ipv6_lo = -1, .fin_timeout = -1,
};
SHAPE(sysctls, iu_sysctls, &fresh_sysctls);

static const struct field local_fields[] = {
	WORD(iu_local, kind, local_words), ADDRESS(iu_local, address), PLAIN(iu_local, bits),
	PLAIN(iu_local, ifindex), PLAIN(iu_local, tentative), PLAIN(iu_local, dad_failed),
};
SHAPE(local, iu_local, NULL);

static const struct field interface_fields[] = {
	PLAIN(iu_interface, ifindex), PLAIN(iu_interface, name), PLAIN(iu_interface, master),
	PLAIN(iu_interface, peer), PLAIN(iu_interface, up), PLAIN(iu_interface, no_link), PLAIN(iu_interface, no_ipv6),
};
SHAPE(interface, iu_interface, NULL);

static const struct field socket_fields[] = {
	WORD(iu_socket, protocol, protocol_words), WORD(iu_socket, family, family_words),
	WORD(iu_socket, state, state_words), ADDRESS(iu_socket, local), ADDRESS(iu_socket, peer),
	PLAIN(iu_socket, port), PLAIN(iu_socket, peer_port), PLAIN(iu_socket, mini),
	PLAIN(iu_socket, cookie), PLAIN(iu_socket, inode), PLAIN(iu_socket, cgroup_id),
	PLAIN(iu_socket, timer_ms), PLAIN(iu_socket, uid), PLAIN(iu_socket, uid_known),
	PLAIN(iu_socket, ifindex), PLAIN(iu_socket, order), PLAIN(iu_socket, queue),
	PLAIN(iu_socket, backlog), TRI(iu_socket, reuseaddr), TRI(iu_socket, reuseport),
	TRI(iu_socket, v6only), TRI(iu_socket, exclusive), TRI(iu_socket, explicit_port),
	WORD(iu_socket, options_source, source_words), TRI_AS(iu_socket, waited_on, "served"),
	BYTES(iu_socket, path, path_len), PLAIN(iu_socket, abstract),
	WORD(iu_socket, unix_type, unix_type_words), PLAIN(iu_socket, file_dev),
	PLAIN(iu_socket, file_ino), PLAIN_AS(iu_socket, in_other_netns, "elsewhere"), PLAIN_AS(iu_socket, more_like_it, "alike"), PLAIN(iu_socket, user),
	PLAIN(iu_socket, since), PLAIN(iu_socket, service_tag),
	PLAIN(iu_socket, device),
	PLAIN(iu_socket, cgroup), PLAIN(iu_socket, unit), PLAIN(iu_socket, container),
	PLAIN(iu_socket, engine),
};
static const struct iu_socket fresh_socket = {.timer_ms = -1};
SHAPE(socket, iu_socket, &fresh_socket);

static const struct field hold_fields[] = {
	PLAIN(iu_hold, inode), PLAIN(iu_hold, pid), PLAIN(iu_hold, tid), PLAIN(iu_hold, fd),
	TRI(iu_hold, cloexec), WORD(iu_hold, via, via_words),
};
SHAPE(hold, iu_hold, NULL);

static const struct field suspect_fields[] = {
	PLAIN(iu_suspect, inode), PLAIN(iu_suspect, pid), PLAIN(iu_suspect, tid),
	WORD(iu_suspect, via, via_words),
};
SHAPE(suspect, iu_suspect, NULL);

static const struct field kernel_use_fields[] = {
	WORD(iu_kernel_use, user, kernel_user_words),
	WORD(iu_kernel_use, protocol, protocol_words), PLAIN(iu_kernel_use, port),
	PLAIN(iu_kernel_use, name), PLAIN(iu_kernel_use, id),
};
SHAPE(kernel_use, iu_kernel_use, NULL);

static const struct field parent_fields[] = {
	PLAIN(iu_parent, pid), PLAIN(iu_parent, name), PLAIN(iu_parent, script),
	TRI(iu_parent, loops), PLAIN(iu_parent, mode), TRI(iu_parent, waits), TRI(iu_parent, names),
	TRI(iu_parent, repeats)};
SHAPE(parent, iu_parent, NULL);

static const struct field file_id_fields[] = {PLAIN(iu_file_id, dev), PLAIN(iu_file_id, ino)};
SHAPE(file_id, iu_file_id, NULL);

static const struct field process_fields[] = {
	PLAIN(iu_process, pid), PLAIN(iu_process, name), PLAIN(iu_process, exe),
	PLAIN(iu_process, exe_deleted), TRI(iu_process, binds), TRI(iu_process, forked),
	TRI(iu_process, copied), TEXTS(iu_process, command),
	PLAIN(iu_process, cwd),
	PLAIN(iu_process, uid_known), PLAIN(iu_process, uid), PLAIN(iu_process, user),
	PLAIN(iu_process, started), PLAIN(iu_process, start_ticks),
	WORD(iu_process, state, process_state_words), PLAIN(iu_process, ppid),
	PLAIN(iu_process, pgid), PLAIN(iu_process, sid), PLAIN(iu_process, tty),
	NESTED(iu_process, parents, KIND_LIST, parent_shape),
	NESTED(iu_process, files, KIND_LIST, file_id_shape), PLAIN(iu_process, cgroup),
	PLAIN(iu_process, unit), PLAIN(iu_process, container), PLAIN(iu_process, engine),
	PLAIN(iu_process, container_name), TRI(iu_process, left_over), PLAIN(iu_process, control),
	PLAIN(iu_process, sessions),
	PLAIN(iu_process, image), PLAIN(iu_process, project), PLAIN(iu_process, service),
	PLAIN_AS(iu_process, origin.kind, "origin_kind"), PLAIN_AS(iu_process, origin.name, "origin"),
	PLAIN_AS(iu_process, origin.from, "origin_from"), PLAIN_AS(iu_process, origin.pid, "origin_pid"),
	PLAIN(iu_process, branch),
};
static const struct iu_process fresh_process = {
	.started = -1, .ppid = -1, .pgid = -1, .sid = -1,
};
SHAPE(process, iu_process, &fresh_process);

static const struct field unreadable_fields[] = {
	PLAIN(iu_unreadable, pid), PLAIN(iu_unreadable, name), PLAIN(iu_unreadable, uid_known),
	PLAIN(iu_unreadable, uid), PLAIN(iu_unreadable, cgroup), PLAIN(iu_unreadable, why),
	PLAIN(iu_unreadable, start_ticks), PLAIN(iu_unreadable, nearby),
};
SHAPE(unreadable, iu_unreadable, NULL);

static const struct field path_fields[] = {
	BYTES(iu_path, path, path_len), PLAIN(iu_path, lstat_errno),
	WORD(iu_path, kind, file_words), PLAIN(iu_path, dev), PLAIN(iu_path, ino), PLAIN(iu_path, made),
	PLAIN(iu_path, uid), PLAIN(iu_path, user), PLAIN(iu_path, gid), PLAIN(iu_path, mode),
	PLAIN(iu_path, group), TRI(iu_path, alive),
	PLAIN(iu_path, parent_errno), PLAIN(iu_path, parent_mode), PLAIN(iu_path, parent_uid),
	PLAIN(iu_path, parents_open), PLAIN(iu_path, unanswered), PLAIN(iu_path, fs_type),
	PLAIN(iu_path, fs_readonly), PLAIN(iu_path, fs_no_inodes), PLAIN(iu_path, fs_no_blocks),
	PLAIN(iu_path, shared), PLAIN(iu_path, shared_elsewhere), TRI(iu_path, shared_alive),
	PLAIN(iu_path, mount_point), PLAIN(iu_path, kept), PLAIN_AS(iu_path, lock.path, "lock"),
	PLAIN_AS(iu_path, lock.dev, "lock_dev"), PLAIN_AS(iu_path, lock.ino, "lock_ino"),
	PLAIN_AS(iu_path, lock.written, "lock_written"), PLAIN_AS(iu_path, lock.pid, "lock_pid"),
	PLAIN_AS(iu_path, lock.holder, "lock_holder"), TRI_AS(iu_path, lock.alive, "lock_alive"),
	TRI_AS(iu_path, lock.writer, "lock_writer"), PLAIN_AS(iu_path, lock.outer, "lock_outer"),
};
SHAPE(path, iu_path, NULL);

static const struct field in_flight_fields[] = {
	PLAIN(iu_in_flight, inode), PLAIN(iu_in_flight, queue_inode), PLAIN(iu_in_flight, pid),
	PLAIN(iu_in_flight, cycle), WORD(iu_in_flight, source, source_words),
};
SHAPE(in_flight, iu_in_flight, NULL);

static const struct field registered_fields[] = {
	PLAIN(iu_registered, inode), PLAIN(iu_registered, pid),
	WORD(iu_registered, source, source_words),
};
SHAPE(registered, iu_registered, NULL);

static const struct field cache_fields[] = {
	WORD(iu_reuse_cache, protocol, protocol_words), PLAIN(iu_reuse_cache, port),
	PLAIN(iu_reuse_cache, fastreuse), PLAIN(iu_reuse_cache, fastreuseport),
	PLAIN(iu_reuse_cache, uid), ADDRESS(iu_reuse_cache, address),
	PLAIN(iu_reuse_cache, v6only),
};
SHAPE(cache, iu_reuse_cache, NULL);

static const struct field bind_program_fields[] = {
	PLAIN(iu_bind_program, id), PLAIN(iu_bind_program, name), PLAIN(iu_bind_program, attach),
};
SHAPE(bind_program, iu_bind_program, NULL);

static const struct field taker_fields[] = {
	WORD(iu_taker, kind, taker_words), WORD(iu_taker, protocol, protocol_words),
	PLAIN(iu_taker, first), PLAIN(iu_taker, last), ADDRESS(iu_taker, address),
	ADDRESS(iu_taker, to), PLAIN(iu_taker, to_port), PLAIN(iu_taker, incoming),
	PLAIN(iu_taker, outgoing), PLAIN(iu_taker, table), PLAIN(iu_taker, chain),
	PLAIN(iu_taker, handle), PLAIN(iu_taker, legacy), TRI(iu_taker, answered), TRI(iu_taker, there),
	PLAIN(iu_taker, pid), PLAIN(iu_taker, netns),
};
SHAPE(taker, iu_taker, NULL);

static const struct field far_socket_fields[] = {
	NESTED(iu_far_socket, socket, KIND_OBJECT, socket_shape), PLAIN(iu_far_socket, netns),
	PLAIN(iu_far_socket, pid), PLAIN(iu_far_socket, name),
};
SHAPE(far_socket, iu_far_socket, NULL);

static const struct field far_address_fields[] = {
	ADDRESS(iu_far_address, address), PLAIN(iu_far_address, device),
	PLAIN(iu_far_address, netns), PLAIN(iu_far_address, pid),
};
SHAPE(far_address, iu_far_address, NULL);

static const struct field probe_fields[] = {
	WORD(iu_probe, protocol, protocol_words), ADDRESS(iu_probe, address),
	PLAIN(iu_probe, port), PLAIN(iu_probe, reuseaddr), PLAIN(iu_probe, reuseport),
	PLAIN(iu_probe, exclusive), PLAIN(iu_probe, nonlocal),
	TRI(iu_probe, v6only), PLAIN(iu_probe, device), PLAIN(iu_probe, ifindex),
	PLAIN(iu_probe, done), PLAIN(iu_probe, result), ADDRESS(iu_probe, moved_address),
	PLAIN(iu_probe, moved_port),
};
SHAPE(probe, iu_probe, NULL);

static const struct field exclusion_fields[] = {
	WORD(iu_exclusion, protocol, protocol_words), PLAIN(iu_exclusion, first),
	PLAIN(iu_exclusion, last), PLAIN(iu_exclusion, administered),
};
SHAPE(exclusion, iu_exclusion, NULL);

static const struct field dynamic_range_fields[] = {
	WORD(iu_dynamic_range, protocol, protocol_words),
	WORD(iu_dynamic_range, family, family_words), PLAIN(iu_dynamic_range, first),
	PLAIN(iu_dynamic_range, last),
};
SHAPE(dynamic_range, iu_dynamic_range, NULL);

static const struct field service_fields[] = {
	PLAIN(iu_service, name), PLAIN(iu_service, display), PLAIN(iu_service, pid),
	WORD(iu_service, state, service_state_words), WORD(iu_service, start, service_start_words),
	PLAIN(iu_service, shared), TEXTS(iu_service, dependents),
	PLAIN(iu_service, delayed), PLAIN(iu_service, of_template),
};
SHAPE(service, iu_service, NULL);

static const struct field http_server_fields[] = {PLAIN(iu_http_server, pid)};
SHAPE(http_server, iu_http_server, NULL);

static const struct field http_queue_fields[] = {
	PLAIN(iu_http_queue, name),
	NESTED(iu_http_queue, servers, KIND_LIST, http_server_shape),
	TEXTS(iu_http_queue, urls),
};
SHAPE(http_queue, iu_http_queue, NULL);

static const struct field http_reservation_fields[] = {
	PLAIN(iu_http_reservation, url), PLAIN(iu_http_reservation, user),
};
SHAPE(http_reservation, iu_http_reservation, NULL);

static const struct field http_listen_fields[] = {ADDRESS(iu_http_listen, address)};
SHAPE(http_listen, iu_http_listen, NULL);

static const struct field port_proxy_fields[] = {
	ADDRESS(iu_port_proxy, listen), PLAIN(iu_port_proxy, port),
	PLAIN(iu_port_proxy, connect_to), PLAIN(iu_port_proxy, connect_port),
	PLAIN(iu_port_proxy, any), TRI(iu_port_proxy, to_ipv6),
};
SHAPE(port_proxy, iu_port_proxy, NULL);

static const struct field event_fields[] = {
	PLAIN(iu_event, provider), PLAIN(iu_event, id), PLAIN(iu_event, time),
	PLAIN(iu_event, code), PLAIN(iu_event, pid), PLAIN(iu_event, port_known),
	WORD(iu_event, protocol, protocol_words), ADDRESS(iu_event, address),
	PLAIN(iu_event, port), PLAIN(iu_event, text),
};
static const struct iu_event fresh_event = {.time = -1};
SHAPE(event, iu_event, &fresh_event);

static const struct field windows_fields[] = {
	PLAIN(iu_windows, version), PLAIN(iu_windows, build), PLAIN(iu_windows, wine),
	TRI(iu_windows, elevated),
	NESTED(iu_windows, exclusions, KIND_LIST, exclusion_shape),
	NESTED(iu_windows, ranges, KIND_LIST, dynamic_range_shape),
	NESTED(iu_windows, services, KIND_LIST, service_shape),
	NESTED(iu_windows, http_queues, KIND_LIST, http_queue_shape),
	NESTED(iu_windows, http_reservations, KIND_LIST, http_reservation_shape),
	NESTED(iu_windows, http_listen, KIND_LIST, http_listen_shape),
	NESTED(iu_windows, port_proxies, KIND_LIST, port_proxy_shape),
	NESTED(iu_windows, events, KIND_LIST, event_shape),
};
SHAPE(windows, iu_windows, NULL);

static const struct field gap_fields[] = {
	WORD(iu_gap, kind, gap_words), FACTS(iu_gap, fact), PLAIN(iu_gap, pid),
	PLAIN(iu_gap, what), PLAIN(iu_gap, why),
	PLAIN_AS(iu_gap, fix, "lift"),
};
SHAPE(gap, iu_gap, NULL);

static const struct field snapshot_fields[] = {
	FACTS(iu_snapshot, seen),
	NESTED(iu_snapshot, host, KIND_OBJECT, host_shape),
	NESTED(iu_snapshot, sysctls, KIND_OBJECT, sysctls_shape),
	NESTED(iu_snapshot, locals, KIND_LIST, local_shape),
	NESTED(iu_snapshot, interfaces, KIND_LIST, interface_shape),
	NESTED(iu_snapshot, sockets, KIND_LIST, socket_shape),
	NESTED(iu_snapshot, holds, KIND_LIST, hold_shape),
	NESTED(iu_snapshot, processes, KIND_LIST, process_shape),
	NESTED(iu_snapshot, unreadable, KIND_LIST, unreadable_shape),
	NESTED(iu_snapshot, paths, KIND_LIST, path_shape),
	NESTED(iu_snapshot, in_flight, KIND_LIST, in_flight_shape),
	NESTED(iu_snapshot, registered, KIND_LIST, registered_shape),
	NESTED(iu_snapshot, suspects, KIND_LIST, suspect_shape),
	NESTED(iu_snapshot, kernel_uses, KIND_LIST, kernel_use_shape),
	NESTED(iu_snapshot, caches, KIND_LIST, cache_shape),
	NESTED(iu_snapshot, bind_programs, KIND_LIST, bind_program_shape),
	NESTED(iu_snapshot, takers, KIND_LIST, taker_shape),
	NESTED(iu_snapshot, far_sockets, KIND_LIST, far_socket_shape),
	NESTED(iu_snapshot, far_addresses, KIND_LIST, far_address_shape),
	NESTED(iu_snapshot, probes, KIND_LIST, probe_shape),
	NESTED(iu_snapshot, windows, KIND_OBJECT, windows_shape),
	NESTED(iu_snapshot, gaps, KIND_LIST, gap_shape),
};
SHAPE(snapshot, iu_snapshot, NULL);

#endif
