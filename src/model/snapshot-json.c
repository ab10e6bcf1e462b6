/* model/snapshot-json.c - a snapshot as JSON, and back */
#include "model/snapshot-json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "model/snapshot-fields.h"

static const char schema[] = "inuse.snapshot/1";

/* How every IU_LIST lies in memory. */
struct any_list {
	void *v;
	size_t n, cap;
};

/* Numbers: width, sign and range of each kind. */
static const struct number {
	size_t size;
	int64_t least;
	uint64_t most;
} numbers[] = {
	[KIND_BOOL] = {0},
	[KIND_I8] = {sizeof(int8_t), INT8_MIN, INT8_MAX},
	[KIND_I32] = {sizeof(int32_t), INT32_MIN, INT32_MAX},
	[KIND_I64] = {sizeof(int64_t), INT64_MIN, INT64_MAX},
	[KIND_U8] = {sizeof(uint8_t), 0, UINT8_MAX},
	[KIND_U16] = {sizeof(uint16_t), 0, UINT16_MAX},
	[KIND_U32] = {sizeof(uint32_t), 0, UINT32_MAX},
	[KIND_U64] = {sizeof(uint64_t), 0, UINT64_MAX},
};

/* ---- writing ---- */

static json_t *write_object(const struct shape *shape, const char *from);

/* @value as it lies in memory, widened; the sign bit of signed kinds is kept. */
static uint64_t load_number(const struct number *number, const void *at)
{
	int8_t i8;
	int32_t i32;
	uint16_t u16;
	uint32_t u32;
	uint64_t u64;

	switch (number->size) {
	case 1:
		memcpy(&i8, at, 1);
		return number->least ? (uint64_t)i8 : (uint8_t)i8;
	case 2:
		memcpy(&u16, at, 2);
		return u16;
	case 4:
		memcpy(&i32, at, 4);
		memcpy(&u32, at, 4);
		return number->least ? (uint64_t)i32 : u32;
	}
	memcpy(&u64, at, 8);
	return u64;
}

static json_t *write_number(const struct number *number, const void *at)
{
	uint64_t value = load_number(number, at);
	char text[24];

	if (number->least || value <= INT64_MAX)
		return json_integer((json_int_t)value);
	snprintf(text, sizeof(text), "%" PRIu64, value);
	return json_string(text);
}

static json_t *write_bytes(const char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	json_t *object;
	char *hex;

	if (!memchr(bytes, '\0', len) && iu_utf8_valid(bytes, len))
		return json_stringn(bytes, len);
	hex = malloc(len * 2 + 1);
	if (!hex)
		return NULL;
	for (size_t i = 0; i < len; i++) {
		hex[i * 2] = digits[(unsigned char)bytes[i] >> 4];
		hex[i * 2 + 1] = digits[bytes[i] & 0xf];
	}
	object = json_pack("{s:s%}", "bytes", hex, len * 2);
	free(hex);
	return object;
}

static json_t *write_address(const struct iu_address *address)
{
	struct iu_address plain = *address;
	struct iu_text text = {0};
	char name[IU_ADDRESS_TEXT];
	json_t *value;

	plain.scope = 0;
	iu_text_add(&text, iu_address_format(&plain, name));
	if (address->scope)
		iu_text_printf(&text, "%%%" PRIu32, address->scope);
	value = text.failed ? NULL : json_string(text.data);
	iu_text_free(&text);
	return value;
}

static json_t *write_facts(uint32_t facts)
{
	json_t *list = json_array();

	for (size_t i = 0; i < IU_COUNT(fact_words); i++) {
		if (facts >> i & 1 && json_array_append_new(list, json_string(fact_words[i])) < 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static json_t *write_list(const struct field *field, const struct any_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++) {
		const char *text;
		json_t *element;

		if (field->kind == KIND_LIST) {
			element = write_object(
				field->shape, (const char *)list->v + i * field->shape->size);
		} else {
			text = ((const char *const *)list->v)[i];
			element = write_bytes(text ? text : "", text ? strlen(text) : 0);
		}
		if (json_array_append_new(array, element) < 0) {
			json_decref(array);
			return NULL;
		}
	}
	return array;
}

/* Whether a member says nothing more than a fresh one does. */
static bool is_fresh(const struct field *field, const char *at, const char *fresh)
{
	static const struct iu_address no_address;
	const char *text;
	unsigned int word;

	switch (field->kind) {
	case KIND_BOOL: return *(const bool *)at == (fresh && *(const bool *)fresh);
	case KIND_I8:
	case KIND_I32:
	case KIND_I64:
	case KIND_U8:
	case KIND_U16:
	case KIND_U32:
	case KIND_U64:
		return load_number(&numbers[field->kind], at) ==
			(fresh ? load_number(&numbers[field->kind], fresh) : 0);
	case KIND_TRI:
	case KIND_WORD:
	case KIND_FACTS:
		memcpy(&word, at, sizeof(word));
		return !word;
	case KIND_TEXT:
	case KIND_BYTES:
		memcpy(&text, at, sizeof(text));
		return !text;
	case KIND_ADDRESS:
		return ((const struct iu_address *)at)->family == no_address.family ||
			((const struct iu_address *)at)->family == IU_FAMILY_UNIX;
	case KIND_OBJECT: return false;
	case KIND_LIST:
	case KIND_TEXTS: return !((const struct any_list *)at)->n;
	}
	return false;
}

static json_t *write_field(const struct field *field, const char *from)
{
	const char *at = from + field->offset, *text;
	unsigned int word;
	size_t len;

	switch (field->kind) {
	case KIND_BOOL: return json_boolean(*(const bool *)at);
	case KIND_I8:
	case KIND_I32:
	case KIND_I64:
	case KIND_U8:
	case KIND_U16:
	case KIND_U32:
	case KIND_U64: return write_number(&numbers[field->kind], at);
	case KIND_TRI:
		memcpy(&word, at, sizeof(word));
		return json_boolean(word == IU_YES);
	case KIND_WORD:
		memcpy(&word, at, sizeof(word));
		return json_string(field->words[word < field->extra ? word : 0]);
	case KIND_FACTS:
		memcpy(&word, at, sizeof(word));
		return write_facts(word);
	case KIND_TEXT:
		memcpy(&text, at, sizeof(text));
		return write_bytes(text, strlen(text));
	case KIND_BYTES:
		memcpy(&text, at, sizeof(text));
		memcpy(&len, from + field->extra, sizeof(len));
		return write_bytes(text, len);
	case KIND_ADDRESS: return write_address((const struct iu_address *)at);
	case KIND_OBJECT: return write_object(field->shape, at);
	case KIND_LIST:
	case KIND_TEXTS: return write_list(field, (const struct any_list *)at);
	}
	return NULL;
}

static json_t *write_object(const struct shape *shape, const char *from)
{
	json_t *object = json_object();

	for (size_t i = 0; object && i < shape->count; i++) {
		const struct field *field = &shape->fields[i];
		const char *fresh =
			shape->fresh ? (const char *)shape->fresh + field->offset : NULL;

		if (is_fresh(field, from + field->offset, fresh))
			continue;
		if (json_object_set_new(object, field->key, write_field(field, from)) < 0) {
			json_decref(object);
			return NULL;
		}
	}
	return object;
}

json_t *iu_snapshot_to_json(const struct iu_snapshot *snapshot)
{
	json_t *root = json_object(), *body = write_object(&snapshot_shape, (const char *)snapshot);
	int failed = json_object_set_new(root, "schema", json_string(schema)) < 0 ||
		!body || json_object_update(root, body) < 0;

	json_decref(body);
	if (!failed)
		return root;
	json_decref(root);
	return NULL;
}

/* ---- writing piece by piece ---- */

struct pen {
	iu_snapshot_sink *sink;
	void *context;
};

static int put(const struct pen *pen, const char *text)
{
	return pen->sink(pen->context, text, strlen(text));
}

/* Takes @value; NULL is out of memory. */
static int put_value(const struct pen *pen, json_t *value)
{
	char *text = value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
	int error = text ? put(pen, text) : IU_E_NOMEM;

	free(text);
	json_decref(value);
	return error;
}

static int put_key(const struct pen *pen, const char *key)
{
	int error = put(pen, ",\n\"");

	error = error ? error : put(pen, key);
	return error ? error : put(pen, "\":");
}

static int put_list(
	const struct pen *pen, const struct field *field, const struct any_list *list)
{
	int error = put(pen, "[");

	for (size_t i = 0; i < list->n && error == 0; i++) {
		error = put(pen, i ? ",\n" : "\n");
		if (error == 0)
			error = put_value(pen, write_object(field->shape,
				(const char *)list->v + i * field->shape->size));
	}
	return error ? error : put(pen, "]");
}

static int put_about(const struct pen *pen, const json_t *about)
{
	const char *key;
	json_t *value;
	int error = 0;

	json_object_foreach((json_t *)about, key, value) {
		error = error ? error : put_key(pen, key);
		error = error ? error : put_value(pen, json_incref(value));
	}
	return error;
}

int iu_snapshot_write(const struct iu_snapshot *snapshot, const json_t *about,
	iu_snapshot_sink *sink, void *context)
{
	const struct pen pen = {sink, context};
	const char *from = (const char *)snapshot;
	int error = put(&pen, "{\"schema\":\"");

	error = error ? error : put(&pen, schema);
	error = error ? error : put(&pen, "\"");
	error = error ? error : put_about(&pen, about);
	for (size_t i = 0; i < snapshot_shape.count && error == 0; i++) {
		const struct field *field = &snapshot_shape.fields[i];

		if (is_fresh(field, from + field->offset, NULL))
			continue;
		error = put_key(&pen, field->key);
		if (error == 0 && field->kind == KIND_LIST)
			error = put_list(&pen, field, (const void *)(from + field->offset));
		else if (error == 0)
			error = put_value(&pen, write_field(field, from));
	}
	return error ? error : put(&pen, "}\n");
}

/* ---- reading ---- */

/* Where the reader is, for the complaint: a chain from the inside to the root. */
struct place {
	const struct place *up;
	const char *key; /* NULL: an element of a list */
	size_t index;
};

struct reader {
	struct iu_arena *arena;
	struct iu_text *complaint; /* NULL: not wanted */
};

static int read_object(struct reader *reader, const struct place *place, const struct shape *shape,
	const json_t *object, char *to);

static void add_place(struct iu_text *text, const struct place *place)
{
	if (place->up)
		add_place(text, place->up);
	if (place->key)
		iu_text_printf(text, "%s%s", place->up ? "." : "", place->key);
	else
		iu_text_printf(text, "[%zu]", place->index);
}

static int complain(struct reader *reader, const struct place *place, const char *expected,
	const json_t *found)
{
	static const char *const types[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "a list", [JSON_STRING] = "a string",
		[JSON_INTEGER] = "a number", [JSON_REAL] = "a number with a fraction",
		[JSON_TRUE] = "true", [JSON_FALSE] = "false", [JSON_NULL] = "null",
	};

	if (!reader->complaint)
		return IU_E_PROTO;
	if (place)
		add_place(reader->complaint, place);
	else
		iu_text_add(reader->complaint, "the document");
	iu_text_printf(reader->complaint, ": expected %s, found %s", expected,
		found ? types[json_typeof(found)] : "nothing");
	if (json_is_string(found)) {
		iu_text_add(reader->complaint, " \"");
		iu_text_foreign(reader->complaint, json_string_value(found),
			json_string_length(found), 40);
		iu_text_add(reader->complaint, "\"");
	} else if (json_is_integer(found)) {
		iu_text_printf(
			reader->complaint, " (%lld)", (long long)json_integer_value(found));
	}
	return IU_E_PROTO;
}

/* Decimal digits only, as write_number() makes them. */
static bool parse_u64(const json_t *value, uint64_t *ret_number)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value);
	char *end;

	if (!text || !len || len > 20 || strspn(text, "0123456789") != len)
		return false;
	errno = 0;
	*ret_number = strtoull(text, &end, 10);
	return !errno && !*end;
}

static int read_number(struct reader *reader, const struct place *place, enum kind kind,
	const json_t *value, void *to)
{
	const struct number *number = &numbers[kind];
	uint64_t wide = 0;
	json_int_t got = json_integer_value(value);
	char expected[80];
	uint8_t u8;
	uint16_t u16;
	uint32_t u32;

	if (json_is_integer(value))
		wide = (uint64_t)got;
	if (json_is_integer(value) ? got < number->least || (got > 0 && wide > number->most)
				   : kind != KIND_U64 || !parse_u64(value, &wide)) {
		snprintf(expected, sizeof(expected), "a number from %" PRId64 " to %" PRIu64,
			number->least, number->most);
		return complain(reader, place, expected, value);
	}
	u8 = (uint8_t)wide;
	u16 = (uint16_t)wide;
	u32 = (uint32_t)wide;
	memcpy(to, number->size == 1 ? &u8 : number->size == 2 ? (void *)&u16
					: number->size == 4    ? (void *)&u32 : (void *)&wide,
		number->size);
	return 0;
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A string, or {"bytes": "hex"}. Without @ret_len the text must have no NUL in it. */
static int read_bytes(struct reader *reader, const struct place *place, const json_t *value,
	const char **ret_bytes, size_t *ret_len)
{
	const json_t *hex = json_object_get(value, "bytes"), *text = hex ? hex : value;
	const char *from = json_string_value(text);
	size_t len = json_string_length(text), i;
	char *bytes;

	if (!from || len > IU_SNAPSHOT_TEXT_MAX || (hex && len % 2))
		return complain(reader, place, "a string or {\"bytes\": \"hex digits\"}, "
			"not longer than 1 MiB", value);
	bytes = iu_arena_strndup(reader->arena, from, len);
	if (!bytes)
		return IU_E_NOMEM;
	for (i = 0; hex && i < len; i += 2) {
		int high = hex_digit(from[i]), low = hex_digit(from[i + 1]);

		if (high < 0 || low < 0)
			return complain(reader, place, "hex digits", hex);
		bytes[i / 2] = (char)(high << 4 | low);
	}
	if (hex) {
		len /= 2;
		bytes[len] = '\0';
	}
	if (!ret_len && memchr(bytes, '\0', len))
		return complain(reader, place, "text without a NUL in it", text);
	*ret_bytes = bytes;
	if (ret_len)
		*ret_len = len;
	return 0;
}

static int read_word(struct reader *reader, const struct place *place, const struct field *field,
	const json_t *value, void *to)
{
	const char *word = json_string_value(value);
	unsigned int i;

	for (i = 0; word && i < field->extra && strcmp(word, field->words[i]) != 0; i++)
		;
	if (word && i == field->extra && !strcmp(field->words[0], "unknown"))
		i = 0;
	if (!word || i == field->extra)
		return complain(reader, place, "one of the words of this key", value);
	memcpy(to, &i, sizeof(i));
	return 0;
}

/* Facts of later versions are passed over: what nobody here asks for is not missed. */
static int read_facts(
	struct reader *reader, const struct place *place, const json_t *value, void *to)
{
	unsigned int facts = 0;
	size_t bit;

	if (!json_is_array(value))
		return complain(reader, place, "a list of words", value);
	for (size_t i = 0; i < json_array_size(value); i++) {
		const char *word = json_string_value(json_array_get(value, i));

		if (!word)
			return complain(reader, place, "a list of words", value);
		for (bit = 0; bit < IU_COUNT(fact_words); bit++)
			facts |= !strcmp(word, fact_words[bit]) ? 1u << bit : 0;
	}
	memcpy(to, &facts, sizeof(facts));
	return 0;
}

static int read_address(struct reader *reader, const struct place *place, const json_t *value,
	struct iu_address *to)
{
	const char *text = json_string_value(value);
	size_t len = json_string_length(value), host;
	struct iu_address address = {0};
	json_t *number;
	uint64_t scope = 0;
	bool good;

	host = text ? strcspn(text, "%") : 0;
	good = text && len < IU_ADDRESS_TEXT && strlen(text) == len &&
		iu_address_parse(text, host, &address) >= 0;
	if (good && host < len) {
		number = json_string(text + host + 1);
		good = number && parse_u64(number, &scope) && scope && scope <= UINT32_MAX;
		json_decref(number);
	}
	if (!good)
		return complain(reader, place, "an IP address", value);
	address.scope = (uint32_t)scope;
	*to = address;
	return 0;
}

static int read_list(struct reader *reader, const struct place *place, const struct field *field,
	const json_t *value, struct any_list *to)
{
	size_t size = field->kind == KIND_LIST ? field->shape->size : sizeof(const char *);
	size_t count = json_array_size(value);
	struct any_list list = {.n = count, .cap = count};
	struct place element = {.up = place};
	int error = 0;

	if (!json_is_array(value) || count > IU_SNAPSHOT_LIST_MAX)
		return complain(reader, place, "a list of not more than 1000000 elements", value);
	list.v = iu_arena_alloc(reader->arena, count ? count * size : 1);
	if (!list.v)
		return IU_E_NOMEM;
	for (; element.index < count && !error; element.index++) {
		const json_t *from = json_array_get(value, element.index);
		char *at = (char *)list.v + element.index * size;

		if (field->kind == KIND_LIST)
			error = read_object(reader, &element, field->shape, from, at);
		else
			error = read_bytes(reader, &element, from, (const char **)(void *)at, NULL);
	}
	if (!error)
		*to = list;
	return error;
}

static int read_field(struct reader *reader, const struct place *place, const struct field *field,
	const json_t *value, char *to)
{
	char *at = to + field->offset;
	unsigned int tri;

	switch (field->kind) {
	case KIND_BOOL:
		if (!json_is_boolean(value))
			return complain(reader, place, "true or false", value);
		*(bool *)at = json_is_true(value);
		return 0;
	case KIND_TRI:
		if (!json_is_boolean(value))
			return complain(reader, place, "true or false", value);
		tri = json_is_true(value) ? IU_YES : IU_NO;
		memcpy(at, &tri, sizeof(tri));
		return 0;
	case KIND_I8:
	case KIND_I32:
	case KIND_I64:
	case KIND_U8:
	case KIND_U16:
	case KIND_U32:
	case KIND_U64: return read_number(reader, place, field->kind, value, at);
	case KIND_WORD: return read_word(reader, place, field, value, at);
	case KIND_FACTS: return read_facts(reader, place, value, at);
	case KIND_TEXT: return read_bytes(reader, place, value, (const char **)(void *)at, NULL);
	case KIND_BYTES:
		return read_bytes(reader, place, value, (const char **)(void *)at,
			(size_t *)(void *)(to + field->extra));
	case KIND_ADDRESS:
		return read_address(reader, place, value, (struct iu_address *)(void *)at);
	case KIND_OBJECT: return read_object(reader, place, field->shape, value, at);
	case KIND_LIST:
	case KIND_TEXTS:
		return read_list(reader, place, field, value, (struct any_list *)(void *)at);
	}
	return IU_E_PROTO;
}

/* A key that is missing, or null, leaves what a fresh element has. */
static int read_object(struct reader *reader, const struct place *place, const struct shape *shape,
	const json_t *object, char *to)
{
	int error = 0;

	if (!json_is_object(object))
		return complain(reader, place, "an object", object);
	if (shape->fresh)
		memcpy(to, shape->fresh, shape->size);
	for (size_t i = 0; i < shape->count && !error; i++) {
		struct place inner = {.up = place, .key = shape->fields[i].key};
		const json_t *value = json_object_get(object, inner.key);

		if (value && !json_is_null(value))
			error = read_field(reader, &inner, &shape->fields[i], value, to);
	}
	return error;
}

int iu_snapshot_from_json(
	const json_t *root, struct iu_snapshot *ret_snapshot, struct iu_text *complaint)
{
	struct iu_snapshot snapshot;
	struct reader reader = {.arena = &snapshot.arena, .complaint = complaint};
	const struct place at_schema = {.key = "schema"};
	const json_t *name = json_object_get(root, "schema");
	int error;

	if (json_is_object(root) && (!json_is_string(name) ||
		strcmp(json_string_value(name), schema) != 0))
		return complain(&reader, &at_schema, "\"inuse.snapshot/1\"", name);
	iu_snapshot_init(&snapshot);
	snapshot.arena.limit = IU_SNAPSHOT_MEMORY_MAX;
	error = read_object(&reader, NULL, &snapshot_shape, root, (char *)&snapshot);
	if (error) {
		iu_snapshot_free(&snapshot);
		return error;
	}
	snapshot.arena.limit = 0;
	*ret_snapshot = snapshot;
	return 0;
}

int iu_snapshot_parse(const char *text, size_t len, struct iu_snapshot *ret_snapshot,
	struct iu_text *complaint)
{
	json_error_t where;
	json_t *root;
	int error;

	if (len > IU_SNAPSHOT_DOCUMENT_MAX) {
		if (complaint)
			iu_text_add(complaint, "the document is larger than 256 MiB");
		return IU_E_PROTO;
	}
	root = json_loadb(text, len, JSON_ALLOW_NUL, &where);
	if (!root) {
		if (json_error_code(&where) == json_error_out_of_memory)
			return IU_E_NOMEM;
		if (complaint) {
			iu_text_printf(complaint, "line %d, column %d: ", where.line, where.column);
			iu_text_foreign(complaint, where.text, strlen(where.text), 120);
		}
		return IU_E_PROTO;
	}
	error = iu_snapshot_from_json(root, ret_snapshot, complaint);
	json_decref(root);
	return error;
}
