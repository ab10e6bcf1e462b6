/* model/snapshot-texts.c - every text and address of a snapshot, to be changed in place */
#include "model/snapshot-texts.h"

#include "model/snapshot-fields.h"

/* How every IU_LIST lies in memory. */
struct any_list {
	void *v;
	size_t n, cap;
};

struct walk {
	iu_member_visit *visit;
	void *context;
};

static int walk_object(
	const struct walk *walk, const struct shape *shape, const char *group, char *at);

static int walk_list(const struct walk *walk, const struct field *field, struct any_list *list)
{
	int error = 0;

	for (size_t i = 0; i < list->n && error == 0; i++)
		error = walk_object(walk, field->shape, field->key,
			(char *)list->v + i * field->shape->size);
	return error;
}

static int walk_texts(const struct walk *walk, const struct field *field, struct iu_member *member,
	struct any_list *list)
{
	int error = 0;

	for (member->index = 0; member->index < list->n && error == 0; member->index++) {
		member->text = (const char **)list->v + member->index;
		if (*member->text)
			error = walk->visit(walk->context, member);
	}
	return error;
}

static int walk_field(const struct walk *walk, const struct field *field, const char *group,
	char *owner)
{
	struct iu_member member = {.group = group, .key = field->key, .owner = owner};
	void *at = owner + field->offset;

	switch (field->kind) {
	case KIND_BOOL:
	case KIND_I8:
	case KIND_I32:
	case KIND_I64:
	case KIND_U8:
	case KIND_U16:
	case KIND_U32:
	case KIND_U64:
	case KIND_TRI:
	case KIND_WORD:
	case KIND_FACTS: return 0;
	case KIND_BYTES: member.len = (void *)(owner + field->extra); /* fall through */
	case KIND_TEXT:
		member.text = at;
		return *member.text ? walk->visit(walk->context, &member) : 0;
	case KIND_ADDRESS:
		member.address = at;
		return member.address->family == IU_FAMILY_IPV4 ||
				member.address->family == IU_FAMILY_IPV6
			? walk->visit(walk->context, &member) : 0;
	case KIND_OBJECT: return walk_object(walk, field->shape, field->key, at);
	case KIND_LIST: return walk_list(walk, field, at);
	case KIND_TEXTS: return walk_texts(walk, field, &member, at);
	}
	return 0;
}

static int walk_object(
	const struct walk *walk, const struct shape *shape, const char *group, char *at)
{
	int error = 0;

	for (size_t i = 0; i < shape->count && error == 0; i++)
		error = walk_field(walk, &shape->fields[i], group, at);
	return error;
}

int iu_snapshot_members(struct iu_snapshot *snapshot, iu_member_visit *visit, void *context)
{
	const struct walk walk = {visit, context};

	return walk_object(&walk, &snapshot_shape, "", (char *)snapshot);
}
