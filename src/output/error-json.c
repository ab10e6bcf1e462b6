/* output/error-json.c - what an error means as one JSON document */
#include <inttypes.h>
#include <stdio.h>

#include "output/json-parts.h"
#include "output/output.h"

static json_t *number_json(struct iu_json *json, const struct iu_error_number *number)
{
	json_t *object = json_object();
	char hex[24];

	snprintf(hex, sizeof(hex), "0x%08" PRIX64, (uint64_t)number->value);
	iu_json_put(json, object, "number", json_integer(number->value));
	iu_json_put(json, object, "hex",
		iu_error_space_hex(number->space) ? json_string(hex) : json_null());
	iu_json_put(json, object, "name", json_string(number->name));
	iu_json_put(json, object, "space", json_string(iu_error_space_name(number->space)));
	return object;
}

static json_t *numbers_json(
	struct iu_json *json, enum iu_error_id id, enum iu_error_system system)
{
	size_t count;
	const struct iu_error_number *numbers = iu_error_numbers(&count);
	json_t *list = json_array();

	for (size_t i = 0; i < count; i++)
		if (numbers[i].id == id && iu_error_space_of(numbers[i].space) == system)
			iu_json_append(json, list, number_json(json, &numbers[i]));
	return list;
}

static json_t *causes_json(
	struct iu_json *json, const struct iu_error_meaning *meaning, enum iu_error_system system)
{
	json_t *list = json_array(), *object;

	for (size_t i = 0; i < IU_ERROR_CAUSES_MAX && meaning->causes[i]; i++) {
		object = json_object();
		iu_json_put(json, object, "cause", json_string(meaning->causes[i]));
		iu_json_put(json, object, "sentence",
			iu_json_text(json, iu_error_cause_sentence(meaning->causes[i], system)));
		iu_json_append(json, list, object);
	}
	return list;
}

static json_t *system_json(
	struct iu_json *json, const struct iu_error_row *row, enum iu_error_system system)
{
	const struct iu_error_meaning *meaning = &row->on[system];
	json_t *object = json_object();

	iu_json_put(json, object, "system", json_string(iu_error_system_name(system)));
	iu_json_put(json, object, "numbers", numbers_json(json, row->id, system));
	iu_json_put(json, object, "meaning", iu_json_text(json, meaning->sentence));
	iu_json_put(json, object, "calls", iu_json_text(json, meaning->calls));
	iu_json_put(json, object, "careful", iu_json_text(json, meaning->careful));
	iu_json_put(json, object, "causes", causes_json(json, meaning, system));
	return object;
}

static json_t *reading_json(struct iu_json *json, const struct iu_error_reading *reading)
{
	const struct iu_error_row *row = iu_error_row(reading->id);
	json_t *object = json_object(), *systems = json_array();
	bool any = reading->system == IU_ERROR_ANY;

	iu_json_put(json, object, "error", json_string(row ? row->name : reading->number->name));
	iu_json_put(json, object, "system",
		any ? json_null() : json_string(iu_error_system_name(reading->system)));
	iu_json_put(json, object, "read",
		reading->number ? number_json(json, reading->number) : json_null());
	iu_json_put(json, object, "language",
		iu_json_text(json, reading->phrase ? reading->phrase->language : NULL));
	iu_json_put(json, object, "about_binding", json_boolean(row != NULL));
	iu_json_put(json, object, "summary", iu_json_text(json, row ? row->summary : NULL));
	for (int i = 0; row && i < IU_ERROR_SYSTEMS; i++)
		if (row->on[i].sentence)
			iu_json_append(json, systems, system_json(json, row, (enum iu_error_system)i));
	iu_json_put(json, object, "systems", systems);
	return object;
}

json_t *iu_output_error_json(const struct iu_output_error *error)
{
	struct iu_json json = {.failed = false};
	const struct iu_error_readings *readings = error->readings;
	json_t *root = json_object(), *list = json_array();

	iu_json_put(&json, root, "schema", json_string("inuse.error/1"));
	iu_json_put(&json, root, "asked", iu_json_text(&json, error->asked));
	iu_json_put(&json, root, "kind",
		json_string(readings->is_number	   ? "number"
			    : readings->is_message ? "message"
						   : "name"));
	for (size_t i = 0; i < readings->n; i++)
		iu_json_append(&json, list, reading_json(&json, &readings->v[i]));
	iu_json_put(&json, root, "readings", list);
	iu_json_put(&json, root, "endpoints",
		iu_json_strings(&json, error->endpoints, error->endpoint_count));
	iu_json_put(&json, root, "here",
		json_string(iu_error_system_name(iu_error_space_of(error->here))));
	iu_json_put(&json, root, "text", iu_json_text(&json, error->text));
	return iu_json_finish(&json, root);
}
