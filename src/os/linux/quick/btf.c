/* os/linux/quick/btf.c - where members of the kernel's structures lie, by its own description */
#include <string.h>

#include "base/err.h"
#include "os/linux/bpf/libbpf.h"
#include "os/linux/quick/offsets.h"

static const struct btf_type *plain_type(const struct btf *btf, __u32 id)
{
	const struct btf_type *type = btf__type_by_id(btf, id);

	while (type && (btf_is_mod(type) || btf_is_typedef(type)))
		type = btf__type_by_id(btf, type->type);
	return type;
}

/* A member by name, also inside of members that have none. Returns: its type, NULL: not there. */
static const struct btf_type *find_member(const struct btf *btf, const struct btf_type *type,
	const char *name, size_t len, __u32 *bits)
{
	const struct btf_member *member = btf_members(type);
	__u32 i, inner;

	for (i = 0; i < btf_vlen(type); i++, member++) {
		const char *its = btf__name_by_offset(btf, member->name_off);
		const struct btf_type *found, *of = plain_type(btf, member->type);

		if (its && strlen(its) == len && !memcmp(its, name, len)) {
			*bits += btf_member_bit_offset(type, i);
			return of;
		}
		if ((its && *its) || !of || !btf_is_composite(of))
			continue;
		inner = *bits + btf_member_bit_offset(type, i);
		found = find_member(btf, of, name, len, &inner);
		if (found) {
			*bits = inner;
			return found;
		}
	}
	return NULL;
}

static int find_path(
	const struct btf *btf, const struct btf_type *type, const char *path, __u32 *ret_bits)
{
	__u32 bits = 0;

	while (type && *path) {
		size_t len = strcspn(path, ".");

		if (!btf_is_composite(type))
			return IU_E_NOTSUP;
		type = find_member(btf, type, path, len, &bits);
		path += len + (path[len] == '.');
	}
	if (!type)
		return IU_E_NOTSUP;
	*ret_bits = bits;
	return 0;
}

static int find_function(const struct btf *btf, const char *name, uint32_t *ret_id)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_FUNC);

	if (id <= 0)
		return IU_E_NOTSUP;
	*ret_id = (uint32_t)id;
	return 0;
}

/* Each look by name passes over all types of the kernel, so rows of one structure share it. */
int iu_quick_read_btf(struct iu_quick_kernel *ret_kernel)
{
	struct btf *btf = iu_libbpf() ? btf__load_vmlinux_btf() : NULL;
	const struct btf_type *type = NULL;
	const char *path;
	size_t i;
	int id, result = btf ? 0 : IU_E_NOTSUP;

	for (i = 0; i < IU_QUICK_MEMBERS && result == 0; i++) {
		__u32 bits = 0;

		if (i == 0 || strcmp(iu_quick_members[i].structure, iu_quick_members[i - 1].structure) != 0) {
			id = btf__find_by_name_kind(
				btf, iu_quick_members[i].structure, BTF_KIND_STRUCT);
			type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;
		}
		path = iu_quick_members[i].path;
		result = find_path(btf, type, path + (*path == '?'), &bits);
		if (result == IU_E_NOTSUP && *path == '?') {
			bits = IU_QUICK_NONE;
			result = 0;
		}
		memcpy((char *)&ret_kernel->at + iu_quick_members[i].offset, &bits, sizeof(bits));
	}
	if (result == 0)
		result = find_function(btf, "bpf_iter_task_file", &ret_kernel->iter_task_file);
	if (btf)
		btf__free(btf);
	return result;
}
