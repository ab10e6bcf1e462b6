/* os/linux/quick/btf.c - finds members in the kernel's own description (BTF), of which little is kept */
#include "os/linux/quick/btf.h"

#include <linux/btf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/compat.h"
#include "base/err.h"

/*
 * libbpf would do it in 15 MiB and two copies of everything. Here strings and types pass by in portions:
 * first which strings are names that are looked for, then where each type lies.
 */
#define SECTION_MAX (64u << 20)
#define PORTION	    (64u << 10)
#define NAMES_MAX   256
#define SLOTS	    512 /* of the table of names; a power of two */
#define DEPTH_MAX   16	/* of members that have no name */
#define ALIAS_MAX   64
#define MEMBERS	    64 /* that are read at a time */
#define LOOKS_MAX   (1u << 20)
#define PLACES	    8192 /* a power of two */

struct name {
	const char *text;
	size_t len;
	uint32_t at; /* in the strings; 0: not there */
	uint32_t structure, function; /* types of that name; 0: none */
};

struct reader {
	const struct iu_btf_source *source;
	uint64_t types, strings; /* where the sections begin */
	uint32_t types_len, strings_len;
	uint32_t *place; /* of each type, from the start of its section; [0] is none */
	uint32_t n_types;
	struct name name[NAMES_MAX];
	size_t names;
	uint16_t slot[SLOTS]; /* index of a name, and one more */
	bool maybe[PLACES];   /* whether a name may lie at such a place of the strings */
	uint32_t looks;	      /* at members; what refers to itself in circles has no end */
	unsigned char portion[PORTION];
};

static bool fetch(const struct reader *reader, void *bytes, size_t size, uint64_t at)
{
	return reader->source->read(reader->source->context, bytes, size, at) == size;
}

/* ---- names ---- */

static uint32_t hash_of(const char *text, size_t len)
{
	return (uint32_t)(len * 31 + (unsigned char)text[0] * 7 + (unsigned char)text[len - 1] * 131 +
			  (unsigned char)text[len / 2] * 17) & (SLOTS - 1);
}

/* The slot of a name, or the one where it belongs. */
static uint16_t *slot_of(struct reader *reader, const char *text, size_t len)
{
	uint32_t at = hash_of(text, len);

	while (reader->slot[at]) {
		const struct name *name = &reader->name[reader->slot[at] - 1];

		if (name->len == len && !memcmp(name->text, text, len))
			break;
		at = (at + 1) & (SLOTS - 1);
	}
	return &reader->slot[at];
}

static int want(struct reader *reader, const char *text, size_t len)
{
	uint16_t *slot = slot_of(reader, text, len);

	if (*slot)
		return 0;
	if (reader->names == NAMES_MAX)
		return IU_E_LIMIT;
	reader->name[reader->names++] = (struct name){.text = text, .len = len};
	*slot = (uint16_t)reader->names;
	return 0;
}

static struct name *find_name(struct reader *reader, const char *text, size_t len)
{
	uint16_t slot = len ? *slot_of(reader, text, len) : 0;

	return slot ? &reader->name[slot - 1] : NULL;
}

static int want_all(struct reader *reader, const char *function)
{
	int result = want(reader, function, strlen(function));
	size_t i, len;

	for (i = 0; i < IU_QUICK_MEMBERS && result == 0; i++) {
		const char *path = iu_quick_members[i].path;

		result = want(reader, iu_quick_members[i].structure,
			strlen(iu_quick_members[i].structure));
		for (path += *path == '?'; *path && result == 0; path += len + (path[len] == '.')) {
			len = strcspn(path, ".");
			result = want(reader, path, len);
		}
	}
	return result;
}

/* Every string of a portion; one that is cut begins the next portion, where it is whole. */
static int read_strings(struct reader *reader)
{
	const char *bytes = (const char *)reader->portion;
	uint32_t at = 0;

	while (at < reader->strings_len) {
		size_t left = reader->strings_len - at, used = 0;
		size_t size = left < PORTION ? left : PORTION;

		if (!fetch(reader, reader->portion, size, reader->strings + at))
			return IU_E_PROTO;
		while (used < size) {
			const char *end = memchr(bytes + used, '\0', size - used);
			size_t len = end ? (size_t)(end - bytes) - used : 0;
			struct name *name = find_name(reader, bytes + used, len);

			if (!end)
				break;
			if (name) {
				name->at = at + (uint32_t)used;
				reader->maybe[name->at & (PLACES - 1)] = true;
			}
			used += len + 1;
		}
		if (!used) /* longer than any name, or without an end */
			return IU_E_PROTO;
		at += (uint32_t)used;
	}
	return 0;
}

/* ---- types ---- */

/* Bytes behind the head of a type; -1: of a kind that is not known. */
static int64_t extra_of(const struct btf_type *type)
{
	static const struct {
		uint8_t fixed, each;
		bool known;
	} kinds[] = {
		[BTF_KIND_INT] = {sizeof(uint32_t), 0, true},
		[BTF_KIND_PTR] = {0, 0, true},
		[BTF_KIND_ARRAY] = {sizeof(struct btf_array), 0, true},
		[BTF_KIND_STRUCT] = {0, sizeof(struct btf_member), true},
		[BTF_KIND_UNION] = {0, sizeof(struct btf_member), true},
		[BTF_KIND_ENUM] = {0, sizeof(struct btf_enum), true},
		[BTF_KIND_FWD] = {0, 0, true},
		[BTF_KIND_TYPEDEF] = {0, 0, true},
		[BTF_KIND_VOLATILE] = {0, 0, true},
		[BTF_KIND_CONST] = {0, 0, true},
		[BTF_KIND_RESTRICT] = {0, 0, true},
		[BTF_KIND_FUNC] = {0, 0, true},
		[BTF_KIND_FUNC_PROTO] = {0, sizeof(struct btf_param), true},
		[BTF_KIND_VAR] = {sizeof(struct btf_var), 0, true},
		[BTF_KIND_DATASEC] = {0, sizeof(struct btf_var_secinfo), true},
		[BTF_KIND_FLOAT] = {0, 0, true},
		[BTF_KIND_DECL_TAG] = {sizeof(struct btf_decl_tag), 0, true},
		[BTF_KIND_TYPE_TAG] = {0, 0, true},
		[BTF_KIND_ENUM64] = {0, sizeof(struct btf_enum64), true},
	};
	uint32_t kind = BTF_INFO_KIND(type->info);

	if (kind >= IU_COUNT(kinds) || !kinds[kind].known)
		return -1;
	return kinds[kind].fixed + (int64_t)kinds[kind].each * BTF_INFO_VLEN(type->info);
}

static void note_type(struct reader *reader, const struct btf_type *type, uint32_t id)
{
	uint32_t kind = BTF_INFO_KIND(type->info);
	size_t i;

	if ((kind != BTF_KIND_STRUCT && kind != BTF_KIND_FUNC) ||
		!reader->maybe[type->name_off & (PLACES - 1)])
		return;
	for (i = 0; i < reader->names && type->name_off; i++) {
		struct name *name = &reader->name[i];

		if (name->at != type->name_off)
			continue;
		if (kind == BTF_KIND_STRUCT && !name->structure)
			name->structure = id;
		if (kind == BTF_KIND_FUNC && !name->function)
			name->function = id;
	}
}

static int read_types(struct reader *reader)
{
	uint32_t at = 0, from = 0, have = 0; /* what lies in the portion */
	struct btf_type type;
	int64_t extra;

	reader->place = malloc((reader->types_len / sizeof(type) + 2) * sizeof(*reader->place));
	if (!reader->place)
		return IU_E_NOMEM;
	while (reader->types_len - at >= sizeof(type)) {
		if (at < from || at - from > have || have - (at - from) < sizeof(type)) {
			from = at;
			have = reader->types_len - at < PORTION ? reader->types_len - at : PORTION;
			if (!fetch(reader, reader->portion, have, reader->types + from))
				return IU_E_PROTO;
		}
		memcpy(&type, reader->portion + (at - from), sizeof(type));
		extra = extra_of(&type);
		if (extra < 0)
			return IU_E_NOTSUP;
		if (extra > (int64_t)(reader->types_len - at - sizeof(type)))
			return IU_E_PROTO;
		reader->place[++reader->n_types] = at;
		note_type(reader, &type, reader->n_types);
		at += (uint32_t)(sizeof(type) + (uint64_t)extra);
	}
	return 0;
}

static bool get_type(const struct reader *reader, uint32_t id, struct btf_type *ret_type)
{
	return id > 0 && id <= reader->n_types &&
	       fetch(reader, ret_type, sizeof(*ret_type), reader->types + reader->place[id]);
}

/* ---- members ---- */

/* Behind its aliases. Returns: the id of a structure or union with its head, 0: it is none. */
static uint32_t plain(const struct reader *reader, uint32_t id, struct btf_type *ret_type)
{
	int hops;

	for (hops = 0; hops < ALIAS_MAX && get_type(reader, id, ret_type); hops++) {
		switch (BTF_INFO_KIND(ret_type->info)) {
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION: return id;
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_CONST:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_RESTRICT:
		case BTF_KIND_TYPE_TAG: id = ret_type->type; continue;
		}
		return 0;
	}
	return 0;
}

/*
 * A member by name, also inside of members that have none. @bits: the place of what is looked into,
 * receives that of the member. Returns: its type, 0: not there.
 */
static uint32_t find_member(struct reader *reader, uint32_t id, uint32_t name,
	uint32_t *bits, int depth)
{
	struct btf_member member[MEMBERS];
	struct btf_type type;
	uint32_t i, k, n, found;

	id = plain(reader, id, &type);
	for (i = 0; id && i < BTF_INFO_VLEN(type.info) && reader->looks < LOOKS_MAX; i += n) {
		n = BTF_INFO_VLEN(type.info) - i < MEMBERS ? BTF_INFO_VLEN(type.info) - i : MEMBERS;
		if (!fetch(reader, member, n * sizeof(*member),
			    reader->types + reader->place[id] + sizeof(type) + i * sizeof(*member)))
			return 0;
		reader->looks += n;
		for (k = 0; k < n; k++) {
			uint32_t at = BTF_INFO_KFLAG(type.info)
				? BTF_MEMBER_BIT_OFFSET(member[k].offset) : member[k].offset;
			uint32_t inner = *bits + at;

			if (member[k].name_off == name) {
				*bits = inner;
				return member[k].type;
			}
			found = member[k].name_off || !depth
				? 0 : find_member(reader, member[k].type, name, &inner, depth - 1);
			if (found) {
				*bits = inner;
				return found;
			}
		}
	}
	return 0;
}

static int find_path(struct reader *reader, uint32_t id, const char *path, uint32_t *ret_bits)
{
	uint32_t bits = 0;
	size_t len;

	for (; id && *path; path += len + (path[len] == '.')) {
		const struct name *name;

		len = strcspn(path, ".");
		name = find_name(reader, path, len);
		id = name && name->at ? find_member(reader, id, name->at, &bits, DEPTH_MAX) : 0;
	}
	if (!id)
		return IU_E_NOTSUP;
	*ret_bits = bits;
	return 0;
}

static int find_all(struct reader *reader, struct iu_quick_kernel *kernel)
{
	uint32_t bits;
	size_t i;

	for (i = 0; i < IU_QUICK_MEMBERS; i++) {
		const struct iu_quick_member *member = &iu_quick_members[i];
		const struct name *name =
			find_name(reader, member->structure, strlen(member->structure));
		bool optional = *member->path == '?';

		if (find_path(reader, name ? name->structure : 0, member->path + optional, &bits) < 0) {
			if (!optional)
				return IU_E_NOTSUP;
			bits = IU_QUICK_NONE;
		}
		memcpy((char *)&kernel->at + member->offset, &bits, sizeof(bits));
	}
	return 0;
}

/* ---- all of it ---- */

static int read_head(struct reader *reader)
{
	struct btf_header head;

	if (!fetch(reader, &head, sizeof(head), 0) || head.magic != BTF_MAGIC ||
		head.version != BTF_VERSION || head.hdr_len < sizeof(head) ||
		head.hdr_len > PORTION || head.type_len > SECTION_MAX || head.str_len > SECTION_MAX ||
		head.type_off > SECTION_MAX || head.str_off > SECTION_MAX)
		return IU_E_NOTSUP;
	reader->types = (uint64_t)head.hdr_len + head.type_off;
	reader->types_len = head.type_len;
	reader->strings = (uint64_t)head.hdr_len + head.str_off;
	reader->strings_len = head.str_len;
	return 0;
}

int iu_btf_find(const struct iu_btf_source *source, struct iu_quick_kernel *ret_kernel)
{
	static const char function[] = "bpf_iter_task_file";
	struct iu_quick_kernel kernel = {0};
	struct reader *reader = calloc(1, sizeof(*reader));
	const struct name *name;
	int result;

	if (!reader)
		return IU_E_NOMEM;
	reader->source = source;
	result = read_head(reader);
	if (result == 0)
		result = want_all(reader, function);
	if (result == 0)
		result = read_strings(reader);
	if (result == 0)
		result = read_types(reader);
	if (result == 0)
		result = find_all(reader, &kernel);
	name = find_name(reader, function, sizeof(function) - 1);
	if (result == 0 && (!name || !name->function))
		result = IU_E_NOTSUP;
	if (result == 0) {
		kernel.iter_task_file = name->function;
		*ret_kernel = kernel;
	}
	free(reader->place);
	free(reader);
	return result;
}
