/* test-snapshot-json.c - snapshots come back exactly; wrong documents are refused with a place */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"
#include "model/snapshot-fields.h"
#include "model/snapshot-json.h"

struct any_list {
	void *v;
	size_t n, cap;
};

static uint64_t seed;

static uint64_t random_bits(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

/* Bytes of any kind: ASCII, UTF-8, garbage. */
static char *random_text(struct iu_arena *arena, bool nul, size_t *ret_len)
{
	static const char *const pieces[] = {"a", "/", "\xc3\xa9", "\xff", "\"", "\\", "\n", "\x1b",
		"\xe2\x80\xae", "\xed\xa0\x80", "bytes", "😀"};
	size_t len = random_bits() % 12, i, at = 0, step;
	char *text = iu_arena_alloc(arena, len * 8 + 1);

	for (i = 0; i < len; i++) {
		const char *piece = pieces[random_bits() % IU_COUNT(pieces)];

		if (nul && random_bits() % 16 == 0) {
			text[at++] = '\0';
			continue;
		}
		step = strlen(piece);
		memcpy(text + at, piece, step);
		at += step;
	}
	if (ret_len)
		*ret_len = at;
	return text;
}

static void fill(struct iu_arena *arena, const struct shape *shape, char *to, int depth);

static void fill_list(struct iu_arena *arena, const struct field *field, char *at, int depth)
{
	size_t size = field->kind == KIND_LIST ? field->shape->size : sizeof(char *), i;
	struct any_list list = {.n = random_bits() % 4};
	char *text;

	list.cap = list.n;
	list.v = list.n ? iu_arena_alloc(arena, list.n * size) : NULL;
	for (i = 0; i < list.n; i++) {
		if (field->kind == KIND_LIST) {
			fill(arena, field->shape, (char *)list.v + i * size, depth + 1);
		} else {
			text = random_text(arena, false, NULL);
			memcpy((char *)list.v + i * size, &text, sizeof(text));
		}
	}
	memcpy(at, &list, sizeof(list));
}

static void fill_address(struct iu_address *address)
{
	size_t i;

	*address = (struct iu_address){.family = (enum iu_family)(random_bits() % 3)};
	for (i = 0; i < (address->family == IU_FAMILY_IPV4 ? 4u : 16u); i++)
		address->bytes[i] = random_bits() % 3 ? (uint8_t)random_bits() : 0;
	if (address->family == IU_FAMILY_IPV6 && random_bits() % 2)
		address->scope = (uint32_t)random_bits();
	if (address->family == IU_FAMILY_ANY)
		memset(address->bytes, 0, sizeof(address->bytes));
}

static void fill_field(struct iu_arena *arena, const struct field *field, char *to, int depth)
{
	static const size_t sizes[] = {[KIND_I8] = 1, [KIND_U8] = 1, [KIND_U16] = 2, [KIND_I32] = 4,
		[KIND_U32] = 4, [KIND_I64] = 8, [KIND_U64] = 8};
	char *at = to + field->offset, *text;
	uint64_t bits = random_bits() >> random_bits() % 64;
	uint32_t word = (uint32_t)bits;
	size_t len;

	switch (field->kind) {
	case KIND_BOOL: *(bool *)at = bits & 1; break;
	case KIND_I8:
	case KIND_U8:
	case KIND_U16:
	case KIND_I32:
	case KIND_U32:
	case KIND_I64:
	case KIND_U64: memcpy(at, &bits, sizes[field->kind]); break;
	case KIND_TRI: word %= 3; memcpy(at, &word, 4); break;
	case KIND_WORD: word %= field->extra; memcpy(at, &word, 4); break;
	case KIND_FACTS: word &= (1u << IU_COUNT(fact_words)) - 1; memcpy(at, &word, 4); break;
	case KIND_TEXT:
		text = bits & 1 ? NULL : random_text(arena, false, NULL);
		memcpy(at, &text, sizeof(text));
		break;
	case KIND_BYTES:
		len = 0;
		text = bits & 1 ? NULL : random_text(arena, true, &len);
		memcpy(at, &text, sizeof(text));
		memcpy(to + field->extra, &len, sizeof(len));
		break;
	case KIND_ADDRESS: fill_address((struct iu_address *)(void *)at); break;
	case KIND_OBJECT: fill(arena, field->shape, at, depth + 1); break;
	case KIND_LIST:
	case KIND_TEXTS: fill_list(arena, field, at, depth); break;
	}
}

static void fill(struct iu_arena *arena, const struct shape *shape, char *to, int depth)
{
	size_t i;

	if (shape->fresh)
		memcpy(to, shape->fresh, shape->size);
	for (i = 0; i < shape->count; i++) {
		if (!depth || random_bits() % 3)
			fill_field(arena, &shape->fields[i], to, depth);
	}
}

/* ---- the same by value, member for member, without going through JSON ---- */

static bool equal(const struct shape *shape, const char *a, const char *b);

static bool equal_field(const struct field *field, const char *a, const char *b)
{
	static const size_t sizes[] = {[KIND_BOOL] = 1, [KIND_I8] = 1, [KIND_U8] = 1,
		[KIND_U16] = 2, [KIND_I32] = 4, [KIND_U32] = 4, [KIND_I64] = 8, [KIND_U64] = 8,
		[KIND_TRI] = 4, [KIND_WORD] = 4, [KIND_FACTS] = 4,
		[KIND_ADDRESS] = sizeof(struct iu_address)};
	const char *x = a + field->offset, *y = b + field->offset, *s, *t;
	const struct any_list *l = (const void *)x, *m = (const void *)y;
	size_t i, n, k;

	switch (field->kind) {
	case KIND_TEXT:
	case KIND_BYTES:
		memcpy(&s, x, sizeof(s));
		memcpy(&t, y, sizeof(t));
		if (!s || !t)
			return s == t;
		if (field->kind == KIND_TEXT)
			return !strcmp(s, t);
		memcpy(&n, a + field->extra, sizeof(n));
		memcpy(&k, b + field->extra, sizeof(k));
		return n == k && !memcmp(s, t, n);
	case KIND_OBJECT: return equal(field->shape, x, y);
	case KIND_LIST:
		for (i = 0; l->n == m->n && i < l->n; i++) {
			if (!equal(field->shape, (char *)l->v + i * field->shape->size,
				(char *)m->v + i * field->shape->size))
				return false;
		}
		return l->n == m->n;
	case KIND_TEXTS:
		for (i = 0; l->n == m->n && i < l->n; i++) {
			if (strcmp(((char **)l->v)[i], ((char **)m->v)[i]) != 0)
				return false;
		}
		return l->n == m->n;
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
	case KIND_FACTS:
	case KIND_ADDRESS: return !memcmp(x, y, sizes[field->kind]);
	}
	return false;
}

static bool equal(const struct shape *shape, const char *a, const char *b)
{
	size_t i;

	for (i = 0; i < shape->count; i++) {
		if (!equal_field(&shape->fields[i], a, b)) {
			print_message("# differs: %s\n", shape->fields[i].key);
			return false;
		}
	}
	return true;
}

static void test_round_trip(void **state)
{
	int round;

	for (round = 1; round <= 1000; round++) {
		struct iu_snapshot made, back;
		struct iu_text complaint = {0};
		json_t *first, *second;
		char *text;

		seed = (uint64_t)round * 0x9e3779b97f4a7c15u;
		iu_snapshot_init(&made);
		fill(&made.arena, &snapshot_shape, (char *)&made, 0);
		first = iu_snapshot_to_json(&made);
		assert_non_null(first);
		text = json_dumps(first, 0);
		assert_non_null(text);
		if (iu_snapshot_parse(text, strlen(text), &back, &complaint) < 0)
			fail_msg("round %d: %s\n%s", round, complaint.data, text);
		if (!equal(&snapshot_shape, (char *)&made, (char *)&back))
			fail_msg("round %d: %s", round, text);
		second = iu_snapshot_to_json(&back);
		if (!json_equal(first, second))
			fail_msg("round %d: the documents differ: %s", round, text);
		json_decref(first);
		json_decref(second);
		free(text);
		iu_snapshot_free(&made);
		iu_snapshot_free(&back);
		iu_text_free(&complaint);
	}
}

/* An empty snapshot says nothing, and nothing read is an empty snapshot. */
static void test_empty(void **state)
{
	struct iu_snapshot made, back;
	json_t *json;
	char *text;

	iu_snapshot_init(&made);
	json = iu_snapshot_to_json(&made);
	text = json_dumps(json, JSON_COMPACT);
	assert_string_equal(text, "{\"schema\":\"inuse.snapshot/1\",\"host\":{},\"sysctls\":{},\"windows\":{}}");
	assert_int_equal(
		iu_snapshot_parse("{\"schema\":\"inuse.snapshot/1\"}", 29, &back, NULL), 0);
	assert_true(equal(&snapshot_shape, (char *)&made, (char *)&back));
	json_decref(json);
	free(text);
	iu_snapshot_free(&back);
}

#define DOC(body) "{\"schema\":\"inuse.snapshot/1\"," body "}"

static void test_refused(void **state)
{
	static const struct {
		const char *text, *complaint;
	} cases[] = {
		{"", "line 1"},
		{"{", "line 1"},
		{"[]", "the document: expected an object, found a list"},
		{"{}", "schema: expected \"inuse.snapshot/1\", found nothing"},
		{"{\"schema\":\"inuse.snapshot/2\"}",
			"schema: expected \"inuse.snapshot/1\", found a string \"inuse.snapshot/2\""},
		{DOC("\"sockets\":{}"), "sockets: expected a list"},
		{DOC("\"sockets\":[1]"), "sockets[0]: expected an object, found a number (1)"},
		{DOC("\"sockets\":[{},{\"port\":\"x\"}]"),
			"sockets[1].port: expected a number from 0 to 65535, found a string \"x\""},
		{DOC("\"sockets\":[{\"port\":65536}]"), "found a number (65536)"},
		{DOC("\"sockets\":[{\"port\":-1}]"), "found a number (-1)"},
		{DOC("\"sockets\":[{\"port\":1.5}]"), "found a number with a fraction"},
		{DOC("\"sockets\":[{\"cookie\":-1}]"), "sockets[0].cookie"},
		{DOC("\"sockets\":[{\"cookie\":\"18446744073709551616\"}]"), "sockets[0].cookie"},
		{DOC("\"sockets\":[{\"cookie\":\"+1\"}]"), "sockets[0].cookie"},
		{DOC("\"sockets\":[{\"protocol\":\"sctp\"}]"), "sockets[0].protocol: expected one"},
		{DOC("\"sockets\":[{\"state\":3}]"), "sockets[0].state"},
		{DOC("\"sockets\":[{\"mini\":1}]"), "expected true or false, found a number (1)"},
		{DOC("\"sockets\":[{\"served\":\"yes\"}]"), "expected true or false"},
		{DOC("\"sockets\":[{\"local\":\"1.2.3\"}]"), "sockets[0].local: expected an IP"},
		{DOC("\"sockets\":[{\"local\":\"fe80::1%eth0\"}]"), "expected an IP address"},
		{DOC("\"sockets\":[{\"local\":\"fe80::1%4294967296\"}]"), "expected an IP address"},
		{DOC("\"sockets\":[{\"local\":\"::1\\u0000\"}]"), "expected an IP address"},
		{DOC("\"sockets\":[{\"path\":{\"bytes\":\"0\"}}]"), "sockets[0].path"},
		{DOC("\"sockets\":[{\"path\":{\"bytes\":\"0G\"}}]"), "hex digits"},
		{DOC("\"sockets\":[{\"path\":{}}]"), "sockets[0].path"},
		{DOC("\"processes\":[{\"name\":{\"bytes\":\"00\"}}]"), "text without a NUL"},
		{DOC("\"processes\":[{\"name\":\"a\\u0000\"}]"), "text without a NUL"},
		{DOC("\"processes\":[{\"command\":[\"a\",2]}]"), "processes[0].command[1]"},
		{DOC("\"processes\":[{\"parents\":[{\"pid\":2147483648}]}]"),
			"processes[0].parents[0].pid"},
		{DOC("\"seen\":7"), "seen: expected a list of words"},
		{DOC("\"seen\":[7]"), "seen: expected a list of words"},
		{DOC("\"host\":[]"), "host: expected an object"},
		{DOC("\"host\":{\"os\":\"\x1b\"}"), "line 1"},
		{DOC("\"host\":{\"os\":{\"x\":\"\\u001b[31m\"}}"), "host.os"},
	};
	size_t i;

	for (i = 0; i < IU_COUNT(cases); i++) {
		struct iu_text complaint = {0};
		struct iu_snapshot back;
		size_t len = strlen(cases[i].text);
		int error = iu_snapshot_parse(cases[i].text, len, &back, &complaint);

		if (error != IU_E_PROTO || !complaint.data ||
			!strstr(complaint.data, cases[i].complaint) ||
			strpbrk(complaint.data, "\n\x1b"))
			fail_msg("%s: %d, %s", cases[i].text, error, complaint.data);
		assert_int_equal(iu_snapshot_parse(cases[i].text, len, &back, NULL), IU_E_PROTO);
		iu_text_free(&complaint);
	}
}

/* Documents of later versions: new keys, new words for states, new facts; null is "not known". */
static void test_forward(void **state)
{
	static const char text[] = DOC(
		"\"new\":{\"a\":[1]},\"seen\":[\"tcp\",\"quic\"],"
		"\"sockets\":[{\"port\":1,\"colour\":\"red\",\"state\":\"half-open\",\"uid\":null}],"
		"\"processes\":[{\"pid\":3,\"state\":\"parked\",\"started\":null}]");
	struct iu_text complaint = {0};
	struct iu_snapshot back;

	if (iu_snapshot_parse(text, sizeof(text) - 1, &back, &complaint) < 0)
		fail_msg("%s", complaint.data);
	assert_int_equal(back.seen, IU_FACT_TCP);
	assert_int_equal(back.sockets.v[0].port, 1);
	assert_int_equal(back.sockets.v[0].state, IU_STATE_UNKNOWN);
	assert_int_equal(back.sockets.v[0].timer_ms, -1);
	assert_int_equal(back.processes.v[0].state, IU_PROCESS_UNKNOWN);
	assert_int_equal(back.processes.v[0].started, -1);
	assert_int_equal(back.processes.v[0].sid, -1);
	iu_snapshot_free(&back);
}

static void test_bounds(void **state)
{
	static const char head[] = "{\"schema\":\"inuse.snapshot/1\",\"locals\":[";
	struct iu_text text = {0}, complaint = {0};
	struct iu_snapshot back;
	size_t i;

	iu_text_add(&text, head);
	for (i = 0; i <= IU_SNAPSHOT_LIST_MAX; i++)
		iu_text_add(&text, i ? ",{}" : "{}");
	iu_text_add(&text, "]}");
	assert_int_equal(iu_snapshot_parse(text.data, text.len, &back, &complaint), IU_E_PROTO);
	assert_non_null(strstr(complaint.data, "locals: expected a list of not more than"));
	text.len = complaint.len = 0;
	iu_text_add(&text, "{\"schema\":\"inuse.snapshot/1\",\"host\":{\"os\":\"");
	for (i = 0; i <= IU_SNAPSHOT_TEXT_MAX; i++)
		iu_text_add(&text, "x");
	iu_text_add(&text, "\"}}");
	assert_int_equal(iu_snapshot_parse(text.data, text.len, &back, &complaint), IU_E_PROTO);
	text.len = 0;
	for (i = 0; i < 100000; i++)
		iu_text_add(&text, "[");
	assert_int_equal(iu_snapshot_parse(text.data, text.len, &back, NULL), IU_E_PROTO);
	iu_text_free(&text);
	iu_text_free(&complaint);
}

static size_t allowed;

static void *limited_malloc(size_t size)
{
	return allowed && allowed-- ? malloc(size) : NULL;
}

/* Every allocation of the JSON library may fail: no document then, and nothing leaks. */
static void test_no_memory(void **state)
{
	struct iu_snapshot made;
	json_t *json = NULL;
	size_t limit;

	seed = 12345;
	iu_snapshot_init(&made);
	fill(&made.arena, &snapshot_shape, (char *)&made, 0);
	for (limit = 0; limit < 20000 && !json; limit++) {
		allowed = limit;
		json_set_alloc_funcs(limited_malloc, free);
		json = iu_snapshot_to_json(&made);
		json_set_alloc_funcs(malloc, free);
	}
	assert_non_null(json);
	assert_true(limit > 30);
	assert_int_equal(allowed, 0);
	json_decref(json);
	iu_snapshot_free(&made);
}

static size_t kind_size(const struct field *field)
{
	switch (field->kind) {
	case KIND_BOOL:
	case KIND_I8:
	case KIND_U8: return 1;
	case KIND_U16: return 2;
	case KIND_I32:
	case KIND_U32:
	case KIND_TRI:
	case KIND_WORD:
	case KIND_FACTS: return 4;
	case KIND_I64:
	case KIND_U64:
	case KIND_TEXT:
	case KIND_BYTES: return 8;
	case KIND_ADDRESS: return sizeof(struct iu_address);
	case KIND_OBJECT: return field->shape->size;
	case KIND_LIST:
	case KIND_TEXTS: return sizeof(struct any_list);
	}
	return 0;
}

/*
 * Whoever adds a member to a struct of the model has to add a row to its table: no gap between
 * the rows may be larger than padding (found that way on 64 bits, where most of us build).
 */
static void check_covered(const char *name, const struct shape *shape)
{
	static char covered[4096];
	size_t i, gap = 0;

	assert_true(shape->size <= sizeof(covered));
	memset(covered, 0, sizeof(covered));
	for (i = 0; i < shape->count; i++) {
		memset(covered + shape->fields[i].offset, 1, kind_size(&shape->fields[i]));
		if (shape->fields[i].kind == KIND_BYTES)
			memset(covered + shape->fields[i].extra, 1, sizeof(size_t));
	}
	if (shape == &snapshot_shape)
		memset(covered, 1, sizeof(struct iu_arena));
	/* what one look leaves to the next one of the same moment */
	if (shape == &snapshot_shape) {
		memset(covered + offsetof(struct iu_snapshot, fd_candidates), 1,
			sizeof(((struct iu_snapshot *)0)->fd_candidates));
		memset(covered + offsetof(struct iu_snapshot, scan_cache), 1,
			sizeof(((struct iu_snapshot *)0)->scan_cache));
	}
	for (i = 0; i < shape->size; i++) {
		gap = covered[i] ? 0 : gap + 1;
		if (gap >= 8)
			fail_msg("%s: no row for the member at offset %zu", name, i - 7);
	}
}

static void test_nothing_forgotten(void **state)
{
	check_covered("host", &host_shape);
	check_covered("sysctls", &sysctls_shape);
	check_covered("reserved", &reserved_shape);
	check_covered("local", &local_shape);
	check_covered("interface", &interface_shape);
	check_covered("socket", &socket_shape);
	check_covered("hold", &hold_shape);
	check_covered("process", &process_shape);
	check_covered("parent", &parent_shape);
	check_covered("file_id", &file_id_shape);
	check_covered("unreadable", &unreadable_shape);
	check_covered("path", &path_shape);
	check_covered("probe", &probe_shape);
	check_covered("gap", &gap_shape);
	check_covered("snapshot", &snapshot_shape);
}

/* ---- the schema in docs/ says exactly what the tables say ---- */

static json_t *schema_object(const struct shape *shape);

static json_t *words_schema(const char *const *words, size_t count)
{
	json_t *list = json_array();
	size_t i;

	for (i = 0; i < count; i++)
		json_array_append_new(list, json_string(words[i]));
	return json_pack("{s:o}", "enum", list);
}

static json_t *number_schema(int64_t least, int64_t most)
{
	return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", (json_int_t)least,
		"maximum", (json_int_t)most);
}

static json_t *schema_field(const struct field *field)
{
	switch (field->kind) {
	case KIND_BOOL:
	case KIND_TRI: return json_pack("{s:s}", "type", "boolean");
	case KIND_I8: return number_schema(INT8_MIN, INT8_MAX);
	case KIND_I32: return number_schema(INT32_MIN, INT32_MAX);
	case KIND_I64: return json_pack("{s:s}", "type", "integer");
	case KIND_U8: return number_schema(0, UINT8_MAX);
	case KIND_U16: return number_schema(0, UINT16_MAX);
	case KIND_U32: return number_schema(0, UINT32_MAX);
	case KIND_U64: return json_pack("{s:s}", "$ref", "#/$defs/large");
	case KIND_TEXT:
	case KIND_BYTES: return json_pack("{s:s}", "$ref", "#/$defs/text");
	case KIND_ADDRESS: return json_pack("{s:s}", "type", "string");
	case KIND_WORD: return words_schema(field->words, field->extra);
	case KIND_FACTS:
		return json_pack("{s:s, s:o}", "type", "array", "items",
			words_schema(fact_words, IU_COUNT(fact_words)));
	case KIND_OBJECT: return schema_object(field->shape);
	case KIND_LIST:
		return json_pack("{s:s, s:o}", "type", "array", "items",
			schema_object(field->shape));
	case KIND_TEXTS:
		return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "$ref",
			"#/$defs/text");
	}
	return NULL;
}

static json_t *schema_object(const struct shape *shape)
{
	json_t *properties = json_object();
	size_t i;

	for (i = 0; i < shape->count; i++)
		json_object_set_new(properties, shape->fields[i].key,
			schema_field(&shape->fields[i]));
	return json_pack("{s:s, s:o}", "type", "object", "properties", properties);
}

static json_t *whole_schema(void)
{
	json_t *root = json_pack("{s:s, s:s, s:s, s:s}", "$schema",
		"https://json-schema.org/draft/2020-12/schema", "$id",
		"urn:inuse:schema:inuse.snapshot.1", "title", "inuse.snapshot/1", "description",
		"What was seen of a machine. A key that is missing is not known; unknown keys are "
		"to be ignored.");
	json_t *body = schema_object(&snapshot_shape);

	json_object_set_new(json_object_get(body, "properties"), "schema",
		json_pack("{s:s}", "const", "inuse.snapshot/1"));
	json_object_set_new(body, "required", json_pack("[s]", "schema"));
	json_object_update(root, body);
	json_decref(body);
	json_object_set_new(root, "$defs", json_pack("{s:{s:[{s:s}, {s:s, s:[s], s:{s:{s:s, s:s}}}]},"
		" s:{s:[{s:s, s:i}, {s:s, s:s}]}}",
		"text", "oneOf", "type", "string", "type", "object", "required", "bytes",
		"properties", "bytes", "type", "string", "pattern", "^([0-9a-f]{2})*$",
		"large", "oneOf", "type", "integer", "minimum", 0, "type", "string", "pattern",
		"^[0-9]{19,20}$"));
	return root;
}

static void test_schema(void **state)
{
	const char *file = getenv("INUSE_SNAPSHOT_SCHEMA");
	json_error_t where;
	json_t *expected = whole_schema(), *found;

	assert_non_null(expected);
	if (!file)
		fail_msg("INUSE_SNAPSHOT_SCHEMA does not name the schema file");
	found = json_load_file(file, 0, &where);
	if (!found)
		fail_msg("%s: %s", file, where.text);
	if (!json_equal(expected, found))
		fail_msg("%s is not what `test-snapshot-json --schema` prints", file);
	json_decref(expected);
	json_decref(found);
}

/* For the validator: random documents, one a line. */
static int print_documents(int count)
{
	int round;

	for (round = 1; round <= count; round++) {
		struct iu_snapshot made;
		json_t *json;

		seed = (uint64_t)round * 0x9e3779b97f4a7c15u;
		iu_snapshot_init(&made);
		fill(&made.arena, &snapshot_shape, (char *)&made, 0);
		json = iu_snapshot_to_json(&made);
		json_dumpf(json, stdout, JSON_COMPACT);
		putchar('\n');
		json_decref(json);
		iu_snapshot_free(&made);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_empty),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_forward),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_nothing_forgotten),
		cmocka_unit_test(test_schema),
	};
	json_t *schema;

	if (argc > 1 && !strcmp(argv[1], "--schema")) {
		schema = whole_schema();
		json_dumpf(schema, stdout, JSON_INDENT(1));
		putchar('\n');
		json_decref(schema);
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "--print"))
		return print_documents(200);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
