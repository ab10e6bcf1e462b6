/* os/linux/around/bpf-query.c - which BPF programs of others have a say in bind() and in who gets packets */
#include "os/linux/around/bpf-query.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/err.h"
#include "os/linux/error.h"
#include "os/linux/file.h"
#include "os/linux/process/cgroup.h"

#define PROGRAMS_MAX 64
#define PATH_TEXT    4096

static long bpf_call(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

/* Those of `inuse watch` look on, and root alone can have loaded what calls itself so. */
static bool is_onlooker(const struct bpf_prog_info *info)
{
	return info->created_by_uid == 0 && !strncmp(info->name, "inuse_", 6);
}

/* Returns: whether the program has a say; its name, or NULL, in *@ret_name. */
static bool has_say(struct iu_arena *arena, uint32_t id, const char **ret_name)
{
	union bpf_attr attr = {.prog_id = id};
	struct bpf_prog_info info = {0};
	int fd = (int)bpf_call(BPF_PROG_GET_FD_BY_ID, &attr);
	bool known;

	*ret_name = NULL;
	if (fd < 0)
		return true;
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)fd;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	known = bpf_call(BPF_OBJ_GET_INFO_BY_FD, &attr) == 0 && info.name[0];
	close(fd);
	if (known)
		*ret_name = iu_arena_strndup(arena, info.name, strnlen(info.name, sizeof(info.name)));
	return !known || !is_onlooker(&info);
}

/* Returns: how many there are, at most PROGRAMS_MAX, or IU_E_*. */
static int query(int target, enum bpf_attach_type type, uint32_t flags, uint32_t ids[PROGRAMS_MAX])
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.query.target_fd = (uint32_t)target;
	attr.query.attach_type = type;
	attr.query.query_flags = flags;
	attr.query.prog_ids = (uintptr_t)ids;
	attr.query.prog_cnt = PROGRAMS_MAX;
	if (bpf_call(BPF_PROG_QUERY, &attr) < 0 && errno != ENOSPC)
		return errno == EINVAL || errno == ENOSYS ? IU_E_NOTSUP : iu_error_from(errno);
	return attr.query.prog_cnt < PROGRAMS_MAX ? (int)attr.query.prog_cnt : PROGRAMS_MAX;
}

/* The directory of the cgroup of whoever asks. */
static int open_cgroup(struct iu_scan *scan)
{
	char who[32] = "self/cgroup", text[PATH_TEXT], path[2 * PATH_TEXT];
	struct iu_cgroup_lines lines;
	const char *mount = iu_cgroup_mount(scan);
	ssize_t len;

	if (scan->needs->asker)
		snprintf(who, sizeof(who), "%d/cgroup", (int)scan->needs->asker);
	len = scan->proc < 0 || !mount ? -1 : iu_file_read(scan->proc, who, text, sizeof(text));
	if (len <= 0)
		return -1;
	iu_cgroup_lines_parse(text, (size_t)len, &lines);
	if (!lines.unified || snprintf(path, sizeof(path), "%s/%.*s", mount, (int)lines.unified_len,
				      lines.unified) >= (int)sizeof(path))
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int iu_bpf_query_binds(struct iu_scan *scan)
{
	static const struct {
		enum bpf_attach_type type;
		const char *name;
	} rows[] = {{BPF_CGROUP_INET4_BIND, "bind4"}, {BPF_CGROUP_INET6_BIND, "bind6"},
		{BPF_CGROUP_INET4_POST_BIND, "post_bind4"}, {BPF_CGROUP_INET6_POST_BIND, "post_bind6"}};
	struct iu_snapshot *snapshot = scan->snapshot;
	uint32_t ids[PROGRAMS_MAX];
	int cgroup = open_cgroup(scan), n = cgroup < 0 ? IU_E_NOENT : 0;

	for (size_t i = 0; i < IU_COUNT(rows) && n >= 0; i++) {
		n = query(cgroup, rows[i].type, BPF_F_QUERY_EFFECTIVE, ids);
		for (int k = 0; k < n; k++) {
			struct iu_bind_program program = {.id = ids[k], .attach = rows[i].name};

			if (has_say(&snapshot->arena, ids[k], &program.name))
				*iu_list_add(&snapshot->arena, &snapshot->bind_programs) = program;
		}
	}
	if (cgroup >= 0)
		close(cgroup);
	return n < 0 ? n : 0;
}

int iu_bpf_query_lookups(struct iu_scan *scan)
{
	struct iu_snapshot *snapshot = scan->snapshot;
	uint32_t ids[PROGRAMS_MAX];
	int netns = scan->proc < 0 ? -1 : openat(scan->proc, "self/ns/net", O_RDONLY | O_CLOEXEC), n;

	if (netns < 0)
		return IU_E_NOENT;
	n = query(netns, BPF_SK_LOOKUP, 0, ids);
	for (int k = 0; k < n; k++) {
		struct iu_taker taker = {.kind = IU_TAKER_SK_LOOKUP, .first = 0, .last = UINT16_MAX,
			.incoming = true, .outgoing = true, .handle = ids[k]};

		(void)has_say(&snapshot->arena, ids[k], &taker.chain);
		*iu_list_add(&snapshot->arena, &snapshot->takers) = taker;
	}
	close(netns);
	return n < 0 ? n : 0;
}
