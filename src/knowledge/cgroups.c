/* knowledge/cgroups.c - what a cgroup path says about unit, user and container */
#include "knowledge/cgroups.h"

#include <string.h>

#include "base/err.h"

#define PART_MAX 256 /* NAME_MAX and one: no directory name is longer */

struct part {
	const char *text;
	size_t len;
};

/*
 * How engines name the directory of a container: a prefix, then the id, then a suffix. The id of a
 * row without `named` is 12 to 64 hex digits; with it, it is any name.
 */
static const struct row {
	const char *prefix, *suffix, *engine;
	bool named;
} rows[] = {
	{"docker-", ".scope", "docker", false},
	{"libpod-", ".scope", "podman", false},
	{"libpod-", "", "podman", false},
	{"cri-containerd-", ".scope", "containerd", false},
	{"nerdctl-", ".scope", "containerd", false},
	{"crio-", ".scope", "cri-o", false},
	{"crio-", "", "cri-o", false},
	{"lxc.payload.", "", "lxc", true},
	/* systemd-machined's; libvirt names its own by the driver and a number: see set_machine() */
	{"machine-", ".scope", "systemd-nspawn", true},
	{"", ".libvirt-qemu", "libvirt", true},
	{"", ".libvirt-lxc", "libvirt", true},
};

/* Directories whose child is a container. */
static const struct parent_row {
	const char *parent, *engine;
	bool named;
} parents[] = {
	{"docker", "docker", false},
	{"libpod_parent", "podman", false},
	{"lxc", "lxc", true},
	{"lxc.payload", "lxc", true},
	{"garden", "garden", true},
	{"actions_job", "docker", false},
};

static bool begins(const struct part *part, const char *prefix)
{
	size_t len = strlen(prefix);

	return part->len >= len && memcmp(part->text, prefix, len) == 0;
}

static bool ends(const struct part *part, const char *suffix)
{
	size_t len = strlen(suffix);

	return part->len >= len && memcmp(part->text + part->len - len, suffix, len) == 0;
}

static bool is_word(const struct part *part, const char *word)
{
	return part->len == strlen(word) && memcmp(part->text, word, part->len) == 0;
}

static bool is_hex(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	return true;
}

static bool is_id(const char *text, size_t len)
{
	return len >= 12 && len <= 64 && is_hex(text, len);
}

static bool is_named(const char *text, size_t len)
{
	return len > 0 && len < PART_MAX && text[0] != '.' && memchr(text, '/', len) == NULL;
}

/* systemd writes a byte that a unit name may not have as \xNN. */
static char *unescape(struct iu_arena *arena, const char *text, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	char *copy = iu_arena_strndup(arena, text, len), *to = copy;
	size_t at = 0;

	while (copy && at < len) {
		const char *high, *low;

		if (len - at >= 4 && text[at] == '\\' && text[at + 1] == 'x' && text[at + 2] &&
			text[at + 3] && (high = strchr(digits, text[at + 2])) &&
			(low = strchr(digits, text[at + 3])) && (high > digits || low > digits)) {
			*to++ = (char)((high - digits) << 4 | (low - digits));
			at += 4;
		} else {
			*to++ = text[at++];
		}
	}
	if (copy)
		*to = '\0';
	return copy;
}

static bool read_user(
	const struct part *part, const char *prefix, const char *suffix, uint32_t *ret_user)
{
	size_t at = strlen(prefix), end;
	uint64_t number = 0;

	if (!begins(part, prefix) || !ends(part, suffix) || part->len <= at + strlen(suffix))
		return false;
	for (end = part->len - strlen(suffix); at < end; at++) {
		if (part->text[at] < '0' || part->text[at] > '9')
			return false;
		number = number * 10 + (uint64_t)(part->text[at] - '0');
		if (number > UINT32_MAX)
			return false;
	}
	*ret_user = (uint32_t)number;
	return true;
}

/* Units that hold processes; a slice only groups them. */
static bool is_unit(const struct part *part)
{
	static const char *const kinds[] = {".service", ".scope", ".socket", ".mount", ".swap"};

	if (part->len >= PART_MAX || part->text[0] == '.')
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (part->len > strlen(kinds[i]) && ends(part, kinds[i]))
			return true;
	return false;
}

/*
 * systemd makes units in its slices and nowhere else: a name in another folder is anybody's
 * invention. Before something is stopped, systemd is asked whether it is so.
 */
static void follow_slices(const struct part *part, const struct part *parent, bool *sliced)
{
	static const char *const known[] = {"system.slice", "user.slice", "machine.slice"};

	if (!parent->len)
		*sliced = ends(part, ".slice") || is_word(part, "init.scope");
	else if (*sliced && !ends(part, ".slice"))
		*sliced = is_unit(part);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		*sliced |= is_word(part, known[i]);
}

static int read_unit(struct iu_arena *arena, const struct part *part, struct iu_cgroup_names *names)
{
	uint32_t user;

	if (read_user(part, "user-", ".slice", &user)) {
		names->user_known = true;
		names->user = user;
		return 0;
	}
	if (!is_unit(part))
		return 0;
	/* The manager of a user is a unit itself; what runs below it has units of its own. */
	if (names->unit && strncmp(names->unit, "user@", 5) == 0)
		names->user_unit = true;
	else if (names->unit)
		return 0;
	if (read_user(part, "user@", ".service", &user)) {
		names->user_known = true;
		names->user = user;
	}
	names->unit = iu_arena_strndup(arena, part->text, part->len);
	return names->unit ? 0 : IU_E_NOMEM;
}

static int read_pod(struct iu_arena *arena, const struct part *part, struct iu_cgroup_names *names);

/* "qemu-1-vm1", "lxc-7-box": libvirt's, and behind the number is the name that virsh takes. */
static void set_machine(struct iu_cgroup_names *names)
{
	static const char *const drivers[] = {"qemu-", "lxc-", "xen-", "ch-"};

	for (size_t i = 0; i < sizeof(drivers) / sizeof(drivers[0]); i++) {
		const char *number = names->container + strlen(drivers[i]);
		size_t n;

		if (strncmp(names->container, drivers[i], strlen(drivers[i])) != 0)
			continue;
		n = strspn(number, "0123456789");
		if (!n || number[n] != '-' || !number[n + 1])
			continue;
		names->engine = "libvirt";
		names->container = number + n + 1;
		return;
	}
}

static int set_container(struct iu_arena *arena, struct iu_cgroup_names *names, const char *engine,
	const char *text, size_t len, bool named)
{
	names->container = named ? unescape(arena, text, len) : iu_arena_strndup(arena, text, len);
	names->engine = engine;
	if (!names->container)
		return IU_E_NOMEM;
	if (!strcmp(engine, "systemd-nspawn"))
		set_machine(names);
	return 0;
}

/*
 * "kubepods-burstable-pod….slice:cri-containerd:ID": what runc is told under the driver of systemd,
 * taken for a folder by the one of cgroupfs. The unit around it is the engine's own.
 */
static int read_triple(
	struct iu_arena *arena, const struct part *part, struct iu_cgroup_names *names)
{
	static const struct {
		const char *prefix, *engine;
	} known[] = {{"cri-containerd", "containerd"}, {"nerdctl", "containerd"}, {"crio", "cri-o"},
		{"docker", "docker"}, {"libpod", "podman"}};
	const char *first = memchr(part->text, ':', part->len), *end = part->text + part->len;
	const char *second = first ? memchr(first + 1, ':', (size_t)(end - first - 1)) : NULL;
	struct part slice, prefix;
	int ret;

	if (!second || !is_id(second + 1, (size_t)(end - second - 1)))
		return 0;
	slice = (struct part){part->text, (size_t)(first - part->text)};
	prefix = (struct part){first + 1, (size_t)(second - first - 1)};
	if (!ends(&slice, ".slice"))
		return 0;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!is_word(&prefix, known[i].prefix))
			continue;
		names->unit = NULL;
		ret = read_pod(arena, &slice, names);
		return ret < 0 ? ret
			       : set_container(arena, names, known[i].engine, second + 1,
					 (size_t)(end - second - 1), false);
	}
	return 0;
}

/* Behind the first "-pod"; NULL: there is none. memmem() is not everywhere. */
static const char *after_pod(const char *text, size_t len)
{
	for (size_t i = 0; i + 4 <= len; i++)
		if (!memcmp(text + i, "-pod", 4))
			return text + i + 4;
	return NULL;
}

/* "kubepods-burstable-pod1a2b_….slice" (systemd writes - as _) or "pod1a2b-…" (cgroupfs). */
static int read_pod(struct iu_arena *arena, const struct part *part, struct iu_cgroup_names *names)
{
	const char *text = part->text, *pod;
	size_t len = part->len;
	char *copy;

	if (begins(part, "kubepods") && ends(part, ".slice")) {
		pod = after_pod(text, len);
		if (!pod)
			return 0;
		len -= (size_t)(pod - text) + strlen(".slice");
		text = pod;
	} else if (begins(part, "pod") && len > 20) {
		text += 3;
		len -= 3;
	} else {
		return 0;
	}
	if (len == 0 || len >= PART_MAX)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (!is_hex(text + i, 1) && text[i] != '-' && text[i] != '_')
			return 0;
	copy = iu_arena_strndup(arena, text, len);
	for (size_t i = 0; copy && i < len; i++)
		if (copy[i] == '_')
			copy[i] = '-';
	names->pod = copy;
	return copy ? 0 : IU_E_NOMEM;
}

static int read_container(struct iu_arena *arena, const struct part *part,
	const struct part *parent, bool in_pods, struct iu_cgroup_names *names)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t head = strlen(rows[i].prefix), tail = strlen(rows[i].suffix);
		const char *id = part->text + head;

		if (!begins(part, rows[i].prefix) || !ends(part, rows[i].suffix) ||
			part->len <= head + tail)
			continue;
		if (rows[i].named ? is_named(id, part->len - head - tail)
				  : is_id(id, part->len - head - tail))
			return set_container(arena, names, rows[i].engine, id,
				part->len - head - tail, rows[i].named);
	}
	for (size_t i = 0; i < sizeof(parents) / sizeof(parents[0]); i++)
		if (is_word(parent, parents[i].parent) &&
			(parents[i].named ? is_named(part->text, part->len)
					  : is_id(part->text, part->len)))
			return set_container(
				arena, names, parents[i].engine, part->text, part->len, false);
	if (in_pods && part->len >= 32 && is_id(part->text, part->len))
		return set_container(arena, names, "kubepods", part->text, part->len, false);
	return 0;
}

int iu_cgroup_names(struct iu_arena *arena, const char *path, struct iu_cgroup_names *ret_names)
{
	struct iu_cgroup_names names = {0};
	struct part part, parent = {"", 0};
	bool in_pods = false, sliced = false;
	int ret = 0;

	while (path && *path && ret == 0) {
		part.text = path;
		part.len = strcspn(path, "/");
		path += part.len + (path[part.len] == '/');
		if (part.len == 0)
			continue;
		/* The outermost container is the one that the tools of this machine know. */
		if (!names.container)
			ret = read_triple(arena, &part, &names);
		if (ret == 0 && !names.container)
			ret = read_container(arena, &part, &parent, in_pods, &names);
		if (ret == 0 && !names.container && !names.pod)
			ret = read_pod(arena, &part, &names);
		in_pods |= begins(&part, "kubepods");
		follow_slices(&part, &parent, &sliced);
		/* of the systemd in a container this machine's knows nothing */
		if (ret == 0 && sliced && (!names.container || ends(&part, ".scope")))
			ret = read_unit(arena, &part, &names);
		parent = part;
	}
	if (ret == 0)
		*ret_names = names;
	return ret;
}
